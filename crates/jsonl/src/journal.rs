//! What a run keeps beside its output: a journal while it goes on, a manifest once it is whole.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use pressmark_core::Status;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The name of the journal's format.
pub const JOURNAL: &str = "pressmark-journal/1";

/// The name of the manifest's format.
pub const MANIFEST: &str = "pressmark-manifest/1";

/// Settings that decide what a run writes, by the names under which a user gives them.
pub type Settings = BTreeMap<String, String>;

/// One line of a journal: `<check> <JSON>`, where the check is the start of the SHA-256 of the JSON.
///
/// A line that was torn by a crash does not parse, so a journal is good up to its first bad line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JournalLine<'a> {
    /// The first line: which run this is.
    Run(JournalRun),
    /// A document is done.
    Row(JournalRow<'a>),
    /// All that stands above, and its output, is on the disk and not only on its way there.
    Synced,
    /// There is no more input; what follows is only the naming of files.
    End(JournalEnd),
}

/// Which run a journal belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalRun {
    /// Always `pressmark-journal/1`.
    pub journal: Cow<'static, str>,
    /// All settings that the output depends on.
    pub settings: Settings,
}

/// One document that is done, in output order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalRow<'a> {
    /// Path of the record; left out where it is that of the line before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Cow<'a, str>>,
    /// The record's place in its file.
    pub record: u64,
    /// Fingerprint of the record, in hex.
    pub input: Cow<'a, str>,
    /// The document's own id, before it was made unique within the run.
    pub id: Cow<'a, str>,
    /// `ok`, `partial` or `failed`.
    #[serde(with = "crate::word")]
    pub status: Status,
    /// What duplicates are told by, in hex; left out where they are not looked for or there is no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Cow<'a, str>>,
    /// Length of the line in the output, its line feed included; 0 where it was left out.
    pub bytes: u64,
    /// The start of the SHA-256 of that line, in hex.
    pub sha256: Cow<'a, str>,
}

/// The end of a run's input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEnd {
    /// Documents in the input list, those of other shards included.
    pub documents: u64,
    /// SHA-256 of the fingerprints of all of them, in hex.
    pub input: String,
}

impl JournalLine<'_> {
    /// Writes the line, its line feed included.
    ///
    /// # Errors
    /// When the writer fails; the line itself always has a JSON form.
    pub fn write(&self, writer: &mut impl Write) -> io::Result<()> {
        let json = serde_json::to_vec(self)?;
        writer.write_all(&[checksum(&json).as_bytes(), b" ", &json, b"\n"].concat())
    }

    /// The line without its line feed; `None` when it is torn or no such line.
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

/// Hex digits of a check: chance lets a torn line pass once in 2^64.
const CHECK_CHARS: usize = 16;

/// The start of the SHA-256 of bytes, in hex: enough to tell that they are whole, not that nobody forged them.
#[must_use]
pub fn checksum(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.first_chunk().map_or_else(String::new, |first| format!("{:016x}", u64::from_be_bytes(*first)))
}

/// What a finished run wrote, and from what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always `pressmark-manifest/1`.
    pub manifest: Cow<'static, str>,
    /// All settings that the output depends on.
    pub settings: Settings,
    /// The input.
    pub input: JournalEnd,
    /// What became of the documents of this run.
    pub documents: DocumentCounts,
    /// Lines in all files.
    pub rows: u64,
    /// The files in order.
    pub files: Vec<OutputFile>,
}

/// Documents of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentCounts {
    /// Every stage saw the whole text.
    pub ok: u64,
    /// Some stage failed or saw only part of the text.
    pub partial: u64,
    /// No text could be had.
    pub failed: u64,
    /// Documents that repeat an earlier one; they are counted above as well.
    pub duplicates: u64,
}

/// One file of output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputFile {
    /// Its name, in the manifest's folder.
    pub name: String,
    /// Lines.
    pub rows: u64,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256, in hex.
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
        });
        let mut bytes = Vec::new();
        line.write(&mut bytes).unwrap();
        assert_eq!(bytes.pop(), Some(b'\n'));
        assert_eq!(JournalLine::parse(&bytes), Some(line));
        for cut in 0..bytes.len() {
            assert_eq!(JournalLine::parse(&bytes[..cut]), None);
            // Where a page did not reach the disk, there are zeros.
            let torn = [&bytes[..cut], &vec![0; bytes.len() - cut]].concat();
            assert_eq!(JournalLine::parse(&torn), None);
        }
    }
}
