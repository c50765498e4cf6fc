use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use serde_json::value::RawValue;
use tokenizers::Tokenizer;

use crate::Error;

/// Words that the cache holds at most, over all shards: a few megabytes, and more than the distinct words of
/// a day's news. Once it is full, new words are encoded each time; the result is the same.
const CACHED_WORDS: usize = 1 << 16;

/// Longer words are rare and would make the cache's size depend on the corpus.
const CACHED_WORD_BYTES: usize = 48;

/// Enough that threads seldom wait for each other.
const SHARDS: usize = 16;

/// A subword vocabulary: words in, ids out.
///
/// Each word is encoded by itself, with the tokenizer's own normaliser and rules and without special tokens,
/// as the training code does. Safe to share between threads.
pub struct Subwords {
    tokenizer: Tokenizer,
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) unknown: u32,
    cache: [Mutex<Cache>; SHARDS],
}

/// Ids by word.
type Cache = HashMap<Box<str>, Box<[u32]>>;

impl Subwords {
    /// Reads a `tokenizer.json` of the Hugging Face format. Its truncation and padding are switched off.
    ///
    /// # Errors
    /// When the bytes are no such file, or its vocabulary has no `[CLS]`, `[SEP]` or `[UNK]`.
    pub fn from_json(tokenizer_json: &[u8]) -> Result<Self, Error> {
        let mut tokenizer = Tokenizer::from_bytes(without_decoder(tokenizer_json)?).map_err(Error::Unreadable)?;
        tokenizer.with_truncation(None).map_err(Error::Unreadable)?;
        tokenizer.with_padding(None);
        let id = |token: &'static str| tokenizer.token_to_id(token).ok_or(Error::MissingToken { token });
        let (first, last, unknown) = (id("[CLS]")?, id("[SEP]")?, id("[UNK]")?);
        Ok(Self { tokenizer, first, last, unknown, cache: Default::default() })
    }

    /// The ids of one word, at least one: a word that the vocabulary makes nothing of is `[UNK]`.
    #[must_use]
    pub fn encode(&self, word: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        self.encode_into(word, &mut ids);
        ids
    }

    /// Appends the ids of one word.
    pub(crate) fn encode_into(&self, word: &str, ids: &mut Vec<u32>) {
        if word.len() > CACHED_WORD_BYTES {
            ids.extend(self.encode_uncached(word));
            return;
        }
        let shard = &self.cache[shard_of(word)];
        // A thread that panicked while it held the lock left a map that is still whole.
        if let Some(known) = shard.lock().unwrap_or_else(PoisonError::into_inner).get(word) {
            ids.extend_from_slice(known);
            return;
        }
        let fresh = self.encode_uncached(word);
        ids.extend_from_slice(&fresh);
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if shard.len() < CACHED_WORDS / SHARDS {
            shard.insert(word.into(), fresh.into());
        }
    }

    fn encode_uncached(&self, word: &str) -> Vec<u32> {
        // The only errors are those of a model file that lacks its unknown token, which `from_json` has seen to.
        let ids = self.tokenizer.encode_fast(word, false).map(|e| e.get_ids().to_vec()).unwrap_or_default();
        if ids.is_empty() { vec![self.unknown] } else { ids }
    }
}

/// The file without what would turn ids back to text: nothing here does, and the library panics over one that it does not
/// know (`DecoderWrapper` in tokenizers 0.22).
fn without_decoder(json: &[u8]) -> Result<Cow<'_, [u8]>, Error> {
    #[derive(Deserialize)]
    struct Parts<'a> {
        #[serde(borrow, default)]
        decoder: Option<&'a RawValue>,
    }
    let parts: Parts<'_> = serde_json::from_slice(json).map_err(|error| Error::Unreadable(error.into()))?;
    let Some(decoder) = parts.decoder.map(RawValue::get) else { return Ok(json.into()) };
    let start = decoder.as_ptr() as usize - json.as_ptr() as usize;
    Ok([&json[..start], b"null", &json[start + decoder.len()..]].concat().into())
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

    #[test]
    fn a_decoder_that_nobody_knows_is_left_alone_and_damage_is_refused() {
        let file = |decoder: &str| {
            format!(
                r#"{{"version": "1.0", "added_tokens": [], "decoder": {decoder}, "model": {{"type": "WordPiece",
                "unk_token": "[UNK]", "continuing_subword_prefix": "\u0023#", "max_input_chars_per_word": 100,
                "vocab": {{"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "rain": 3, "\u0023#s": 4}}}}}}"#
            )
        };
        for decoder in
            ["null", r#"{"type": "WordPiece", "prefix": "\u0023#", "cleanup": true}"#, r#"{"type": "None"}"#, "7"]
        {
            let subwords = Subwords::from_json(file(decoder).as_bytes()).unwrap_or_else(|e| panic!("{decoder}: {e:?}"));
            assert_eq!(subwords.encode("rains"), [3, 4], "{decoder}");
        }
        for decoder in ["", "{", "\"\u{1}\"", "null, \"decoder\": 7"] {
            assert!(matches!(Subwords::from_json(file(decoder).as_bytes()), Err(Error::Unreadable(_))), "{decoder}");
        }
    }
}
