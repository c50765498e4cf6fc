"""Words to subwords, sentences to windows: the same rules as the Rust side.

Words are tokenized one at a time. A window is `[CLS]`, whole sentences of one
document in order, `[SEP]`; a sentence that does not fit into a window of its
own is split at word boundaries.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from tokenizers import Tokenizer

from .shapes import SPECIAL, shape

CLS, SEP, UNK, MASK = 101, 102, 100, 103
MAX_WINDOW = 256


class Subwords:
    """A wordpiece tokenizer applied word by word, with a cache."""

    def __init__(self, path: Path):
        self.tokenizer = Tokenizer.from_file(str(path))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self._of = lru_cache(maxsize=1 << 18)(self._encode)

    def _encode(self, word: str) -> tuple[int, ...]:
        ids = self.tokenizer.encode(word, add_special_tokens=False).ids
        return tuple(ids) or (UNK,)

    def __call__(self, word: str) -> tuple[int, ...]:
        return self._of(word)


@dataclass(slots=True)
class Sentence:
    """A sentence of a document, as words with one tag number each (or none)."""

    words: list[str]
    pieces: list[tuple[int, ...]]
    tags: list[int] | None = None
    key: int = -1  # row of the teacher's embedding, if there is one
    cased: list[list[int]] = field(default_factory=list)  # shapes: as is, lower, upper, title

    @property
    def length(self) -> int:
        return sum(len(p) for p in self.pieces)


def encode_sentence(words: list[str], subwords: Subwords, tags: list[int] | None = None) -> Sentence:
    cased = [[shape(w) for w in words]]
    if tags is not None:
        for change in (str.lower, str.upper, str.title):
            cased.append([shape(change(w)) for w in words])
    return Sentence(words, [subwords(w) for w in words], tags, -1, cased)


@dataclass(slots=True)
class Window:
    """One input of the encoder."""

    ids: list[int]
    shapes: list[int]
    starts: list[int]  # first subword of each word
    tags: list[int]  # one for each word, -100 where unknown
    spans: list[tuple[int, int]]  # subword range of each sentence (or piece of one)
    keys: list[int]  # teacher row of each sentence, -1 without
    parts: list[tuple[int, int, int]]  # (sentence number, first word, end word)
    scheme: str = ""


@dataclass(frozen=True, slots=True)
class Augment:
    """Random changes while training; none of them at evaluation."""

    full: float = 0.7  # share of windows filled to the limit
    recase: float = 0.06  # share of sentences seen in another casing
    mask: float = 0.03  # share of words hidden behind [MASK]


def pack(
    sentences: list[Sentence],
    scheme: str = "",
    rng: random.Random | None = None,
    augment: Augment | None = None,
    max_window: int = MAX_WINDOW,
) -> Iterator[Window]:
    """Packs the sentences of one document greedily into windows."""

    def room() -> int:
        if rng is None or augment is None or rng.random() < augment.full:
            return max_window - 2
        return rng.randint(24, max_window - 2)

    window, budget = _empty(scheme), room()
    for number, sentence in enumerate(sentences):
        for first, end in _split(sentence, max_window - 2):
            size = sum(len(p) for p in sentence.pieces[first:end])
            if window.starts and len(window.ids) - 1 + size > budget:
                window.ids.append(SEP)
                window.shapes.append(SPECIAL)
                yield window
                window, budget = _empty(scheme), room()
            _append(window, sentence, number, first, end, rng, augment)
    if window.starts:
        window.ids.append(SEP)
        window.shapes.append(SPECIAL)
        yield window


def _empty(scheme: str) -> Window:
    return Window([CLS], [SPECIAL], [], [], [], [], [], scheme)


def _split(sentence: Sentence, limit: int) -> Iterator[tuple[int, int]]:
    """Word ranges of at most `limit` subwords; one range if the sentence fits."""
    first, size = 0, 0
    for i, piece in enumerate(sentence.pieces):
        if size and size + len(piece) > limit:
            yield first, i
            first, size = i, 0
        size += len(piece)
    if sentence.pieces:
        yield first, len(sentence.pieces)


def _append(
    window: Window,
    sentence: Sentence,
    number: int,
    first: int,
    end: int,
    rng: random.Random | None,
    augment: Augment | None,
) -> None:
    casing, mask = sentence.cased[0], 0.0
    if rng is not None and augment is not None:
        mask = augment.mask
        if len(sentence.cased) > 1 and rng.random() < augment.recase:
            casing = rng.choice(sentence.cased[1:])
    begin = len(window.ids)
    for i in range(first, end):
        piece = sentence.pieces[i][: MAX_WINDOW - 2]
        window.starts.append(len(window.ids))
        if mask and rng is not None and rng.random() < mask:
            window.ids.extend([MASK] * len(piece))
        else:
            window.ids.extend(piece)
        window.shapes.extend([casing[i]] * len(piece))
    window.tags.extend(sentence.tags[first:end] if sentence.tags is not None else [-100] * (end - first))
    window.spans.append((begin, len(window.ids)))
    whole = first == 0 and end == len(sentence.pieces)
    window.keys.append(sentence.key if whole else -1)
    window.parts.append((number, first, end))


def batches(
    windows: list[Window], tokens: int, rng: random.Random | None = None, pool: int = 1024
) -> list[list[Window]]:
    """Windows of similar length together, at most `tokens` padded subwords a batch."""
    order = list(windows)
    if rng is not None:
        rng.shuffle(order)
    else:
        pool = max(1, len(order))
    out: list[list[Window]] = []
    for begin in range(0, len(order), pool):
        chunk = sorted(order[begin : begin + pool], key=lambda w: -len(w.ids))
        batch: list[Window] = []
        for window in chunk:
            if batch and len(batch[0].ids) * (len(batch) + 1) > tokens:
                out.append(batch)
                batch = []
            batch.append(window)
        if batch:
            out.append(batch)
    if rng is not None:
        rng.shuffle(out)
    return out


Progress = Callable[[str], None]
