use std::fmt;
use std::ops::Range;

use crate::named::named_enum;
use crate::{EntityType, SegmentKind, Span};

/// A sentence, heading or list item: what stages treat as one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Its text, without surrounding white space.
    pub span: Span,
    /// Its words: indices into [`Document::tokens`](crate::Document::tokens), half-open.
    pub tokens: Range<usize>,
    /// The block it stands in, counted from 0 over the kept blocks in text order.
    pub block: usize,
    /// What that block is.
    pub kind: SegmentKind,
}

/// A word or punctuation mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its text.
    pub span: Span,
}

/// The document cut into what the encoder reads: whole sentences packed up to the window size.
///
/// Rows are subwords, those of all windows one after the other, special tokens included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Windows {
    /// Vocabulary id of each row.
    pub ids: Vec<u32>,
    /// Word-shape class of each row; 0 for special tokens.
    pub shapes: Vec<u8>,
    /// Row at which each window starts, and at the end the number of rows; empty when there is no window.
    pub starts: Vec<usize>,
    /// The rows of each token, half-open; a token never crosses windows.
    pub token_rows: Vec<Range<usize>>,
}

/// A mention of an entity.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// Its text.
    pub span: Span,
    /// Its type: one of the scheme in force, or a label of a codebook of terms.
    pub label: EntityType,
    /// How sure the stage is, in [0, 1].
    pub score: f32,
    /// The entity it names: an index into [`Document::entities`](crate::Document::entities).
    pub entity: Option<usize>,
}

/// One real-world thing named in the document.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Its fullest form in the document.
    pub name: String,
    /// Its type.
    pub label: EntityType,
    /// The other forms it takes in the document, in order of first use.
    pub aliases: Vec<String>,
    /// How many mentions it has.
    pub mentions: usize,
    /// The tone towards it over all its mentions, when a stage judged it.
    pub sentiment: Option<Sentiment>,
}

/// The tone towards something.
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
    /// The most probable tone and its probability.
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
    /// How something is spoken of.
    pub enum Tone {
        /// As good.
        Positive = "positive",
        /// Neither.
        Neutral = "neutral",
        /// As bad.
        Negative = "negative",
    }
}

/// A quotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The content with its quotation marks (direct), or the content clause (indirect).
    pub span: Span,
    /// Direct, indirect or mixed.
    pub kind: QuoteKind,
    /// Who speaks: an index into [`Document::entities`](crate::Document::entities).
    pub speaker: Option<usize>,
    /// The words that name the speaker here ("he", "the minister").
    pub speaker_span: Option<Span>,
    /// The words that introduce the quotation ("said", "according to").
    pub cue: Option<Span>,
    /// Whether the closing quotation mark was found (always true for indirect quotations).
    pub closed: bool,
}

named_enum! {
    /// How a quotation gives the words of its speaker.
    pub enum QuoteKind {
        /// Verbatim, in quotation marks.
        Direct = "direct",
        /// Reported in the outlet's words.
        Indirect = "indirect",
        /// Reported, with a verbatim part.
        Mixed = "mixed",
    }
}

/// A sentence chosen for the summary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SummarySentence {
    /// The sentence: an index into [`Document::sents`](crate::Document::sents).
    pub sent: usize,
    /// 1 is the most salient.
    pub rank: usize,
    /// How salient it is, in [0, 1].
    pub score: f32,
}

/// How much a document is framed in one way.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Name and version of the codebook.
    pub codebook: String,
    /// The frame's label.
    pub label: String,
    /// How much, in [0, 1].
    pub score: f32,
    /// The sentences that show it, best first.
    pub evidence: Vec<FrameEvidence>,
}

/// A passage that shows a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrameEvidence {
    /// The passage.
    pub span: Span,
    /// How clearly, in [0, 1].
    pub score: f32,
    /// Whose words they are.
    pub voice: Voice,
}

/// Whose words a passage is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// The outlet's own.
    Outlet,
    /// Those of a quotation: an index into [`Document::quotes`](crate::Document::quotes).
    Quote(usize),
}

impl fmt::Display for Voice {
    /// `outlet`, or the index.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outlet => f.pad("outlet"),
            Self::Quote(index) => index.fmt(f),
        }
    }
}

/// Where somebody stands towards something.
#[derive(Clone, Debug, PartialEq)]
pub struct Stance {
    /// Who holds it.
    pub holder: Holder,
    /// Towards what.
    pub target: Target,
    /// For, against or neither.
    pub label: StanceLabel,
    /// How sure the stage is, in [0, 1].
    pub score: f32,
    /// What was read of the passages beside the target, taken together; `None` where the stage judges in another way,
    /// or no passage bears on the target.
    pub reading: Option<StanceReading>,
    /// The passages that show it.
    pub evidence: Vec<Span>,
}

/// What a passage, read beside a target, says of it: three questions apart, each answered by a probability in [0, 1].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StanceReading {
    /// That the passage says something about the target.
    pub bears_on_target: f32,
    /// That it takes a side, if it bears on the target.
    pub takes_a_side: f32,
    /// That the side is for the target, if it takes one.
    pub in_favor: f32,
}

impl StanceReading {
    /// Probability that the passage bears on the target and takes a side.
    #[must_use]
    pub fn sided(&self) -> f32 {
        self.bears_on_target * self.takes_a_side
    }

    /// The likelier side where one is taken as likely as not, else neutral.
    ///
    /// The probability of that very side can be under one half, where it is nearly as likely to be the other. Only taking
    /// the likeliest of the three costs 0.6 points of macro F1 on VAST's dev part and 3.5 on SemEval's training part,
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

/// Who holds a stance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Holder {
    /// The outlet that published the document.
    Outlet,
    /// An index into [`Document::entities`](crate::Document::entities).
    Entity(usize),
}

/// What a stance is towards.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// An index into [`Document::entities`](crate::Document::entities).
    Entity(usize),
    /// The words that the user gave.
    Text(String),
}

named_enum! {
    /// For, against or neither.
    pub enum StanceLabel {
        /// For the target.
        Favor = "favor",
        /// Against the target.
        Against = "against",
        /// Neither.
        Neutral = "neutral",
    }
}

/// How much of the text a stage saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The stage.
    pub stage: &'static str,
    /// Code points that it saw.
    pub seen: usize,
    /// Code points that it should have seen.
    pub total: usize,
    /// Passages that it reads once more, for a stage that does.
    pub passages: Option<PassageCount>,
}

/// How many passages a stage would have read once more, and how many it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassageCount {
    /// Passages that were found worth it.
    pub found: usize,
    /// Those that were read, at most as many.
    pub read: usize,
}
