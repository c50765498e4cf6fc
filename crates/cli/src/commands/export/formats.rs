use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::ValueEnum;
use clap::builder::PossibleValue;
use pressmark_exchange::Format;
use pressmark_tables::TableFormat;

use super::exporter::Exporter;
use super::tables::{self, TableArgs};
use super::tools;

/// What `export` can write: every format of the two crates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExportFormat {
    Tables(TableFormat),
    Tool(Format),
}

impl ValueEnum for ExportFormat {
    fn value_variants<'a>() -> &'a [Self] {
        const TABLES: usize = TableFormat::ALL.len();
        static ALL: [ExportFormat; TABLES + Format::ALL.len()] = {
            let mut all = [ExportFormat::Tables(TableFormat::Csv); TABLES + Format::ALL.len()];
            let mut at = 0;
            while at < all.len() {
                all[at] = if at < TABLES {
                    ExportFormat::Tables(TableFormat::ALL[at])
                } else {
                    ExportFormat::Tool(Format::ALL[at - TABLES])
                };
                at += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, about) = match self {
            Self::Tables(format) => (format.extension(), format.about()),
            Self::Tool(format) => (format.as_str(), format.about()),
        };
        Some(PossibleValue::new(name).help(about))
    }
}

impl ExportFormat {
    /// The files that would be written: none may be one that is read.
    pub(crate) fn files(self, output: &Path, args: &TableArgs) -> Vec<PathBuf> {
        match self {
            Self::Tables(format) => tables::files(output, format, args),
            // Files of single documents have names that rows do not have.
            Self::Tool(format) => format.file().map(|name| output.join(name)).into_iter().collect(),
        }
    }

    /// Begins the files; none that is there is replaced unless `overwrite` says so.
    pub(crate) fn begin(self, output: &Path, args: &TableArgs, overwrite: bool) -> Result<Box<dyn Exporter>> {
        match self {
            Self::Tables(format) => tables::begin(output, format, args, overwrite),
            Self::Tool(format) => tools::begin(output, format, overwrite),
        }
    }
}
