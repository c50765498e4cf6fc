//! Extracts names of people from bylines and author metadata.

use super::element_text::{inner, key, lines};
use super::tree::{Tag, Tree};
use crate::calendar::month_named;
use crate::clean;
use crate::phrases::{Phrases, behind_byline, phrases, split_joined};

/// Most characters of an author's name. Set by hand: longer text is a sentence about the author.
const MAX_AUTHOR_CHARS: usize = 60;

/// Words before the date that follows a byline.
static BEFORE_DATE: Phrases = phrases!(BeforeDate);

fn without_by(byline: &str) -> &str {
    behind_byline(byline).map_or(byline, |(rest, _)| rest)
}

/// First words of links that prompt the reader: "Email the author", "Follow".
static ASKS: Phrases = phrases!(Request);

/// Whether a text may be a name: two to five words (set by hand) without handles, numbers or prompts.
fn is_name(text: &str) -> bool {
    let words = text.split_whitespace().count();
    let first = text.split_whitespace().next().unwrap_or_default().to_lowercase();
    (2..=5).contains(&words)
        && !ASKS.contains(&first.as_str())
        && !is_role(text)
        && text
            .split_whitespace()
            .all(|w| !w.starts_with(['@', '#']) && !w.contains(|c: char| c.is_numeric() || c == '@'))
}

/// Job titles.
static ROLES: Phrases = phrases!(Role);

/// Whether a text is a job title: "Senior Reporter", "Political Editor".
pub(super) fn is_role(text: &str) -> bool {
    text.split_whitespace().last().is_some_and(|word| {
        let word = word.trim_end_matches(['s', '.', ',']).to_lowercase();
        ROLES.contains(&word.as_str())
    })
}

/// The names in a byline element: its links, or its text up to the date.
pub(super) fn byline(html: &str, tree: &Tree, index: u32) -> Vec<String> {
    let end = tree.node(index).end;
    let links: Vec<String> =
        (index..end).filter(|i| tree.node(*i).tag == Tag::A).map(|i| inner(html, tree, i)).collect();
    let names: Vec<String> = links.into_iter().filter(|link| is_name(link)).collect();
    if !names.is_empty() {
        return names;
    }
    let text = lines(html, tree, index).join("\n");
    let text = text.split(|c: char| c.is_numeric() || matches!(c, '|' | '•' | '·' | '(')).next().unwrap_or_default();
    // Drop an e-mail address, and the month left over from the date.
    let mail = text.find('@').map(|at| text[..at].rfind(char::is_whitespace).unwrap_or(0));
    let text = without_date(text[..mail.unwrap_or(text.len())].trim());
    let first = text
        .match_indices('\n')
        .map(|(at, _)| &text[..at])
        .find(|head| behind_byline(head).is_some() || head.contains(' '));
    if let Some(names) = clean::marked_byline(text).or_else(|| first.and_then(clean::marked_byline)) {
        return names;
    }
    let text = text.replace('\n', " ");
    Some(text).filter(|t| is_name(without_by(t))).into_iter().collect()
}

/// A byline without the words that begin a date at its end; two are left, since months are names as well.
fn without_date(byline: &str) -> &str {
    let mut rest = byline;
    while rest.split_whitespace().count() > 2
        && let Some((head, word)) = rest.trim_end().rsplit_once(char::is_whitespace)
        && is_behind_names(word)
    {
        rest = head;
    }
    rest.trim_end()
}

/// Whether a word is a month or precedes a date.
fn is_behind_names(word: &str) -> bool {
    matches!(word, "-" | "–" | "—")
        || BEFORE_DATE.contains(&word)
        || month_named(word.trim_matches(|c: char| !c.is_alphabetic())).is_some()
}

/// Splits one of the listed authors at commas and joiners, without the job titles and outlets behind a name.
fn parted(author: &str) -> Vec<&str> {
    let parts = author.split(',').flat_map(split_joined).flat_map(|p| p.split(" & "));
    let mut parts: Vec<&str> = parts.map(str::trim).filter(|p| !p.is_empty()).collect();
    if parts.first().is_some_and(|first| is_name(first) && !clean::is_outlet(first)) {
        let mut at = 0;
        parts.retain(|part| std::mem::replace(&mut at, 1) == 0 || !(is_role(part) || clean::is_outlet(part)));
    }
    // Single words are not people, so the byline stays whole: "Reuters and AP Staff", "Smith, Jr."
    if parts.len() > 1 && parts.iter().any(|p| !p.contains(' ')) { vec![author.trim()] } else { parts }
}

/// The name beside an e-mail address: "Ada Okoye (ada@post.example)", "ada@post.example (Ada Okoye)".
fn without_mail(author: &str) -> &str {
    let is_mail = |word: &str| word.find('@').is_some_and(|at| at > 0) && word.contains('.');
    let words = || author.split_whitespace();
    if !words().any(is_mail) {
        return author;
    }
    let start = |word: &str| word.as_ptr() as usize - author.as_ptr() as usize;
    let rest = match words().position(is_mail) {
        Some(0) => words().nth(1).map_or("", |word| &author[start(word)..]),
        at => words().nth(at.unwrap_or(0)).map_or("", |word| &author[..start(word)]),
    };
    rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '<' | '>' | '[' | ']' | ',' | '-' | '|'))
}

/// Splits bylines into names of people, without duplicates.
pub(super) fn people<'a>(bylines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut people: Vec<String> = Vec::new();
    let mut keys: std::collections::HashSet<String> = std::collections::HashSet::new();
    for byline in bylines {
        let byline = without_by(byline.trim());
        for name in byline.split([';', '|', '•']).map(without_mail).flat_map(parted) {
            let name = name.trim().trim_end_matches(['.', ',']).trim();
            let bad = name.is_empty()
                || name.chars().count() > MAX_AUTHOR_CHARS
                || name.contains("://")
                || name.contains('@')
                || name.starts_with("www.")
                || !name.chars().any(char::is_alphabetic);
            if !bad && keys.insert(key(name)) {
                people.push(name.to_owned());
            }
        }
    }
    people
}
