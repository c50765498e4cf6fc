//! Baselines for summarizers: the lead sentences, and LexRank.

use std::collections::HashMap;

use pressmark_tokenize::words;

/// Indices of the first `count` sentences.
#[must_use]
pub fn lead(sentences: &[&str], count: usize) -> Vec<usize> {
    (0..sentences.len().min(count)).collect()
}

/// Indices of all sentences ranked by LexRank (Erkan and Radev, 2004), the most central first.
///
/// The continuous variant: edges are idf-modified cosines, without a threshold. As in PyPI `sumy`, document frequencies
/// are counted within the document, and term frequencies are divided by that of the sentence's most frequent word.
/// Damping 0.15, as in the paper. Takes time and memory quadratic in the number of sentences.
#[must_use]
pub fn lexrank(sentences: &[&str]) -> Vec<usize> {
    let n = sentences.len();
    if n == 0 {
        return Vec::new();
    }
    let bags: Vec<HashMap<String, f64>> = sentences.iter().map(|s| bag(s)).collect();
    let mut within: HashMap<&str, f64> = HashMap::new();
    for word in bags.iter().flat_map(HashMap::keys) {
        *within.entry(word).or_default() += 1.0;
    }
    let idf = |word: &str| (n as f64 / (1.0 + within.get(word).copied().unwrap_or_default())).ln();
    let norms: Vec<f64> = bags.iter().map(|b| dot(b, b, &idf).sqrt()).collect();
    let mut matrix = vec![0.0; n * n];
    for (i, row) in matrix.chunks_mut(n).enumerate() {
        for (j, cell) in row.iter_mut().enumerate() {
            let norm = norms[i] * norms[j];
            *cell = if norm > 0.0 { dot(&bags[i], &bags[j], &idf) / norm } else { 0.0 };
        }
        let sum: f64 = row.iter().sum();
        row.iter_mut().for_each(|cell| *cell = if sum > 0.0 { *cell / sum } else { 1.0 / n as f64 });
    }
    let ranks = stationary(&matrix, n);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| ranks[b].total_cmp(&ranks[a]).then(a.cmp(&b)));
    order
}

/// Probability that the random walk jumps to any sentence; 0.15, as in the LexRank paper.
const DAMPING: f64 = 0.15;

/// The stationary distribution of the random walk over sentences, by power iteration.
fn stationary(matrix: &[f64], n: usize) -> Vec<f64> {
    let mut ranks = vec![1.0 / n as f64; n];
    // Some twenty rounds usually reach the tolerance below; a hundred is a guard. The 1e-9 is set by hand, far below
    // any difference that decides a rank.
    for _ in 0..100 {
        let mut next = vec![DAMPING / n as f64; n];
        for (row, rank) in matrix.chunks(n).zip(&ranks) {
            next.iter_mut().zip(row).for_each(|(next, cell)| *next += (1.0 - DAMPING) * rank * cell);
        }
        let change: f64 = next.iter().zip(&ranks).map(|(a, b)| (a - b).abs()).sum();
        ranks = next;
        if change < 1e-9 {
            break;
        }
    }
    ranks
}

/// Lower-cased words of a sentence with their frequencies, relative to its most frequent word.
fn bag(sentence: &str) -> HashMap<String, f64> {
    let mut bag = HashMap::new();
    for word in words(sentence).into_iter().map(|w| w.slice(sentence)).filter(|w| w.contains(char::is_alphanumeric)) {
        *bag.entry(word.to_lowercase()).or_insert(0.0) += 1.0;
    }
    let most = bag.values().copied().fold(1.0, f64::max);
    bag.values_mut().for_each(|count| *count /= most);
    bag
}

/// Dot product of two bags, each word weighted by its squared idf. Sums over sorted words: floating-point addition in
/// the map's order would differ from run to run.
fn dot(a: &HashMap<String, f64>, b: &HashMap<String, f64>, idf: &impl Fn(&str) -> f64) -> f64 {
    let (a, b) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let mut shared: Vec<(&str, f64)> = a.iter().filter_map(|(w, x)| Some((w.as_str(), x * b.get(w)?))).collect();
    shared.sort_unstable_by_key(|(word, _)| *word);
    shared.into_iter().map(|(word, product)| product * idf(word).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_that_others_repeat_leads() {
        let sentences = [
            "Sheep eat grass.",
            "The dam broke.",
            "Engineers feared for the old dam at Orla.",
            "At Orla the old dam broke on Monday, as engineers feared.",
            "Cows eat hay.",
            "Rain fell in the hills.",
        ];
        assert_eq!(lexrank(&sentences)[0], 3);
        assert_eq!(lexrank(&sentences).len(), 6);
        assert!(lexrank(&[]).is_empty());
        assert_eq!(lead(&sentences, 2), [0, 1]);
    }
}
