"""Prints of texts, to find what stands in two parts of the data."""

import re
from collections.abc import Iterable, Iterator

from .items import Item

RUN = 13  # words
SHORTEST = 5  # words of a sentence that counts as a whole
_WORD = re.compile(r"\w+")


def prints(item: Item) -> Iterator[int]:
    """A number for every run of 13 words of the item's texts, and for every whole sentence.

    Of a pair only the passage counts: targets are asked of many passages.
    """
    for text in item.texts[1:] if item.pair else item.texts:
        words: list[str] = []
        for sentence in text:
            own = _WORD.findall(" ".join(sentence.words).lower())
            if len(own) >= SHORTEST:
                yield hash((0, *own))
            words += own
        for i in range(len(words) - RUN + 1):
            yield hash(tuple(words[i : i + RUN]))


class Prints:
    """The runs and sentences of some items."""

    def __init__(self, items: Iterable[Item]) -> None:
        self.known = {p for item in items for p in prints(item)}

    def shares(self, item: Item) -> bool:
        """Whether the item has any of them."""
        return any(p in self.known for p in prints(item))
