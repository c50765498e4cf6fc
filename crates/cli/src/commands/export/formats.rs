use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::ValueEnum;
use pressmark_exchange::Format;
use pressmark_tables::TableFormat;

use super::exporter::Exporter;
use super::tables::{self, TableArgs};
use super::tools;

/// What `export` can write. A format is added by its name here and its arm in [`files`](Self::files) and
/// [`begin`](Self::begin).
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// Flat tables: comma-separated values, one file a table
    Csv,
    /// Flat tables: Apache Parquet, one file a table
    Parquet,
    /// Flat tables: Arrow IPC files (Feather V2), one a table
    Arrow,
    /// Label Studio: tasks with predictions, and the labelling config of the project
    LabelStudio,
    /// doccano: JSONL of a project of sequence labelling with relations
    Doccano,
    /// brat: text and standoff annotations, and annotation.conf
    Brat,
    /// UIMA CAS XMI 1.0 and its type system, as INCEpTION reads them
    Cas,
    /// Prodigy: JSONL with tokens, spans and relations
    Prodigy,
    /// CoNLL-2003: four columns, entities of its four types
    Conll2003,
    /// CoNLL-U: tokens and sentences, entities and offsets in MISC
    Conllu,
    /// spaCy: JSONL of Doc.from_json
    Spacy,
    /// W3C Web Annotation: JSON-LD with position and quote selectors
    WebAnnotation,
    /// GDELT GKG 2.1: its 27 columns, those that can be filled
    Gkg,
}

impl ExportFormat {
    /// The files that would be written: none may be one that is read.
    pub(crate) fn files(self, output: &Path, args: &TableArgs) -> Result<Vec<PathBuf>> {
        match self {
            Self::Csv => Ok(tables::files(output, TableFormat::Csv, args)),
            Self::Parquet => Ok(tables::files(output, TableFormat::Parquet, args)),
            Self::Arrow => Ok(tables::files(output, TableFormat::Arrow, args)),
            // Their names come from the documents: what is there is looked at when they are written.
            _ => Ok(Vec::new()),
        }
    }

    /// Begins the files; none that is there is replaced unless `overwrite` says so.
    pub(crate) fn begin(self, output: &Path, args: &TableArgs, overwrite: bool) -> Result<Box<dyn Exporter>> {
        match self {
            Self::Csv => tables::begin(output, TableFormat::Csv, args, overwrite),
            Self::Parquet => tables::begin(output, TableFormat::Parquet, args, overwrite),
            Self::Arrow => tables::begin(output, TableFormat::Arrow, args, overwrite),
            Self::LabelStudio => Ok(tools::begin(output, Format::LabelStudio, overwrite)),
            Self::Doccano => Ok(tools::begin(output, Format::Doccano, overwrite)),
            Self::Brat => Ok(tools::begin(output, Format::Brat, overwrite)),
            Self::Cas => Ok(tools::begin(output, Format::Cas, overwrite)),
            Self::Prodigy => Ok(tools::begin(output, Format::Prodigy, overwrite)),
            Self::Conll2003 => Ok(tools::begin(output, Format::Conll2003, overwrite)),
            Self::Conllu => Ok(tools::begin(output, Format::Conllu, overwrite)),
            Self::Spacy => Ok(tools::begin(output, Format::Spacy, overwrite)),
            Self::WebAnnotation => Ok(tools::begin(output, Format::WebAnnotation, overwrite)),
            Self::Gkg => Ok(tools::begin(output, Format::Gkg, overwrite)),
        }
    }
}
