use std::collections::{HashMap, HashSet};

use crate::Error;
use crate::file::{self, Label, Remarks, Version};
use crate::fitted::{Fit, LinearHead, digest};

/// A versioned list of frames, each with a definition and example sentences.
///
/// Written as TOML: a `[codebook]` table with `name`, `version` and `kind = "frames"`, then one `[[label]]` table per
/// frame with `name`, `definition` and `examples`. [`fit`](crate::fit()) appends its classifiers in a `[fit]` section.
///
/// For coders, the `[codebook]` table and each label also take `description`, `notes`, `source`, `author` and `exclude`
/// (what does not count as the frame), each one text or a list of texts. [`to_markdown`](Self::to_markdown) prints
/// them; they change no score.
#[derive(Clone, Debug, PartialEq)]
pub struct Codebook {
    name: String,
    version: String,
    remarks: Remarks,
    pub(crate) labels: Vec<Label>,
    pub(crate) fit: Option<Fit>,
    toml: String,
}

/// Codebooks compiled into the crate.
const SHIPPED: [(&str, &str); 4] = [
    ("policy-frames", include_str!("../codebooks/policy-frames.toml")),
    ("news-frames", include_str!("../codebooks/news-frames.toml")),
    ("climate-frames", include_str!("../codebooks/climate-frames.toml")),
    ("gun-violence-frames", include_str!("../codebooks/gun-violence-frames.toml")),
];

/// Maximum length of a definition or example, in bytes. Set by hand: they are a sentence or two.
const MAX_TEXT: usize = 4096;
/// Maximum size of the file, in bytes. Set by hand: the other limits together would allow 1 GiB, but a hand-written
/// codebook has kilobytes.
const MAX_BYTES: usize = 4 << 20;
/// Maximum number of frames, and of examples per frame. Set by hand: each text costs a run of the encoder.
const MAX_ENTRIES: usize = 512;

impl Codebook {
    /// Names of the codebooks compiled into the crate.
    pub const SHIPPED: [&str; SHIPPED.len()] = {
        let mut names = [""; SHIPPED.len()];
        let mut at = 0;
        while at < names.len() {
            names[at] = SHIPPED[at].0;
            at += 1;
        }
        names
    };

    /// Parses a codebook; `name` identifies it in errors.
    ///
    /// # Errors
    /// [`Error::Format`] if it is not TOML of this form, [`Error::Content`] if its kind is not `frames`, a name is
    /// missing or duplicated, there are fewer than two frames, or something is too long.
    pub fn parse(name: &str, toml: &str) -> Result<Self, Error> {
        if toml.len() > MAX_BYTES {
            let reason = format!("the file has {} bytes, expected at most {MAX_BYTES}", toml.len());
            return Err(Error::Content { name: name.to_owned(), reason });
        }
        let malformed = |source| Error::Format { name: name.to_owned(), source: Box::new(source) };
        let wrong = |reason: String| Error::Content { name: name.to_owned(), reason };
        // The kind is checked first, because a list of terms has other fields and would fail with a confusing error.
        let kind = file::kind(toml).map_err(malformed)?;
        match kind.as_deref() {
            Some("frames") | None => {}
            Some("terms") => {
                let reason =
                    "its kind is \"terms\": a list of names for the entity recogniser (--terms), not of frames";
                return Err(wrong(reason.to_owned()));
            }
            Some(kind) => return Err(wrong(format!("its kind is {kind:?}, not \"frames\""))),
        }
        let file = file::parse(toml).map_err(malformed)?;
        let version = match file.version {
            Version::Text(version) => version,
            Version::Float(written) => {
                let reason = format!("version = {written} is a number, which loses zeros; write it in quotation marks");
                return Err(wrong(reason));
            }
        };
        check_labels(&file.labels).map_err(wrong)?;
        let names: HashSet<&str> = file.labels.iter().map(|label| label.name.as_str()).collect();
        if let Some(head) = file.fit.iter().flat_map(|fit| &fit.head).find(|head| !is_sound(head, &names)) {
            let reason =
                format!("the fit of {:?} is for an unknown label, or has weights that are not numbers", head.label);
            return Err(wrong(reason));
        }
        let (remarks, labels, fit) = (file.remarks, file.labels, file.fit);
        Ok(Self { name: file.name, version, remarks, labels, fit, toml: toml.to_owned() })
    }

    /// The TOML source it was parsed from.
    #[must_use]
    pub fn toml(&self) -> &str {
        &self.toml
    }

    /// Number of coded texts that its heads were fitted on, and the bundle's id; `None` without a fit.
    #[must_use]
    pub fn fitted(&self) -> Option<(usize, &str)> {
        self.fit.as_ref().map(|fit| (fit.examples, fit.model.as_str()))
    }

    /// Whether its heads were fitted on this text, up to white space: scores of such a text say nothing about unseen
    /// ones. Always `false` for fits from versions that did not record their texts.
    #[must_use]
    pub fn was_fitted_on(&self, text: &str) -> bool {
        self.fit.as_ref().is_some_and(|fit| fit.texts.binary_search(&digest(text)).is_ok())
    }

    /// A codebook compiled into the crate: `policy-frames` (the fifteen dimensions of Boydstun et al. 2014),
    /// `news-frames` (the five generic ones of Semetko and Valkenburg 2000), `climate-frames` (eight themes of climate
    /// change coverage) or `gun-violence-frames` (nine of gun violence coverage). `None` for any other name.
    #[must_use]
    pub fn shipped(name: &str) -> Option<Self> {
        let (name, toml) = SHIPPED.into_iter().find(|(shipped, _)| *shipped == name)?;
        Some(Self::parse(name, toml).expect("it is tested"))
    }

    /// The fifteen dimensions of the Policy Frames Codebook (Boydstun et al. 2014).
    #[must_use]
    pub fn policy_frames() -> Self {
        Self::shipped("policy-frames").expect("it is tested")
    }

    /// The five generic news frames of Semetko and Valkenburg (2000).
    #[must_use]
    pub fn news_frames() -> Self {
        Self::shipped("news-frames").expect("it is tested")
    }

    /// The remarks of the `[codebook]` table.
    pub(crate) fn remarks(&self) -> &Remarks {
        &self.remarks
    }

    /// Name and version as written in records, for example `policy-frames 1`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{} {}", self.name, self.version)
    }

    /// Names of its frames, in order.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.labels.iter().map(|label| label.name.as_str())
    }
}

/// Validates the labels; the error says why they are invalid.
fn check_labels(labels: &[Label]) -> Result<(), String> {
    if labels.len() < 2 || labels.len() > MAX_ENTRIES {
        return Err(format!("{} labels, expected 2 to {MAX_ENTRIES}", labels.len()));
    }
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (place, label) in (1..).zip(labels) {
        if label.name.trim().is_empty() {
            return Err(format!("label {place} has an empty name"));
        }
        if let Some(first) = places.insert(label.name.trim(), place) {
            return Err(format!("labels {first} and {place} are both called {:?}", label.name));
        }
        if !(0.0..=1.0).contains(&label.head_share) {
            return Err(format!("label {:?} has a head_share that is not in [0, 1]", label.name));
        }
        let examples = label.examples.len();
        if examples > MAX_ENTRIES {
            return Err(format!("label {:?} has {examples} examples, expected at most {MAX_ENTRIES}", label.name));
        }
        let mut texts = label.examples.iter().chain([&label.definition]);
        if texts.any(|t| t.trim().is_empty() || t.len() > MAX_TEXT) {
            return Err(format!("label {:?} has an empty text, or one of over {MAX_TEXT} bytes", label.name));
        }
    }
    Ok(())
}

/// Whether a fitted head belongs to a label and has only finite weights.
fn is_sound(head: &LinearHead, labels: &HashSet<&str>) -> bool {
    let finite = head.weights.iter().chain([&head.bias, &head.prior]).all(|w| w.is_finite());
    labels.contains(head.label.as_str()) && finite
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_codebooks_are_read() {
        assert_eq!(Codebook::policy_frames().labels().count(), 15);
        assert_eq!(Codebook::news_frames().labels().count(), 5);
        assert_eq!(Codebook::news_frames().id(), "news-frames 1");
        for (name, _) in SHIPPED {
            assert_eq!(Codebook::shipped(name).map(|book| book.id()), Some(format!("{name} 1")));
        }
        assert_eq!(Codebook::shipped("weather"), None);
    }

    #[test]
    fn errors_say_what_and_where() {
        let check = |toml: &str, expected: &str| {
            let error = Codebook::parse("mine.toml", toml).unwrap_err();
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            assert!(format!("{error}: {cause}").contains(expected), "{error}: {cause}");
        };
        let head = "[codebook]\nname = \"a\"\nversion = \"1\"\nkind = \"frames\"\n";
        let label = |name: &str| format!("[[label]]\nname = \"{name}\"\ndefinition = \"d\"\n");
        check(&"#".repeat(5 << 20), "the file has 5242880 bytes, expected at most 4194304");
        check("x", "mine.toml does not follow the format");
        check(head, "missing field `label`");
        check(&format!("{head}{}", label("a")), "1 labels, expected 2 to 512");
        check(&format!("{head}{}{}{}", label("a"), label("b"), label("a")), "labels 1 and 3 are both called \"a\"");
        check(&format!("{head}{}{}", label("a"), label(" ")), "label 2 has an empty name");
        check(&format!("{head}{}colour = 1\n", label("a")), "unknown field `colour`");
        check(&format!("{head}{}{}head_share = 2.0\n", label("a"), label("b")), "a head_share that is not in [0, 1]");
        let two = format!("{head}{}{}", label("a"), label("b"));
        check(&format!("{two}examples = [{}]\n", "\"e\",".repeat(513)), "\"b\" has 513 examples, expected at most 512");
        check(&format!("{two}examples = [\" \"]\n"), "\"b\" has an empty text, or one of over 4096 bytes");
        let fit = |name: &str, weight: &str| {
            let tail = format!("label = \"{name}\"\nexamples = 3\nbias = 0.0\nprior = 1.0\nweights = [{weight}]\n");
            format!("{two}[fit]\nmodel = \"m\"\nsha256 = \"0\"\nexamples = 9\n[[fit.head]]\n{tail}")
        };
        check(&fit("c", "0.5"), "the fit of \"c\" is for an unknown label");
        check(&fit("a", "nan"), "the fit of \"a\" is for an unknown label, or has weights that are not numbers");
        assert_eq!(Codebook::parse("mine.toml", &fit("a", "0.5")).unwrap().fitted(), Some((9, "m")));
        // A list of terms has other fields, but the error is about its kind.
        let terms = format!("{}[[label]]\nname = \"a\"\nterms = [\"b\"]\n", head.replace("frames", "terms"));
        check(&terms, "its kind is \"terms\": a list of names for the entity recogniser");
        check(&head.replace("frames", "topics"), "its kind is \"topics\", not \"frames\"");
        check(&two.replace("\"1\"", "1.10"), "version = 1.1 is a number, which loses zeros");
        check(&two.replace("\"1\"", "true"), "expected a string or a whole number");
    }

    #[test]
    fn a_version_may_be_a_whole_number() {
        let head = "[codebook]\nname = \"a\"\nversion = 3\nkind = \"frames\"\n";
        let label = |name: &str| format!("[[label]]\nname = \"{name}\"\ndefinition = \"d\"\n");
        let book = Codebook::parse("mine.toml", &format!("{head}{}{}", label("a"), label("b")));
        assert_eq!(book.map(|book| book.id()).ok().as_deref(), Some("a 3"));
    }
}
