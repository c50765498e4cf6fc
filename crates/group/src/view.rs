//! A document of a story with derived data for the comparisons.

use std::borrow::Cow;
use std::path::Path;

use pressmark_core::QuoteKind;
use pressmark_jsonl::story::{Passage, Version};
use pressmark_jsonl::{CodePoints, Record};
use pressmark_lang::Language;

use crate::features::entity_key;
use crate::text::{Word, moment, words};

/// A record with derived data, computed once.
pub(crate) struct View<'a> {
    pub(crate) record: &'a Record<'a>,
    pub(crate) outlet: String,
    pub(crate) language: &'static Language,
    /// Day and second of publication; see [`moment`].
    pub(crate) moment: Option<(i32, Option<u32>)>,
    pub(crate) words: Vec<Word<'a>>,
    points: CodePoints<'a>,
}

impl<'a> View<'a> {
    pub(crate) fn new(record: &'a Record<'a>) -> Self {
        let text: &str = &record.text;
        Self {
            record,
            outlet: outlet(record),
            language: Language::of(record.meta.language.as_deref()),
            moment: moment(record.meta.published.as_deref()),
            words: words(text).collect(),
            points: CodePoints::new(text),
        }
    }

    /// The text between two code point offsets; empty if out of range.
    pub(crate) fn slice(&self, start: usize, end: usize) -> &'a str {
        self.points.slice(start, end)
    }

    pub(crate) fn passage(&self, start: usize, end: usize) -> Passage {
        Passage {
            document: self.record.id.to_string(),
            outlet: self.outlet.clone(),
            start,
            end,
            text: self.slice(start, end).to_owned(),
        }
    }

    /// A version of a statement: its words, and the sentence that contains them.
    pub(crate) fn version(&self, words: (usize, usize), sentence: (usize, usize)) -> Version {
        Version { words: self.passage(words.0, words.1), sentence: self.passage(sentence.0, sentence.1) }
    }

    /// The words that start between two code point offsets.
    pub(crate) fn words_in(&self, start: usize, end: usize) -> &[Word<'a>] {
        let from = self.words.partition_point(|word| word.start < start);
        let to = self.words.partition_point(|word| word.start < end);
        self.words.get(from..to).unwrap_or_default()
    }

    /// Paragraphs as code point ranges: the text between blank lines.
    pub(crate) fn paragraphs(&self) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let mut start = 0;
        for paragraph in self.record.text.split("\n\n") {
            let end = start + paragraph.chars().count();
            if end > start {
                found.push((start, end));
            }
            start = end + 2;
        }
        found
    }

    /// Whether a code point is inside a direct or mixed quotation.
    pub(crate) fn is_quoted(&self, point: usize) -> bool {
        let is_marked = |kind| match kind {
            QuoteKind::Direct | QuoteKind::Mixed => true,
            QuoteKind::Indirect => false,
        };
        self.record.quotes.iter().any(|quote| is_marked(quote.kind) && (quote.start..quote.end).contains(&point))
    }

    /// Looks up an entity of the record by id.
    pub(crate) fn entity(&self, id: &str) -> Option<&'a pressmark_jsonl::Entity<'a>> {
        self.record.entities.iter().find(|entity| entity.id == id)
    }

    /// Key that identifies an entity across documents.
    pub(crate) fn key(&self, entity: &pressmark_jsonl::Entity<'_>) -> Option<String> {
        entity_key(&entity.name, &entity.label, self.language)
    }
}

/// Name of the publishing outlet: the record's own, else the file name, else the record's id. Never the credited
/// source, which did not publish this version.
fn outlet(record: &Record<'_>) -> String {
    let file = || {
        let holds_one = matches!(&*record.source.media_type, "text/plain" | "text/html" | "text/markdown");
        Path::new(&*record.source.path)
            .file_stem()
            .and_then(|stem| stem.to_str())
            .filter(|stem| holds_one && *stem != "-")
    };
    let stated = record.outlet().map(Cow::into_owned);
    stated.or_else(|| file().map(str::to_owned)).unwrap_or_else(|| record.id.to_string())
}

#[cfg(test)]
mod tests {
    use pressmark_core::Document;
    use pressmark_jsonl::Provenance;

    use super::*;

    #[test]
    fn offsets_are_code_points() {
        let doc = Document::from_text("a", "Été à Nice.\n\nPluie.");
        let record = Record::of(&doc, &Provenance::default());
        let view = View::new(&record);
        assert_eq!(view.slice(6, 10), "Nice");
        assert_eq!(view.paragraphs(), [(0, 11), (13, 19)]);
        assert_eq!(view.slice(13, 19), "Pluie.");
        assert_eq!(view.words_in(4, 11).iter().map(|word| word.text).collect::<Vec<_>>(), ["à", "Nice"]);
        assert_eq!(view.slice(5, 99), "");
    }

    #[test]
    fn an_outlet_has_the_best_name_that_there_is() {
        let doc = Document::from_text("a", "Rain.");
        let mut record = Record::of(&doc, &Provenance::default());
        record.source.media_type = "text/plain".into();
        record.source.path = "in/harbour-post.txt".into();
        assert_eq!(outlet(&record), "harbour-post");
        record.meta.credited_source = Some("Coast Wire".into());
        assert_eq!(outlet(&record), "harbour-post");
        record.source.url = Some("https://www.bay.example/rain?x=1".into());
        assert_eq!(outlet(&record), "bay.example");
        record.meta.site = Some("The Bay".into());
        assert_eq!(outlet(&record), "The Bay");
    }
}
