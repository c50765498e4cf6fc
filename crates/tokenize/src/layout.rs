//! Traces of lost layout: mail headers, closings of letters, lists of addresses and files, rules drawn with characters.
//! A sentence begins there although no mark ends the one before.

use pressmark_lang::{Language, Opener, WordClass};

/// Longest sentence so far, in bytes, that may be a header or a closing. Set by hand; the bound keeps the time linear.
const HEADER: usize = 100;

/// Whether `rest` begins a new sentence regardless of any mark at the end of `sentence`, the sentence so far.
///
/// Called at each word, so cheap checks come first; `has_at` is whether the sentence contains an "@".
pub(crate) fn begins_anew(sentence: &str, rest: &str, has_at: bool, language: &Language) -> bool {
    let Some(first) = rest.chars().next() else { return false };
    if first.is_ascii_lowercase() && first != 'h' && !has_at && !sentence.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let sentence = sentence.trim_end();
    if first.is_uppercase() {
        let word = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        return lost_its_stop(sentence, rest, word, language)
            || is_closing(sentence, word, language)
            || ends_with_rule(sentence)
            || is_caption_label(rest, word, language)
            || is_date_line(sentence, rest, word, language)
            || has_at && is_mail_header(sentence)
            || ends_with_stamp(sentence, language) && !is_half_of_day(word, language);
    }
    match first {
        'h' if is_url(rest) && is_url(last_word(sentence)) => true,
        '-' => rest.starts_with("- ") && is_file(last_word(sentence)),
        '0'..='9' => stamp(rest, language).is_some() && is_sender(sentence),
        _ if first.is_alphabetic() => {
            has_at && is_mail_header(sentence) || stamp(sentence, language) == Some(sentence.len())
        }
        _ => false,
    }
}

fn last_word(sentence: &str) -> &str {
    // In bytes; longer than any address worth recognising.
    const FAR: usize = 400;
    let low = (sentence.len().saturating_sub(FAR)..=sentence.len()).find(|at| sentence.is_char_boundary(*at));
    sentence[low.unwrap_or(0)..].split_whitespace().next_back().unwrap_or_default()
}

/// Whether a sentence opens behind one that lost its full stop: "…on Friday night It rained".
fn lost_its_stop(sentence: &str, rest: &str, word: &str, language: &Language) -> bool {
    let next = &rest[word.len()..];
    // In bytes; no word of the class `Sure` is longer. Spares the look-up.
    const LONGEST: usize = 7;
    word.len() <= LONGEST
        && next.strip_prefix(' ').is_some_and(|next| next.trim_start().starts_with(char::is_lowercase))
        && sentence.chars().rev().take(2).filter(|c| c.is_lowercase()).count() == 2
        && language.opener(word) == Some(Opener::Sure)
}

/// Whether the sentence so far is the closing of a letter: "Best regards," before a name.
fn is_closing(sentence: &str, next: &str, language: &Language) -> bool {
    let Some(phrase) = sentence.strip_suffix(',').filter(|phrase| phrase.len() <= HEADER) else { return false };
    // "Thank you, Mr. Speaker" is an address, not a closing.
    language.is_closing(&phrase.to_lowercase()) && language.title(next).is_none()
}

/// Whether a rule drawn with characters ends the sentence so far: "NOTICE------".
fn ends_with_rule(sentence: &str) -> bool {
    let mark = sentence.bytes().next_back().filter(|b| b"-=_*~#".contains(b));
    mark.is_some_and(|mark| sentence.bytes().rev().take(SHORTEST_RULE).filter(|b| *b == mark).count() == SHORTEST_RULE)
}

/// Whether a photo credit begins: "Image: …".
fn is_caption_label(rest: &str, word: &str, language: &Language) -> bool {
    rest[word.len()..].starts_with(": ") && language.classes(&word.to_lowercase()).contains(WordClass::CaptionLabel)
}

/// Whether the rest is just a date with its day of the week, under a headline: "… Wednesday, October 3, 2007".
fn is_date_line(sentence: &str, rest: &str, word: &str, language: &Language) -> bool {
    // In bytes; "Wednesday, September 30, 2007 10:30 a.m." fits.
    const LONGEST: usize = 48;
    rest.len() <= LONGEST
        && rest.ends_with(|c: char| c.is_ascii_digit())
        && language.weekday(word).is_some()
        && rest.split(|c: char| !c.is_alphanumeric()).any(|word| language.month(word).is_some())
        && !sentence.ends_with([',', ':', '-'])
        && !language.classes(&last_word(sentence).to_lowercase()).contains(WordClass::Preposition)
}

/// Whether the sentence so far is only a sender or recipient: `Email: "Ann Lee" <lee@example.org>`.
fn is_mail_header(sentence: &str) -> bool {
    sentence.len() <= HEADER
        && sentence.contains('@')
        && sentence.split_whitespace().next().is_some_and(|label| label.len() > 1 && label.ends_with(':'))
        && is_mail_address(last_word(sentence))
        && sentence
            .split_whitespace()
            .skip(1)
            .all(|word| word.starts_with(|c: char| c.is_uppercase() || c == '"') || is_mail_address(word))
}

fn is_mail_address(word: &str) -> bool {
    let word = word.rsplit(['<', '"']).next().unwrap_or(word).trim_end_matches('>');
    word.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && host.ends_with(|c: char| c.is_ascii_alphabetic())
    })
}

/// Whether the sentence so far is a name, as mail programs write it before date and time: "Ann Lee", `Lee@NORTH`.
fn is_sender(sentence: &str) -> bool {
    // Enough for a name with its address. Set by hand.
    const WORDS: usize = 6;
    let name =
        |word: &str| word.starts_with(|c: char| c.is_uppercase() || matches!(c, '"' | '<')) || word.contains('@');
    sentence.len() <= HEADER
        && !sentence.ends_with([':', ',', '.'])
        && sentence.split_whitespace().count() <= WORDS
        && sentence.split_whitespace().all(name)
}

/// Whether a date and time, as mail programs write them, end the sentence so far.
fn ends_with_stamp(sentence: &str, language: &Language) -> bool {
    if !sentence.ends_with(|c: char| c.is_ascii_digit() || c.is_ascii_uppercase()) {
        return false;
    }
    // In bytes; enough for "10/08/1999 08:52:10 AM".
    const LONGEST: usize = 22;
    let tail = sentence.len().saturating_sub(LONGEST)..sentence.len();
    tail.filter(|at| *at == 0 || sentence.as_bytes()[at - 1] == b' ')
        .filter_map(|at| sentence.get(at..))
        .any(|tail| stamp(tail, language) == Some(tail.len()))
}

/// Length in bytes of the date with a time that begins here: "10/08/99 08:52 AM".
fn stamp(text: &str, language: &Language) -> Option<usize> {
    let number = |at: usize, most: usize| {
        let digits = text.as_bytes().get(at..)?.iter().take(most).take_while(|b| b.is_ascii_digit()).count();
        (digits > 0).then_some(at + digits)
    };
    let mark = |at: usize, mark: &[u8]| text.as_bytes().get(at).filter(|b| mark.contains(b)).map(|_| at + 1);
    let day = number(mark(number(0, 2)?, b"/.-")?, 2)?;
    let date = number(mark(day, b"/.-")?, 4)?;
    let mut end = number(mark(number(mark(date, b" ")?, 2)?, b":")?, 2)?;
    if let Some(seconds) = mark(end, b":").and_then(|at| number(at, 2)) {
        end = seconds;
    }
    let half = text[end..].strip_prefix(' ').and_then(|rest| rest.split(char::is_whitespace).next());
    let end = end + half.filter(|half| is_half_of_day(half, language)).map_or(0, |half| 1 + half.len());
    text[end..].chars().next().is_none_or(char::is_whitespace).then_some(end)
}

/// Whether a word is half of the day as mail programs write it, in capitals: "PM", not German "Am".
fn is_half_of_day(word: &str, language: &Language) -> bool {
    word.chars().all(char::is_uppercase) && language.is_half_of_day(word)
}

fn is_url(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

/// Whether a word is a file name with an extension of 2 to 4 characters, as in lists of attachments, or the ">>" that
/// closes one.
fn is_file(word: &str) -> bool {
    let word = word.trim_end_matches([')', ']', '"', ',', ';']);
    let kind = word.rsplit_once('.').map_or("", |(_, kind)| kind);
    word == ">>"
        || (2..=4).contains(&kind.len())
            && kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            && kind.starts_with(|c: char| c.is_ascii_lowercase())
}

/// Whether a line is a row of cells, separated by tabs, bars or wide gaps.
pub(crate) fn has_cells(line: &str) -> bool {
    let line = line.trim();
    line.contains('\t') || line.contains(" | ") || line.contains("   ")
}

/// Whether a line begins with a label, as mail headers do: "Subject: …".
pub(crate) fn has_label(line: &str) -> bool {
    // In bytes; enough for "Reply-To" and "Date of birth". Set by hand; raising it takes clauses before a colon for
    // labels.
    const LONGEST: usize = 24;
    let label = line.trim_start().split_once(':').map_or("", |(label, _)| label);
    (2..=LONGEST).contains(&label.len())
        && label.starts_with(char::is_uppercase)
        && label.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-'))
}

/// Shortest rule drawn with characters: three make a dash or a Markdown mark.
const SHORTEST_RULE: usize = 4;

/// Whether a rule drawn with characters begins here: "-----", "=====".
pub(crate) fn is_rule(rest: &str) -> bool {
    rule(rest) > 0
}

/// Length in bytes of the rule drawn with characters that begins here, 0 when there is none.
fn rule(rest: &str) -> usize {
    let Some(&mark) = rest.as_bytes().first().filter(|b| b"-=_*~#".contains(b)) else { return 0 };
    let len = rest.bytes().take_while(|&b| b == mark).count();
    if len >= SHORTEST_RULE { len } else { 0 }
}

/// Length in bytes of a unit that ends itself: a drawn rule, or an emoticon between spaces.
pub(crate) fn unit(rest: &str) -> Option<usize> {
    let emoticon = match rest.as_bytes().first() {
        Some(b':' | b';') => {
            [":)", ":-)", ";)", ";-)", ":(", ":-(", ":D", ":-D"].into_iter().find(|e| rest.starts_with(e)).map(str::len)
        }
        _ => None,
    };
    let len = emoticon.unwrap_or_else(|| rule(rest));
    (len > 0 && rest[len..].chars().next().is_none_or(char::is_whitespace)).then_some(len)
}
