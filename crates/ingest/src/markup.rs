//! Decoding of character references.

use html5gum::{Token, Tokenizer};

/// Decodes the character references of `source` as the HTML tokenizer does.
pub(crate) fn decode(source: &str) -> String {
    if !source.contains('&') {
        return source.to_owned();
    }
    let mut text = Vec::new();
    for token in Tokenizer::new(source) {
        if let Ok(Token::String(s)) = token {
            text.extend_from_slice(&s.value);
        }
    }
    String::from_utf8(text).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}
