//! How likely a word is to introduce what somebody says, by the construction it stands in.
//!
//! A language's `cues.tsv` (crate `lang`) holds counts over an annotated corpus (see [`CueCounts`]): for a word in a
//! context, how often it stood there and how often it was a cue. The context is what follows the word (*that*, *to*, a
//! clause, a noun phrase, …) and whether it stands as a verb, in the passive, or as a noun. Rare contexts fall back on
//! the word alone, rare words on the context.

use std::collections::BTreeMap;
use std::collections::HashMap;

use pressmark_core::Document;
use pressmark_lang::Language;

use crate::gold::Gold;
use crate::lexicon::{
    ADDRESSES, ADVERB, AUXILIARY, BE, CAPITALISED, COORDINATOR, DETERMINER, Lexicon, NUMBER, OBJECT_PRONOUN,
    PARTICIPLE, POSSESSIVE, PREPOSITION, PUNCTUATION, SAYS, SUBJECT_PRONOUN, SUBORDINATOR, TELLS, TIME, WH,
};
use crate::marks;
use crate::paragraph::paragraphs;
use crate::unit::{Unit, units};

/// What follows a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Follow {
    Quote,
    Colon,
    Comma,
    End,
    That,
    To,
    Wh,
    If,
    Ing,
    /// A clause without *that*.
    Clause,
    /// A noun phrase.
    Phrase,
    /// of, for, about, …
    Of,
    For,
    About,
    On,
    With,
    As,
    Against,
    In,
    By,
    OtherPreposition,
    And,
    Auxiliary,
    Other,
}

/// What a word stands as, judged by what is before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Role {
    /// With a subject or an auxiliary before it.
    Verb,
    /// *to* and the base form.
    Infinitive,
    /// Behind a comma or *and*.
    Joined,
    Passive,
    Noun,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct CueContext {
    pub(crate) role: Role,
    pub(crate) follow: Follow,
    /// Where what follows begins: an item.
    pub(crate) start: usize,
}

/// The context of the word at `at`.
pub(crate) fn context(unit: &Unit<'_>, at: usize) -> CueContext {
    let (follow, start) = follow(unit, at);
    CueContext { role: role(unit, at), follow, start }
}

fn role(unit: &Unit<'_>, at: usize) -> Role {
    let Some(before) = at.checked_sub(1) else { return Role::Other };
    let mut i = before;
    while i > 0 && unit.is(i, ADVERB) && !unit.is(i, DETERMINER) {
        i -= 1;
    }
    let word = unit.word(i);
    if word == "to" {
        return Role::Infinitive;
    }
    if unit.is(i, BE) && !matches!(word, "'s" | "’s") {
        return if unit.word(at).ends_with("ing") { Role::Verb } else { Role::Passive };
    }
    if unit.is(i, AUXILIARY) && !matches!(word, "'s" | "’s") {
        return Role::Verb;
    }
    if matches!(word, "," | "—" | "–" | "and" | "but" | "or") {
        // "X, accused of lying, …"
        let participle = word == "," && unit.word(at).ends_with("ed") && unit.is(at + 1, PREPOSITION);
        return if participle { Role::Passive } else { Role::Joined };
    }
    if matches!(word, "'s" | "’s" | "'" | "’") || unit.is(i, DETERMINER | NUMBER) && !unit.is(i, SUBJECT_PRONOUN) {
        return Role::Noun;
    }
    if unit.is(i, SUBJECT_PRONOUN | CAPITALISED | WH) || word == "that" || word == ")" {
        return Role::Verb;
    }
    if unit.is(i, PREPOSITION) {
        return Role::Noun;
    }
    // "the latest claim", "Republican lawmakers claim"
    let adjective = i > 0 && unit.is(i - 1, DETERMINER | POSSESSIVE) && !unit.word(i).ends_with('s');
    let head = unit.is(i, crate::lexicon::ROLE | crate::lexicon::DOCUMENT);
    if adjective && !head { Role::Noun } else { Role::Other }
}

fn follow(unit: &Unit<'_>, at: usize) -> (Follow, usize) {
    let mut i = at + 1;
    // "points out", "said on Tuesday", "said again": what may stand between.
    while i < at + 5 {
        let particle = i == at + 1 && matches!(unit.word(i), "out" | "up" | "back" | "forth");
        let timed = unit.is(i, PREPOSITION) && (unit.is(i + 1, TIME) || unit.is(i + 1, NUMBER) && unit.is(i + 2, TIME));
        let skip = particle
            || unit.is(i, TIME) && !unit.is(i, ADVERB)
            || timed
            || unit.is(i, ADVERB) && !unit.is(i, DETERMINER | SUBORDINATOR);
        if !skip {
            break;
        }
        i += 1;
    }
    let Some(item) = unit.item(i) else { return (Follow::End, i) };
    if item.quoted.is_some() {
        return (Follow::Quote, i);
    }
    // "said on the radio that …"
    if item.is(PREPOSITION) && !matches!(unit.word(i), "of" | "as" | "to") {
        let that =
            (i + 1..i + 8).take_while(|j| unit.item(*j).is_some_and(|w| w.is_word())).find(|j| unit.word(*j) == "that");
        if let Some(that) = that.filter(|t| !unit.is(t - 1, ADVERB | AUXILIARY)) {
            return (Follow::That, that);
        }
    }
    // "that night" is no clause.
    let that_time = unit.word(i) == "that" && unit.is(i + 1, TIME);
    let kind = match unit.word(i) {
        "that" if that_time => Follow::Other,
        ":" => Follow::Colon,
        "," => Follow::Comma,
        "." | "?" | "!" | ";" => Follow::End,
        "that" | "que" | "qu'" | "qu’" => Follow::That,
        "to" => Follow::To,
        "if" | "whether" => Follow::If,
        "of" | "de" => Follow::Of,
        "for" | "pour" => Follow::For,
        "about" => Follow::About,
        "on" => Follow::On,
        "with" => Follow::With,
        "as" => Follow::As,
        "against" => Follow::Against,
        "in" => Follow::In,
        "by" => Follow::By,
        "and" | "but" | "or" => Follow::And,
        _ if item.is(PUNCTUATION) => Follow::Other,
        _ if item.is(WH) && !item.is(SUBJECT_PRONOUN) || unit.word(i) == "who" => Follow::Wh,
        _ if item.is(SUBJECT_PRONOUN) && !item.is(OBJECT_PRONOUN) => Follow::Clause,
        _ if item.is(PREPOSITION) && !item.is(DETERMINER) => Follow::OtherPreposition,
        _ if item.is(AUXILIARY) => Follow::Auxiliary,
        word if word.len() > 4 && word.ends_with("ing") && !item.is(CAPITALISED) => Follow::Ing,
        _ => return clause_or_phrase(unit, at, i),
    };
    (kind, i)
}

/// Tells "said the results were good" and "told him that …" from "denied the claims".
fn clause_or_phrase(unit: &Unit<'_>, at: usize, start: usize) -> (Follow, usize) {
    // "urged him to go", "told a crowd in the town, on the last day, that …": what is said stands behind who is told.
    let telling = unit.is(at, TELLS | ADDRESSES);
    let reach = if telling { 20 } else { 12 };
    for i in start + 1..start + reach {
        let Some(item) = unit.item(i) else { break };
        let word = unit.word(i);
        if telling && item.quoted.is_some() {
            return (Follow::Quote, i);
        }
        if telling && matches!(word, "that" | "to" | "about" | "how" | "what" | "if" | "whether" | "why") {
            let kind = match word {
                "that" => Follow::That,
                "to" => Follow::To,
                "about" => Follow::About,
                "if" | "whether" => Follow::If,
                _ => Follow::Wh,
            };
            return (kind, i);
        }
        if item.is(PUNCTUATION) && !matches!(word, "-" | "'" | "’" | "." | "/") && !(telling && word == ",")
            || item.is(SUBORDINATOR | WH) && word != "that"
        {
            break;
        }
        if unit.is(at, ADDRESSES) && word == "of" {
            return (Follow::Of, i);
        }
        let clitic = matches!(word, "'s" | "’s");
        if item.is(AUXILIARY) && !clitic
            || item.is(SAYS) && !item.is(PARTICIPLE | POSSESSIVE) && word.ends_with("ed") && !item.is(CAPITALISED)
        {
            // "told her she was right": the clause starts behind whom it is told.
            let from = if telling && unit.is(start, OBJECT_PRONOUN) { start + 1 } else { start };
            return (Follow::Clause, from);
        }
        if telling && item.is(SUBJECT_PRONOUN) && !item.is(OBJECT_PRONOUN) {
            return (Follow::Clause, i);
        }
    }
    (Follow::Phrase, start)
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    cue: u32,
    all: u32,
}

impl Count {
    /// The share of cues, drawn towards `prior` as if `WEIGHT` more had been seen.
    fn share(self, prior: f32) -> f32 {
        // Chosen on training articles held out from the counts; between 2 and 8 it hardly matters.
        const WEIGHT: f32 = 4.0;
        (self.cue as f32 + WEIGHT * prior) / (self.all as f32 + WEIGHT)
    }
}

/// The table as it is used: shares by word and context.
#[derive(Debug, Default)]
pub(crate) struct Cues {
    words: HashMap<&'static str, WordCues>,
    /// Words outside of the table.
    rest: HashMap<(Role, Follow), Count>,
}

/// The counts of one word.
#[derive(Debug, Default)]
struct WordCues {
    any: Count,
    contexts: Vec<((Role, Follow), Count)>,
}

impl Cues {
    /// The table of a language.
    pub(crate) fn of(language: &Language) -> Self {
        let mut cues = Self::default();
        for line in language.cues() {
            let count = Count { cue: line.cue, all: line.seen };
            match (line.word, parse_context(line.construction)) {
                ("*", Some(context)) => drop(cues.rest.insert(context, count)),
                (word, Some(context)) => cues.words.entry(word).or_default().contexts.push((context, count)),
                (word, None) => cues.words.entry(word).or_default().any = count,
            }
        }
        cues
    }

    /// Whether nothing was counted in the language.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How likely the word is a cue in its context, in [0, 1].
    pub(crate) fn share(&self, word: &str, context: &CueContext) -> f32 {
        let here = (context.role, context.follow);
        let rest = self.rest.get(&here).map_or(0.0, |c| c.share(0.0));
        let Some(counts) = self.words.get(word) else { return rest };
        let prior = counts.any.share(rest);
        match counts.contexts.iter().find(|(context, _)| *context == here) {
            Some((_, count)) => count.share(prior),
            None => prior,
        }
    }
}

/// Counts words and cues over annotated articles; its table is what a language has as `cues.tsv`.
///
/// Retrain on articles of your own: add each document (with sentences and tokens) and its gold
/// quotations, then write [`table`](CueCounts::table).
#[derive(Debug)]
pub struct CueCounts {
    lexicon: Lexicon,
    counts: BTreeMap<String, BTreeMap<(Role, Follow), Count>>,
}

impl CueCounts {
    /// No counts yet, for text of a language.
    #[must_use]
    pub fn new(language: &'static Language) -> Self {
        Self { lexicon: Lexicon::new(language), counts: BTreeMap::new() }
    }

    /// Adds one document and its gold.
    pub fn add(&mut self, doc: &Document, gold: &[Gold]) {
        let paragraphs = paragraphs(&doc.text);
        let quoted = marks::find(&doc.text, &paragraphs);
        let units = units(doc, &paragraphs, &quoted, &self.lexicon);
        let mut heads = Vec::new();
        for unit in &units {
            for cue in gold.iter().flat_map(|g| &g.cue) {
                let own = |i: usize| unit.items[i].quoted.is_none() && cue.overlaps(unit.items[i].span);
                let from = unit.items.partition_point(|i| i.span.end <= cue.start);
                let to = unit.items.partition_point(|i| i.span.start < cue.end);
                let light =
                    AUXILIARY | PREPOSITION | ADVERB | DETERMINER | PUNCTUATION | POSSESSIVE | COORDINATOR | TIME;
                let head =
                    (from..to).rev().find(|i| own(*i) && !unit.is(*i, light)).or((from..to).rev().find(|i| own(*i)));
                heads.extend(head.map(|h| unit.items[h].span));
            }
        }
        heads.sort_unstable();
        for unit in &units {
            for (i, item) in unit.items.iter().enumerate().filter(|(_, i)| i.is_word()) {
                let context = context(unit, i);
                let count = self
                    .counts
                    .entry(item.lower.to_string())
                    .or_default()
                    .entry((context.role, context.follow))
                    .or_default();
                count.all += 1;
                count.cue += u32::from(heads.binary_search(&item.span).is_ok());
            }
        }
    }

    /// The counts of every word that was a cue at least `least` times, as lines of
    /// word, context, cues and occurrences; the sums over all other words stand under `*`.
    #[must_use]
    pub fn table(&self, least: u32) -> String {
        let mut table = String::from("# word\tcontext\tcues\toccurrences\n");
        let mut rest: BTreeMap<(Role, Follow), Count> = BTreeMap::new();
        for (word, contexts) in &self.counts {
            let sum = contexts.values().fold(Count::default(), |a, b| Count { cue: a.cue + b.cue, all: a.all + b.all });
            // One in fifty: below that no context makes a word a cue.
            if sum.cue < least || sum.cue * 50 < sum.all {
                for (context, count) in contexts {
                    let total = rest.entry(*context).or_default();
                    total.cue += count.cue;
                    total.all += count.all;
                }
                continue;
            }
            table += &format!("{word}\t-\t{}\t{}\n", sum.cue, sum.all);
            for ((role, follow), count) in contexts.iter().filter(|(_, c)| c.all > 1) {
                table += &format!("{word}\t{role:?}+{follow:?}\t{}\t{}\n", count.cue, count.all);
            }
        }
        for ((role, follow), count) in &rest {
            table += &format!("*\t{role:?}+{follow:?}\t{}\t{}\n", count.cue, count.all);
        }
        table
    }
}

const ROLES: [Role; 6] = [Role::Verb, Role::Infinitive, Role::Joined, Role::Passive, Role::Noun, Role::Other];
const FOLLOWS: [Follow; 24] = [
    Follow::Quote,
    Follow::Colon,
    Follow::Comma,
    Follow::End,
    Follow::That,
    Follow::To,
    Follow::Wh,
    Follow::If,
    Follow::Ing,
    Follow::Clause,
    Follow::Phrase,
    Follow::Of,
    Follow::For,
    Follow::About,
    Follow::On,
    Follow::With,
    Follow::As,
    Follow::Against,
    Follow::In,
    Follow::By,
    Follow::OtherPreposition,
    Follow::And,
    Follow::Auxiliary,
    Follow::Other,
];

fn parse_context(name: &str) -> Option<(Role, Follow)> {
    let (role, follow) = name.split_once('+')?;
    let role = ROLES.into_iter().find(|r| format!("{r:?}") == role)?;
    Some((role, FOLLOWS.into_iter().find(|f| format!("{f:?}") == follow)?))
}
