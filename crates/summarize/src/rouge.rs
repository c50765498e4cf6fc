//! ROUGE: how much of a reference summary a summary recalls (Lin, 2004).
//!
//! The numbers are those of PyPI `rouge-score` 0.1.2 without stemming: words are runs of `a`–`z` and digits in
//! lower-cased text, and [`Scores::rouge_lsum`] treats each line as a sentence, as that package does.

use std::collections::HashMap;

/// Precision, recall and F1, each in [0, 1].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// Share of the summary found in the reference.
    pub precision: f64,
    /// Share of the reference found in the summary.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
}

/// The four measures of one summary.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scores {
    /// Unigram overlap.
    pub rouge1: Score,
    /// Bigram overlap.
    pub rouge2: Score,
    /// Longest common subsequence of the whole texts.
    pub rouge_l: Score,
    /// Union of the longest common subsequences of lines; called ROUGE-L in papers on CNN/DailyMail.
    pub rouge_lsum: Score,
}

/// Scores a summary against one reference; `rouge_lsum` treats lines as sentences.
///
/// ```
/// let scores = pressmark_summarize::rouge::rouge("The river rose.", "The river Orla rose");
/// assert_eq!(scores.rouge1.recall, 1.0);
/// assert_eq!(scores.rouge1.precision, 0.75);
/// ```
#[must_use]
pub fn rouge(reference: &str, summary: &str) -> Scores {
    let mut ids = HashMap::new();
    let lines = |text: &str, ids: &mut HashMap<String, u32>| -> Vec<Vec<u32>> {
        text.split('\n').filter(|line| !line.is_empty()).map(|line| words(line, ids)).collect()
    };
    let (reference, summary) = (lines(reference, &mut ids), lines(summary, &mut ids));
    let (whole_reference, whole_summary) = (reference.concat(), summary.concat());
    Scores {
        rouge1: grams(&whole_reference, &whole_summary, 1),
        rouge2: grams(&whole_reference, &whole_summary, 2),
        rouge_l: longest_common(&whole_reference, &whole_summary),
        rouge_lsum: union_common(&reference, &summary),
    }
}

/// The best score over several references, chosen by F1 for each measure separately.
#[must_use]
pub fn rouge_best(references: &[String], summary: &str) -> Scores {
    let best = |a: Score, b: Score| if b.f1 > a.f1 { b } else { a };
    references.iter().map(|reference| rouge(reference, summary)).fold(Scores::default(), |a, b| Scores {
        rouge1: best(a.rouge1, b.rouge1),
        rouge2: best(a.rouge2, b.rouge2),
        rouge_l: best(a.rouge_l, b.rouge_l),
        rouge_lsum: best(a.rouge_lsum, b.rouge_lsum),
    })
}

/// Word ids of a text; equal words have equal ids.
fn words(text: &str, ids: &mut HashMap<String, u32>) -> Vec<u32> {
    let lower = text.to_lowercase();
    lower
        .split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit())
        .filter(|word| !word.is_empty())
        .map(|word| {
            let next = u32::try_from(ids.len()).unwrap_or(u32::MAX);
            *ids.entry(word.to_owned()).or_insert(next)
        })
        .collect()
}

/// The score for `hits` units in common, from the sizes of the reference and the summary.
fn score(hits: usize, reference: usize, summary: usize) -> Score {
    let precision = hits as f64 / summary.max(1) as f64;
    let recall = hits as f64 / reference.max(1) as f64;
    let f1 = if hits > 0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
    Score { precision, recall, f1 }
}

fn grams(reference: &[u32], summary: &[u32], n: usize) -> Score {
    let mut left = HashMap::new();
    for gram in reference.windows(n) {
        *left.entry(gram).or_insert(0_usize) += 1;
    }
    let mut hits = 0;
    for gram in summary.windows(n) {
        if let Some(count) = left.get_mut(gram).filter(|count| **count > 0) {
            *count -= 1;
            hits += 1;
        }
    }
    score(hits, reference.windows(n).count(), summary.windows(n).count())
}

/// Lengths of the longest common subsequences of all prefixes: row `i`, column `j` for `a[..i]` and `b[..j]`.
fn table(a: &[u32], b: &[u32]) -> Vec<u32> {
    let width = b.len() + 1;
    let mut table = vec![0_u32; (a.len() + 1) * width];
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().enumerate() {
            table[(i + 1) * width + j + 1] = if x == y {
                table[i * width + j] + 1
            } else {
                table[i * width + j + 1].max(table[(i + 1) * width + j])
            };
        }
    }
    table
}

fn longest_common(reference: &[u32], summary: &[u32]) -> Score {
    // Keeping only the last row of the table bounds memory on long texts.
    let mut row = vec![0_u32; summary.len() + 1];
    for x in reference {
        let mut diagonal = 0;
        for (j, y) in summary.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if x == y { diagonal + 1 } else { above.max(row[j]) };
            diagonal = above;
        }
    }
    score(row.last().map_or(0, |&len| len as usize), reference.len(), summary.len())
}

fn union_common(reference: &[Vec<u32>], summary: &[Vec<u32>]) -> Score {
    let count = |sentences: &[Vec<u32>]| {
        let mut counts = HashMap::new();
        for &word in sentences.iter().flatten() {
            *counts.entry(word).or_insert(0_usize) += 1;
        }
        counts
    };
    let (mut in_reference, mut in_summary) = (count(reference), count(summary));
    let mut hits = 0;
    for sentence in reference {
        let mut common = vec![false; sentence.len()];
        for other in summary {
            mark_common(sentence, other, &mut common);
        }
        for (word, _) in sentence.iter().zip(&common).filter(|(_, common)| **common) {
            let (Some(a), Some(b)) = (in_reference.get_mut(word), in_summary.get_mut(word)) else { continue };
            if *a > 0 && *b > 0 {
                *a -= 1;
                *b -= 1;
                hits += 1;
            }
        }
    }
    let size = |sentences: &[Vec<u32>]| sentences.iter().map(Vec::len).sum();
    score(hits, size(reference), size(summary))
}

/// Marks the words of `a` in its longest common subsequence with `b`; among several, the one that `rouge-score` picks.
fn mark_common(a: &[u32], b: &[u32], common: &mut [bool]) {
    let table = table(a, b);
    let width = b.len() + 1;
    let (mut i, mut j) = (a.len(), b.len());
    while i > 0 && j > 0 {
        if a[i - 1] == b[j - 1] {
            common[i - 1] = true;
            i -= 1;
            j -= 1;
        } else if table[i * width + j - 1] > table[(i - 1) * width + j] {
            j -= 1;
        } else {
            i -= 1;
        }
    }
}
