"""Records as what other libraries work with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Optional, Union, overload

from pressmark._native import ArrowTable, TableBuilder
from pressmark._record import Record

if TYPE_CHECKING:
    from pandas import DataFrame as _DataFrame
    from spacy.language import Language
    from spacy.tokens import Doc

Rows = Union[Record, Iterable[Record]]


# A name is also an iterable of names, to type checkers.
@overload
def to_arrow(rows: Rows, table: str = "documents") -> ArrowTable: ...  # type: ignore[overload-overlap]
@overload
def to_arrow(rows: Rows, table: Iterable[str]) -> dict[str, ArrowTable]: ...
def to_arrow(rows: Rows, table: Union[str, Iterable[str]] = "documents") -> Union[ArrowTable, dict[str, ArrowTable]]:
    """Lay records out in a flat table, or several, as ``pressmark export`` does.

    The table is read without a copy by everything that speaks Arrow: ``pyarrow.table(t)``, ``polars.DataFrame(t)``,
    ``duckdb.sql("from t")``.

    Args:
        rows: A record, or records from ``annotate_many`` and the like; they are taken one by one, and none is kept.
        table: The name of a table (``pressmark.TABLES``; the data dictionary has their columns), or names of several,
            which are made in one pass over the records. ``"rows"`` is the table of ``pressmark annotate -o
            rows.parquet``: one row a document, its lists as nested columns. The schema of a table is the same whatever
            the records are: ``pyarrow.schema(to_arrow([], "rows"))``.

    Returns:
        The table, or for several names a dictionary of them.

    Raises:
        SettingsError: when there is no such table.
        InputError: when a record points to what is not in it.
    """
    builders = {name: TableBuilder(name) for name in ([table] if isinstance(table, str) else table)}
    for row in [rows] if isinstance(rows, Record) else rows:
        if not isinstance(row, Record):
            raise TypeError(f"expected records, not {type(row).__name__}; a line of JSON: Record.from_json")
        for builder in builders.values():
            builder.add(row._row)
    tables = {name: builder.finish() for name, builder in builders.items()}
    return tables[table] if isinstance(table, str) else tables


@overload
def to_pandas(rows: Rows, table: str = "documents") -> _DataFrame: ...
@overload
def to_pandas(rows: Rows, table: Iterable[str]) -> dict[str, _DataFrame]: ...
def to_pandas(
    rows: Rows, table: Union[str, Iterable[str]] = "documents"
) -> Union[_DataFrame, dict[str, _DataFrame]]:
    """Lay records out in a data frame, or several; as ``to_arrow``, by way of pyarrow.

    Raises:
        ImportError: when pandas or pyarrow is not installed.
    """
    import pyarrow

    if isinstance(table, str):
        frame: _DataFrame = pyarrow.table(to_arrow(rows, table)).to_pandas()
        return frame
    return {name: pyarrow.table(made).to_pandas() for name, made in to_arrow(rows, table).items()}


def to_spacy(row: Record, nlp: Optional[Language] = None) -> Doc:
    """Return a record as a document of spaCy, with everything that the component ``pressmark`` sets.

    Args:
        row: The record.
        nlp: The pipeline whose tokenizer splits the text, and whose vocabulary the document has. No component of it runs.
            Default: words and sentences are those of the record.

    Raises:
        ImportError: when spaCy is not installed.
    """
    from pressmark import _spacy

    return _spacy.to_spacy(row, nlp)
