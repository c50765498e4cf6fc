//! Front matter of Markdown: YAML between `---`, TOML between `+++`.

use std::ops::Range;

use crate::clean;
use crate::names::{self, Meaning};
use crate::phrases::{split_joined, without_by};

/// Metadata from a front matter.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// The title and its byte range in the text.
    pub title: Option<(String, Range<usize>)>,
    pub authors: Vec<String>,
    pub date: Option<String>,
    pub language: Option<String>,
    pub url: Option<String>,
    pub site: Option<String>,
    /// The other `key: value` pairs, as one JSON object.
    pub extra: Option<String>,
}

/// Longest front matter, in bytes. Set by hand, well above any real one: it bounds the search for a closing fence.
const LONGEST: usize = 32 << 10;

/// Reads the front matter of a text: the byte offset of its end, and its metadata; `None` if there is none.
///
/// Reads only the usual subset of YAML and TOML: `key: value` pairs and lists of strings.
pub(crate) fn read(text: &str) -> Option<(usize, Said)> {
    let skipped = text.len() - text.trim_start_matches('\u{feff}').len();
    let text = text.get(skipped..)?;
    let fence = ["---", "+++"].into_iter().find(|fence| {
        text.strip_prefix(fence).is_some_and(|rest| rest.trim_start_matches([' ', '\t', '\r']).starts_with('\n'))
    })?;
    let mark = if fence == "---" { ':' } else { '=' };
    let mut said = Said::default();
    let mut others = serde_json::Map::new();
    let mut list: Option<String> = None;
    let mut at = text.find('\n')? + 1;
    let mut pairs = 0;
    loop {
        let line = text.get(at..)?.split_inclusive('\n').next()?;
        let start = at;
        at += line.len();
        let line_end = line.trim_end();
        if line_end == fence || (fence == "---" && line_end == "...") {
            break;
        }
        if at > LONGEST {
            return None;
        }
        // "- Ada Okoye" below "authors:", or a map that describes her.
        if let Some(key) = &list {
            let item = line.trim().strip_prefix("- ");
            let described =
                names::meaning(key) == Some(Meaning::Authors) && (item.is_some() || line.starts_with([' ', '\t']));
            let pair =
                item.unwrap_or(line.trim()).split_once(": ").filter(|(field, _)| described && is_key(field, ':'));
            if let Some((field, value)) = pair {
                if field == "name" {
                    note(&mut said, &mut others, key, unquoted(value), None);
                }
                continue;
            }
            if let Some(item) = item {
                note(&mut said, &mut others, key, unquoted(item), None);
                continue;
            }
        }
        let Some((key, value)) = line.split_once(mark).filter(|(key, _)| is_key(key, mark)) else { continue };
        pairs += 1;
        let key = key.trim().to_lowercase();
        let trimmed = value.trim();
        list = trimmed.is_empty().then(|| key.clone());
        // A block scalar: the indented lines below ">-" or "|".
        if fence == "---" && matches!(trimmed, ">" | ">-" | ">+" | "|" | "|-" | "|+") {
            let below = text.get(at..)?;
            let is_inside = |line: &&str| line.starts_with([' ', '\t']) || line.trim().is_empty();
            let len: usize = below.split_inclusive('\n').take_while(is_inside).map(str::len).sum();
            let block = below.get(..len)?.trim();
            if !block.is_empty() {
                let from = skipped + block.as_ptr() as usize - text.as_ptr() as usize;
                let value = block.split_whitespace().collect::<Vec<_>>().join(" ");
                note(&mut said, &mut others, &key, &value, Some(from..from + block.len()));
            }
            at += len;
            continue;
        }
        if let Some(items) = trimmed.strip_prefix('[').and_then(|v| v.strip_suffix(']')) {
            items.split(',').map(unquoted).for_each(|item| note(&mut said, &mut others, &key, item, None));
            continue;
        }
        let value_text = unquoted(trimmed);
        if !value_text.is_empty() {
            let offset = value_text.as_ptr() as usize - line.as_ptr() as usize;
            let range = skipped + start + offset..skipped + start + offset + value_text.len();
            note(&mut said, &mut others, &key, value_text, Some(range));
        }
    }
    // A thematic break above a text and another below it are no front matter.
    (pairs > 0).then_some(())?;
    said.extra = (!others.is_empty()).then(|| serde_json::Value::Object(others).to_string());
    Some((skipped + at, said))
}

fn is_key(key: &str, mark: char) -> bool {
    let bare = if mark == '=' { key.trim() } else { key.trim_end() };
    !bare.is_empty() && bare.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// Strips a value's quotes and trailing comment.
fn unquoted(value: &str) -> &str {
    let value = value.trim().trim_end_matches(',');
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote)
            && let Some(end) = inner.rfind(quote)
        {
            return inner.get(..end).unwrap_or(inner);
        }
    }
    value.split(" #").next().unwrap_or(value).trim()
}

/// An author without the job title behind the comma: "Ada Okoye, staff writer".
fn without_role(author: &str) -> &str {
    author.split_once(',').filter(|(_, role)| clean::is_role(role)).map_or(author, |(name, _)| name)
}

fn note(
    said: &mut Said,
    others: &mut serde_json::Map<String, serde_json::Value>,
    key: &str,
    value: &str,
    range: Option<Range<usize>>,
) {
    let slot = match names::meaning(key) {
        Some(Meaning::Title) => {
            if let (None, Some(range)) = (&said.title, range) {
                said.title = Some((value.to_owned(), range));
            }
            return;
        }
        Some(Meaning::Authors) => {
            let parts = value.split([';', '|']).flat_map(split_joined).flat_map(names::by_commas).map(without_role);
            let names = parts.map(|name| without_by(name.trim()).trim().to_owned()).filter(|name| !name.is_empty());
            said.authors.extend(names);
            return;
        }
        Some(Meaning::Date) => &mut said.date,
        Some(Meaning::Language) => &mut said.language,
        Some(Meaning::Url) => &mut said.url,
        Some(Meaning::Site) => &mut said.site,
        None => {
            // A repeated key is a list: keep all its items.
            match others.get_mut(key) {
                Some(serde_json::Value::Array(values)) => values.push(value.into()),
                Some(first) => *first = serde_json::Value::Array(vec![first.take(), value.into()]),
                None => {
                    others.insert(key.to_owned(), value.into());
                }
            }
            return;
        }
    };
    slot.get_or_insert_with(|| value.to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_and_toml_are_read() {
        let text = "---\ntitle: \"Rain: again\"\nauthors:\n  - Ada Okoye\n  - 'Bo Lind'\ndate: 2024-05-01 # a Wednesday\n\
                    tags: [sea, port]\nlang: en\n---\n\nRain fell.\n";
        let (end, said) = read(text).unwrap();
        assert_eq!(&text[end..], "\nRain fell.\n");
        let (title, range) = said.title.clone().unwrap();
        assert_eq!((title.as_str(), &text[range]), ("Rain: again", "Rain: again"));
        assert_eq!(said.authors, ["Ada Okoye", "Bo Lind"]);
        assert_eq!((said.date.as_deref(), said.language.as_deref()), (Some("2024-05-01"), Some("en")));
        assert_eq!(said.extra.as_deref(), Some(r#"{"tags":["sea","port"]}"#));
        let (_, said) = read("+++\r\ntitle = 'Rain'\r\nauthor = \"Ada Okoye\"\r\n+++\r\nRain fell.").unwrap();
        assert_eq!((said.title.map(|t| t.0).as_deref(), said.authors), (Some("Rain"), vec!["Ada Okoye".to_owned()]));
    }

    #[test]
    fn block_scalars_and_described_authors_are_read() {
        let text = "---\ntitle: >-\n  Rain falls\n  again\nauthors:\n  - name: Ada Okoye\n    role: reporter\n  - name: 'Bo Lind'\n\
                    summary: |\n  The sea: high.\n\n  The port: shut.\ndate: 2024-05-01\n---\nRain fell.\n";
        let (end, said) = read(text).unwrap();
        let (title, range) = said.title.clone().unwrap();
        assert_eq!(
            (title.as_str(), &text[range], &text[end..]),
            ("Rain falls again", "Rain falls\n  again", "Rain fell.\n")
        );
        assert_eq!(said.authors, ["Ada Okoye", "Bo Lind"]);
        assert_eq!(said.date.as_deref(), Some("2024-05-01"));
        let check = |author: &str, expected: &[&str]| {
            let (_, said) = read(&format!("---\n{author}\n---\nRain fell.")).unwrap();
            assert_eq!(said.authors, expected, "{author}");
        };
        check("author:\n  name: Ada Okoye\n  email: ada@post.example\nlayout: post", &["Ada Okoye"]);
        check("authors: Ada Okoye, Bo Lind", &["Ada Okoye", "Bo Lind"]);
        check("byline: By Ada Okoye, staff writer", &["Ada Okoye"]);
        check("author: Okoye, Ada", &["Okoye, Ada"]);
    }

    #[test]
    fn rules_are_no_front_matter() {
        for text in
            ["---\n\nRain fell.\n\n---\n", "--- \ntitle: x", "Rain\n---\ntitle: x\n---\n", "----\na: b\n----\n", ""]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
