"""Words to subwords, items to windows: the same rules as the Rust side.

Words are tokenized one at a time. A window is the first special token, whole sentences of one document in order, and
the last special token; a sentence that does not fit into a window of its own is split between words.
"""

import random
from dataclasses import dataclass, field
from functools import lru_cache

from tokenizers import Tokenizer

from ..data.items import Item, Sentence
from ..shapes import SPECIAL, shape
from .spacing import attached

MAX_WINDOW = 256
MOST_PIECES = 16  # of one word


class Subwords:
    """A tokenizer applied word by word, with a cache, and its special tokens.

    `behind` is the tokenizer of words that stand right behind another, where the vocabulary marks spaces.
    """

    def __init__(
        self, tokenizer: Tokenizer, first: int, last: int, unknown: int, mask: int | None = None,
        behind: Tokenizer | None = None, shapes: bool = False,
    ) -> None:  # fmt: skip
        self.tokenizer, self.behind, self.shapes = tokenizer, behind, shapes
        self.first, self.last, self.unknown, self.mask = first, last, unknown, mask
        self.of = lru_cache(maxsize=1 << 18)(self._encode)

    def _encode(self, word: str, attached_: bool = False) -> tuple[int, ...]:
        tokenizer = self.behind if attached_ and self.behind is not None else self.tokenizer
        ids = tokenizer.encode(word, add_special_tokens=False).ids
        return tuple(ids[:MOST_PIECES]) or (self.unknown,)

    def words(self, words: list[str]) -> list[tuple[int, ...]]:
        """The pieces of each word of a sentence."""
        if self.behind is None:
            return [self.of(w) for w in words]
        return [self.of(w, a) for w, a in zip(words, attached(words), strict=True)]

    def shape(self, word: str) -> int:
        """The word's shape, or 0 where the encoder has none."""
        return shape(word) if self.shapes else SPECIAL


@dataclass(slots=True)
class Window:
    """One input of the encoder."""

    ids: list[int]
    shapes: list[int]


@dataclass(slots=True)
class Packed:
    """An item's windows; for each sentence of each text the window and subword range of every word."""

    item: Item
    windows: list[Window] = field(default_factory=list)
    words: list[list[list[tuple[int, int, int]]]] = field(default_factory=list)
    twin: bool = False  # the item before it in the batch, with other names

    @property
    def length(self) -> int:
        return sum(len(w.ids) for w in self.windows)


def pack(
    item: Item, subwords: Subwords, limit: int = MAX_WINDOW, mask: float = 0.0, rng: random.Random | None = None
) -> Packed:
    """Windows of at most `limit` subwords; a share `mask` of words is hidden, where the vocabulary has a mask token."""
    packed = Packed(item)
    packer = _Packer(packed, subwords, limit, mask, rng)
    for text in item.texts:
        packed.words.append([packer.sentence(sentence, item.pair) for sentence in text])
        if item.pair:
            packer.put(subwords.last, SPECIAL)
    if not item.pair:
        packer.close()
    return packed


class _Packer:
    def __init__(self, packed: Packed, subwords: Subwords, limit: int, mask: float, rng: random.Random | None) -> None:
        self.packed, self.subwords, self.limit, self.mask, self.rng = packed, subwords, limit, mask, rng
        self.open()

    def open(self) -> None:
        self.window = Window([self.subwords.first], [SPECIAL])
        self.packed.windows.append(self.window)

    def put(self, piece: int, shape_: int) -> None:
        self.window.ids.append(piece)
        self.window.shapes.append(shape_)

    def close(self) -> None:
        self.put(self.subwords.last, SPECIAL)

    def sentence(self, sentence: Sentence, pair: bool) -> list[tuple[int, int, int]]:
        pieces = self.subwords.words(sentence.words)
        size = sum(len(p) for p in pieces)
        if not pair and len(self.window.ids) > 1 and len(self.window.ids) + size + 1 > self.limit:
            self.close()
            self.open()
        places = []
        for word, piece in zip(sentence.words, pieces, strict=True):
            if len(self.window.ids) + len(piece) + (2 if pair else 1) > self.limit:
                if pair:  # what does not fit is not read
                    places.append((len(self.packed.windows) - 1, len(self.window.ids) - 1, len(self.window.ids)))
                    continue
                self.close()
                self.open()
            begin = len(self.window.ids)
            hidden = (
                self.mask and self.subwords.mask is not None and self.rng is not None and self.rng.random() < self.mask
            )
            for p in piece:
                self.put(self.subwords.mask if hidden else p, self.subwords.shape(word))  # type: ignore[arg-type]
            places.append((len(self.packed.windows) - 1, begin, len(self.window.ids)))
        return places
