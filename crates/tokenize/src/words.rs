use std::ops::{Range, RangeInclusive};

use pressmark_core::Span;
use pressmark_lang::{Abbreviation, Clitic, Language};
use unicode_segmentation::UnicodeSegmentation;

use crate::context::is_dotted;

/// Splits a sentence into words and punctuation marks, in order; together they cover everything but white space.
///
/// The boundaries are those of Unicode (UAX #29) with these differences:
/// - split off: `'s`, `n't`, `'ll`, `'re`, `'ve`, `'d`, `'m`, and French `l'`, `d'`, `qu'` and the like;
/// - kept together: the full stop of an abbreviation (`U.S.`, `Inc.`, `J.`), numbers with their separators (`10:30`,
///   `9/11`, `2021-22`), addresses, `@handles`, `#tags`, `AT&T`, and runs of one mark (`...`, `--`).
///
/// A full stop at the very end of `text` is taken for the end of a sentence, so pass one sentence at a time.
///
/// ```
/// let text = "Rwanda’s U.S.-backed talks didn't cost $3,000.5m.";
/// let words: Vec<_> = pressmark_tokenize::words(text).into_iter().map(|w| w.slice(text)).collect();
/// assert_eq!(words, ["Rwanda", "’s", "U.S.", "-", "backed", "talks", "did", "n't", "cost", "$", "3,000.5m", "."]);
/// ```
#[must_use]
pub fn words(text: &str) -> Vec<Span> {
    words_in(text, Language::neutral())
}

/// Splits a sentence into words and punctuation marks with the abbreviations and clitics of one language; see
/// [`words`].
#[must_use]
pub fn words_in(text: &str, language: &Language) -> Vec<Span> {
    // Capacity hint: about one word in five bytes; a wrong guess only reallocates.
    let mut out = Vec::with_capacity(text.len() / 5);
    let mut pieces = Vec::new();
    let end = text.trim_end_matches(|c: char| c.is_whitespace() || is_closing(c)).len();
    for chunk in chunks(text) {
        pieces.clear();
        match address(&text[chunk.clone()]) {
            Some(found) => {
                let (from, to) = (chunk.start + found.start, chunk.start + found.end);
                unicode_words(text, chunk.start..from, &mut pieces);
                join(text, &pieces, end, language, &mut out);
                out.push(Span::new(from, to));
                pieces.clear();
                unicode_words(text, to..chunk.end, &mut pieces);
            }
            None => unicode_words(text, chunk, &mut pieces),
        }
        join(text, &pieces, end, language, &mut out);
    }
    out
}

fn is_closing(c: char) -> bool {
    matches!(c, '"' | '\'' | '”' | '’' | ')' | ']' | '»')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ' | '＇')
}

/// Byte ranges between white space.
fn chunks(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    text.split_whitespace().map(|chunk| {
        let start = chunk.as_ptr() as usize - text.as_ptr() as usize;
        start..start + chunk.len()
    })
}

/// Pieces between UAX #29 boundaries, also split at colons and at underscores around a word: `note:this`, `_emphasis_`.
fn unicode_words(text: &str, range: Range<usize>, pieces: &mut Vec<Range<usize>>) {
    for (at, piece) in text[range.clone()].split_word_bound_indices() {
        let start = range.start + at;
        let mut from = 0;
        if !piece.is_ascii() || piece.contains([':', '_']) {
            let inner = piece.trim_matches('_');
            let lead = piece.len() - piece.trim_start_matches('_').len();
            if inner.is_empty() {
                pieces.push(start..start + piece.len());
                continue;
            }
            if lead > 0 {
                pieces.push(start..start + lead);
            }
            from = lead;
            for (colon, mark) in inner.match_indices([':', '︓', '﹕', '：']) {
                pieces.extend((lead + colon > from).then_some(start + from..start + lead + colon));
                pieces.push(start + lead + colon..start + lead + colon + mark.len());
                from = lead + colon + mark.len();
            }
            if lead + inner.len() < piece.len() {
                pieces.extend((lead + inner.len() > from).then_some(start + from..start + lead + inner.len()));
                from = lead + inner.len();
            }
        }
        pieces.extend((piece.len() > from).then_some(start + from..start + piece.len()));
    }
}

/// Rejoins pieces of one chunk that form one word, splits off clitics, and appends the words.
///
/// `end` is the end of the sentence's last word, its full stop included, without closing marks.
fn join(text: &str, pieces: &[Range<usize>], end: usize, language: &Language, out: &mut Vec<Span>) {
    let piece = |i: usize| pieces.get(i).map_or("", |p| &text[p.clone()]);
    let mut i = 0;
    while i < pieces.len() {
        let first = piece(i);
        let mut last = i;
        if is_clitic_mark(first, piece(i + 1), language) && (i > 0 || i + 2 == pieces.len()) {
            out.push(Span::new(pieces[i].start, pieces[i + 1].end));
            i += 2;
            continue;
        }
        if is_run_mark(first) {
            while same_run(first, piece(last + 1)) {
                last += 1;
            }
            if last == i && first == "." && i == 0 && is_number(piece(1)) {
                last = 1;
            }
        } else if matches!(first, "@" | "#") && (i == 0 || !is_word(piece(i - 1))) && is_word(piece(i + 1)) {
            last = i + 1;
        } else if is_number(first) {
            while matches!(piece(last + 1), "/" | ":" | "-" | "–" | "." | ",") && is_number(piece(last + 2)) {
                last += 2;
            }
        } else if is_word(first) {
            while piece(last + 1) == "&" && is_upper(piece(last)) && is_upper(before_apostrophe(piece(last + 2))) {
                last += 2;
            }
            if piece(last + 1) == "." && piece(last + 2) != "." {
                let word = pieces[i].start..pieces[last].end;
                last += usize::from(keeps_stop(text, word, pieces[last + 1].end, end, language));
            }
        }
        split_clitics(text, pieces[i].start..pieces[last].end, language, out);
        i = last + 1;
    }
}

/// Marks whose runs are one token: an ellipsis, a dash typed as hyphens, a rule.
fn is_run_mark(piece: &str) -> bool {
    matches!(piece, "." | "-" | "!" | "?" | "*" | "=" | "~" | "+" | "<" | ">" | "'" | "`" | "–" | "—" | "…")
}

/// Whether a bare apostrophe and the piece behind it are a clitic: `U.S.` `'s`.
fn is_clitic_mark(mark: &str, tail: &str, language: &Language) -> bool {
    mark.chars().all(is_apostrophe) && mark.chars().count() == 1 && language.clitic(tail).contains(Clitic::Behind)
}

fn same_run(first: &str, next: &str) -> bool {
    match first {
        "!" | "?" => matches!(next, "!" | "?"),
        _ => first == next,
    }
}

fn is_number(piece: &str) -> bool {
    piece.starts_with(crate::shape::is_digit)
        && piece.chars().all(|c| crate::shape::is_digit(c) || matches!(c, '.' | ','))
}

fn is_word(piece: &str) -> bool {
    piece.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

fn before_apostrophe(piece: &str) -> &str {
    piece.split(is_apostrophe).next().unwrap_or(piece)
}

fn is_upper(piece: &str) -> bool {
    !piece.is_empty() && piece.chars().all(char::is_uppercase)
}

/// Whether the full stop that ends at `stop_end` belongs to the word at `word`.
fn keeps_stop(text: &str, word: Range<usize>, stop_end: usize, end: usize, language: &Language) -> bool {
    let before = &text[..word.start];
    let after = &text[stop_end..];
    let word = &text[word];
    let is_last = stop_end >= end;
    if is_dotted(word) {
        return true;
    }
    let mut chars = word.chars();
    if let (Some(letter), None) = (chars.next(), chars.next())
        && letter.is_uppercase()
    {
        return !is_last;
    }
    match language.abbreviation(word) {
        Some(Abbreviation::Leads) => !is_last,
        Some(Abbreviation::MayEnd | Abbreviation::Ends) => true,
        Some(Abbreviation::BeforeNumber) => after.trim_start().starts_with(char::is_numeric),
        Some(Abbreviation::AfterComma) => before.trim_end().ends_with(','),
        None => false,
    }
}

/// Appends a word, with its clitics as separate words.
fn split_clitics(text: &str, word: Range<usize>, language: &Language, out: &mut Vec<Span>) {
    let whole = &text[word.clone()];
    if whole.chars().next().is_none_or(is_apostrophe) || !whole.contains(is_apostrophe) {
        out.push(word.into());
        return;
    }
    let (mut start, mut end) = (word.start, word.end);
    if let Some(len) = elision(whole, language) {
        out.push(Span::new(start, start + len));
        start += len;
    }
    let first_clitic = out.len();
    while let Some(at) = enclitic(&text[start..end], language) {
        out.push(Span::new(start + at, end));
        end = start + at;
    }
    out.push(Span::new(start, end));
    out[first_clitic..].reverse();
}

/// Start of the clitic at the end of the word, in bytes.
fn enclitic(word: &str, language: &Language) -> Option<usize> {
    let (at, mark) = word.rmatch_indices(is_apostrophe).next()?;
    let tail = &word[at + mark.len()..];
    let is_clitic = |text: &str| language.clitic(text).contains(Clitic::Behind);
    // "n’t" has its apostrophe inside.
    let inside = || word[..at].chars().next_back().filter(|last| is_clitic(&format!("{last}'{tail}")));
    let begin = if is_clitic(tail) { at } else { at - inside()?.len_utf8() };
    (begin > 0).then_some(begin)
}

/// Length in bytes of the elided word at the start, as in French: `l'`, `qu'`.
///
/// Names are left alone: a capital is split off only where a lowercase letter follows ("L'État" stays one word, as
/// "D'Angelo" must).
fn elision(word: &str, language: &Language) -> Option<usize> {
    let (at, mark) = word.match_indices(is_apostrophe).next()?;
    let (head, tail) = (&word[..at], &word[at + mark.len()..]);
    let next = tail.chars().next()?;
    let elided = language.clitic(head).contains(Clitic::Before);
    let small = head.starts_with(char::is_lowercase) || next.is_lowercase();
    (elided && small && next.is_alphabetic() && tail.chars().count() > 1).then_some(at + mark.len())
}

/// First web or mail address in a chunk.
fn address(chunk: &str) -> Option<Range<usize>> {
    if !chunk.contains(['/', '@', '.']) {
        return None;
    }
    let start = if let Some(scheme) = chunk.find("://") {
        let from = chunk[..scheme].rfind(|c: char| !c.is_ascii_alphabetic()).map_or(0, |i| next_char(chunk, i));
        (from < scheme).then_some(from)?
    } else if let Some(at) = chunk.find('@') {
        return mail(chunk, at);
    } else {
        let from = chunk.len() - chunk.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
        let www = chunk[from..].get(..4).is_some_and(|head| head.eq_ignore_ascii_case("www."));
        (www || has_host(&chunk[from..])).then_some(from)?
    };
    let rest = &chunk[start..];
    let len = rest.find(['"', '<', '>', '“', '”', '»']).unwrap_or(rest.len());
    let len = rest[..len].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '’', ')', ']', '}', '*', '…']).len();
    (len > 0).then_some(start..start + len)
}

fn next_char(text: &str, at: usize) -> usize {
    at + text[at..].chars().next().map_or(0, char::len_utf8)
}

/// Mail address around the `@` at `at`.
fn mail(chunk: &str, at: usize) -> Option<Range<usize>> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '%');
    let from = chunk[..at].rfind(|c| !part(c)).map_or(0, |i| next_char(chunk, i));
    let domain = &chunk[at + 1..];
    let domain = &domain[..domain.find(|c| !part(c)).unwrap_or(domain.len())];
    let domain = domain.trim_end_matches(['.', '-', '_']);
    (from < at && domain.contains('.')).then_some(from..at + 1 + domain.len())
}

/// Letters of a top-level domain: from "uk" to "museum". Set by hand; longer ones are rare in news.
const TOP_LEVEL: RangeInclusive<usize> = 2..=6;

/// Whether the chunk begins with a host name and a path: `example.org/news`.
fn has_host(chunk: &str) -> bool {
    let Some((host, path)) = chunk.split_once('/') else { return false };
    let Some((name, top)) = host.rsplit_once('.') else { return false };
    !path.is_empty()
        && name.len() > 1
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
        && TOP_LEVEL.contains(&top.len())
        && top.bytes().all(|b| b.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found: Vec<_> = words(text).into_iter().map(|w| w.slice(text)).collect();
        assert_eq!(found.join(" "), expected, "{text:?}");
    }

    #[test]
    fn clitics() {
        check(
            "Mali's teachers' union can't strike, they'll wait.",
            "Mali 's teachers ' union ca n't strike , they 'll wait .",
        );
        check("The U.S.'s and AT&T's plans", "The U.S. 's and AT&T 's plans");
        check("It’s what I’d’ve said; cannot", "It ’s what I ’d ’ve said ; cannot");
        check("L'homme d’État qu'il n’aime pas aujourd'hui", "L' homme d’ État qu' il n’ aime pas aujourd'hui");
        check("Abidjan, Côte d'Ivoire; O'Brien, D'Angelo", "Abidjan , Côte d' Ivoire ; O'Brien , D'Angelo");
        check("'s ’Tis 'n' ''", "'s ’ Tis ' n ' ''");
    }

    #[test]
    fn full_stops() {
        check("Gen. J. P. Okoro of Acme Inc. left the U.S.", "Gen. J. P. Okoro of Acme Inc. left the U.S.");
        check("It took vitamin C.", "It took vitamin C .");
        check("No. 5 said no. “No.”", "No. 5 said no . “ No . ”");
        check("At 5 p.m., wait... or (etc.)", "At 5 p.m. , wait ... or ( etc. )");
        check("in Boston, Mass. on Sunday Mass.", "in Boston , Mass. on Sunday Mass .");
    }

    #[test]
    fn numbers_and_marks() {
        check("$24 US$5 €3.4m 12.5% 16th M23", "$ 24 US $ 5 € 3.4m 12.5 % 16th M23");
        check("3,000.5 at 10:30 on 9/11 in 2021-22 COVID-19", "3,000.5 at 10:30 on 9/11 in 2021-22 COVID - 19");
        check("Rwanda-backed 15-year F-16", "Rwanda - backed 15 - year F - 16");
        check("What?! No -- yes… AT&T and/or _so_ a:b", "What ?! No -- yes … AT&T and / or _ so _ a : b");
    }

    #[test]
    fn addresses() {
        check("(see https://example.org/a?b=c,d).", "( see https://example.org/a?b=c,d ) .");
        check("Write to desk-1@news.example.com, or @desk #now.", "Write to desk-1@news.example.com , or @desk #now .");
        check("www.example.org and example.org/news, either/or", "www.example.org and example.org/news , either / or");
    }

    #[test]
    fn other_scripts() {
        check("来自東京。 مرحبا بالعالم! नमस्ते दुनिया।", "来 自 東 京 。 مرحبا بالعالم ! नमस्ते दुनिया ।");
        check("👩‍👩‍👧 🙂ok", "👩‍👩‍👧 🙂 ok");
    }
}
