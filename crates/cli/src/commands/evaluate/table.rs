use std::path::Path;

use serde_json::{Map, Value, json};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
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
pub(super) struct Row {
    pub(super) name: String,
    pub(super) values: Vec<f64>,
    /// Whether people see it, or only programs.
    pub(super) shown: bool,
}

impl Row {
    pub(super) fn new(name: impl Into<String>, values: Vec<f64>) -> Self {
        Self { name: name.into(), values, shown: true }
    }
}

/// What an evaluation found.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Table {
    pub(super) columns: &'static [Column],
    pub(super) rows: Vec<Row>,
    /// What a reader of the numbers must know.
    pub(super) notes: Vec<String>,
}

impl Table {
    pub(super) fn new(columns: &'static [Column], rows: Vec<Row>) -> Self {
        Self { columns, rows, notes: Vec::new() }
    }

    /// For people: one line a row.
    pub(super) fn text(&self) -> String {
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
        text
    }

    /// For programs: shares in [0, 1].
    pub(super) fn json(&self, task: &str, gold: &Path) -> Value {
        let row = |row: &Row| {
            let cells = self.columns.iter().zip(&row.values).map(|(c, v)| (c.name().to_owned(), json!(v)));
            Value::Object(std::iter::once(("name".to_owned(), json!(row.name))).chain(cells).collect::<Map<_, _>>())
        };
        json!({
            "task": task,
            "gold": gold.display().to_string(),
            "rows": self.rows.iter().map(row).collect::<Vec<_>>(),
            "notes": self.notes,
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
        ];
        let mut table = Table::new(&[Column::Share("f1"), Column::Count("gold")], rows);
        table.notes.push("MISC is left out".to_owned());
        assert_eq!(
            table.text(),
            "               f1          gold\nPER         94.50             1\nall             –            12\n\
             note: MISC is left out\n"
        );
        let json = table.json("ner", Path::new("dev.txt"));
        assert_eq!(json["rows"][0], json!({ "name": "PER", "f1": 0.945, "gold": 1.0 }));
        assert_eq!(json["rows"][1]["name"], "rare");
        assert_eq!(json["rows"][2]["f1"], Value::Null);
    }
}
