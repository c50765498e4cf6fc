"""Batches of a corpus that an engine cut: each row for itself, with a schema that is always the same."""

import json

import polars
import pyarrow
import pyarrow.parquet
import pytest
from conftest import TEXTS, run_command

import pressmark

ARTICLES = pyarrow.table(
    {
        "id": [f"n{i}" for i in range(100)],
        "text": [f"{TEXTS[i % 4]} That was note {i} of the day." if i % 9 else None for i in range(100)],
        "title": pyarrow.array(["Bridge shut" if i % 3 else None for i in range(100)], pyarrow.string()),
        "views": list(range(100)),
    }
)
PLACED = ARTICLES.append_column("file", [["news.parquet"] * 100]).append_column("row", [list(range(100))])


def in_batches(press, size, **options):
    tables = [PLACED.slice(start, size) for start in range(0, 100, size)]
    return [row for table in tables for row in press.annotate_batch(table, format="parquet", **options)]


def test_rows_are_those_of_the_command_however_the_corpus_is_cut(press, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pyarrow.parquet.write_table(ARTICLES, "news.parquet")
    expected = run_command("annotate", "news.parquet", "--duplicates", "keep", "-q")
    assert len(expected) == 100
    for size in (1, 7, 64, 100):
        assert [row.to_json() for row in in_batches(press, size, path="file", record="row")] == expected

    # The table of rows is the one that the command writes.
    run_command("annotate", "news.parquet", "--duplicates", "keep", "-q", "-o", "rows.parquet")
    written = pyarrow.parquet.read_table("rows.parquet")
    table = pyarrow.table(pressmark.to_arrow(in_batches(press, 64, path="file", record="row"), "rows"))
    assert table.schema == written.schema and table.to_pylist() == written.to_pylist()


def test_lines_are_those_of_the_command(press, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = [json.dumps(row) for row in ARTICLES.to_pylist()]
    (tmp_path / "news.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    expected = run_command("annotate", "news.jsonl", "--duplicates", "keep", "-q")
    table = pyarrow.table({"line": lines, "file": ["news.jsonl"] * 100, "row": range(100)})
    assert [row.to_json() for row in press.annotate_batch(table, format="jsonl", path="file", record="row")] == expected


def test_a_row_knows_nothing_of_its_neighbours(press):
    same = pyarrow.table({"id": ["a", "a"], "text": [TEXTS[0]] * 2})
    first, second = press.annotate_batch(same)
    assert first == second and first.id == "a" and first.duplicate_of is None
    assert (first.source.path, first.source.record) == ("-", 0)


def test_the_place_is_no_part_of_the_record(press):
    known, unknown = (press.annotate_batch(table, **place)[0] for table, place in (
        (PLACED.slice(1, 1), {"path": "file", "record": "row"}),
        (ARTICLES.slice(1, 1), {}),
    ))
    assert (known.source.path, known.source.record, known.source.sha256) == ("news.parquet", 1, unknown.source.sha256)
    assert "file" not in known.extra and '"views":1' in known.extra


def test_a_table_of_one_column_is_rows_or_texts(press):
    table = pyarrow.table({"body": [TEXTS[0]]})
    text, row = press.annotate_batch(table)[0], press.annotate_batch(table, format="arrow")[0]
    assert text.text == row.text and text.source.media_type == "text/plain"
    assert row.source.media_type == "application/vnd.apache.arrow.file"


def test_batches_of_other_libraries_and_types(press):
    expected = in_batches(press, 100, path="file", record="row")
    frame = polars.from_arrow(PLACED).with_columns(polars.col("file").cast(polars.Categorical), polars.col("row").cast(polars.UInt32))
    assert press.annotate_batch(frame, format="parquet", path="file", record="row") == expected


def test_what_is_wrong_with_the_columns_is_said(press):
    with pytest.raises(pressmark.InputError, match="no column \"path\""):
        press.annotate_batch(PLACED, path="path")
    with pytest.raises(pressmark.InputError, match="file"):
        press.annotate_batch(PLACED.set_column(4, "file", [[None] * 100]), path="file")
    with pytest.raises(pressmark.InputError, match="table"):
        press.annotate_batch(pyarrow.array(TEXTS), path="file")
    with pytest.raises(pressmark.SettingsError, match="parquet"):
        press.annotate_batch(PLACED, format="docx")


def test_the_schema_does_not_depend_on_the_rows(press):
    schema = pyarrow.schema(pressmark.to_arrow([], "rows"))
    assert schema.names[:3] == ["schema", "id", "status"]
    # No text, no entities, no stances: lists and structs that hold nothing have their types all the same.
    rows = press.annotate_batch(pyarrow.table({"id": ["a"], "text": [""]}))
    assert pyarrow.schema(pressmark.to_arrow(rows, "rows")) == schema
    assert pyarrow.schema(pressmark.to_arrow(in_batches(press, 100), "rows")) == schema


def test_pyarrow_can_write_the_rows_again(press, tmp_path):
    table = pyarrow.table(pressmark.to_arrow(in_batches(press, 100), "rows"))
    pyarrow.parquet.write_table(table, tmp_path / "rows.parquet")
    assert pyarrow.parquet.read_table(tmp_path / "rows.parquet").to_pylist() == table.to_pylist()
