use pressmark_core::{QuoteKind, Span};

/// A quotation on its way to becoming a [`Quote`](pressmark_core::Quote): its words are found, its speaker is not yet
/// an entity.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) span: Span,
    pub(crate) kind: QuoteKind,
    pub(crate) cue: Option<Span>,
    /// The words that name the speaker.
    pub(crate) speaker: Option<Span>,
    pub(crate) closed: bool,
    /// The unit that it starts in.
    pub(crate) unit: usize,
    /// Which rule found it.
    pub(crate) rule: &'static str,
    /// How likely its cue is one, where that was asked: in [0, 1].
    pub(crate) cue_probability: Option<f32>,
}
