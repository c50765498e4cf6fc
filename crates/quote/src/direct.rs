//! Who says what stands in quotation marks: attributions around one quotation of a unit.

use std::ops::Range;

use crate::lexicon::{
    ADVERB, AUXILIARY, CAPITALISED, COORDINATOR, DETERMINER, DOCUMENT, FRENCH_PARTICIPLE, OBJECT_PRONOUN, PARTICIPLE,
    POSSESSIVE, PREPOSITION, PUNCTUATION, ROLE, SAYS, SUBJECT_PRONOUN, SUBORDINATOR, TIME, WH,
};
use crate::phrase::{self, Verb, french_auxiliary, phrase_after, subject_before, verb_at};
use crate::unit::Unit;

/// The words that attribute a quotation, as items of a unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Attribution {
    pub(crate) cue: Option<Range<usize>>,
    pub(crate) speaker: Option<Range<usize>>,
}

/// How far from the quotation a cue may stand.
const REACH: usize = 40;

/// The attribution that follows a quotation: `“…,” said X`, `“…,” X told Y`, `“…,” according to X`.
///
/// With `bare`, no mark inside the quotation announces that it goes on.
pub(crate) fn after(unit: &Unit<'_>, start: usize, bare: bool) -> Option<Attribution> {
    let mut at = start;
    if unit.word(at) == "," {
        at += 1;
    }
    if unit.word(at) == "as" {
        at += 1;
    }
    let bare = bare && at == start;
    according_to(unit, at).or_else(|| inverted(unit, at)).or_else(|| plain(unit, at, bare))
}

/// *according to X*, *selon X*; also at the head of a sentence.
pub(crate) fn according_to(unit: &Unit<'_>, at: usize) -> Option<Attribution> {
    let length = match (unit.word(at), unit.word(at + 1)) {
        ("according", "to") | ("d’", "après") | ("d'", "après") => 2,
        ("in", "the") if unit.word(at + 2) == "words" && unit.word(at + 3) == "of" => 4,
        ("selon" | "d'après" | "d’après", _) => 1,
        _ => return None,
    };
    let speaker = phrase_after(unit, at + length, true);
    Some(Attribution { cue: Some(at..at + length), speaker })
}

/// *said X*, *a déclaré X*, *dit-il*.
fn inverted(unit: &Unit<'_>, at: usize) -> Option<Attribution> {
    let mut head = at;
    while unit.is(head, ADVERB) && head < at + 2 {
        head += 1;
    }
    let french = matches!(unit.word(head), "a" | "ont" | "s'est" | "avait");
    if french {
        // a-t-il déclaré
        let mut pronoun = head + 1;
        while matches!(unit.word(pronoun), "-" | "t" | "-t" | "-t-" | "t-") {
            pronoun += 1;
        }
        let pronoun = matches!(
            unit.word(pronoun),
            "il" | "elle" | "on" | "ils" | "elles" | "-il" | "-elle" | "t-il" | "t-elle" | "-t-il" | "-t-elle"
        )
        .then_some(pronoun);
        let mut verb = pronoun.unwrap_or(head) + 1;
        while unit.is(verb, ADVERB) && verb < head + 6 {
            verb += 1;
        }
        if !unit.is(verb, FRENCH_PARTICIPLE) {
            return None;
        }
        let speaker = pronoun.map(|p| p..p + 1).or_else(|| phrase_after(unit, verb + 1, true));
        return Some(Attribution { cue: Some(head..verb + 1), speaker });
    }
    if let Some(cue) = joined_pronoun(unit, head) {
        return Some(cue);
    }
    let past = unit.is(head, SAYS) && !unit.is(head, PARTICIPLE);
    if !past {
        return None;
    }
    if unit.word(head + 1) == "-" && unit.is(head + 2, SUBJECT_PRONOUN) {
        return Some(Attribution { cue: Some(head..head + 1), speaker: Some(head + 2..head + 3) });
    }
    let speaker = phrase_after(unit, head + 1, true);
    // "…,” said in a statement": the subject is left out, and that is no inversion.
    speaker.is_some().then_some(Attribution { cue: Some(at..head + 1), speaker })
}

/// *dit-il* and *a-t-elle* as one word.
fn joined_pronoun(unit: &Unit<'_>, at: usize) -> Option<Attribution> {
    let (verb, pronoun) = unit.word(at).split_once('-')?;
    let pronoun = pronoun.strip_prefix("t-").unwrap_or(pronoun);
    if !matches!(pronoun, "il" | "elle" | "on" | "ils" | "elles") {
        return None;
    }
    let cue = match verb {
        "a" | "ont" if unit.is(at + 1, FRENCH_PARTICIPLE) => at..at + 2,
        "a" | "ont" => return None,
        _ => at..at + 1,
    };
    Some(Attribution { cue: Some(cue), speaker: Some(at..at + 1) })
}

/// *X said*, *X, a senator, told Y*.
fn plain(unit: &Unit<'_>, at: usize, bare: bool) -> Option<Attribution> {
    if !phrase_could_start(unit, at) {
        return None;
    }
    for head in at..unit.items.len().min(at + REACH) {
        let item = unit.item(head)?;
        if item.quoted.is_some() || matches!(unit.word(head), "." | ";" | "?" | "!") {
            break;
        }
        let verb = item.is(SAYS) && !item.is(PARTICIPLE) || french_auxiliary(unit, head).is_some();
        if head == at || !verb || is_noun_here(unit, head) && !item.is(FRENCH_PARTICIPLE) {
            continue;
        }
        let group = verb_at(unit, head);
        if has_own_content(unit, head) || bare && head > at + 5 {
            return None;
        }
        if let Some(subject) = subject_before(unit, &group).filter(|s| s.start >= at && s.start <= at + 2) {
            let cue = with_particle(unit, group.group.start.max(at)..head + 1);
            return Some(Attribution { cue: Some(cue), speaker: Some(subject.start.max(at)..subject.end) });
        }
    }
    if bare { None } else { open_class(unit, at) }
}

/// Whether a reported clause follows the verb, so that the quotation before it is not what is said.
fn has_own_content(unit: &Unit<'_>, head: usize) -> bool {
    let next = head + 1;
    if unit.item(next).is_some_and(|i| i.quoted.is_some()) {
        return false;
    }
    let that = (next..next + 6).take_while(|i| !unit.is(*i, PUNCTUATION)).any(|i| unit.word(i) == "that");
    let clause = unit.is(next, SUBJECT_PRONOUN) && !unit.is(next, OBJECT_PRONOUN) && !unit.is(next, WH);
    let telling = takes_addressee(unit, head);
    that || clause && !telling
        || !telling
            && unit.is(next, DETERMINER)
            && !unit.is(next, TIME)
            && (next..next + 8).take_while(|i| !unit.is(*i, PUNCTUATION)).any(|i| unit.is(i, AUXILIARY))
}

/// *X barked*: right after a short name or a pronoun nearly any verb introduces speech.
fn open_class(unit: &Unit<'_>, at: usize) -> Option<Attribution> {
    let subject = if unit.is(at, SUBJECT_PRONOUN) {
        at..at + 1
    } else {
        let end = (at..at + 5).take_while(|i| unit.is(*i, CAPITALISED) && !unit.is(*i, PUNCTUATION)).last()? + 1;
        at..end
    };
    let mut head = subject.end;
    while unit.is(head, ADVERB | AUXILIARY) && head < subject.end + 3 {
        head += 1;
    }
    let word = unit.word(head);
    let verb = word.len() > 3
        && (word.ends_with("ed") || word.ends_with('s'))
        && !unit.is(head, PREPOSITION | DETERMINER | PUNCTUATION | CAPITALISED)
        && !has_own_content(unit, head)
        && !unit.is(head + 1, DETERMINER);
    verb.then(|| Attribution { cue: Some(with_particle(unit, subject.end..head + 1)), speaker: Some(subject) })
}

fn phrase_could_start(unit: &Unit<'_>, at: usize) -> bool {
    unit.item(at).is_some_and(|item| {
        item.is_word()
            && !item.is(PREPOSITION | AUXILIARY | SUBORDINATOR)
            && (!item.is(COORDINATOR) || item.is(DETERMINER))
            || item.is(SUBJECT_PRONOUN)
    })
}

/// *points out*, *fired back*, *went on to say*.
fn with_particle(unit: &Unit<'_>, cue: Range<usize>) -> Range<usize> {
    let particle = matches!(unit.word(cue.end), "out" | "back" | "on" | "off" | "up")
        && (unit.is(cue.end + 1, PUNCTUATION | PREPOSITION | SUBORDINATOR) || unit.word(cue.end + 1).is_empty());
    if particle { cue.start..cue.end + 1 } else { cue }
}

/// *report*, *claims* and the like after an article are nouns.
pub(crate) fn is_noun_here(unit: &Unit<'_>, index: usize) -> bool {
    let Some(before) = index.checked_sub(1) else { return false };
    let noun_like = unit.is(index, DOCUMENT) || !unit.word(index).ends_with("ed");
    // "the two lengthy reports": a verb in the present stands behind a name, a pronoun or a person.
    let present = AMBIGUOUS.contains(&unit.word(index))
        && unit.item(before).is_some_and(|i| i.is_word())
        && !unit.is(
            before,
            CAPITALISED | SUBJECT_PRONOUN | ROLE | DOCUMENT | ADVERB | AUXILIARY | WH | SUBORDINATOR | COORDINATOR,
        );
    // "the United States", "the Remarks": a name's word, or a headline's.
    if AMBIGUOUS.contains(&unit.word(index)) && unit.is(index, CAPITALISED) && unit.is(before, CAPITALISED) {
        return true;
    }
    // "the shooting title": the base form stands behind a plural or an auxiliary.
    let base = AMBIGUOUS.contains(&unit.word(index))
        && !unit.word(index).ends_with('s')
        && !unit.is(index, PARTICIPLE)
        && !unit.is(before, AUXILIARY | SUBJECT_PRONOUN | ADVERB)
        && unit.word(before) != "to"
        && !unit.word(before).ends_with('s');
    present
        || base
        || noun_like
            && (unit.is(before, DETERMINER) && !unit.is(before, SUBJECT_PRONOUN) && unit.word(before) != "that"
                || unit.is(before, PREPOSITION) && !unit.is(index, PARTICIPLE) && unit.word(before) != "to"
                || matches!(unit.word(before), "'s" | "’s")
                    && (unit.is(index, DOCUMENT) || AMBIGUOUS.contains(&unit.word(index))))
}

/// Forms that are nouns as often as verbs.
const AMBIGUOUS: &[&str] = &[
    "reports",
    "report",
    "claims",
    "claim",
    "demands",
    "demand",
    "states",
    "state",
    "promises",
    "promise",
    "comments",
    "comment",
    "notes",
    "note",
    "questions",
    "question",
    "offers",
    "offer",
    "attacks",
    "requests",
    "request",
    "answers",
    "answer",
    "estimates",
    "estimate",
    "charges",
    "charge",
    "cases",
    "quotes",
    "quote",
    "tweets",
    "tweet",
    "posts",
    "post",
    "calls",
    "call",
    "brands",
    "brand",
    "labels",
    "label",
    "titles",
    "title",
    "orders",
    "order",
    "rules",
    "rule",
    "hopes",
    "hope",
    "points",
    "point",
    "protests",
    "protest",
    "complaints",
    "remarks",
    "remark",
    "jokes",
    "joke",
    "details",
    "detail",
    "responses",
    "fires",
    "fire",
    "emails",
    "email",
    "texts",
    "text",
    "blasts",
    "blast",
    "signals",
    "signal",
    "objects",
    "object",
    "praise",
    "cries",
    "cry",
    "rails",
    "rail",
    "terms",
    "term",
    "outlines",
    "outline",
    "highlights",
    "highlight",
    "captions",
    "caption",
    "press",
    "shot",
    "shooting",
    "writing",
    "reading",
    "saying",
    "meaning",
    "lecture",
    "lectures",
    "voice",
    "voices",
    "like",
    "put",
];

/// The attribution that stands before a quotation, in the items of `range` (the quotation follows right behind).
///
/// With `own_line`, the quotation stands in the next paragraph.
pub(crate) fn before(unit: &Unit<'_>, range: Range<usize>, quoted: Form, own_line: bool) -> Option<Attribution> {
    let end = range.end;
    let last = end.checked_sub(1).filter(|l| *l >= range.start)?;
    let mark = unit.word(last);
    let announced = matches!(mark, ":" | "," | "—" | "–" | "-");
    if own_line && !matches!(mark, ":" | ",") {
        return None;
    }
    let stop = if announced { last } else { end };
    let floor = range.start.max(end.saturating_sub(REACH));
    if let Some(found) = according_to_before(unit, floor..stop).filter(|_| announced) {
        return Some(found);
    }
    for head in (floor..stop).rev() {
        let item = unit.item(head)?;
        if item.quoted.is_some() && mark != ":" || matches!(unit.word(head), "." | ";" | "?" | "!") {
            break;
        }
        let verb = item.is(SAYS) || french_auxiliary(unit, head).is_some();
        if !verb || is_noun_here(unit, head) && !item.is(PARTICIPLE | FRENCH_PARTICIPLE) {
            continue;
        }
        let group = verb_at(unit, head);
        if !leads_to_quotation(unit, head + 1..stop, mark, quoted) || !suits(unit, &group, head + 1..stop, mark, quoted)
        {
            return None;
        }
        let speaker = if item.is(PARTICIPLE) && group.group.len() == 1 {
            phrase::clause_subject(unit, head)
        } else {
            subject_before(unit, &group).or_else(|| phrase::clause_subject(unit, head))
        };
        return Some(Attribution { cue: Some(with_particle(unit, group.group)), speaker });
    }
    if mark == ":" { label(unit, range.start..last) } else { None }
}

/// Whether what stands between a cue and a quotation leaves the quotation to be all that is said.
fn leads_to_quotation(unit: &Unit<'_>, between: Range<usize>, mark: &str, quoted: Form) -> bool {
    if mark == ":" {
        return true;
    }
    if between.is_empty() {
        return true;
    }
    // "said that the “…": a reported clause with a verbatim part.
    let clause = between.clone().any(|i| {
        unit.word(i) == "that" && (i == between.start || mark != ",")
            || unit.is(i, AUXILIARY) && !matches!(unit.word(i), "'s" | "’s")
            || unit.is(i, SUBJECT_PRONOUN) && !unit.is(i, OBJECT_PRONOUN)
    });
    // In the middle of a quotation ("“We waited,” said X, a farmer, “and left.”") that is how it goes on.
    let middle = (between.start.saturating_sub(4)..between.start).any(|i| unit.items[i].quoted.is_some());
    if mark == "," && quoted.lower && !middle && (clause || between.len() > 8) {
        return false;
    }
    if mark == "," {
        return !clause
            || between.len() > 4 && unit.word(between.start) != "that" && !unit.is(between.start, SUBJECT_PRONOUN);
    }
    // Without a comma only an addressee or a time may stand between: "told reporters “…”".
    let last = between.end - 1;
    let addressed = unit.is(between.start, OBJECT_PRONOUN) && between.len() > 1;
    let runs_on = unit.is(last, DETERMINER | PREPOSITION | ADVERB | AUXILIARY | COORDINATOR | SUBORDINATOR | WH)
        || unit.is(between.start, DETERMINER | PREPOSITION | POSSESSIVE);
    if clause || runs_on || between.len() > 4 || quoted.lower && addressed {
        return false;
    }
    let addressee = unit.is(last, TIME | OBJECT_PRONOUN | CAPITALISED | ROLE);
    addressee && takes_addressee(unit, between.start - 1) || between.clone().all(|i| unit.is(i, TIME | ADVERB))
}

/// The form of what stands in quotation marks, as far as it tells what it is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Form {
    /// Its first letter is a small one.
    pub(crate) lower: bool,
    /// All its words of weight are capitalised, as in the name of a show.
    pub(crate) title: bool,
    /// It ends with a comma, a full stop or the like inside of the marks.
    pub(crate) punctuated: bool,
}

/// Whether the form of the quotation is what the verb group before it asks for.
fn suits(unit: &Unit<'_>, group: &Verb, between: Range<usize>, mark: &str, quoted: Form) -> bool {
    // "wrote in her memoir, “A Hard Road.”", "told “Early Hours”"
    if quoted.title && mark != ":" && !(between.is_empty() && quoted.punctuated) {
        return false;
    }
    let verb = unit.word(group.head);
    // "a film called “The Road”", "the so-called “road”"
    let naming = ["called", "dubbed", "named", "labeled", "labelled", "termed", "known", "branded"];
    if matches!(verb, "titled" | "entitled") {
        return false;
    }
    if naming.contains(&verb) && group.group.len() == 1 {
        let before = group.group.start.checked_sub(1);
        let agent = before
            .is_some_and(|b| unit.is(b, SUBJECT_PRONOUN | CAPITALISED | ROLE) || matches!(unit.word(b), ")" | ","));
        if !agent {
            return false;
        }
    }
    // A fragment without a comma is what somebody says only after the plainest verbs.
    !(quoted.lower && between.is_empty() && !matches!(mark, ":" | ",")) || PLAIN.contains(&verb)
}

/// Verbs after which a fragment in quotation marks is the whole of what is said.
const PLAIN: &[&str] = &[
    "said",
    "says",
    "say",
    "saying",
    "wrote",
    "writes",
    "writing",
    "told",
    "added",
    "adds",
    "adding",
    "tweeted",
    "tweets",
    "tweeting",
    "asked",
    "replied",
    "declared",
    "stated",
    "states",
    "stating",
    "insisted",
    "responded",
    "read",
    "reads",
    "yelled",
    "yelling",
    "shouted",
    "shouting",
    "chanted",
    "chanting",
    "called",
    "calls",
    "whispered",
    "answered",
    "joked",
    "quipped",
    "remarked",
    "noted",
    "argued",
    "warned",
    "concluded",
    "continued",
    "exclaimed",
    "echoed",
    "mouthing",
    "mouthed",
    "observed",
    "thought",
    "cried",
];

/// Whether the attribution's cue is one of the plainest verbs of saying, or a colon.
pub(crate) fn is_plain(unit: &Unit<'_>, found: &Attribution) -> bool {
    found.cue.as_ref().is_some_and(|cue| cue.clone().any(|i| PLAIN.contains(&unit.word(i)) || unit.word(i) == ":"))
        && found.speaker.is_some()
}

/// *told* and *asked* take an addressee.
fn takes_addressee(unit: &Unit<'_>, head: usize) -> bool {
    matches!(
        unit.word(head),
        "told" | "tells" | "tell" | "telling" | "asked" | "asks" | "assured" | "reminded" | "informed" | "warned"
    )
}

/// *According to X, “…”*.
fn according_to_before(unit: &Unit<'_>, range: Range<usize>) -> Option<Attribution> {
    let at = range.clone().rev().find(|i| matches!(unit.word(*i), "according" | "selon"))?;
    let found = according_to(unit, at)?;
    // Only when nothing else is said in between.
    let end = found.speaker.as_ref().map_or(at, |s| s.end);
    (end + 6 >= range.end).then_some(found)
}

/// *X: “…”*, *Her answer: “…”*: a short phrase and a colon.
fn label(unit: &Unit<'_>, range: Range<usize>) -> Option<Attribution> {
    let start = range
        .clone()
        .rev()
        .find(|i| matches!(unit.word(*i), "." | ";" | "?" | "!" | ","))
        .map_or(range.start, |i| i + 1);
    let speaker = phrase_after(unit, start, false)?;
    let whole = speaker.end == range.end && speaker.len() <= 8;
    whole.then_some(Attribution { cue: Some(range.end..range.end + 1), speaker: Some(speaker) })
}
