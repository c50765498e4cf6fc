//! A word that may be a cue, and its report.

use std::borrow::Cow;
use std::ops::Range;

use crate::cues::CueContext;
use crate::unit::Unit;

/// A report, as items of a unit.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) content: Range<usize>,
    pub(crate) cue: Range<usize>,
    pub(crate) speaker: Option<Range<usize>>,
    /// Second part of the content, when cue and speaker interrupt it: *In May, X said, it will open*.
    pub(crate) rest: Option<Range<usize>>,
}

/// A word that may be a cue, with its context.
#[derive(Clone, Debug)]
pub(crate) struct Word<'a> {
    pub(crate) unit: &'a Unit<'a>,
    pub(crate) at: usize,
    /// End of the report before it.
    pub(crate) floor: usize,
    /// Items that belong to quotations found earlier.
    pub(crate) taken: &'a [bool],
    pub(crate) context: CueContext,
    /// Stem that all forms of the word share.
    pub(crate) stem: Cow<'a, str>,
    /// Whether it can be a cue; otherwise only the rule for *according to* applies.
    pub(crate) may_be_cue: bool,
    /// Sum of the weights of its own signs.
    pub(crate) weight: f32,
}
