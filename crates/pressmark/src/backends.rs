//! Which stages run on rust-bert, and with which models.

use std::collections::BTreeMap;
use std::str::FromStr;

/// A role that rust-bert can fill in place of, or beside, a bundled stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// Entities, by a token classifier.
    Ner,
    /// An abstractive summary, beside the extractive one.
    Summarize,
    /// Frames, by entailment.
    Frames,
    /// Stances, by entailment.
    Stance,
    /// Sentence vectors, in place of the encoder.
    Embed,
}

impl Slot {
    /// Every slot.
    pub const ALL: [Self; 5] = [Self::Ner, Self::Summarize, Self::Frames, Self::Stance, Self::Embed];

    /// The slots that a bare `rust-bert` selects. Sentence vectors are not among them: they replace the bundled
    /// encoder.
    const USUAL: [Self; 4] = [Self::Ner, Self::Summarize, Self::Frames, Self::Stance];

    /// The name by which it is selected.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ner => "ner",
            Self::Summarize => "summarize",
            Self::Frames => "frames",
            Self::Stance => "stance",
            Self::Embed => "embed",
        }
    }

    /// The slot with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|slot| slot.as_str() == name)
    }
}

/// Selects the stages that run on rust-bert; none by default. Requires a build with the feature `rust-bert`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backends {
    /// Slots on rust-bert, each with the model's folder or its registry name ([`crate::hub`]); `None` for the default
    /// model.
    pub rust_bert: BTreeMap<Slot, Option<String>>,
    /// Whether to download missing models from the hub. Default: no.
    pub pull: bool,
}

impl FromStr for Backends {
    type Err = String;

    /// Parses `rust-bert` (all of ner, summarize, frames and stance), or a list such as
    /// `ner=embedded,stance=rust-bert`.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut backends = Self::default();
        for item in text.split(',') {
            let (slots, backend) = match item.split_once('=') {
                None => (Slot::USUAL.to_vec(), item),
                Some((stage, backend)) => {
                    let slot = Slot::named(stage);
                    let slot = slot.ok_or_else(|| {
                        format!(
                            "the backend of {stage:?} cannot be chosen, only that of {}",
                            Slot::ALL.map(Slot::as_str).join(", ")
                        )
                    })?;
                    (vec![slot], backend)
                }
            };
            match backend {
                "rust-bert" => slots.into_iter().for_each(|slot| {
                    backends.rust_bert.entry(slot).or_default();
                }),
                "embedded" => backends.rust_bert.retain(|slot, _| !slots.contains(slot)),
                _ => return Err(format!("{backend:?} is neither embedded nor rust-bert")),
            }
        }
        Ok(backends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backends_are_chosen_for_all_stages_or_one_by_one() {
        use Slot::{Embed, Frames, Ner, Stance, Summarize};
        let check = |text: &str, expected: &[Slot]| {
            let backends: Backends = text.parse().unwrap();
            assert_eq!(backends.rust_bert.into_keys().collect::<Vec<_>>(), expected, "{text}");
        };
        check("rust-bert", &[Ner, Summarize, Frames, Stance]);
        check("embedded", &[]);
        check("ner=embedded,summarize=rust-bert,stance=rust-bert", &[Summarize, Stance]);
        check("rust-bert,ner=embedded", &[Summarize, Frames, Stance]);
        check("embed=rust-bert", &[Embed]);
        for (text, expected) in [
            ("", "neither embedded"),
            ("quote=rust-bert", "the backend of \"quote\" cannot be chosen"),
            ("ner=x", "\"x\""),
        ] {
            assert!(text.parse::<Backends>().unwrap_err().contains(expected), "{text}");
        }
    }
}
