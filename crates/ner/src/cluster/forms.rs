//! Distinct forms of a document's mentions, and the merges among them.

use std::collections::{BTreeMap, HashMap};

use pressmark_core::{Document, EntityType, Mention};
use pressmark_lang::{Gender, Language};

use super::Context;
use crate::name::{fold, generation, personal};

/// Class of a form, which selects the rules that may merge it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Class {
    /// Persons: full names, surnames, first names.
    Person,
    /// Organisations, places, works: variants, acronyms.
    Name,
    /// Nationalities, religions, members of parties: singular and plural.
    People,
    /// Dates and sums of money: the same words only.
    Literal,
    /// Terms of a codebook: singular and plural.
    Term,
}

impl Class {
    pub(super) fn of(label: &EntityType) -> Self {
        use EntityType::{Date, Fac, Loc, Misc, Money, Norp, Org, Other, Per, Person, Product};
        match label {
            Person | Per => Self::Person,
            Org | Loc | Fac | Product | Misc => Self::Name,
            Norp => Self::People,
            Date | Money => Self::Literal,
            Other(_) => Self::Term,
        }
    }
}

/// Mentions with the same folded text.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub(super) class: Class,
    /// Folded words; for persons without titles.
    pub(super) words: Vec<String>,
    /// Label with the highest sum of scores over the mentions.
    pub(super) label: EntityType,
    /// Text of its first mention.
    pub(super) written: String,
    /// Gender of a person, where a title or first name tells it. "Mr. Okafor" and "Mrs. Okafor" are two forms.
    pub(super) gender: Option<Gender>,
    /// Generational suffix of a person: "jr", "iii". Father and son are two forms.
    pub(super) generation: Option<String>,
}

/// A merge of two forms by a named rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Merge {
    pub(super) short: usize,
    pub(super) long: usize,
    pub(super) rule: &'static str,
}

/// Forms of a document, in order of first mention, with a disjoint-set forest over them.
#[derive(Debug, Default)]
pub(super) struct Forms {
    pub(super) all: Vec<Form>,
    /// Form of each mention.
    pub(super) of: Vec<usize>,
    /// Merges, in the order in which rules made them.
    pub(super) merges: Vec<Merge>,
    index: HashMap<(Class, String), usize>,
    parents: Vec<usize>,
}

impl Forms {
    pub(super) fn collect(context: &Context<'_>, mentions: &[Mention]) -> Self {
        let mut forms = Self::default();
        let mut votes: Vec<BTreeMap<EntityType, f32>> = Vec::new();
        for mention in mentions {
            let text = context.doc.slice(mention.span);
            let class = Class::of(&mention.label);
            let (mut key, words) = key(class, &mention.label, text, context.language);
            let generation =
                (class == Class::Person).then(|| generation(&fold(text, context.language), context.language)).flatten();
            let gender =
                (class == Class::Person).then(|| title_gender(context.doc, mention, context.language)).flatten();
            if let ([_], Some(gender)) = (&words[..], gender) {
                key.push_str(if gender == Gender::Feminine { " f" } else { " m" });
            }
            if let Some(generation) = &generation {
                key.push_str(", ");
                key.push_str(generation);
            }
            let next = forms.all.len();
            let form = *forms.index.entry((class, key)).or_insert(next);
            if form == next {
                let written = text.split_whitespace().collect::<Vec<_>>().join(" ");
                let first = words.first().filter(|_| class == Class::Person && words.len() > 1);
                let known = gender.or_else(|| context.language.first_name(first?));
                forms.all.push(Form { class, words, label: mention.label.clone(), written, gender: known, generation });
                votes.push(BTreeMap::new());
            } else if gender.is_some() {
                // A title is stronger evidence than a first name.
                forms.all[form].gender = gender;
            }
            *votes[form].entry(mention.label.clone()).or_default() += mention.score;
            forms.of.push(form);
        }
        for (form, votes) in forms.all.iter_mut().zip(votes) {
            if let Some(label) = winner(&votes) {
                form.label = label.clone();
            }
        }
        forms.parents = (0..forms.all.len()).collect();
        forms
    }

    /// Form of this class with these folded words.
    pub(super) fn find(&self, class: Class, words: &[String]) -> Option<usize> {
        self.index.get(&(class, words.concat())).copied()
    }

    /// Representative of a form's group: its first form.
    pub(super) fn root(&self, mut form: usize) -> usize {
        while self.parents[form] != form {
            form = self.parents[form];
        }
        form
    }

    /// Merges the groups of two forms.
    pub(super) fn union(&mut self, short: usize, long: usize, rule: &'static str) {
        let (a, b) = (self.root(short), self.root(long));
        if a != b {
            let (first, later) = (a.min(b), a.max(b));
            self.parents[later] = first;
            self.merges.push(Merge { short, long, rule });
        }
    }

    /// Points every form directly at its root, so that long chains are walked once.
    pub(super) fn flatten(&mut self) {
        // Parents precede their children, so one sweep in order is enough.
        for form in 0..self.parents.len() {
            self.parents[form] = self.parents[self.parents[form]];
        }
    }
}

/// Label with the highest sum of scores; the alphabetically first on a tie.
pub(super) fn winner(votes: &BTreeMap<EntityType, f32>) -> Option<&EntityType> {
    let mut best: Option<(&EntityType, f32)> = None;
    for (label, &sum) in votes {
        if best.is_none_or(|(_, most)| sum > most) {
            best = Some((label, sum));
        }
    }
    best.map(|(label, _)| label)
}

/// Key that mentions of one form share, and the form's folded words.
fn key(class: Class, label: &EntityType, text: &str, language: &Language) -> (String, Vec<String>) {
    let words = fold(text, language);
    match class {
        Class::Person => {
            let words = personal(words, language);
            (words.join(" "), words)
        }
        // Without spaces: "Al-Shabaab" and "AlShabaab", "M-19" and "M19" are the same.
        Class::Name => (words.concat(), words),
        Class::People => (language.singular(&words.concat()).to_owned(), words),
        Class::Term => (format!("{label} {}", language.singular(&words.concat())), words),
        Class::Literal => {
            let plain: Vec<&str> = text.split_whitespace().collect();
            (format!("{label} {}", plain.join(" ").to_lowercase()), words)
        }
    }
}

/// Gender by a title at the start of a mention or right before it.
fn title_gender(doc: &Document, mention: &Mention, language: &Language) -> Option<Gender> {
    let gender = |word: &str| {
        let word = word.trim_end_matches('.');
        language.title(word).filter(|_| word.starts_with(char::is_uppercase) && word.len() > 1)?.gender
    };
    let inside = doc.slice(mention.span).split_whitespace().next().and_then(gender);
    let before = || {
        let text = doc.text.get(..mention.span.start)?.strip_suffix([' ', '\u{a0}', '\n'])?;
        gender(text.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '“' | '"')).next()?)
    };
    inside.or_else(before)
}
