use std::path::Path;

use serde_json::{Map, Value, json};

/// Name of the row with accuracies, and their key in JSON.
pub(crate) const ACCURACY: &str = "accuracy";

/// Most skipped parts of the gold data listed in the text output. Set by hand for readers.
const SHOWN: usize = 5;

/// Name and unit of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Column {
    /// A share in [0, 1], printed as a percentage.
    Share(&'static str),
    /// A count.
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

/// A named row of numbers; NaN marks undefined values.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The label, system or average (`all`, `macro`, …) that it is about.
    pub name: String,
    /// One value per column.
    pub values: Vec<f64>,
    /// Whether it is part of the text output, not only of the JSON.
    pub shown: bool,
}

impl Row {
    /// Creates a row that is part of the text output.
    pub fn new(name: impl Into<String>, values: Vec<f64>) -> Self {
        Self { name: name.into(), values, shown: true }
    }
}

/// Results of an evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The columns.
    pub columns: &'static [Column],
    /// The rows, with averages last.
    pub rows: Vec<Row>,
    /// Notes that are needed to interpret the numbers.
    pub notes: Vec<String>,
    /// Labels of the gold data that were dropped or can never be predicted.
    pub unknown: Vec<String>,
    /// Errors of the gold items that were skipped.
    pub skipped: Vec<String>,
}

impl Table {
    /// Creates a table without notes.
    #[must_use]
    pub fn new(columns: &'static [Column], rows: Vec<Row>) -> Self {
        Self { columns, rows, notes: Vec::new(), unknown: Vec::new(), skipped: Vec::new() }
    }

    /// Renders the table as text, one line per row.
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
            text.push_str(&format!("note: {count} {lines} of the gold data skipped\n"));
            self.skipped.iter().take(SHOWN).for_each(|what| text.push_str(&format!("  {what}\n")));
            if more > 0 {
                text.push_str(&format!("  and {more} more\n"));
            }
        }
        text
    }

    /// Renders the table as JSON: shares in [0, 1], `null` for undefined values. In the accuracy row, the key `f1`
    /// becomes `accuracy`.
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
             note: MISC is left out\nnote: 1 part of the gold data skipped\n  line 3 of dev.txt is empty\n"
        );
        let json = table.json("ner", Path::new("dev.txt"));
        assert_eq!(json["rows"][0], json!({ "name": "PER", "f1": 0.945, "gold": 1.0 }));
        assert_eq!(json["rows"][1]["name"], "rare");
        assert_eq!(json["rows"][2]["f1"], Value::Null);
        assert_eq!(json["rows"][3], json!({ "name": "accuracy", "accuracy": 0.5, "gold": 12.0 }));
    }
}
