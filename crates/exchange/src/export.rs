use std::collections::BTreeSet;

use pressmark_jsonl::Record;
use serde_json::Value;

use crate::files::{File, FileNames};
use crate::format::Format;
use crate::marks::{Marks, frame_names};
use crate::{brat, cas, columns, doccano, gkg, json, label_studio, prodigy, spacy, web_annotation};

/// Makes the files of a format from one row after the other, of which it keeps no more than labels and file names.
///
/// It gives pieces of files in the order in which they are to be written: a piece with the name of the one before goes on
/// with that file, one with another name begins a file.
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
    /// How many rows the one file that holds all has.
    count: usize,
    /// Whether there is an item in the list of a JSON file.
    has_items: bool,
    names: FileNames,
    /// Labels of mentions, and names of frames, of which some tools want a list.
    mentions: BTreeSet<String>,
    frames: BTreeSet<String>,
}

impl Exporter {
    /// An exporter to this format.
    #[must_use]
    pub fn new(format: Format) -> Self {
        let (mentions, frames) = (BTreeSet::new(), BTreeSet::new());
        Self { format, count: 0, has_items: false, names: FileNames::default(), mentions, frames }
    }

    /// The pieces for a row; none for one without a text.
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

    /// The last pieces, and the files that say something of all rows.
    #[must_use]
    pub fn finish(&mut self) -> Vec<File> {
        let end = match self.format {
            Format::LabelStudio => self.items(&[]) + "\n]\n",
            Format::WebAnnotation => self.items(&[]) + "\n]}\n",
            // A file without a row is a file.
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

    /// Notes the labels of the mentions of a row.
    fn note_labels(&mut self, marks: &Marks) {
        for span in marks.spans.iter().filter(|span| span.is_mention()) {
            if !self.mentions.contains(&span.label) {
                self.mentions.insert(span.label.clone());
            }
        }
    }

    /// Items of the list in a JSON file, one a line; before the first row what opens it.
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

    /// A piece of the one file that holds all rows, where there is one.
    fn piece(&self, text: String) -> Option<File> {
        Some(File::new(self.format.file()?, text))
    }
}

/// The files of a format for these rows, in memory. Rows without a text are left out.
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
