//! Files kept beside a run's output: a journal while it runs, a manifest once it is complete.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use pressmark_core::{Status, hex};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::record::Problem;

/// Name and version of the journal format.
pub const JOURNAL: &str = "pressmark-journal/1";

/// Name and version of the manifest format.
pub const MANIFEST: &str = "pressmark-manifest/1";

/// Settings that the output depends on, keyed by the option names that users know.
pub type Settings = BTreeMap<String, String>;

/// One line of a journal: `<checksum> <JSON>`, where the checksum is that of [`checksum`] over the JSON.
///
/// A line torn by a crash fails to parse, so a journal is valid up to its first bad line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JournalLine<'a> {
    /// First line: identifies the run.
    Run(JournalRun),
    /// A finished document.
    Row(JournalRow<'a>),
    /// Sync point: every line above it, and the output those lines describe, has been synced to disk.
    Synced,
    /// End of input; only renaming the files is left.
    End(JournalEnd),
}

/// Identity of the run that a journal belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalRun {
    /// Always `pressmark-journal/1`.
    pub journal: Cow<'static, str>,
    /// Every setting that the output depends on.
    pub settings: Settings,
}

/// One finished document, in output order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalRow<'a> {
    /// Path of the record; `None` if it is that of the previous line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Cow<'a, str>>,
    /// Index of the record in its file, from 0.
    pub record: u64,
    /// Fingerprint of the record, in hex.
    pub input: Cow<'a, str>,
    /// Id of the document before it was made unique within the run.
    pub id: Cow<'a, str>,
    /// `ok`, `partial` or `failed`.
    #[serde(with = "crate::word")]
    pub status: Status,
    /// Signature for near-duplicate detection, in hex; `None` if detection is off or the document has no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Cow<'a, str>>,
    /// Length of the output line in bytes, including the line feed; 0 for a dropped duplicate.
    pub bytes: u64,
    /// [`checksum`] of that line; empty if `bytes` is 0.
    pub sha256: Cow<'a, str>,
    /// Language of a dropped duplicate, which no row tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Cow<'a, str>>,
    /// Problems of a dropped duplicate; empty for a document with a row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem<'a>>,
}

/// The end of a run's input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEnd {
    /// Number of documents in the input list, including those of other shards.
    pub documents: u64,
    /// SHA-256 over the fingerprints of all of them, in input order, in hex.
    pub input: String,
}

impl JournalLine<'_> {
    /// Writes the line, including the line feed.
    ///
    /// # Errors
    /// If the writer fails; serialising a line cannot.
    pub fn write(&self, writer: &mut impl Write) -> io::Result<()> {
        let json = serde_json::to_vec(self)?;
        writer.write_all(&[checksum(&json).as_bytes(), b" ", &json, b"\n"].concat())
    }

    /// Parses a line without its line feed; `None` if it is torn or not a journal line.
    #[must_use]
    pub fn parse(line: &[u8]) -> Option<JournalLine<'static>> {
        let (sum, json) = line.split_at_checked(CHECK_CHARS)?;
        let json = json.strip_prefix(b" ")?;
        if sum != checksum(json).as_bytes() {
            return None;
        }
        serde_json::from_slice(json).ok()
    }
}

/// Hex digits of a [`checksum`], 64 bits: a torn line passes by chance once in 2^64.
pub const CHECK_CHARS: usize = 16;

/// Returns the first 8 bytes of the SHA-256 in hex: detects corruption, not forgery.
#[must_use]
pub fn checksum(bytes: &[u8]) -> String {
    checksum_of(&Sha256::digest(bytes))
}

/// Returns the [`checksum`] of bytes with this SHA-256, for those that were hashed piece by piece.
#[must_use]
pub fn checksum_of(sha256: &[u8]) -> String {
    hex(sha256.get(..CHECK_CHARS / 2).unwrap_or(sha256))
}

/// Description of a finished run: its settings, its input and the files it wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always `pressmark-manifest/1`.
    pub manifest: Cow<'static, str>,
    /// Every setting that the output depends on.
    pub settings: Settings,
    /// Digest of the input.
    pub input: JournalEnd,
    /// Outcome counts of this run's documents.
    pub documents: DocumentCounts,
    /// Number of rows in all files.
    pub rows: u64,
    /// Output files, in order.
    pub files: Vec<OutputFile>,
}

/// Numbers of documents in a run, by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentCounts {
    /// Documents of which every stage saw the whole text.
    pub ok: u64,
    /// Documents of which some stage failed or saw only part of the text.
    pub partial: u64,
    /// Documents without text.
    pub failed: u64,
    /// Documents that duplicate an earlier one; also counted in the fields above.
    pub duplicates: u64,
}

/// One output file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputFile {
    /// File name, relative to the manifest's folder.
    pub name: String,
    /// Number of rows.
    pub rows: u64,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 of the file, in hex.
    pub sha256: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_line_is_told_from_a_whole_one() {
        let line = JournalLine::Row(JournalRow {
            path: Some("é.txt".into()),
            record: 7,
            input: "00ff".into(),
            id: "a\"b".into(),
            status: Status::Ok,
            signature: None,
            bytes: 10,
            sha256: "ab".into(),
            language: None,
            problems: Vec::new(),
        });
        let mut bytes = Vec::new();
        line.write(&mut bytes).unwrap();
        assert_eq!(bytes.pop(), Some(b'\n'));
        assert_eq!(JournalLine::parse(&bytes), Some(line));
        for cut in 0..bytes.len() {
            assert_eq!(JournalLine::parse(&bytes[..cut]), None);
            // A page that never reached the disk reads as zeros.
            let torn = [&bytes[..cut], &vec![0; bytes.len() - cut]].concat();
            assert_eq!(JournalLine::parse(&torn), None);
        }
    }
}
