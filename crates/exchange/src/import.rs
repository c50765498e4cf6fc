use pressmark_jsonl::Record;

use crate::error::Error;
use crate::files::File;
use crate::format::Format;
use crate::rows::Originals;
use crate::{brat, cas, doccano, label_studio, prodigy};

/// What an import gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    /// A row for each document that somebody has annotated: with the original rows in their order, else in that of the
    /// files.
    pub rows: Vec<Record<'static>>,
    /// What a person should know: documents that nobody has annotated yet, spans that could not be kept.
    pub notes: Vec<String>,
}

/// The rows that corrected files stand for.
///
/// With original rows, everything that the tool does not show is theirs, and the text must be the same; they are found by
/// the document's id, the name of its file, or its text. Without them a row has the text and what was marked alone.
///
/// # Errors
/// When a file is not in the format, a document is in none of the original rows, or its text is another.
pub fn import(files: &[File], from: Format, originals: &Originals) -> Result<Imported, Error> {
    let (found, mut notes) = match from {
        Format::LabelStudio => label_studio::read(files)?,
        Format::Doccano => doccano::read(files)?,
        Format::Brat => brat::read(files)?,
        Format::Cas => cas::read(files)?,
        Format::Prodigy => prodigy::read(files)?,
        other => return Err(Error::OneWay(other.as_str())),
    };
    let rows = originals.correct(found, from, &mut notes)?;
    Ok(Imported { rows, notes })
}
