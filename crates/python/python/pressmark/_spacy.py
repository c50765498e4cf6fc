"""A component of spaCy: ``nlp.add_pipe("pressmark")``."""

from __future__ import annotations

from typing import Any, Optional

from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup
from spacy.util import filter_spans
from spacy.vocab import Vocab

from pressmark._annotator import Annotator
from pressmark._record import Record

_EXTENSIONS: dict[type, tuple[str, ...]] = {
    Doc: ("pressmark", "frames", "stances"),
    Span: ("speaker", "entity", "quote_kind", "rank"),
}


def _register() -> None:
    for kind, names in _EXTENSIONS.items():
        for name in names:
            if not kind.has_extension(name):  # type: ignore[attr-defined]
                kind.set_extension(name, default=None)  # type: ignore[attr-defined]


class Component:
    """Sets, on the text of a document as it stands:

    - ``doc.ents`` with labels, ``span.kb_id_`` the id of the entity, ``span._.entity`` the entity itself (name, aliases,
      tone);
    - ``doc.spans["quotes"]``, the label of a span its kind, with ``span._.speaker`` the entity that speaks, if it is
      known, ``span._.quote_kind``; ``doc.spans["summary"]``, with ``span._.rank``;
    - ``doc._.frames``, ``doc._.stances``, and ``doc._.pressmark``, the whole record.

    The text is taken as it is, nothing of it is boilerplate. Spans that do not begin and end where spaCy's tokens do are
    widened to them.
    """

    def __init__(self, annotator: Annotator, overwrite_ents: bool = True) -> None:
        _register()
        self.annotator = annotator
        self.overwrite_ents = overwrite_ents

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        if doc.text.strip():
            apply(doc, self.annotator.annotate_clean(doc.text, _language(doc.lang_)), self.overwrite_ents)
        return doc


def _language(code: str) -> Optional[str]:
    # spaCy's code for "any language".
    return None if code == "xx" else code


def apply(doc: Doc, record: Record, overwrite_ents: bool = True) -> Doc:
    """Set what a record holds on a document of the same text."""
    _register()
    entities = {entity.id: entity for entity in record.entities}

    def span(start: int, end: int, label: str) -> Optional[Span]:
        return doc.char_span(start, end, label=label, alignment_mode="expand")

    ents: list[Span] = []
    for ent in record.ents:
        found = span(ent.start, ent.end, ent.label)
        if found is not None:
            found.kb_id_ = ent.entity or ""
            ents.append(found)
    if overwrite_ents:
        # Two mentions within one token of spaCy's would overlap.
        doc.ents = filter_spans(ents)
    else:
        doc.ents = filter_spans([*doc.ents, *ents])
    for found in doc.ents:
        found._.entity = entities.get(found.kb_id_)
    quotes: list[Span] = []
    for quote in record.quotes:
        found = span(quote.start, quote.end, quote.kind)
        if found is not None:
            found._.quote_kind = quote.kind
            found._.speaker = entities.get(quote.speaker or "")
            quotes.append(found)
    doc.spans["quotes"] = SpanGroup(doc, name="quotes", spans=quotes)
    summary: list[Span] = []
    for sentence in record.summary:
        found = span(sentence.start, sentence.end, "SUMMARY")
        if found is not None:
            found._.rank = sentence.rank
            summary.append(found)
    doc.spans["summary"] = SpanGroup(doc, name="summary", spans=summary)
    doc._.pressmark = record
    doc._.frames = record.frames
    doc._.stances = record.stances
    return doc


def to_spacy(row: Record, nlp: Optional[Language] = None) -> Doc:
    """Make a document of a record: see ``pressmark.to_spacy``."""
    if nlp is None:
        doc = Doc(Vocab()).from_json(row.to_dict())
    else:
        doc = nlp.make_doc(row.text)
    return apply(doc, row)


@Language.factory(
    "pressmark",
    assigns=["doc.ents", "doc.spans", "doc._.pressmark", "doc._.frames", "doc._.stances"],
    default_config={"settings": {}, "overwrite_ents": True},
)
def make(
    nlp: Language, name: str, settings: Optional[dict[str, Any]], overwrite_ents: bool
) -> Component:
    """Make the component; ``settings`` are the arguments of ``Annotator``, such as ``{"model": "news"}``."""
    return Component(Annotator(**(settings or {})), overwrite_ents)
