use std::sync::Arc;

use pressmark_core::{ProblemKind, hex};
use sha2::{Digest, Sha256};

use crate::Format;
use crate::exports::Maker;

/// One input record: a file, a line of JSONL, a row of a table, an article of an export, a response of a web archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Path of the file as given (`-` for standard input).
    pub path: String,
    /// Index of the record in its file, from 0.
    pub index: u64,
    /// Format of the bytes.
    pub format: Format,
    /// The record's bytes after decompression; a line or row without its line ending, a WARC response without its
    /// headers. Empty when they could not be read or exceed the limit.
    pub bytes: Vec<u8>,
    /// Length of the record in bytes, even if `bytes` is empty because the record exceeds the limit.
    pub size: u64,
    /// SHA-256 of the record's bytes, in hex.
    pub sha256: String,
    /// Why the record could not be read: the kind, and a message as a lowercase fragment.
    pub problem: Option<(ProblemKind, String)>,
    pub(crate) context: Context,
}

/// Facts about a record that do not come from its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Context {
    /// Column names of a CSV or TSV file.
    pub columns: Option<Arc<Vec<String>>>,
    /// Cell delimiter of a CSV file, if not a comma.
    pub delimiter: Option<u8>,
    /// Label of the character set, from the transport or detected at the start of the file.
    pub charset: Option<String>,
    /// Whether `charset` was detected or set by the user, rather than declared by the transport.
    pub charset_is_found: bool,
    /// URL of the page, from the archive.
    pub url: Option<String>,
    /// Fields of the archive's record as one JSON object.
    pub extra: Option<String>,
    /// Language code of the page, from the archive.
    pub language: Option<String>,
    /// Maker of the export that the record is an article of.
    pub export: Option<Maker>,
    /// Why the record holds only a part of the page, as a message.
    pub incomplete: Option<String>,
    /// Line of the file on which the record starts, from 1.
    pub line: Option<u64>,
    /// Whether `columns` comes from a header row; otherwise the columns are numbered.
    pub has_header: bool,
}

impl Record {
    /// Creates a record from bytes in memory.
    #[must_use]
    pub fn new(path: impl Into<String>, index: u64, format: Format, bytes: Vec<u8>) -> Self {
        Self {
            path: path.into(),
            index,
            format,
            size: bytes.len() as u64,
            sha256: hex(&Sha256::digest(&bytes)),
            bytes,
            problem: None,
            context: Context::default(),
        }
    }

    /// Sets the column names of a row, in order.
    #[must_use]
    pub fn with_columns(mut self, columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.context.columns = Some(Arc::new(columns.into_iter().map(Into::into).collect()));
        self.context.has_header = true;
        self
    }

    /// Sets the character set that the transport declares, as in the header `Content-Type`. It takes precedence over
    /// what a page declares; if the bytes are clearly in another character set, the document gets the problem
    /// `wrong_charset`.
    #[must_use]
    pub fn with_charset(mut self, label: impl Into<String>) -> Self {
        self.context.charset = Some(label.into());
        self
    }

    /// A SHA-256 over everything that the result of [`ingest`](crate::ingest) depends on besides the options: the
    /// record's place, bytes and format, and its context.
    ///
    /// Two records have the same fingerprint only if all of that is equal.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        let Context {
            columns,
            delimiter,
            charset,
            charset_is_found,
            url,
            extra,
            language,
            export,
            incomplete,
            line,
            has_header,
        } = &self.context;
        let mut hash = Sha256::new();
        // Each part is hashed with its length, so that different sequences of parts cannot collide.
        let mut part = |bytes: Option<&[u8]>| {
            hash.update(bytes.map_or(u64::MAX, |bytes| bytes.len() as u64).to_le_bytes());
            hash.update(bytes.unwrap_or_default());
        };
        part(Some(self.path.as_bytes()));
        part(Some(self.format.as_str().as_bytes()));
        part(Some(self.sha256.as_bytes()));
        part(Some(
            &[self.index, self.size, u64::from(*charset_is_found), u64::from(*has_header)]
                .map(u64::to_le_bytes)
                .concat(),
        ));
        part(self.problem.as_ref().map(|(kind, _)| kind.as_str().as_bytes()));
        part(self.problem.as_ref().map(|(_, message)| message.as_bytes()));
        part(delimiter.as_ref().map(std::slice::from_ref));
        part(export.map(|maker| [maker as u8]).as_ref().map(<[u8; 1]>::as_slice));
        part(line.map(u64::to_le_bytes).as_ref().map(<[u8; 8]>::as_slice));
        [charset, url, extra, language, incomplete]
            .into_iter()
            .for_each(|text| part(text.as_deref().map(str::as_bytes)));
        columns.iter().flat_map(|columns| columns.iter()).for_each(|column| part(Some(column.as_bytes())));
        hash.finalize().into()
    }

    /// Creates a record that could not be read.
    pub(crate) fn broken(path: &str, index: u64, format: Format, kind: ProblemKind, message: String) -> Self {
        Self { problem: Some((kind, message)), ..Self::new(path, index, format, Vec::new()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_tell_records_apart() {
        let record = || Record::new("a.csv", 3, Format::Csv, b"x,y".to_vec());
        let broken = |message: &str| Record::broken("a.csv", 3, Format::Csv, ProblemKind::Unreadable, message.into());
        let context = |context| Record { context, ..record() };
        let all = [
            record(),
            Record { index: 4, ..record() },
            Record { path: "b.csv".into(), ..record() },
            Record { format: Format::Tsv, ..record() },
            Record::new("a.csv", 3, Format::Csv, b"x,z".to_vec()),
            record().with_columns(["a", "b"]),
            record().with_columns(["ab", ""]),
            context(Context { delimiter: Some(b';'), ..Context::default() }),
            context(Context { charset: Some("a".into()), ..Context::default() }),
            context(Context { charset: Some("a".into()), charset_is_found: true, ..Context::default() }),
            context(Context { url: Some("a".into()), ..Context::default() }),
            context(Context { extra: Some("a".into()), ..Context::default() }),
            context(Context { language: Some("a".into()), ..Context::default() }),
            context(Context { incomplete: Some("a".into()), ..Context::default() }),
            context(Context { export: Some(Maker::Nexis), ..Context::default() }),
            context(Context { export: Some(Maker::Factiva), ..Context::default() }),
            context(Context { line: Some(3), ..Context::default() }),
            context(Context { has_header: true, ..Context::default() }),
            broken("no permission"),
            broken("vanished"),
        ];
        let distinct: std::collections::HashSet<_> = all.iter().map(Record::fingerprint).collect();
        assert_eq!(distinct.len(), all.len());
        assert_eq!(record().fingerprint(), record().fingerprint());
    }
}
