use crate::error::{Error, Result};

/// How documents are grouped and compared; [`Default`] states every default.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// How much the documents of a story have in common, in (0, 1]: clusters are joined as long as the mean score of
    /// pairs across them is at least this.
    ///
    /// The score of a pair is the cosine of its weighted words and entities, less with each day between them. Two
    /// reports of one event have some 0.2 to 0.5, reports of two events of one kind, or two days of one affair, 0.05 to
    /// 0.15. Lower, related events become one story; higher, a story falls apart. Default: 0.16, chosen on half of the
    /// topics of ECB+ (see the README).
    pub threshold: f32,
    /// Days between two documents from which on they are not of one story, however much they have in common. Default:
    /// 30.
    pub max_days: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { threshold: 0.16, max_days: 30 }
    }
}

impl Options {
    /// The same with another threshold.
    ///
    /// # Errors
    /// When it is not in (0, 1].
    pub fn with_threshold(self, threshold: f32) -> Result<Self> {
        if threshold > 0.0 && threshold <= 1.0 {
            Ok(Self { threshold, ..self })
        } else {
            Err(Error::Threshold(threshold))
        }
    }

    /// The same with another number of days.
    #[must_use]
    pub fn with_max_days(self, max_days: u32) -> Self {
        Self { max_days, ..self }
    }
}
