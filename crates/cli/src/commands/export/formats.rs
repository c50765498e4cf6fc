use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::ValueEnum;
use clap::builder::PossibleValue;
use pressmark_exchange::Format;
use pressmark_tables::TableFormat;

use super::exporter::Exporter;
use super::tables::{self, TableArgs};
use super::tools;

/// An output format of `export`: one of the table formats or one of an annotation tool.
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
    /// Returns the files that would be written, to check against the inputs.
    pub(crate) fn files(self, output: &Path, args: &TableArgs) -> Vec<PathBuf> {
        match self {
            Self::Tables(format) => tables::files(output, format, args),
            // Tools with one file per document name them so that they cannot clash with a file of rows.
            Self::Tool(format) => format.file().map(|name| output.join(name)).into_iter().collect(),
        }
    }

    /// Creates an exporter; existing files are replaced only if `overwrite` is set.
    pub(crate) fn begin(self, output: &Path, args: &TableArgs, overwrite: bool) -> Result<Box<dyn Exporter>> {
        match self {
            Self::Tables(format) => tables::begin(output, format, args, overwrite),
            Self::Tool(format) => tools::begin(output, format, overwrite),
        }
    }
}
