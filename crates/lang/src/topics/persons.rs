//! Pronouns, titles, first names and the words of personal names.

use crate::Language;
use crate::classes::{ClassSet, NameClass};
use crate::table::{Line, Names, Table, lower, named, names, rows};

/// Grammatical or natural gender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gender {
    /// he, Mr., father.
    Masculine,
    /// she, Mrs.
    Feminine,
}

names!(Gender { "masculine" => Masculine, "feminine" => Feminine });

/// Grammatical number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Number {
    /// he, she, it.
    Singular,
    /// they, we.
    Plural,
}

names!(Number { "singular" => Singular, "plural" => Plural });

/// Case of a pronoun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Case {
    /// he.
    Subject,
    /// him.
    Object,
    /// his.
    Possessive,
    /// himself.
    Reflexive,
}

names!(Case { "subject" => Subject, "object" => Object, "possessive" => Possessive, "reflexive" => Reflexive });

/// A reading of a personal pronoun; file `pronouns.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pronoun {
    /// Grammatical person: 1, 2 or 3.
    pub person: u8,
    /// Singular or plural; `None` where it is ambiguous ("you").
    pub number: Option<Number>,
    /// Masculine or feminine; `None` where it agrees with either.
    pub gender: Option<Gender>,
    /// Case.
    pub case: Case,
}

impl Pronoun {
    pub(crate) fn read(line: &Line<'_>) -> Option<Self> {
        Some(Self {
            person: line.cell(1)?.parse().ok().filter(|p| (1..=3).contains(p))?,
            number: optional(line.cell(2)?)?,
            gender: optional(line.cell(3)?)?,
            case: Case::named(line.cell(4)?)?,
        })
    }
}

/// Kind of a title before a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TitleKind {
    /// A form of address: "Mr.", "Madame".
    Address,
    /// A rank of an army, a police or a navy: "Gen.", "Sergeant".
    Rank,
    /// An office of a state, a party or a court: "President", "Sen.", "Judge".
    Office,
    /// An academic or medical title: "Dr.", "Professor".
    Academic,
    /// A title of a church or faith: "Rev.", "Pope", "Sheikh".
    Religious,
    /// Nobility and honours: "Sir", "Queen".
    Honour,
}

names!(TitleKind {
    "address" => Address,
    "rank" => Rank,
    "office" => Office,
    "academic" => Academic,
    "religious" => Religious,
    "honour" => Honour,
});

/// A title or honorific before a person's name; file `titles.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Title {
    /// Kind of title.
    pub kind: TitleKind,
    /// Gender that the title implies, if any: "Mrs.", "King".
    pub gender: Option<Gender>,
}

impl Title {
    pub(crate) fn read(line: &Line<'_>) -> Option<Self> {
        Some(Self { kind: TitleKind::named(line.cell(1)?)?, gender: optional(line.cell(2)?)? })
    }
}

/// First names with the same gender in all languages; a language's own file takes precedence.
const FIRST_NAMES: &str = include_str!("../first_names.tsv");

impl Language {
    /// Readings of a lowercase personal pronoun; empty for other words.
    pub fn pronoun(&self, lower: &str) -> impl Iterator<Item = Pronoun> {
        let readings = self.pronouns.get_or_init(|| rows(self.files(|p| p.pronouns), 0, Pronoun::read));
        readings.iter().filter(move |(word, _)| *word == lower).map(|(_, pronoun)| *pronoun)
    }

    /// Looks up a title before a person's name, one or more words in any case; a final full stop is ignored.
    #[must_use]
    pub fn title(&self, words: &str) -> Option<Title> {
        self.title_table().get(&lower(words.strip_suffix('.').unwrap_or(words))).copied()
    }

    /// Every title, in lowercase and without its full stop, in no particular order.
    pub fn titles(&self) -> impl Iterator<Item = (&str, Title)> {
        self.title_table().map.iter().map(|(words, title)| (words.as_ref(), *title))
    }

    pub(crate) fn title_table(&self) -> &Table<Title> {
        self.titles.get_or_init(|| Table::rows(self.files(|p| p.titles), Title::read))
    }

    /// Predominant gender of a lowercase first name.
    #[must_use]
    pub fn first_name(&self, lower: &str) -> Option<Gender> {
        self.first_name_table().get(lower).copied()
    }

    pub(crate) fn first_name_table(&self) -> &Table<Gender> {
        self.first_names.get_or_init(|| Table::words(self.files(|p| p.first_names).chain([FIRST_NAMES]), named))
    }

    /// Functions of a word, in lowercase and without full stops, in or beside a name.
    #[must_use]
    pub fn name_word(&self, lower: &str) -> ClassSet<NameClass> {
        self.name_word_table().get(lower).copied().unwrap_or_default()
    }

    pub(crate) fn name_word_table(&self) -> &Table<ClassSet<NameClass>> {
        self.name_words.get_or_init(|| Table::classes(self.files(|p| p.name_words)))
    }
}

/// Parses a cell where "-" means none.
fn optional<T: Names>(cell: &str) -> Option<Option<T>> {
    if cell == "-" { Some(None) } else { T::named(cell).map(Some) }
}
