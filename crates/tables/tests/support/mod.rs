//! Records for tests, and records rebuilt from tables.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_ipc::reader::FileReader;
use arrow_schema::{DataType, SchemaRef};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use pressmark_jsonl::{Record, SCHEMA};
use pressmark_tables::{ColumnType, TABLES, TableFormat, TableWriter, WrittenTable, table_named};
use serde_json::{Map, Value as Json, json};

/// Rows of a table: cells by column name, `None` for null.
pub(crate) type Rows = Vec<BTreeMap<String, Option<String>>>;

fn record(value: Json) -> Record<'static> {
    serde_json::from_value::<Record<'_>>(value).expect("a record").into_owned()
}

/// A record in which every list has items and every optional value occurs.
pub(crate) fn whole_record() -> Record<'static> {
    // A combining diaeresis, an emoji of three code points, line ends of both kinds, commas and quotation marks.
    let text = "Zoe\u{308} \u{1F469}\u{200D}\u{1F680} won.\r\n\n\u{201C}No, \"never\",\u{201D} said Ana.";
    record(json!({
        "schema": SCHEMA,
        "id": "a,1",
        "status": "partial",
        "problems": [
            { "stage": "ingest", "kind": "bad_date", "message": "no \"date\"", "start": null, "end": null },
            { "stage": "ner", "kind": "timeout", "message": "late", "start": 0, "end": 3 },
        ],
        "source": {
            "path": "in,put.jsonl", "record": 3, "url": "https://paper.example/a?b=1,2", "sha256": "00ff", "bytes": 99,
            "media_type": "application/json", "encoding": "UTF-8",
        },
        "meta": {
            "title": "= A \"title\"", "authors": ["Li, Wei", "Ana"], "published": "2024-05-17T23:30:00-05:00",
            "site": "The Paper", "language": "en", "language_score": 0.912_345, "credited_source": "Wire",
        },
        "text": text,
        "segments": [
            { "start": null, "end": null, "raw_start": 0, "raw_end": 9, "kind": "chrome", "reason": "related", "edits": [] },
            { "start": 0, "end": 40, "raw_start": 9, "raw_end": 99, "kind": "body", "reason": null, "edits": [
                { "start": 13, "end": 13, "raw_start": 30, "raw_end": 31, "kind": "invisible" },
            ] },
        ],
        "sents": [{ "start": 0, "end": 13 }, { "start": 16, "end": 40 }],
        "tokens": [{ "id": "0", "start": 0, "end": 4 }, { "id": "1", "start": 5, "end": 8 }],
        "ents": [
            { "start": 0, "end": 8, "label": "PERSON", "score": 0.5, "entity": "e0" },
            { "start": 36, "end": 39, "label": "PERSON", "score": 1.0, "entity": null },
        ],
        "entities": [
            { "id": "e0", "name": "Zoe\u{308} Gray", "label": "PERSON", "aliases": ["Zoe\u{308}", "Gray"], "mentions": 1,
              "sentiment": { "label": "positive", "score": 0.7, "positive": 0.7, "neutral": 0.2, "negative": 0.1 } },
            { "id": "e1", "name": "Ana", "label": "PERSON", "aliases": [], "mentions": 0, "sentiment": null },
        ],
        "quotes": [
            { "start": 16, "end": 30, "kind": "direct", "speaker": "e1", "speaker_start": 36, "speaker_end": 39,
              "cue_start": 31, "cue_end": 35, "closed": true },
            { "start": 0, "end": 4, "kind": "indirect", "speaker": null, "speaker_start": null, "speaker_end": null,
              "cue_start": null, "cue_end": null, "closed": false },
        ],
        "summary": [{ "start": 16, "end": 40, "rank": 1, "score": 0.25 }],
        "abstract": "Zoe\u{308} won.",
        "frames": [
            { "codebook": "policy-frames 1", "label": "politics", "score": 0.9, "evidence": [
                { "start": 0, "end": 13, "score": 0.8, "voice": "outlet" },
                { "start": 16, "end": 30, "score": 0.4, "voice": "1" },
            ] },
            { "codebook": "policy-frames 1", "label": "health", "score": 0.0, "evidence": [] },
        ],
        "stances": [
            { "holder": "outlet", "target": "a, new port", "label": "favor", "score": 0.6,
              "probabilities": { "bears_on_target": 0.9, "takes_a_side": 0.8, "in_favor": 0.7 },
              "evidence": [{ "start": 0, "end": 13 }] },
            { "holder": "e1", "target": "e0", "label": "against", "score": 0.5, "evidence": [] },
        ],
        "duplicate_of": "b",
        "coverage": [
            { "stage": "ner", "seen": 10, "total": 40 },
            { "stage": "stance", "seen": 40, "total": 40, "passages": { "found": 40, "read": 32 } },
        ],
        "provenance": {
            "pressmark": "0.1.0",
            "stages": [{ "stage": "ner", "model": "news 1", "sha256": "aa", "licence": "CC-BY-SA-4.0", "settings": "{\"a\":1}" }],
            "layers": ["entities", "quotes"],
        },
        "extra": "{\"section\":\"a \\\"b\\\"\"}",
    }))
}

/// A record of a document without text.
pub(crate) fn empty_record() -> Record<'static> {
    record(json!({
        "schema": SCHEMA, "id": "b", "status": "failed", "problems": [],
        "source": {
            "path": "-", "record": 0, "url": null, "sha256": "", "bytes": 0, "media_type": "text/plain", "encoding": "UTF-8",
        },
        "meta": {
            "title": null, "authors": [], "published": null, "site": null, "language": null, "language_score": null,
            "credited_source": null,
        },
        "text": "", "segments": [], "sents": [], "tokens": [], "ents": [], "entities": [], "quotes": [], "summary": [],
        "abstract": null, "frames": [], "stances": [], "duplicate_of": null, "coverage": [],
        "provenance": { "pressmark": "0.1.0", "stages": [], "layers": null }, "extra": null,
    }))
}

/// Writes records to all tables.
pub(crate) fn written(folder: &Path, format: TableFormat, records: &[Record<'_>]) -> Vec<WrittenTable> {
    let mut writer = TableWriter::create(folder, format, TABLES, false).expect("a folder of tables");
    for record in records {
        writer.add(record).expect("a whole record");
    }
    writer.finish().expect("all is written")
}

/// Reads a CSV file: an empty cell is null, a pair of quotation marks an empty text.
pub(crate) fn read_csv(path: &Path, table: &str) -> Rows {
    let columns = table_named(table).expect("a table").columns;
    let bytes = std::fs::read(path).expect("a file");
    // The reader does not distinguish an empty cell from an empty text, so mark the latter with an unused character.
    let marked = String::from_utf8(bytes).expect("UTF-8");
    let marked =
        marked.replace(",\"\",", ",\u{FFFF},").replace(",\"\",", ",\u{FFFF},").replace(",\"\"\n", ",\u{FFFF}\n");
    let mut reader = csv::Reader::from_reader(marked.as_bytes());
    let header: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    assert_eq!(header, columns.iter().map(|column| column.name).collect::<Vec<_>>());
    let rows = reader.records().map(|row| {
        let row = row.expect("a row");
        let cell = |cell: &str| match cell {
            "" => None,
            "\u{FFFF}" => Some(String::new()),
            some => Some(some.to_owned()),
        };
        header.iter().cloned().zip(row.iter().map(cell)).collect()
    });
    rows.collect()
}

/// Returns the schema and batches of a columnar file; for Parquet, one batch per row group.
pub(crate) fn batches(path: &Path) -> (SchemaRef, Vec<RecordBatch>) {
    let file = File::open(path).expect("a file");
    if path.extension().is_some_and(|ending| ending == "arrow") {
        let reader = FileReader::try_new(file, None).expect("an Arrow file");
        return (reader.schema(), reader.map(|batch| batch.expect("a batch")).collect());
    }
    let groups = ParquetRecordBatchReaderBuilder::try_new(file).expect("a Parquet file").metadata().num_row_groups();
    let read = |group: usize| {
        let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).expect("a file")).expect("Parquet");
        let reader = builder.with_row_groups(vec![group]).with_batch_size(1 << 20).build().expect("a reader");
        reader.map(|batch| batch.expect("a batch")).collect::<Vec<_>>()
    };
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).expect("a file")).expect("Parquet");
    (Arc::clone(builder.schema()), (0..groups).flat_map(read).collect())
}

/// Reads a columnar file to the same cells as [`read_csv`].
pub(crate) fn read_columns(path: &Path, table: &str) -> Rows {
    let columns = table_named(table).expect("a table").columns;
    let (schema, batches) = batches(path);
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(names, columns.iter().map(|column| column.name).collect::<Vec<_>>());
    let mut rows = Rows::new();
    for batch in batches {
        for row in 0..batch.num_rows() {
            let cell = |(name, column): (&&str, &ArrayRef)| ((*name).to_owned(), cell_of(column, row));
            rows.push(names.iter().zip(batch.columns()).map(cell).collect());
        }
    }
    rows
}

fn cell_of(column: &ArrayRef, row: usize) -> Option<String> {
    if column.is_null(row) {
        return None;
    }
    Some(match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).to_owned(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => format!("{:?}", column.as_primitive::<Float64Type>().value(row)),
        DataType::Boolean => column.as_boolean().value(row).to_string(),
        // The only date in these tests.
        DataType::Date32 => {
            assert_eq!(column.as_primitive::<Date32Type>().value(row), 19_860);
            "2024-05-17".to_owned()
        }
        other => panic!("no table has a column of {other}"),
    })
}

/// Converts a cell to JSON.
fn json_cell(table: &str, column: &str, cell: Option<&String>) -> Json {
    let Some(cell) = cell else { return Json::Null };
    let of = table_named(table).and_then(|table| table.columns.iter().find(|c| c.name == column)).expect("a column");
    match of.column_type {
        ColumnType::Text | ColumnType::Date => Json::from(cell.as_str()),
        _ => serde_json::from_str(cell).expect("a number or a truth value"),
    }
}

/// Rows of one document.
struct Of<'t> {
    tables: &'t BTreeMap<&'t str, Rows>,
    doc: &'t str,
}

impl Of<'_> {
    fn rows(&self, table: &str, keys: &[(&str, &str)]) -> Vec<Map<String, Json>> {
        let is_of = |row: &&BTreeMap<String, Option<String>>| {
            row["doc"].as_deref() == Some(self.doc)
                && keys.iter().all(|(key, value)| row[*key].as_deref() == Some(value))
        };
        let object = |row: &BTreeMap<String, Option<String>>| {
            row.iter().map(|(name, cell)| (name.clone(), json_cell(table, name, cell.as_ref()))).collect()
        };
        self.tables[table].iter().filter(is_of).map(object).collect()
    }

    /// Rows reduced to these columns; `keys` select them.
    fn pick(&self, table: &str, keys: &[(&str, &str)], columns: &[&str]) -> Vec<Json> {
        self.rows(table, keys).into_iter().map(|row| picked(&row, columns)).collect()
    }
}

fn picked(row: &Map<String, Json>, columns: &[&str]) -> Json {
    let pair = |column: &&str| {
        // `name:column` renames a column.
        let (name, column) = column.split_once(':').unwrap_or((column, column));
        (name.to_owned(), row[column].clone())
    };
    columns.iter().map(pair).collect::<Map<String, Json>>().into()
}

/// Rebuilds complete records from tables.
pub(crate) fn rebuilt(tables: &BTreeMap<&str, Rows>) -> Vec<Record<'static>> {
    let docs = tables["documents"].iter().map(|row| row["doc"].clone().expect("an id"));
    docs.map(|doc| rebuilt_one(&Of { tables, doc: &doc })).collect()
}

fn rebuilt_one(of: &Of<'_>) -> Record<'static> {
    let document = of.rows("documents", &[]).remove(0);
    let number = |row: &Json, key: &str| row[key].as_u64().expect("a number").to_string();
    let mut source = picked(&document, &["path", "record", "url", "sha256", "bytes", "media_type", "encoding"]);
    source["path"] = document["path"].clone();
    let meta = ["title", "published", "site", "language", "language_score", "credited_source"];
    let mut meta = picked(&document, &meta);
    meta["authors"] = of.rows("authors", &[]).iter().map(|row| row["name"].clone()).collect();
    let with = |table: &str, columns: &[&str], inner: &dyn Fn(&mut Json)| -> Json {
        let mut rows = of.pick(table, &[], columns);
        rows.iter_mut().for_each(inner);
        rows.into()
    };
    let spans = ["start", "end"];
    let segments = with("segments", &["segment", "start", "end", "raw_start", "raw_end", "kind", "reason"], &|row| {
        let key = number(row, "segment");
        row["edits"] = of.pick("edits", &[("segment", &key)], &["start", "end", "raw_start", "raw_end", "kind"]).into();
    });
    let tokens = with("tokens", &["id:token", "start", "end"], &|row| row["id"] = number(row, "id").into());
    let entities = with("entities", &["id:entity", "name", "label", "mentions"], &|row| {
        let key = row["id"].as_str().expect("an id").to_owned();
        let names = of.rows("aliases", &[("entity", &key)]);
        row["aliases"] = names.iter().map(|row| row["name"].clone()).collect();
        let tone = of.pick("sentiments", &[("entity", &key)], &["label", "score", "positive", "neutral", "negative"]);
        row["sentiment"] = tone.into_iter().next().unwrap_or_default();
    });
    let frames = with("frames", &["frame", "codebook", "label", "score"], &|row| {
        let key = number(row, "frame");
        row["evidence"] = of.pick("frame_evidence", &[("frame", &key)], &["start", "end", "score", "voice"]).into();
    });
    let odds = ["bears_on_target", "takes_a_side", "in_favor"];
    let stances = with("stances", &[&["stance", "holder", "target", "label", "score"][..], &odds].concat(), &|row| {
        let key = number(row, "stance");
        row["evidence"] = of.pick("stance_evidence", &[("stance", &key)], &spans).into();
        if !row["in_favor"].is_null() {
            row["probabilities"] = odds.iter().map(|name| ((*name).to_owned(), row[*name].clone())).collect();
        }
    });
    let coverage = with("coverage", &["stage", "seen", "total", "passages_found", "passages_read"], &|row| {
        if !row["passages_found"].is_null() {
            row["passages"] = json!({ "found": row["passages_found"], "read": row["passages_read"] });
        }
    });
    let layers = document["layers"].as_str().map(|layers| layers.split(',').collect::<Vec<_>>());
    let quote = ["start", "end", "kind", "speaker", "speaker_start", "speaker_end", "cue_start", "cue_end", "closed"];
    record(json!({
        "schema": SCHEMA, "id": of.doc, "status": document["status"],
        "problems": of.pick("problems", &[], &["stage", "kind", "message", "start", "end"]),
        "source": source, "meta": meta, "text": document["text"], "segments": segments,
        "sents": of.pick("sentences", &[], &spans), "tokens": tokens,
        "ents": of.pick("mentions", &[], &["start", "end", "label", "score", "entity"]),
        "entities": entities, "quotes": of.pick("quotes", &[], &quote),
        "summary": of.pick("summary", &[], &["start", "end", "rank", "score"]), "abstract": document["abstract"],
        "frames": frames, "stances": stances, "duplicate_of": document["duplicate_of"], "coverage": coverage,
        "provenance": {
            "pressmark": document["pressmark"], "layers": layers,
            "stages": of.pick("stages", &[], &["stage", "model", "sha256", "licence", "settings"]),
        },
        "extra": document["extra"],
    }))
}
