//! Attributions inside the marks: *« C’est trop cher, a déclaré X. Il faut attendre. »*

use crate::after::{Attribution, behind_hyphens, inverted, inverted_perfect, tail};
use crate::lexicon::{CAPITALISED, CLITIC_SUBJECT, PUNCTUATION};
use crate::place::{Place, Verdict, in_text};
use crate::unit::Unit;

/// *« C’est trop cher, a déclaré X. »*: between guillemets, as French sets a short attribution into the quotation
/// without closing the marks. The words between other marks are all the speaker's own.
pub(crate) fn inside(place: &Place<'_>) -> Option<Verdict> {
    let marks = place.unit.item(place.at)?.span;
    if !place.doc.slice(marks).starts_with('«') {
        return None;
    }
    let (doc, unit) = (place.doc, place.unit);
    let inner = doc.tokens_in(marks);
    let from = doc.sents.partition_point(|sentence| sentence.tokens.end <= inner.start);
    let sentences = doc.sents.iter().skip(from).take_while(|sentence| sentence.tokens.start < inner.end);
    sentences.into_iter().find_map(|sentence| {
        let tokens = sentence.tokens.start.max(inner.start)..sentence.tokens.end.min(inner.end);
        let words = Unit::of_words(doc, tokens, unit.lexicon, unit.paragraph);
        let found = attribution(&words)?;
        Some(Verdict { start: place.at, ..in_text(&words, &found, 0) })
    })
}

/// Attribution behind a comma or a question of one sentence.
fn attribution(words: &Unit<'_>) -> Option<Attribution> {
    (0..words.items.len()).find_map(|at| {
        // The splitter may have ended a sentence at the question mark.
        let begins = at == 0 && !words.is(at, CAPITALISED | PUNCTUATION);
        let tail = match words.word(at) {
            "," => tail(words, at, false),
            "?" | "!" | "…" => tail(words, at + 1, false),
            _ if begins => tail(words, at, false),
            _ => return None,
        };
        let found = inverted_perfect(words, tail).or_else(|| inverted(words, tail))?;
        is_set_off(words, &found).then_some(found)
    })
}

/// Whether a mark follows the attribution, and somebody is its subject: not the *on* of *dit-on*.
fn is_set_off(words: &Unit<'_>, found: &Attribution) -> bool {
    let Some((cue, speaker)) = found.cue.clone().zip(found.speaker.clone()) else { return false };
    let end = cue.end.max(speaker.end);
    let last = behind_hyphens(words.word(speaker.end - 1));
    let is_clitic = words.lexicon.class(last, last) & CLITIC_SUBJECT != 0;
    let nobody = is_clitic && words.lexicon.language.pronoun(last).all(|pronoun| pronoun.gender.is_none());
    words.is(end, PUNCTUATION) && !nobody
}
