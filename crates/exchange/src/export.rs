use std::collections::BTreeSet;

use pressmark_jsonl::Record;
use serde_json::Value;

use crate::files::{File, FileNames};
use crate::format::Format;
use crate::marks::{Marks, frame_names};
use crate::{brat, cas, columns, doccano, gkg, json, label_studio, prodigy, spacy, web_annotation};

/// Exports rows one by one to the files of a format, keeping only labels and file names in memory.
///
/// It returns pieces of files in writing order: a piece with the name of the previous one continues that file, one with
/// another name starts a new file.
///
/// ```
/// use pressmark_core::Document;
/// use pressmark_exchange::{Exporter, Format};
/// use pressmark_jsonl::{Provenance, Record};
///
/// let mut exporter = Exporter::new(Format::LabelStudio);
/// let doc = Document::from_text("a", "Ana left Lima.");
/// let mut pieces = exporter.add(&Record::of(&doc, &Provenance::default()));
/// pieces.extend(exporter.finish());
/// let names: Vec<&str> = pieces.iter().map(|piece| &*piece.name).collect();
/// assert_eq!(names, ["tasks.json", "tasks.json", "labeling-config.xml"]);
/// ```
#[derive(Debug)]
pub struct Exporter {
    format: Format,
    /// Number of rows written, if all go to one file.
    count: usize,
    /// Whether the list of a JSON file already has an item.
    has_items: bool,
    names: FileNames,
    /// Labels of mentions; some tools need a list of them in their configuration.
    mentions: BTreeSet<String>,
    /// Names of frames, for the same purpose.
    frames: BTreeSet<String>,
}

impl Exporter {
    /// Creates an exporter to this format.
    #[must_use]
    pub fn new(format: Format) -> Self {
        let (mentions, frames) = (BTreeSet::new(), BTreeSet::new());
        Self { format, count: 0, has_items: false, names: FileNames::default(), mentions, frames }
    }

    /// Returns the pieces for a row; none if it has no text.
    #[must_use]
    pub fn add(&mut self, row: &Record<'_>) -> Vec<File> {
        if row.text.is_empty() {
            return Vec::new();
        }
        let marks = || Marks::of(row);
        let text = match self.format {
            Format::Brat => {
                let marks = marks();
                self.note_labels(&marks);
                return brat::document(&marks, &self.names.name(&row.id));
            }
            Format::Cas => {
                let name = format!("{}.xmi", self.names.name(&row.id));
                return vec![File::new(name, cas::document(row, &marks()))];
            }
            Format::LabelStudio => {
                let marks = marks();
                self.note_labels(&marks);
                self.frames.extend(frame_names(row));
                self.items(&[label_studio::task(row, &marks)])
            }
            Format::WebAnnotation => self.items(&web_annotation::items(row, &marks())),
            Format::Doccano => doccano::line(&marks()),
            Format::Prodigy => json::line(&prodigy::task(row, &marks())),
            Format::Spacy => json::line(&spacy::document(row, &marks())),
            Format::Conll2003 => columns::conll2003(row),
            Format::Conllu => columns::conllu(row),
            Format::Gkg => gkg::line(row, self.count),
        };
        self.count += 1;
        self.piece(text).into_iter().collect()
    }

    /// Returns the last pieces, and the files that describe all rows.
    #[must_use]
    pub fn finish(&mut self) -> Vec<File> {
        let end = match self.format {
            Format::LabelStudio => self.items(&[]) + "\n]\n",
            Format::WebAnnotation => self.items(&[]) + "\n]}\n",
            // Without rows the file still exists, empty.
            _ => String::new(),
        };
        let about = match self.format {
            Format::LabelStudio => Some(("labeling-config.xml", label_studio::config(&self.mentions, &self.frames))),
            Format::Brat => Some(("annotation.conf", brat::config(&self.mentions))),
            Format::Cas => Some(("TypeSystem.xml", cas::TYPE_SYSTEM.to_owned())),
            _ => None,
        };
        self.piece(end).into_iter().chain(about.map(|(name, text)| File::new(name, text))).collect()
    }

    /// Collects the mention labels of a row.
    fn note_labels(&mut self, marks: &Marks) {
        for span in marks.spans.iter().filter(|span| span.is_mention()) {
            if !self.mentions.contains(&span.label) {
                self.mentions.insert(span.label.clone());
            }
        }
    }

    /// Formats items of the list in a JSON file, one per line, with its opening before the first.
    fn items(&mut self, items: &[Value]) -> String {
        let is_first = self.count == 0;
        let mut out = match self.format {
            Format::WebAnnotation if is_first => web_annotation::HEAD.to_owned(),
            _ if is_first => "[".to_owned(),
            _ => String::new(),
        };
        for item in items {
            out.push_str(if self.has_items { ",\n" } else { "\n" });
            out.push_str(&item.to_string());
            self.has_items = true;
        }
        out
    }

    /// Wraps text as a piece of the file that holds all rows, if the format has one.
    fn piece(&self, text: String) -> Option<File> {
        Some(File::new(self.format.file()?, text))
    }
}

/// Exports rows to the files of a format, in memory.
///
/// Rows without text are left out.
#[must_use]
pub fn export(rows: &[Record<'_>], to: Format) -> Vec<File> {
    let mut exporter = Exporter::new(to);
    let mut pieces: Vec<File> = rows.iter().flat_map(|row| exporter.add(row)).collect();
    pieces.extend(exporter.finish());
    let mut files: Vec<File> = Vec::new();
    for piece in pieces {
        match files.last_mut() {
            Some(file) if file.name == piece.name => file.bytes.extend(piece.bytes),
            _ => files.push(piece),
        }
    }
    files
}
