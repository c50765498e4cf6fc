//! What the files of a language say, as types. Each type has the reader of its line.

use crate::table::{Line, Names, names};

/// What a word says about the full stop behind it, file `abbreviations.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Abbreviation {
    /// Something always follows: a title before a name, "vs.", "e.g.".
    Leads,
    /// An abbreviation only where a number follows ("No. 5"); otherwise a word like any other.
    BeforeNumber,
    /// It may end a sentence, and does when the next word is one that opens sentences ("Inc. The").
    MayEnd,
    /// It ends a sentence when a capital follows ("etc. Others").
    Ends,
    /// A place, if a comma stands before it ("Boston, Mass."); otherwise a word like any other.
    AfterComma,
}

names!(Abbreviation {
    "leads" => Leads,
    "before_number" => BeforeNumber,
    "may_end" => MayEnd,
    "ends" => Ends,
    "after_comma" => AfterComma,
});

/// How surely a capitalised word opens a sentence, file `openers.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Opener {
    /// It opens sentences and is seldom part of a name: "in the U.S. The" against "in the U.S. Senate".
    Likely,
    /// It does even without a full stop before it: "on Friday It rained".
    Sure,
}

names!(Opener { "likely" => Likely, "sure" => Sure });

/// Grammatical or natural gender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gender {
    /// he, Mr., daughter's brother.
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

/// What a pronoun is in its clause.
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

/// A reading of a personal pronoun, file `pronouns.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pronoun {
    /// 1, 2 or 3.
    pub person: u8,
    /// Singular or plural; `None` where it may be either ("you").
    pub number: Option<Number>,
    /// `None` where it agrees with any.
    pub gender: Option<Gender>,
    /// What it is in its clause.
    pub case: Case,
}

/// What sort of title stands before a name.
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

/// A title or honorific before a person's name, file `titles.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Title {
    /// What sort of title it is.
    pub kind: TitleKind,
    /// The gender it tells, if it tells one: "Mrs.", "King".
    pub gender: Option<Gender>,
}

/// A pair of quotation marks, file `marks.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QuotationMarks {
    /// The mark that opens.
    pub open: char,
    /// The mark that closes.
    pub close: char,
    /// Whether the pair stands inside another by the language's convention: “… ‘…’ …”.
    pub inner: bool,
}

/// A country with the names it goes by, file `countries.txt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Country {
    row: &'static str,
}

impl Country {
    pub(crate) fn read(row: &'static str) -> Self {
        Self { row }
    }

    /// Its usual name, folded: small letters, no accents or marks.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row.split('|').next().unwrap_or(self.row)
    }

    /// All its names, the usual one first, folded in the same way.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.row.split('|')
    }
}

/// How often a word was the cue of reported speech in annotated text, file `cues.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cue {
    /// The word in small letters; `"*"` for all words that have no line of their own.
    pub word: &'static str,
    /// The construction it stood in, by the name that the counting program gave it; `"-"` for any.
    pub construction: &'static str,
    /// How often it was a cue there.
    pub cue: u32,
    /// How often it stood there.
    pub seen: u32,
}

/// The form that inflection gave a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VerbForm {
    /// say.
    Base,
    /// says.
    ThirdPerson,
    /// said.
    Past,
    /// saying.
    PresentParticiple,
}

/// "-" stands for what a row leaves open.
fn optional<T: Names>(cell: &str) -> Option<Option<T>> {
    if cell == "-" { Some(None) } else { T::named(cell).map(Some) }
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

impl Title {
    pub(crate) fn read(line: &Line<'_>) -> Option<Self> {
        Some(Self { kind: TitleKind::named(line.cell(1)?)?, gender: optional(line.cell(2)?)? })
    }
}

impl QuotationMarks {
    pub(crate) fn read(line: &Line<'_>) -> Option<Self> {
        let mark = |cell: &str| cell.chars().next().filter(|c| c.len_utf8() == cell.len());
        let inner = match line.cell(2)? {
            "outer" => false,
            "inner" => true,
            _ => return None,
        };
        Some(Self { open: mark(line.cell(0)?)?, close: mark(line.cell(1)?)?, inner })
    }
}

impl Cue {
    pub(crate) fn read(line: &Line<'static>) -> Option<Self> {
        let (word, construction) = (line.cell(0)?, line.cell(1)?);
        let cue = Self { word, construction, cue: line.cell(2)?.parse().ok()?, seen: line.cell(3)?.parse().ok()? };
        (cue.cue <= cue.seen).then_some(cue)
    }
}
