//! Assembles the page, with a content security policy that allows only its own parts.

use serde::Serialize;
use sha2::{Digest, Sha256};

const PAGE: &str = include_str!("../assets/page.html");

/// Style sheets, in order.
const STYLES: &[&str] = &[
    include_str!("../assets/base.css"),
    include_str!("../assets/document.css"),
    include_str!("../assets/corpus.css"),
    include_str!("../assets/story.css"),
    include_str!("../assets/print.css"),
];

/// Parts of the page's script, in order; they share one scope.
const SCRIPTS: &[&str] = &[
    include_str!("../assets/dom.js"),
    include_str!("../assets/words.js"),
    include_str!("../assets/data.js"),
    include_str!("../assets/charts.js"),
    include_str!("../assets/evidence.js"),
    include_str!("../assets/article.js"),
    include_str!("../assets/document.js"),
    include_str!("../assets/filters.js"),
    include_str!("../assets/corpus.js"),
    include_str!("../assets/panels.js"),
    include_str!("../assets/story.js"),
    include_str!("../assets/method.js"),
    include_str!("../assets/main.js"),
];

/// Builds a page from its data. Document chunks are in `documents`, or in files if `has_files`.
pub(crate) fn page(title: &str, data: &str, documents: &str, has_files: bool) -> String {
    let style = STYLES.concat();
    let script = format!("(() => {{\n\"use strict\";\n{}}})();\n", SCRIPTS.concat());
    // Document files are loaded by scripts that the page's own script adds; the policy allows no host or scheme by
    // name.
    let strict_dynamic = if has_files { " 'strict-dynamic'" } else { "" };
    let policy = format!(
        "default-src 'none'; script-src '{}'{strict_dynamic}; style-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
        hash(&script),
        hash(&style),
    );
    let parts = [
        ("title", &*escaped(title)),
        ("policy", &policy),
        ("style", &style),
        ("data", data),
        ("documents", documents),
        ("script", &script),
    ];
    let mut page = String::with_capacity(PAGE.len() + data.len() + documents.len() + style.len() + script.len() + 1024);
    // Single pass, so that inserted text is not searched for placeholders.
    let mut rest = PAGE;
    while let Some((before, behind)) = rest.split_once("{{") {
        page.push_str(before);
        let Some((name, after)) = behind.split_once("}}") else { break };
        page.push_str(parts.iter().find(|(part, _)| *part == name).map_or("", |(_, text)| text));
        rest = after;
    }
    page.push_str(rest);
    page
}

/// Serializes a value as JSON that is safe inside a script element: without `<`, it contains neither an end tag nor a
/// comment.
pub(crate) fn json(value: &impl Serialize) -> serde_json::Result<String> {
    Ok(serde_json::to_string(value)?.replace('<', "\\u003c"))
}

/// Escapes text for HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A hash source as in content security policies.
fn hash(text: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(text.as_bytes())))
}

/// Base64 with padding (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = chunk.iter().fold(0u32, |number, byte| number << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            let value = number >> (18 - 6 * digit) & 63;
            text.push(if digit <= chunk.len() { DIGITS[value as usize] as char } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_the_rfc() {
        let check = |bytes: &str, expected: &str| assert_eq!(base64(bytes.as_bytes()), expected);
        check("", "");
        check("f", "Zg==");
        check("fo", "Zm8=");
        check("foo", "Zm9v");
        check("foobar", "Zm9vYmFy");
    }

    #[test]
    fn data_cannot_end_their_element() {
        let text = json(&"</script><!-- <script>{{script}}").unwrap();
        assert!(!text.contains('<'), "{text}");
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), "</script><!-- <script>{{script}}");
        let page = page("</title><b>", &text, "", false);
        assert_eq!(page.matches("\"use strict\"").count(), 1, "what is put in is not a template");
        assert!(page.contains("&lt;/title&gt;&lt;b&gt;"));
    }

    #[test]
    fn the_policy_allows_the_script_and_nothing_else() {
        let page = page("t", "{}", "", false);
        let inside = |open: &str, close: &str| page.split_once(open).unwrap().1.split_once(close).unwrap().0.to_owned();
        let (script, style) = (inside("<script>", "</script>"), inside("<style>", "</style>"));
        let policy = inside("Content-Security-Policy\" content=\"", "\"");
        assert!(policy.contains(&format!("script-src '{}';", hash(&script))), "{policy}");
        assert!(policy.contains(&format!("style-src '{}';", hash(&style))), "{policy}");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    }

    #[test]
    fn the_parts_hold_no_end_tag_and_no_address() {
        for part in STYLES.iter().chain(SCRIPTS) {
            assert!(!part.contains("</script") && !part.contains("</style") && !part.contains("<!--"));
            let addresses = part.replace("http://www.w3.org/2000/svg", "");
            assert!(!addresses.contains("http:") && !addresses.contains("https:") && !addresses.contains("@import"));
        }
    }
}
