"""Checks that an annotated file is what its four readers take it for.

    python tests/readers/check.py annotated.jsonl

Each row must load as a spaCy document with its tokens, sentences and entities, follow the JSON
Schema that was written beside the file, and slice to what it says; the file must load to typed
columns in pandas, Polars, DuckDB and Hugging Face datasets.
"""

import json
import sys
from pathlib import Path

import datasets
import duckdb
import jsonschema
import pandas
import polars
import spacy
from spacy.tokens import Doc


def check_row(row: dict, nlp: spacy.Language) -> None:
    doc = Doc(nlp.vocab).from_json(row)
    assert doc.text == row["text"], f"{row['id']}: spaCy makes another text of it"
    assert len(doc) == len(row["tokens"])
    assert [(e.start_char, e.end_char, e.label_) for e in doc.ents] == [
        (e["start"], e["end"], e["label"]) for e in row["ents"]
    ]
    starts = [s.start_char for s in doc.sents] if row["sents"] else []
    assert set(starts) >= {s["start"] for s in row["sents"]}, f"{row['id']}: sentences differ"
    length = len(row["text"])
    spans = row["sents"] + row["tokens"] + row["ents"] + row["quotes"] + row["summary"]
    for span in spans + [e for f in row["frames"] for e in f["evidence"]]:
        assert 0 <= span["start"] < span["end"] <= length, f"{row['id']}: {span}"
    ids = {e["id"] for e in row["entities"]}
    assert all(e["entity"] in ids | {None} for e in row["ents"])
    assert all(q["speaker"] in ids | {None} for q in row["quotes"])
    at = 0
    for segment in row["segments"]:
        assert segment["raw_start"] == at, f"{row['id']}: segments leave a gap at {at}"
        at = segment["raw_end"]
    assert at == row["source"]["bytes"], f"{row['id']}: segments end at {at}"


def check_tables(path: Path, rows: int) -> None:
    frame = pandas.read_json(path, lines=True)
    assert len(frame) == rows and frame["text"].map(type).eq(str).all()
    table = polars.read_ndjson(path, infer_schema_length=None)
    assert table.height == rows and table.schema["ents"].inner.to_python() is dict
    counted = duckdb.sql(f"select count(*), sum(len(ents)) from read_json_auto('{path}')").fetchall()
    assert counted[0][0] == rows and counted[0][1] > 0
    kinds = duckdb.sql(f"select distinct e.label from (select unnest(ents) as e from read_json_auto('{path}'))")
    assert len(kinds.fetchall()) > 0
    loaded = datasets.load_dataset("json", data_files=str(path), split="train")
    assert loaded.num_rows == rows and loaded.features["text"].dtype == "string"


def main() -> None:
    path = Path(sys.argv[1])
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    schema = json.loads(Path(f"{path}.schema.json").read_text(encoding="utf-8"))
    nlp = spacy.blank("xx")
    for row in rows:
        jsonschema.validate(row, schema)
        check_row(row, nlp)
    check_tables(path, len(rows))
    print(f"{len(rows)} rows load in spaCy, pandas, Polars, DuckDB and datasets")


if __name__ == "__main__":
    main()
