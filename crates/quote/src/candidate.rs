use pressmark_core::{QuoteKind, Span};

/// A quotation whose speaker is not yet resolved to an entity: an unfinished [`Quote`](pressmark_core::Quote).
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) span: Span,
    pub(crate) kind: QuoteKind,
    pub(crate) cue: Option<Span>,
    /// Span of the words that name the speaker.
    pub(crate) speaker: Option<Span>,
    pub(crate) closed: bool,
    /// Unit in which it starts.
    pub(crate) unit: usize,
    /// Name of the rule that found it.
    pub(crate) rule: &'static str,
    /// Probability that its cue is one, in [0, 1]; `None` where no classifier was asked.
    pub(crate) cue_probability: Option<f32>,
}
