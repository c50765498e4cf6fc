"""Texts come in and tables go out over the Arrow C data interface."""

import datetime

import duckdb
import pandas
import polars
import pyarrow
import pytest
from conftest import TEXTS, run_command

import pressmark

NEWS = pyarrow.table(
    {
        "headline": ["Bridge shut", "Jobs cut", None],
        "body": TEXTS[:3],
        "date": [datetime.date(2024, 5, 6), datetime.date(2024, 5, 7), None],
        "views": [3, None, 5],
    }
)


def expected(press, texts=TEXTS):
    return [row.to_json() for row in press.annotate_many(list(texts))]


def as_lines(rows):
    return [row.to_json() for row in rows]


@pytest.mark.parametrize(
    "column",
    [
        pyarrow.array(TEXTS),
        pyarrow.array(TEXTS, pyarrow.large_string()),
        pyarrow.array(TEXTS, pyarrow.string_view()),
        pyarrow.array(TEXTS).dictionary_encode(),
        pyarrow.array([text.encode() for text in TEXTS]),
        pyarrow.chunked_array([TEXTS[:1], TEXTS[1:]]),
        pyarrow.array(["x", *TEXTS, "y"])[1:-1],
        pyarrow.table({"whatever": TEXTS}),
        polars.Series(TEXTS),
        polars.Series(TEXTS, dtype=polars.Categorical),
        polars.DataFrame({"whatever": TEXTS}),
        pandas.DataFrame({"whatever": TEXTS}),
    ],
    ids=lambda column: f"{type(column).__module__.split('.')[0]}-{getattr(column, 'type', getattr(column, 'dtype', ''))}",
)
def test_a_column_of_texts_is_read_where_it_is(press, column):
    assert as_lines(press.annotate_many(column)) == expected(press)


def test_missing_texts_keep_their_rows(press):
    rows = list(press.annotate_many(pyarrow.array([TEXTS[0], None, TEXTS[1]])))
    assert [row.status for row in rows] == ["ok", "failed", "ok"]


def check_table(rows):
    assert [row.meta.title for row in rows] == ["Bridge shut", "Jobs cut", None]
    assert [row.meta.published for row in rows] == ["2024-05-06", "2024-05-07", None]
    assert '"views":3' in rows[0].extra.replace(" ", "")
    assert rows[0].text.endswith("piers.")


def test_tables_of_each_library_give_the_same_rows(press):
    relation = duckdb.sql("select * from NEWS")
    for table in (NEWS, polars.from_arrow(NEWS), relation, NEWS.to_reader(max_chunksize=1)):
        check_table(list(press.annotate_many(table)))
    check_table(list(press.annotate_many(NEWS.to_pandas(types_mapper=pandas.ArrowDtype))))


def test_columns_are_named_where_they_are_not_usual():
    press = pressmark.Annotator(stages=["tokenize"], fields={"text": "x", "title": "y"})
    row = next(press.annotate_many(pyarrow.table({"x": [TEXTS[0]], "y": ["Bridge shut"]})))
    assert row.text.startswith("Bridge shut\n\nOSLO")


def test_a_column_of_numbers_is_no_text(press):
    with pytest.raises(pressmark.InputError, match="Int64"):
        list(press.annotate_many(pyarrow.array([1, 2])))


def test_what_breaks_while_a_stream_is_read_is_told(press):
    def batches():
        yield pyarrow.record_batch({"text": TEXTS[:2]})
        raise OSError("the cable is cut")

    schema = pyarrow.schema({"text": pyarrow.string()})
    rows = press.annotate_many(pyarrow.RecordBatchReader.from_batches(schema, batches()))
    assert next(rows).status == next(rows).status == "ok"
    with pytest.raises(pressmark.InputError, match="the cable is cut"):
        next(rows)


def test_a_large_table_is_read_batch_by_batch(press):
    taken = 0

    def batches():
        nonlocal taken
        while True:
            taken += 1
            yield pyarrow.record_batch({"text": TEXTS[:3]})

    schema = pyarrow.schema({"text": pyarrow.string()})
    rows = press.annotate_many(pyarrow.RecordBatchReader.from_batches(schema, batches()), batch=4)
    for _ in range(6):
        next(rows)
    assert taken < 1000
    rows.close()


def test_tables_go_out_to_each_library(press):
    rows = list(press.annotate_many(TEXTS))
    mentions = pressmark.to_arrow(rows, "mentions")
    assert mentions.name == "mentions" and len(mentions) == sum(len(row.ents) for row in rows) > 5
    expected = [(row.id, row.text_of(ent), ent.label) for row in rows for ent in row.ents]

    table = pyarrow.table(mentions)
    assert list(zip(*(table[name].to_pylist() for name in ("doc", "text", "label")))) == expected
    assert polars.DataFrame(mentions).select("doc", "text", "label").rows() == expected
    assert duckdb.sql("select doc, text, label from mentions").fetchall() == expected
    frame = pressmark.to_pandas(rows, "mentions")
    assert list(frame[["doc", "text", "label"]].itertuples(index=False, name=None)) == expected
    assert str(frame["start"].dtype) == "int64"


def test_nothing_is_copied_on_the_way_out(press):
    mentions = pressmark.to_arrow(press.annotate_many(TEXTS), "mentions")
    table = pyarrow.table(mentions)
    for name, addresses in mentions.buffers().items():
        assert [chunk.buffers()[-1].address for chunk in table[name].chunks] == addresses, name
    # Nor when it is read once more.
    again = pyarrow.table(mentions)
    assert again["text"].chunk(0).buffers()[-1].address == table["text"].chunk(0).buffers()[-1].address


def test_several_tables_take_one_pass(press):
    tables = pressmark.to_arrow(press.annotate_many(TEXTS), ["documents", "quotes", "frames"])
    assert list(tables) == ["documents", "quotes", "frames"] and len(tables["documents"]) == len(TEXTS)
    frames = pressmark.to_pandas(press.annotate(TEXTS[0]), ["documents", "frames"])
    assert frames["frames"]["doc"].unique().tolist() == frames["documents"]["doc"].tolist()


def test_dates_and_nulls_have_types(press):
    row = press.annotate(TEXTS[0], date="2024-05-06T10:00:00Z")
    table = pyarrow.table(pressmark.to_arrow([row, press.annotate(TEXTS[1])]))
    assert table.schema.field("published_date").type == pyarrow.date32()
    assert table["published_date"].to_pylist() == [datetime.date(2024, 5, 6), None]
    assert not table.schema.field("doc").nullable and table.schema.field("title").nullable


def test_every_table_is_the_one_that_the_command_exports(press, tmp_path):
    rows = list(press.annotate_many(TEXTS))
    lines = tmp_path / "rows.jsonl"
    lines.write_text("".join(row.to_json() + "\n" for row in rows), encoding="utf-8")
    run_command("export", str(lines), "--to", "csv", "-o", str(tmp_path / "tables"), "-q")
    exported = {path.stem: path for path in (tmp_path / "tables").glob("*.csv")}
    assert {"documents", "mentions", "quotes", "frames"} <= set(exported) <= set(pressmark.TABLES)
    for name, path in exported.items():
        csv = pandas.read_csv(path, keep_default_na=False, na_values=[], dtype=str)
        table = pyarrow.table(pressmark.to_arrow(rows, name))
        assert list(csv.columns) == table.column_names and len(csv) == table.num_rows, name
    empty = pyarrow.table(pressmark.to_arrow([], "stances"))
    assert empty.num_rows == 0 and "holder" in empty.column_names


def test_a_table_that_is_not_there_names_those_that_are(press):
    with pytest.raises(pressmark.SettingsError, match="documents"):
        pressmark.to_arrow([], "phrases")
    with pytest.raises(TypeError, match="from_json"):
        pressmark.to_arrow([press.annotate(TEXTS[0]).to_dict()])
