//! Reported speech: finds the content and the speaker of a cue in the outlet's words.

use std::cell::OnceCell;
use std::ops::Range;

use pressmark_core::{QuoteKind, Span};
use pressmark_lang::CuePart;

use crate::after::{REACH, according_to};
use crate::candidate::Candidate;
use crate::cue_context::context;
use crate::cues::{CueContext, Follow, Role, STEM, logistic};
use crate::lexicon::{
    ACT, ADVERB, ALSO_NOUN, AND, ATTRIBUTES, AUXILIARY, BE, BUT, BY, CAPITALISED, COMPLETING, CONTRASTING, COORDINATOR,
    Class, DETERMINER, DOCUMENT, FINITE, FOR, GENITIVE, GERUND, NAMES, NEEDS_AUXILIARY, NOT, OBJECT_PRONOUN, OF,
    PARTICIPLE, PASSIVE_FORM, PAST_FORM, POSSESSIVE, PREPOSITION, PUNCTUATION, SAYS, SHOWS, SUBJECT_PRONOUN,
    SUBORDINATOR, TELLS, THAT, TIME, TITLE, TO, TO_HEARER, WH, WHEN,
};
use crate::phrase::{
    behind_dateline, clause_subject, is_noun_here, own_subject, perfect_auxiliary, phrase_after, phrase_before,
    possessor, subject_before, verb_at,
};
use crate::refusals::Refusals;
use crate::report::{Report, Word};
use crate::rule::Step;
use crate::signs::{signs_of_report, signs_of_word};
use crate::unit::Unit;

/// Probability of a verb of speech with its clause in a language without weights: about that of English *said* with
/// *that*.
const UNWEIGHED: f32 = 0.9;
/// Weight of a word's own signs below which it is not examined further: on PolNeAR's dev articles no report is lost by
/// it.
const HOPELESS: f32 = -3.5;
/// Difference in probability by which a cue within a content replaces the cue of that content. Set by hand, not tuned:
/// a difference this large is hardly chance, and "said" within the content of a doubtful cue is the report itself.
const YIELDS: f32 = 0.3;
/// Classes of words around a cue that are not cues.
const LIGHT: Class = AUXILIARY
    | PREPOSITION
    | ADVERB
    | DETERMINER
    | POSSESSIVE
    | COORDINATOR
    | SUBORDINATOR
    | SUBJECT_PRONOUN
    | OBJECT_PRONOUN
    | WH
    | TIME;
/// Longest content, in items: the bound keeps a text of nothing but cues linear. Of 15,318 unquoted contents in
/// PolNeAR's training articles one in a thousand has more than 107 words and marks, and 5 are longer than this.
const MAX_CONTENT: usize = 150;

/// Items of a sentence among which its first word is, behind conjunctions and marks. Set by hand: two at most open it.
const OPENING: usize = 3;
/// Most items of the subject of *, he said*. Set by hand.
const SHORT_SUBJECT: usize = 8;
/// Items behind a passive within which *by* names its agent. Set by hand.
const AGENT_WITHIN: usize = 12;

/// Name of the rule for *according to*.
pub(crate) const ACCORDING: &str = "reported-according-to";

/// Reads the report of a word, if it is a cue.
pub(crate) type ReadReport = fn(&Word<'_>) -> Option<Report>;

/// A report found by a rule, before the classifier decides on it.
#[derive(Debug)]
pub(crate) struct Finding<'a> {
    pub(crate) word: Word<'a>,
    rule: &'static str,
    report: Report,
}

impl<'a> Finding<'a> {
    /// Applies the first rule that matches a word, given that the report before it ends at `floor`.
    fn read(rules: &[Step<ReadReport>], word: &Word<'a>, floor: usize) -> Option<Self> {
        let word = Word { floor, ..word.clone() };
        let (rule, mut report) = rules.iter().find_map(|step| Some((step.rule.name, (step.read)(&word)?)))?;
        report.content = trim(word.unit, report.content);
        report.rest = report.rest.map(|rest| trim(word.unit, rest));
        Some(Self { word, rule, report }).filter(|finding| finding.content().is_some())
    }

    /// Passes each sign of the report to `tell`.
    pub(crate) fn signs(&self, mut tell: impl FnMut(CuePart<'_>, &[CuePart<'_>])) {
        signs_of_word(&self.word, &mut tell);
        signs_of_report(&self.word, self.rule, &self.report, tell);
    }

    /// Span of the content, without its second part.
    pub(crate) fn content(&self) -> Option<Span> {
        self.word.unit.span(self.report.content.clone())
    }

    /// Span of the cue's head, without auxiliaries and particles.
    pub(crate) fn head(&self) -> Option<Span> {
        Some(self.word.unit.item(self.word.at)?.span)
    }

    /// Index of the item behind the report.
    fn end(&self) -> usize {
        let Report { content, cue, rest, .. } = &self.report;
        let end = content.end.max(cue.end).max(rest.as_ref().map_or(0, |rest| rest.end));
        // The main verb behind "X's claim that Y did it", which is its subject, reports nothing.
        let subject = self.word.context.role == Role::Noun && is_finite(self.word.unit, end);
        end + usize::from(subject)
    }

    /// Probability that this is a report.
    fn probability(&self) -> f32 {
        let Word { unit, at, ref context, .. } = self.word;
        let language = unit.lexicon.language;
        if self.rule == ACCORDING {
            return 1.0;
        }
        if !language.has_cue_weights() {
            return unweighed(unit, at, context);
        }
        let mut sum = self.word.weight;
        signs_of_report(&self.word, self.rule, &self.report, |sign, value| {
            sum += language.cue_weight(sign, value).unwrap_or(0.0);
        });
        logistic(sum)
    }
}

/// Finds the indirect and mixed quotations of a unit, each by the first rule that matches. `taken` marks the items that
/// belong to direct quotations, their cues or speakers.
pub(crate) fn reports(
    rules: &[Step<ReadReport>],
    unit: &Unit<'_>,
    index: usize,
    taken: &[bool],
    min_probability: f32,
    refusals: &mut Refusals,
) -> Vec<Candidate> {
    let words = words(unit, taken, true);
    // Probability of each word as a cue regardless of earlier reports, computed on demand when another cue is doubtful.
    let alone: Vec<OnceCell<f32>> = vec![OnceCell::new(); words.len()];
    let read_alone = |i: usize| Finding::read(rules, &words[i], 0).map_or(0.0, |finding| finding.probability());
    let mut found = Vec::new();
    each_report(rules, &words, |finding| {
        let probability = finding.probability();
        let Finding { report, rule, .. } = finding;
        let mut refuse = |reason, numbers: &[(&'static str, f32)]| -> Option<f32> {
            refusals.add(finding.content()?, reason, numbers);
            None
        };
        if probability < min_probability {
            return refuse("unlikely-cue", &[("cue_probability", probability), ("min_probability", min_probability)]);
        }
        let Some(speaker) = report.speaker.clone() else {
            return refuse("cue-without-speaker", &[("cue_probability", probability)]);
        };
        // "is expected to say that …": a doubtful cue yields to one within its content.
        let better = |i: usize| {
            report.content.contains(&words[i].at) && *alone[i].get_or_init(|| read_alone(i)) > probability + YIELDS
        };
        if probability + YIELDS < 1.0
            && let Some(other) = (0..words.len()).find(|i| better(*i))
        {
            let within = alone[other].get().copied().unwrap_or_default();
            return refuse("likelier-cue-within", &[("cue_probability", probability), ("within", within)]);
        }
        let (cue, speaker) = (unit.span(report.cue.clone()), unit.span(speaker));
        let parts = [Some(&report.content), report.rest.as_ref()].into_iter().flatten();
        for content in parts.filter(|content| !(*content).clone().all(|i| unit.is(i, PUNCTUATION))) {
            let Some(span) = unit.span(content.clone()) else { continue };
            let quoted = content.clone().filter(|i| unit.items[*i].quoted.is_some()).count();
            let kind = match quoted {
                0 => QuoteKind::Indirect,
                n if n == content.len() => QuoteKind::Direct,
                _ => QuoteKind::Mixed,
            };
            let cue_probability = Some(probability);
            found.push(Candidate { span, kind, cue, speaker, closed: true, unit: index, rule, cue_probability });
        }
        Some(probability)
    });
    found
}

/// Candidate cues of a unit, from left to right.
///
/// With `cues_only`, words without a weight, or with a very low one, are left out.
pub(crate) fn words<'a>(unit: &'a Unit<'a>, taken: &'a [bool], cues_only: bool) -> Vec<Word<'a>> {
    let language = unit.lexicon.language;
    let mut words = Vec::new();
    for (at, item) in unit.items.iter().enumerate() {
        let light = item.is(LIGHT) && !item.is(SAYS | NEEDS_AUXILIARY | ATTRIBUTES) || item.is(ACT);
        if is_taken(taken, at) || !item.is_word() || light {
            continue;
        }
        let stem = language.stem(&item.lower);
        let may_be_cue = !cues_only
            || item.is(SAYS | NEEDS_AUXILIARY)
            || language.cue_weight(STEM, &[CuePart::new(&stem)]).is_some();
        if !may_be_cue && !item.is(ATTRIBUTES) {
            continue;
        }
        let mut word = Word { unit, at, floor: 0, taken, context: context(unit, at), stem, may_be_cue, weight: 0.0 };
        if cues_only && language.has_cue_weights() {
            let mut weight = 0.0;
            signs_of_word(&word, |sign, value| weight += language.cue_weight(sign, value).unwrap_or(0.0));
            word.weight = weight;
            if weight < HOPELESS && !item.is(ATTRIBUTES) {
                continue;
            }
        }
        words.push(word);
    }
    words
}

/// Passes every report that a rule finds to `decide`, from left to right. Reports do not overlap: words within an
/// accepted report (`Some`) are skipped.
pub(crate) fn each_report<'a>(
    rules: &[Step<ReadReport>],
    words: &[Word<'a>],
    mut decide: impl FnMut(&Finding<'a>) -> Option<f32>,
) {
    let mut free = 0;
    for word in words {
        if word.at < free {
            continue;
        }
        if let Some(finding) = Finding::read(rules, word, free).filter(|finding| decide(finding).is_some()) {
            free = finding.end();
        }
    }
}

/// Probability of a cue in a language without weights: a verb of speech is one before or behind a clause.
fn unweighed(unit: &Unit<'_>, at: usize, context: &CueContext) -> f32 {
    let speech = unit.is(at, SAYS) || perfect_auxiliary(unit, at).is_some();
    let clause = matches!(context.follow, Follow::That | Follow::Comma | Follow::End | Follow::Colon | Follow::If);
    if speech && clause && !is_noun_here(unit, at) { UNWEIGHED } else { 0.0 }
}

impl Word<'_> {
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
            // "X, a lawyer, said Y did it", "X, who was there, said Y did it".
            && (self.floor..at - 1)
                .take_while(|i| !(unit.is(*i, WH) && *i > 0 && unit.word(*i - 1) == ","))
                .any(|i| is_finite(unit, i))
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
    // At the start of the sentence: only conjunctions and marks precede it.
    let fronts = (word.floor.max(at.saturating_sub(OPENING))..at).all(|i| unit.is(i, COORDINATOR | PUNCTUATION));
    let content = if fronts {
        let mut start = if unit.word(speaker.end) == "," { speaker.end + 1 } else { speaker.end };
        // "According to X, who runs the harbour, …".
        if unit.is(start, WH) {
            start =
                (start..unit.items.len().min(start + REACH)).find(|i| unit.word(*i) == ",").map_or(start, |i| i + 1);
        }
        start..content_end(unit, start, false, word.taken)
    } else {
        let content = before(unit, at, word.floor, word.taken);
        let rest = if unit.word(speaker.end) == "," { interrupted(word, speaker.end + 1, &content) } else { None };
        return Some(Report { content, cue, speaker: Some(speaker), rest });
    };
    Some(Report { content, cue, speaker: Some(speaker), rest: None })
}

/// The content behind its cue: *X said that …*.
pub(crate) fn following(word: &Word<'_>) -> Option<Report> {
    let Word { unit, at, mut context, .. } = *word;
    // "Still, X said, “a part” of it": marks without a rule of their own.
    let quoted = context.follow == Follow::Comma
        && unit.item(context.start + 1).is_some_and(|item| item.quoted.is_some())
        && !is_taken(word.taken, context.start + 1);
    if quoted {
        context.start += 1;
    }
    let behind = word.is_behind_its_content() && !quoted;
    if !word.may_be_cue || behind || word.inverts() || word.is_passive() {
        return None;
    }
    // "Asked about the delay, X shrugged", "NOTE: …": the text does not say who asks or notes.
    let opens = at == 0 || unit.is(at, CAPITALISED) && unit.is(at, PAST_FORM) && context.role == Role::Other;
    if opens && !unit.is(at, PARTICIPLE) {
        return None;
    }
    // "X’s alleged crimes": an adjective, and X is the accused.
    if context.role == Role::Noun && unit.is(at, PAST_FORM) {
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
    // "referring to the mayor" against "vowed to resign".
    let to_noun = context.follow == Follow::To
        && unit.is(context.start + 1, DETERMINER | POSSESSIVE | OBJECT_PRONOUN | CAPITALISED | WH);
    // "spoke to the crowd".
    if to_noun && unit.is(at, TO_HEARER) {
        return None;
    }
    let preposition = preposition || to_noun;
    let start = if preposition { context.start + 1 } else { context.start };
    let mut cue = verb_at(unit, at).group;
    if preposition && context.start == at + 1 {
        cue.end = start;
    }
    let mut end = content_end(unit, start, true, word.taken);
    if context.follow == Follow::Phrase {
        // "called it “a mess” without saying more": the content ends with the quotation.
        let adverbial = |i: usize| {
            unit.is(i, SUBORDINATOR | COORDINATOR | TIME) || unit.is(i, PREPOSITION) && !unit.is(i, OF | FOR | TO | AND)
        };
        end = (start..end)
            .find(|i| unit.items[*i].quoted.is_some() && adverbial(i + 1) && !unit.is(i + 1, AND))
            .map_or(end, |i| i + 1);
    }
    if in_subordinate_clause(unit, cue.start) {
        // "When X said that it was late, Y left": the main clause is not part of the content.
        end = (start + 1..end).find(|i| unit.word(*i) == ",").unwrap_or(end);
    }
    // "accused of lying by Y".
    let agent = agent(unit, at, &context, end);
    end = agent.filter(|by| *by > start).unwrap_or(end);
    // "Its claim that X did it surprised Y".
    if let Some(verb) = main_verb_behind(unit, at, &context, start..end) {
        end = verb;
    }
    // "Nobody would say that".
    if (start..end).all(|i| unit.is(i, THAT | PUNCTUATION)) {
        return None;
    }
    if context.follow == Follow::Phrase && is_act(unit, at, start..end) {
        return None;
    }
    let speaker = speaker(unit, at, &context, agent);
    // "X has shown a growing interest": showing a thing, rather than that something is so, is a report only by a
    // document.
    let read = |speaker: &Range<usize>| speaker.clone().any(|i| unit.is(i, DOCUMENT));
    let verbatim = || (start..end).any(|i| unit.items[i].quoted.is_some());
    if context.follow == Follow::Phrase && unit.is(at, SHOWS) && !verbatim() && !speaker.as_ref().is_some_and(read) {
        return None;
    }
    (end > start).then_some(Report { content: start..end, cue, speaker, rest: None })
}

/// Whether the verb is in a subordinate clause that opens its sentence ("When X said …, Y left") or is set off by
/// commas ("X, who said …, left").
fn in_subordinate_clause(unit: &Unit<'_>, verb: usize) -> bool {
    let Some(before) = verb.checked_sub(1) else { return false };
    let relative = unit.is(before, WH) && before > 0 && unit.word(before - 1) == ",";
    let first = (0..verb.min(OPENING)).find(|i| !unit.is(*i, COORDINATOR | PUNCTUATION));
    let fronted = first.is_some_and(|f| {
        unit.is(f, SUBORDINATOR) && !unit.is(f, THAT) && (f..verb.min(f + REACH)).all(|i| unit.word(i) != ",")
    });
    relative || fronted
}

/// *As X said, …*
pub(crate) fn as_said(word: &Word<'_>) -> Option<Report> {
    if !word.may_be_cue || word.context.follow != Follow::Comma {
        return None;
    }
    let Word { unit, at, .. } = *word;
    let verb = verb_at(unit, at);
    let subject = subject_before(unit, &verb)?;
    let first = (0..subject.start.min(OPENING)).find(|i| !unit.is(*i, COORDINATOR | PUNCTUATION))?;
    if !unit.lexicon.language.is_manner(unit.word(first)) || first + 1 != subject.start {
        return None;
    }
    let start = word.context.start + 1;
    let content = start..content_end(unit, start, true, word.taken);
    Some(Report { content, cue: verb.group, speaker: Some(subject), rest: None })
}

/// *The deal was confirmed by X.*
pub(crate) fn passive(word: &Word<'_>) -> Option<Report> {
    if !word.may_be_cue || !word.is_passive() {
        return None;
    }
    let (unit, by) = (word.unit, word.context.start);
    let verb = verb_at(unit, word.at);
    let content = phrase_before(unit, verb.group.start)?;
    let speaker = phrase_after(unit, by + 1, true)?;
    Some(Report { content, cue: verb.group.start..by + 1, speaker: Some(speaker), rest: None })
}

/// *…, X said*, *…, X told reporters*, *…, X said in May*.
pub(crate) fn fronted(word: &Word<'_>) -> Option<Report> {
    if !word.may_be_cue || word.inverts() {
        return None;
    }
    let Word { unit, at, floor, ref context, .. } = *word;
    // "In the near future, no change is expected": the text does not say who expects it.
    if context.role == Role::Passive && unit.is(at, PASSIVE_FORM) {
        return None;
    }
    let ends = word.is_behind_its_content();
    if !ends && !adds_nothing(unit, at, context) {
        return None;
    }
    let verb = verb_at(unit, at);
    let subject = subject_before(unit, &verb)?;
    let mut comma = subject.start.checked_sub(1)?;
    // "…, as X noted".
    if unit.lexicon.language.is_manner(unit.word(comma)) {
        comma = comma.checked_sub(1)?;
    }
    if comma < floor || unit.word(comma) != "," {
        return None;
    }
    let content = before(unit, comma, floor, word.taken);
    let clause = || content.clone().any(|i| is_finite(unit, i)) && !unit.is(content.start, SUBORDINATOR | PREPOSITION);
    if !ends && !clause() {
        return None;
    }
    let rest = if context.follow == Follow::Comma { interrupted(word, context.start + 1, &content) } else { None };
    // "In the near future, X said" is the time of speaking.
    let adverbial = unit.is(content.start, PREPOSITION) && !content.clone().any(|i| is_finite(unit, i));
    if (content.len() <= 2 || adverbial) && rest.as_ref().is_none_or(|rest| unit.items[rest.start].quoted.is_some()) {
        return None;
    }
    Some(Report { content, cue: verb.group, speaker: Some(subject), rest })
}

/// Whether the words behind a verb of speech only give an addressee, a place or a time.
fn adds_nothing(unit: &Unit<'_>, at: usize, context: &CueContext) -> bool {
    unit.is(at, SAYS)
        && match context.follow {
            Follow::Phrase => unit.is(at, TELLS) && (context.start..unit.items.len()).all(|i| !is_finite(unit, i)),
            Follow::In | Follow::On | Follow::OtherPreposition | Follow::As => true,
            Follow::Wh => unit.is(context.start, WHEN),
            _ => false,
        }
}

fn is_finite(unit: &Unit<'_>, at: usize) -> bool {
    let verb = unit.is(at, AUXILIARY | FINITE | PAST_FORM) && !unit.is(at, GENITIVE);
    verb || unit.is(at, SAYS) && !unit.is(at, PARTICIPLE | ALSO_NOUN)
}

/// Continuation of the content from `start`, behind *…, X said,*: when the part before it is not a clause, or when the
/// continuation cannot be a clause of the outlet's.
fn interrupted(word: &Word<'_>, start: usize, before: &Range<usize>) -> Option<Range<usize>> {
    let unit = word.unit;
    let open = unit.item(start).filter(|_| !is_taken(word.taken, start));
    let item = open.filter(|item| item.quoted.is_some() || item.is_word() && !item.is(PARTICIPLE | COORDINATOR))?;
    let half = !before.clone().any(|i| is_finite(unit, i)) && !item.is(WH | SUBORDINATOR);
    let tied = item.is(COMPLETING | AUXILIARY | FINITE)
        || item.quoted.is_some()
        // "If it rains, he said, the match is off."
        || unit.is(before.start, SUBORDINATOR) && !item.is(WH | SUBORDINATOR | PREPOSITION);
    if !half && !tied {
        return None;
    }
    let end = content_end(unit, start, true, word.taken);
    (end > start + 1).then_some(start..end)
}

/// *…, said X.*
pub(crate) fn inverted(word: &Word<'_>) -> Option<Report> {
    if !word.may_be_cue || !word.inverts() {
        return None;
    }
    let Word { unit, at, floor, .. } = *word;
    let speaker = phrase_after(unit, at + 1, true)?;
    let ends = unit.item(speaker.end).is_none_or(|i| i.is(PUNCTUATION));
    let content = before(unit, at - 1, floor, word.taken);
    if !ends || content.len() <= 2 {
        return None;
    }
    Some(Report { content, cue: at..at + 1, speaker: Some(speaker), rest: None })
}

/// Items before `end`, back to the start of the sentence or the end of the last report.
fn before(unit: &Unit<'_>, end: usize, floor: usize, taken: &[bool]) -> Range<usize> {
    let mut start = end;
    let floor = floor.max(end.saturating_sub(MAX_CONTENT)).max(behind_dateline(unit)).min(end);
    while start > floor {
        let i = start - 1;
        if matches!(unit.word(i), "." | "?" | "!" | ";") || is_taken(taken, i) {
            break;
        }
        start = i;
    }
    start..end
}

/// End of the content that begins at `start`.
fn content_end(unit: &Unit<'_>, start: usize, cues: bool, taken: &[bool]) -> usize {
    let mut i = start;
    while i < unit.items.len().min(start + MAX_CONTENT) {
        if is_taken(taken, i) {
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
            _ if i > start && unit.is(i, AND | BUT) && joins_cue(unit, i + 1, cues) => break,
            _ => {}
        }
        i += 1;
    }
    i
}

/// Whether a new attribution or a clause of the outlet's starts at `at`.
fn breaks_off(unit: &Unit<'_>, at: usize, cues: bool) -> bool {
    if unit.is(at, SAYS) && unit.is(at, PARTICIPLE) || according_to(unit, at).is_some() {
        return true;
    }
    // ", said X".
    if unit.is(at, SAYS) && unit.is(at + 1, CAPITALISED | DETERMINER | TITLE) && !is_noun_here(unit, at) {
        return true;
    }
    if unit.is(at, CONTRASTING) {
        return true;
    }
    if unit.is(at, AND) {
        return joins_cue(unit, at + 1, cues) || says_nothing_more(unit, at + 1);
    }
    says_nothing_more(unit, at)
}

/// *, he said*: a short subject and a verb of saying, with nothing behind it.
fn says_nothing_more(unit: &Unit<'_>, at: usize) -> bool {
    let subject = phrase_after(unit, at, false);
    let verb = subject.map_or(at, |s| s.end);
    verb < at + SHORT_SUBJECT
        && unit.is(verb, SAYS)
        && !unit.is(verb, PARTICIPLE)
        && !is_noun_here(unit, verb)
        && (unit.is(verb + 1, PUNCTUATION) || unit.item(verb + 1).is_none())
}

/// Whether another cue with the same subject follows: "said X and vowed to Y".
fn joins_cue(unit: &Unit<'_>, at: usize, cues: bool) -> bool {
    if !cues {
        return false;
    }
    if unit.is(at, SUBJECT_PRONOUN) && unit.is(at + 1, SAYS) {
        return true;
    }
    unit.is(at, SAYS)
        && unit.is(at, PAST_FORM)
        && !matches!(
            context(unit, at).follow,
            Follow::Comma | Follow::End | Follow::And | Follow::Auxiliary | Follow::By | Follow::Other
        )
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
        && (loose(content.start) || unit.is(content.start, AND | BUT) && unit.is(content.start, CAPITALISED))
    {
        content.start += 1;
    }
    content
}

/// Whether the words are an act rather than a report: *called the police*, *wrote a letter to the mayor*. A verb of
/// naming needs a predicate, and writing something is not saying it.
fn is_act(unit: &Unit<'_>, at: usize, content: Range<usize>) -> bool {
    if !unit.is(at, NAMES | TO_HEARER) {
        return false;
    }
    let items = &unit.items[content.clone()];
    let Some(object) = phrase_after(unit, content.start, false).filter(|_| items.iter().all(|i| i.quoted.is_none()))
    else {
        return false;
    };
    let alone = object.end >= content.end || unit.is(object.end, PREPOSITION | TIME | COORDINATOR | PUNCTUATION);
    let bare = object.len() <= 1 + usize::from(unit.is(object.start, DETERMINER | POSSESSIVE));
    let written =
        || object.clone().take_while(|i| !unit.is(*i, PREPOSITION)).last().is_some_and(|i| unit.is(i, DOCUMENT));
    let finite = content.clone().any(|i| is_finite(unit, i));
    !finite && (unit.is(at, NAMES) && alone && bare || unit.is(at, TO_HEARER) && written())
}

/// The *by* before the agent in *was accused of lying by X*; `None` for *is hopeful that*.
fn agent(unit: &Unit<'_>, at: usize, context: &CueContext, end: usize) -> Option<usize> {
    let passive = context.role == Role::Passive && unit.is(at, PASSIVE_FORM);
    (at + 1..end.min(at + AGENT_WITHIN)).find(|i| passive && unit.is(*i, BY))
}

/// Main verb behind the content of a noun that is its subject: the *surprised* of *X's claim that Y did it surprised
/// Z*.
fn main_verb_behind(unit: &Unit<'_>, at: usize, context: &CueContext, content: Range<usize>) -> Option<usize> {
    let is_subject = context.role == Role::Noun && (0..at).all(|i| !is_finite(unit, i));
    if !is_subject {
        return None;
    }
    // First word of each finite verb with its auxiliaries.
    let mut verbs = Vec::new();
    let mut auxiliary = false;
    for i in content.start + 1..content.end {
        let is_verb = is_finite(unit, i) && !unit.is(i, NOT) && !is_noun_here(unit, i);
        if is_verb && !auxiliary {
            verbs.push(i);
        }
        auxiliary = is_verb && unit.is(i, AUXILIARY) || auxiliary && unit.is(i, ADVERB | NOT);
    }
    let own = usize::from(context.follow == Follow::That && verbs.len() > 1);
    verbs.get(own).copied().filter(|verb| *verb > content.start + 1)
}

fn speaker(unit: &Unit<'_>, at: usize, context: &CueContext, agent: Option<usize>) -> Option<Range<usize>> {
    let verb = verb_at(unit, at);
    match context.role {
        Role::Passive if unit.is(at, PASSIVE_FORM) => phrase_after(unit, agent? + 1, true),
        Role::Noun => possessor(unit, at),
        Role::Infinitive => governor(unit, verb.group.start).or_else(|| clause_subject(unit, verb.group.start)),
        _ if unit.is(at, GERUND) && verb.group.len() == 1 => own_subject(unit, at).or_else(|| clause_subject(unit, at)),
        _ => subject_before(unit, &verb).or_else(|| clause_subject(unit, verb.group.start)),
    }
}

/// Subject of an infinitive whose *to* is at `to`: *her* in *led her to say*, X in *X is expected to say*.
fn governor(unit: &Unit<'_>, to: usize) -> Option<Range<usize>> {
    let before = to.checked_sub(1)?;
    if unit.is(before, OBJECT_PRONOUN) {
        return Some(before..to);
    }
    let verb = verb_at(unit, before);
    let passive = verb.group.start < before && verb.group.clone().any(|i| unit.is(i, BE));
    subject_before(unit, &verb).filter(|_| passive)
}

/// Whether an item belongs to a quotation found earlier.
fn is_taken(taken: &[bool], at: usize) -> bool {
    taken.get(at).copied().unwrap_or(false)
}

/// Marks the items of a unit that direct quotations use.
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
