//! How central a sentence is by its words.

use std::collections::HashMap;

use pressmark_core::Document;

use crate::eligible::Candidate;

/// The sum of each candidate's cosines with all candidates over counts of content words, divided by the largest.
///
/// Degree centrality in LexRank's graph (Erkan and Radev, 2004), without building the graph: the cosines with all
/// sentences add up to the product with the sum of their unit vectors, so the time is linear in the text. Function
/// words are left out instead of weighed down: in a text as short as an article, words that few sentences share are
/// as often its subject as noise.
pub(crate) fn centrality(doc: &Document, candidates: &[Candidate]) -> Vec<f32> {
    let mut ids: HashMap<String, usize> = HashMap::new();
    let vectors: Vec<Vec<(usize, f32)>> = candidates.iter().map(|c| unit_vector(doc, c.sent, &mut ids)).collect();
    let mut sum = vec![0.0_f32; ids.len()];
    for &(id, value) in vectors.iter().flatten() {
        sum[id] += value;
    }
    let degrees: Vec<f32> = vectors.iter().map(|v| v.iter().map(|&(id, value)| value * sum[id]).sum()).collect();
    let most = degrees.iter().copied().fold(0.0, f32::max);
    degrees.into_iter().map(|degree| if most > 0.0 { degree / most } else { 0.0 }).collect()
}

/// The content words of a sentence, by number, and their counts scaled to unit length.
fn unit_vector(doc: &Document, sent: usize, ids: &mut HashMap<String, usize>) -> Vec<(usize, f32)> {
    let tokens = doc.sents.get(sent).and_then(|s| doc.tokens.get(s.tokens.clone())).unwrap_or_default();
    let mut words: Vec<usize> = tokens
        .iter()
        .map(|t| doc.slice(t.span).to_lowercase())
        .filter(|word| is_content(word))
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

/// A letter by itself is no word, but a Chinese character is; it takes three bytes.
fn is_content(word: &str) -> bool {
    word.len() > 1 && word.starts_with(char::is_alphanumeric) && !is_function_word(word)
}

/// Words of English, French, German and Spanish that say nothing of a text's subject, reporting verbs of news among
/// them. A language that is missing is summarized by all of its words, less well.
#[rustfmt::skip]
fn is_function_word(word: &str) -> bool {
    matches!(
        word,
        "about" | "after" | "again" | "against" | "all" | "also" | "am" | "among" | "an" | "and" | "another" | "any"
            | "are" | "as" | "at" | "be" | "because" | "been" | "before" | "being" | "between" | "both" | "but" | "by"
            | "ca" | "can" | "could" | "did" | "do" | "does" | "down" | "during" | "each" | "even" | "few" | "first"
            | "for" | "from" | "had" | "has" | "have" | "he" | "her" | "here" | "him" | "his" | "how" | "if" | "in"
            | "into" | "is" | "it" | "its" | "itself" | "just" | "last" | "like" | "made" | "make" | "many" | "may"
            | "me" | "might" | "more" | "most" | "mr" | "mr." | "mrs" | "mrs." | "ms" | "ms." | "much" | "must" | "my"
            | "n't" | "n’t" | "new" | "no" | "not" | "now" | "of" | "off" | "on" | "one" | "only" | "or" | "other"
            | "our" | "out" | "over" | "own" | "said" | "same" | "say" | "says" | "she" | "should" | "since" | "so"
            | "some" | "still" | "such" | "than" | "that" | "the" | "their" | "them" | "then" | "there" | "these"
            | "they" | "this" | "those" | "through" | "to" | "told" | "too" | "two" | "under" | "until" | "up" | "us"
            | "very" | "was" | "we" | "were" | "what" | "when" | "where" | "which" | "while" | "who" | "whom" | "whose"
            | "why" | "will" | "with" | "without" | "wo" | "would" | "year" | "years" | "yes" | "yet" | "you" | "your"
            | "au" | "aux" | "avec" | "c'" | "c’" | "ce" | "ces" | "cet" | "cette" | "d'" | "d’" | "dans" | "de" | "des"
            | "dont" | "du" | "elle" | "elles" | "en" | "est" | "et" | "il" | "ils" | "je" | "l'" | "l’" | "la" | "le"
            | "les" | "leur" | "leurs" | "mais" | "n'" | "n’" | "ne" | "nous" | "où" | "par" | "pas" | "plus" | "pour"
            | "qu'" | "qu’" | "que" | "qui" | "s'" | "s’" | "sa" | "se" | "ses" | "son" | "sont" | "sur" | "un" | "une"
            | "vous" | "été" | "être" | "aber" | "als" | "auch" | "auf" | "aus" | "bei" | "das" | "dem" | "den" | "der"
            | "die" | "ein" | "eine" | "einen" | "einer" | "er" | "es" | "für" | "hat" | "ich" | "im" | "ist" | "mit"
            | "nach" | "nicht" | "noch" | "oder" | "sich" | "sie" | "sind" | "und" | "von" | "vor" | "war" | "wie" | "wird"
            | "wir" | "zu" | "zum" | "zur" | "al" | "con" | "como" | "del" | "el" | "ella" | "ha" | "las" | "lo" | "los"
            | "más" | "para" | "pero" | "por" | "su" | "sus" | "una" | "uno" | "ya"
    )
}
