"""The annotator: settings in, records out."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Optional, Union

from pressmark import _progress
from pressmark._errors import PressmarkWarning
from pressmark._inputs import Input, as_pair, is_arrow
from pressmark._native import Engine, Stream
from pressmark._record import Record

Path = Union[str, "os.PathLike[str]"]


class Annotator:
    """Annotates news texts and pages.

    Made once (some 60 ms, most of it to load and check the model), used from any number of threads. It may be pickled,
    for ``multiprocessing`` and the like; the other process then loads the model anew.

    The arguments are the options of ``pressmark annotate``, and what is left out is as it is there.

    Args:
        model: A model inside the package by its name, ``"small"`` (the default, for English) or ``"news"`` (English and
            French), or the folder of a bundle. Default: what ``PRESSMARK_MODEL`` names, else ``"small"``.
        stages: Names of the stages that run, with what they need. Default: all. See ``pressmark.STAGES``.
        targets: Texts towards which outlet and speakers take a stance.
        codebooks: Codebooks of frames: names in ``pressmark.CODEBOOKS`` or TOML files. Default: the first two of them.
        terms: Codebooks of terms (TOML files) that add labels to entities.
        labels: Labels of entities, ``"news"`` or ``"conll03"``.
        min_score: Minimum score of a mention, in [0, 1].
        min_frame_score: Minimum score of a frame, in [0, 1].
        summary: Length of the summary: sentences (``3``), words (``"60w"``) or a share of the text (``"20%"``).
        max_tokens: Maximum words and punctuation marks to annotate per document; a longer one says so.
        max_bytes: Bytes of the largest input. Default: 16 MiB.
        language: ISO 639-1 code of the language of every document, instead of telling it from the text.
        fields: Names of columns or keys that hold the text and what is known of it, such as
            ``{"text": "body", "date": "day"}``, where they are not the usual ones. Keys: text, id, title, url, date, site,
            language, authors.
        date_format: Form of the dates in that column, as ``strptime`` writes it.
        day_first: Whether 03/05/2024 is the third of May.
        layers: Layers that records hold, such as ``["entities", "quotes"]``, with what they point into. Default: all.
        mark_duplicates: Whether a document that repeats an earlier one of the same call names it in ``duplicate_of``.
        timeout: Seconds that one document may take; what is missing then is said in its record.
        precision: ``"int8"``, or ``"f32"``, the reference, a third as fast.
        jobs: Documents annotated at once by ``annotate_many`` and ``annotate_files``. Default: one per core.

    Raises:
        ModelError: when there is no such model, or it is damaged.
        SettingsError: when there is no such stage or codebook, or a number is out of range.

    >>> press = Annotator(stages=["quote"])
    >>> row = press.annotate("OSLO — “We will not wait,” minister Ingrid Solberg said on Monday.")
    >>> row.text_of(row.quotes[0]), row.entity(row.quotes[0].speaker).name
    ('“We will not wait,”', 'Ingrid Solberg')
    """

    def __init__(
        self,
        model: Optional[Path] = None,
        stages: Optional[Sequence[str]] = None,
        targets: Optional[Sequence[str]] = None,
        codebooks: Optional[Sequence[Path]] = None,
        *,
        terms: Optional[Sequence[Path]] = None,
        labels: str = "news",
        min_score: Optional[float] = None,
        min_frame_score: float = 0.0,
        summary: Union[int, str] = 3,
        max_tokens: Optional[int] = None,
        max_bytes: Optional[int] = None,
        language: Optional[str] = None,
        fields: Optional[Mapping[str, str]] = None,
        date_format: Optional[str] = None,
        day_first: Optional[bool] = None,
        layers: Optional[Sequence[str]] = None,
        mark_duplicates: bool = True,
        timeout: Optional[float] = None,
        precision: str = "int8",
        jobs: Optional[int] = None,
    ) -> None:
        self._options: dict[str, Any] = {
            "model": model,
            "stages": _names("stages", stages),
            "targets": _names("targets", targets),
            "codebooks": _names("codebooks", codebooks),
            "terms": _names("terms", terms),
            "labels": labels,
            "min_score": min_score,
            "min_frame_score": min_frame_score,
            "summary": summary,
            "max_tokens": max_tokens,
            "max_bytes": max_bytes,
            "language": language,
            "fields": dict(fields or {}),
            "date_format": date_format,
            "day_first": day_first,
            "layers": _names("layers", layers),
            "mark_duplicates": mark_duplicates,
            "timeout": timeout,
            "precision": precision,
            "jobs": jobs,
        }
        self._engine = Engine(self._options)
        for notice in self._engine.notices:
            warnings.warn(notice, PressmarkWarning, stacklevel=2)

    @property
    def stages(self) -> list[str]:
        """Names of the stages that run, in their order."""
        return self._engine.stages

    @property
    def model(self) -> str:
        """Name and version of the model."""
        return self._engine.model

    @property
    def jobs(self) -> int:
        """Documents annotated at once by ``annotate_many`` and ``annotate_files``."""
        return self._engine.jobs

    def annotate(
        self,
        text: Input,
        *,
        title: Optional[str] = None,
        date: Optional[object] = None,
        url: Optional[str] = None,
        site: Optional[str] = None,
        authors: Optional[object] = None,
        id: Optional[str] = None,
        format: Optional[str] = None,
    ) -> Record:
        """Annotate one document on the calling thread.

        Args:
            text: A text as it was scraped, a web page (as text or bytes, told by how it starts), or a mapping with the
                text and what is known of it, such as ``{"headline": …, "body": …, "outlet": …}``.
            title: Its title, which then stands first in the record's ``text``.
            date: Its date: a ``date``, ``datetime`` or text.
            url: Its address.
            site: The outlet.
            authors: Its author or authors.
            id: Its own id. Default: the start of the SHA-256 of the input.
            format: ``"txt"``, ``"html"`` or ``"md"``, where that cannot be told.

        Returns:
            The record, which is the line that ``pressmark annotate`` writes for the same input. With ``title``, ``date``
            and the like, as with a mapping, the input is a line of JSON with these fields, into which ``raw_start`` and
            ``raw_end`` point.

        Raises:
            InputError: when the input is longer than ``max_bytes``. A text without an article is no error: its record
                says so in ``problems``.
        """
        known = {"id": id, "title": title, "date": date, "url": url, "site": site, "authors": authors}
        return Record(self._engine.annotate(as_pair(text, format, known)))

    def annotate_clean(self, text: str, language: Optional[str] = "en") -> Record:
        """Annotate a text that is an article and nothing else: no line of it is taken for boilerplate.

        The record's ``text`` is the text as it was given, to the character, so that offsets fit what you have already.

        Args:
            text: The article.
            language: Its language, an ISO 639-1 code; ``None`` where nobody knows.

        Raises:
            InputError: when the text is longer than ``max_bytes``.
        """
        return Record(self._engine.annotate_clean(text, language))

    def annotate_many(
        self,
        inputs: Union[Iterable[Input], object],
        *,
        batch: int = 64,
        progress: bool = True,
        format: Optional[str] = None,
    ) -> Iterator[Record]:
        """Annotate many documents on all cores and give their records in order, one for each.

        The records are those of one run of the command: ids are unique, and a document that repeats an earlier one names
        it. Memory is bounded: no more than ``batch`` inputs and a few megabytes of text are under way at once, however
        many there are and however slowly the records are taken. Inputs are read on the calling thread. Ctrl-C ends it.

        Args:
            inputs: Texts, pages and mappings as for ``annotate``; or any object that speaks Arrow: a column of texts or a
                table (a data frame of pandas or Polars, a relation of DuckDB, anything of pyarrow), which is read where
                it is, batch by batch. The columns of a table are found as ``fields`` or their usual names tell.
            batch: Inputs that are read ahead of the threads that annotate.
            progress: Whether to show a progress bar (tqdm, where it is installed) if standard error is a terminal or a
                notebook.
            format: As for ``annotate``, for every input that is bytes or text.

        Raises:
            InputError: when an Arrow object has no texts. What ``inputs`` itself raises comes after the records of the
                inputs before it.
        """
        if batch < 1:
            raise ValueError(f"batch is {batch}, expected at least 1")
        if isinstance(inputs, (str, bytes, bytearray, os.PathLike)):
            raise TypeError("annotate_many takes an iterable of texts; for one text: annotate, for paths: annotate_files")
        # Before the stream is open, which may be the one thing that a connection does.
        total = _length(inputs)
        if is_arrow(inputs):
            stream = self._engine.stream_arrow(inputs, batch)
        else:
            pairs = (as_pair(item, format) for item in inputs)  # type: ignore[attr-defined]
            stream = self._engine.stream(pairs, batch)
        return _rows(stream, total, progress)

    def annotate_batch(
        self,
        batch: object,
        *,
        format: Optional[str] = None,
        path: Optional[str] = None,
        record: Optional[str] = None,
    ) -> list[Record]:
        """Annotate a batch of a corpus that an engine such as Spark or Ray Data cut, each row for itself.

        A record depends on its row alone, not on what stands beside it in the batch, so that it is the same however the
        corpus is cut and however often a batch is tried again. Hence ids are not made unique and no duplicates are looked
        for: rows need ids of their own, else that of a row is the start of the SHA-256 of its content.

        Args:
            batch: Any object that speaks Arrow: a table, whose columns are found as ``fields`` or their usual names tell,
                or a column of texts.
            format: For a column of texts what each is: ``"txt"`` (the default), ``"html"``, ``"md"``, ``"jsonl"``. For a
                table what it was read from, ``"parquet"`` or ``"arrow"``, which is told in ``source.media_type``.
            path: Name of a column of the table with the path of each row's file, which goes to ``source.path`` and is no
                part of the record. Without one ``source.path`` is ``-``.
            record: Name of a column with the place of each row in its file, from 0, for ``source.record``. Without one
                that is 0.

        Returns:
            The records, one for each row. With ``format``, ``path`` and ``record`` they are those that
            ``pressmark annotate --duplicates keep`` writes for the same files, where ids are unique.
            ``to_arrow(records, "rows")`` is a table of them with always the same columns.

        Raises:
            InputError: when the object has no texts, or no such column.

        >>> import pyarrow
        >>> press = Annotator(stages=["quote"], jobs=1)
        >>> batch = pyarrow.table({"id": ["a"], "text": ["OSLO — “We wait,” Ingrid Solberg said."], "file": ["x.parquet"]})
        >>> rows = press.annotate_batch(batch, path="file")
        >>> rows[0].id, rows[0].source.path
        ('a', 'x.parquet')
        """
        return list(_records(self._engine.stream_batch(batch, format, path, record)))

    def annotate_files(self, paths: Union[Path, Iterable[Path]], *, progress: bool = True) -> Iterator[Record]:
        """Annotate the documents in files and folders, as ``pressmark annotate PATHS`` reads them, and give their records.

        Files are text, HTML, Markdown, JSONL, JSON, CSV, TSV, WARC and more, also compressed; folders are walked. What
        gives no document is told in a ``PressmarkWarning`` at the end.

        Raises:
            InputError: when a path does not exist.
        """
        if isinstance(paths, (str, os.PathLike)):
            paths = [paths]
        return _rows(self._engine.stream_files(list(paths)), None, progress)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_again, (self._options,))

    def __repr__(self) -> str:
        return f"<Annotator {self.model}: {', '.join(self.stages)}>"


def _again(options: dict[str, Any]) -> Annotator:
    return Annotator(**options)


def _names(what: str, names: Optional[Sequence[Any]]) -> list[Any]:
    if isinstance(names, (str, os.PathLike)):
        raise TypeError(f"{what} is a list of names, such as [{str(names)!r}]")
    return list(names or [])


def _length(inputs: object) -> Optional[int]:
    # A relation of DuckDB would run its query to count.
    if type(inputs).__module__.partition(".")[0] == "duckdb":
        return None
    try:
        return len(inputs)  # type: ignore[arg-type]
    except TypeError:
        return None


def _rows(stream: Stream, total: Optional[int], progress: bool) -> Iterator[Record]:
    rows = _records(stream)
    return _progress.count(rows, total) if progress else rows


def _records(stream: Stream) -> Iterator[Record]:
    try:
        yield from map(Record, stream)
        skipped = stream.skipped()
        if skipped:
            first = "; ".join(skipped[:3])
            warnings.warn(f"{len(skipped)} files gave no document: {first}", PressmarkWarning, stacklevel=3)
    finally:
        stream.close()
