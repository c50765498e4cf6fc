use std::fmt;
use std::ops::Range;

use crate::named::named_enum;
use crate::{EntityType, SegmentKind, Span};

/// A sentence, heading or list item: the unit that stages work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Byte span, without surrounding white space.
    pub span: Span,
    /// Its tokens: indices into [`Document::tokens`](crate::Document::tokens), half-open.
    pub tokens: Range<usize>,
    /// Index of its block among the kept blocks, in text order.
    pub block: usize,
    /// Kind of that block.
    pub kind: SegmentKind,
}

/// A word or punctuation mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Byte span.
    pub span: Span,
}

/// Encoder input of a document: whole sentences packed into windows of at most the model's size.
///
/// Rows are subwords, those of all windows concatenated, special tokens included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Windows {
    /// Vocabulary id of each row.
    pub ids: Vec<u32>,
    /// Word-shape class of each row; 0 for special tokens.
    pub shapes: Vec<u8>,
    /// First row of each window, followed by the total number of rows; empty when there is no window.
    pub starts: Vec<usize>,
    /// The rows of each token, half-open; a token never crosses windows.
    pub token_rows: Vec<Range<usize>>,
}

/// A mention of an entity.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// Byte span.
    pub span: Span,
    /// Type: one of the scheme's, or a label of a codebook of terms.
    pub label: EntityType,
    /// Confidence, in [0, 1].
    pub score: f32,
    /// Entity that the mention refers to: an index into [`Document::entities`](crate::Document::entities).
    pub entity: Option<usize>,
}

/// A real-world thing named in the document: a cluster of mentions.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Fullest form in the document.
    pub name: String,
    /// Type of the entity.
    pub label: EntityType,
    /// Its other forms in the document, in order of first use.
    pub aliases: Vec<String>,
    /// Number of mentions.
    pub mentions: usize,
    /// Tone towards the entity over all its mentions, where a stage judged it.
    pub sentiment: Option<Sentiment>,
}

/// Tone towards an entity, as a distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sentiment {
    /// Probability of a positive tone, in [0, 1]; the three add up to 1.
    pub positive: f32,
    /// Probability of a neutral tone.
    pub neutral: f32,
    /// Probability of a negative tone.
    pub negative: f32,
}

impl Sentiment {
    /// The most probable tone and its probability; a tie goes to neutral, or if neutral is not part of it to negative.
    #[must_use]
    pub fn best(&self) -> (Tone, f32) {
        let tone = if self.positive > self.neutral && self.positive > self.negative {
            Tone::Positive
        } else if self.negative > self.neutral {
            Tone::Negative
        } else {
            Tone::Neutral
        };
        (tone, self.probability(tone))
    }

    /// Probability of a tone.
    #[must_use]
    pub fn probability(&self, tone: Tone) -> f32 {
        match tone {
            Tone::Positive => self.positive,
            Tone::Neutral => self.neutral,
            Tone::Negative => self.negative,
        }
    }
}

named_enum! {
    /// Tone in which something is mentioned.
    pub enum Tone {
        /// Positive.
        Positive = "positive",
        /// Neutral.
        Neutral = "neutral",
        /// Negative.
        Negative = "negative",
    }
}

/// A quotation with its cue and speaker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Span of the content: with its quotation marks (direct), or the content clause (indirect).
    pub span: Span,
    /// Direct, indirect or mixed.
    pub kind: QuoteKind,
    /// The speaker: an index into [`Document::entities`](crate::Document::entities).
    pub speaker: Option<usize>,
    /// Span of the words that name the speaker here ("he", "the minister").
    pub speaker_span: Option<Span>,
    /// Span of the cue ("said", "according to").
    pub cue: Option<Span>,
    /// Whether the closing quotation mark was found (always true for indirect quotations).
    pub closed: bool,
}

named_enum! {
    /// How a quotation renders the speaker's words.
    pub enum QuoteKind {
        /// Verbatim, in quotation marks.
        Direct = "direct",
        /// Paraphrased by the outlet.
        Indirect = "indirect",
        /// Paraphrased, with a verbatim part.
        Mixed = "mixed",
    }
}

/// A sentence chosen for the summary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SummarySentence {
    /// Index into [`Document::sents`](crate::Document::sents).
    pub sent: usize,
    /// Rank by salience, from 1, the most salient.
    pub rank: usize,
    /// Salience, in [0, 1].
    pub score: f32,
}

/// Score and evidence of one frame in a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Name and version of the codebook.
    pub codebook: String,
    /// Label of the frame.
    pub label: String,
    /// Degree to which the document uses the frame, in [0, 1].
    pub score: f32,
    /// Sentences that show the frame, best first.
    pub evidence: Vec<FrameEvidence>,
}

/// A passage that shows a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrameEvidence {
    /// Span of the passage.
    pub span: Span,
    /// How clearly it shows the frame, in [0, 1].
    pub score: f32,
    /// Whose words the passage is in.
    pub voice: Voice,
}

/// Whose words a passage is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// The outlet's.
    Outlet,
    /// Those of a quotation: an index into [`Document::quotes`](crate::Document::quotes).
    Quote(usize),
}

impl fmt::Display for Voice {
    /// Writes `outlet`, or the index.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outlet => f.pad("outlet"),
            Self::Quote(index) => index.fmt(f),
        }
    }
}

/// Stance of a holder towards a target.
#[derive(Clone, Debug, PartialEq)]
pub struct Stance {
    /// Holder of the stance.
    pub holder: Holder,
    /// Target of the stance.
    pub target: Target,
    /// Favor, against or neutral.
    pub label: StanceLabel,
    /// Confidence, in [0, 1].
    pub score: f32,
    /// Aggregated reading of the passages with the target; `None` where the stage judges in another way, or where no
    /// passage bears on the target.
    pub reading: Option<StanceReading>,
    /// Passages that show the stance.
    pub evidence: Vec<Span>,
}

/// Reading of a passage with a target: three questions in sequence, each answered by a probability in [0, 1].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StanceReading {
    /// Probability that the passage says something about the target.
    pub bears_on_target: f32,
    /// Probability that it takes a side, given that it bears on the target.
    pub takes_a_side: f32,
    /// Probability that the side is for the target, given that it takes one.
    pub in_favor: f32,
}

impl StanceReading {
    /// Probability that the passage bears on the target and takes a side.
    #[must_use]
    pub fn sided(&self) -> f32 {
        self.bears_on_target * self.takes_a_side
    }

    /// The likelier side if the passage takes one with a probability of at least 0.5, else neutral.
    ///
    /// The side's own probability can be below 0.5, where the other is nearly as likely. Taking the most probable of
    /// the three labels instead costs 0.6 points of macro F1 on VAST's dev part and 3.5 on SemEval's training part,
    /// where sides are seldom sure.
    #[must_use]
    pub fn label(&self) -> StanceLabel {
        match (self.sided() >= 0.5, self.in_favor >= 0.5) {
            (false, _) => StanceLabel::Neutral,
            (true, true) => StanceLabel::Favor,
            (true, false) => StanceLabel::Against,
        }
    }

    /// Probability of a label; the three add up to 1.
    #[must_use]
    pub fn probability(&self, label: StanceLabel) -> f32 {
        match label {
            StanceLabel::Favor => self.sided() * self.in_favor,
            StanceLabel::Against => self.sided() * (1.0 - self.in_favor),
            StanceLabel::Neutral => 1.0 - self.sided(),
        }
    }
}

/// Holder of a stance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Holder {
    /// The outlet that published the document.
    Outlet,
    /// An entity: an index into [`Document::entities`](crate::Document::entities).
    Entity(usize),
}

/// Target of a stance.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// An entity: an index into [`Document::entities`](crate::Document::entities).
    Entity(usize),
    /// A target that the user gave in words.
    Text(String),
}

named_enum! {
    /// Direction of a stance.
    pub enum StanceLabel {
        /// For the target.
        Favor = "favor",
        /// Against the target.
        Against = "against",
        /// Neither for nor against.
        Neutral = "neutral",
    }
}

/// How much of the text a stage processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Name of the stage.
    pub stage: &'static str,
    /// Code points that the stage saw.
    pub seen: usize,
    /// Code points that the stage should have seen.
    pub total: usize,
    /// Passages read a second time; `None` for a stage that does not do so.
    pub passages: Option<PassageCount>,
}

/// Passages that a stage selected for a second reading, and those that it read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassageCount {
    /// Passages selected.
    pub found: usize,
    /// Passages read; at most `found`.
    pub read: usize,
}
