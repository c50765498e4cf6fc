use std::collections::{BTreeMap, BTreeSet};

use crate::Counts;

/// Strict entity F1: a mention is correct if its boundaries and type are, as in `seqeval` and `conlleval`.
///
/// ```
/// use pressmark_evaluate::EntityScore;
///
/// let mut score = EntityScore::default();
/// score.add(&["B-PER", "I-PER", "O", "B-LOC"], &["B-PER", "I-PER", "O", "B-ORG"]);
/// assert_eq!(score.total().f1(), 0.5);
/// assert_eq!(score.by_kind()["PER"].recall(), 1.0);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntityScore {
    kinds: BTreeMap<String, Counts>,
}

impl EntityScore {
    /// Adds a sentence by its gold and predicted BIO tags.
    ///
    /// # Panics
    /// If the two differ in length.
    pub fn add<G: AsRef<str>, F: AsRef<str>>(&mut self, gold: &[G], found: &[F]) {
        assert_eq!(gold.len(), found.len(), "a tag a token");
        let (gold, found) = (mentions(gold), mentions(found));
        for mention in gold.union(&found) {
            self.counts(mention.0).add(gold.contains(mention), found.contains(mention));
        }
    }

    fn counts(&mut self, kind: &str) -> &mut Counts {
        self.kinds.entry(kind.to_owned()).or_default()
    }

    /// Counts of each kind, in alphabetical order.
    #[must_use]
    pub fn by_kind(&self) -> &BTreeMap<String, Counts> {
        &self.kinds
    }

    /// Counts over all kinds, for micro averages.
    #[must_use]
    pub fn total(&self) -> Counts {
        self.kinds.values().copied().sum()
    }
}

/// Kind, first token and end (exclusive) of each mention; an `I-` without a predecessor starts one.
fn mentions<T: AsRef<str>>(tags: &[T]) -> BTreeSet<(&str, usize, usize)> {
    let mut out = BTreeSet::new();
    let mut open: Option<(&str, usize)> = None;
    for (i, tag) in tags.iter().enumerate() {
        let (prefix, kind) = tag.as_ref().split_once('-').unwrap_or(("O", ""));
        if prefix == "I" && open.is_some_and(|(last, _)| last == kind) {
            continue;
        }
        if let Some((last, start)) = open.take() {
            out.insert((last, start, i));
        }
        open = (prefix != "O").then_some((kind, i));
    }
    if let Some((last, start)) = open {
        out.insert((last, start, tags.len()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_mentions_of_the_right_kind_count() {
        let check = |gold: &[&str], found: &[&str], expected: (usize, usize, usize)| {
            let mut score = EntityScore::default();
            score.add(gold, found);
            let (right, wanted, predicted) = expected;
            assert_eq!(score.total(), Counts::whole(right, predicted, wanted), "{gold:?} {found:?}");
        };
        check(&["O", "O"], &["O", "O"], (0, 0, 0));
        check(&["B-PER", "I-PER"], &["B-PER", "B-PER"], (0, 1, 2));
        check(&["B-PER", "I-PER"], &["I-PER", "I-PER"], (1, 1, 1));
        check(&["B-LOC", "B-LOC"], &["B-LOC", "I-LOC"], (0, 2, 1));
        check(&["B-LOC", "I-ORG"], &["B-LOC", "B-ORG"], (2, 2, 2));
    }

    #[test]
    fn an_empty_score_is_nought() {
        assert_eq!(EntityScore::default().total().f1(), 0.0);
    }
}
