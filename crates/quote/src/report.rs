//! A word that may be a cue, and what it reports.

use std::borrow::Cow;
use std::ops::Range;

use crate::cues::CueContext;
use crate::unit::Unit;

/// What is reported, as items of a unit.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) content: Range<usize>,
    pub(crate) cue: Range<usize>,
    pub(crate) speaker: Option<Range<usize>>,
    /// The second part of what is reported, when cue and speaker interrupt it: *In May, X said, it will open*.
    pub(crate) rest: Option<Range<usize>>,
}

/// A word that may be a cue, with what is known of it.
#[derive(Clone, Debug)]
pub(crate) struct Word<'a> {
    pub(crate) unit: &'a Unit<'a>,
    pub(crate) at: usize,
    /// Where the report before it ends.
    pub(crate) floor: usize,
    /// Which items belong to quotations that were found already.
    pub(crate) taken: &'a [bool],
    pub(crate) context: CueContext,
    /// What all forms of the word share.
    pub(crate) stem: Cow<'a, str>,
    /// Whether it can be a cue at all: no rule but *according to* is worth a look otherwise.
    pub(crate) may_be_cue: bool,
    /// What its own signs weigh.
    pub(crate) weight: f32,
}
