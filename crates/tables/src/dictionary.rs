use std::fmt::Write as _;

use crate::{Column, TABLES, Table};

/// Introduction before the tables.
const PREFACE: &str = "\
# Data dictionary

Generated from the declarations of the columns in `crates/tables` by `pressmark export --dictionary`.

`pressmark export` lays annotated documents (`pressmark/1`, JSON Lines) out in flat tables, one file each. Every table has
the column `doc`, the document's `id`; with the other columns that are marked as key it is unique in the table. A column
that refers to another table holds a key of it: together with `doc`, unless it refers to a document.

- `start` and `end` are Unicode code points into the document's `text`, half-open: the first character is 0, and `end` is
  one past the last. `raw_start` and `raw_end` are bytes into the input as it was read, half-open.
- Rows stand in the order of the documents and, within one, of their keys.
- Scores are numbers in [0, 1] with at most six decimals.
- In CSV a null is an empty cell and an empty text a pair of quotation marks (`\"\"`); dates are `2024-05-17`, truth values
  `true` and `false`. The files are UTF-8 without a byte order mark.
";

/// Returns the data dictionary in Markdown: every table, and every column with its type, unit and keys.
#[must_use]
pub fn dictionary() -> String {
    let mut out = PREFACE.to_owned();
    for table in TABLES {
        section(table, &mut out);
    }
    out
}

fn section(table: &Table, out: &mut String) {
    let _ = write!(out, "\n## `{}`\n\n{}", table.name, one_line(table.about));
    if !table.is_default {
        let _ = write!(out, " Written when asked for: `--tables {}`.", table.name);
    }
    out.push_str("\n\n| column | type | null | key | about |\n|---|---|---|---|---|\n");
    for column in table.columns {
        row(column, out);
    }
}

fn row(column: &Column, out: &mut String) {
    let mut key = Vec::new();
    if column.is_key {
        key.push("key".to_owned());
    }
    if let Some(reference) = column.references {
        key.push(format!("→ `{}.{}`", reference.table, reference.column));
    }
    let about = match column.unit {
        Some(unit) => format!("{} ({unit})", column.about),
        None => column.about.to_owned(),
    };
    let null = if column.is_nullable { "yes" } else { "" };
    let (name, kind, key) = (column.name, column.column_type.as_str(), key.join(", "));
    let _ = writeln!(out, "| `{name}` | {kind} | {null} | {key} | {about} |");
}

/// Joins the lines of a doc comment.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
