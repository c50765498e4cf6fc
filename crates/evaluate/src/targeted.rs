//! Texts that are coded with one of three labels towards something that they are about: an entity, or a target.

use serde_json::Value;

use crate::error::{Error, Result};
use crate::gold::{GoldOptions, GoldRow, Taken, fold};

/// Field or column of whose words the text is, and what it says of the outlet's.
const HOLDER: &str = "holder";
const OUTLET: &str = "outlet";

/// Three labels and what data sets call them.
pub(crate) struct LabelSet {
    /// In the order of the table.
    pub(crate) names: [&'static str; 3],
    /// Names that data sets give to each, in small letters.
    pub(crate) spellings: [&'static [&'static str]; 3],
    /// What a label that is none of them should have been.
    pub(crate) expected: &'static str,
}

impl LabelSet {
    /// The place of the label that a data set calls so.
    fn named(&self, given: &str) -> Option<usize> {
        // A minus is a sign here, and a space where labels are compared.
        let spelled = [given.trim().to_lowercase(), fold(given)];
        self.spellings.iter().position(|names| spelled.iter().any(|name| names.contains(&name.as_str())))
    }
}

/// A text, what it is about, and its label towards that.
pub(crate) struct TargetedText {
    pub(crate) place: String,
    pub(crate) id: Option<String>,
    pub(crate) text: String,
    pub(crate) target: String,
    /// Whose words the text is; of nobody named, they are the outlet's.
    pub(crate) holder: Option<String>,
    /// Its place in the set.
    pub(crate) label: usize,
}

impl TargetedText {
    /// Reads a row whose label is `given`; `None` where the label is left out.
    ///
    /// # Errors
    /// When the label is none of the set, or the text or target is missing.
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
