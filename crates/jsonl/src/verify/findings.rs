use std::fmt::{self, Display};

use crate::Score;

/// One thing in a row that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where in the row, such as `quotes[3].speaker`; `row` for the row as a whole.
    pub place: String,
    /// What does not hold, for a person: a lowercase fragment without a full stop.
    pub what: String,
}

impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// What does not hold of one row: the first findings, and how many there are in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    first: Vec<Finding>,
    count: usize,
}

/// Findings of one row that are kept: a row that is broken all over shall not cost memory.
const KEPT: usize = 64;

/// Characters of a finding that are kept: it may quote the row.
const LONGEST: usize = 300;

impl Findings {
    /// Whether everything holds.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How many there are, of which the first 64 are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Those that are kept, in the order of the row.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.first.iter()
    }

    /// Adds one.
    pub fn add(&mut self, place: impl Display, what: impl Display) {
        self.count += 1;
        if self.first.len() < KEPT {
            let short = |text: String| match text.char_indices().nth(LONGEST) {
                Some((end, _)) => format!("{}…", &text[..end]),
                None => text,
            };
            self.first.push(Finding { place: place.to_string(), what: short(what.to_string()) });
        }
    }

    pub(super) fn require(&mut self, holds: bool, place: impl Display, what: impl Display) {
        if !holds {
            self.add(place, what);
        }
    }

    pub(super) fn score(&mut self, score: Score, place: impl Display) {
        let value = score.value();
        self.require((0.0..=1.0).contains(&value), place, format_args!("{value} is not in [0, 1]"));
    }
}
