//! Which words stand right behind the word before them, told from the words alone.
//!
//! Gold data in columns have lost the spaces of their text, and vocabularies of SentencePiece read "rain ." and "rain."
//! differently. A few rules of typography bring back nearly all; they are nearly those of the training recipe
//! (`pressmark_training/nn/spacing.py`), whose clitics are fewer.

use pressmark_lang::{Clitic, Language};

/// Marks that stand behind a word.
const BEHIND: &[&str] = &[",", ".", ";", ":", "!", "?", "%", ")", "]", "}", "…", "...", "”", "’", "»", "°"];

/// Marks that the next word stands right behind.
const OPENING: &[&str] = &["(", "[", "{", "“", "‘", "«", "$", "£", "€", "¥", "#", "@", "US$", "C$", "A$"];

/// Marks that join two words, where both have letters or digits at the join.
const JOINING: &[&str] = &["-", "/", "‑"];

const APOSTROPHES: [char; 2] = ['\'', '’'];

/// For each word whether it stands right behind the one before; the first never does.
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

/// Whether a word is a clitic that the word before it ends with in some language: "'s", "n't".
fn is_clitic(word: &str) -> bool {
    if !word.contains(APOSTROPHES) {
        return false;
    }
    let clitic = Language::neutral().clitic(word.strip_prefix(APOSTROPHES).unwrap_or(word));
    clitic.contains(Clitic::Behind) || clitic.contains(Clitic::PartedBehind)
}

/// Whether a word ends with an apostrophe that the next word stands right behind in some language: "l'".
fn is_elided(word: &str) -> bool {
    let clitic = word.strip_suffix(APOSTROPHES).map(|rest| Language::neutral().clitic(rest));
    clitic.is_some_and(|clitic| clitic.contains(Clitic::Before) || clitic.contains(Clitic::PartedBefore))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words parted by spaces, and the text that they were.
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
