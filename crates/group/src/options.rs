use crate::error::{Error, Result};

/// Options for grouping; [`Default`] states every default.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// Minimum mean similarity of documents in a story, in (0, 1]: two clusters are joined if the mean score of the
    /// pairs across them is at least this.
    ///
    /// The score of a pair is the cosine of its weighted words and entities, decaying with each day between them. Two
    /// reports of one event score about 0.2 to 0.5; reports of two similar events, or of two days of one affair, 0.05
    /// to 0.15. A lower value merges related events into one story; a higher one splits stories. Default: 0.16, chosen
    /// on half of the topics of ECB+ (see the README).
    pub threshold: f32,
    /// Maximum number of days between two documents for their similarity to count; beyond it, their score is 0.
    /// Default: 30, set by hand: a longer-running affair is more than one story.
    pub max_days: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { threshold: 0.16, max_days: 30 }
    }
}

impl Options {
    /// Sets the threshold.
    ///
    /// # Errors
    /// If it is not in (0, 1].
    pub fn with_threshold(self, threshold: f32) -> Result<Self> {
        if threshold > 0.0 && threshold <= 1.0 {
            Ok(Self { threshold, ..self })
        } else {
            Err(Error::Threshold(threshold))
        }
    }

    /// Sets the maximum number of days.
    #[must_use]
    pub fn with_max_days(self, max_days: u32) -> Self {
        Self { max_days, ..self }
    }
}
