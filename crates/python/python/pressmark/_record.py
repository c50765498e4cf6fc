"""Annotated records: what is in them is reached as attributes and as keys."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Optional, TypeVar

from pressmark._native import Row

_T = TypeVar("_T", bound="Item")


class Item(dict[str, Any]):
    """A part of a record: a dictionary whose keys are attributes too."""

    _parts: ClassVar[dict[str, type[Item]]] = {}
    # Keys that rows leave out instead of having them null.
    _optional: ClassVar[frozenset[str]] = frozenset()

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            if name in self._optional:
                return None
            raise AttributeError(f"{type(self).__name__} has no {name!r}, only {', '.join(self)}") from None

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self]

    @classmethod
    def _of(cls: type[_T], data: dict[str, Any]) -> _T:
        item = cls(data)
        for key, part in cls._parts.items():
            value = item.get(key)
            if isinstance(value, list):
                item[key] = [part._of(element) for element in value]
            elif value is not None:
                item[key] = part._of(value)
        return item


class Span(Item):
    """A stretch of the text: ``start`` and ``end`` are indexes into it, half-open, as Python slices it."""

    start: int
    end: int


class Token(Span):
    """A word, punctuation, or white space other than one space between two words."""

    id: str


class Problem(Item):
    """A problem met while reading or annotating the document."""

    stage: str
    kind: str
    message: str
    start: Optional[int]
    end: Optional[int]


class Source(Item):
    """Where the record came from."""

    path: str
    record: int
    url: Optional[str]
    sha256: str
    bytes: int
    media_type: str
    encoding: str


class Meta(Item):
    """Metadata that the page states about itself."""

    title: Optional[str]
    authors: list[str]
    published: Optional[str]
    site: Optional[str]
    language: Optional[str]
    language_score: Optional[float]
    credited_source: Optional[str]


class Edit(Span):
    """A place where the text differs from the decoded input; ``raw_start`` and ``raw_end`` are bytes of the input."""

    raw_start: int
    raw_end: int
    kind: str


class Segment(Item):
    """A stretch of the input, kept in the text or dropped; ``raw_start`` and ``raw_end`` are bytes of the input."""

    start: Optional[int]
    end: Optional[int]
    raw_start: int
    raw_end: int
    kind: str
    reason: Optional[str]
    edits: list[Edit]
    _parts = {"edits": Edit}


class Ent(Span):
    """A mention of an entity; ``entity`` is the id of a row of ``entities``."""

    label: str
    score: float
    entity: Optional[str]


class Sentiment(Item):
    """Tone towards an entity; scores in [0, 1]."""

    label: str
    score: float
    positive: float
    neutral: float
    negative: float


class Entity(Item):
    """A real-world thing that mentions refer to."""

    id: str
    name: str
    label: str
    aliases: list[str]
    mentions: int
    sentiment: Optional[Sentiment]
    _parts = {"sentiment": Sentiment}


class Quote(Span):
    """A quotation; ``speaker`` is the id of a row of ``entities``."""

    kind: str
    speaker: Optional[str]
    speaker_start: Optional[int]
    speaker_end: Optional[int]
    cue_start: Optional[int]
    cue_end: Optional[int]
    closed: bool


class SummarySentence(Span):
    """A sentence of the summary; ``rank`` 1 is the most salient."""

    rank: int
    score: float


class FrameEvidence(Span):
    """A passage that shows a frame; ``voice`` is ``"outlet"`` or the index of a quotation."""

    score: float
    voice: str


class Frame(Item):
    """Strength of one frame in the document; ``score`` in [0, 1]."""

    codebook: str
    label: str
    score: float
    evidence: list[FrameEvidence]
    _parts = {"evidence": FrameEvidence}


class StanceProbabilities(Item):
    """Probabilities that passages bear on a target, that they take a side if so, and that the side is in favour."""

    bears_on_target: float
    takes_a_side: float
    in_favor: float


class Stance(Item):
    """Stance of a holder towards a target; ``probabilities`` is None if no passage bears on the target."""

    holder: str
    target: str
    label: str
    score: float
    probabilities: Optional[StanceProbabilities]
    evidence: list[Span]
    _parts = {"evidence": Span, "probabilities": StanceProbabilities}
    _optional = frozenset({"probabilities"})


class PassageCount(Item):
    """Passages ``found`` for a second reading, and ``read``."""

    found: int
    read: int


class Coverage(Item):
    """Share of the text that a stage saw, in code points; ``passages`` is None for stages that read nothing twice."""

    stage: str
    seen: int
    total: int
    passages: Optional[PassageCount]
    _parts = {"passages": PassageCount}
    _optional = frozenset({"passages"})


_ITEMS: dict[str, type[Item]] = {
    "problems": Problem,
    "source": Source,
    "meta": Meta,
    "segments": Segment,
    "sents": Span,
    "tokens": Token,
    "ents": Ent,
    "entities": Entity,
    "quotes": Quote,
    "summary": SummarySentence,
    "frames": Frame,
    "stances": Stance,
    "coverage": Coverage,
    "provenance": Item,
}

KEYS = (
    "schema",
    "id",
    "status",
    "problems",
    "source",
    "meta",
    "text",
    "segments",
    "sents",
    "tokens",
    "ents",
    "entities",
    "quotes",
    "summary",
    "abstract",
    "frames",
    "stances",
    "duplicate_of",
    "coverage",
    "provenance",
    "extra",
)


class Record(Mapping[str, Any]):
    """One annotated document, a row of ``pressmark/1``.

    Its keys are attributes too, and so are those of what is in it: ``row.entities[0].name`` is
    ``row["entities"][0]["name"]``. Offsets (``start``, ``end``) are indexes into ``text``, half-open, as Python slices
    it: ``row.text[quote.start:quote.end]``, or ``row.text_of(quote)``.

    What is asked for is made when it is asked for, and kept; the rest stays as it is in Rust.
    """

    __slots__ = ("_row", "_values")

    schema: str
    id: str
    status: str
    problems: list[Problem]
    source: Source
    meta: Meta
    text: str
    segments: list[Segment]
    sents: list[Span]
    tokens: list[Token]
    ents: list[Ent]
    entities: list[Entity]
    quotes: list[Quote]
    summary: list[SummarySentence]
    abstract: Optional[str]
    frames: list[Frame]
    stances: list[Stance]
    duplicate_of: Optional[str]
    coverage: list[Coverage]
    provenance: Item
    extra: Optional[str]

    def __init__(self, row: Row) -> None:
        self._row = row
        self._values: dict[str, Any] = {}

    @classmethod
    def from_json(cls, line: str) -> Record:
        """Make a record of a line that the command wrote.

        Raises:
            InputError: when the line is no row of ``pressmark/1``.
        """
        return cls(Row.parse(line))

    def to_json(self) -> str:
        """Return the line of JSON that the command writes, without its line feed."""
        return self._row.json()

    def to_dict(self) -> dict[str, Any]:
        """Return all of the record as plain dictionaries and lists."""
        plain: dict[str, Any] = json.loads(self.to_json())
        return plain

    def text_of(self, span: Mapping[str, Any]) -> str:
        """Return the text between ``start`` and ``end`` of a part of the record: a mention, a quotation, a sentence.

        What has no place in the text, such as a dropped segment, gives an empty string.
        """
        start, end = span["start"], span["end"]
        return "" if start is None or end is None else self.text[start:end]

    def entity(self, id: Optional[str]) -> Optional[Entity]:
        """Return the entity of this id, such as a mention's ``entity`` or a quotation's ``speaker``."""
        return next((entity for entity in self.entities if entity.id == id), None)

    def __getitem__(self, key: str) -> Any:
        try:
            return self._values[key]
        except KeyError:
            pass
        value = self._row.value(key)
        if value is None:
            raise KeyError(key)
        made = json.loads(value)
        kind = _ITEMS.get(key)
        if kind is not None:
            made = [kind._of(item) for item in made] if isinstance(made, list) else kind._of(made)
        self._values[key] = made
        return made

    def __getattr__(self, name: str) -> Any:
        # Private names are asked for by copy and pickle before there is a row.
        if name in KEYS:
            return self[name]
        raise AttributeError(f"a record has no {name!r}, only {', '.join(KEYS)}")

    def __iter__(self) -> Iterator[str]:
        return iter(KEYS)

    def __len__(self) -> int:
        return len(KEYS)

    def __contains__(self, key: object) -> bool:
        return key in KEYS

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Record):
            return self.to_json() == other.to_json()
        return NotImplemented if not isinstance(other, Mapping) else dict(self) == dict(other)

    def __hash__(self) -> int:
        return hash(self.to_json())

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *KEYS]

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self).from_json, (self.to_json(),))

    def __repr__(self) -> str:
        title = self.meta.title or self.text[:60]
        counts = f"{len(self.entities)} entities, {len(self.quotes)} quotations"
        return f"<Record {self.id}: {self.status}, {counts}, {title!r}>"
