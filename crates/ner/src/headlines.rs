//! Headlines in title case, where a capital letter says nothing.
//!
//! The model takes capitals for names, and a headline writes them on every word. What the rest of the
//! document writes small ("mining", "minerals") is no name in its headline.

use std::collections::HashSet;
use std::ops::Range;

use crate::decode::Found;
use crate::name::is_small;
use crate::prior::Prior;
use crate::tags::TagSet;
use crate::view::View;

/// Words shorter than this are written small in title case too.
const MIN_WORD: usize = 4;

/// Exponent of what the document's own small letters say about its headlines, beside the sentence. With the floor of
/// a prior it multiplies the odds of "no name" by 30: a mention of which the model is sure to 0.97 stays.
const WEIGHT: f32 = 0.5;

/// What a headline's common words are: in no name.
pub(crate) fn headline_prior(found: &[Found], view: &View<'_>, tags: &TagSet) -> Option<Prior> {
    let mut prior = Prior::new(tags);
    for token in common_words(found, view) {
        prior.add(token, WEIGHT, (0..tags.len()).map(|tag| if tag == tags.outside() { 1.0 } else { 0.0 }));
    }
    prior.of_some()
}

/// Tokens of headlines that stand in a mention, though the document writes them small elsewhere.
///
/// A mention keeps its common words ("Ministry of Mining") when one of its words is never written
/// small and is no country's name.
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

/// Whether at least three words of weight, and nearly all of them, begin with a capital and go on small.
pub(crate) fn is_title_case(words: &[&str]) -> bool {
    let weighty = || words.iter().filter(|w| w.chars().count() >= MIN_WORD && w.starts_with(char::is_alphabetic));
    let title = weighty().filter(|w| w.starts_with(char::is_uppercase) && w.contains(char::is_lowercase)).count();
    let count = weighty().count();
    title >= 3 && 5 * title >= 4 * count
}

/// Places of the words that belong to a country's name.
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
