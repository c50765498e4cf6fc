//! The distinct forms that a document's mentions take, and which of them have been found to be one.

use std::collections::{BTreeMap, HashMap};

use pressmark_core::{Document, EntityType, Mention};

use crate::name::{fold, personal};

/// What rules a form is joined by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Class {
    /// Persons: full names, surnames, first names.
    Person,
    /// Organisations, places, works: variants, acronyms.
    Name,
    /// Peoples, religions, parties' members: singular and plural.
    People,
    /// Dates and sums: the same words.
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

/// Mentions that read the same.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub(super) class: Class,
    /// Folded words; for persons without forms of address.
    pub(super) words: Vec<String>,
    /// The label that most mentions have, by their scores.
    pub(super) label: EntityType,
    /// As its first mention is written.
    pub(super) written: String,
}

/// The forms of a document, in order of first mention.
#[derive(Debug, Default)]
pub(super) struct Forms {
    pub(super) all: Vec<Form>,
    /// The form of each mention.
    pub(super) of: Vec<usize>,
    index: HashMap<(Class, String), usize>,
    parents: Vec<usize>,
}

impl Forms {
    pub(super) fn collect(doc: &Document, mentions: &[Mention]) -> Self {
        let mut forms = Self::default();
        let mut votes: Vec<BTreeMap<EntityType, f32>> = Vec::new();
        for mention in mentions {
            let text = doc.slice(mention.span);
            let class = Class::of(&mention.label);
            let (key, words) = key(class, &mention.label, text);
            let next = forms.all.len();
            let form = *forms.index.entry((class, key)).or_insert(next);
            if form == next {
                let written = text.to_owned();
                forms.all.push(Form { class, words, label: mention.label.clone(), written });
                votes.push(BTreeMap::new());
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

    /// The form of a class that reads like these folded words.
    pub(super) fn find(&self, class: Class, words: &[String]) -> Option<usize> {
        self.index.get(&(class, words.concat())).copied()
    }

    /// The first form of the group that a form has been joined to.
    pub(super) fn root(&self, mut form: usize) -> usize {
        while self.parents[form] != form {
            form = self.parents[form];
        }
        form
    }

    /// Makes the groups of two forms one.
    pub(super) fn union(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        let (first, later) = (a.min(b), a.max(b));
        self.parents[later] = first;
    }

    /// Points every form straight at its root, so that long chains are walked once.
    pub(super) fn flatten(&mut self) {
        // Parents come before their children: one sweep in order is enough.
        for form in 0..self.parents.len() {
            self.parents[form] = self.parents[self.parents[form]];
        }
    }
}

/// The label with the greatest sum of scores, the alphabetically first of equals.
pub(super) fn winner(votes: &BTreeMap<EntityType, f32>) -> Option<&EntityType> {
    let mut best: Option<(&EntityType, f32)> = None;
    for (label, &sum) in votes {
        if best.is_none_or(|(_, most)| sum > most) {
            best = Some((label, sum));
        }
    }
    best.map(|(label, _)| label)
}

/// What mentions of one form share, and the form's folded words.
fn key(class: Class, label: &EntityType, text: &str) -> (String, Vec<String>) {
    let words = fold(text);
    match class {
        Class::Person => {
            let words = personal(words);
            (words.join(" "), words)
        }
        // Without spaces: "Al-Shabaab" and "AlShabaab", "M-19" and "M19" are one.
        Class::Name => (words.concat(), words),
        Class::People => (singular(&words.concat()).to_owned(), words),
        Class::Term => (format!("{label} {}", singular(&words.concat())), words),
        Class::Literal => {
            let plain: Vec<&str> = text.split_whitespace().collect();
            (format!("{label} {}", plain.join(" ").to_lowercase()), words)
        }
    }
}

fn singular(word: &str) -> &str {
    let stem = word.strip_suffix('s').unwrap_or(word);
    // "Swiss", "Cyprus" and "us" are no plurals.
    if stem.len() < 3 || stem.ends_with(['s', 'u', 'i']) { word } else { stem }
}
