"""pressmark annotates news pages: clean text, entities, quotations with their speakers, a summary, how the story is framed,
the tone towards everyone in it and who stands where; each with offsets that lead back to the input.

>>> import pressmark
>>> press = pressmark.Annotator()
>>> row = press.annotate("LISBON — Mayor Inês Duarte closed the bridge on Monday. “It is not safe,” she said.")
>>> [entity.name for entity in row.entities if entity.label == "PERSON"]
['Inês Duarte']
>>> row.text_of(row.quotes[0])
'“It is not safe,”'

The models are inside: nothing is downloaded. ``pressmark`` on the command line is the command.
"""

from pressmark._annotator import Annotator
from pressmark._convert import to_arrow, to_pandas, to_spacy
from pressmark._errors import InputError, ModelError, PressmarkError, PressmarkWarning, SettingsError
from pressmark._native import CODEBOOKS, SCHEMA, STAGES, TABLES, ArrowTable, __version__
from pressmark._record import (
    Coverage,
    Edit,
    Ent,
    Entity,
    Frame,
    FrameEvidence,
    Item,
    Meta,
    PassageCount,
    Problem,
    Quote,
    Record,
    Segment,
    Sentiment,
    Source,
    Span,
    Stance,
    StanceProbabilities,
    SummarySentence,
    Token,
)

__all__ = [
    "CODEBOOKS",
    "SCHEMA",
    "STAGES",
    "TABLES",
    "Annotator",
    "ArrowTable",
    "Coverage",
    "Edit",
    "Ent",
    "Entity",
    "Frame",
    "FrameEvidence",
    "InputError",
    "Item",
    "Meta",
    "ModelError",
    "PassageCount",
    "PressmarkError",
    "PressmarkWarning",
    "Problem",
    "Quote",
    "Record",
    "Segment",
    "Sentiment",
    "SettingsError",
    "Source",
    "Span",
    "Stance",
    "StanceProbabilities",
    "SummarySentence",
    "Token",
    "__version__",
    "to_arrow",
    "to_pandas",
    "to_spacy",
]
