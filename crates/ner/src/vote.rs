//! Document-level agreement on types: a learnt vote of all mentions that share a name.
//!
//! Every type of a mention gets a score of three parts: the evidence of the mention's own words, the mean over the
//! other mentions of the same words, and that over mentions whose words begin or end with these ("Northwind" in
//! "Northwind Press"). The bundle has the weights ([`Vote`]), which were fitted on texts held out from training; the
//! highest score decides. Dates and sums of money have no vote: their own words decide. It is the vote of the training
//! recipe (`pressmark_training/run/vote.py`).
//!
//! Sums are keyed by name in hash maps: the cost is linear in the tokens.

use std::collections::HashMap;
use std::ops::Range;

use pressmark_encoder::Vote;

use crate::decode::{Found, Lattice, log_softmax, span_confidence};
use crate::tags::TagSet;
use crate::view::View;

/// Most words in a part of a name that another may begin or end with; a bound for text that is not prose.
const MAX_PART: usize = 8;

/// Type decided by the vote.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Agreed {
    /// Index into [`TagSet::kinds`].
    pub(crate) kind: usize,
    /// Confidence in a mention of this type, in [0, 1].
    pub(crate) score: f32,
    /// Probability of the type among the types: by its own words alone (`own`) and by the vote (`voted`).
    pub(crate) own: f32,
    pub(crate) voted: f32,
}

/// Sum of log-probabilities, one value per type.
#[derive(Clone, Default)]
struct Sum {
    values: Vec<f32>,
    count: usize,
}

impl Sum {
    fn add(&mut self, values: &[f32]) {
        self.values.resize(values.len(), 0.0);
        self.values.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
        self.count += 1;
    }
}

/// Type of each mention by the vote; `None` for dates and sums of money, which keep their own.
pub(crate) fn agree(
    lattice: &Lattice,
    temperature: f32,
    found: &[Found],
    view: &View<'_>,
    tags: &TagSet,
    weights: Vote,
) -> Vec<Option<Agreed>> {
    // The weights were fitted on logits without temperature scaling, so [`own_scores`] undoes it.
    let own: Vec<Vec<f32>> = found.iter().map(|mention| own_scores(lattice, temperature, mention, tags)).collect();
    let names: Vec<String> = found.iter().map(|mention| name(&lower(view, &mention.tokens))).collect();
    let (mut same, mut longer): (HashMap<&str, Sum>, HashMap<String, Sum>) = Default::default();
    for ((mention, name), own) in found.iter().zip(&names).zip(&own) {
        same.entry(name).or_default().add(own);
        for part in parts(&lower(view, &mention.tokens)) {
            longer.entry(part).or_default().add(own);
        }
    }
    let is_value = |kind: usize| tags.kinds()[kind].is_value();
    let vote = |((mention, name), own): ((&Found, &String), &Vec<f32>)| {
        if is_value(mention.kind) {
            return None;
        }
        let mut scores: Vec<f32> = own.iter().map(|score| weights.own * score).collect();
        if let Some(sum) = same.get(name.as_str()).filter(|sum| sum.count > 1) {
            let others = (sum.count - 1) as f32;
            add(&mut scores, sum.values.iter().zip(own).map(|(sum, own)| weights.same * (sum - own) / others));
        }
        if let Some(sum) = longer.get(name) {
            add(&mut scores, sum.values.iter().map(|value| weights.longer * value / sum.count as f32));
        }
        let shares = |mut scores: Vec<f32>| {
            let values = scores.iter_mut().enumerate().filter(|(kind, _)| is_value(*kind));
            values.for_each(|(_, score)| *score = f32::NEG_INFINITY);
            log_softmax(&mut scores);
            scores
        };
        let (own, voted) = (shares(own.clone()), shares(scores));
        let kind = (0..voted.len()).rev().max_by(|&a, &b| voted[a].total_cmp(&voted[b]))?;
        let (own, voted) = (own[kind].exp(), voted[kind].exp());
        let span = span_confidence(lattice, mention, view.sentence(mention.tokens.start).end, tags);
        Some(Agreed { kind, score: (span * voted).clamp(0.0, 1.0), own, voted })
    };
    found.iter().zip(&names).zip(&own).map(vote).collect()
}

/// Mean over a mention's tokens of the log-probability that each begins or continues a mention, one value per type.
fn own_scores(lattice: &Lattice, temperature: f32, mention: &Found, tags: &TagSet) -> Vec<f32> {
    let length = mention.tokens.len() as f32;
    (0..tags.kinds().len())
        .map(|kind| {
            let (begin, inside) = tags.outputs_of(kind);
            let of = |token: usize| lattice.row(token)[if token == mention.tokens.start { begin } else { inside }];
            temperature * mention.tokens.clone().map(of).sum::<f32>() / length
        })
        .collect()
}

fn add(scores: &mut [f32], more: impl Iterator<Item = f32>) {
    scores.iter_mut().zip(more).for_each(|(score, more)| *score += more);
}

/// Lowercase words of a mention.
fn lower(view: &View<'_>, tokens: &Range<usize>) -> Vec<String> {
    view.slice(tokens).iter().map(|word| word.to_lowercase()).collect()
}

fn name(words: &[String]) -> String {
    words.join(" ")
}

/// Proper prefixes and suffixes of a name, each once.
fn parts(words: &[String]) -> Vec<String> {
    let mut parts = Vec::new();
    for length in 1..words.len().min(MAX_PART + 1) {
        let (first, last) = (name(&words[..length]), name(&words[words.len() - length..]));
        if last != first {
            parts.push(last);
        }
        parts.push(first);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tags::tag_set;

    const KINDS: [&str; 3] = ["PERSON", "ORG", "DATE"];

    /// Checks mentions given as words, kind, and the probabilities of person and organisation in their words.
    fn check(weights: Vote, mentions: &[(&str, usize, f32, f32)], expected: &[Option<usize>]) -> Vec<Option<Agreed>> {
        let tags = tag_set(&KINDS);
        let (mut words, mut found, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        for &(name, kind, person, organisation) in mentions {
            let first = words.len();
            for word in name.split(' ') {
                let begins = words.len() == first;
                let p = |share: f32, here: bool| (if here { share } else { 1e-6 }).ln();
                let rest = (1.0 - person - organisation).max(1e-6);
                rows.push([
                    1e-6_f32.ln(),
                    p(person, begins),
                    p(person, !begins),
                    p(organisation, begins),
                    p(organisation, !begins),
                    p(rest, begins),
                    p(rest, !begins),
                ]);
                words.push(word);
            }
            found.push(Found { tokens: first..words.len(), kind });
        }
        let mut lattice = Lattice::new(words.len(), &tags);
        rows.iter().enumerate().for_each(|(token, row)| lattice.set(token, row, 1.0));
        let all = 0..words.len();
        let view = View::of_words(words, vec![all]);
        let agreed = agree(&lattice, 1.0, &found, &view, &tags, weights);
        assert_eq!(agreed.iter().map(|a| a.map(|a| a.kind)).collect::<Vec<_>>(), expected, "{mentions:?}");
        agreed
    }

    const WEIGHTS: Vote = Vote { own: 1.0, same: 0.8, longer: 0.8 };

    #[test]
    fn other_mentions_of_a_name_decide_an_uncertain_one() {
        let agreed = check(
            WEIGHTS,
            &[("Varo", 1, 0.02, 0.97), ("varo", 0, 0.55, 0.44), ("Lima", 0, 0.55, 0.44)],
            &[Some(1), Some(1), Some(0)],
        );
        let second = agreed[1].expect("it has a vote");
        assert!((second.own - 0.44 / 0.99).abs() < 1e-3 && second.voted > 0.9, "{second:?}");
        assert!(second.score > 0.9 && second.score <= second.voted, "{second:?}");
    }

    #[test]
    fn a_longer_name_speaks_for_its_first_and_last_words() {
        let check = |name: &str, expected| {
            check(WEIGHTS, &[("Northwind Press", 1, 0.02, 0.97), (name, 0, 0.55, 0.44)], &[Some(1), Some(expected)]);
        };
        check("Northwind", 1);
        check("Press", 1);
        // A word that is neither.
        check("North", 0);
    }

    #[test]
    fn without_weights_every_mention_keeps_its_own() {
        let alone = Vote { own: 1.0, same: 0.0, longer: 0.0 };
        check(alone, &[("Varo", 1, 0.02, 0.97), ("Varo", 0, 0.55, 0.44)], &[Some(1), Some(0)]);
    }

    /// Dates are decided by their own words, and nothing else becomes one.
    #[test]
    fn dates_have_no_vote() {
        check(WEIGHTS, &[("May", 2, 0.1, 0.1), ("May", 2, 0.1, 0.1), ("May", 0, 0.5, 0.1)], &[None, None, Some(0)]);
    }

    #[test]
    fn parts_are_told_once() {
        let parts_of = |text: &str| parts(&text.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(parts_of("a b a"), ["a", "b a", "a b"]);
        assert!(parts_of("a").is_empty());
        assert_eq!(parts_of(&["x"; 40].join(" ")).len(), MAX_PART);
    }
}
