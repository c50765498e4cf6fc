use pressmark_core::{EntityType, Scheme};
use serde::Deserialize;

use crate::record::Provenance;

/// What the settings of the stages say about which values may stand in a row; empty where they do not tell.
#[derive(Debug, Default)]
pub(super) struct Settings {
    /// Labels of mentions; `None` when codebooks of terms or an unknown scheme may add others.
    pub labels: Option<&'static [EntityType]>,
    /// Codebooks of frames, as they are named in rows.
    pub codebooks: Option<Vec<String>>,
    /// Targets of stances besides entities.
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
