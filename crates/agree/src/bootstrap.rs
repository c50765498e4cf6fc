use std::collections::BTreeMap;

use pressmark_jsonl::Frame;
use serde::Serialize;

/// Options of [`agreement`](crate::agreement); [`Default`] states every default.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// Bootstrap resamples per interval; 0 for no intervals. Default: 1,000. Set by hand: more resamples reduce the
    /// random error of the bounds, and time grows in proportion.
    pub resamples: usize,
    /// Seed of the bootstrap: the same seed gives the same intervals. Default: 1.
    pub seed: u64,
    /// Confidence level of the intervals, in (0, 1). Default: 0.95.
    pub level: f64,
    /// Minimum score, in [0, 1], at which a frame counts as assigned. Default: 0.5, as in evaluation.
    pub min_frame_score: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { resamples: 1_000, seed: 1, level: 0.95, min_frame_score: Frame::ASSIGNED }
    }
}

impl Options {
    /// Sets the number of resamples.
    #[must_use]
    pub fn with_resamples(mut self, resamples: usize) -> Self {
        self.resamples = resamples;
        self
    }

    /// Sets the seed.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
}

/// An estimate and its confidence interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// Value over all documents.
    pub value: f64,
    /// Lower bound of the interval, a percentile of the resamples; `None` without resamples.
    pub low: Option<f64>,
    /// Upper bound of the interval.
    pub high: Option<f64>,
}

/// One document's contribution to each sum, by index; missing ones are 0.
pub(crate) type Sums = BTreeMap<usize, f64>;

/// A statistic of the sums; `None` where it is undefined.
type Statistic = dyn Fn(&[f64]) -> Option<f64>;

/// A statistic that is a function of sums over documents, so that it can be bootstrapped by document.
pub(crate) struct Measure {
    documents: Vec<Sums>,
    size: usize,
    of: Box<Statistic>,
}

impl Measure {
    pub(crate) fn new(documents: Vec<Sums>, size: usize, of: impl Fn(&[f64]) -> Option<f64> + 'static) -> Self {
        Self { documents, size, of: Box::new(of) }
    }

    /// The statistic over all documents.
    pub(crate) fn value(&self) -> Option<f64> {
        self.over(0..self.documents.len())
    }

    fn over(&self, documents: impl Iterator<Item = usize>) -> Option<f64> {
        let mut sums = vec![0.0; self.size];
        for (place, amount) in documents.filter_map(|index| self.documents.get(index)).flatten() {
            if let Some(sum) = sums.get_mut(*place) {
                *sum += amount;
            }
        }
        (self.of)(&sums)
    }

    /// Returns the statistic with the percentile interval of a bootstrap over documents (Efron 1979). Resamples for
    /// which it is undefined are ignored.
    pub(crate) fn estimate(&self, options: &Options) -> Option<Estimate> {
        let value = self.value()?;
        let count = self.documents.len();
        // Every measure uses the same resamples, so that intervals are comparable.
        let mut random = Random::new(options.seed);
        let draw = |_| self.over((0..count).map(|_| random.below(count)).collect::<Vec<_>>().into_iter());
        let mut drawn: Vec<f64> = (0..options.resamples).filter_map(draw).collect();
        drawn.sort_unstable_by(f64::total_cmp);
        let tail = (1.0 - options.level) / 2.0;
        Some(Estimate { value, low: quantile(&drawn, tail), high: quantile(&drawn, 1.0 - tail) })
    }
}

/// Quantile of sorted numbers by linear interpolation (definition 7 of Hyndman and Fan 1996, the default of NumPy).
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let at = share * sorted.len().checked_sub(1)? as f64;
    let (below, above) = (sorted.get(at.floor() as usize)?, sorted.get(at.ceil() as usize)?);
    Some(below + (above - below) * at.fract())
}

/// SplitMix64 (Steele, Lea and Flood 2014), with the constants of the paper: the same sequence on every machine.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Returns a number below `limit`, or 0 if that is 0, by multiply-shift (Lemire 2019) without rejection: the bias
    /// is below `limit` / 2^64.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.next()) * limit as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean of one number per document.
    fn mean_of(values: &[f64]) -> Measure {
        let documents = values.iter().map(|value| Sums::from([(0, *value), (1, 1.0)])).collect();
        Measure::new(documents, 2, |sums| (sums[1] > 0.0).then(|| sums[0] / sums[1]))
    }

    #[test]
    fn the_interval_of_a_mean_is_that_of_its_standard_error() {
        let values: Vec<f64> = (0..400).map(|i| f64::from(i % 10)).collect();
        let found = mean_of(&values).estimate(&Options::default()).expect("defined");
        assert_eq!(found.value, 4.5);
        // The standard deviation is 2.872, so 1.96 standard errors are 0.281.
        let half = (found.high.expect("high") - found.low.expect("low")) / 2.0;
        assert!((half - 0.281).abs() < 0.02, "{half}");
    }

    #[test]
    fn the_same_seed_gives_the_same_interval() {
        let measure = mean_of(&[0.1, 0.5, 0.2, 0.9, 0.4]);
        let with = |seed| measure.estimate(&Options::default().with_seed(seed));
        assert_eq!(with(3), with(3));
        assert_ne!(with(3), with(4));
        let none = measure.estimate(&Options::default().with_resamples(0)).expect("defined");
        assert_eq!((none.low, none.high), (None, None));
    }

    #[test]
    fn quantiles_are_those_of_numpy() {
        let sorted = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(quantile(&sorted, 0.0), Some(1.0));
        assert_eq!(quantile(&sorted, 0.5), Some(3.0));
        assert_eq!(quantile(&sorted, 0.75), Some(5.0));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn random_numbers_are_those_of_splitmix64() {
        let mut random = Random::new(1_234_567);
        assert_eq!([random.next(), random.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }
}
