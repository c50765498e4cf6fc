use std::fmt::{self, Display};

use crate::Score;

/// One violation of the contract in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Path within the row, such as `quotes[3].speaker`; `row` for the row as a whole.
    pub place: String,
    /// Message for people: a lowercase fragment without a full stop.
    pub what: String,
}

impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// Violations found in one row: the first 64, and the total count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    first: Vec<Finding>,
    count: usize,
}

/// Findings kept per row. Set by hand: bounds memory for a row that is broken throughout, while showing every finding
/// of any plausible one.
const KEPT: usize = 64;

/// Characters kept of a finding's message, which may quote the row. Set by hand: longer quotes bloat reports and
/// memory.
const LONGEST: usize = 300;

impl Findings {
    /// Whether the row violates nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Returns the total number of findings, including those beyond the 64 that are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Iterates over the kept findings, in row order.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.first.iter()
    }

    /// Adds a finding.
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
