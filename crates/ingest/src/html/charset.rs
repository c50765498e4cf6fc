//! The character set that a page declares in a `meta` element.

/// Bytes that browsers scan for a declaration (HTML standard, "prescan a byte stream").
const PRESCAN: usize = 1024;

/// The label in `<meta charset>` or `<meta http-equiv=content-type content="…charset=…">`, as
/// browsers find it before they decode a page; lower-case, not checked against the known labels.
pub(crate) fn declared_charset(bytes: &[u8]) -> Option<String> {
    let head = bytes.get(..bytes.len().min(PRESCAN)).unwrap_or_default();
    let head: String = head.iter().map(|b| if b.is_ascii() { char::from(*b) } else { '\u{fffd}' }).collect();
    let head = head.to_ascii_lowercase();
    let mut rest = head.as_str();
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map(|end| &comment[end + 3..])?;
        } else if let Some(tag) =
            rest.strip_prefix("<meta").filter(|t| t.starts_with([' ', '\t', '\n', '\r', '\u{c}', '/']))
        {
            let attributes = attributes(tag);
            let value = |name: &str| attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
            if let Some(charset) = value("charset") {
                return label(charset);
            }
            let content = value("content").filter(|_| value("http-equiv") == Some("content-type"));
            if let Some(charset) = content.and_then(charset_in) {
                return label(charset);
            }
            rest = tag;
        } else {
            rest = &rest[1..];
        }
    }
    None
}

/// The label as browsers interpret it: a page that could be scanned byte by byte is not UTF-16.
fn label(charset: &str) -> Option<String> {
    match charset.trim() {
        "" => None,
        "utf-16" | "utf-16le" | "utf-16be" => Some("utf-8".into()),
        "x-user-defined" => Some("windows-1252".into()),
        label => Some(label.into()),
    }
}

/// The value of `charset=` in a content type.
fn charset_in(content: &str) -> Option<&str> {
    let mut rest = content;
    loop {
        rest = rest.get(rest.find("charset")? + "charset".len()..)?.trim_start();
        if let Some(value) = rest.strip_prefix('=') {
            let value = value.trim_start();
            return match value.chars().next()? {
                quote @ ('"' | '\'') => value[1..].split_once(quote).map(|(v, _)| v),
                _ => value.split(|c: char| c.is_ascii_whitespace() || c == ';').next(),
            };
        }
    }
}

/// The attributes of a tag, from after its name up to `>`.
fn attributes(tag: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = tag;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        let end = rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/')).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if name.is_empty() && !after.starts_with('=') {
            return found;
        }
        let after = after.trim_start();
        let Some(value) = after.strip_prefix('=') else {
            found.push((name.to_owned(), String::new()));
            rest = after;
            continue;
        };
        let value = value.trim_start();
        let (value, after) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            _ => value.split_at(value.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(value.len())),
        };
        found.push((name.to_owned(), value.to_owned()));
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(page: &str, expected: Option<&str>) {
        assert_eq!(declared_charset(page.as_bytes()).as_deref(), expected, "{page}");
    }

    #[test]
    fn declarations_are_found_as_browsers_find_them() {
        check("<html><META CharSet=ISO-8859-2>", Some("iso-8859-2"));
        check(
            "<meta name=a><meta http-equiv=Content-Type content='text/html; charset=\"Shift_JIS\"'>",
            Some("shift_jis"),
        );
        check("<meta http-equiv=content-type content='text/html;charset=gbk;x'>", Some("gbk"));
        check("<!-- <meta charset=koi8-r> --><meta charset='windows-1251'/>", Some("windows-1251"));
        check("<meta charset=utf-16le>", Some("utf-8"));
        check("<meta content='text/html; charset=gbk'>", None);
        check("<metadata charset=gbk>", None);
        check("<!-- <meta charset=gbk>", None);
        check("<meta charset", None);
        check(&format!("{}<meta charset=gbk>", " ".repeat(1100)), None);
    }
}
