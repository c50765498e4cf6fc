use std::collections::HashSet;

use serde::Deserialize;

use crate::Error;

/// A versioned list of frames, each with a definition and example sentences.
///
/// Written as TOML: a `[codebook]` table with `name`, `version` and `kind = "frames"`, then one
/// `[[label]]` a frame with `name`, `definition` and `examples`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codebook {
    name: String,
    version: String,
    pub(crate) labels: Vec<Label>,
}

/// One frame of a codebook.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Label {
    pub(crate) name: String,
    pub(crate) definition: String,
    #[serde(default)]
    pub(crate) examples: Vec<String>,
    /// `head:label` of a bundle whose trained head knows this frame.
    pub(crate) head: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    codebook: Header,
    #[serde(rename = "label")]
    labels: Vec<Label>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    name: String,
    version: String,
    kind: String,
}

/// The codebooks inside the crate.
const SHIPPED: [(&str, &str); 4] = [
    ("policy-frames", include_str!("../codebooks/policy-frames.toml")),
    ("news-frames", include_str!("../codebooks/news-frames.toml")),
    ("climate-frames", include_str!("../codebooks/climate-frames.toml")),
    ("gun-violence-frames", include_str!("../codebooks/gun-violence-frames.toml")),
];

/// Longest text of a codebook: definitions are a sentence or two, examples one.
const MAX_TEXT: usize = 4096;
/// Most frames of a codebook, and most examples of a frame: each costs a run of the encoder.
const MAX_ENTRIES: usize = 512;

impl Codebook {
    /// Reads a codebook; `name` says in errors which one it is.
    ///
    /// # Errors
    /// [`Error::Format`] when it is not TOML of this form, [`Error::Content`] when a name is
    /// missing or doubled, there are fewer than two frames, or something is too long.
    pub fn parse(name: &str, toml: &str) -> Result<Self, Error> {
        let file: File =
            toml::from_str(toml).map_err(|source| Error::Format { name: name.to_owned(), source: Box::new(source) })?;
        let wrong = |reason: String| Err(Error::Content { name: name.to_owned(), reason });
        if file.codebook.kind != "frames" {
            return wrong(format!("its kind is {:?}, not \"frames\"", file.codebook.kind));
        }
        if file.labels.len() < 2 || file.labels.len() > MAX_ENTRIES {
            return wrong(format!("{} labels, expected 2 to {MAX_ENTRIES}", file.labels.len()));
        }
        let mut seen = HashSet::new();
        for label in &file.labels {
            if label.name.trim().is_empty() || !seen.insert(label.name.as_str()) {
                return wrong(format!("label {:?} has no name of its own", label.name));
            }
            let texts = || label.examples.iter().chain([&label.definition]);
            if label.examples.len() > MAX_ENTRIES || texts().any(|t| t.trim().is_empty() || t.len() > MAX_TEXT) {
                return wrong(format!("label {:?} has an empty text, or one of over {MAX_TEXT} bytes", label.name));
            }
        }
        Ok(Self { name: file.codebook.name, version: file.codebook.version, labels: file.labels })
    }

    /// A codebook of those inside the crate, by its name: `policy-frames` (the fifteen dimensions of Boydstun et al.
    /// 2014), `news-frames` (the five generic ones of Semetko and Valkenburg 2000), `climate-frames` (eight themes of
    /// the coverage of climate change) or `gun-violence-frames` (nine of the coverage of gun violence).
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

    /// Name and version as written in records, for example `policy-frames 1`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{} {}", self.name, self.version)
    }

    /// The names of its frames, in order.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.labels.iter().map(|label| label.name.as_str())
    }
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
        check("x", "mine.toml does not follow the format");
        check(head, "missing field `label`");
        check(&format!("{head}{}", label("a")), "1 labels, expected 2 to 512");
        check(&format!("{head}{}{}", label("a"), label("a")), "label \"a\" has no name of its own");
        check(&format!("{head}{}colour = 1\n", label("a")), "unknown field `colour`");
        check(&format!("{}{}{}", head.replace("frames", "terms"), label("a"), label("b")), "its kind is \"terms\"");
    }
}
