//! Topics of the language files: their types, parsers and look-ups.

mod calendar;
mod marks;
mod numerals;
mod pages;
mod persons;
mod places;
mod speech;
mod stops;
mod words;

pub(crate) use calendar::Calendar;
pub use marks::QuotationMarks;
pub use numerals::Numeral;
#[cfg(test)]
pub(crate) use pages::page_phrase;
pub use persons::{Case, Gender, Number, Pronoun, Title, TitleKind};
pub use places::Country;
pub use speech::CuePart;
pub(crate) use speech::CueTable;
#[cfg(test)]
pub(crate) use stops::LONGEST_ABBREVIATION;
pub use stops::{Abbreviation, Opener};
#[cfg(test)]
pub(crate) use words::ending_row;
