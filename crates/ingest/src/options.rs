use std::path::PathBuf;
use std::time::Duration;

use crate::date::{self, Order};
use crate::language;

/// Format of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Plain text, one document per file.
    Text,
    /// Markdown, one document per file.
    Markdown,
    /// An HTML page, one document per file.
    Html,
    /// JSON Lines, one document per line.
    Jsonl,
    /// JSON: an object, or a list of objects, one document per object. A list wrapped in an object, as in the responses
    /// of search services, is found.
    Json,
    /// Comma-separated values, one document per row; semicolons, tabs and bars as delimiters are detected.
    Csv,
    /// Tab-separated values, one document per row.
    Tsv,
    /// Apache Parquet, one document per row. Each row is converted to a JSON object, with the keys in the order of the
    /// columns and without nulls; this object is the record that offsets refer to. Requires the feature `columnar`.
    Parquet,
    /// Arrow's IPC file (Feather V2) and stream formats, one document per row, converted as rows of Parquet are. Only
    /// the stream format can be read from a pipe. Requires the feature `columnar`.
    Arrow,
    /// A web archive (WARC), one document per page: HTML and text responses, and the texts of WET files.
    Warc,
    /// A text export of Nexis, Factiva, ProQuest or Europresse, one document per article. Text files that are such
    /// exports are detected.
    Export,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Format] = &[
        Self::Text,
        Self::Markdown,
        Self::Html,
        Self::Jsonl,
        Self::Json,
        Self::Csv,
        Self::Tsv,
        Self::Parquet,
        Self::Arrow,
        Self::Warc,
        Self::Export,
    ];

    /// The name of the format in options, such as `"jsonl"`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Markdown => "md",
            Self::Html => "html",
            Self::Jsonl => "jsonl",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
            Self::Warc => "warc",
            Self::Export => "export",
        }
    }

    /// The format for a file extension or a name from [`as_str`](Self::as_str), ignoring case.
    #[must_use]
    pub fn from_extension(extension: &str) -> Option<Self> {
        Some(match extension.to_ascii_lowercase().as_str() {
            "txt" | "text" => Self::Text,
            "md" | "markdown" => Self::Markdown,
            "html" | "htm" | "xhtml" => Self::Html,
            "jsonl" | "ndjson" => Self::Jsonl,
            "json" => Self::Json,
            "csv" => Self::Csv,
            "tsv" => Self::Tsv,
            "parquet" | "pq" => Self::Parquet,
            "arrow" | "arrows" | "feather" | "ipc" => Self::Arrow,
            "warc" | "wet" => Self::Warc,
            "export" => Self::Export,
            _ => return None,
        })
    }

    /// Whether the format is columnar, so that records are made from rows, as JSON in UTF-8.
    pub(crate) fn is_columnar(self) -> bool {
        matches!(self, Self::Parquet | Self::Arrow)
    }

    /// Media type of one record.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Text | Self::Export => "text/plain",
            Self::Markdown => "text/markdown",
            Self::Html | Self::Warc => "text/html",
            Self::Jsonl | Self::Json => "application/json",
            Self::Csv => "text/csv",
            Self::Tsv => "text/tab-separated-values",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Arrow => "application/vnd.apache.arrow.file",
        }
    }
}

/// Names of the fields of tabular input. A field without a given name is found by its usual names in English, French,
/// German, Spanish and Italian.
///
/// A nested field is named with dots: `_source.content`; the other fields are then first looked for in the same object.
/// The columns of a table without a header are `column_1`, `column_2`, …
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// The text. Default: the first string field among `text`, `body`, `content`, `article`, `articleBody`,
    /// `body_text`, `maintext`, `full_text`, `Volltext`, `texte`, `html`, `description` and the like.
    pub text: Option<String>,
    /// The record's id. Default: `id`, `doc_id`, `_id`, `article_id` and the like, or the URL.
    pub id: Option<String>,
    /// The title. Default: `title`, `headline`, `Titel`, `titre` and the like.
    pub title: Option<String>,
    /// The URL of the page. Default: `url`, `link`, `source_url`, `target_uri` and the like.
    pub url: Option<String>,
    /// The date of publication. Default: `date`, `published`, `publish_date`, `Datum`, `fecha` and the like.
    pub date: Option<String>,
    /// The outlet. Default: `site`, `outlet`, `media_name`, `publication`, `Medium` and the like.
    pub site: Option<String>,
    /// The language, as a code or a name. Default: `language`, `lang`, `Sprache` and the like, used only if the
    /// language cannot be detected from the text.
    pub language: Option<String>,
    /// The authors. Default: `authors`, `author`, `byline`, `Autor` and the like.
    pub authors: Option<String>,
}

impl Fields {
    /// The names that the user gave.
    pub(crate) fn named(&self) -> Vec<&str> {
        let Self { text, id, title, url, date, site, language, authors } = self;
        [text, id, title, url, date, site, language, authors].into_iter().filter_map(|name| name.as_deref()).collect()
    }
}

/// Options for reading inputs; [`Default`] states every default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Format of every input, whatever its name. Default: by file name; for standard input, by its first bytes.
    pub format: Option<Format>,
    /// Names of fields in tabular input. Default: detected.
    pub fields: Fields,
    /// ISO 639-1 code (or 639-3 where there is none) of the language of every document. Default: detected from the
    /// text.
    pub language: Option<String>,
    /// Whether the first row of a table is a header. Default: detected from the row.
    pub header: Option<bool>,
    /// Character set of every input, by any label that browsers know, such as `windows-1252`. Default: detected from
    /// the bytes and from what pages declare.
    pub encoding: Option<String>,
    /// Format of the dates in the date field, with the conversions of `strptime`, such as `%d.%m.%Y`. Default: the
    /// usual formats, unless a date is ambiguous.
    pub date_format: Option<String>,
    /// Whether `03/05/2024` is the third of May. Default: by the declared language; if that does not settle it, an
    /// ambiguous date is not read.
    pub day_first: Option<bool>,
    /// ISO 639 codes of the languages that the later stages know; a document in another language gets the problem
    /// `unsupported_language`. Default: empty, which allows any language.
    pub known_languages: Vec<String>,
    /// ISO 639 codes of languages that the later stages read by transfer, untested; a document in one of them that is not
    /// among `known_languages` gets the problem `untested_language`. Default: empty.
    pub transfer_languages: Vec<String>,
    /// ISO 15924 codes, such as `Latn`, of the scripts that the later stages know; a document with most of its letters in
    /// other scripts gets the problem `unsupported_script`. Default: empty, which allows any script.
    pub known_scripts: Vec<String>,
    /// Largest record in bytes, after decompression; a larger one is reported and never held in memory. Default: 16
    /// MiB. At most 1 GiB.
    pub max_bytes: usize,
    /// Largest ratio of unpacked to compressed size of an input, checked past 16 MiB of unpacked bytes. Default: 250, a
    /// quarter of the most that gzip can do and far above the 3 to 10 of text.
    pub max_ratio: u32,
    /// Most bytes that one compressed input may unpack to. Default: 64 GiB, set by hand: it stops decompression bombs
    /// that stay below `max_ratio`.
    pub max_unpacked_bytes: u64,
    /// Time limit for reading one record, whatever its format; a record that exceeds it gets the problem `timeout` and
    /// no text. Default: no limit.
    pub timeout: Option<Duration>,
    /// Whether a document records why each stretch of its input was dropped
    /// ([`Document::explanations`](pressmark_core::Document::explanations)). Default: no.
    pub explain: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            format: None,
            fields: Fields::default(),
            language: None,
            header: None,
            encoding: None,
            date_format: None,
            day_first: None,
            known_languages: Vec::new(),
            transfer_languages: Vec::new(),
            known_scripts: Vec::new(),
            max_bytes: 16 << 20,
            max_ratio: 250,
            max_unpacked_bytes: 64 << 30,
            timeout: None,
            explain: false,
        }
    }
}

impl Options {
    /// Largest allowed [`max_bytes`](Self::max_bytes). Offsets within a record are 32 bits wide, and replacing each
    /// byte by U+FFFD may triple the text.
    const MOST_BYTES: usize = 1 << 30;

    /// Validates the options.
    ///
    /// # Errors
    /// [`Error::Option`] for the first invalid option.
    pub fn check(&self) -> Result<(), Error> {
        let refuse = |name, value: String, expected| Err(Error::Option { name, value, expected });
        if !(1..=Self::MOST_BYTES).contains(&self.max_bytes) {
            return refuse("max_bytes", self.max_bytes.to_string(), "1 to 1073741824 bytes");
        }
        if self.max_ratio == 0 {
            return refuse("max_ratio", "0".into(), "at least 1");
        }
        if self.max_unpacked_bytes == 0 {
            return refuse("max_unpacked_bytes", "0".into(), "at least 1");
        }
        if let Some(code) = &self.language
            && !(matches!(code.len(), 2 | 3) && code.bytes().all(|b| b.is_ascii_lowercase()))
        {
            return refuse("language", code.clone(), "an ISO 639 code of two or three lower-case letters, such as en");
        }
        if let Some(code) = self.known_scripts.iter().find(|code| language::script(code).is_none()) {
            return refuse("known_scripts", code.clone(), "ISO 15924 codes, such as Latn");
        }
        if let Some(label) = &self.encoding
            && encoding_rs::Encoding::for_label(label.trim().as_bytes())
                .is_none_or(|found| found == encoding_rs::REPLACEMENT)
        {
            return refuse("encoding", label.clone(), "the label of a character set, such as windows-1252");
        }
        if let Some(format) = self.date_format.as_ref().filter(|format| !date::is_format(format)) {
            return refuse("date_format", format.clone(), "a format with year, month and day, such as %d.%m.%Y");
        }
        Ok(())
    }

    /// The order by which to read ambiguous dates of a text in `language`.
    pub(crate) fn order(&self, language: Option<&str>) -> Order {
        match (self.day_first, language) {
            (Some(true), _) => Order::DayFirst,
            (Some(false), _) => Order::MonthFirst,
            (None, Some(tag)) => Order::of_language(tag),
            (None, None) => Order::Unknown,
        }
    }
}

/// An error that stops a run before its first document.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A given path does not exist.
    #[error("no such file or folder: {}", path.display())]
    NotFound {
        /// The path.
        path: PathBuf,
        /// Underlying I/O error.
        source: std::io::Error,
    },
    /// A URL was given as a path.
    #[error("{address} is a URL: pressmark does not download pages; save the page and pass the file")]
    Address {
        /// The URL.
        address: String,
    },
    /// A field was named that the records do not have.
    #[error("no field {field:?} in {}; the fields are {fields}", path.display())]
    NoField {
        /// Name of the field.
        field: String,
        /// The first table among the inputs.
        path: PathBuf,
        /// Names of the existing fields, separated by commas.
        fields: String,
    },
    /// No path was given.
    #[error("no input was given")]
    NoInput,
    /// An option has an invalid value.
    #[error("{name} is {value}, expected {expected}")]
    Option {
        /// The field of [`Options`] or [`DuplicateOptions`](crate::DuplicateOptions).
        name: &'static str,
        /// The value.
        value: String,
        /// Description of the valid values.
        expected: &'static str,
    },
}
