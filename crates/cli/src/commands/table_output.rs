use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use pressmark_jsonl::Record;
use pressmark_run::{Plan, RowSink, Run, refuse_to_replace};
use pressmark_tables::{Error, RowWriter, TableFormat, TableWriter, default_tables};

use super::export::exporter::refused;
use crate::advice::advise;

/// An output of `annotate` other than lines: `rows.parquet`, one row per document, or `folder/*.parquet`, flat tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TableOutput {
    Rows(PathBuf),
    Tables { folder: PathBuf, format: TableFormat },
}

impl TableOutput {
    /// Derives the kind of output from its name; `None` for lines, a folder or a stream.
    pub(crate) fn of(output: &Path) -> Option<Self> {
        let name = output.file_name()?.to_str()?.to_ascii_lowercase();
        let format = match name.strip_prefix("*.") {
            Some("parquet") => TableFormat::Parquet,
            Some("arrow") => TableFormat::Arrow,
            Some("csv") => TableFormat::Csv,
            Some(_) => return None,
            // An existing folder with such a name is treated like any other folder.
            None => return (name.ends_with(".parquet") && !output.is_dir()).then(|| Self::Rows(output.to_owned())),
        };
        let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(Self::Tables { folder: folder.to_owned(), format })
    }

    /// Opens a run that writes to this output.
    pub(crate) fn open(&self, plan: &Plan<'_>, overwrite: bool) -> Result<Run> {
        for file in self.files() {
            refuse_to_replace(&file, plan.read).map_err(advise)?;
        }
        let sink: Result<Box<dyn RowSink>, Error> = match self {
            Self::Rows(path) => RowWriter::create(path, overwrite).map(|writer| Box::new(Rows(writer)) as _),
            Self::Tables { folder, format } => TableWriter::create(folder, *format, &default_tables(), overwrite)
                .map(|writer| Box::new(Tables(writer)) as _),
        };
        match sink {
            Ok(sink) => Run::into_sink(plan, sink).map_err(advise),
            Err(Error::Exists(path)) => Err(refused(&path)),
            Err(error) => Err(error.into()),
        }
    }

    /// Rejects an option that only an output of lines supports.
    pub(crate) fn refuse(&self, option: Option<&str>) -> Result<()> {
        let Some(option) = option else { return Ok(()) };
        bail!(
            "{option} needs JSON Lines output, as an incomplete table cannot be read: annotate to JSON Lines \
             (-o rows.jsonl {option}), then export tables from it (pressmark export rows.jsonl)"
        );
    }

    fn files(&self) -> Vec<PathBuf> {
        match self {
            Self::Rows(path) => vec![path.clone()],
            Self::Tables { folder, format } => TableWriter::files(folder, *format, &default_tables()),
        }
    }
}

struct Rows(RowWriter);

impl RowSink for Rows {
    fn write(&mut self, record: &Record<'_>) -> io::Result<()> {
        self.0.add(record).map_err(io::Error::other)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.finish().map_err(io::Error::other)
    }
}

struct Tables(TableWriter);

impl RowSink for Tables {
    fn write(&mut self, record: &Record<'_>) -> io::Result<()> {
        self.0.add(record).map_err(io::Error::other)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.finish().map(drop).map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_output_says_what_it_is() {
        let rows = |path: &str| Some(TableOutput::Rows(path.into()));
        let tables = |folder: &str, format| Some(TableOutput::Tables { folder: folder.into(), format });
        let check = |output: &str, expected: Option<TableOutput>| {
            assert_eq!(TableOutput::of(Path::new(output)), expected, "{output}");
        };
        check("out/rows.parquet", rows("out/rows.parquet"));
        check("ROWS.Parquet", rows("ROWS.Parquet"));
        check("out/*.parquet", tables("out", TableFormat::Parquet));
        check("*.csv", tables(".", TableFormat::Csv));
        check("out/*.arrow", tables("out", TableFormat::Arrow));
        check("out/*.jsonl", None);
        check("rows.jsonl", None);
        check("rows.parquet.jsonl", None);
        check("out/", None);
        check("-", None);
    }
}
