use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use serde_json::value::RawValue;
use tokenizers::pre_tokenizers::metaspace::PrependScheme;
use tokenizers::{Model, Normalizer, OffsetType, PreTokenizedString, PreTokenizer, PreTokenizerWrapper, Tokenizer};

use crate::Error;

/// Most words in the cache, over all shards: a few megabytes, and more than the distinct words of a day's news. Once it
/// is full, new words are encoded each time; the result is the same.
const CACHED_WORDS: usize = 1 << 16;

/// Longest cached word, in bytes. Set by hand: longer words are rare and would make the cache's size depend on the
/// corpus.
const CACHED_WORD_BYTES: usize = 48;

/// Set by hand: enough that threads seldom wait for each other.
const SHARDS: usize = 16;

/// Special tokens of a vocabulary, as spelled in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpecialTokens<'a> {
    /// First row of a window: `[CLS]`, `<s>`.
    pub first: &'a str,
    /// Last row of a window: `[SEP]`, `</s>`.
    pub last: &'a str,
    /// Stand-in for a word that the vocabulary cannot encode: `[UNK]`, `<unk>`.
    pub unknown: &'a str,
}

/// A subword vocabulary: words in, ids out. WordPiece, Unigram and BPE, cased or uncased.
///
/// Each word is encoded separately, with the tokenizer's normaliser and rules and without special tokens, as in the
/// training code. Vocabularies that mark a preceding space ("▁rain" of SentencePiece, "Ġrain" of byte-level BPE) get
/// the mark: a word behind white space has it, a full stop or clitic right behind a word has not. Safe to share between
/// threads.
pub struct Subwords {
    tokenizer: Tokenizer,
    /// Pre-tokenizer for a word without a space before it, where it differs.
    attached: Option<PreTokenizerWrapper>,
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) unknown: u32,
    longest_word: Option<usize>,
    cache: [Mutex<Cache>; SHARDS],
}

/// Ids by word: words behind a space, then attached ones.
type Cache = [HashMap<Box<str>, Box<[u32]>>; 2];

impl Subwords {
    /// Reads a `tokenizer.json` in the Hugging Face format. Truncation and padding are switched off.
    ///
    /// The special tokens are those that the file's post-processor puts around a text, and the unknown token of its
    /// model; where it names none, `<s>`, `</s>` and `<unk>`, or else `[CLS]`, `[SEP]` and `[UNK]`.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when the bytes are not such a file, [`Error::MissingToken`] when the vocabulary lacks a
    /// special token.
    pub fn from_json(tokenizer_json: &[u8]) -> Result<Self, Error> {
        Self::read(tokenizer_json, None)
    }

    /// Reads a `tokenizer.json` with special tokens from elsewhere, such as a model's configuration.
    ///
    /// # Errors
    /// As [`from_json`](Self::from_json).
    pub fn with_special_tokens(tokenizer_json: &[u8], tokens: SpecialTokens<'_>) -> Result<Self, Error> {
        Self::read(tokenizer_json, Some(tokens))
    }

    fn read(json: &[u8], tokens: Option<SpecialTokens<'_>>) -> Result<Self, Error> {
        let parts = Parts::of(json)?;
        let mut tokenizer = Tokenizer::from_bytes(parts.without_decoder(json)).map_err(Error::Unreadable)?;
        tokenizer.with_truncation(None).map_err(Error::Unreadable)?;
        tokenizer.with_padding(None);
        let id =
            |token: &str| tokenizer.token_to_id(token).ok_or_else(|| Error::MissingToken { token: token.to_owned() });
        let (first, last, unknown) = match tokens {
            Some(SpecialTokens { first, last, unknown }) => (id(first)?, id(last)?, id(unknown)?),
            None => {
                let either = |bert: &str, roberta: &str| tokenizer.token_to_id(roberta).map_or_else(|| id(bert), Ok);
                let (first, last) = match around(&tokenizer) {
                    Some(ends) => ends,
                    None => (either("[CLS]", "<s>")?, either("[SEP]", "</s>")?),
                };
                let unknown = match (parts.model.unk_id, parts.model.unk_token.as_deref()) {
                    (Some(unknown), _) => unknown,
                    (None, Some(token)) => id(token)?,
                    (None, None) => either("[UNK]", "<unk>")?,
                };
                (first, last, unknown)
            }
        };
        let attached = mark_spaces(&mut tokenizer);
        let longest_word = parts.model.max_input_chars_per_word;
        Ok(Self { tokenizer, attached, first, last, unknown, longest_word, cache: Default::default() })
    }

    /// Most characters in a word, where the model has a limit: a longer word becomes the unknown token as a whole
    /// (`max_input_chars_per_word` of WordPiece).
    #[must_use]
    pub fn longest_word(&self) -> Option<usize> {
        self.longest_word
    }

    /// Ids of one word behind a space or at the beginning of a text, at least one: the unknown token where the
    /// vocabulary cannot encode the word.
    #[must_use]
    pub fn encode(&self, word: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        self.encode_into(word, false, &mut ids);
        ids
    }

    /// Ids of one word directly behind another, such as the full stop in "rain.".
    #[must_use]
    pub fn encode_attached(&self, word: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        self.encode_into(word, true, &mut ids);
        ids
    }

    /// Appends the ids of one word.
    pub(crate) fn encode_into(&self, word: &str, attached: bool, ids: &mut Vec<u32>) {
        let attached = attached && self.attached.is_some();
        if word.len() > CACHED_WORD_BYTES {
            ids.extend(self.encode_uncached(word, attached));
            return;
        }
        let shard = &self.cache[shard_of(word)];
        let table = usize::from(attached);
        // A thread that panicked while holding the lock leaves a consistent map.
        if let Some(known) = shard.lock().unwrap_or_else(PoisonError::into_inner)[table].get(word) {
            ids.extend_from_slice(known);
            return;
        }
        let fresh = self.encode_uncached(word, attached);
        ids.extend_from_slice(&fresh);
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if shard.iter().map(HashMap::len).sum::<usize>() < CACHED_WORDS / SHARDS {
            shard[table].insert(word.into(), fresh.into());
        }
    }

    fn encode_uncached(&self, word: &str, attached: bool) -> Vec<u32> {
        // Only a model file without its unknown token could fail here, and `read` rejects it.
        let ids = match self.attached.as_ref().filter(|_| attached) {
            Some(rules) => self.encode_with(rules, word).unwrap_or_default(),
            None => self.tokenizer.encode_fast(word, false).map(|e| e.get_ids().to_vec()).unwrap_or_default(),
        };
        if ids.is_empty() { vec![self.unknown] } else { ids }
    }

    /// The steps of the library's `encode`, with a different pre-tokenizer.
    fn encode_with(&self, rules: &PreTokenizerWrapper, word: &str) -> tokenizers::Result<Vec<u32>> {
        let mut pieces = PreTokenizedString::from(word);
        if let Some(normalizer) = self.tokenizer.get_normalizer() {
            pieces.normalize(|piece| normalizer.normalize(piece))?;
        }
        rules.pre_tokenize(&mut pieces)?;
        pieces.tokenize(|piece| self.tokenizer.get_model().tokenize(piece.get()))?;
        Ok(pieces.into_encoding(None, 0, OffsetType::None)?.get_ids().to_vec())
    }
}

/// Parts of the file that are read besides the library's tokenizer, as written.
#[derive(Deserialize)]
struct Parts<'a> {
    #[serde(borrow, default)]
    decoder: Option<&'a RawValue>,
    #[serde(default)]
    model: ModelPart,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ModelPart {
    max_input_chars_per_word: Option<usize>,
    /// WordPiece and BPE.
    unk_token: Option<String>,
    /// Unigram.
    unk_id: Option<u32>,
}

impl<'a> Parts<'a> {
    fn of(json: &'a [u8]) -> Result<Self, Error> {
        serde_json::from_slice(json).map_err(|error| Error::Unreadable(error.into()))
    }

    /// The file without its decoder: nothing here turns ids back into text, and the library panics on a decoder that it
    /// does not know (`DecoderWrapper` in tokenizers 0.22).
    fn without_decoder<'j>(&self, json: &'j [u8]) -> Cow<'j, [u8]> {
        let Some(decoder) = self.decoder.map(RawValue::get) else { return json.into() };
        let start = decoder.as_ptr() as usize - json.as_ptr() as usize;
        [&json[..start], b"null", &json[start + decoder.len()..]].concat().into()
    }
}

/// Special tokens that the tokenizer puts around a text.
fn around(tokenizer: &Tokenizer) -> Option<(u32, u32)> {
    let empty = tokenizer.encode_fast("", true).ok()?;
    match empty.get_ids() {
        &[first, last] => Some((first, last)),
        _ => None,
    }
}

/// Makes the tokenizer mark the space before every word, and returns the rules without that mark; `None` where the
/// vocabulary has no such mark.
fn mark_spaces(tokenizer: &mut Tokenizer) -> Option<PreTokenizerWrapper> {
    let mut marked = tokenizer.get_pre_tokenizer()?.clone();
    let mut unmarked = marked.clone();
    let has_mark = set_mark(&mut marked, true);
    set_mark(&mut unmarked, false);
    if has_mark {
        tokenizer.with_pre_tokenizer(Some(marked));
    }
    has_mark.then_some(unmarked)
}

/// Sets whether spaces are marked; returns whether the rules have such a mark.
fn set_mark(rules: &mut PreTokenizerWrapper, mark: bool) -> bool {
    match rules {
        PreTokenizerWrapper::Metaspace(rule) => {
            rule.set_prepend_scheme(if mark { PrependScheme::Always } else { PrependScheme::Never });
            true
        }
        PreTokenizerWrapper::ByteLevel(rule) => {
            *rule = rule.add_prefix_space(mark);
            true
        }
        PreTokenizerWrapper::Sequence(rules) => {
            let mut found = false;
            for rule in rules.as_mut() {
                found |= set_mark(rule, mark);
            }
            found
        }
        _ => false,
    }
}

fn shard_of(word: &str) -> usize {
    let mut hasher = DefaultHasher::new();
    word.hash(&mut hasher);
    hasher.finish() as usize % SHARDS
}

impl std::fmt::Debug for Subwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subwords").field("vocabulary", &self.tokenizer.get_vocab_size(true)).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A WordPiece vocabulary with BERT's special tokens.
    fn wordpiece(decoder: &str, lowercase: bool) -> String {
        format!(
            r#"{{"version": "1.0", "added_tokens": [], "decoder": {decoder},
            "normalizer": {{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
            "strip_accents": null, "lowercase": {lowercase}}}, "pre_tokenizer": {{"type": "BertPreTokenizer"}},
            "model": {{"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "\u0023#",
            "max_input_chars_per_word": 20, "vocab": {{"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "rain": 3, "\u0023#s": 4,
            "Rain": 5, ".": 6}}}}}}"#
        )
    }

    /// A Unigram vocabulary as in XLM-R: `▁` marks a space, `<s>` and `</s>` surround a text.
    fn unigram(rules: &str) -> String {
        format!(
            r#"{{"version": "1.0", "added_tokens": [
            {{"id": 0, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}},
            {{"id": 2, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}}],
            "normalizer": null, "pre_tokenizer": {rules},
            "post_processor": {{"type": "TemplateProcessing",
            "single": [{{"SpecialToken": {{"id": "<s>", "type_id": 0}}}}, {{"Sequence": {{"id": "A", "type_id": 0}}}},
            {{"SpecialToken": {{"id": "</s>", "type_id": 0}}}}], "pair": [{{"Sequence": {{"id": "A", "type_id": 0}}}},
            {{"Sequence": {{"id": "B", "type_id": 0}}}}],
            "special_tokens": {{"<s>": {{"id": "<s>", "ids": [0], "tokens": ["<s>"]}},
            "</s>": {{"id": "</s>", "ids": [2], "tokens": ["</s>"]}}}}}}, "decoder": null,
            "model": {{"type": "Unigram", "unk_id": 3, "vocab": [["<s>", 0.0], ["<pad>", 0.0], ["</s>", 0.0],
            ["<unk>", 0.0], ["▁Rain", -1.0], ["s", -2.0], ["▁", -3.0], [".", -2.5], ["Rain", -4.0]]}}}}"#
        )
    }

    const METASPACE: &str = r#"{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true}"#;

    #[test]
    fn a_decoder_that_nobody_knows_is_left_alone_and_damage_is_refused() {
        for decoder in
            ["null", r#"{"type": "WordPiece", "prefix": "\u0023#", "cleanup": true}"#, r#"{"type": "None"}"#, "7"]
        {
            let subwords = Subwords::from_json(wordpiece(decoder, true).as_bytes());
            let subwords = subwords.unwrap_or_else(|e| panic!("{decoder}: {e:?}"));
            assert_eq!(subwords.encode("rains"), [3, 4], "{decoder}");
        }
        for decoder in ["", "{", "\"\u{1}\"", "null, \"decoder\": 7"] {
            let refused = Subwords::from_json(wordpiece(decoder, true).as_bytes());
            assert!(matches!(refused, Err(Error::Unreadable(_))), "{decoder}");
        }
    }

    #[test]
    fn wordpiece_cased_and_uncased() {
        let read = |lowercase| Subwords::from_json(wordpiece("null", lowercase).as_bytes()).expect("a tokenizer");
        let (uncased, cased) = (read(true), read(false));
        assert_eq!((uncased.encode("Rains"), cased.encode("Rains")), (vec![3, 4], vec![5, 4]));
        assert_eq!((cased.first, cased.last, cased.unknown), (1, 2, 0));
        // No mark for spaces: a word is encoded the same everywhere.
        assert_eq!(cased.encode_attached("."), cased.encode("."));
        assert_eq!(cased.encode("fog"), [0]);
        assert_eq!(cased.longest_word(), Some(20));
    }

    #[test]
    fn unigram_marks_the_spaces_of_the_text() {
        let sequence =
            format!(r#"{{"type": "Sequence", "pretokenizers": [{{"type": "WhitespaceSplit"}}, {METASPACE}]}}"#);
        for rules in [METASPACE, sequence.as_str()] {
            let subwords = Subwords::from_json(unigram(rules).as_bytes()).expect("a tokenizer");
            assert_eq!((subwords.first, subwords.last, subwords.unknown), (0, 2, 3), "{rules}");
            for _ in 0..2 {
                assert_eq!(subwords.encode("Rains"), [4, 5], "{rules}");
                assert_eq!(subwords.encode_attached("Rains"), [8, 5], "{rules}");
                assert_eq!(subwords.encode("."), [6, 7], "{rules}");
                assert_eq!(subwords.encode_attached("."), [7], "{rules}");
            }
            assert_eq!(subwords.longest_word(), None);
        }
    }

    #[test]
    fn special_tokens_may_be_told_and_must_be_there() {
        let json = wordpiece("null", true);
        let tokens = SpecialTokens { first: "[SEP]", last: ".", unknown: "rain" };
        let subwords = Subwords::with_special_tokens(json.as_bytes(), tokens).expect("a tokenizer");
        assert_eq!((subwords.first, subwords.last, subwords.encode("fog")), (2, 6, vec![0]));
        let tokens = SpecialTokens { first: "<s>", ..tokens };
        let refused = Subwords::with_special_tokens(json.as_bytes(), tokens);
        assert!(matches!(refused, Err(Error::MissingToken { token }) if token == "<s>"));
        let refused = Subwords::from_json(json.replace("\"[SEP]\"", "\"sep\"").as_bytes());
        assert!(matches!(refused, Err(Error::MissingToken { token }) if token == "[SEP]"));
    }
}
