use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use pressmark::Format;

use crate::refusal::Refusal;

/// Description of a request's body, from its headers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Media {
    pub(crate) kind: Kind,
    /// Value of the `charset` parameter.
    pub(crate) charset: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A single document.
    Document(Format),
    /// JSON lines, one document each.
    Lines,
}

/// Accepted media types, for error messages.
const EXPECTED: &str = "text/plain, text/html, text/markdown, application/json or application/x-ndjson";

impl Media {
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let refuse = |message| Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message));
        // The encoding itself is detected from the first bytes, as in files.
        if let Some(encoding) = headers.get(CONTENT_ENCODING)
            && !["identity", "gzip", "x-gzip", "zstd"]
                .iter()
                .any(|known| encoding.as_bytes().eq_ignore_ascii_case(known.as_bytes()))
        {
            return refuse(format!("content-encoding is {encoding:?}, expected gzip or zstd"));
        }
        let Some(value) = headers.get(CONTENT_TYPE) else {
            return refuse(format!("there is no content-type, expected {EXPECTED}"));
        };
        let text = String::from_utf8_lossy(value.as_bytes());
        let mut parts = text.split(';').map(str::trim);
        let kind = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "text/plain" => Kind::Document(Format::Text),
            "text/html" | "application/xhtml+xml" => Kind::Document(Format::Html),
            "text/markdown" => Kind::Document(Format::Markdown),
            "application/json" => Kind::Document(Format::Json),
            "application/x-ndjson" | "application/ndjson" | "application/jsonl" | "application/x-jsonlines" => {
                Kind::Lines
            }
            other => return refuse(format!("content-type is {other:?}, expected {EXPECTED}")),
        };
        let charset =
            parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
        let charset = charset.map(|(_, label)| label.trim().trim_matches('"').to_owned());
        Ok(Self { kind, charset: charset.filter(|label| !label.is_empty()) })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of(content_type: &str) -> Option<(Kind, Option<String>)> {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_str(content_type).unwrap())]);
        Media::of(&headers).ok().map(|media| (media.kind, media.charset))
    }

    #[test]
    fn kinds_and_charsets() {
        let html = |charset: Option<&str>| Some((Kind::Document(Format::Html), charset.map(str::to_owned)));
        assert_eq!(of("text/html"), html(None));
        assert_eq!(of("Text/HTML; Charset=\"windows-1252\""), html(Some("windows-1252")));
        assert_eq!(of("text/html;boundary=x;charset=koi8-r"), html(Some("koi8-r")));
        assert_eq!(of("text/html; charset="), html(None));
        assert_eq!(of("application/x-ndjson"), Some((Kind::Lines, None)));
        assert_eq!(of("application/x-www-form-urlencoded"), None);
        assert_eq!(of(""), None);
    }
}
