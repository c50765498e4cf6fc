//! Decodes bytes to text as browsers do, with a map from every character back to its bytes.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding, ISO_2022_JP, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};
use pressmark_core::EditKind;

use crate::map::OffsetMap;

/// The decoded text of a record.
#[derive(Clone, Debug)]
pub(crate) struct Decoded<'a> {
    pub text: Cow<'a, str>,
    pub map: OffsetMap,
    pub encoding: &'static Encoding,
    /// Number of malformed sequences, each replaced by one U+FFFD, except for those of CESU-8, which are decoded.
    pub malformed: usize,
    /// The declared label, if the bytes say otherwise.
    pub wrong_label: Option<String>,
    /// Number of bytes that are evidence for a guess; `None` if the character set was not guessed.
    pub guessed_from: Option<usize>,
    /// Whether the guessed character set is unlikely for the text that it gives.
    pub is_unlikely: bool,
}

impl Decoded<'_> {
    /// Whether the character set is a guess that may well be wrong.
    pub(crate) fn is_unsure(&self) -> bool {
        self.guessed_from.is_some_and(|bytes| bytes < SURE_FROM || self.is_unlikely)
    }
}

/// How many times fewer malformed sequences a guess must leave than the declared label to be preferred. Set by hand:
/// lowering it lets damage in a correctly labelled page change its character set.
const FEWER_BROKEN: usize = 4;

/// Bytes beyond ASCII from which a guess is not reported. Of stretches of Czech, English, French, German, Polish and
/// Turkish with ten of them, each in its windows code page, at least 99 % were guessed right; of those with one, at
/// least 76 %. (Hungarian and Russian need more than ten; wrong scripts are reported anyway.)
const SURE_FROM: usize = 10;

/// Decodes `bytes`: by byte order mark, as UTF-8 if they are valid UTF-8, by `label`, or by a guess.
pub(crate) fn decode<'a>(bytes: &'a [u8], label: Option<&str>, tld: Option<&str>) -> Decoded<'a> {
    if let Some((encoding, bom)) = Encoding::for_bom(bytes) {
        return decode_as(bytes, bom, encoding);
    }
    let labelled = label.and_then(|l| Encoding::for_label(l.trim().as_bytes())).filter(|e| *e != REPLACEMENT);
    // ISO-2022-JP is made of ASCII bytes, so it would pass as UTF-8.
    let hidden = labelled == Some(ISO_2022_JP) && bytes.contains(&0x1B);
    if let Some(encoding) = labelled.filter(|e| *e == UTF_16LE || *e == UTF_16BE) {
        return decode_as(bytes, 0, encoding);
    }
    if !hidden && let Ok(text) = str::from_utf8(bytes) {
        let wrong = labelled.is_some_and(|e| e != UTF_8) && !text.is_ascii();
        return Decoded {
            map: OffsetMap::identity(0, text.len()),
            text: Cow::Borrowed(text),
            encoding: UTF_8,
            malformed: 0,
            wrong_label: label.filter(|_| wrong).map(|l| l.trim().to_owned()),
            guessed_from: None,
            is_unlikely: false,
        };
    }
    if let Some(decoded) = cesu(bytes) {
        return decoded;
    }
    let labelled_utf8 = labelled.is_none_or(|e| e == UTF_8);
    if labelled_utf8 && is_damaged_utf8(bytes) {
        return decode_as(bytes, 0, UTF_8);
    }
    if !labelled_utf8 && let Some(encoding) = labelled {
        let by_label = decode_as(bytes, 0, encoding);
        if by_label.malformed == 0 {
            return by_label;
        }
        let by_guess = decode_as(bytes, 0, guess(bytes, tld));
        // A guess must be clearly better than the declared label.
        if by_guess.malformed * FEWER_BROKEN >= by_label.malformed {
            return by_label;
        }
        return Decoded { wrong_label: label.map(|l| l.trim().to_owned()), ..by_guess };
    }
    let guessed = decode_as(bytes, 0, guess(bytes, tld));
    if labelled.is_some() {
        return Decoded { wrong_label: label.map(|l| l.trim().to_owned()), ..guessed };
    }
    let evidence = bytes.iter().filter(|b| !b.is_ascii() || **b == 0x1B).count();
    let is_unlikely = is_unlikely(&guessed.text, guessed.encoding);
    Decoded { guessed_from: Some(evidence), is_unlikely, ..guessed }
}

/// Decodes a character beyond U+FFFF from six bytes of CESU-8, which encodes each half of its UTF-16 surrogate pair
/// separately, as the "UTF-8" of Oracle and Java does.
fn cesu_pair(bytes: &[u8]) -> Option<char> {
    let [0xED, a @ 0xA0..=0xAF, b @ 0x80..=0xBF, 0xED, c @ 0xB0..=0xBF, d @ 0x80..=0xBF, ..] = bytes else {
        return None;
    };
    let half = |base: u16, high: u8, low: u8| base | (u16::from(high & 0x0F) << 6) | u16::from(low & 0x3F);
    let units = [half(0xD800, *a, *b), half(0xDC00, c & 0x0F, *d)];
    char::decode_utf16(units).next()?.ok()
}

/// Decodes bytes that are UTF-8 except for characters in CESU-8, which are decoded and counted as malformed; `None` for
/// anything else.
fn cesu(bytes: &[u8]) -> Option<Decoded<'_>> {
    let (mut text, mut map, mut at, mut pairs) = (String::with_capacity(bytes.len()), OffsetMap::starting_at(0), 0, 0);
    while at < bytes.len() {
        let rest = bytes.get(at..)?;
        let (valid, is_end) = match str::from_utf8(rest) {
            Ok(valid) => (valid, true),
            Err(error) => (str::from_utf8(rest.get(..error.valid_up_to())?).ok()?, false),
        };
        text.push_str(valid);
        map.push(1, 1, valid.len(), None);
        at += valid.len();
        if is_end {
            break;
        }
        let char = cesu_pair(bytes.get(at..)?)?;
        text.push(char);
        map.push(width(char.len_utf8()), 6, 1, Some(EditKind::Escape));
        (at, pairs) = (at + 6, pairs + 1);
    }
    let text = Cow::Owned(text);
    Some(Decoded {
        text,
        map,
        encoding: UTF_8,
        malformed: pairs,
        wrong_label: None,
        guessed_from: None,
        is_unlikely: false,
    })
}

/// Ratio of Latin letters to other letters above which a Chinese, Japanese or Korean character set is unlikely. Set by
/// hand: texts in these languages have hardly one Latin letter in ten.
const LATIN_PER_CJK: usize = 4;

/// Whether a text is Latin with a few characters of the script that its character set is for: the bytes are then most
/// likely in another one.
fn is_unlikely(text: &str, encoding: &'static Encoding) -> bool {
    let name = encoding.name();
    if !matches!(name, "GBK" | "gb18030" | "Big5" | "EUC-KR" | "EUC-JP" | "Shift_JIS" | "ISO-2022-JP") {
        return false;
    }
    let (latin, others) = text.chars().fold((0, 0), |(latin, others), c| {
        (latin + usize::from(c.is_ascii_alphabetic()), others + usize::from(c.is_alphabetic() && c > '\u{24f}'))
    });
    latin > others * LATIN_PER_CJK
}

/// Counts mojibake: UTF-8 that was read as windows-1252 and encoded again ("CafÃ©", "itâ€™s").
pub(crate) fn mojibake(text: &str) -> usize {
    // The second character stands for a byte from 0x80 to 0xBF.
    let is_second = |c: char| matches!(c, '\u{80}'..='\u{bf}') || "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ".contains(c);
    let mut found = 0;
    for (at, c) in text.char_indices() {
        if !matches!(c, 'Ã' | 'Â' | 'â' | 'Ä' | 'Å') {
            continue;
        }
        let mut next = text.get(at + c.len_utf8()..).unwrap_or_default().chars();
        let (one, two) = (next.next(), next.next());
        let is_pair = one.is_some_and(is_second) && !one.is_some_and(char::is_whitespace);
        let is_one = match c {
            // A single pair may be a letter followed by a punctuation mark, as "Â»" at the end of a French line.
            'â' => is_pair && two.is_some_and(is_second),
            'Â' => one.is_some_and(|c| matches!(c, '\u{a0}'..='\u{bf}')) && one != Some('»'),
            'Ã' => is_pair,
            _ => is_pair && one.is_some_and(|c| !"‘’“”«»…–—".contains(c)),
        };
        found += usize::from(is_one);
    }
    found
}

/// Decodes `bytes` in a character set that is known for certain, without a byte order mark; without a label, or with an
/// unknown one, as [`decode`] does.
pub(crate) fn decode_with<'a>(bytes: &'a [u8], label: Option<&str>) -> Decoded<'a> {
    let named = label.and_then(|l| Encoding::for_label(l.trim().as_bytes())).filter(|e| *e != REPLACEMENT);
    let Some(encoding) = named else { return decode(bytes, label, None) };
    let mark = Encoding::for_bom(bytes).filter(|(of_mark, _)| *of_mark == encoding).map_or(0, |(_, len)| len);
    decode_as(bytes, mark, encoding)
}

/// Guesses the character set of `bytes` from frequencies.
pub(crate) fn guess(bytes: &[u8], tld: Option<&str>) -> &'static Encoding {
    // ISO-2022-JP is unsafe for browsers that run scripts; nothing is run here.
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    // chardetng panics on a domain that is not lower-case ASCII letters (or punycode).
    let tld = tld.filter(|t| !t.is_empty() && t.bytes().all(|b| b.is_ascii_lowercase()));
    detector.guess(tld.map(str::as_bytes), Utf8Detection::Allow)
}

/// Valid multi-byte sequences required for each malformed one for bytes without a known label to be taken for damaged
/// UTF-8. Pairs of letters of GBK or EUC-KR that happen to be valid UTF-8 are one in six, those of single-byte
/// character sets rarer still.
const VALID_PER_DAMAGE: usize = 2;

/// Whether the bytes are damaged UTF-8 rather than another character set.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut valid, mut broken, mut stray) = (0, 0, 0);
    let mut chunks = bytes.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        valid += chunk.valid().bytes().filter(|b| *b >= 0xC0).count();
        if chunk.invalid().is_empty() {
            continue;
        }
        // Bytes that windows-1252 leaves unassigned or hardly uses (thorn, y with diaeresis), outside words.
        let odd = chunk.invalid().iter().any(|b| matches!(b, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D | 0xFE | 0xFF));
        let next = chunks.peek().and_then(|next| next.valid().chars().next());
        let in_word = [chunk.valid().chars().next_back(), next].into_iter().flatten().any(char::is_alphabetic);
        if odd && !in_word {
            stray += 1;
        } else {
            broken += 1;
        }
    }
    valid + stray > 0 && valid >= broken * VALID_PER_DAMAGE
}

/// Decodes `bytes` from offset `start` on in a given character set.
pub(crate) fn decode_as<'a>(bytes: &'a [u8], start: usize, encoding: &'static Encoding) -> Decoded<'a> {
    let body = bytes.get(start..).unwrap_or_default();
    let (text, map, malformed) = if encoding == UTF_8 {
        utf8(body, start)
    } else if encoding == UTF_16LE || encoding == UTF_16BE {
        utf16(body, start, encoding == UTF_16LE)
    } else {
        legacy(body, start, encoding)
    };
    Decoded { text, map, encoding, malformed, wrong_label: None, guessed_from: None, is_unlikely: false }
}

fn utf8(body: &[u8], start: usize) -> (Cow<'_, str>, OffsetMap, usize) {
    if let Ok(text) = str::from_utf8(body) {
        return (Cow::Borrowed(text), OffsetMap::identity(start, text.len()), 0);
    }
    let (mut text, mut map, mut malformed) = (String::with_capacity(body.len()), OffsetMap::starting_at(start), 0);
    for chunk in body.utf8_chunks() {
        text.push_str(chunk.valid());
        map.push(1, 1, chunk.valid().len(), None);
        if !chunk.invalid().is_empty() {
            replace(&mut text, &mut map, chunk.invalid().len());
            malformed += 1;
        }
    }
    (Cow::Owned(text), map, malformed)
}

fn utf16(body: &[u8], start: usize, little: bool) -> (Cow<'_, str>, OffsetMap, usize) {
    let (mut text, mut map, mut malformed) = (String::with_capacity(body.len()), OffsetMap::starting_at(start), 0);
    let mut units =
        body.as_chunks::<2>().0.iter().map(|b| if little { u16::from_le_bytes(*b) } else { u16::from_be_bytes(*b) });
    for char in char::decode_utf16(units.clone()) {
        if let Ok(char) = char {
            text.push(char);
            map.push(width(char.len_utf8()), width(char.len_utf16() * 2), 1, None);
        } else {
            replace(&mut text, &mut map, 2);
            malformed += 1;
        }
    }
    if body.len() % 2 == 1 {
        // A high surrogate cut off in its second half is one broken sequence, not two.
        let cut_off = matches!(units.next_back(), Some(0xD800..0xDC00));
        if cut_off {
            map.push(0, 1, 1, Some(EditKind::Replacement));
        } else {
            replace(&mut text, &mut map, 1);
            malformed += 1;
        }
    }
    (Cow::Owned(text), map, malformed)
}

/// Feeds the decoder one byte at a time, to learn which bytes made each character; runs of ASCII are copied whole
/// unless the character set is stateful.
fn legacy<'a>(body: &'a [u8], start: usize, encoding: &'static Encoding) -> (Cow<'a, str>, OffsetMap, usize) {
    let (mut text, mut map, mut malformed) = (String::with_capacity(body.len()), OffsetMap::starting_at(start), 0);
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let stateless = encoding != ISO_2022_JP;
    // `done` is the offset of the first byte that has not become text yet, `at` that of the next byte to feed.
    let (mut done, mut at) = (0, 0);
    // The longest output of one step is two characters (Big5) and pending bytes of GB 18030.
    let mut out = [0; 32];
    loop {
        if stateless && done == at {
            let ascii = Encoding::ascii_valid_up_to(&body[at..]);
            text.push_str(str::from_utf8(&body[at..at + ascii]).unwrap_or_default());
            map.push(1, 1, ascii, None);
            (done, at) = (at + ascii, at + ascii);
        }
        let last = at == body.len();
        let step = if last { &body[at..] } else { &body[at..=at] };
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(step, &mut out, last);
        at += read;
        let chunk = str::from_utf8(&out[..written]).unwrap_or_default();
        let trailing = if let DecoderResult::Malformed(_, trailing) = result { usize::from(trailing) } else { 0 };
        if !chunk.is_empty() {
            // Text that comes with an error was made from the bytes pending before it.
            let malformed_len = if let DecoderResult::Malformed(len, _) = result { usize::from(len) } else { 0 };
            let end = at.saturating_sub(trailing + malformed_len).max(done);
            push_chunk(&mut text, &mut map, chunk, end - done);
            done = end;
        }
        match result {
            DecoderResult::Malformed(..) => {
                let end = at.saturating_sub(trailing).max(done);
                replace(&mut text, &mut map, end - done);
                malformed += 1;
                done = end;
            }
            DecoderResult::InputEmpty if last => break,
            DecoderResult::InputEmpty | DecoderResult::OutputFull => {}
        }
    }
    // Trailing escape sequences stand for no text.
    map.push(0, width(body.len() - done), 1, None);
    (Cow::Owned(text), map, malformed)
}

/// Records that `chunk` was decoded from `bytes` bytes: character by character if the counts agree, else as one step.
fn push_chunk(text: &mut String, map: &mut OffsetMap, chunk: &str, bytes: usize) {
    text.push_str(chunk);
    let chars = chunk.chars().count();
    if chars == bytes {
        chunk.chars().for_each(|c| map.push(width(c.len_utf8()), 1, 1, None));
    } else {
        map.push(width(chunk.len()), width(bytes), 1, None);
    }
}

fn replace(text: &mut String, map: &mut OffsetMap, bytes: usize) {
    text.push(char::REPLACEMENT_CHARACTER);
    map.push(3, width(bytes), 1, Some(EditKind::Replacement));
}

fn width(len: usize) -> u8 {
    u8::try_from(len).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use encoding_rs::{BIG5, EUC_JP, GB18030, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252};
    use proptest::prelude::*;

    use super::*;

    /// Checks that every stretch, decoded alone, yields its text.
    fn check_map(decoded: &Decoded<'_>, bytes: &[u8], start: usize) {
        let (mut out, mut src) = (0, start);
        for stretch in decoded.map.stretches(0..decoded.text.len()) {
            assert_eq!((stretch.out.start, stretch.src.start), (out, src));
            (out, src) = (stretch.out.end, stretch.src.end);
            let text = &decoded.text[stretch.out.clone()];
            if stretch.edit.is_some() {
                assert_eq!(text, "\u{fffd}");
            } else if decoded.encoding != ISO_2022_JP {
                let (alone, _) = decoded.encoding.decode_without_bom_handling(&bytes[stretch.src]);
                assert_eq!(alone, text, "{} {:?} of {:x?}", decoded.encoding.name(), stretch.out, bytes);
            }
        }
        assert_eq!(out, decoded.text.len());
        assert_eq!(decoded.map.source(0..out).end.max(src), src);
    }

    #[test]
    fn bytes_choose_their_character_set() {
        let check = |bytes: &[u8], label: Option<&str>, text: &str, encoding: &'static Encoding, wrong: bool| {
            let decoded = decode(bytes, label, None);
            assert_eq!(decoded.text, text);
            assert_eq!(decoded.encoding, encoding, "{text}");
            assert_eq!(decoded.wrong_label.is_some(), wrong, "{text}");
            check_map(&decoded, bytes, Encoding::for_bom(bytes).map_or(0, |(_, len)| len));
        };
        check(b"plain", None, "plain", UTF_8, false);
        check("d\u{e9}j\u{e0}".as_bytes(), Some("iso-8859-1"), "d\u{e9}j\u{e0}", UTF_8, true);
        check(b"\xEF\xBB\xBFa", None, "a", UTF_8, false);
        check(b"\xFF\xFEa\0\xE9\0", None, "a\u{e9}", UTF_16LE, false);
        check(b"\xFE\xFF\0a\xD8\x3D\xDE\0", Some("utf-8"), "a\u{1F600}", UTF_16BE, false);
        check(b"caf\xE9 cr\xE8me", Some("windows-1252"), "caf\u{e9} cr\u{e8}me", WINDOWS_1252, false);
        check(
            b"Le caf\xE9 d\xE9j\xE0 ferm\xE9 \xE0 midi",
            Some("utf-8"),
            "Le café déjà fermé à midi",
            WINDOWS_1252,
            true,
        );
        check(b"x \xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9 \xFF y", None, "x éééé \u{fffd} y", UTF_8, false);
    }

    #[test]
    fn surrogates_written_apart_are_read_and_told() {
        let bytes = b"Rain \xED\xA0\xBD\xED\xB8\x80 fell, caf\xC3\xA9.";
        let decoded = decode(bytes, None, None);
        assert_eq!(
            (decoded.text.as_ref(), decoded.malformed, decoded.encoding),
            ("Rain \u{1F600} fell, café.", 1, UTF_8)
        );
        assert_eq!(decoded.map.source(5..9), 5..11);
        // Half a surrogate pair is damage.
        assert!(cesu(b"Rain \xED\xA0\xBD fell").is_none());
    }

    #[test]
    fn a_latin_text_in_a_character_set_of_the_east_is_a_guess() {
        let latin = "The mayor of the town said that the caf\u{4e2d} would be open again by the end of the week.";
        assert!(
            is_unlikely(latin, encoding_rs::GBK)
                && !is_unlikely("中文报道说，市长星期二宣布 ABC 港口关闭。", encoding_rs::GBK)
        );
        assert!(!is_unlikely(latin, WINDOWS_1252));
    }

    #[test]
    fn text_that_was_encoded_twice_is_told() {
        assert_eq!(mojibake("CafÃ© owners in Ã˜rnsund said itâ€™s â€œopenâ€\u{9d}."), 5);
        for text in [
            "Café, Øresund, âme, São Paulo, Ângela",
            "«\u{a0}Oui\u{a0}», dit-il: À la carte",
            "ÅLAND: Ä, Ö",
            "VIDA Ã CARA",
        ] {
            assert_eq!(mojibake(text), 0, "{text}");
        }
    }

    #[test]
    fn a_broken_sequence_is_counted_and_mapped() {
        let decoded = decode("ab é é é é \u{e9}".as_bytes(), None, None);
        assert_eq!(decoded.malformed, 0);
        let bytes = b"\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9 \xE2\x82 z";
        let decoded = decode(bytes, None, None);
        assert_eq!((decoded.text.as_ref(), decoded.malformed), ("éééé \u{fffd} z", 1));
        assert_eq!(decoded.map.source(9..12), 9..11);
    }

    proptest! {
        #[test]
        fn encoded_text_goes_back_to_its_bytes(
            text in "[ -~à-ÿА-яぁ-ん一-鿆😀\n]{0,60}",
            encoding in prop::sample::select(vec![UTF_8, WINDOWS_1252, WINDOWS_1251, SHIFT_JIS, GB18030, BIG5, EUC_JP, ISO_2022_JP]),
        ) {
            let (bytes, _, _) = encoding.encode(&text);
            let decoded = decode_as(&bytes, 0, encoding);
            prop_assert_eq!(&decoded.text, &encoding.decode_without_bom_handling(&bytes).0);
            check_map(&decoded, &bytes, 0);
        }

        #[test]
        fn utf16_goes_back_to_its_bytes(units in prop::collection::vec(any::<u16>(), 0..40), odd: bool) {
            let mut bytes = b"\xFF\xFE".to_vec();
            bytes.extend(units.iter().flat_map(|u| u.to_le_bytes()));
            bytes.extend(odd.then_some(7));
            let decoded = decode(&bytes, None, None);
            prop_assert_eq!(&decoded.text, &UTF_16LE.decode_without_bom_handling(&bytes[2..]).0);
            check_map(&decoded, &bytes, 2);
        }

        #[test]
        fn arbitrary_bytes_decode_as_the_library_does(
            bytes in prop::collection::vec(any::<u8>(), 0..60),
            encoding in prop::sample::select(vec![UTF_8, WINDOWS_1252, SHIFT_JIS, GB18030, BIG5, EUC_JP, ISO_2022_JP]),
        ) {
            let decoded = decode_as(&bytes, 0, encoding);
            prop_assert_eq!(&decoded.text, &encoding.decode_without_bom_handling(&bytes).0);
            check_map(&decoded, &bytes, 0);
        }
    }
}
