//! Headlines in title case, where a capital letter carries no information.
//!
//! The model takes capitals as evidence of names, and a headline capitalises every word. A word that the rest of the
//! document writes in lowercase ("mining", "minerals") is not a name in its headline.

use std::collections::HashSet;
use std::ops::Range;

use crate::decode::Found;
use crate::name::is_small;
use crate::prior::Prior;
use crate::tags::TagSet;
use crate::view::View;

/// Shortest word, in characters, that title case reliably capitalises.
const MIN_WORD: usize = 4;

/// Exponent of the prior against names in headlines. With the floor of a prior it multiplies the odds of "outside" by
/// 30: a mention that the model gives more than 0.97 stays.
const WEIGHT: f32 = 0.5;

/// Prior that a headline's common words are outside any mention.
pub(crate) fn headline_prior(found: &[Found], view: &View<'_>, tags: &TagSet) -> Option<Prior> {
    let mut prior = Prior::new(tags);
    for token in common_words(found, view) {
        prior.add(token, WEIGHT, (0..tags.len()).map(|tag| if tag == tags.outside() { 1.0 } else { 0.0 }));
    }
    prior.of_some()
}

/// Tokens of headlines that are in a mention although the document writes them in lowercase elsewhere.
///
/// A mention keeps its common words ("Ministry of Mining") when one of its words never occurs in lowercase and is not
/// part of a country's name.
fn common_words(found: &[Found], view: &View<'_>) -> Vec<usize> {
    let headlines: Vec<&Range<usize>> =
        view.sents.iter().filter(|s| is_title_case(&view.words[s.start..s.end])).collect();
    if headlines.is_empty() {
        return Vec::new();
    }
    let small: HashSet<&str> = view
        .words
        .iter()
        .copied()
        .filter(|w| w.chars().count() >= MIN_WORD && w.chars().all(char::is_lowercase))
        .collect();
    let mut common = Vec::new();
    for mention in found {
        let at = headlines.partition_point(|s| s.end <= mention.tokens.start);
        if headlines.get(at).is_none_or(|s| s.start > mention.tokens.start) {
            continue;
        }
        let countries = countries_in(&view.words[mention.tokens.clone()], view);
        let is_common = |token: usize| small.contains(view.words[token].to_lowercase().as_str());
        let explained = |token: usize| {
            let word = view.words[token];
            countries.contains(&(token - mention.tokens.start))
                || is_common(token)
                || is_small(&word.to_lowercase(), view.language)
                || !word.contains(char::is_alphanumeric)
        };
        if mention.tokens.clone().all(explained) {
            let in_country = |token: &usize| countries.contains(&(token - mention.tokens.start));
            common.extend(mention.tokens.clone().filter(|t| !in_country(t)));
        }
    }
    common
}

/// Fewest capitalised words of a headline in title case. Set by hand.
const MIN_CAPITALISED: usize = 3;
/// Share of the longer words of such a headline that are capitalised, in percent. Set by hand.
const CAPITALISED_PERCENT: usize = 80;

/// Whether most words of at least [`MIN_WORD`] characters are capitalised and otherwise lowercase.
pub(crate) fn is_title_case(words: &[&str]) -> bool {
    let weighty = || words.iter().filter(|w| w.chars().count() >= MIN_WORD && w.starts_with(char::is_alphabetic));
    let title = weighty().filter(|w| w.starts_with(char::is_uppercase) && w.contains(char::is_lowercase)).count();
    let count = weighty().count();
    title >= MIN_CAPITALISED && 100 * title >= CAPITALISED_PERCENT * count
}

/// Indices of the words that belong to a country's name.
fn countries_in(words: &[&str], view: &View<'_>) -> HashSet<usize> {
    let mut places = HashSet::new();
    for start in 0..words.len() {
        places.extend(view.countries.length_at(&words[start..]).into_iter().flat_map(|length| start..start + length));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_common_words_of_headlines_are_named() {
        let words: Vec<&str> =
            "Peru Mining Talks Reach Lima Bank After Weeks . The mining talks at Lima Mining took weeks ."
                .split(' ')
                .collect();
        let view = View::of_words(words, vec![0..9, 9..18]);
        let check = |tokens: Range<usize>, expected: &[usize]| {
            assert_eq!(
                common_words(&[Found { tokens: tokens.clone(), kind: 0 }], &view),
                expected,
                "{:?}",
                &view.words[tokens]
            );
        };
        check(0..2, &[1]);
        check(1..3, &[1, 2]);
        check(4..6, &[]);
        check(0..1, &[]);
        check(13..15, &[]);
    }
}
