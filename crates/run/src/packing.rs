use std::io::{self, BufRead, Read, Write};
use std::path::Path;

use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use ruzstd::decoding::StreamingDecoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

/// Minimum bytes of rows per compressed member; the last one may be shorter.
///
/// Each gzip member or Zstandard frame ends with a row and decompresses independently, so that an interrupted file can
/// be truncated and resumed. Larger members lose more work in a crash; smaller ones compress worse (at 1 MiB some 2 %
/// larger than one member for all).
pub(crate) const MEMBER_BYTES: usize = 1 << 20;

/// Compression of a file of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

impl Packing {
    /// Selects the compression from a file's extension.
    pub(crate) fn of(path: &Path) -> Self {
        match path.extension() {
            Some(ending) if ending.eq_ignore_ascii_case("gz") => Self::Gzip,
            Some(ending) if ending.eq_ignore_ascii_case("zst") => Self::Zstd,
            _ => Self::Plain,
        }
    }

    /// Compresses rows to one gzip member or Zstandard frame; the same rows give the same bytes.
    pub(crate) fn compress(self, rows: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Self::Plain => Ok(rows.to_vec()),
            Self::Gzip => {
                // The header has no time and no name, so the output is reproducible.
                let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
                encoder.write_all(rows)?;
                encoder.finish()
            }
            Self::Zstd => Ok(compress_to_vec(rows, CompressionLevel::Fastest)),
        }
    }

    /// Reads the next member or frame and returns whether it is complete; of a torn one, `rows` gets what can be read.
    pub(crate) fn decompress(self, mut file: &mut dyn BufRead, rows: &mut Vec<u8>) -> bool {
        match self {
            Self::Plain => file.read_to_end(rows).is_ok(),
            Self::Gzip => GzDecoder::new(file).read_to_end(rows).is_ok(),
            Self::Zstd => StreamingDecoder::new(&mut file).is_ok_and(|mut frame| frame.read_to_end(rows).is_ok()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_read_one_by_one_and_torn_ones_told() {
        for packing in [Packing::Gzip, Packing::Zstd] {
            let rows = "{\"id\":\"a\",\"text\":\"Rain, rain, rain.\"}\n".repeat(400);
            let mut file = packing.compress(rows.as_bytes()).expect("memory");
            assert!(file.len() < rows.len() / 4, "{packing:?}: {} bytes", file.len());
            let first = file.len();
            file.extend(packing.compress(b"second\n").expect("memory"));
            let mut rest = &file[..];
            for expected in [rows.as_bytes(), b"second\n"] {
                let mut found = Vec::new();
                assert!(packing.decompress(&mut rest, &mut found), "{packing:?}");
                assert!(found == expected, "{packing:?}");
            }
            assert!(rest.is_empty());
            for cut in 0..first {
                let mut found = Vec::new();
                assert!(!packing.decompress(&mut &file[..cut], &mut found), "{packing:?} cut at {cut}");
                assert!(rows.as_bytes().starts_with(&found), "{packing:?} cut at {cut}");
            }
            // A file without rows is one that other programs can decompress.
            let mut found = Vec::new();
            assert!(packing.decompress(&mut &packing.compress(b"").expect("memory")[..], &mut found));
            assert!(found.is_empty());
        }
    }
}
