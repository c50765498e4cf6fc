use pressmark_core::{EntityType, Scheme};
use serde::Deserialize;

use crate::record::Provenance;

/// Values that the settings of the stages allow in a row; `None` where they do not restrict them.
#[derive(Debug, Default)]
pub(super) struct Settings {
    /// Labels of mentions; `None` if term lists or an unknown scheme may add others.
    pub labels: Option<&'static [EntityType]>,
    /// Codebooks of frames, as named in rows.
    pub codebooks: Option<Vec<String>>,
    /// Stance targets other than entities.
    pub targets: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Ner {
    scheme: String,
    terms: Vec<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Frames {
    codebooks: Vec<String>,
}

#[derive(Deserialize)]
struct Stances {
    targets: Vec<String>,
}

impl Settings {
    pub(super) fn of(provenance: &Provenance<'_>) -> Self {
        let labels = read::<Ner>(provenance, "ner").filter(|ner| ner.terms.is_empty());
        Self {
            labels: labels.and_then(|ner| Scheme::named(&ner.scheme)).map(Scheme::types),
            codebooks: read::<Frames>(provenance, "frames").map(|frames| frames.codebooks),
            targets: read::<Stances>(provenance, "stance").map(|stances| stances.targets),
        }
    }
}

fn read<'a, T: Deserialize<'a>>(provenance: &'a Provenance<'_>, stage: &str) -> Option<T> {
    let stage = provenance.stages.iter().find(|s| s.stage == stage)?;
    serde_json::from_str(&stage.settings).ok()
}
