use std::path::PathBuf;
use std::time::Duration;

use crate::date::{self, Order};
use crate::language;

/// How the bytes of an input are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Plain text, one document a file.
    Text,
    /// Markdown, one document a file.
    Markdown,
    /// A web page, one document a file.
    Html,
    /// JSON Lines, one document a line.
    Jsonl,
    /// JSON: an object, or a list of objects, one document an object. A list that an object wraps, as the answers of
    /// search services do, is found.
    Json,
    /// Comma-separated values, one document a row; semicolons, tabs and bars between the cells are told by themselves.
    Csv,
    /// Tab-separated values, one document a row.
    Tsv,
    /// Apache Parquet, one document a row. A row is read as one JSON object, keys in the order of the columns and nulls
    /// left out: that is the record, to whose bytes offsets lead back. Needs the feature `columnar`.
    Parquet,
    /// Arrow's IPC formats, the file (Feather V2) and the stream, one document a row, read as
    /// those of Parquet are. From a pipe only the stream can be read. Needs the feature `columnar`.
    Arrow,
    /// A web archive, one document a page: HTML and text responses, and the texts of WET files.
    Warc,
    /// A text export of Nexis, Factiva, ProQuest or Europresse, one document an article. A text file that is one is
    /// told by itself.
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

    /// The name under which the format is chosen, such as `"jsonl"`.
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

    /// The format for a file name extension or the name from [`as_str`](Self::as_str), in any case.
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

    /// Whether rows lie in columns, so that a record is made of a row: JSON in UTF-8.
    pub(crate) fn is_columnar(self) -> bool {
        matches!(self, Self::Parquet | Self::Arrow)
    }

    /// The media type of one record.
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

/// Names of the fields of tabular input; a field that is not named is found by the names that are usual for it in
/// English, French, German, Spanish and Italian.
///
/// A field within another is named with a dot between the names: `_source.content`. The other fields are then looked
/// for beside it first. In a table without a header the columns are `column_1`, `column_2`, …
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// The text. Else the first that is a string of `text`, `body`, `content`, `article`, `articleBody`, `body_text`,
    /// `maintext`, `full_text`, `Volltext`, `texte`, `html`, `description` and the like.
    pub text: Option<String>,
    /// The record's own id. Else `id`, `doc_id`, `_id`, `article_id` and the like, or the address.
    pub id: Option<String>,
    /// The title. Else `title`, `headline`, `Titel`, `titre` and the like.
    pub title: Option<String>,
    /// The address of the page. Else `url`, `link`, `source_url`, `target_uri` and the like.
    pub url: Option<String>,
    /// When it was published. Else `date`, `published`, `publish_date`, `Datum`, `fecha` and the like.
    pub date: Option<String>,
    /// The outlet. Else `site`, `outlet`, `media_name`, `publication`, `Medium` and the like.
    pub site: Option<String>,
    /// The language, as a code or a name. Else `language`, `lang`, `Sprache` and the like, which is believed only
    /// where the text does not tell.
    pub language: Option<String>,
    /// The authors. Else `authors`, `author`, `byline`, `Autor` and the like.
    pub authors: Option<String>,
}

impl Fields {
    /// The names that were given.
    pub(crate) fn named(&self) -> Vec<&str> {
        let Self { text, id, title, url, date, site, language, authors } = self;
        [text, id, title, url, date, site, language, authors].into_iter().filter_map(|name| name.as_deref()).collect()
    }
}

/// How inputs are read; [`Default`] states every default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The format of every input, whatever its name. Default: by file name, standard input by its first bytes.
    pub format: Option<Format>,
    /// Names of fields in tabular input. Default: found by themselves.
    pub fields: Fields,
    /// ISO 639-1 code of the language of every document. Default: told from the text.
    pub language: Option<String>,
    /// Whether the first row of a table gives the names of its columns. Default: told from the row.
    pub header: Option<bool>,
    /// Character set of every input, by any label that browsers know, such as `windows-1252`. Default: told from the
    /// bytes and from what pages say of themselves.
    pub encoding: Option<String>,
    /// Form of the dates in the field of dates, with the conversions of `strptime`, such as `%d.%m.%Y`. Default: the
    /// forms that are usual, where they can be only one date.
    pub date_format: Option<String>,
    /// Whether `03/05/2024` is the third of May. Default: by the language that the page says it is in, and where that
    /// says nothing, no date.
    pub day_first: Option<bool>,
    /// Languages that whoever works with the documents knows, as codes of ISO 639; a document in another one gets the
    /// problem `unsupported_language`. Default: empty, any language will do.
    pub known_languages: Vec<String>,
    /// Languages that they read though nobody tested how well; a document in one of them that is not among
    /// `known_languages` gets the problem `untested_language`. Default: none.
    pub transfer_languages: Vec<String>,
    /// Scripts that they know, as codes of ISO 15924 such as `Latn`; a document of which most letters are of others gets
    /// the problem `unsupported_script`. Default: empty, any script will do.
    pub known_scripts: Vec<String>,
    /// Largest record in bytes, after decompression; one that is larger is reported and never held.
    /// Default: 16 MiB. At most 1 GiB.
    pub max_bytes: usize,
    /// How many times its compressed size an input may unpack to, once it is past 16 MiB. Default: 250, a
    /// quarter of the most that gzip can do and far above the 3 to 10 of text.
    pub max_ratio: u32,
    /// Most bytes that one compressed input may unpack to. Default: 64 GiB.
    pub max_unpacked_bytes: u64,
    /// Longest that reading one record may take, whatever its format; one that takes longer has the problem `timeout` and
    /// no text. Default: as long as it takes.
    pub timeout: Option<Duration>,
    /// Whether a document keeps why each stretch of its input was dropped
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
    /// Offsets within a record are kept in 32 bits; U+FFFD for each byte may triple the text.
    const MOST_BYTES: usize = 1 << 30;

    /// Checks that the options make sense.
    ///
    /// # Errors
    /// [`Error::Option`] names the first one that does not.
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
            return refuse("language", code.clone(), "an ISO 639 code of two or three small letters, such as en");
        }
        if let Some(code) = self.known_scripts.iter().find(|code| language::script(code).is_none()) {
            return refuse("known_scripts", code.clone(), "codes of ISO 15924, such as Latn");
        }
        if let Some(label) = &self.encoding
            && encoding_rs::Encoding::for_label(label.trim().as_bytes())
                .is_none_or(|found| found == encoding_rs::REPLACEMENT)
        {
            return refuse("encoding", label.clone(), "the label of a character set, such as windows-1252");
        }
        if let Some(format) = self.date_format.as_ref().filter(|format| !date::is_format(format)) {
            return refuse("date_format", format.clone(), "a form with year, month and day, such as %d.%m.%Y");
        }
        Ok(())
    }

    /// How dates are read that could be two, where the text is in a language.
    pub(crate) fn order(&self, language: Option<&str>) -> Order {
        match (self.day_first, language) {
            (Some(true), _) => Order::DayFirst,
            (Some(false), _) => Order::MonthFirst,
            (None, Some(tag)) => Order::of_language(tag),
            (None, None) => Order::Unknown,
        }
    }
}

/// What stops a run before its first document.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A named path does not exist.
    #[error("no file or folder {}", path.display())]
    NotFound {
        /// The path as given.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The address of a page was given as a path.
    #[error("{address} is an address: pressmark fetches nothing; save the page and give the file")]
    Address {
        /// As given.
        address: String,
    },
    /// A field was named that the records do not have.
    #[error("no field {field:?} in {}; the fields are {fields}", path.display())]
    NoField {
        /// The name that was given.
        field: String,
        /// The first table among the inputs.
        path: PathBuf,
        /// The names that there are, separated by commas.
        fields: String,
    },
    /// No path was given.
    #[error("no input was named")]
    NoInput,
    /// An option has a value that makes no sense.
    #[error("{name} is {value}, expected {expected}")]
    Option {
        /// The field of [`Options`] or [`DuplicateOptions`](crate::DuplicateOptions).
        name: &'static str,
        /// Its value.
        value: String,
        /// What would do.
        expected: &'static str,
    },
}
