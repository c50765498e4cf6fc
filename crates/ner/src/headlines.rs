//! Headlines in title case, where a capital letter says nothing.
//!
//! The model takes capitals for names, and a headline writes them on every word. What the rest of the
//! document writes small ("mining", "minerals") is no name in its headline.

use std::collections::HashSet;
use std::ops::Range;

use crate::countries::country_at;
use crate::decode::Found;
use crate::memory::View;
use crate::name::is_small;

/// Words shorter than this are written small in title case too.
const MIN_WORD: usize = 4;

/// Tokens of headlines that stand in a mention, though the document writes them small elsewhere.
///
/// A mention keeps its common words ("Ministry of Mining") when one of its words is never written
/// small and is no country's name.
pub(crate) fn common_words(found: &[Found], view: &View<'_>) -> Vec<usize> {
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
        let countries = countries_in(&view.words[mention.tokens.clone()]);
        let is_common = |token: usize| small.contains(view.words[token].to_lowercase().as_str());
        let explained = |token: usize| {
            let word = view.words[token];
            countries.contains(&(token - mention.tokens.start))
                || is_common(token)
                || is_small(&word.to_lowercase())
                || !word.contains(char::is_alphanumeric)
        };
        if mention.tokens.clone().all(explained) {
            let in_country = |token: &usize| countries.contains(&(token - mention.tokens.start));
            common.extend(mention.tokens.clone().filter(|t| !in_country(t)));
        }
    }
    common
}

/// Whether at least three words of weight, and nearly all of them, begin with a capital and go on small.
fn is_title_case(words: &[&str]) -> bool {
    let weighty = || words.iter().filter(|w| w.chars().count() >= MIN_WORD && w.starts_with(char::is_alphabetic));
    let title = weighty().filter(|w| w.starts_with(char::is_uppercase) && w.contains(char::is_lowercase)).count();
    let count = weighty().count();
    title >= 3 && 5 * title >= 4 * count
}

/// Places of the words that belong to a country's name.
fn countries_in(words: &[&str]) -> HashSet<usize> {
    let mut places = HashSet::new();
    for start in 0..words.len() {
        places.extend(country_at(&words[start..]).into_iter().flat_map(|length| start..start + length));
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
        let sents = [0..9, 9..18];
        let view = View { words: &words, sents: &sents };
        let check = |tokens: Range<usize>, expected: &[usize]| {
            assert_eq!(
                common_words(&[Found { tokens: tokens.clone(), kind: 0 }], &view),
                expected,
                "{:?}",
                &words[tokens]
            );
        };
        check(0..2, &[1]);
        check(1..3, &[1, 2]);
        check(4..6, &[]);
        check(0..1, &[]);
        check(13..15, &[]);
    }
}
