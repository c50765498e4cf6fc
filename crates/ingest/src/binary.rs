//! Detection of binary data, whatever the file's name.

/// Magic numbers of file types that turn up under the names of text files.
const MAGIC: &[(&[u8], &str)] = &[
    (b"%PDF-", "a PDF, which is not supported: convert it to text first, for example with pdftotext"),
    (
        b"PK\x03\x04",
        "a Word or other office document, or a ZIP archive, which is not supported: save it as text, or unpack it, first",
    ),
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xFF\xD8\xFF", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x7FELF", "a program"),
    (b"\x1F\x8B\x08", "gzip data"),
    (b"\x28\xB5\x2F\xFD", "zstd data"),
    (b"BZh", "bzip2 data"),
    (b"\xFD7zXZ", "xz data"),
    (b"7z\xBC\xAF", "a 7z archive"),
    (b"\xD0\xCF\x11\xE0", "an old Word or Excel document, which is not supported: save it as text first"),
    (b"SQLite format 3", "a database"),
    (b"ID3", "an audio file"),
    (b"OggS", "an audio file"),
    (b"RIFF", "an audio or image file"),
    (b"{\\rtf", "an RTF document, which is not supported: save it as text first"),
];

/// Decoded text is garbled if more than one character in this many is a control character or U+FFFD. Random bytes have
/// one in nine, damaged text far fewer. Set by hand in between.
const GARBLED: usize = 20;

/// Bytes to one NUL, below which data is binary; rarer NULs are strays and are removed like other invisible characters.
const STRAY_NULS: usize = 1000;

/// The type of binary data; `None` for text.
pub(crate) fn of_bytes(bytes: &[u8]) -> Option<&'static str> {
    // "BZh", "ID3" and "RIFF" could begin a text, but text has no control characters below the tab (9) right after.
    let head = bytes.get(..bytes.len().min(64)).unwrap_or_default();
    let controls = head.iter().any(|b| *b < 9) || str::from_utf8(head).is_err();
    let magic = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic));
    let sure = |magic: &[u8]| controls || magic.len() > 4 || !magic.is_ascii();
    if let Some((_, name)) = magic.filter(|(magic, _)| sure(magic)) {
        return Some(name);
    }
    // Content management systems let a stray NUL through; programs and pictures have one in ten bytes or more.
    let nuls = memchr::memchr_iter(0, bytes).take(bytes.len() / STRAY_NULS + 1).count();
    (nuls * STRAY_NULS > bytes.len()).then_some("not text: there are NUL bytes")
}

/// Detects UTF-16 without a byte order mark from the position of zero bytes: Western text has one in most pairs, always
/// at the same place. More than two pairs in five must have one, since punctuation beyond Latin-1 has none.
pub(crate) fn utf16_label(bytes: &[u8]) -> Option<&'static str> {
    let pairs = bytes.get(..bytes.len().min(1 << 12)).unwrap_or_default().as_chunks::<2>().0;
    let (high, low) = pairs.iter().fold((0, 0), |(h, l), [a, b]| (h + usize::from(*a == 0), l + usize::from(*b == 0)));
    let most = |n: usize| pairs.len() >= 4 && n * 5 > pairs.len() * 2;
    match (high, low) {
        (0, n) if most(n) => Some("utf-16le"),
        (n, 0) if most(n) => Some("utf-16be"),
        _ => None,
    }
}

/// Whether decoding produced mostly garbage. A few strays, up to three characters, never count.
pub(crate) fn is_garbled(text: &str) -> bool {
    let is_rubbish = |c: char| c == char::REPLACEMENT_CHARACTER || (c.is_control() && !c.is_whitespace());
    let (rubbish, all) = text.chars().fold((0, 0), |(r, a), c| (r + usize::from(is_rubbish(c)), a + 1));
    rubbish > 3 && rubbish * GARBLED > all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_told_from_other_files() {
        let check = |bytes: &[u8], expected: bool| assert_eq!(of_bytes(bytes).is_some(), expected, "{bytes:x?}");
        check(b"", false);
        check("Rain fell on Łódź.".as_bytes(), false);
        check(b"BZh is no word", false);
        check(b"%PDF-1.7\n", true);
        check(b"PK\x03\x04\x14", true);
        check(b"GIF89a\x01\x02", true);
        check(b"text\0text", true);
        assert_eq!(utf16_label(b"R\0a\0i\0n\0"), Some("utf-16le"));
        assert_eq!(utf16_label(b"\0R\0a\0i\0n"), Some("utf-16be"));
        assert_eq!(utf16_label(b"Rain\0\0\0\0"), None);
        assert!(is_garbled("\u{1}\u{2}\u{3}\u{4} and so on"));
        assert!(!is_garbled("Rain\u{fffd} fell all day."));
    }
}
