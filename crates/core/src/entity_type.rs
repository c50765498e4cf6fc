use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::named::named_enum;

/// Defines the type, the name of each variant and the look-up by name from one table.
macro_rules! entity_types {
    ($(#[$meta:meta])* pub enum $type:ident { $($(#[$doc:meta])* $name:ident = $wire:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub enum $type {
            $($(#[$doc])* $name,)*
            /// A label from a codebook of terms, or from a model with its own labels.
            Other(Arc<str>),
        }

        impl $type {
            /// Name of the type on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$name => $wire,)*
                    Self::Other(label) => label,
                }
            }

            /// Looks up a built-in type by name.
            fn known(name: &str) -> Option<Self> {
                match name {
                    $($wire => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

entity_types! {
    /// Type of the thing that a mention names.
    ///
    /// The types that pressmark knows are variants, so that code whose behaviour depends on them matches exhaustively;
    /// any other label (from a codebook of terms, or from a model with its own labels) is [`Other`](Self::Other). Types
    /// compare, order and hash by name.
    ///
    /// ```
    /// use pressmark_core::EntityType;
    ///
    /// assert_eq!(EntityType::from("ORG"), EntityType::Org);
    /// assert_eq!(EntityType::from("MINERAL").as_str(), "MINERAL");
    /// ```
    pub enum EntityType {
        /// A person, under [`Scheme::News`].
        Person = "PERSON",
        /// A person, under [`Scheme::Conll03`].
        Per = "PER",
        /// An organisation: a company, party, authority, team, armed group.
        Org = "ORG",
        /// A country, region, town, river, mountain.
        Loc = "LOC",
        /// A building, airport, road, mine.
        Fac = "FAC",
        /// A nationality, religion or political affiliation, or the people who have it.
        Norp = "NORP",
        /// A date or period.
        Date = "DATE",
        /// A sum of money.
        Money = "MONEY",
        /// A product.
        Product = "PRODUCT",
        /// Anything else with a name: events, works, laws, languages.
        Misc = "MISC",
    }
}

impl EntityType {
    /// Whether the type is a person, under either scheme.
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

    /// Whether the type is a value (a date or a sum of money) rather than something with a name.
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

    /// Whether the type is one that acts and that a tone can be directed at: a person, an organisation or a people.
    #[must_use]
    pub fn is_actor(&self) -> bool {
        match self {
            Self::Person | Self::Per | Self::Org | Self::Norp => true,
            Self::Loc | Self::Fac | Self::Date | Self::Money | Self::Product | Self::Misc => false,
            Self::Other(_) => false,
        }
    }

    /// The corresponding type of CoNLL-2003; `None` for values, which CoNLL-2003 does not annotate.
    #[must_use]
    pub fn conll03(&self) -> Option<Self> {
        match self {
            Self::Person | Self::Per => Some(Self::Per),
            Self::Org => Some(Self::Org),
            Self::Loc | Self::Fac => Some(Self::Loc),
            Self::Norp | Self::Product | Self::Misc | Self::Other(_) => Some(Self::Misc),
            Self::Date | Self::Money => None,
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

// Compared by name, so that an `Other` built by hand with a built-in name equals that type everywhere.
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
    /// Set of types that a document's mentions have.
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
    /// Types of the scheme.
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
