//! A document's tokens as the rules of this crate read them.

use std::ops::Range;

use pressmark_core::Document;
use pressmark_lang::Language;

use crate::countries::Countries;
use crate::decode::Found;

/// Words, sentences and language of a document.
pub(crate) struct View<'a> {
    pub(crate) words: Vec<&'a str>,
    /// Tokens of each sentence, in order, all within `words`.
    pub(crate) sents: Vec<Range<usize>>,
    /// Whether each token is directly followed by the next.
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

    /// Word at a token, `""` past the end.
    pub(crate) fn word(&self, token: usize) -> &'a str {
        self.words.get(token).copied().unwrap_or_default()
    }

    /// Words of a range of tokens.
    pub(crate) fn slice(&self, tokens: &Range<usize>) -> &[&'a str] {
        self.words.get(tokens.clone()).unwrap_or_default()
    }

    /// Whether a token and the next are adjacent, as in "Jean-Luc".
    pub(crate) fn is_joined(&self, token: usize) -> bool {
        self.joined.get(token).copied().unwrap_or(false)
    }

    /// Sentence that contains a token; empty where there is none.
    pub(crate) fn sentence(&self, token: usize) -> Range<usize> {
        let at = self.sents.partition_point(|s| s.end <= token);
        self.sents.get(at).filter(|s| s.start <= token).cloned().unwrap_or(token..token)
    }

    /// Length of the mention that covers each token, 0 where none does.
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
    /// A view of the words of an English document, all separated by spaces.
    pub(crate) fn of_words(words: Vec<&'a str>, sents: Vec<Range<usize>>) -> Self {
        let language = Language::of(Some("en"));
        Self { words, sents, joined: Vec::new(), language, countries: Countries::in_language(language) }
    }
}
