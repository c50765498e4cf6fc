//! Lexical centrality of sentences.

use std::collections::HashMap;

use pressmark_core::Document;
use pressmark_lang::Language;

use crate::eligible::Candidate;

/// The sum of each candidate's cosines with all candidates over counts of content words, divided by the largest; in [0,
/// 1].
///
/// Degree centrality in LexRank's graph (Erkan and Radev, 2004), without building the graph: the cosines with all
/// sentences add up to the dot product with the sum of their unit vectors, so the time is linear in the text. Function
/// words are dropped instead of weighted by idf: in a text as short as an article, a word that few sentences share is
/// as often its subject as noise.
pub(crate) fn centrality(doc: &Document, candidates: &[Candidate]) -> Vec<f32> {
    let mut ids: HashMap<String, usize> = HashMap::new();
    let language = Language::of(doc.meta.language.as_deref());
    let vectors: Vec<Vec<(usize, f32)>> =
        candidates.iter().map(|c| unit_vector(doc, c.sent, language, &mut ids)).collect();
    let mut sum = vec![0.0_f32; ids.len()];
    for &(id, value) in vectors.iter().flatten() {
        sum[id] += value;
    }
    let degrees: Vec<f32> = vectors.iter().map(|v| v.iter().map(|&(id, value)| value * sum[id]).sum()).collect();
    let most = degrees.iter().copied().fold(0.0, f32::max);
    degrees.into_iter().map(|degree| if most > 0.0 { degree / most } else { 0.0 }).collect()
}

/// Content-word counts of a sentence, by word id, scaled to unit length.
fn unit_vector(
    doc: &Document,
    sent: usize,
    language: &Language,
    ids: &mut HashMap<String, usize>,
) -> Vec<(usize, f32)> {
    let tokens = doc.sents.get(sent).and_then(|s| doc.tokens.get(s.tokens.clone())).unwrap_or_default();
    let mut words: Vec<usize> = tokens
        .iter()
        .map(|t| doc.slice(t.span).to_lowercase())
        .filter(|word| is_content(word, language))
        .map(|word| {
            let next = ids.len();
            *ids.entry(word).or_insert(next)
        })
        .collect();
    words.sort_unstable();
    let mut counts: Vec<(usize, f32)> = Vec::with_capacity(words.len());
    for word in words {
        match counts.last_mut() {
            Some((last, count)) if *last == word => *count += 1.0,
            _ => counts.push((word, 1.0)),
        }
    }
    let norm = counts.iter().map(|(_, count)| count * count).sum::<f32>().sqrt();
    counts.iter_mut().for_each(|(_, count)| *count /= norm);
    counts
}

/// Whether a word carries content. A single ASCII letter is not a word, but a single Chinese character is; it takes
/// three bytes.
fn is_content(word: &str, language: &Language) -> bool {
    word.len() > 1 && word.starts_with(char::is_alphanumeric) && !language.is_stop_word(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_little_depends_on_the_language() {
        let check = |language, word: &str, expected| {
            assert_eq!(is_content(word, Language::of(language)), expected, "{language:?} {word}");
        };
        check(Some("en"), "said", false);
        // A German function word.
        check(Some("en"), "war", true);
        check(None, "war", false);
        check(Some("fr"), "les", false);
        check(Some("en"), "x", false);
    }
}
