//! Quotation marks, clitics and articles.

use crate::Language;
use crate::classes::{ClassSet, Clitic, FunctionWord};
use crate::table::{Line, Table, lower, rows};

/// A pair of quotation marks; file `marks.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QuotationMarks {
    /// Opening mark.
    pub open: char,
    /// Closing mark.
    pub close: char,
    /// Whether the pair is for nested quotations by the language's convention: “… ‘…’ …”.
    pub inner: bool,
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

impl Language {
    /// Pairs of quotation marks in use, the most common first.
    #[must_use]
    pub fn quotation_marks(&self) -> &[QuotationMarks] {
        self.marks.get_or_init(|| {
            let mut marks: Vec<QuotationMarks> = Vec::new();
            for (_, pair) in rows(self.files(|p| p.marks), 0, QuotationMarks::read) {
                if !marks.contains(&pair) {
                    marks.push(pair);
                }
            }
            marks
        })
    }

    /// Position of a clitic beside an apostrophe, in any case, relative to its word: French *l’* and *qu’* precede it,
    /// English *’s* and *’ll* follow it.
    #[must_use]
    pub fn clitic(&self, word: &str) -> ClassSet<Clitic> {
        self.clitic_table().get(&lower(word)).copied().unwrap_or_default()
    }

    /// Strips a possessive ending from a word or name: "’s" of "Kenya’s"; `None` where there is none.
    #[must_use]
    pub fn without_possessive<'a>(&self, name: &'a str) -> Option<&'a str> {
        let (bare, ending) = name.split_at(name.rfind(['\'', '’'])?);
        self.function_word(&lower(ending)).contains(FunctionWord::Genitive).then_some(bare)
    }

    /// Strips a leading lowercase article with the space behind it from a name: "the", French "l’".
    #[must_use]
    pub fn without_article<'a>(&self, name: &'a str) -> &'a str {
        let end = name.char_indices().find(|(_, c)| matches!(c, ' ' | '\'' | '’'));
        let parts = end.and_then(|(at, c)| name.split_at_checked(at + c.len_utf8()));
        let parts = parts.filter(|(article, _)| self.is_article(article.trim_end()));
        parts.map_or(name, |(_, rest)| rest)
    }

    pub(crate) fn clitic_table(&self) -> &Table<ClassSet<Clitic>> {
        self.clitics.get_or_init(|| Table::classes(self.files(|p| p.clitics)))
    }
}
