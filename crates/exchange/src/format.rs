use pressmark_jsonl::Record;

use crate::error::Error;
use crate::files::{File, file_names};
use crate::marks::Marks;
use crate::rows::Originals;
use crate::{brat, cas, columns, doccano, gkg, label_studio, prodigy, spacy, web_annotation};

/// A format of annotations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Label Studio: `tasks.json`, and `labeling-config.xml` for the project.
    LabelStudio,
    /// doccano: `doccano.jsonl` for a project of sequence labelling with relations.
    Doccano,
    /// brat: a `.txt` and a `.ann` a document, and `annotation.conf`.
    Brat,
    /// UIMA CAS XMI 1.0: a `.xmi` a document, and `TypeSystem.xml`.
    Cas,
    /// Prodigy: `prodigy.jsonl`.
    Prodigy,
    /// CoNLL-2003: `conll2003.txt`.
    Conll2003,
    /// CoNLL-U: `rows.conllu`.
    Conllu,
    /// spaCy: `spacy.jsonl`, a document of `Doc.from_json` a line.
    Spacy,
    /// W3C Web Annotation: `annotations.jsonld`.
    WebAnnotation,
    /// GDELT GKG 2.1: `gkg.csv`, which is separated by tabs, as GDELT's own.
    Gkg,
}

impl Format {
    /// Every format, those that are read as well first.
    pub const ALL: [Self; 10] = [
        Self::LabelStudio,
        Self::Doccano,
        Self::Brat,
        Self::Cas,
        Self::Prodigy,
        Self::Conll2003,
        Self::Conllu,
        Self::Spacy,
        Self::WebAnnotation,
        Self::Gkg,
    ];

    /// The name under which it is chosen.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LabelStudio => "label-studio",
            Self::Doccano => "doccano",
            Self::Brat => "brat",
            Self::Cas => "cas",
            Self::Prodigy => "prodigy",
            Self::Conll2003 => "conll2003",
            Self::Conllu => "conllu",
            Self::Spacy => "spacy",
            Self::WebAnnotation => "web-annotation",
            Self::Gkg => "gkg",
        }
    }

    /// The format of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }

    /// Whether [`import`] reads it.
    #[must_use]
    pub fn is_read(self) -> bool {
        matches!(self, Self::LabelStudio | Self::Doccano | Self::Brat | Self::Cas | Self::Prodigy)
    }

    /// What the names of the files end in that [`import`] reads; others of a folder are passed over.
    #[must_use]
    pub fn endings(self) -> &'static [&'static str] {
        match self {
            Self::LabelStudio => &["json"],
            Self::Doccano | Self::Prodigy => &["jsonl", "json"],
            Self::Brat => &["ann", "txt"],
            Self::Cas => &["xmi", "xml"],
            Self::Conll2003 | Self::Conllu | Self::Spacy | Self::WebAnnotation | Self::Gkg => &[],
        }
    }
}

/// What an import gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    /// A row for each document that somebody has annotated: with the original rows in their order, else in that of the
    /// files.
    pub rows: Vec<Record<'static>>,
    /// What a person should know: documents that nobody has annotated yet, spans that could not be kept.
    pub notes: Vec<String>,
}

/// The files of a format for these rows. Rows without a text are left out.
#[must_use]
pub fn export(rows: &[Record<'_>], to: Format) -> Vec<File> {
    let rows: Vec<&Record<'_>> = rows.iter().filter(|row| !row.text.is_empty()).collect();
    let marks = || rows.iter().map(|row| Marks::of(row)).collect::<Vec<_>>();
    let names = || file_names(rows.iter().map(|row| &*row.id));
    match to {
        Format::LabelStudio => label_studio::write(&rows, &marks()),
        Format::Doccano => doccano::write(&marks()),
        Format::Brat => brat::write(&marks(), &names()),
        Format::Cas => cas::write(&rows, &marks(), &names()),
        Format::Prodigy => prodigy::write(&rows, &marks()),
        Format::Conll2003 => columns::conll2003(&rows),
        Format::Conllu => columns::conllu(&rows),
        Format::Spacy => spacy::write(&rows),
        Format::WebAnnotation => web_annotation::write(&rows, &marks()),
        Format::Gkg => gkg::write(&rows),
    }
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

/// What a reader gives: the marks of each document with its place, and notes.
pub(crate) type Read = (Vec<(String, Marks)>, Vec<String>);
