use std::path::PathBuf;

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
    /// Comma-separated values with a header row, one document a row.
    Csv,
    /// Tab-separated values with a header row, one document a row.
    Tsv,
    /// A web archive, one document an HTML response.
    Warc,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Format] =
        &[Self::Text, Self::Markdown, Self::Html, Self::Jsonl, Self::Csv, Self::Tsv, Self::Warc];

    /// The name under which the format is chosen, such as `"jsonl"`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Markdown => "md",
            Self::Html => "html",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Warc => "warc",
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
            "csv" => Self::Csv,
            "tsv" => Self::Tsv,
            "warc" => Self::Warc,
            _ => return None,
        })
    }

    /// The media type of one record.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain",
            Self::Markdown => "text/markdown",
            Self::Html | Self::Warc => "text/html",
            Self::Jsonl => "application/json",
            Self::Csv => "text/csv",
            Self::Tsv => "text/tab-separated-values",
        }
    }
}

/// Names of the fields of tabular input; a field that is not named is found by sensible names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// The text. Else the first that is a string of `text`, `body`, `content`, `article`, `articleBody`,
    /// `maintext`, `full_text`, `html`, `raw_html`, `description`.
    pub text: Option<String>,
    /// The record's own id. Else `id`, `doc_id`, `_id`, or the address.
    pub id: Option<String>,
    /// The title. Else `title`, `headline`.
    pub title: Option<String>,
    /// The address of the page. Else `url`, `link`, `source_url`, `target_uri`.
    pub url: Option<String>,
    /// When it was published. Else `date`, `published`, `date_publish`, `publication_date`, `published_at`,
    /// `pub_date`, `timestamp`.
    pub date: Option<String>,
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
    /// Largest record in bytes, after decompression; one that is larger is reported and never held.
    /// Default: 16 MiB. At most 1 GiB.
    pub max_bytes: usize,
    /// How many times its compressed size an input may unpack to, once it is past 16 MiB. Default: 250, a
    /// quarter of the most that gzip can do and far above the 3 to 10 of text.
    pub max_ratio: u32,
    /// Most bytes that one compressed input may unpack to. Default: 64 GiB.
    pub max_unpacked_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            format: None,
            fields: Fields::default(),
            language: None,
            max_bytes: 16 << 20,
            max_ratio: 250,
            max_unpacked_bytes: 64 << 30,
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
        Ok(())
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
