//! Prior that names of countries are places.
//!
//! A model that has seen a country's acronym only a few times takes it for an organisation, or splits a name of two
//! words into two places.

use pressmark_core::EntityType;

use crate::decode::Found;
use crate::prior::Prior;
use crate::tags::TagSet;
use crate::view::View;

/// Exponent of the prior. With the floor of a prior it multiplies the odds of a place by 30: it overrules a probability
/// of up to 0.97, and leaves a certain person or sum of money alone.
const WEIGHT: f32 = 0.5;

/// Exponent for a name of several words in which the model found no mention, or several: it can hardly be anything
/// else, so odds of 30,000 to 1 are overruled.
const LONG_WEIGHT: f32 = 1.5;

/// Prior from the table of countries on the document's tokens. A longer mention around a country's name is left alone.
pub(crate) fn country_prior(found: &[Found], view: &View<'_>, tags: &TagSet) -> Option<Prior> {
    let place = tags.kinds().iter().position(|k| *k == EntityType::Loc)?;
    let (begin, inside) = tags.outputs_of(place);
    let cover = view.cover(found);
    let mut prior = Prior::new(tags);
    for sent in &view.sents {
        let mut start = sent.start;
        while start < sent.end {
            let Some(length) = view.countries.length_at(&view.words[start..sent.end]) else {
                start += 1;
                continue;
            };
            let tokens = start..start + length;
            if cover[tokens.clone()].iter().all(|&c| c <= length) {
                let whole = cover[tokens.clone()].iter().all(|&c| c == length);
                let weight = if length > 1 && !whole { LONG_WEIGHT } else { WEIGHT };
                for token in tokens.clone() {
                    let known = if token == start { begin } else { inside };
                    prior.add(token, weight, (0..tags.len()).map(|tag| if tag == known { 1.0 } else { 0.0 }));
                }
            }
            start = tokens.end;
        }
    }
    prior.of_some()
}
