//! Tags of a BIO scheme, parsed from a head's labels.

use pressmark_core::EntityType;

use crate::Error;

/// An output of a token head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    /// Outside any mention.
    Outside,
    /// First token of a mention of this kind.
    Begin(usize),
    /// Further token of a mention of this kind.
    Inside(usize),
}

/// Tags in the order of a head's outputs, and the kinds of mention in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TagSet {
    tags: Vec<Tag>,
    kinds: Vec<EntityType>,
    /// Output that begins a mention of each kind; `inside` has the one that continues it.
    begin: Vec<usize>,
    inside: Vec<usize>,
    outside: usize,
}

impl TagSet {
    /// Parses labels such as `O`, `B-LOC`, `I-LOC`: each kind with both of its tags, and one `O`.
    pub(crate) fn parse(head: &str, labels: &[String]) -> Result<Self, Error> {
        let wrong = |label: &str, expected| Error::Labels { head: head.to_owned(), label: label.to_owned(), expected };
        let mut kinds: Vec<EntityType> = Vec::new();
        let mut tags = Vec::with_capacity(labels.len());
        for label in labels {
            let mut kind = |name: &str| {
                kinds.iter().position(|k| k.as_str() == name).unwrap_or_else(|| {
                    kinds.push(EntityType::from(name));
                    kinds.len() - 1
                })
            };
            let tag = match label.split_once('-') {
                None if label == "O" => Tag::Outside,
                Some(("B", name)) if !name.is_empty() => Tag::Begin(kind(name)),
                Some(("I", name)) if !name.is_empty() => Tag::Inside(kind(name)),
                _ => return Err(wrong(label, "O, B-KIND or I-KIND")),
            };
            if tags.contains(&tag) {
                return Err(wrong(label, "each label once"));
            }
            tags.push(tag);
        }
        let find = |tag: Tag| tags.iter().position(|&t| t == tag);
        let both = |make: fn(usize) -> Tag, prefix: &str| {
            (0..kinds.len())
                .map(|k| {
                    find(make(k)).ok_or_else(|| wrong(&format!("{prefix}-{}", kinds[k]), "B- and I- of each kind"))
                })
                .collect::<Result<Vec<_>, _>>()
        };
        let (begin, inside) = (both(Tag::Begin, "B")?, both(Tag::Inside, "I")?);
        let outside = find(Tag::Outside).ok_or_else(|| wrong("O", "a label O"))?;
        Ok(Self { tags, kinds, begin, inside, outside })
    }

    /// Number of outputs.
    pub(crate) fn len(&self) -> usize {
        self.tags.len()
    }

    /// Tag of output `index`.
    pub(crate) fn tag(&self, index: usize) -> Tag {
        self.tags.get(index).copied().unwrap_or(Tag::Outside)
    }

    /// Output for [`Tag::Outside`].
    pub(crate) fn outside(&self) -> usize {
        self.outside
    }

    /// Outputs that begin and continue a mention of the kind.
    pub(crate) fn outputs_of(&self, kind: usize) -> (usize, usize) {
        (self.begin[kind], self.inside[kind])
    }

    /// Kinds in order of first appearance.
    pub(crate) fn kinds(&self) -> &[EntityType] {
        &self.kinds
    }

    /// Label of output `index`, as in a column file.
    #[cfg(test)]
    pub(crate) fn label(&self, index: usize) -> String {
        match self.tag(index) {
            Tag::Outside => "O".to_owned(),
            Tag::Begin(kind) => format!("B-{}", self.kinds[kind]),
            Tag::Inside(kind) => format!("I-{}", self.kinds[kind]),
        }
    }
}

#[cfg(test)]
pub(crate) fn tag_set(kinds: &[&str]) -> TagSet {
    let labels: Vec<String> = std::iter::once("O".to_owned())
        .chain(kinds.iter().flat_map(|k| [format!("B-{k}"), format!("I-{k}")]))
        .collect();
    TagSet::parse("test", &labels).expect("well-formed labels")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_in_any_order() {
        let labels = ["I-LOC", "O", "B-ORG", "B-LOC", "I-ORG"].map(str::to_owned);
        let set = TagSet::parse("ner.test", &labels).expect("well-formed labels");
        assert_eq!(set.kinds(), [EntityType::Loc, EntityType::Org]);
        assert_eq!((set.outside(), set.outputs_of(0), set.outputs_of(1)), (1, (3, 0), (2, 4)));
        assert_eq!((0..set.len()).map(|i| set.label(i)).collect::<Vec<_>>(), labels);
    }

    #[test]
    fn labels_that_are_no_scheme_are_refused() {
        let check = |labels: &[&str], expected: &str| {
            let labels: Vec<String> = labels.iter().map(|&l| l.to_owned()).collect();
            assert_eq!(TagSet::parse("h", &labels).expect_err("refused").to_string(), expected);
        };
        check(&["O", "LOC"], "head h has the label LOC, expected O, B-KIND or I-KIND");
        check(&["O", "B-LOC"], "head h has the label I-LOC, expected B- and I- of each kind");
        check(&["B-LOC", "I-LOC"], "head h has the label O, expected a label O");
        check(&["O", "O"], "head h has the label O, expected each label once");
    }
}
