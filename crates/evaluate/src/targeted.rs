//! Texts with one of three labels towards a target or entity.

use serde_json::Value;

use crate::error::{Error, Result};
use crate::gold::{GoldOptions, GoldRow, Taken, fold};

/// Name of the field with the holder, and its value for the outlet.
const HOLDER: &str = "holder";
const OUTLET: &str = "outlet";

/// Three labels with their spellings in data sets.
pub(crate) struct LabelSet {
    /// In the order of the table.
    pub(crate) names: [&'static str; 3],
    /// Spellings in data sets, in lower case.
    pub(crate) spellings: [&'static [&'static str]; 3],
    /// Description of the labels for error messages.
    pub(crate) expected: &'static str,
}

impl LabelSet {
    /// Index of the label with this spelling.
    fn named(&self, given: &str) -> Option<usize> {
        // A minus is a sign here, but folded to a space otherwise.
        let spelled = [given.trim().to_lowercase(), fold(given)];
        self.spellings.iter().position(|names| spelled.iter().any(|name| names.contains(&name.as_str())))
    }
}

/// A text with its gold label towards a target.
pub(crate) struct TargetedText {
    pub(crate) place: String,
    pub(crate) id: Option<String>,
    pub(crate) text: String,
    pub(crate) target: String,
    /// The holder whose words the text is; `None` for the outlet.
    pub(crate) holder: Option<String>,
    /// Index in the label set.
    pub(crate) label: usize,
}

impl TargetedText {
    /// Reads a row with the label `given`; `None` if the label is dropped.
    ///
    /// # Errors
    /// If the label is unknown, or the text or target is missing.
    pub(crate) fn read(row: &GoldRow, given: String, labels: &LabelSet, options: &GoldOptions) -> Result<Option<Self>> {
        let ours = match options.map.take(&given) {
            Taken::Out => return Ok(None),
            Taken::For(ours) => ours,
            Taken::AsIs => &given,
        };
        let label = match labels.named(ours) {
            Some(label) => label,
            None if options.map.drops_the_rest() => return Ok(None),
            None => {
                let (place, expected) = (row.place.to_string(), labels.expected);
                return Err(Error::UnknownLabel { place, label: given, expected });
            }
        };
        let (place, id) = (row.place.to_string(), row.id(options)?);
        let holder = row.field(HOLDER).and_then(Value::as_str).map(str::trim);
        let holder = holder.filter(|name| !name.is_empty() && *name != OUTLET).map(str::to_owned);
        Ok(Some(Self { place, id, text: row.text(options)?, target: row.target(options)?, holder, label }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TONES: LabelSet =
        LabelSet { names: ["bad", "so so", "good"], spellings: [&["bad", "-1"], &["0"], &["good", "1"]], expected: "" };

    #[test]
    fn labels_are_told_by_any_spelling() {
        let check = |given: &str, expected: Option<usize>| assert_eq!(TONES.named(given), expected, "{given}");
        check(" GOOD ", Some(2));
        check("-1", Some(0));
        check("1", Some(2));
        check("so so", None);
    }
}
