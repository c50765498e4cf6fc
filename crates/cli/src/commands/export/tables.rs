use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use pressmark_jsonl::Record;
use pressmark_tables::{Error, TABLES, Table, TableFormat, TableWriter, default_tables, table_named};

use super::exporter::{Exporter, refused};

/// Which tables are written.
#[derive(Debug, Args)]
pub(crate) struct TableArgs {
    /// Write only these tables [default: all but tokens and edits]
    #[arg(long, value_delimiter = ',', value_name = "LIST", value_parser = table())]
    pub(crate) tables: Vec<&'static Table>,
}

impl TableArgs {
    /// Returns the chosen tables, without duplicates, in the order of the data dictionary.
    fn chosen(&self) -> Vec<&'static Table> {
        if self.tables.is_empty() {
            return default_tables();
        }
        let is_chosen = |table: &&Table| self.tables.iter().any(|one| one.name == table.name);
        TABLES.iter().copied().filter(is_chosen).collect()
    }
}

fn table() -> impl TypedValueParser<Value = &'static Table> {
    let names = TABLES.iter().map(|table| table.name);
    PossibleValuesParser::new(names).try_map(|name| table_named(&name).ok_or("no table has this name"))
}

pub(super) fn files(folder: &Path, format: TableFormat, args: &TableArgs) -> Vec<PathBuf> {
    TableWriter::files(folder, format, &args.chosen())
}

pub(super) fn begin(
    folder: &Path,
    format: TableFormat,
    args: &TableArgs,
    overwrite: bool,
) -> Result<Box<dyn Exporter>> {
    let writer = TableWriter::create(folder, format, &args.chosen(), overwrite).map_err(|error| match error {
        Error::Exists(path) => refused(&path),
        other => other.into(),
    })?;
    Ok(Box::new(Tables { writer, folder: folder.to_owned() }))
}

struct Tables {
    writer: TableWriter,
    folder: PathBuf,
}

impl Exporter for Tables {
    fn add(&mut self, record: &Record<'_>) -> Result<Result<(), String>> {
        match self.writer.add(record) {
            Ok(()) => Ok(Ok(())),
            Err(error @ Error::Repeated { .. }) => {
                Ok(Err(format!("{error}: export the rows of each run to its own folder")))
            }
            Err(error) if error.is_of_record() => Ok(Err(error.to_string())),
            Err(error) => Err(error.into()),
        }
    }

    fn finish(self: Box<Self>) -> Result<String> {
        let written = self.writer.finish()?;
        let bytes: u64 = written.iter().map(|table| table.bytes).sum();
        Ok(format!("{} tables in {} ({:.1} MB)", written.len(), self.folder.display(), bytes as f64 / 1e6))
    }
}
