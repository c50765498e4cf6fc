//! That the names of countries are places.
//!
//! A model that has seen a country's acronym among few others takes it for an organisation, or its two words
//! for two places.

use pressmark_core::EntityType;

use crate::decode::Found;
use crate::prior::Prior;
use crate::tags::TagSet;
use crate::view::View;

/// Exponent of what the table of countries says, beside the sentence. With the floor of a prior it multiplies the
/// odds of a place by 30: it overrules a probability up to 0.97, and leaves a certain person or sum of money alone.
const WEIGHT: f32 = 0.5;

/// The same for a name of several words of which the model made no mention, or several: it can hardly be anything
/// else, so that odds of 30,000 to 1 are overruled.
const LONG_WEIGHT: f32 = 1.5;

/// What the table of countries says of the document's tokens. A longer name that was found around a country's is
/// left alone.
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
