//! The files of a ZIP archive, read like those of a folder.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use flate2::Crc;
use pressmark_core::ProblemKind;
use rawzip::{
    CompressionMethod, FileReader, RECOMMENDED_BUFFER_SIZE, ReaderAt, ZipArchive, ZipArchiveEntryWayfinder,
    ZipFileHeaderRecord,
};

use super::failure::{Failure, broken};

/// A file in an archive.
#[derive(Clone, Debug)]
pub(super) struct Member {
    archive: Arc<ZipArchive<FileReader>>,
    entry: ZipArchiveEntryWayfinder,
    method: CompressionMethod,
    is_encrypted: bool,
    crc: u32,
}

/// Lists the files in an archive, with the paths that they have in it; hidden ones are ignored, as in folders.
///
/// # Errors
/// When the archive cannot be read, as a message.
pub(super) fn list(path: &Path) -> Result<Vec<(String, Member)>, String> {
    let mut found = Vec::new();
    for_each(path, |name, member| {
        found.push((name, member));
        true
    })?;
    Ok(found)
}

/// The file in an archive that a path such as `corpus.zip/2020/a.html` leads to.
pub(super) fn find(path: &Path) -> Option<Member> {
    let archive = path.ancestors().skip(1).find(|ancestor| is_archive(ancestor) && ancestor.is_file())?;
    let wanted: Vec<_> = path.strip_prefix(archive).ok()?.iter().map(|part| part.to_string_lossy()).collect();
    let wanted = wanted.join("/");
    let mut found = None;
    for_each(archive, |name, member| {
        found = (name == wanted).then_some(member);
        found.is_none()
    })
    .ok()?;
    found
}

/// Whether a file's name is that of a ZIP archive.
pub(super) fn is_archive(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
}

/// Calls `visit` with each file, in the order of the archive's directory, until it returns `false`.
fn for_each(path: &Path, mut visit: impl FnMut(String, Member) -> bool) -> Result<(), String> {
    let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
    let file = File::open(path).map_err(|e| e.to_string())?;
    let archive = ZipArchive::from_file(file, &mut buffer).map_err(|e| format!("is no ZIP archive: {e}"))?;
    let archive = Arc::new(archive);
    let mut entries = archive.entries(&mut buffer);
    while let Some(entry) = entries.next_entry().map_err(|e| format!("is a damaged ZIP archive: {e}"))? {
        let name = name_of(&entry);
        let is_hidden = name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
        if entry.is_dir() || entry.mode().is_symlink() || is_hidden || name.is_empty() {
            continue;
        }
        let member = Member {
            archive: Arc::clone(&archive),
            entry: entry.wayfinder(),
            method: entry.compression_method(),
            is_encrypted: entry.flags().is_encrypted(),
            crc: entry.crc32(),
        };
        if !visit(name, member) {
            break;
        }
    }
    Ok(())
}

/// The path of a file within its archive: relative, with `/`, and without `..`.
fn name_of(entry: &ZipFileHeaderRecord<'_>) -> String {
    match entry.file_path().try_normalize() {
        Ok(path) => path.as_str().to_owned(),
        // A name in the character set of an old system, which the archive does not name.
        Err(_) => {
            let name = String::from_utf8_lossy(entry.file_path().as_bytes()).replace('\\', "/");
            let parts = name.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
            parts.collect::<Vec<_>>().join("/")
        }
    }
}

impl Member {
    /// Bytes of the file before decompression, as the archive states them.
    pub(super) fn packed_bytes(&self) -> u64 {
        self.entry.compressed_size_hint()
    }

    /// Whether the file is compressed with Deflate, rather than stored.
    pub(super) fn is_deflated(&self) -> bool {
        self.method == CompressionMethod::DEFLATE
    }

    /// The file's bytes as they stand in the archive.
    ///
    /// # Errors
    /// When the archive is damaged there, or the file is encrypted or compressed in another way.
    pub(super) fn open(&self) -> Result<impl Read + Send + 'static, Failure> {
        let refused = |message: String| (ProblemKind::BadArchive, message);
        if self.is_encrypted {
            return Err(refused("is encrypted in its archive".into()));
        }
        if !self.is_deflated() && self.method != CompressionMethod::STORE {
            return Err(refused(format!("is compressed with {}, which is not supported", self.method)));
        }
        let entry = self.archive.get_entry(self.entry).map_err(|e| refused(format!("cannot be unpacked: {e}")))?;
        let (at, end) = entry.compressed_data_range();
        Ok(Section { archive: Arc::clone(&self.archive), at, end })
    }

    /// The decompressed bytes, checked against the archive's checksum at their end.
    pub(super) fn checked(&self, reader: impl Read + Send + 'static) -> impl Read + Send + 'static {
        Checked { reader, crc: Crc::new(), expected: self.crc }
    }
}

/// A range of an archive's bytes.
struct Section {
    archive: Arc<ZipArchive<FileReader>>,
    at: u64,
    end: u64,
}

impl Read for Section {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let room = buf.len().min(left);
        let read = self.archive.get_ref().read_at(&mut buf[..room], self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

struct Checked<R> {
    reader: R,
    crc: Crc,
    expected: u32,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buf)?;
        self.crc.update(&buf[..read]);
        if read == 0 && !buf.is_empty() && self.crc.sum() != self.expected {
            return Err(broken("is damaged: its checksum in the archive is another"));
        }
        Ok(read)
    }
}
