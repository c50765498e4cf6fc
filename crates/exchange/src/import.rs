use pressmark_jsonl::Record;

use crate::error::Error;
use crate::files::File;
use crate::format::Format;
use crate::rows::Originals;
use crate::{brat, cas, doccano, label_studio, prodigy};

/// Result of an import.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    /// One row per annotated document, in the order of the original rows if there are any, else of the files.
    pub rows: Vec<Record<'static>>,
    /// Notes for people: documents that nobody has annotated yet, spans that could not be kept.
    pub notes: Vec<String>,
}

/// Converts corrected files to rows.
///
/// With original rows, everything that the tool does not show is taken from them, and the texts must be equal; a
/// document's row is found by id, file name or text. Without original rows, a row has only the text and the marks.
///
/// # Errors
/// If a file does not conform to the format, or a document is in none of the original rows or differs from its text.
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
