//! Speech without quotation marks: turns of interviews and transcripts, and block quotations with a source.

use std::collections::HashSet;

use pressmark_core::{Document, QuoteKind, SegmentKind, Span};
use pressmark_lang::{Language, PagePhrase};

use crate::after::{Attribution, inverted, tail};
use crate::candidate::Candidate;
use crate::lexicon::{Lexicon, ROLE, SAYS, SUBORDINATOR};
use crate::marks::is_mark;
use crate::nearby::signature;
use crate::paragraph::paragraphs;
use crate::phrase::is_dash;
use crate::rule::TURN;
use crate::unit::{Unit, unit_at};

/// Fewest labelled lines of a transcript. Set by hand: a single "Note:" is a note.
const MIN_TURNS: usize = 2;
/// Upper bound on a label's length, in bytes: a name, an office, how the speaker is connected. Set by hand.
const MAX_LABEL: usize = 90;
/// Most paragraphs that continue a turn. Set by hand.
const MAX_CONTINUED: usize = 6;
/// Consecutive paragraphs among which a transcript has two turns. Set by hand.
const WINDOW: usize = 6;
/// Most words of a label in capitals: a name. Set by hand.
const MAX_CAPITALS: usize = 4;
/// Most words of another label. Set by hand.
const MAX_OTHER: usize = 3;
/// Upper bound on the items of a sentence that is a source, with a person as its subject: "X said on Monday". Set by
/// hand.
const SOURCE: usize = 12;
/// Fewest lines labelled with a mixed-case name that make a transcript. Set by hand: a single "Duarte: …" may head a
/// list.
const MIN_NAMED: usize = 3;

/// Kind of a line's label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Label {
    /// *Q:*.
    Question,
    /// *A:*.
    Answer,
    /// *TARO KIMURA, CHAIRMAN:*.
    Capitals,
    /// *Taro Kimura:*, at a mention of a person.
    Name,
    /// *Gazette:*, *Moderator:*: a capitalised label that is not a person's name.
    Other,
}

/// A line that begins with a label.
#[derive(Clone, Copy, Debug)]
struct Turn {
    label: Label,
    /// Span of the name in the label.
    name: Span,
    /// Span of the mark behind it.
    colon: Span,
    /// Span of the speech on the line.
    content: Span,
}

/// Finds the turns of a transcript or an interview, in text order.
pub(crate) fn turns(doc: &Document, lines: &[Span], units: &[Unit<'_>]) -> Vec<Candidate> {
    let Some(lexicon) = units.first().map(|unit| unit.lexicon) else { return Vec::new() };
    let mut labelled: Vec<Option<Turn>> = lines.iter().map(|line| turn(doc, lexicon.language, *line)).collect();
    keep_transcripts(doc, lexicon, &mut labelled);
    let mut found: Vec<Candidate> = Vec::new();
    // The paragraphs of a turn run to the next label; behind the last label only its own line is certain.
    let last = labelled.iter().rposition(Option::is_some);
    let mut since = 0;
    for (at, line) in lines.iter().enumerate() {
        since += 1;
        match labelled[at] {
            Some(turn) => {
                // Only the labels of a transcript are clear enough to include the paragraphs between them.
                since = if matches!(turn.label, Label::Name | Label::Other) { MAX_CONTINUED } else { 0 };
                found.push(Candidate {
                    span: turn.content,
                    kind: QuoteKind::Direct,
                    cue: Some(turn.colon),
                    speaker: Some(turn.name),
                    closed: true,
                    unit: unit_at(units, turn.content.start).unwrap_or_default(),
                    rule: TURN,
                    cue_probability: None,
                });
            }
            None if last.is_some_and(|last| at < last) && since <= MAX_CONTINUED => {
                if let Some(turn) = found.last_mut().filter(|_| !is_stage_direction(line.slice(&doc.text))) {
                    turn.span.end = line.end;
                }
            }
            None => {}
        }
    }
    found
}

/// Drops labels that do not make a transcript: too few of their kind, or none of a known person.
fn keep_transcripts(doc: &Document, lexicon: &Lexicon, labelled: &mut [Option<Turn>]) {
    let of = |label: Label| labelled.iter().flatten().filter(move |t| t.label == label);
    let letters = of(Label::Question).next().is_some() && of(Label::Answer).next().is_some();
    // Labels in capitals may also be section headings: one of them must name a person or recur, as headings do not.
    let again = |label: Label| {
        let mut names: Vec<&str> = of(label).map(|t| t.name.slice(&doc.text)).collect();
        names.sort_unstable();
        names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect::<HashSet<&str>>()
    };
    let named = !again(Label::Capitals).is_empty() || of(Label::Capitals).any(|t| person_at(doc, t.name).is_some());
    let near = labelled.windows(WINDOW).any(|w| w.iter().flatten().filter(|t| t.label == Label::Capitals).count() > 1);
    let few = labelled.len() < WINDOW && of(Label::Capitals).count() >= MIN_TURNS;
    let capitals = named && (near || few);
    // The labels of interviewers recur, or are an occupation.
    let again = again(Label::Other);
    let asks = of(Label::Name).count() >= MIN_TURNS && !again.is_empty();
    let names = of(Label::Name).count() >= MIN_NAMED || capitals || asks;
    let is_asker = |turn: &Turn| {
        let name = turn.name.slice(&doc.text);
        again.contains(name) || lexicon.class_of(name) & ROLE != 0
    };
    for slot in labelled {
        *slot = slot.filter(|turn| match turn.label {
            Label::Other => names && is_asker(turn),
            Label::Question | Label::Answer => letters,
            Label::Capitals => capitals,
            Label::Name => names,
        });
    }
}

/// Span of the mention of a person that starts with the name.
fn person_at(doc: &Document, name: Span) -> Option<Span> {
    let next = doc.ents.get(doc.ents.partition_point(|m| m.span.end <= name.start))?;
    (next.label.is_person() && next.span.start == name.start).then_some(next.span)
}

/// Name of the rule for block quotations.
pub(crate) const BLOCK: &str = "block-quotation";

/// Whether a line is a stage direction: *(APPLAUSE)*, *[laughs]*.
fn is_stage_direction(line: &str) -> bool {
    line.starts_with(['(', '[']) && line.trim_end_matches('.').ends_with([')', ']'])
}

fn turn(doc: &Document, language: &Language, line: Span) -> Option<Turn> {
    let whole = line.slice(&doc.text);
    let text = behind_change(whole);
    let begin = line.start + (whole.len() - text.len());
    let mut limit = text.len().min(MAX_LABEL);
    while !text.is_char_boundary(limit) {
        limit -= 1;
    }
    let head = text.get(..limit)?;
    // "Q. Why?": a full stop behind a single letter.
    let stop = || head.find(". ").filter(|stop| letter(language, &head[..*stop]).is_some());
    let colon = head.find(':').or_else(stop)?;
    let rest = text.get(colon + 1..)?;
    if rest.trim().is_empty() {
        return None;
    }
    // "CHAIRMAN, WATERWAYS AUTHORITY" and "(via phone)" are not part of the name.
    let name = head.get(..colon)?.split([',', '(', '[']).next()?.trim_end();
    let span = Span::new(begin, begin + name.len());
    let label = if let Some(letter) = letter(language, name) {
        letter
    } else if is_in_capitals(name) {
        Label::Capitals
    } else if person_at(doc, span).is_some_and(|person| person.end == span.end) {
        Label::Name
    } else if is_label(name) {
        Label::Other
    } else {
        return None;
    };
    let colon = Span::new(begin + colon, begin + colon + 1);
    let content = Span::new(line.end - rest.trim_start().len(), line.end);
    Some(Turn { label, name: span, colon, content })
}

/// A line without what marks a change of speaker before the label: *>>*, *[00:12]*, and the opening mark that each
/// paragraph has when a whole transcript is quoted.
fn behind_change(line: &str) -> &str {
    let line = line.trim_start_matches(|c| is_mark(c) || matches!(c, '>' | ' '));
    let stamp = || {
        let (stamp, behind) = line.strip_prefix(['[', '('])?.split_once([']', ')'])?;
        let timed = stamp.contains(':') && stamp.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.'));
        timed.then(|| behind.trim_start())
    };
    stamp().unwrap_or(line)
}

/// Label of a question or an answer, by its letter or its word.
fn letter(language: &Language, name: &str) -> Option<Label> {
    let is = |class| {
        let mut letters = language.page_phrases(class);
        name.starts_with(char::is_uppercase) && letters.any(|letter| name.eq_ignore_ascii_case(letter))
    };
    match () {
        () if is(PagePhrase::Question) => Some(Label::Question),
        () if is(PagePhrase::Answer) => Some(Label::Answer),
        () => None,
    }
}

/// Whether the label is a few words that all begin with a capital.
fn is_label(name: &str) -> bool {
    let capital = |word: &str| word.starts_with(char::is_uppercase) && word.chars().all(char::is_alphabetic);
    (1..=MAX_OTHER).contains(&name.split_whitespace().count()) && name.split_whitespace().all(capital)
}

/// Whether the label is a name in capitals.
fn is_in_capitals(name: &str) -> bool {
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    letters > 1
        && name.split_whitespace().count() <= MAX_CAPITALS
        && name.chars().all(|c| !c.is_lowercase() && !c.is_ascii_digit())
}

/// Finds block quotations without quotation marks whose source is in the line below or in their own last line, or in
/// the sentence before.
pub(crate) fn blocks(doc: &Document, units: &[Unit<'_>]) -> Vec<Candidate> {
    let blocks = doc.blocks();
    let mut found = Vec::new();
    for (at, (block, _)) in blocks.iter().enumerate().filter(|(_, (_, kind))| *kind == SegmentKind::Quote) {
        let text = block.slice(&doc.text);
        if text.starts_with(is_mark) {
            continue;
        }
        let own = paragraphs(text).last().map(|l| Span::new(block.start + l.start, block.start + l.end));
        let below = blocks.get(at + 1).map(|(span, _)| *span);
        let inside = own.filter(|line| line.start > block.start);
        let source = inside.into_iter().chain(below).find_map(|line| Some((line, source(doc, units, line)?)));
        let before = || {
            let unit = units.get(unit_at(units, block.start)?.checked_sub(1)?)?;
            let found = crate::before::colon(unit, 0..unit.items.len())?;
            unit.span(found.speaker?)
        };
        let (end, speaker) = match source {
            Some((line, speaker)) if line.end <= block.end => (line.start, Some(speaker)),
            Some((_, speaker)) => (block.end, Some(speaker)),
            None => (block.end, before()),
        };
        let said = text.get(..end - block.start).unwrap_or(text).trim_end();
        let Some(speaker) = speaker.filter(|_| !said.is_empty()) else { continue };
        found.push(Candidate {
            span: Span::new(block.start, block.start + said.len()),
            kind: QuoteKind::Direct,
            cue: None,
            speaker: Some(speaker),
            closed: true,
            unit: unit_at(units, block.start).unwrap_or_default(),
            rule: BLOCK,
            cue_probability: None,
        });
    }
    found
}

/// Speaker named in a line: *– X, an office*, *X said on Monday*.
fn source(doc: &Document, units: &[Unit<'_>], line: Span) -> Option<Span> {
    let unit = units.get(unit_at(units, line.start)?)?;
    let from = unit.items.partition_point(|i| i.span.start < line.start);
    let dashed = usize::from(is_dash(unit, from));
    let end = unit.items.partition_point(|i| i.span.start < line.end);
    if let Some(whole) = signature(unit, from + dashed..end) {
        return Some(whole);
    }
    // "said X, whose son was there."
    if from == 0
        && let Some(Attribution { speaker: Some(speaker), .. }) = inverted(unit, tail(unit, 0, false))
    {
        return unit.span(speaker);
    }
    let short = end.saturating_sub(from) < SOURCE && unit.items.len() == end;
    let first = doc.ents.iter().skip(doc.ents.partition_point(|m| m.span.end <= line.start)).take(1);
    let person = first.filter(|m| m.label.is_person() && line.contains(m.span)).map(|m| m.span).next()?;
    let verb = (from..end).any(|i| unit.is(i, SAYS)) && !(from..end).any(|i| unit.is(i, SUBORDINATOR));
    (short && verb).then_some(person)
}
