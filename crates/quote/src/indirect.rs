//! Reported speech: where a cue in the outlet's words has its content and its speaker.

use std::ops::Range;

use pressmark_core::{QuoteKind, Span};

use crate::after::{REACH, according_to};
use crate::candidate::Candidate;
use crate::cue_context::context;
use crate::cues::{CueContext, Cues, Follow, Role};
use crate::lexicon::{
    ALSO_NOUN, AUXILIARY, CAPITALISED, COORDINATOR, DETERMINER, FINITE, OBJECT_PRONOUN, PARTICIPLE, POSSESSIVE,
    PREPOSITION, PUNCTUATION, SAYS, SUBJECT_PRONOUN, SUBORDINATOR, TIME, WH,
};
use crate::phrase::{
    clause_subject, is_noun_here, perfect_auxiliary, phrase_after, phrase_before, subject_before, verb_at,
};
use crate::rule::Step;
use crate::unit::Unit;

/// A verb of speech needs no more than this share when part of the content stands in quotation marks: marks make
/// speech likelier. Chosen on training articles of PolNeAR that were held out from the counts.
const QUOTED_SHARE: f32 = 0.25;
/// What a word that is no verb of speech needs before a mere noun phrase ("seeks support"). Chosen in the same way.
const ACT_SHARE: f32 = 0.6;
/// The share from which on a verb behind *and* begins a report of its own ("said X and vowed to Y"). Chosen in the
/// same way.
const JOINED_SHARE: f32 = 0.4;
/// The share of a verb of speech with its clause where nothing was counted: that of English *said* with *that* is as high.
const UNCOUNTED_SHARE: f32 = 0.9;
/// What is reported is no longer than this, in items: the bound keeps a text of nothing but cues linear. Of 15,318
/// unquoted contents in PolNeAR's training articles one in a thousand has more than 107 words and marks, and 5 more
/// than this.
const MAX_CONTENT: usize = 150;

/// The name of the rule for *according to*.
pub(crate) const ACCORDING: &str = "reported-according-to";

/// Reads what a word reports, if it is a cue.
pub(crate) type ReadReport = fn(&Word<'_>) -> Option<Report>;

/// What is reported, as items of a unit.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) content: Range<usize>,
    pub(crate) cue: Range<usize>,
    pub(crate) speaker: Option<Range<usize>>,
    /// The second part of what is reported, when cue and speaker interrupt it: *In May, X said, it will open*.
    pub(crate) rest: Option<Range<usize>>,
}

/// A word that may be a cue, with what is known of it.
#[derive(Debug)]
pub(crate) struct Word<'a> {
    unit: &'a Unit<'a>,
    at: usize,
    /// Where the report before it ends.
    floor: usize,
    /// Which items belong to quotations that were found already.
    taken: &'a [bool],
    context: CueContext,
    cues: &'a Cues,
    /// How likely it is a cue in its context.
    share: f32,
    min_share: f32,
}

/// The indirect and mixed quotations of a unit, as the first of the rules that answers has them. `taken` tells which of
/// its items are direct quotations, cues or speakers of such already.
pub(crate) fn reports(
    rules: &[Step<ReadReport>],
    unit: &Unit<'_>,
    index: usize,
    taken: &[bool],
    min_share: f32,
) -> Vec<Candidate> {
    let cues = &unit.lexicon.cues;
    let mut found = Vec::new();
    // Nothing is reported twice: a cue inside of a content belongs to what is reported.
    let mut free = 0;
    let mut at = 0;
    while at < unit.items.len() {
        let here = at;
        at += 1;
        if here < free || taken.get(here).copied().unwrap_or(false) || !unit.items[here].is_word() {
            continue;
        }
        let context = context(unit, here);
        let share =
            if cues.is_empty() { uncounted_share(unit, here, &context) } else { cues.share(unit.word(here), &context) };
        let word = Word { unit, at: here, floor: free, taken, context, cues, share, min_share };
        let Some((rule, report)) = rules.iter().find_map(|step| Some((step.rule.name, (step.read)(&word)?))) else {
            continue;
        };
        let parts = [Some(report.content), report.rest].into_iter().flatten().map(|part| trim(unit, part));
        let (cue, speaker) = (unit.span(report.cue.clone()), report.speaker.and_then(|s| unit.span(s)));
        let before = found.len();
        for content in parts {
            let Some(span) = unit.span(content.clone()).filter(|_| !content.clone().all(|i| unit.is(i, PUNCTUATION)))
            else {
                continue;
            };
            let quoted = content.clone().filter(|i| unit.items[*i].quoted.is_some()).count();
            let kind = match quoted {
                0 => QuoteKind::Indirect,
                n if n == content.len() => QuoteKind::Direct,
                _ => QuoteKind::Mixed,
            };
            free = content.end.max(report.cue.end).max(free);
            let (closed, cue_share) = (true, Some(share));
            found.push(Candidate { span, kind, cue, speaker, closed, unit: index, rule, cue_share });
        }
        if found.len() > before {
            at = at.max(free);
        }
    }
    found
}

/// How likely a word is a cue in a language without counts: a verb of speech is one before or behind a clause.
fn uncounted_share(unit: &Unit<'_>, at: usize, context: &CueContext) -> f32 {
    let speech = unit.is(at, SAYS) || perfect_auxiliary(unit, at).is_some();
    let clause = matches!(context.follow, Follow::That | Follow::Comma | Follow::End | Follow::Colon | Follow::If);
    if speech && clause && !is_noun_here(unit, at) { UNCOUNTED_SHARE } else { 0.0 }
}

impl Word<'_> {
    /// Whether the word can be a cue at all: no rule but *according to* is worth a look otherwise.
    fn may_be_cue(&self) -> bool {
        self.share >= QUOTED_SHARE.min(self.min_share)
    }

    /// The report, if the word is likely enough a cue for what it reports.
    fn accept(&self, report: Report) -> Option<Report> {
        let (unit, at) = (self.unit, self.at);
        // "seeks help", "has focused on trade": what somebody does rather than says.
        let says_so = matches!(
            self.context.follow,
            Follow::That
                | Follow::Clause
                | Follow::Wh
                | Follow::If
                | Follow::Quote
                | Follow::To
                | Follow::Colon
                | Follow::Comma
                | Follow::End
        );
        if !says_so && !unit.is(at, SAYS) && self.share < ACT_SHARE {
            return None;
        }
        let quoted = report.content.clone().any(|i| unit.items[i].quoted.is_some());
        let enough = if quoted && unit.is(at, SAYS) { QUOTED_SHARE.min(self.min_share) } else { self.min_share };
        (self.share >= enough && report.speaker.is_some()).then_some(report)
    }

    fn is_behind_its_content(&self) -> bool {
        matches!(self.context.follow, Follow::Comma | Follow::End)
    }

    /// *…, said X.*
    fn inverts(&self) -> bool {
        let (unit, at) = (self.unit, self.at);
        self.context.follow == Follow::Phrase
            && at > 0
            && unit.word(at - 1) == ","
            && unit.is(at, SAYS)
            && !unit.is(at, PARTICIPLE)
    }

    fn is_passive(&self) -> bool {
        self.context.follow == Follow::By && self.context.role == Role::Passive
    }
}

/// *According to X, …* and *…, according to X*.
pub(crate) fn according(word: &Word<'_>) -> Option<Report> {
    let (unit, at) = (word.unit, word.at);
    let found = according_to(unit, at)?;
    let (cue, speaker) = (found.cue?, found.speaker?);
    let fronts = (word.floor.max(at.saturating_sub(3))..at).all(|i| unit.is(i, COORDINATOR | PUNCTUATION));
    let content = if fronts {
        let start = if unit.word(speaker.end) == "," { speaker.end + 1 } else { speaker.end };
        start..content_end(unit, start, None, word.taken)
    } else {
        before(unit, at, word.floor, word.taken)
    };
    Some(Report { content, cue, speaker: Some(speaker), rest: None })
}

/// What is reported behind the cue: *X said that …*.
pub(crate) fn following(word: &Word<'_>) -> Option<Report> {
    if !word.may_be_cue() || word.is_behind_its_content() || word.inverts() || word.is_passive() {
        return None;
    }
    let Word { unit, at, context, .. } = *word;
    // "Asked about the delay, X shrugged", "NOTE: …": who asks or notes is not told.
    let opens = at == 0 || unit.is(at, CAPITALISED) && unit.word(at).ends_with("ed") && context.role == Role::Other;
    if opens && !unit.is(at, PARTICIPLE) {
        return None;
    }
    let preposition = matches!(
        context.follow,
        Follow::Of
            | Follow::For
            | Follow::About
            | Follow::On
            | Follow::With
            | Follow::As
            | Follow::Against
            | Follow::In
            | Follow::OtherPreposition
            | Follow::Colon
    );
    // "referring to the mayor" against "vowed to resign"
    let to_noun = context.follow == Follow::To
        && unit.is(context.start + 1, DETERMINER | POSSESSIVE | OBJECT_PRONOUN | CAPITALISED | WH);
    let preposition = preposition || to_noun;
    let start = if preposition { context.start + 1 } else { context.start };
    let mut cue = verb_at(unit, at).group;
    if preposition && context.start == at + 1 {
        cue.end = start;
    }
    let mut end = content_end(unit, start, Some(word.cues), word.taken);
    if context.follow == Follow::Phrase {
        // "called it “a mess” without saying more": what is called so ends with the quotation.
        let adverbial = |i: usize| {
            unit.is(i, SUBORDINATOR | COORDINATOR | TIME)
                || unit.is(i, PREPOSITION) && !matches!(unit.word(i), "of" | "for" | "to" | "and")
        };
        end = (start..end)
            .find(|i| unit.items[*i].quoted.is_some() && adverbial(i + 1) && unit.word(i + 1) != "and")
            .map_or(end, |i| i + 1);
    }
    if in_subordinate_clause(unit, cue.start) {
        // "When X said that it was late, Y left": the main clause is not what X said.
        end = (start + 1..end).find(|i| unit.word(*i) == ",").unwrap_or(end);
    }
    let speaker = speaker(unit, at, &context, end);
    (end > start)
        .then_some(Report { content: start..end, cue, speaker, rest: None })
        .and_then(|report| word.accept(report))
}

/// Whether the verb stands in a clause that its sentence begins with ("When X said …, Y left") or that is set between
/// commas ("X, who said …, left").
fn in_subordinate_clause(unit: &Unit<'_>, verb: usize) -> bool {
    let Some(before) = verb.checked_sub(1) else { return false };
    let relative = unit.is(before, WH) && before > 0 && unit.word(before - 1) == ",";
    let first = (0..verb.min(3)).find(|i| !unit.is(*i, COORDINATOR | PUNCTUATION));
    let fronted = first.is_some_and(|f| {
        unit.is(f, SUBORDINATOR) && unit.word(f) != "that" && (f..verb.min(f + REACH)).all(|i| unit.word(i) != ",")
    });
    relative || fronted
}

/// *As X said, …*
pub(crate) fn as_said(word: &Word<'_>) -> Option<Report> {
    if !word.may_be_cue() || word.context.follow != Follow::Comma {
        return None;
    }
    let Word { unit, at, .. } = *word;
    let verb = verb_at(unit, at);
    let subject = subject_before(unit, &verb)?;
    let first = (0..subject.start.min(3)).find(|i| !unit.is(*i, COORDINATOR | PUNCTUATION))?;
    if !unit.lexicon.language.is_manner(unit.word(first)) || first + 1 != subject.start {
        return None;
    }
    let start = word.context.start + 1;
    let content = start..content_end(unit, start, Some(word.cues), word.taken);
    word.accept(Report { content, cue: verb.group, speaker: Some(subject), rest: None })
}

/// *The deal was confirmed by X.*
pub(crate) fn passive(word: &Word<'_>) -> Option<Report> {
    if !word.may_be_cue() || !word.is_passive() {
        return None;
    }
    let (unit, by) = (word.unit, word.context.start);
    let verb = verb_at(unit, word.at);
    let content = phrase_before(unit, verb.group.start)?;
    let speaker = phrase_after(unit, by + 1, true)?;
    word.accept(Report { content, cue: verb.group.start..by + 1, speaker: Some(speaker), rest: None })
}

/// *…, X said.*
pub(crate) fn fronted(word: &Word<'_>) -> Option<Report> {
    if !word.may_be_cue() || !word.is_behind_its_content() {
        return None;
    }
    let Word { unit, at, floor, .. } = *word;
    let verb = verb_at(unit, at);
    let subject = subject_before(unit, &verb)?;
    let comma = subject.start.checked_sub(1).filter(|c| *c >= floor && unit.word(*c) == ",")?;
    let content = before(unit, comma, floor, word.taken);
    let rest = interrupted(word, &content);
    if content.len() <= 2 && rest.is_none() {
        return None;
    }
    word.accept(Report { content, cue: verb.group, speaker: Some(subject), rest })
}

/// What goes on behind *…, X said,* when the part before it is no clause of its own.
fn interrupted(word: &Word<'_>, before: &Range<usize>) -> Option<Range<usize>> {
    let unit = word.unit;
    let start = word.context.start + 1;
    let verb = |i: usize| {
        unit.is(i, AUXILIARY | FINITE)
            || unit.is(i, SAYS) && !unit.is(i, PARTICIPLE | ALSO_NOUN)
            || unit.word(i).ends_with("ed")
    };
    let goes_on = word.context.follow == Follow::Comma
        && unit.item(start).is_some_and(|i| i.is_word() && !i.is(WH | PARTICIPLE | SUBORDINATOR | COORDINATOR));
    if !goes_on || before.clone().any(verb) {
        return None;
    }
    let end = content_end(unit, start, Some(word.cues), word.taken);
    (end > start + 1).then_some(start..end)
}

/// *…, said X.*
pub(crate) fn inverted(word: &Word<'_>) -> Option<Report> {
    if !word.may_be_cue() || !word.inverts() {
        return None;
    }
    let Word { unit, at, floor, .. } = *word;
    let speaker = phrase_after(unit, at + 1, true)?;
    let ends = unit.item(speaker.end).is_none_or(|i| i.is(PUNCTUATION));
    let content = before(unit, at - 1, floor, word.taken);
    if !ends || content.len() <= 2 {
        return None;
    }
    word.accept(Report { content, cue: at..at + 1, speaker: Some(speaker), rest: None })
}

/// What stands before `end`, back to where the sentence or the last report ended.
fn before(unit: &Unit<'_>, end: usize, floor: usize, taken: &[bool]) -> Range<usize> {
    let mut start = end;
    let floor = floor.max(end.saturating_sub(MAX_CONTENT));
    while start > floor {
        let i = start - 1;
        if matches!(unit.word(i), "." | "?" | "!" | ";") || taken.get(i).copied().unwrap_or(false) {
            break;
        }
        start = i;
    }
    start..end
}

/// Where what is reported from `start` on ends.
fn content_end(unit: &Unit<'_>, start: usize, cues: Option<&Cues>, taken: &[bool]) -> usize {
    let mut i = start;
    while i < unit.items.len().min(start + MAX_CONTENT) {
        if taken.get(i).copied().unwrap_or(false) {
            break;
        }
        match unit.word(i) {
            "." | "?" | "!"
                if i + 1 >= unit.items.len() || unit.is(i + 1, CAPITALISED) || unit.items[i + 1].quoted.is_some() =>
            {
                break;
            }
            ";" => break,
            "," | "–" | "—" if i > start && breaks_off(unit, i + 1, cues) => break,
            "and" | "but" if i > start && joins_cue(unit, i + 1, cues) => break,
            _ => {}
        }
        i += 1;
    }
    i
}

/// Whether a new attribution or a clause of the outlet's own starts at `at`.
fn breaks_off(unit: &Unit<'_>, at: usize, cues: Option<&Cues>) -> bool {
    if unit.is(at, SAYS) && unit.is(at, PARTICIPLE) || according_to(unit, at).is_some() {
        return true;
    }
    if matches!(unit.word(at), "while" | "but" | "though" | "although" | "whereas") {
        return true;
    }
    if unit.word(at) == "and" {
        return joins_cue(unit, at + 1, cues);
    }
    // ", he said": a short subject and a verb of saying.
    let subject = phrase_after(unit, at, false);
    let verb = subject.map_or(at, |s| s.end);
    verb < at + 8
        && unit.is(verb, SAYS)
        && !unit.is(verb, PARTICIPLE)
        && !is_noun_here(unit, verb)
        && (unit.is(verb + 1, PUNCTUATION) || unit.item(verb + 1).is_none())
}

/// Whether another cue of the same subject follows: "said X and vowed to Y".
fn joins_cue(unit: &Unit<'_>, at: usize, cues: Option<&Cues>) -> bool {
    let Some(cues) = cues else { return false };
    let context = CueContext { role: Role::Joined, ..context(unit, at) };
    unit.is(at, SAYS) && unit.word(at).ends_with("ed") && cues.share(unit.word(at), &context) >= JOINED_SHARE
        || unit.is(at, SUBJECT_PRONOUN) && unit.is(at + 1, SAYS)
}

fn trim(unit: &Unit<'_>, mut content: Range<usize>) -> Range<usize> {
    let loose = |i: usize| {
        unit.items[i].quoted.is_none() && matches!(unit.word(i), "," | "." | ":" | ";" | "–" | "—" | "-" | "*" | "•")
    };
    content.end = content.end.min(unit.items.len());
    while !content.is_empty() && loose(content.end - 1) {
        content.end -= 1;
    }
    while !content.is_empty()
        && (loose(content.start)
            || matches!(unit.word(content.start), "but" | "and") && unit.is(content.start, CAPITALISED))
    {
        content.start += 1;
    }
    content
}

fn speaker(unit: &Unit<'_>, at: usize, context: &CueContext, end: usize) -> Option<Range<usize>> {
    let verb = verb_at(unit, at);
    match context.role {
        // "was accused by X" against "is hopeful that"
        Role::Passive if unit.word(at).ends_with(['d', 'n', 't']) => {
            let by = (at + 1..end.min(at + 12)).find(|i| unit.word(*i) == "by")?;
            phrase_after(unit, by + 1, false)
        }
        Role::Noun => possessor(unit, at),
        Role::Infinitive => clause_subject(unit, verb.group.start),
        _ if unit.word(at).ends_with("ing") && verb.group.len() == 1 => clause_subject(unit, at),
        _ => subject_before(unit, &verb).or_else(|| clause_subject(unit, verb.group.start)),
    }
}

/// *X’s claim*, *his claim*, *the claim by X*.
fn possessor(unit: &Unit<'_>, at: usize) -> Option<Range<usize>> {
    let owner = (at.saturating_sub(4)..at)
        .rev()
        .find(|i| unit.is(*i, POSSESSIVE) || matches!(unit.word(*i), "'s" | "’s" | "'" | "’"))?;
    if unit.is(owner, POSSESSIVE) { Some(owner..owner + 1) } else { phrase_before(unit, owner) }
}

/// Marks the items of a unit that a direct quotation has used.
pub(crate) fn taken(unit: &Unit<'_>, used: &[Span]) -> Vec<bool> {
    let mut taken = vec![false; unit.items.len()];
    for span in used {
        let from = unit.items.partition_point(|i| i.span.end <= span.start);
        for (i, item) in unit.items.iter().enumerate().skip(from) {
            if item.span.start >= span.end {
                break;
            }
            if let Some(slot) = taken.get_mut(i) {
                *slot = true;
            }
        }
    }
    taken
}
