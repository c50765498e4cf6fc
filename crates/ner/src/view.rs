//! A document's tokens as the rules of this crate read them.

use std::ops::Range;

use pressmark_core::Document;
use pressmark_lang::Language;

use crate::countries::Countries;
use crate::decode::Found;

/// Words, sentences and language of a document.
pub(crate) struct View<'a> {
    pub(crate) words: Vec<&'a str>,
    /// The tokens of each sentence, in order, all within `words`.
    pub(crate) sents: Vec<Range<usize>>,
    /// Whether nothing stands between a token and the next.
    joined: Vec<bool>,
    pub(crate) language: &'static Language,
    pub(crate) countries: &'static Countries,
}

impl<'a> View<'a> {
    pub(crate) fn of(doc: &'a Document) -> Self {
        let words: Vec<&str> = doc.tokens.iter().map(|t| doc.slice(t.span)).collect();
        let clip = |tokens: &Range<usize>| tokens.start.min(words.len())..tokens.end.min(words.len());
        let sents = doc.sents.iter().map(|s| clip(&s.tokens)).collect();
        let joined = doc.tokens.windows(2).map(|pair| pair[0].span.end == pair[1].span.start).collect();
        let language = Language::of(doc.meta.language.as_deref());
        Self { words, sents, joined, language, countries: Countries::in_language(language) }
    }

    /// The word at a token, `""` past the end.
    pub(crate) fn word(&self, token: usize) -> &'a str {
        self.words.get(token).copied().unwrap_or_default()
    }

    /// The words of a stretch of tokens.
    pub(crate) fn slice(&self, tokens: &Range<usize>) -> &[&'a str] {
        self.words.get(tokens.clone()).unwrap_or_default()
    }

    /// Whether a token and the next stand together, as in "Jean-Luc".
    pub(crate) fn is_joined(&self, token: usize) -> bool {
        self.joined.get(token).copied().unwrap_or(false)
    }

    /// The sentence that a token stands in; empty where there is none.
    pub(crate) fn sentence(&self, token: usize) -> Range<usize> {
        let at = self.sents.partition_point(|s| s.end <= token);
        self.sents.get(at).filter(|s| s.start <= token).cloned().unwrap_or(token..token)
    }

    /// The length of the mention that covers each token, 0 where none does.
    pub(crate) fn cover(&self, found: &[Found]) -> Vec<usize> {
        let mut cover = vec![0; self.words.len()];
        for mention in found {
            cover[mention.tokens.clone()].fill(mention.tokens.len());
        }
        cover
    }
}

#[cfg(test)]
impl<'a> View<'a> {
    /// The words of an English document, all parted by spaces.
    pub(crate) fn of_words(words: Vec<&'a str>, sents: Vec<Range<usize>>) -> Self {
        let language = Language::of(Some("en"));
        Self { words, sents, joined: Vec::new(), language, countries: Countries::in_language(language) }
    }
}
