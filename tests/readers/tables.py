"""Checks that the tables of `pressmark export` are what their readers take them for.

    python tests/readers/tables.py target/release/pressmark annotated.jsonl FOLDER

Exports the rows to every format under FOLDER and reads each table with pandas, Polars, DuckDB and pyarrow: types are those
of the declarations, the values of all formats and readers are the same, keys are unique, every reference leads to a row,
and tables have as many rows as the lists of the JSON Lines have elements. Then a table of articles is annotated from
Parquet, Arrow and CSV, and Parquet that `annotate` writes is held against its JSON Lines.
"""

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.feather
import pyarrow.parquet

# How many rows a record has in each table.
COUNTS = {
    "documents": lambda r: 1,
    "authors": lambda r: len(r["meta"]["authors"]),
    "problems": lambda r: len(r["problems"]),
    "stages": lambda r: len(r["provenance"]["stages"]),
    "coverage": lambda r: len(r["coverage"]),
    "segments": lambda r: len(r["segments"]),
    "edits": lambda r: sum(len(s["edits"]) for s in r["segments"]),
    "sentences": lambda r: len(r["sents"]),
    "tokens": lambda r: len(r["tokens"]),
    "entities": lambda r: len(r["entities"]),
    "aliases": lambda r: sum(len(e["aliases"]) for e in r["entities"]),
    "mentions": lambda r: len(r["ents"]),
    "sentiments": lambda r: sum(e["sentiment"] is not None for e in r["entities"]),
    "quotes": lambda r: len(r["quotes"]),
    "summary": lambda r: len(r["summary"]),
    "frames": lambda r: len(r["frames"]),
    "frame_evidence": lambda r: sum(len(f["evidence"]) for f in r["frames"]),
    "stances": lambda r: len(r["stances"]),
    "stance_evidence": lambda r: sum(len(s["evidence"]) for s in r["stances"]),
}

POLARS = {"string": polars.String, "int64": polars.Int64, "double": polars.Float64, "bool": polars.Boolean}
POLARS["date32[day]"] = polars.Date
DUCKDB = {"string": "VARCHAR", "int64": "BIGINT", "double": "DOUBLE", "bool": "BOOLEAN", "date32[day]": "DATE"}
PANDAS = {"string": "string", "int64": "Int64", "double": "Float64", "bool": "boolean", "date32[day]": "string"}


def run(*args: object, codes: tuple[int, ...] = (0,)) -> None:
    done = subprocess.run([str(arg) for arg in args], capture_output=True, text=True)
    assert done.returncode in codes, f"{args}: {done.stderr}"


def read_csv(path: Path, schema: pyarrow.Schema) -> dict[str, pyarrow.Table]:
    """The table as each reader of CSV has it, as Arrow."""
    types = {field.name: str(field.type) for field in schema}
    names = list(types)
    tables = {}
    frame = polars.read_csv(path, schema={name: POLARS[kind] for name, kind in types.items()})
    tables["polars"] = frame.to_arrow()
    columns = ", ".join(f"'{name}': '{DUCKDB[kind]}'" for name, kind in types.items())
    query = f"select * from read_csv('{path}', header=true, quote='\"', escape='\"', delim=',', columns={{{columns}}}, allow_quoted_nulls=false, max_line_size=100000000)"
    tables["duckdb"] = duckdb.sql(query).to_arrow_table()
    # pandas takes an empty cell and a pair of marks for the same, so what is null shows in the others.
    frame = pandas.read_csv(path, dtype={n: PANDAS[k] for n, k in types.items()}, keep_default_na=False, na_values={n: [""] for n in names}, engine="c")
    tables["pandas"] = pyarrow.Table.from_pandas(frame, preserve_index=False)
    return tables


def read_columns(path: Path, folder: str) -> dict[str, pyarrow.Table]:
    if folder == "parquet":
        return {
            "pandas": pyarrow.Table.from_pandas(pandas.read_parquet(path), preserve_index=False),
            "polars": polars.read_parquet(path).to_arrow(),
            "duckdb": duckdb.sql(f"select * from read_parquet('{path}')").to_arrow_table(),
        }
    return {
        "pandas": pyarrow.Table.from_pandas(pandas.read_feather(path), preserve_index=False),
        "polars": polars.read_ipc(path).to_arrow(),
        "duckdb": duckdb.from_arrow(pyarrow.feather.read_table(path)).to_arrow_table(),
    }


def values(table: pyarrow.Table, empty_is_null: bool) -> list[dict]:
    """The rows of a table, with what is no number of a reader's own as plain values."""

    def plain(value: object) -> object:
        if empty_is_null and value == "":
            return None
        return value.isoformat()[:10] if hasattr(value, "isoformat") else value

    return [{name: plain(value) for name, value in row.items()} for row in table.to_pylist()]


def check_table(folder: Path, name: str, records: list[dict]) -> pyarrow.Table:
    table = pyarrow.parquet.read_table(folder / f"parquet/{name}.parquet")
    expected = sum(COUNTS[name](record) for record in records)
    assert table.num_rows == expected, f"{name}: {table.num_rows} rows, the records have {expected}"
    assert table.schema.metadata[b"pressmark.table"].decode() == name
    for field in table.schema:
        assert field.nullable or table[field.name].null_count == 0, f"{name}.{field.name} has nulls"
        assert field.metadata[b"description"], f"{name}.{field.name} has no description"
    assert pyarrow.feather.read_table(folder / f"arrow/{name}.arrow").equals(table), f"{name}: Arrow differs from Parquet"
    for form in ("parquet", "arrow"):
        for reader, found in read_columns(folder / f"{form}/{name}.{form}", form).items():
            assert values(found, False) == values(table, False), f"{name}: {reader} reads other values from {form}"
            for field in table.schema:
                kind = str(found.schema.field(field.name).type).replace("large_string", "string").replace("string_view", "string")
                # pandas has no type of its own for a day, nor an integer that may be missing.
                assert reader == "pandas" or kind == str(field.type), f"{name}.{field.name}: {kind} in {reader}"
    for reader, found in read_csv(folder / f"csv/{name}.csv", table.schema).items():
        is_pandas = reader == "pandas"
        assert values(found, is_pandas) == values(table, is_pandas), f"{name}: {reader} reads other values from CSV"
    return table


def check_keys(tables: dict[str, pyarrow.Table]) -> int:
    rows = {name: table.to_pylist() for name, table in tables.items()}
    references = 0
    for name, table in tables.items():
        key = table.schema.metadata[b"pressmark.key"].decode().split(",")
        keys = [tuple(row[column] for column in key) for row in rows[name]]
        assert len(set(keys)) == len(keys), f"{name}: {key} is not unique"
        for field in table.schema:
            target = field.metadata.get(b"references", b"").decode()
            if not target:
                continue
            of, column = target.split(".")
            known = {(row["doc"], row[column]) for row in rows[of]}
            for row in rows[name]:
                value = row[field.name]
                doc = value if column == "doc" else row["doc"]
                assert value is None or (doc, value) in known, f"{name}.{field.name}: {value} is not in {target}"
                references += value is not None
    return references


def check_spans(tables: dict[str, pyarrow.Table]) -> None:
    texts = {row["doc"]: row["text"] for row in tables["documents"].to_pylist()}
    for name in ("sentences", "tokens", "mentions", "quotes", "summary", "frame_evidence", "stance_evidence"):
        for row in tables[name].to_pylist():
            assert texts[row["doc"]][row["start"] : row["end"]] == row["text"], f"{name}: {row}"


def check_inputs(pressmark: str, folder: Path) -> None:
    """The same articles from a Parquet, an Arrow and a CSV file give the same rows."""
    texts = [
        "The ferry from Brunsund was cancelled on Tuesday, said Ada Okoye, the harbour master of the town.",
        "Cafe\u0301s in Lisbon shut early \U0001f6f3\ufe0f after the storm. \u201cNobody was hurt,\u201d said Mayor In\u00eas Duarte.",
    ]
    frame = pandas.DataFrame({"id": ["a", "b"], "title": ["Ferry, cancelled", "Storm"], "published": pandas.to_datetime(["2024-05-17", "2024-05-18"]), "body": texts, "views": [3, 4]})
    frame.to_csv(folder / "news.csv", index=False)
    frame.to_parquet(folder / "news.parquet", index=False)
    frame.to_feather(folder / "news.feather")
    polars.from_pandas(frame).write_parquet(folder / "news.pq", compression="zstd")
    rows = {}
    for name in ("news.csv", "news.parquet", "news.feather", "news.pq"):
        out = folder / f"{name}.jsonl"
        run(pressmark, "annotate", folder / name, "-o", out, "--overwrite", "--quiet")
        run(pressmark, "verify", out, "--inputs", folder, "--quiet")
        found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
        for row in found:
            assert row["meta"]["published"].startswith("2024-05-1"), row["meta"]
            row["meta"]["published"] = row["meta"]["published"][:10]
        # What leads back to the bytes of the input, and what names it, are the file's own.
        own = ("source", "segments", "extra")
        rows[name] = [{key: value for key, value in row.items() if key not in own} for row in found]
    assert all(found == rows["news.csv"] for found in rows.values()), "an input in columns gives other rows"


def check_rows(pressmark: str, jsonl: Path, folder: Path) -> None:
    """Parquet that is written directly holds the rows of the JSON Lines, whatever the threads."""
    records = [json.loads(line) for line in jsonl.read_text(encoding="utf-8").splitlines()]
    for jobs in (1, 2):
        # One of the seeds has no text.
        run(pressmark, "annotate", "seeds", "-o", folder / f"rows{jobs}.parquet", "--overwrite", "--quiet", "--jobs", jobs, codes=(0, 1))
    assert (folder / "rows1.parquet").read_bytes() == (folder / "rows2.parquet").read_bytes()
    found = pyarrow.parquet.read_table(folder / "rows1.parquet").to_pylist()
    without_null = lambda row: json.loads(json.dumps(row), object_hook=lambda o: {k: v for k, v in o.items() if v is not None})
    assert [without_null(row) for row in found] == [without_null(row) for row in records]
    path = folder / "rows1.parquet"
    assert len(pandas.read_parquet(path)) == len(records)
    assert polars.read_parquet(path)["ents"].list.len().sum() == sum(len(r["ents"]) for r in records)
    query = f"select count(*) from (select unnest(ents, recursive := true) from read_parquet('{path}')) where label = 'PERSON'"
    expected = sum(e["label"] == "PERSON" for r in records for e in r["ents"])
    assert duckdb.sql(query).fetchall() == [(expected,)]


def main() -> None:
    pressmark, jsonl, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    records = [json.loads(line) for line in jsonl.read_text(encoding="utf-8").splitlines()]
    for form in ("csv", "parquet", "arrow"):
        args = ["--to", form, "-o", folder / form, "--tables", ",".join(COUNTS), "--overwrite", "--quiet"]
        run(pressmark, "export", jsonl, *args)
    tables = {name: check_table(folder, name, records) for name in COUNTS}
    references = check_keys(tables)
    check_spans(tables)
    check_inputs(pressmark, folder)
    check_rows(pressmark, jsonl, folder)
    rows = sum(table.num_rows for table in tables.values())
    print(f"{len(tables)} tables with {rows} rows and {references} references are the same in pandas, Polars, DuckDB and pyarrow")


if __name__ == "__main__":
    main()
