use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::Record;

/// An optional part of a row, which `--layers` can leave out to keep large corpora small.
///
/// Text, segments, sentences, source and provenance are always present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RowLayer {
    /// `tokens`.
    Tokens,
    /// `ents` and `entities`.
    Entities,
    /// `sentiment` of each entity.
    Sentiment,
    /// `quotes`.
    Quotes,
    /// `summary` and `abstract`.
    Summary,
    /// `frames`.
    Frames,
    /// `stances`.
    Stances,
}

impl RowLayer {
    /// All layers, in the order of the wire format.
    pub const ALL: [Self; 7] =
        [Self::Tokens, Self::Entities, Self::Sentiment, Self::Quotes, Self::Summary, Self::Frames, Self::Stances];

    /// Returns the name used by `--layers` and in provenance.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::Entities => "entities",
            Self::Sentiment => "sentiment",
            Self::Quotes => "quotes",
            Self::Summary => "summary",
            Self::Frames => "frames",
            Self::Stances => "stances",
        }
    }

    /// Parses a layer name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layer| layer.as_str() == name)
    }

    /// The layer that this one refers to by id or index: a row never refers to something that it leaves out.
    fn points_into(self) -> Option<Self> {
        match self {
            Self::Sentiment | Self::Quotes | Self::Stances => Some(Self::Entities),
            // A passage's voice is an index into `quotes`.
            Self::Frames => Some(Self::Quotes),
            Self::Tokens | Self::Entities | Self::Summary => None,
        }
    }

    /// Returns these layers and, transitively, the layers they refer to.
    #[must_use]
    pub fn with_references(layers: &[Self]) -> BTreeSet<Self> {
        let chain = |layer: &Self| std::iter::successors(Some(*layer), |layer| layer.points_into());
        layers.iter().flat_map(chain).collect()
    }
}

impl Record<'_> {
    /// Clears the layers that `provenance.layers` does not name; keeps all if it is `None`.
    pub(crate) fn keep_only_named_layers(&mut self) {
        let Some(named) = &self.provenance.layers else { return };
        let kept: BTreeSet<RowLayer> = named.iter().filter_map(|name| RowLayer::named(name)).collect();
        for layer in RowLayer::ALL.into_iter().filter(|layer| !kept.contains(layer)) {
            match layer {
                RowLayer::Tokens => self.tokens = Vec::new(),
                RowLayer::Entities => (self.ents, self.entities) = (Vec::new(), Vec::new()),
                RowLayer::Sentiment => self.entities.iter_mut().for_each(|entity| entity.sentiment = None),
                RowLayer::Quotes => self.quotes = Vec::new(),
                RowLayer::Summary => (self.summary, self.abstract_text) = (Vec::new(), None),
                RowLayer::Frames => self.frames = Vec::new(),
                RowLayer::Stances => self.stances = Vec::new(),
            }
        }
    }

    /// Whether the row was configured to hold a layer.
    pub(crate) fn holds(&self, layer: RowLayer) -> bool {
        self.provenance.layers.as_ref().is_none_or(|layers| layers.iter().any(|name| name == layer.as_str()))
    }
}

/// Names of the layers and those they refer to, for `Provenance::layers`; `None` (all of them) if `layers` is empty.
pub(crate) fn names<'a>(layers: &[RowLayer]) -> Option<Vec<Cow<'a, str>>> {
    let kept = RowLayer::with_references(layers);
    (!layers.is_empty()).then(|| kept.into_iter().map(|layer| layer.as_str().into()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_brings_what_it_points_into() {
        let check = |asked: &[RowLayer], expected: &[&str]| {
            let kept: Vec<_> = RowLayer::with_references(asked).into_iter().map(RowLayer::as_str).collect();
            assert_eq!(kept, expected);
        };
        check(&[RowLayer::Frames], &["entities", "quotes", "frames"]);
        check(&[RowLayer::Tokens, RowLayer::Summary], &["tokens", "summary"]);
        check(&[], &[]);
    }

    #[test]
    fn every_layer_has_its_name() {
        RowLayer::ALL.into_iter().for_each(|layer| assert_eq!(RowLayer::named(layer.as_str()), Some(layer)));
    }
}
