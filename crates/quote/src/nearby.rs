//! Attributions in the sentences around a quotation, and quotations that continue without one.

use std::ops::Range;

use pressmark_core::{QuoteKind, Span};

use crate::after::{Tail, according, inverted, inverted_perfect, subject_any_verb, subject_verb, tail};
use crate::before::{self, before};
use crate::lexicon::{
    ADVERB, ADVERBIAL, AUXILIARY, BE, BY, CAPITALISED, DETERMINER, FINITE, GENITIVE, GERUND, NUMBER, PAST_FORM, PEOPLE,
    PLURAL_FORM, POSSESSIVE, PREPOSITION, PUNCTUATION, RELATIVE_PRONOUN, ROLE, SAYS, SUBJECT_PRONOUN, SUBORDINATOR,
    TIME,
};
use crate::marks::is_mark;
use crate::phrase::{clause_subject, first_subject, is_dash};
use crate::place::{Place, Verdict, in_text};
use crate::unit::{Item, Unit};

/// Items behind an attribution within which a quotation or a colon takes it: "Duarte said: “No.”" belongs to the next
/// quotation. Set by hand.
const TAKEN_WITHIN: usize = 6;
/// Most words of a heading in single marks. Set by hand.
const MAX_HEADING: usize = 8;

/// *“Why not?” Duarte asked.*, where the splitter has made two sentences of it.
pub(crate) fn next_sentence(place: &Place<'_>) -> Option<Verdict> {
    let next = place.next()?;
    // A comma also announces a continuation.
    let open = place.form.asks || place.form.last == ',';
    if !open || place.at + 1 != place.unit.items.len() || next.paragraph != place.unit.paragraph {
        return None;
    }
    let tail: Tail = tail(next, 0, false);
    let found = according(next, tail)
        .or_else(|| inverted(next, tail))
        .or_else(|| inverted_perfect(next, tail))
        .or_else(|| subject_verb(next, tail))
        .or_else(|| subject_any_verb(next, tail))?;
    let end = found.cue.as_ref()?.end.max(found.speaker.as_ref()?.end);
    let leads =
        (end..end + TAKEN_WITHIN).any(|i| next.item(i).is_some_and(|item| item.quoted.is_some() || item.lower == ":"));
    (!leads).then(|| in_text(next, &found, place.at))
}

/// *“…,” said X, “…”*: the attribution between two parts of one quotation covers both.
pub(crate) fn interrupted(place: &Place<'_>) -> Option<Verdict> {
    let last = place.found.last().filter(|last| last.unit == place.index)?;
    let between = place.unit.span(place.before.clone())?;
    let cue = last.cue.filter(|cue| between.contains(*cue))?;
    let flows = matches!(place.unit.word(place.at - 1), "," | "—" | "–" | "-");
    // "“…,” X said, to which Y replied, “…”": a sentence behind a second verb with its own subject is not the rest of
    // the first quotation.
    let behind = place.unit.items.partition_point(|i| i.span.end <= cue.end);
    let second = before(place.unit, behind..place.at, place.form, false).and_then(|found| found.speaker);
    if !place.form.lower && second.is_some_and(|subject| subject.start >= behind) {
        return None;
    }
    let goes_on = flows && last.speaker.is_some() && last.kind == QuoteKind::Direct;
    goes_on.then_some(Verdict { cue: Some(cue), speaker: last.speaker, start: place.at })
}

/// *X made this announcement: “…”*, in the same sentence or at the end of the paragraph before.
pub(crate) fn colon(place: &Place<'_>) -> Option<Verdict> {
    let (unit, before) = match place.at {
        0 => (place.previous()?, 0..place.previous()?.items.len()),
        _ => (place.unit, place.before.clone()),
    };
    Some(in_text(unit, &before::colon(unit, before)?, place.at))
}

/// *“…” – X, an office*, up to the end of the line; the splitter may have made a sentence of it.
pub(crate) fn dash(place: &Place<'_>) -> Option<Verdict> {
    let ends = place.at + 1 == place.unit.items.len();
    let (unit, start, behind) = match place.next().filter(|next| ends && next.paragraph == place.unit.paragraph) {
        Some(next) => (next, 0, place.units.get(place.index + 2)),
        None => (place.unit, place.at + 1, place.next()),
    };
    let dashed = is_dash(unit, start);
    let alone = behind.is_none_or(|behind| behind.paragraph != unit.paragraph);
    let speaker = signature(unit, start + 1..unit.items.len()).filter(|_| dashed && alone)?;
    Some(Verdict { cue: None, speaker: Some(speaker), start: place.at })
}

/// *“…” (X, an office)*: a name in brackets right behind a sentence.
pub(crate) fn brackets(place: &Place<'_>) -> Option<Verdict> {
    let ends = place.at + 1 == place.unit.items.len();
    let (unit, start) = match place.next().filter(|next| ends && next.paragraph == place.unit.paragraph) {
        Some(next) => (next, 0),
        None => (place.unit, place.at + 1),
    };
    let close = (start..unit.items.len().min(start + SIGNATURE)).find(|i| unit.word(*i) == ")")?;
    let opens = unit.word(start) == "(" && place.form.sentence && !place.form.title;
    // "“A Quiet Year” (X, 1999)": a work.
    let dated = (start..close).any(|i| unit.is(i, NUMBER | TIME));
    let speaker = signature(unit, start + 1..close).filter(|speaker| opens && !dated && place.is_named(*speaker))?;
    Some(Verdict { cue: None, speaker: Some(speaker), start: place.at })
}

/// A line below the quotation that only names a person: *– X*, *X, an office*.
pub(crate) fn line_below(place: &Place<'_>) -> Option<Verdict> {
    let next = place.next().filter(|next| next.paragraph == place.unit.paragraph + 1)?;
    // A quotation that ends a paragraph ("…,” she said. “…”) may precede a heading.
    let begins = place.at == 0 && place.previous().is_none_or(|before| before.paragraph != place.unit.paragraph);
    if place.at + 1 != place.unit.items.len() || !begins {
        return None;
    }
    let dashed = usize::from(is_dash(next, 0));
    let alone = place.units.get(place.index + 2).is_none_or(|after| after.paragraph != next.paragraph);
    let speaker =
        signature(next, dashed..next.items.len()).filter(|_| alone && (dashed == 1 || next.word(1) != ":"))?;
    Some(Verdict { cue: None, speaker: Some(speaker), start: place.at })
}

/// Upper bound on the items of a signature. Set by hand.
const SIGNATURE: usize = 16;

/// Most words before the name behind a dash: *– former head teacher X Y*. Set by hand.
const MAX_WORK: usize = 3;

/// Span of a signature: a name with what identifies its bearer; no verb, no quotation, no full stop but at its end. Two
/// capitalised words are needed, or one behind a dash.
pub(crate) fn signature(unit: &Unit<'_>, range: Range<usize>) -> Option<Span> {
    let dashed = range.start.checked_sub(1).is_some_and(|i| is_dash(unit, i));
    let range = match range.end.checked_sub(1).filter(|last| *last > range.start && unit.word(*last) == ".") {
        Some(last) => range.start..last,
        None => range,
    };
    // "– X, who cycles to work": the clause is about the person and not part of the name.
    let clause = range.clone().find(|i| dashed && unit.is(*i, RELATIVE_PRONOUN) && unit.word(i - 1) == ",");
    let range = range.start..clause.map_or(range.end, |clause| clause - 1);
    // "– teacher X Y": what the person does comes first.
    let work = |i: &usize| {
        let verb = AUXILIARY | ADVERB | PREPOSITION | PAST_FORM | GERUND | PUNCTUATION;
        dashed && !unit.is(*i, CAPITALISED | verb)
    };
    let name = range.start + range.clone().take(MAX_WORK).take_while(work).count();
    let names = if dashed && name == range.start { 1 } else { 2 };
    let titled = (name..name + names).all(|i| unit.is(i, CAPITALISED)) && range.len() < SIGNATURE;
    let plain = range.clone().all(|i| {
        unit.item(i).is_some_and(|item| {
            item.quoted.is_none()
                && !item.is(FINITE | SUBJECT_PRONOUN | SUBORDINATOR)
                // "the baker's son" against "Kern's the baker".
                && (!item.is(AUXILIARY) || item.is(GENITIVE) && !unit.is(i + 1, DETERMINER | ADVERB))
                && (!item.is(SAYS) || item.is(CAPITALISED | ROLE))
                && !matches!(&*item.lower, "." | "?" | "!" | ":" | ";")
        })
    });
    if titled && plain { unit.span(range) } else { None }
}

/// Attribution of a quotation that opens a paragraph, from the end of the paragraph before.
pub(crate) fn paragraph_before(place: &Place<'_>) -> Option<Verdict> {
    let previous = place.previous().filter(|_| place.at == 0)?;
    let start = previous.items.iter().rposition(|i| i.quoted.is_some()).map_or(0, |i| i + 1);
    let found = before(previous, start..previous.items.len(), place.form, true)?;
    Some(in_text(previous, &found, place.at))
}

/// Whether a quotation can do without an attribution: it is a sentence of its own, or it continues the one right before
/// it.
pub(crate) fn speaks_alone(place: &Place<'_>) -> bool {
    stands_alone(place) || goes_along(place)
}

fn stands_alone(place: &Place<'_>) -> bool {
    let (unit, at, form) = (place.unit, place.at, place.form);
    // "“A Quiet Year,” by X": a headline; "“…,” since …, said X": a part of the content.
    let part = unit
        .item(at + 1)
        .is_some_and(|n| n.is(BY) || n.is_word() && !n.is(CAPITALISED) && !matches!(form.last, '.' | '?' | '!'));
    // A short line in single marks.
    let heading = unit.items.len() == 1 && form.words <= MAX_HEADING && place.single;
    let apart = at == 0
        || matches!(unit.word(at - 1), "." | ":" | "?" | "!" | "—" | "–" | "…")
        || unit.items[at - 1].quoted.is_some();
    apart && !part && !heading && form.sentence && !form.title
}

/// Whether a quotation continues the one right before it: “…,” he said. “Right.”
fn goes_along(place: &Place<'_>) -> bool {
    let (unit, at, form) = (place.unit, place.at, place.form);
    let Some(last) = place.found.last() else { return false };
    let near = last.unit == place.index || last.unit + 1 == place.index && last.cue.is_some();
    let apart = at == 0 || unit.word(at - 1) == "." || unit.items[at - 1].quoted.is_some();
    near && apart && !form.lower && form.ends && last.kind == QuoteKind::Direct
}

/// Speaker of the quotation before, in the same paragraph or at the end of the paragraph before.
pub(crate) fn continues(place: &Place<'_>) -> Option<Verdict> {
    let last = place.found.last()?;
    let paragraph = place.units.get(last.unit)?.paragraph;
    let next = paragraph + 1 == place.unit.paragraph && place.at == 0;
    let near = paragraph == place.unit.paragraph || next && !answers(place) && !begins_anew(place);
    (near && last.speaker.is_some()).then_some(Verdict { cue: None, speaker: last.speaker, start: place.at })
}

/// Whether it answers a question in a paragraph of its own: “Do you?” she asked. “I do.”
fn answers(place: &Place<'_>) -> bool {
    let asked = place.found.last().filter(|_| place.at == 0 && place.unit.items.len() == 1);
    asked.is_some_and(|last| {
        let apart = place.units.get(last.unit).is_some_and(|unit| unit.paragraph + 1 == place.unit.paragraph);
        apart && last.span.slice(&place.doc.text).trim_end_matches(is_mark).ends_with('?')
    })
}

/// Whether the rest of a paragraph that the quotation opens shows that somebody else speaks than in the one before: it is
/// a question that is answered there, or the sentence behind it names who acts or speaks: *“…” X grinned and left.*
fn begins_anew(place: &Place<'_>) -> bool {
    let next = place.next().filter(|next| next.paragraph == place.unit.paragraph);
    let quoted = |unit: &Unit<'_>, at: usize| unit.item(at).is_some_and(|item| item.quoted.is_some());
    if place.form.last == '?' && (quoted(place.unit, place.at + 1) || next.is_some_and(|next| quoted(next, 0))) {
        return true;
    }
    let ends = place.at + 1 == place.unit.items.len();
    next.filter(|next| ends && next.items.iter().all(|item| item.quoted.is_none())).is_some_and(|next| {
        // "That was the verdict of X."
        let this = next.lexicon.language.is_definite(next.word(0)) && next.is(1, BE);
        if this && next.span(2..next.items.len()).is_some_and(|span| place.is_named(span)) {
            return true;
        }
        let subject = first_subject(next, 0..next.items.len()).filter(|subject| subject.start == 0);
        subject.is_some_and(|subject| {
            next.is(subject.end, PAST_FORM | FINITE) && next.span(subject).is_some_and(|span| place.is_named(span))
        })
    })
}

/// A new person who is the subject of the sentence right before: *“…,” X said. Y took the floor. “…”*
pub(crate) fn new_subject(place: &Place<'_>) -> Option<Verdict> {
    let since = place.found.last().is_none_or(|last| last.unit + 1 < place.index);
    let alone = place.previous()?.items.iter().all(|i| i.quoted.is_none());
    let named = |verdict: &Verdict| verdict.speaker.is_some_and(|speaker| place.is_named(speaker));
    if since && alone && place.previous()?.paragraph == place.unit.paragraph {
        sentence_before(place).filter(named)
    } else {
        None
    }
}

/// Subject of the sentence before.
pub(crate) fn sentence_before(place: &Place<'_>) -> Option<Verdict> {
    let previous = place.previous()?;
    let near =
        previous.paragraph == place.unit.paragraph || place.at == 0 && previous.paragraph + 1 == place.unit.paragraph;
    let apart = previous.paragraph != place.unit.paragraph;
    if !near || answers(place) || apart && begins_anew(place) {
        return None;
    }
    let subject = clause_subject(previous, previous.items.len())?;
    // "Several hundred people marched": a crowd, whose capital is only that of the sentence start.
    let crowd = previous.is(subject.start, DETERMINER)
        && !previous.is(subject.start, POSSESSIVE | SUBJECT_PRONOUN)
        && !previous.lexicon.language.is_definite(previous.word(subject.start))
        && previous.is(subject.end - 1, PLURAL_FORM)
        || subject.clone().any(|i| previous.is(i, PEOPLE));
    let named = subject.clone().any(|i| previous.is(i, CAPITALISED | SUBJECT_PRONOUN | ROLE));
    (named && !crowd).then(|| Verdict { cue: None, speaker: previous.span(subject), start: place.at })
}

/// No speaker is named.
#[expect(clippy::unnecessary_wraps, reason = "one signature for all rules")]
pub(crate) fn nobody(place: &Place<'_>) -> Option<Verdict> {
    Some(Verdict { cue: None, speaker: None, start: place.at })
}

/// Whether the sentence continues behind the quotation so that the quoted words are only part of the content: *said “we
/// have three weeks” until the vote*. When and on what occasion it was said is no part of it.
pub(crate) fn goes_on(place: &Place<'_>) -> bool {
    let (unit, next) = (place.unit, place.at + 1);
    let timed = unit.is(next, TIME | ADVERBIAL) || unit.is(next, PREPOSITION) && unit.is(next + 1, TIME);
    !place.form.punctuated && !timed && unit.item(next).is_some_and(Item::is_word)
}
