//! Aggregation of passage-level judgements into document-level ones, for stages that judge each passage by itself.

use std::collections::HashSet;

use crate::{Document, Frame, FrameEvidence, Holder, Span, Stance, StanceLabel, Target, Voice};

/// Stance of one passage towards a target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StancePassage {
    /// The passage.
    pub span: Span,
    /// Probability that the passage is for the target, in [0, 1].
    pub favor: f32,
    /// Probability that the passage is against the target, in [0, 1]; `favor + against` is at most 1.
    pub against: f32,
    /// Relevance of the passage to the target, positive: its weight in the mean over passages.
    pub weight: f32,
}

impl StancePassage {
    /// How clearly the passage shows a stance with this label, weighted by its relevance to the target.
    #[must_use]
    pub fn score(&self, label: StanceLabel) -> f32 {
        match label {
            StanceLabel::Favor => self.favor * self.weight,
            StanceLabel::Against => self.against * self.weight,
            StanceLabel::Neutral => self.weight,
        }
    }
}

impl Stance {
    /// Aggregates the passages of one holder by their weighted mean and keeps at most `max_evidence` of those that show
    /// the stance most clearly, in text order.
    ///
    /// A side is taken when it is likelier than the other side and than neither, and its probability is at least
    /// `confidence`, in [0, 1]. Without passages the stance is neutral, with a score of 0.
    #[must_use]
    pub fn from_passages(
        holder: Holder,
        target: Target,
        mut passages: Vec<StancePassage>,
        confidence: f32,
        max_evidence: usize,
    ) -> Self {
        let total: f32 = passages.iter().map(|passage| passage.weight).sum();
        // Guards against division by zero when every weight is 0; far below any weight that could matter.
        let total = total.max(1e-6);
        let mean = |part: fn(&StancePassage) -> f32| passages.iter().map(|p| part(p) * p.weight).sum::<f32>() / total;
        let (against, favor) = (mean(|p| p.against), mean(|p| p.favor));
        let neither = 1.0 - favor - against;
        let (side, score) = if favor > against { (StanceLabel::Favor, favor) } else { (StanceLabel::Against, against) };
        let (label, score) = match score >= confidence && score > neither {
            true => (side, score),
            false if passages.is_empty() => (StanceLabel::Neutral, 0.0),
            false => (StanceLabel::Neutral, neither),
        };
        passages.sort_by(|a, b| b.score(label).total_cmp(&a.score(label)).then(a.span.cmp(&b.span)));
        let mut seen = HashSet::new();
        let spans = passages.iter().map(|passage| passage.span).filter(|span| seen.insert(*span));
        let mut evidence: Vec<Span> = spans.take(max_evidence).collect();
        evidence.sort_unstable();
        Self { holder, target, label, score: score.clamp(0.0, 1.0), reading: None, evidence }
    }
}

impl Frame {
    /// Share of a document's sentences, the highest-scoring ones, whose mean is the document's score.
    ///
    /// Set by hand: a frame that runs through a third of a story gets its full score, one that shows in a single
    /// sentence of many does not. Raising it towards 1 (the mean over all sentences) dilutes a frame that is confined
    /// to one section; lowering it towards 0 (the maximum) lets a passing remark decide.
    pub const STRONGEST: f32 = 1.0 / 3.0;

    /// Aggregates the scores of a document's sentences: `scores` holds indices into [`Document::sents`] in text order
    /// and scores in [0, 1].
    ///
    /// Evidence is the sentences of running text that score at least `evidence_score`, best first, at most
    /// `max_evidence` of them.
    #[must_use]
    pub fn from_sentences(
        doc: &Document,
        codebook: impl Into<String>,
        label: impl Into<String>,
        scores: impl IntoIterator<Item = (usize, f32)>,
        max_evidence: usize,
        evidence_score: f32,
    ) -> Self {
        let mut ranked: Vec<(usize, f32)> = scores.into_iter().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let strongest = ((ranked.len() as f32 * Self::STRONGEST).ceil() as usize).max(1);
        let score = ranked.iter().take(strongest).map(|(_, score)| score).sum::<f32>() / strongest as f32;
        let prose = |sent: usize| doc.sents.get(sent).filter(|sent| sent.kind.is_prose());
        let evidence = ranked
            .iter()
            .take_while(|(_, score)| *score >= evidence_score)
            .filter_map(|&(sent, score)| Some((prose(sent)?.span, score)))
            .take(max_evidence)
            .map(|(span, score)| FrameEvidence {
                span,
                score,
                voice: doc.quote_holding(span).map_or(Voice::Outlet, Voice::Quote),
            })
            .collect();
        Self { codebook: codebook.into(), label: label.into(), score, evidence }
    }
}

impl Document {
    /// Holder of the words of a passage: the speaker of the quotation that covers more than half of it, else the
    /// outlet.
    #[must_use]
    pub fn holder_of(&self, span: Span) -> Holder {
        let speaker = self.quote_holding(span).and_then(|quote| self.quotes.get(quote)?.speaker);
        speaker.map_or(Holder::Outlet, Holder::Entity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passage(start: usize, favor: f32, against: f32, weight: f32) -> StancePassage {
        StancePassage { span: Span::new(start, start + 5), favor, against, weight }
    }

    fn stance(passages: &[StancePassage]) -> Stance {
        Stance::from_passages(Holder::Outlet, Target::Text("a dam".to_owned()), passages.to_vec(), 0.4, 2)
    }

    #[test]
    fn a_side_is_taken_by_the_weighted_mean() {
        let check = |passages: &[StancePassage], label: StanceLabel, score: f32, starts: &[usize]| {
            let stance = stance(passages);
            assert_eq!(stance.label, label, "{passages:?}");
            assert!((stance.score - score).abs() < 1e-6, "{passages:?}: {}", stance.score);
            assert_eq!(stance.evidence.iter().map(|span| span.start).collect::<Vec<_>>(), starts);
        };
        check(&[], StanceLabel::Neutral, 0.0, &[]);
        check(&[passage(0, 0.8, 0.1, 1.0)], StanceLabel::Favor, 0.8, &[0]);
        check(&[passage(0, 0.8, 0.1, 1.0), passage(9, 0.0, 0.9, 3.0)], StanceLabel::Against, 0.7, &[0, 9]);
        // Likelier than the other side, but not than neither.
        check(&[passage(0, 0.41, 0.1, 1.0)], StanceLabel::Neutral, 0.49, &[0]);
        // The clearest two, in text order; duplicate passages give one piece of evidence.
        let four = [passage(0, 0.5, 0.0, 1.0), passage(9, 0.9, 0.0, 1.0), passage(9, 0.9, 0.0, 1.0)];
        check(&[four.as_slice(), &[passage(20, 0.7, 0.0, 1.0)]].concat(), StanceLabel::Favor, 0.75, &[9, 20]);
    }

    #[test]
    fn scores_that_are_no_numbers_are_ordered_all_the_same() {
        let doc = Document::from_text("1", "A b.");
        // Enough of them, in disorder, for the sort to notice an order that is none.
        let scores = (0..200).map(|i| (i, if i % 3 == 0 { f32::NAN } else { (i * 7 % 10) as f32 / 10.0 }));
        let frame = Frame::from_sentences(&doc, "book 1", "a", scores, 1, 0.5);
        assert!(frame.score.is_nan() && frame.evidence.is_empty());
    }

    #[test]
    fn a_frame_that_runs_through_a_third_is_fully_there() {
        let mut doc = Document::from_text("1", "A b. C d. E f. G h. I j. K l.");
        doc.sents = (0..6)
            .map(|i| crate::Sentence {
                span: Span::new(5 * i, 5 * i + 4),
                tokens: 0..0,
                block: 0,
                kind: if i == 0 { crate::SegmentKind::Title } else { crate::SegmentKind::Body },
            })
            .collect();
        let scores = [0.9, 0.1, 0.7, 0.0, 0.6, 0.2].into_iter().enumerate();
        let frame = Frame::from_sentences(&doc, "book 1", "a", scores, 1, 0.5);
        assert!((frame.score - 0.8).abs() < 1e-6);
        // The title counts towards the score, but is not evidence.
        assert_eq!(frame.evidence.iter().map(|e| e.span.start).collect::<Vec<_>>(), [10]);
        assert_eq!(Frame::from_sentences(&doc, "book 1", "a", [], 1, 0.5).score, 0.0);
    }
}
