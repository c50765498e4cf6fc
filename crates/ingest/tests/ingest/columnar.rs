//! Parquet and Arrow files give the same documents as CSV with the same rows.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray, StructArray};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::{DataType, Field};
use parquet::arrow::ArrowWriter;
use pressmark_core::{Document, ProblemKind};
use pressmark_ingest::{Fields, Format, Inputs, Options, Record, ingest, replay};

const STORY: &str = "The ferry from Brunsund was cancelled on Tuesday after a storm broke the pier.\n\nNobody was hurt, \
                     said the harbour master, “and that is what counts” \u{1F6F3}\u{FE0F}.";

/// A table of three rows, the second without a title.
fn table() -> RecordBatch {
    let texts = [STORY.to_owned(), format!("Cafe\u{301}s shut. {STORY}"), format!("A = \"quoted\" line. {STORY}")];
    let inner = [
        (
            Arc::new(Field::new("label", DataType::Utf8, true)),
            Arc::new(StringArray::from(vec!["a", "b", "c"])) as ArrayRef,
        ),
        (Arc::new(Field::new("views", DataType::Int64, true)), Arc::new(Int64Array::from(vec![1, 2, 3])) as ArrayRef),
    ];
    let columns: [(&str, ArrayRef); 5] = [
        ("id", Arc::new(Int64Array::from(vec![7, 8, 9]))),
        ("title", Arc::new(StringArray::from(vec![Some("Ferry cancelled"), None, Some("Quoted")]))),
        ("date", Arc::new(Date32Array::from(vec![19_860, 19_861, 19_862]))),
        ("body", Arc::new(StringArray::from_iter_values(texts))),
        ("stats", Arc::new(StructArray::from(inner.to_vec()))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).expect("a table")
}

fn write_parquet(path: &Path, batch: &RecordBatch) {
    let mut writer = ArrowWriter::try_new(File::create(path).expect("a file"), batch.schema(), None).expect("begun");
    writer.write(batch).expect("written");
    writer.close().expect("ended");
}

fn write_arrow(path: &Path, batch: &RecordBatch) {
    let mut writer = FileWriter::try_new(File::create(path).expect("a file"), &batch.schema()).expect("begun");
    writer.write(batch).expect("written");
    writer.finish().expect("ended");
}

fn write_stream(path: &Path, batch: &RecordBatch) {
    let mut writer = StreamWriter::try_new(File::create(path).expect("a file"), &batch.schema()).expect("begun");
    writer.write(batch).expect("written");
    writer.finish().expect("ended");
}

fn records(path: &Path, options: &Options) -> Vec<Record> {
    Inputs::open(&[path], options.clone()).expect("opened").collect()
}

/// The documents of a file, each verified against the bytes of its record.
fn documents(path: &Path, options: &Options) -> Vec<Document> {
    let check = |record: Record| {
        let doc = ingest(&record, options);
        replay(&doc, &record.bytes).expect("it leads back to the row");
        doc
    };
    records(path, options).into_iter().map(check).collect()
}

#[test]
fn a_table_gives_the_same_documents_in_every_format() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let table = table();
    write_parquet(&path("news.parquet"), &table);
    write_arrow(&path("news.arrow"), &table);
    write_stream(&path("news.arrows"), &table);
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let body = table.column(3).as_any().downcast_ref::<StringArray>().expect("texts");
    let rows = [("7", "Ferry cancelled", "2024-05-17"), ("8", "", "2024-05-18"), ("9", "Quoted", "2024-05-19")];
    let csv = rows
        .iter()
        .enumerate()
        .map(|(n, (id, title, date))| format!("{id},{title},{date},{}\n", quoted(body.value(n))));
    fs::write(path("news.csv"), format!("id,title,date,body\n{}", csv.collect::<String>())).expect("a file");
    let options = Options::default();
    let expected = documents(&path("news.csv"), &options);
    assert_eq!(expected.len(), 3);
    for (name, media_type) in [
        ("news.parquet", "application/vnd.apache.parquet"),
        ("news.arrow", "application/vnd.apache.arrow.file"),
        ("news.arrows", "application/vnd.apache.arrow.file"),
    ] {
        let found = documents(&path(name), &options);
        assert_eq!(found.len(), 3, "{name}");
        for (index, (doc, expected)) in found.iter().zip(&expected).enumerate() {
            assert_eq!((&doc.id, &doc.text, &doc.meta), (&expected.id, &expected.text, &expected.meta), "{name}");
            assert_eq!(doc.source.record, index as u64);
            assert_eq!(doc.source.media_type, media_type);
            assert!(doc.problems.is_empty(), "{name}: {:?}", doc.problems);
            // Unknown fields are kept, structs too.
            let extra = doc.extra.as_deref().expect("other fields");
            assert!(extra.contains(&format!("\"views\":{}", index + 1)), "{extra}");
        }
    }
    // Without a name, the format is detected from the first bytes.
    let stream = File::open(path("news.arrows")).expect("a file");
    let docs =
        Inputs::from_reader("-", stream, options.clone()).expect("opened").map(|record| ingest(&record, &options));
    assert_eq!(
        docs.map(|doc| doc.text).collect::<Vec<_>>(),
        expected.iter().map(|doc| doc.text.clone()).collect::<Vec<_>>()
    );
}

#[test]
fn fields_can_be_named_those_of_structs_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("news.parquet");
    write_parquet(&path, &table());
    let fields = Fields { text: Some("title".into()), site: Some("stats.label".into()), ..Fields::default() };
    let docs = documents(&path, &Options { fields, ..Options::default() });
    assert_eq!((docs[0].text.as_str(), docs[0].meta.site.as_deref()), ("Ferry cancelled", Some("a")));
    let fields = Fields { text: Some("words".into()), ..Fields::default() };
    let refused =
        Inputs::open(&[&path], Options { fields, ..Options::default() }).expect_err("there is no such column");
    assert!(refused.to_string().contains("the fields are id, title, date, body, stats"), "{refused}");
    // The encoding option does not affect columnar files, which are UTF-8 by definition.
    let encoding = Some("windows-1252".to_owned());
    assert!(documents(&path, &Options { encoding, ..Options::default() })[1].text.contains("Cafe\u{301}s"));
}

#[test]
fn what_pressmark_wrote_is_no_input() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mentions.parquet");
    let batch = table();
    let schema =
        batch.schema().as_ref().clone().with_metadata([("pressmark.schema".to_owned(), "pressmark/1".to_owned())]);
    write_parquet(&path, &batch.with_schema(Arc::new(schema)).expect("the same columns"));
    let mut inputs = Inputs::open(&[&path], Options::default()).expect("opened");
    assert_eq!(inputs.next(), None);
    assert_eq!(inputs.skipped()[0].detail, "a table that pressmark wrote");
}

#[test]
fn a_damaged_file_is_told_and_none_is_read_from_a_pipe_that_cannot_be() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    write_parquet(&path("whole.parquet"), &table());
    write_arrow(&path("whole.arrow"), &table());
    let problem = |name: &str| records(&path(name), &Options::default()).pop().and_then(|record| record.problem);
    for whole in ["whole.parquet", "whole.arrow"] {
        let bytes = fs::read(path(whole)).expect("a file");
        let ending = whole.rsplit('.').next().expect("an ending");
        for cut in [0, 3, 9, bytes.len() / 2, bytes.len() - 1] {
            let name = format!("cut.{ending}");
            fs::write(path(&name), &bytes[..cut]).expect("a file");
            assert!(problem(&name).is_some(), "{whole} cut to {cut} bytes");
        }
        // A flipped byte is either detected or changes rows; it must not panic.
        for at in (0..bytes.len()).step_by(7) {
            let mut other = bytes.clone();
            other[at] ^= 0x55;
            fs::write(path(&format!("other.{ending}")), &other).expect("a file");
            drop(records(&path(&format!("other.{ending}")), &Options::default()));
        }
        let file = File::open(path(whole)).expect("a file");
        let options = Options { format: Format::from_extension(ending), ..Options::default() };
        let piped: Vec<_> = Inputs::from_reader("-", file, options).expect("opened").collect();
        assert_eq!(piped[0].problem.as_ref().map(|(kind, _)| *kind), Some(ProblemKind::Unreadable), "{piped:?}");
    }
}
