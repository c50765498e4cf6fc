"""What every reader gives: texts as words, spans in them, and rows to learn."""

import hashlib
from dataclasses import dataclass, field, replace

Span = tuple[int, int, int, int]  # text, sentence, first word, end word
Label = int | list[float]


@dataclass(slots=True)
class Sentence:
    """Words in print order, with a tag each where a set marks names (`labels.allowed` reads them)."""

    words: list[str]
    tags: list[str] | None = None


@dataclass(slots=True)
class Row:
    """One thing to learn: the head, the spans that it reads as one or more groups, and the label.

    The label is a class number, or one number a label: 1, 0 or -1 (`labels.UNKNOWN`), which the loss leaves out.
    """

    head: str
    groups: list[list[Span]]
    label: Label
    note: str = ""


@dataclass(slots=True)
class Item:
    """One text, or two that are read together (`pair`), with everything that is known about it."""

    name: str  # the document or topic that splits keep together
    texts: list[list[Sentence]]
    rows: list[Row] = field(default_factory=list)
    pair: bool = False
    source: str = ""
    language: str = "en"
    names: bool = False  # are the tags whole enough to exchange names by?
    targets: list[Span] = field(default_factory=list)  # mentions that are names though no tag says so

    def only(self, heads: set[str]) -> "Item":
        """The same with the rows of these heads alone."""
        return replace(self, rows=[r for r in self.rows if r.head in heads])


def whole(text: int, sentences: list[Sentence]) -> list[Span]:
    """All words of a text, a span a sentence."""
    return [(text, i, 0, len(s.words)) for i, s in enumerate(sentences) if s.words]


def chance(key: str, parts: int) -> int:
    """A stable number below `parts` for a key: how every split here is made."""
    return int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) % parts


def calibrates(name: str) -> bool:
    """Whether an item of a training part is kept from training, to fit temperatures and thresholds on."""
    return chance(f"calibration/{name}", 12) == 0
