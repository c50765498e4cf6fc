use std::cmp::Reverse;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use pressmark_core::{DropReason, ProblemKind};
use pressmark_jsonl::Record;
use pressmark_jsonl::story::Story;
use serde::Serialize;

use crate::corpus::{Columns, Corpus};
use crate::document::Document;
use crate::page::{self, page};
use crate::story::{Listed, Told};
use crate::{Beside, Error};

/// Options of a [`Report`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Title of the page. Default: `"pressmark report"`.
    pub title: String,
    /// Maximum size of the documents embedded in the page, in bytes; with more, all go into files beside it. Default:
    /// 13 MiB, so that the page with everything else stays under 15 MB.
    pub max_inline_bytes: usize,
    /// Id of the document shown first, instead of the corpus view. Default: `None`.
    pub open: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { title: "pressmark report".into(), max_inline_bytes: 13 << 20, open: None }
    }
}

/// Result of writing a report.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// Number of documents in the report.
    pub documents: usize,
    /// Size of the page itself, in bytes.
    pub bytes: usize,
    /// Folder with the documents' files, if they are not embedded in the page.
    pub folder: Option<PathBuf>,
}

/// Documents per chunk, the unit of writing and loading. Set by hand: larger chunks load slower, smaller ones make more
/// files.
const CHUNK: usize = 50;

/// Stories per chunk. Set by hand: stories are larger than documents.
const STORY_CHUNK: usize = 20;

/// Most stories in the page, those with the most outlets first. Set by hand; it bounds the page's size.
const MOST_STORIES: usize = 5000;

/// Data that the page loads on demand, in chunks.
#[derive(Debug)]
struct Chunks {
    /// Kind of the items, part of the chunks' names.
    kind: &'static str,
    /// Items per chunk.
    size: usize,
    /// Items of the chunk being filled, as JSON.
    open: Vec<String>,
    /// Complete chunks to be embedded in the page.
    inline: Vec<String>,
    /// Number of chunks written to files.
    files: usize,
}

impl Chunks {
    fn new(kind: &'static str, size: usize) -> Self {
        Self { kind, size, open: Vec::new(), inline: Vec::new(), files: 0 }
    }

    /// Adds an item; returns the bytes of the chunk it completed, else 0.
    fn add(&mut self, item: String) -> usize {
        self.open.push(item);
        if self.open.len() == self.size { self.close() } else { 0 }
    }

    fn close(&mut self) -> usize {
        if self.open.is_empty() {
            return 0;
        }
        let chunk = format!("[{}]", self.open.join(",\n"));
        self.open.clear();
        let size = chunk.len();
        self.inline.push(chunk);
        size
    }

    /// Moves the complete chunks to files.
    fn write(&mut self, folder: &Path) -> Result<(), Error> {
        for chunk in std::mem::take(&mut self.inline) {
            let path = folder.join(self.file_name(self.files));
            let script = format!("pressmarkChunk(\"{}\", {}, {chunk});\n", self.kind, self.files);
            fs::write(&path, script).map_err(|source| write_error(&path, source))?;
            self.files += 1;
        }
        Ok(())
    }

    /// The embedded chunks as HTML elements.
    fn elements(&self) -> String {
        let element = |(number, chunk): (usize, &String)| {
            format!("<script type=\"application/json\" id=\"{}-{number}\">{chunk}</script>\n", self.kind)
        };
        (0..).zip(&self.inline).map(element).collect()
    }

    fn file_name(&self, chunk: usize) -> String {
        format!("{}-{chunk}.js", self.kind)
    }

    /// Removes files of an earlier page with this name that the new one does not have.
    fn remove_stale_files(&self, folder: &Path) {
        for number in self.files.. {
            if fs::remove_file(folder.join(self.file_name(number))).is_err() {
                break;
            }
        }
    }
}

/// A report being built. Records are added one by one; once they are too large for one file, only the corpus view's
/// data stays in memory.
///
/// ```
/// use pressmark_core::Document;
/// use pressmark_jsonl::{Provenance, Record};
/// use pressmark_report::{Beside, Options, Report};
///
/// let folder = tempfile::tempdir()?;
/// let mut report = Report::create(folder.path().join("report.html"), Options::default())?;
/// let doc = Document::from_text("a", "The ferry sails again.");
/// report.add(&Record::of(&doc, &Provenance::default()), Beside::default())?;
/// let written = report.finish()?;
/// assert_eq!((written.documents, written.folder), (1, None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Report {
    path: PathBuf,
    folder: PathBuf,
    options: Options,
    corpus: Corpus,
    provenance: Vec<String>,
    documents: Chunks,
    /// Stories with their list entries, as JSON.
    stories: Vec<(Listed, String)>,
    /// Numbers of documents by id; the first of duplicates.
    numbers: HashMap<String, usize>,
    inline_bytes: usize,
    has_files: bool,
}

/// The page's main data, read on start-up.
#[derive(Serialize)]
struct Data<'a> {
    pressmark: &'static str,
    title: &'a str,
    documents: usize,
    /// Documents per chunk.
    chunk: usize,
    /// Folder of the document files, relative to the page.
    folder: Option<String>,
    open: Option<&'a str>,
    /// Drop reasons with their explanations.
    reasons: Vec<(&'static str, &'static str)>,
    problems: Vec<(&'static str, &'static str)>,
    provenance: Vec<&'a serde_json::value::RawValue>,
    corpus: Columns<'a>,
    stories: Vec<&'a Listed>,
    /// Stories per chunk.
    story_chunk: usize,
}

impl Report {
    /// Creates a report that will be written to `path`, and to the folder `NAME-data` beside it if the documents are
    /// large.
    ///
    /// # Errors
    /// If the path has no file name.
    pub fn create(path: impl Into<PathBuf>, options: Options) -> Result<Self, Error> {
        let path = path.into();
        let Some(stem) = path.file_stem() else { return Err(Error::NoName { path }) };
        let mut name = stem.to_owned();
        name.push("-data");
        let folder = path.with_file_name(name);
        Ok(Self {
            path,
            folder,
            options,
            corpus: Corpus::default(),
            provenance: Vec::new(),
            documents: Chunks::new("documents", CHUNK),
            stories: Vec::new(),
            numbers: HashMap::new(),
            inline_bytes: 0,
            has_files: false,
        })
    }

    /// Adds a record with its optional extra data.
    ///
    /// # Errors
    /// If a document file cannot be written.
    pub fn add(&mut self, record: &Record<'_>, beside: Beside<'_>) -> Result<(), Error> {
        let provenance = json(&record.provenance)?;
        let at = self.provenance.iter().position(|known| *known == provenance).unwrap_or_else(|| {
            self.provenance.push(provenance);
            self.provenance.len() - 1
        });
        let number = self.corpus.len();
        self.numbers.entry(record.id.to_string()).or_insert(number);
        let actors = self.corpus.add(record);
        let bytes = self.documents.add(json(&Document::new(record, &beside, at, &actors))?);
        self.count(bytes)
    }

    /// Adds a story over documents added before. It is not shown if fewer than two of its documents are in the report.
    ///
    /// # Errors
    /// If the story cannot be serialized as JSON.
    pub fn add_story(&mut self, story: &Story) -> Result<(), Error> {
        if let Some((listed, told)) = Told::new(story, &self.numbers) {
            self.stories.push((listed, json(&told)?));
        }
        Ok(())
    }

    /// Number of documents added so far.
    #[must_use]
    pub fn documents(&self) -> usize {
        self.corpus.len()
    }

    /// Adds to the embedded bytes; above the limit, the chunks move to files.
    fn count(&mut self, bytes: usize) -> Result<(), Error> {
        self.inline_bytes += bytes;
        if self.inline_bytes <= self.options.max_inline_bytes {
            return Ok(());
        }
        if !self.has_files {
            fs::create_dir_all(&self.folder).map_err(|source| write_error(&self.folder, source))?;
            self.has_files = true;
        }
        self.documents.write(&self.folder)
    }

    /// Writes the page.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn finish(mut self) -> Result<Written, Error> {
        // Stories with the most outlets first.
        self.stories.sort_by_key(|(listed, _)| Reverse((listed.outlets, listed.documents)));
        self.stories.truncate(MOST_STORIES);
        let (listed, told): (Vec<Listed>, Vec<String>) = std::mem::take(&mut self.stories).into_iter().unzip();
        let mut stories = Chunks::new("stories", STORY_CHUNK);
        let mut bytes: usize = told.into_iter().map(|story| stories.add(story)).sum();
        bytes += stories.close() + self.documents.close();
        self.count(bytes)?;
        if self.has_files {
            stories.write(&self.folder)?;
        }
        let folder = self.folder.file_name().map(|name| name.to_string_lossy().into_owned());
        let raw = |json: &String| serde_json::value::RawValue::from_string(json.clone());
        let provenance = self.provenance.iter().map(raw).collect::<Result<Vec<_>, _>>().map_err(Error::Json)?;
        let data = Data {
            pressmark: env!("CARGO_PKG_VERSION"),
            title: &self.options.title,
            documents: self.corpus.len(),
            chunk: CHUNK,
            folder: folder.filter(|_| self.has_files),
            open: self.options.open.as_deref(),
            reasons: DropReason::ALL.iter().map(|reason| (reason.as_str(), reason.sentence())).collect(),
            problems: ProblemKind::ALL.iter().map(|kind| (kind.as_str(), severity(*kind))).collect(),
            provenance: provenance.iter().map(|raw| &**raw).collect(),
            corpus: self.corpus.columns(),
            stories: listed.iter().collect(),
            story_chunk: STORY_CHUNK,
        };
        let chunks = self.documents.elements() + &stories.elements();
        let page = page(&self.options.title, &json(&data)?, &chunks, self.has_files);
        self.documents.remove_stale_files(&self.folder);
        stories.remove_stale_files(&self.folder);
        if !self.has_files {
            // Fails, as intended, if the folder is not empty.
            let _ = fs::remove_dir(&self.folder);
        }
        fs::write(&self.path, &page).map_err(|source| write_error(&self.path, source))?;
        let folder = self.has_files.then_some(self.folder);
        Ok(Written { documents: self.corpus.len(), bytes: page.len(), folder })
    }
}

fn json(value: &impl Serialize) -> Result<String, Error> {
    page::json(value).map_err(Error::Json)
}

fn write_error(path: &Path, source: std::io::Error) -> Error {
    Error::Write { path: path.to_owned(), source }
}

/// Severity of a problem, as the page's data names it.
fn severity(kind: ProblemKind) -> &'static str {
    use pressmark_core::Severity;
    match kind.severity() {
        Severity::Note => "note",
        Severity::Partial => "partial",
        Severity::Failed => "failed",
    }
}
