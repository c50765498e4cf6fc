"""The shape of a word: what an uncased tokenizer throws away.

The Rust side computes the same function; `shapes.json` beside this package
holds cases that both must agree on.
"""

from functools import lru_cache

SHAPES: list[str] = [
    "special",  # 0: [CLS], [SEP], padding
    "lower",  # 1: president
    "capitalised",  # 2: President
    "initial",  # 3: J, J.
    "upper",  # 4: NATO
    "acronym",  # 5: U.S.
    "mixed",  # 6: McDonald
    "camel",  # 7: iPhone
    "digits",  # 8: 2025, 3,000
    "alnum-upper",  # 9: M23, F-16
    "alnum-lower",  # 10: 16th
    "punct",  # 11: no letter, no decimal digit
    "other",  # 12: letters without case
]
SPECIAL = 0
_INDEX = {name: i for i, name in enumerate(SHAPES)}


def shape_name(word: str) -> str:
    """The name of the shape of `word`; the first rule that holds decides."""
    letters = [c for c in word if c.isalpha()]
    has_digits = any(c.isdecimal() for c in word)
    upper = [c for c in letters if c.isupper()]
    if letters and not upper and not any(c.islower() for c in letters):
        return "other"
    if not letters:
        return "digits" if has_digits else "punct"
    if has_digits:
        return "alnum-upper" if upper else "alnum-lower"
    if not upper:
        return "lower"
    first_upper = word[0].isupper()
    if first_upper and len(upper) == 1 and len(letters) > 1:
        return "capitalised"
    if len(letters) == 1:
        return "initial"
    if len(upper) == len(letters):
        return "acronym" if "." in word else "upper"
    return "mixed" if first_upper else "camel"


@lru_cache(maxsize=1 << 18)
def shape(word: str) -> int:
    """The number of the shape of `word`, as stored in the embedding table."""
    return _INDEX[shape_name(word)]
