//! Round trip of a record with every field through tables.

mod support;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use pressmark_core::Voice;
use pressmark_jsonl::{Holder, Record, read_rows};
use pressmark_tables::{
    ColumnType, Error, RowWriter, TABLES, TableFormat, TableWriter, Value, View, WrittenTable, dictionary, open_rows,
    table_named,
};
use support::{Rows, batches, empty_record, read_columns, read_csv, rebuilt, whole_record, written};

/// Rows of a record in every table, formatted.
fn cells_of(record: &Record<'_>) -> BTreeMap<&'static str, Vec<Vec<String>>> {
    let view = View::new(record).expect("a whole record");
    let mut all = BTreeMap::new();
    for table in TABLES {
        let rows: &mut Vec<Vec<String>> = all.entry(table.name).or_default();
        let mut sink = |cells: &[Value<'_>]| {
            rows.push(cells.iter().map(|cell| format!("{cell:?}")).collect());
            Ok(())
        };
        table.rows(&view, &mut sink).expect("the sink takes all");
    }
    all
}

#[test]
fn every_value_is_of_its_column_s_type_and_null_only_where_that_is_declared() {
    for record in [whole_record(), empty_record()] {
        let view = View::new(&record).expect("a whole record");
        for table in TABLES {
            let mut sink = |cells: &[Value<'_>]| {
                assert_eq!(cells.len(), table.columns.len(), "{}", table.name);
                for (column, cell) in table.columns.iter().zip(cells) {
                    let fits = match cell {
                        Value::Null => column.is_nullable,
                        Value::Text(_) => column.column_type == ColumnType::Text,
                        Value::Integer(_) => column.column_type == ColumnType::Integer,
                        Value::Number(_) => column.column_type == ColumnType::Number,
                        Value::Boolean(_) => column.column_type == ColumnType::Boolean,
                        Value::Date(_) => column.column_type == ColumnType::Date,
                    };
                    assert!(fits, "{}.{}: {cell:?}", table.name, column.name);
                }
                Ok(())
            };
            table.rows(&view, &mut sink).expect("the sink takes all");
        }
    }
}

#[test]
fn every_table_has_rows_and_every_column_a_value_in_the_whole_record() {
    for (table, rows) in cells_of(&whole_record()) {
        let columns = table_named(table).expect("a table").columns;
        for (index, column) in columns.iter().enumerate() {
            assert!(rows.iter().any(|row| row[index] != "Null"), "{table}.{} is never set", column.name);
        }
    }
}

#[test]
fn keys_come_first_are_never_null_and_references_lead_to_keys() {
    for table in TABLES {
        assert_eq!(table.columns[0].name, "doc", "{}", table.name);
        let names: BTreeSet<_> = table.columns.iter().map(|column| column.name).collect();
        assert_eq!(names.len(), table.columns.len(), "{} has a name twice", table.name);
        assert!(table.columns.iter().skip_while(|column| column.is_key).all(|column| !column.is_key), "{}", table.name);
        for column in table.columns {
            assert!(!(column.is_key && column.is_nullable), "{}.{}", table.name, column.name);
            let Some(reference) = column.references else { continue };
            let target = table_named(reference.table).expect("the table is there");
            let found =
                target.columns.iter().find(|other| other.name == reference.column).expect("the column is there");
            assert!(found.is_key && found.column_type == column.column_type, "{}.{}", table.name, column.name);
        }
    }
}

#[test]
fn a_whole_record_comes_back_from_every_format() {
    for format in [TableFormat::Csv, TableFormat::Parquet, TableFormat::Arrow] {
        comes_back(format);
    }
}

fn comes_back(format: TableFormat) {
    let folder = tempfile::tempdir().expect("a folder");
    let records = [whole_record(), empty_record()];
    let written = written(folder.path(), format, &records);
    let read = |table: &WrittenTable| match format {
        TableFormat::Csv => read_csv(&table.path, table.name),
        _ => read_columns(&table.path, table.name),
    };
    let tables: BTreeMap<&str, Rows> = written.iter().map(|table| (table.name, read(table))).collect();
    for table in &written {
        assert_eq!(table.rows, tables[table.name].len() as u64, "{}", table.name);
        assert_eq!(table.bytes, std::fs::metadata(&table.path).expect("a file").len());
    }
    assert_eq!(rebuilt(&tables), records);
}

#[test]
fn rows_of_documents_come_back_from_parquet_in_groups() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.parquet");
    let long = "It rained for a week. ".repeat(50_000);
    let mut records = vec![whole_record(), empty_record()];
    for number in 0..40 {
        let mut record = empty_record();
        record.id = format!("long {number}").into();
        record.text = long.clone().into();
        records.push(record);
    }
    let mut writer = RowWriter::create(&path, false).expect("a file");
    records.iter().for_each(|record| writer.add(record).expect("written"));
    assert!(!path.exists(), "a file has its name once it is whole");
    writer.finish().expect("ended");
    assert!(matches!(RowWriter::create(&path, false), Err(Error::Exists(_))));
    let (schema, batches) = batches(&path);
    // Some 44 MB of text make three groups, none of more than 16 MiB.
    assert!(batches.len() >= 3, "{}", batches.len());
    assert_eq!(schema.field(0).name(), "schema");
    assert!(!schema.field_with_name("text").expect("a column").is_nullable());
    assert!(schema.field_with_name("abstract").expect("a column").is_nullable());
    let back: Vec<Record<'_>> =
        read_rows(open_rows(&path).expect("rows")).map(|row| row.expect("a record").1).collect();
    assert!(back == records);
    let [documents, ..] = &written(folder.path(), TableFormat::Parquet, &[])[..] else { panic!("no table") };
    assert!(matches!(open_rows(&documents.path), Err(Error::NoRows(_))), "a flat table holds no rows");
}

#[test]
fn fields_carry_the_words_of_the_data_dictionary() {
    let folder = tempfile::tempdir().expect("a folder");
    for table in written(folder.path(), TableFormat::Parquet, &[]) {
        let (schema, batches) = batches(&table.path);
        assert_eq!(batches.iter().map(|batch| batch.num_rows()).sum::<usize>(), 0);
        let of = table_named(table.name).expect("a table");
        let said = |name: &str| schema.metadata().get(name).map(|value| value.as_str().to_owned());
        assert_eq!(said("pressmark.table").as_deref(), Some(table.name));
        let key: Vec<_> = of.columns.iter().filter(|column| column.is_key).map(|column| column.name).collect();
        assert_eq!(said("pressmark.key"), Some(key.join(",")));
        for (field, column) in schema.fields().iter().zip(of.columns) {
            assert_eq!((field.name().as_str(), field.is_nullable()), (column.name, column.is_nullable));
            assert_eq!(field.metadata().get("unit").map(|unit| unit.as_str()), column.unit);
        }
    }
}

#[test]
fn characters_beyond_ascii_are_cut_where_the_record_says() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), TableFormat::Csv, &[whole_record()]);
    let text = |table: &str, row: usize| {
        read_csv(&folder.path().join(format!("{table}.csv")), table)[row]["text"].clone().expect("a text")
    };
    assert_eq!(text("mentions", 0), "Zoe\u{308} \u{1F469}\u{200D}\u{1F680}");
    assert_eq!(text("quotes", 0), "\u{201C}No, \"never\",\u{201D}");
}

#[test]
fn nulls_and_empty_texts_differ() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut record = empty_record();
    record.meta.title = Some("".into());
    record.meta.site = Some(" NA ".into());
    written(folder.path(), TableFormat::Csv, &[record]);
    let csv = std::fs::read_to_string(folder.path().join("documents.csv")).expect("a file");
    let cells: Vec<&str> = csv.lines().nth(1).expect("a row").split(',').collect();
    let place = |name: &str| table_named("documents").expect("a table").columns.iter().position(|c| c.name == name);
    let cell = |name: &str| cells[place(name).expect("a column")];
    assert_eq!((cell("title"), cell("site"), cell("published"), cell("text")), ("\"\"", "\" NA \"", "", "\"\""));
    assert_eq!(cell("language_score"), "");
}

#[test]
fn without_a_record_there_are_headers() {
    let folder = tempfile::tempdir().expect("a folder");
    for table in written(folder.path(), TableFormat::Csv, &[]) {
        let csv = std::fs::read_to_string(&table.path).expect("a file");
        let names: Vec<_> =
            table_named(table.name).expect("a table").columns.iter().map(|column| column.name).collect();
        assert_eq!(csv, format!("{}\n", names.join(",")));
    }
}

#[test]
fn a_record_that_points_nowhere_or_comes_twice_leaves_the_tables_as_they_were() {
    let check = |spoil: fn(&mut Record<'static>), expected: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let mut writer =
            TableWriter::create(folder.path(), TableFormat::Csv, TABLES, false).expect("a folder of tables");
        writer.add(&whole_record()).expect("it is whole");
        let mut spoilt = whole_record();
        spoilt.id = "other".into();
        spoil(&mut spoilt);
        let error = writer.add(&spoilt).expect_err(expected);
        assert!(error.is_of_record() && error.to_string().contains(expected), "{error}");
        let rows: u64 = writer.finish().expect("whole").iter().map(|table| table.rows).sum();
        let alone = tempfile::tempdir().expect("a folder");
        assert_eq!(
            rows,
            written(alone.path(), TableFormat::Csv, &[whole_record()]).iter().map(|t| t.rows).sum::<u64>()
        );
    };
    check(|record| record.ents[0].end = 4000, "ents 0 of document \"other\" has the span 0..4000");
    check(|record| record.sents[1].start = 4000, "sents 1");
    check(|record| record.quotes[0].speaker = Some("e9".into()), "names no entity with \"e9\"");
    check(|record| record.quotes[0].cue_end = None, "only one end of a span");
    check(|record| record.frames[0].evidence[0].voice = Voice::Quote(7), "names no quotation 7");
    check(
        |record| record.stances[0].holder = Holder::Entity("e9".into()),
        "stances 0 of document \"other\" names no entity",
    );
    check(|record| record.entities[1].id = record.entities[0].id.clone(), "the id of another");
    check(|record| record.id = whole_record().id, "appears twice");
}

#[test]
fn nothing_is_replaced_unasked_and_nothing_is_left_of_what_is_given_up() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), TableFormat::Csv, &[whole_record()]);
    let create = |overwrite| TableWriter::create(folder.path(), TableFormat::Csv, TABLES, overwrite);
    assert!(matches!(create(false), Err(Error::Exists(path)) if path.ends_with("documents.csv")));
    let before = std::fs::read(folder.path().join("documents.csv")).expect("a file");
    drop(create(true).expect("begun anew"));
    assert_eq!(std::fs::read(folder.path().join("documents.csv")).expect("a file"), before);
    let names: HashSet<_> =
        std::fs::read_dir(folder.path()).expect("a folder").map(|e| e.expect("a file").path()).collect();
    assert!(names.iter().all(|path| path.extension().is_some_and(|ending| ending == "csv")), "{names:?}");
}

#[test]
fn the_data_dictionary_is_whole_and_up_to_date() {
    let text = dictionary();
    for table in TABLES {
        let (_, section) = text.split_once(&format!("\n## `{}`\n", table.name)).expect("each table has a section");
        let section = section.split("\n## ").next().unwrap_or_default();
        for column in table.columns {
            assert!(!column.about.is_empty() && section.contains(&format!("| `{}` | ", column.name)));
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/data-dictionary.md");
    let kept = std::fs::read_to_string(path).expect("docs/data-dictionary.md is there");
    assert!(kept == text, "make it anew: pressmark export --dictionary > docs/data-dictionary.md");
}
