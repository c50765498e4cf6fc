//! Aggregates the readings of single passages into the stance of their holder.

use std::collections::HashSet;

use pressmark_core::{Holder, Span, Stance, StanceLabel, StanceReading, Target};

/// The stances of a document, and how many relevant passages were found and read.
pub(crate) struct Outcome {
    pub(crate) stances: Vec<Stance>,
    pub(crate) found: usize,
    pub(crate) read: usize,
}

/// A passage read beside a target, with the head's output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ReadPassage {
    pub(crate) span: Span,
    pub(crate) reading: StanceReading,
}

impl ReadPassage {
    /// Whether it is at least as likely as not to be about the target (probability of 0.5 or more).
    pub(crate) fn bears_on_target(&self) -> bool {
        self.reading.bears_on_target >= 0.5
    }
}

/// The stance of one holder, over the passages that bear on the target; neutral, with a score of 0 and no reading, if
/// none does.
///
/// Whether the holder takes a side is decided by the most sided third of these passages: most of what an article says
/// about a target says nothing for or against it, and a maximum would be fooled by noise, as among twenty neutral
/// sentences one always seems to take a side. Which side is the mean over the passages that take one, weighted by their
/// probability of doing so. The evidence are the clearest passages with the stance's own label, at most `max_evidence`,
/// in text order.
pub(crate) fn stance_of(holder: Holder, target: Target, passages: &[ReadPassage], max_evidence: usize) -> Stance {
    let mut passages: Vec<&ReadPassage> = passages.iter().filter(|passage| passage.bears_on_target()).collect();
    let Some(reading) = together(&passages) else {
        return Stance { holder, target, label: StanceLabel::Neutral, score: 0.0, reading: None, evidence: Vec::new() };
    };
    let label = reading.label();
    // Neutral evidence is clearest where a passage surely bears on the target and surely takes no side.
    let clarity = |passage: &ReadPassage| match label {
        StanceLabel::Neutral => passage.reading.bears_on_target * (1.0 - passage.reading.takes_a_side),
        side => passage.reading.probability(side),
    };
    passages.retain(|passage| passage.reading.label() == label);
    passages.sort_by(|a, b| clarity(b).total_cmp(&clarity(a)).then(a.span.cmp(&b.span)));
    let mut seen = HashSet::new();
    let spans = passages.iter().map(|passage| passage.span).filter(|span| seen.insert(*span));
    let mut evidence: Vec<Span> = spans.take(max_evidence).collect();
    evidence.sort_unstable();
    let score = reading.probability(label).clamp(0.0, 1.0);
    Stance { holder, target, label, score, reading: Some(reading), evidence }
}

/// Divisor of the passages whose mean decides whether the holder takes a side: the most sided third. Set by hand; 1
/// would average in the neutral passages, a larger one lets a single noisy passage decide.
const SHARE_THAT_TAKES_A_SIDE: usize = 3;

/// Aggregates readings; a single passage keeps its own. `None` for no passages.
fn together(passages: &[&ReadPassage]) -> Option<StanceReading> {
    let mut sides: Vec<f32> = passages.iter().map(|passage| passage.reading.sided()).collect();
    sides.sort_by(|a, b| b.total_cmp(a));
    sides.truncate(sides.len().div_ceil(SHARE_THAT_TAKES_A_SIDE));
    let bears_on_target = passages.iter().map(|passage| passage.reading.bears_on_target).reduce(f32::max)?;
    #[expect(clippy::cast_precision_loss, reason = "at most a few dozen passages are read")]
    let sided = sides.iter().sum::<f32>() / sides.len() as f32;
    let takes_a_side = if bears_on_target > 0.0 { sided / bears_on_target } else { 0.0 };
    // If no side is taken, all passages count: none says more than the others about which side.
    let decide = |passage: &&&ReadPassage| sided < 0.5 || passage.reading.sided() >= 0.5;
    let (mut weight, mut favor) = (0.0, 0.0);
    for passage in passages.iter().filter(decide) {
        weight += passage.reading.sided();
        favor += passage.reading.sided() * passage.reading.in_favor;
    }
    let in_favor = if weight > 0.0 { favor / weight } else { 0.5 };
    Some(StanceReading { bears_on_target, takes_a_side, in_favor })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passage(start: usize, bears_on_target: f32, takes_a_side: f32, in_favor: f32) -> ReadPassage {
        let reading = StanceReading { bears_on_target, takes_a_side, in_favor };
        ReadPassage { span: Span::new(start, start + 5), reading }
    }

    fn check(passages: &[ReadPassage], label: StanceLabel, score: f32, starts: &[usize]) {
        let stance = stance_of(Holder::Outlet, Target::Text("a dam".to_owned()), passages, 2);
        assert_eq!(stance.label, label, "{passages:?}");
        assert!((stance.score - score).abs() < 1e-6, "{passages:?}: {}", stance.score);
        assert_eq!(stance.evidence.iter().map(|span| span.start).collect::<Vec<_>>(), starts, "{passages:?}");
    }

    #[test]
    fn one_passage_speaks_for_itself() {
        check(&[passage(0, 0.8, 0.75, 0.9)], StanceLabel::Favor, 0.54, &[0]);
        check(&[passage(0, 1.0, 0.9, 0.2)], StanceLabel::Against, 0.72, &[0]);
        // On the target without a side, or a side about something else.
        check(&[passage(0, 0.9, 0.1, 0.9)], StanceLabel::Neutral, 0.91, &[0]);
        check(&[passage(0, 0.2, 0.9, 0.9)], StanceLabel::Neutral, 0.0, &[]);
        check(&[passage(0, 0.7, 0.7, 0.9)], StanceLabel::Neutral, 0.51, &[0]);
        check(&[], StanceLabel::Neutral, 0.0, &[]);
        let alone = passage(0, 0.8, 0.75, 0.9);
        let together = together(&[&alone]).expect("there is one");
        let pairs = [
            (together.bears_on_target, alone.reading.bears_on_target),
            (together.takes_a_side, alone.reading.takes_a_side),
            (together.in_favor, alone.reading.in_favor),
        ];
        assert!(pairs.iter().all(|(a, b)| (a - b).abs() < 1e-6), "{together:?}");
    }

    #[test]
    fn reports_beside_a_side_do_not_hide_it() {
        let mut passages = vec![passage(90, 1.0, 0.9, 0.1), passage(95, 1.0, 0.9, 0.1)];
        passages.extend((0..4).map(|i| passage(10 * i, 1.0, 0.1, 0.9)));
        check(&passages, StanceLabel::Against, 0.81, &[90, 95]);
    }

    #[test]
    fn one_passage_among_many_that_report_is_no_side() {
        let mut passages = vec![passage(90, 1.0, 0.9, 0.1)];
        passages.extend((0..8).map(|i| passage(10 * i, 1.0, 0.1, 0.9)));
        check(&passages, StanceLabel::Neutral, 1.0 - 1.1 / 3.0, &[0, 10]);
    }

    #[test]
    fn passages_that_take_sides_decide_by_their_weight() {
        // Two clear ones against, one in favour, one without a side: the clearest two against are the evidence, in text
        // order.
        let passages = [
            passage(0, 1.0, 0.6, 0.0),
            passage(10, 1.0, 0.8, 1.0),
            passage(20, 1.0, 0.9, 0.0),
            passage(30, 0.9, 0.1, 1.0),
        ];
        check(&passages, StanceLabel::Against, 0.85 * 1.5 / 2.3, &[0, 20]);
        check(&passages[..2], StanceLabel::Favor, 0.8 * 0.8 / 1.4, &[10]);
    }

    #[test]
    fn a_passage_that_is_read_twice_is_shown_once() {
        let passages = [passage(0, 1.0, 1.0, 1.0), passage(0, 1.0, 1.0, 1.0), passage(20, 1.0, 0.9, 1.0)];
        check(&passages, StanceLabel::Favor, 1.0, &[0, 20]);
    }
}
