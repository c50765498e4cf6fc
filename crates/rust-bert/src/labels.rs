use std::path::Path;

use pressmark_core::{EntityType, Scheme};

use crate::Error;

/// Maps a label of CoNLL-2003 or OntoNotes 5 to a scheme; `None` if the scheme drops it.
///
/// Other labels are kept: a classifier of diseases finds diseases under any scheme.
pub(crate) fn rename(label: &str, scheme: Option<Scheme>) -> Option<EntityType> {
    let Some(scheme) = scheme else { return Some(label.into()) };
    let news = match label {
        // Numbers are not names.
        "CARDINAL" | "ORDINAL" | "PERCENT" | "QUANTITY" => return None,
        "PER" => EntityType::Person,
        "GPE" => EntityType::Loc,
        "TIME" => EntityType::Date,
        "EVENT" | "LANGUAGE" | "LAW" | "WORK_OF_ART" => EntityType::Misc,
        other => other.into(),
    };
    match (scheme, news) {
        (Scheme::News, label) | (Scheme::Conll03, label @ EntityType::Other(_)) => Some(label),
        (Scheme::Conll03, label) => label.conll03(),
    }
}

/// A parsed label of the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    Outside,
    /// First token of a mention, which may continue.
    Begin(String),
    /// Continues a mention of its kind, or begins one.
    Inside(String),
    /// Ends a mention of its kind, or is a complete one.
    End(String),
    /// A complete mention.
    Single(String),
}

impl Tag {
    /// Parses `O`, `B-X`, `I-X`, `E-X`, `S-X` and, from BILOU, `L-X` and `U-X`.
    pub(crate) fn parse(label: &str, folder: &Path) -> Result<Self, Error> {
        if label == "O" {
            return Ok(Self::Outside);
        }
        let mut chars = label.chars();
        let parts = chars.next().zip(chars.next()).filter(|(_, dash)| matches!(dash, '-' | '_'));
        let kind = chars.as_str().to_owned();
        let make: fn(String) -> Self = match parts.map(|(prefix, _)| prefix).filter(|_| !kind.is_empty()) {
            Some('B') => Self::Begin,
            Some('I') => Self::Inside,
            Some('E' | 'L') => Self::End,
            Some('S' | 'U') => Self::Single,
            _ => {
                let problem = format!("its label {label:?} is none of O, B-X, I-X, E-X and S-X");
                return Err(Error::Unfit { folder: folder.to_owned(), problem });
            }
        };
        Ok(make(kind))
    }
}

/// A mention: token range, kind, score.
pub(crate) type Found = (std::ops::Range<usize>, String, f32);

/// Decodes the mentions of one sentence, whose tags and scores start at token `first`; `None` marks a token that the
/// model did not see.
///
/// Follows conlleval: a tag that does not continue a mention of its kind begins one. A mention's score is the minimum
/// over its tokens.
pub(crate) fn mentions(tags: &[Option<(&Tag, f32)>], first: usize) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut is_open = false;
    for (at, tag) in tags.iter().enumerate() {
        let Some((tag, score)) = *tag else {
            is_open = false;
            continue;
        };
        let (kind, goes_on, stays_open) = match tag {
            Tag::Outside => {
                is_open = false;
                continue;
            }
            Tag::Begin(kind) => (kind, false, true),
            Tag::Inside(kind) => (kind, true, true),
            Tag::End(kind) => (kind, true, false),
            Tag::Single(kind) => (kind, false, false),
        };
        match found.last_mut().filter(|last| is_open && goes_on && last.1 == *kind) {
            Some(last) => (last.0.end, last.2) = (first + at + 1, last.2.min(score)),
            None => found.push((first + at..first + at + 1, kind.clone(), score)),
        }
        is_open = stays_open;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(label: &str) -> Result<Tag, Error> {
        Tag::parse(label, Path::new("m"))
    }

    #[test]
    fn labels_are_read_or_refused() {
        assert_eq!(tag("B-PER").unwrap(), Tag::Begin("PER".into()));
        assert_eq!(tag("U_GPE").unwrap(), Tag::Single("GPE".into()));
        for wrong in ["LABEL_0", "PER", "B-", "", "X-PER", "é-PER", "o"] {
            let message = tag(wrong).unwrap_err().to_string();
            assert!(message.contains(&format!("its label {wrong:?} is none of O, B-X")), "{message}");
        }
    }

    #[test]
    fn tags_to_mentions() {
        let check = |labels: &str, expected: &[(usize, usize, &str)]| {
            let tags: Vec<Option<Tag>> = labels.split(' ').map(|l| tag(l).ok()).collect();
            let scored: Vec<_> = tags.iter().map(|t| t.as_ref().map(|t| (t, 0.5))).collect();
            let got = mentions(&scored, 10);
            let got: Vec<_> = got.iter().map(|(r, kind, _)| (r.start - 10, r.end - 10, kind.as_str())).collect();
            assert_eq!(got, expected, "{labels}");
        };
        check("B-A I-A O B-A", &[(0, 2, "A"), (3, 4, "A")]);
        check("I-A I-A I-B B-B", &[(0, 2, "A"), (2, 3, "B"), (3, 4, "B")]);
        check("S-A S-A B-A E-A I-A", &[(0, 1, "A"), (1, 2, "A"), (2, 4, "A"), (4, 5, "A")]);
        check("B-A ? I-A", &[(0, 1, "A"), (2, 3, "A")]);
    }

    #[test]
    fn schemes() {
        let check = |scheme: Option<Scheme>, label: &str, expected: Option<&str>| {
            assert_eq!(rename(label, scheme), expected.map(EntityType::from), "{scheme:?} {label}");
        };
        check(Some(Scheme::News), "PER", Some("PERSON"));
        check(Some(Scheme::News), "GPE", Some("LOC"));
        check(Some(Scheme::News), "CARDINAL", None);
        check(Some(Scheme::News), "Disease", Some("Disease"));
        check(Some(Scheme::Conll03), "PERSON", Some("PER"));
        check(Some(Scheme::Conll03), "LAW", Some("MISC"));
        check(Some(Scheme::Conll03), "DATE", None);
        check(Some(Scheme::Conll03), "Disease", Some("Disease"));
        check(None, "GPE", Some("GPE"));
    }
}
