use std::path::Path;

use serde_json::{Map, Value, json};

/// The name of a row that holds accuracies, and the key under which programs find them.
pub(crate) const ACCURACY: &str = "accuracy";

/// Parts of the gold data that were left out, of which people are told what was wrong.
const SHOWN: usize = 5;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Column {
    /// A share in [0, 1], shown as a percentage.
    Share(&'static str),
    /// A number of things.
    Count(&'static str),
}

impl Column {
    fn name(self) -> &'static str {
        match self {
            Self::Share(name) | Self::Count(name) => name,
        }
    }

    fn cell(self, value: f64) -> String {
        match self {
            _ if value.is_nan() => format!("  {:>12}", "–"),
            Self::Share(_) => format!("  {:>12.2}", 100.0 * value),
            Self::Count(_) => format!("  {value:>12.0}"),
        }
    }
}

/// One named row of numbers; NaN where a number makes no sense.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What it is about: a label, a system, `all`, `macro` …
    pub name: String,
    /// One for each column.
    pub values: Vec<f64>,
    /// Whether people see it, or only programs.
    pub shown: bool,
}

impl Row {
    /// A row that people see.
    pub fn new(name: impl Into<String>, values: Vec<f64>) -> Self {
        Self { name: name.into(), values, shown: true }
    }
}

/// What an evaluation found.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The columns.
    pub columns: &'static [Column],
    /// The rows, those over everything last.
    pub rows: Vec<Row>,
    /// What a reader of the numbers must know.
    pub notes: Vec<String>,
    /// Labels of the gold data that are none of ours, and were left out or cannot be found.
    pub unknown: Vec<String>,
    /// What was wrong with parts of the gold data that were left out.
    pub skipped: Vec<String>,
}

impl Table {
    /// A table without notes.
    #[must_use]
    pub fn new(columns: &'static [Column], rows: Vec<Row>) -> Self {
        Self { columns, rows, notes: Vec::new(), unknown: Vec::new(), skipped: Vec::new() }
    }

    /// For people: one line a row.
    #[must_use]
    pub fn text(&self) -> String {
        let shown = || self.rows.iter().filter(|row| row.shown);
        let width = shown().map(|row| row.name.chars().count()).max().unwrap_or(0);
        let header: String = self.columns.iter().map(|column| format!("  {:>12}", column.name())).collect();
        let mut text = format!("{:width$}{header}\n", "");
        for row in shown() {
            let cells: String = self.columns.iter().zip(&row.values).map(|(c, v)| c.cell(*v)).collect();
            text.push_str(&format!("{:width$}{cells}\n", row.name));
        }
        for note in &self.notes {
            text.push_str(&format!("note: {note}\n"));
        }
        if !self.skipped.is_empty() {
            let (count, more) = (self.skipped.len(), self.skipped.len().saturating_sub(SHOWN));
            let lines = if count == 1 { "part" } else { "parts" };
            text.push_str(&format!("note: {count} {lines} of the gold data left out\n"));
            self.skipped.iter().take(SHOWN).for_each(|what| text.push_str(&format!("  {what}\n")));
            if more > 0 {
                text.push_str(&format!("  and {more} more\n"));
            }
        }
        text
    }

    /// For programs: shares in [0, 1], `null` where a number makes no sense. A row of accuracies has them under
    /// `accuracy`.
    #[must_use]
    pub fn json(&self, task: &str, gold: &Path) -> Value {
        let row = |row: &Row| {
            let name = |column: &Column| match column.name() {
                "f1" if row.name == ACCURACY => ACCURACY,
                name => name,
            };
            let cells = self.columns.iter().zip(&row.values).map(|(c, v)| (name(c).to_owned(), json!(v)));
            Value::Object(std::iter::once(("name".to_owned(), json!(row.name))).chain(cells).collect::<Map<_, _>>())
        };
        json!({
            "task": task,
            "gold": gold.display().to_string(),
            "rows": self.rows.iter().map(row).collect::<Vec<_>>(),
            "notes": self.notes,
            "skipped": self.skipped,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_reads_as_percentages_and_as_shares() {
        let rows = vec![
            Row::new("PER", vec![0.945, 1.0]),
            Row { shown: false, ..Row::new("rare", vec![1.0, 1.0]) },
            Row::new("all", vec![f64::NAN, 12.0]),
            Row::new("accuracy", vec![0.5, 12.0]),
        ];
        let mut table = Table::new(&[Column::Share("f1"), Column::Count("gold")], rows);
        table.notes.push("MISC is left out".to_owned());
        table.skipped.push("line 3 of dev.txt is empty".to_owned());
        assert_eq!(
            table.text(),
            "                    f1          gold\nPER              94.50             1\nall                  –            12\n\
             accuracy         50.00            12\n\
             note: MISC is left out\nnote: 1 part of the gold data left out\n  line 3 of dev.txt is empty\n"
        );
        let json = table.json("ner", Path::new("dev.txt"));
        assert_eq!(json["rows"][0], json!({ "name": "PER", "f1": 0.945, "gold": 1.0 }));
        assert_eq!(json["rows"][1]["name"], "rare");
        assert_eq!(json["rows"][2]["f1"], Value::Null);
        assert_eq!(json["rows"][3], json!({ "name": "accuracy", "accuracy": 0.5, "gold": 12.0 }));
    }
}
