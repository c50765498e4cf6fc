//! Language data for the rules of pressmark: one folder per language, behind one type.
//!
//! [`Language::of`] returns the pack of a document's language; a language without a folder, and a document in an
//! unknown language, get the neutral pack, which has the words of all languages together. Rules query the pack and
//! never name a language.
//!
//! ```
//! use pressmark_lang::{Abbreviation, Gender, Language, TitleKind, WordClass};
//!
//! let english = Language::of(Some("en"));
//! assert_eq!(english.abbreviation("Sen"), Some(Abbreviation::Leads));
//! assert_eq!(english.month("Sept."), Some(9));
//! assert_eq!(english.title("Mrs.").map(|t| (t.kind, t.gender)), Some((TitleKind::Address, Some(Gender::Feminine))));
//! assert!(english.classes("the").contains(WordClass::Determiner));
//!
//! assert_eq!(Language::of(Some("fr")).month("août"), Some(8));
//! assert_eq!(Language::of(Some("fr")).month("August"), None);
//! // No folder for Welsh: every language's words count.
//! let neutral = Language::of(Some("cy"));
//! assert!(neutral.is_neutral() && neutral.month("août") == neutral.month("August"));
//! ```
//!
//! # What a language folder holds
//! Data files that anybody can read and extend, listed with their formats in the crate's README, and a `mod.rs` with
//! the [`Language`] and the few rules that need code, such as verb inflection. To add a language, write its folder and
//! its tests, and add its name to the list `languages!` in `lib.rs`.
//!
//! # What it does not do
//! It detects no language, reads no document and knows no other crate of pressmark.
#![deny(missing_docs)]

#[macro_use]
mod languages;
mod classes;
mod date_order;
mod language;
mod neutral;
mod pack;
mod table;
mod topics;
mod verb_form;

// To add a language, add the name of its folder.
languages![en, fr];

pub use classes::{ClassSet, Clitic, Ending, FunctionWord, NameClass, PagePhrase, SpeechClass, WordClass};
pub use date_order::DateOrder;
pub use language::Language;
pub use topics::{
    Abbreviation, Case, Country, CuePart, Gender, Number, Numeral, Opener, Pronoun, QuotationMarks, Title, TitleKind,
};
pub use verb_form::VerbForm;

/// Runs the examples of the README as doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
