//! Restores the spacing between words from the words alone.
//!
//! The column format loses spacing, and SentencePiece vocabularies read "rain ." and "rain." differently. A few
//! typographic rules restore nearly all of it; they match those of the training recipe
//! (`pressmark_training/nn/spacing.py`), except that its list of clitics is shorter.

use pressmark_lang::{Clitic, Language};

/// Marks that attach to the preceding word.
const BEHIND: &[&str] = &[",", ".", ";", ":", "!", "?", "%", ")", "]", "}", "…", "...", "”", "’", "»", "°"];

/// Marks that the next word attaches to.
const OPENING: &[&str] = &["(", "[", "{", "“", "‘", "«", "$", "£", "€", "¥", "#", "@", "US$", "C$", "A$"];

/// Marks that join two words, if both have a letter or digit at the join.
const JOINING: &[&str] = &["-", "/", "‑"];

const APOSTROPHES: [char; 2] = ['\'', '’'];

/// For each word, whether it is attached to the preceding one; always false for the first.
pub(crate) fn attached(words: &[impl AsRef<str>]) -> Vec<bool> {
    let word = |at: usize| words.get(at).map_or("", AsRef::as_ref);
    let (mut quotation_is_open, mut holds_next) = (false, false);
    (0..words.len())
        .map(|at| {
            let own = word(at);
            let mut behind = std::mem::take(&mut holds_next) && at > 0;
            if own == "\"" {
                if quotation_is_open {
                    behind = at > 0;
                } else {
                    holds_next = true;
                }
                quotation_is_open = !quotation_is_open;
            } else if own == "'" && at > 0 {
                behind = true;
            } else if OPENING.contains(&own) || is_elided(own) {
                holds_next = true;
            } else if BEHIND.contains(&own) || is_clitic(own) {
                behind = at > 0;
            } else if JOINING.contains(&own) && at > 0 {
                let before = word(at - 1).chars().next_back();
                let after = word(at + 1).chars().next();
                if before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric) {
                    (behind, holds_next) = (true, true);
                }
            }
            behind
        })
        .collect()
}

/// Whether a word is an enclitic in some language: "'s", "n't".
fn is_clitic(word: &str) -> bool {
    if !word.contains(APOSTROPHES) {
        return false;
    }
    let clitic = Language::neutral().clitic(word.strip_prefix(APOSTROPHES).unwrap_or(word));
    clitic.contains(Clitic::Behind) || clitic.contains(Clitic::PartedBehind)
}

/// Whether a word ends in an apostrophe that attaches to the next word in some language: "l'".
fn is_elided(word: &str) -> bool {
    let clitic = word.strip_suffix(APOSTROPHES).map(|rest| Language::neutral().clitic(rest));
    clitic.is_some_and(|clitic| clitic.contains(Clitic::Before) || clitic.contains(Clitic::PartedBefore))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks that space-separated words give the expected text.
    fn check(words: &str, expected: &str) {
        let words: Vec<&str> = words.split(' ').collect();
        let mut text = String::new();
        for (word, attached) in words.iter().zip(attached(&words)) {
            if !attached && !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
        }
        assert_eq!(text, expected);
    }

    #[test]
    fn words_come_together_as_they_are_printed() {
        check("Rain fell , it 's wet .", "Rain fell, it's wet.");
        check("\" Go home , \" she said .", "\"Go home,\" she said.");
        check("They did n't pay $ 5 ( or 4 % ) .", "They didn't pay $5 (or 4%).");
        check("The Paris - Lyon line", "The Paris-Lyon line");
        check("a talk - long and dull -", "a talk-long and dull -");
        check("Lima , - 4 degrees", "Lima, - 4 degrees");
        check("l' eau d’ Orla n' est pas « claire »", "l'eau d’Orla n'est pas «claire»");
        check("the farmers ' roof", "the farmers' roof");
        check(". and more", ". and more");
        check("' tis", "' tis");
    }

    #[test]
    fn nothing_is_read_of_nothing() {
        assert!(attached(&[] as &[&str]).is_empty());
    }
}
