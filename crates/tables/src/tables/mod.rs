//! The tables, in the order of the data dictionary.

mod document;
mod entities;
mod judgements;
mod quotes;
mod text;

use crate::Table;

/// All tables, in the order of the data dictionary: a table comes after those it refers to, where possible.
pub static TABLES: &[&Table] = &[
    &document::DOCUMENTS,
    &document::AUTHORS,
    &document::PROBLEMS,
    &document::STAGES,
    &document::COVERAGE,
    &text::SEGMENTS,
    &text::EDITS,
    &text::SENTENCES,
    &text::TOKENS,
    &entities::ENTITIES,
    &entities::ALIASES,
    &entities::MENTIONS,
    &entities::SENTIMENTS,
    &quotes::QUOTES,
    &text::SUMMARY,
    &judgements::FRAMES,
    &judgements::FRAME_EVIDENCE,
    &judgements::STANCES,
    &judgements::STANCE_EVIDENCE,
];

/// Returns the tables that are written by default.
#[must_use]
pub fn default_tables() -> Vec<&'static Table> {
    TABLES.iter().copied().filter(|table| table.is_default).collect()
}

/// Returns the table with this name.
#[must_use]
pub fn table_named(name: &str) -> Option<&'static Table> {
    TABLES.iter().copied().find(|table| table.name == name)
}
