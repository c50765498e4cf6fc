use std::sync::Arc;

use pressmark_core::{ProblemKind, hex};
use sha2::{Digest, Sha256};

use crate::Format;
use crate::exports::Maker;

/// One input record as it was read: a file, a line of JSONL, a row of CSV or TSV, a WARC response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Path of the file as given (`-` for standard input).
    pub path: String,
    /// The record's place in its file, counted from 0.
    pub index: u64,
    /// How the bytes are to be read.
    pub format: Format,
    /// The record's bytes after decompression; a line or row without its line ending, a WARC response without
    /// its headers. Empty when they could not be had.
    pub bytes: Vec<u8>,
    /// Length of the record in bytes, also where `bytes` is empty because it is over the limit.
    pub size: u64,
    /// SHA-256 of the record's bytes, in hex.
    pub sha256: String,
    /// Why the record could not be read: the kind and, for a person, a lowercase fragment.
    pub problem: Option<(ProblemKind, String)>,
    pub(crate) context: Context,
}

/// What is known of a record from outside its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Context {
    /// Column names of a CSV or TSV file.
    pub columns: Option<Arc<Vec<String>>>,
    /// What stands between the cells of a CSV file, where it is no comma.
    pub delimiter: Option<u8>,
    /// Label of the character set, from the transport or from the start of the file.
    pub charset: Option<String>,
    /// Whether `charset` is what was found by looking, not what somebody claims.
    pub charset_is_found: bool,
    /// Address of the page, from the archive.
    pub url: Option<String>,
    /// Fields of the archive as one JSON object.
    pub extra: Option<String>,
    /// Language of the page, as the archive says.
    pub language: Option<String>,
    /// The maker of the export that the record is an article of.
    pub export: Option<Maker>,
    /// Why the record is not the whole page.
    pub incomplete: Option<String>,
    /// Line of the file on which the record starts, counted from 1.
    pub line: Option<u64>,
    /// Whether the columns of a table are those of its first row, and not numbered.
    pub has_header: bool,
}

impl Record {
    /// A record of bytes that are at hand.
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

    /// The same row with the given column names, in order.
    #[must_use]
    pub fn with_columns(mut self, columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.context.columns = Some(Arc::new(columns.into_iter().map(Into::into).collect()));
        self.context.has_header = true;
        self
    }

    /// The same record with the character set that its transport declares, such as the header `Content-Type`. It goes
    /// before what a page says of itself; where the bytes are plainly in another, the document gets the problem
    /// `wrong_charset`.
    #[must_use]
    pub fn with_charset(mut self, label: impl Into<String>) -> Self {
        self.context.charset = Some(label.into());
        self
    }

    /// What the document that [`ingest`](crate::ingest) makes of this record depends on, besides the options: its
    /// place, bytes and format, and what is known of it from outside its bytes.
    ///
    /// Two records have the same fingerprint only if they are the same in all of that.
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
        // Each part goes in with its length, so that no two sequences of parts are one.
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

    /// A record that could not be read.
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
