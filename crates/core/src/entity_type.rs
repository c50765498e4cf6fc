use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::named::named_enum;

/// What sort of thing a mention names.
///
/// The types that pressmark knows are variants, so that code whose behaviour depends on them matches
/// exhaustively; any other label (of a codebook of terms, or of a model with labels of its own) is
/// [`Other`](Self::Other). Types compare, order and hash as their names do.
///
/// ```
/// use pressmark_core::EntityType;
///
/// assert_eq!(EntityType::from("ORG"), EntityType::Org);
/// assert_eq!(EntityType::from("MINERAL").as_str(), "MINERAL");
/// ```
#[derive(Clone, Debug)]
pub enum EntityType {
    /// `PERSON`: a person, under the scheme [`Scheme::News`].
    Person,
    /// `PER`: a person, under the scheme [`Scheme::Conll03`].
    Per,
    /// `ORG`: an organisation: a company, party, authority, team, armed group.
    Org,
    /// `LOC`: a country, region, town, river, mountain.
    Loc,
    /// `FAC`: a building, airport, road, mine.
    Fac,
    /// `NORP`: a people, religion or political conviction, and its adherents.
    Norp,
    /// `DATE`: a date or stretch of time.
    Date,
    /// `MONEY`: a sum of money.
    Money,
    /// `PRODUCT`: a thing that is made and sold.
    Product,
    /// `MISC`: anything else with a name: events, works, laws, languages.
    Misc,
    /// A label of a codebook of terms, or of a model with labels of its own.
    Other(Arc<str>),
}

impl EntityType {
    /// The name under which the type is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Person => "PERSON",
            Self::Per => "PER",
            Self::Org => "ORG",
            Self::Loc => "LOC",
            Self::Fac => "FAC",
            Self::Norp => "NORP",
            Self::Date => "DATE",
            Self::Money => "MONEY",
            Self::Product => "PRODUCT",
            Self::Misc => "MISC",
            Self::Other(label) => label,
        }
    }

    /// The built-in type of this name.
    fn known(name: &str) -> Option<Self> {
        Some(match name {
            "PERSON" => Self::Person,
            "PER" => Self::Per,
            "ORG" => Self::Org,
            "LOC" => Self::Loc,
            "FAC" => Self::Fac,
            "NORP" => Self::Norp,
            "DATE" => Self::Date,
            "MONEY" => Self::Money,
            "PRODUCT" => Self::Product,
            "MISC" => Self::Misc,
            _ => return None,
        })
    }

    /// Whether it is a person, under either scheme.
    #[must_use]
    pub fn is_person(&self) -> bool {
        match self {
            Self::Person | Self::Per => true,
            Self::Org | Self::Loc | Self::Fac | Self::Norp | Self::Date | Self::Money | Self::Product | Self::Misc => {
                false
            }
            Self::Other(_) => false,
        }
    }

    /// Whether it is a value, a date or a sum, rather than somebody or something with a name.
    #[must_use]
    pub fn is_value(&self) -> bool {
        match self {
            Self::Date | Self::Money => true,
            Self::Person | Self::Per | Self::Org | Self::Loc | Self::Fac | Self::Norp | Self::Product | Self::Misc => {
                false
            }
            Self::Other(_) => false,
        }
    }
}

impl From<&str> for EntityType {
    fn from(name: &str) -> Self {
        Self::known(name).unwrap_or_else(|| Self::Other(name.into()))
    }
}

impl From<String> for EntityType {
    fn from(name: String) -> Self {
        Self::known(&name).unwrap_or_else(|| Self::Other(name.into()))
    }
}

impl fmt::Display for EntityType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

// By name, so that an `Other` that was built by hand with a built-in name is that type everywhere.
impl PartialEq for EntityType {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for EntityType {}

impl PartialOrd for EntityType {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for EntityType {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for EntityType {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

named_enum! {
    /// Which types the mentions of a document have.
    #[derive(Default)]
    pub enum Scheme {
        /// `PERSON`, `ORG`, `LOC`, `FAC`, `NORP`, `DATE`, `MONEY`, `PRODUCT`, `MISC`.
        #[default]
        News = "news",
        /// `PER`, `ORG`, `LOC`, `MISC`, as in CoNLL-2003.
        Conll03 = "conll03",
    }
}

impl Scheme {
    /// The scheme's types.
    #[must_use]
    pub fn types(self) -> &'static [EntityType] {
        use EntityType::{Date, Fac, Loc, Misc, Money, Norp, Org, Per, Person, Product};
        match self {
            Self::News => &[Person, Org, Loc, Fac, Norp, Date, Money, Product, Misc],
            Self::Conll03 => &[Per, Org, Loc, Misc],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_types_are_found_by_their_names_and_others_keep_theirs() {
        for scheme in Scheme::ALL {
            for entity_type in scheme.types() {
                assert_eq!(EntityType::from(entity_type.as_str()), *entity_type);
                assert!(!matches!(EntityType::from(entity_type.as_str()), EntityType::Other(_)), "{entity_type}");
            }
        }
        assert!(matches!(EntityType::from("MINERAL"), EntityType::Other(label) if &*label == "MINERAL"));
        assert!(matches!(EntityType::from("person".to_owned()), EntityType::Other(_)));
    }

    #[test]
    fn types_order_by_name() {
        let mut types = ["PER", "MINERAL", "LOC", "DATE"].map(EntityType::from);
        types.sort();
        assert_eq!(types.map(|t| t.to_string()), ["DATE", "LOC", "MINERAL", "PER"]);
        assert_eq!(EntityType::Other("ORG".into()), EntityType::Org);
    }
}
