//! How likely a word is to introduce what somebody says, by the construction it stands in.
//!
//! A language's `cues.tsv` (crate `lang`) holds counts over an annotated corpus (see [`CueCounts`](crate::CueCounts)):
//! for a word in a context, how often it stood there and how often it was a cue. The context is what follows the word
//! (*that*, *to*, a clause, a noun phrase, …) and whether it stands as a verb, in the passive, or as a noun. Rare
//! contexts fall back on the word alone, rare words on the context.

use std::collections::HashMap;

use pressmark_lang::Language;

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

/// How often a word stood somewhere, and how often it was a cue there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) cue: u32,
    pub(crate) all: u32,
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
