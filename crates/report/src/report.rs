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

/// How a page is made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// What the page is called; default `"pressmark report"`.
    pub title: String,
    /// Bytes of documents that are put into the page itself; with more, all go into files beside it. Default 13 MiB,
    /// so that a page with everything else stays under 15 MB.
    pub max_inline_bytes: usize,
    /// The id of the document that is shown first, instead of the corpus; default `None`.
    pub open: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { title: "pressmark report".into(), max_inline_bytes: 13 << 20, open: None }
    }
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// Documents in the page.
    pub documents: usize,
    /// Bytes of the page itself.
    pub bytes: usize,
    /// The folder of the documents, where they are not in the page.
    pub folder: Option<PathBuf>,
}

/// Documents that are written or read at once: a chunk of them is one script.
const CHUNK: usize = 50;

/// Stories that are written or read at once.
const STORY_CHUNK: usize = 20;

/// Stories that are in the page: those that most outlets tell, when there are more.
const MOST_STORIES: usize = 5000;

/// Parts of the data that the page reads when they are looked at.
#[derive(Debug)]
struct Chunks {
    /// What they hold: a part of their names.
    kind: &'static str,
    /// How many items are in one.
    size: usize,
    /// Items of the chunk that is not full yet, as JSON.
    open: Vec<String>,
    /// Full chunks that are to stand in the page.
    inline: Vec<String>,
    /// Chunks written to files.
    files: usize,
}

impl Chunks {
    fn new(kind: &'static str, size: usize) -> Self {
        Self { kind, size, open: Vec::new(), inline: Vec::new(), files: 0 }
    }

    /// Adds an item; the bytes of a chunk that it made full.
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

    /// Writes the full chunks to files.
    fn write(&mut self, folder: &Path) -> Result<(), Error> {
        for chunk in std::mem::take(&mut self.inline) {
            let path = folder.join(self.file_name(self.files));
            let script = format!("pressmarkChunk(\"{}\", {}, {chunk});\n", self.kind, self.files);
            fs::write(&path, script).map_err(|source| write_error(&path, source))?;
            self.files += 1;
        }
        Ok(())
    }

    /// The chunks that stand in the page.
    fn elements(&self) -> String {
        let element = |(number, chunk): (usize, &String)| {
            format!("<script type=\"application/json\" id=\"{}-{number}\">{chunk}</script>\n", self.kind)
        };
        (0..).zip(&self.inline).map(element).collect()
    }

    fn file_name(&self, chunk: usize) -> String {
        format!("{}-{chunk}.js", self.kind)
    }

    /// Takes away the files of an earlier page of this name that the new one does not have.
    fn remove_stale_files(&self, folder: &Path) {
        for number in self.files.. {
            if fs::remove_file(folder.join(self.file_name(number))).is_err() {
                break;
            }
        }
    }
}

/// A page in the making: records come in one by one, and only what the corpus view needs of them stays in memory once
/// they are too many for one file.
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
    /// Stories with what the list knows of them, as JSON.
    stories: Vec<(Listed, String)>,
    /// Numbers of documents by their ids, the first of each.
    numbers: HashMap<String, usize>,
    inline_bytes: usize,
    has_files: bool,
}

/// What the page reads first.
#[derive(Serialize)]
struct Data<'a> {
    pressmark: &'static str,
    title: &'a str,
    documents: usize,
    /// Documents a chunk.
    chunk: usize,
    /// Folder of the files of documents, from the page.
    folder: Option<String>,
    open: Option<&'a str>,
    /// What the names of reasons mean.
    reasons: Vec<(&'static str, &'static str)>,
    problems: Vec<(&'static str, &'static str)>,
    provenance: Vec<&'a serde_json::value::RawValue>,
    corpus: Columns<'a>,
    stories: Vec<&'a Listed>,
    /// Stories a chunk.
    story_chunk: usize,
}

impl Report {
    /// A page that will be written to `path`, and where documents are many, to the folder `NAME-data` beside it.
    ///
    /// # Errors
    /// Where the path names no file.
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

    /// Adds a record, and what is known beside it.
    ///
    /// # Errors
    /// Where a file of documents cannot be written.
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

    /// Adds a story over documents that were added before. One of a single document is not shown.
    ///
    /// # Errors
    /// Where the story has no form as JSON.
    pub fn add_story(&mut self, story: &Story) -> Result<(), Error> {
        if let Some((listed, told)) = Told::new(story, &self.numbers) {
            self.stories.push((listed, json(&told)?));
        }
        Ok(())
    }

    /// Documents so far.
    #[must_use]
    pub fn documents(&self) -> usize {
        self.corpus.len()
    }

    /// Counts bytes that are to stand in the page; too many go to files.
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
    /// Where a file cannot be written.
    pub fn finish(mut self) -> Result<Written, Error> {
        // Stories that most outlets tell come first.
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
            // Goes only where it is empty.
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

/// How much a problem takes from a document, in words.
fn severity(kind: ProblemKind) -> &'static str {
    use pressmark_core::Severity;
    match kind.severity() {
        Severity::Note => "note",
        Severity::Partial => "partial",
        Severity::Failed => "failed",
    }
}
