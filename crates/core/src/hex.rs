use std::fmt::Write as _;

/// Formats bytes as lowercase hexadecimal, two digits per byte: the form of digests in records, journals and manifests.
///
/// ```
/// assert_eq!(pressmark_core::hex(&[0, 0xab]), "00ab");
/// ```
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Parses what [`hex`] writes, in either case; `None` unless `text` is exactly `2 * N` hexadecimal digits.
///
/// ```
/// assert_eq!(pressmark_core::from_hex("00ab"), Some([0, 0xab]));
/// assert_eq!(pressmark_core::from_hex::<2>("00a"), None);
/// ```
#[must_use]
pub fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let digit = |c: u8| char::from(c).to_digit(16);
    if text.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().as_chunks::<2>().0) {
        *byte = u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()?;
    }
    Some(bytes)
}
