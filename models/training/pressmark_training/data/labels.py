"""Label sets, and tags that leave something open."""

from functools import cache

TYPES = ["PERSON", "ORG", "LOC", "FAC", "NORP", "DATE", "MONEY", "PRODUCT", "MISC"]
NEWS = ["O", *(f"{p}-{name}" for name in TYPES for p in "BI")]
# The scheme of CoNLL-2003 out of the nine types; the rest has no name there.
CONLL03 = {"PERSON": "PER", "ORG": "ORG", "LOC": "LOC", "FAC": "LOC", "NORP": "MISC", "MISC": "MISC", "PRODUCT": "MISC"}

SENTIMENT = ["negative", "neutral", "positive"]
POLICY = [
    "economic", "capacity_and_resources", "morality", "fairness_and_equality", "legality", "policy_prescription",
    "crime_and_punishment", "security_and_defense", "health_and_safety", "quality_of_life", "cultural_identity",
    "public_opinion", "political", "external_regulation_and_reputation", "other",
]  # fmt: skip
NEWS_FRAMES = ["responsibility", "human_interest", "conflict", "morality", "economic_consequences"]
CCF = ["economic", "health", "security", "justice", "political", "scientific", "environmental", "cultural"]
GVFC = [
    "gun rights", "gun control", "politics", "mental health", "safety", "race", "public opinion",
    "society and culture", "economic consequences",
]  # fmt: skip
STANCE = ["bears_on_target", "takes_a_side", "in_favor"]

UNKNOWN = -1.0  # of a label that the set does not know

# Types whose names begin with a capital letter in print; dates and sums of money need not.
_OF_SUMS = {
    "$",
    "£",
    "€",
    "¥",
    "%",
    "million",
    "billion",
    "trillion",
    "dollars",
    "euros",
    "pounds",
    "yen",
    "cents",
    "of",
    ",",
}
_CAPITALISED = {"PERSON", "ORG", "LOC", "FAC", "NORP", "PRODUCT", "MISC"}


def open_tag(prefix: str, types: str) -> str:
    """`B` and `LOC/FAC` to the tag `B-LOC/FAC`: a name of one of these types."""
    return f"{prefix}-{types}"


def outside_tag(word: str, masked: tuple[str, ...]) -> str:
    """The tag of a word that a set leaves unmarked: `O`, or `O` and the types that the set does not know.

    A word without a capital letter is no part of a name, whatever the set knows; it may be one of a date or a sum of
    money where it has a digit or is a word for money.
    """
    if any(c.isupper() for c in word):
        types = list(masked)
    elif any(c.isdigit() for c in word) or word in _OF_SUMS:
        types = [t for t in masked if t not in _CAPITALISED]
    else:
        types = []
    return f"O/{'/'.join(types)}" if types else "O"


@cache
def allowed(tag: str) -> frozenset[str]:
    """The labels of `NEWS` that a tag leaves open; all of them for `?`."""
    if tag == "?":
        return frozenset(NEWS)
    if tag == "O":
        return frozenset(["O"])
    if tag.startswith("O/"):
        return frozenset(["O", *(f"{p}-{name}" for name in tag[2:].split("/") for p in "BI")])
    prefix, types = tag[0], tag[2:].split("/")
    return frozenset("O" if name == "O" else f"{prefix}-{name}" for name in types)


def mapped(tag: str, word: str, labels: dict[str, str], masked: tuple[str, ...]) -> str:
    """A set's own BIO tag as one of ours.

    A fine label (`person_artist`) falls back on what stands for its first part; one that is in no map goes out of
    the loss.
    """
    if tag == "?":
        return "?"
    if tag == "O":
        return outside_tag(word, masked)
    own = tag[2:]
    types = labels.get(own, labels.get(own.partition("_")[0])) if labels else own
    return "?" if types is None or types == "?" else open_tag(tag[0], types)
