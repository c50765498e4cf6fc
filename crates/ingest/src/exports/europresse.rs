//! Europresse: outlet, date and headline below one another, and the document number at the end. The limits on the
//! length of lines, in bytes, were set by hand: what is longer is running text.

use std::ops::Range;

use super::article::{Article, Border};
use super::lines::{Lines, folded, is_copyright, is_count, is_date, is_length, labelled, people};
use crate::calendar::{month_named, weekday_named};
use crate::date::{self, Order};

/// Folded labels of the source's name; the value is on the next line.
const SOURCE: &[&str] = &["nom de la source", "source name", "name der quelle", "nombre de la fuente"];
/// Folded labels of other values of the source, each on the next line as well.
const SOURCE_OTHER: &[&str] = &[
    "type de source",
    "periodicite",
    "couverture geographique",
    "provenance",
    "source type",
    "periodicity",
    "geographical coverage",
    "origin",
    "type",
    "frequency",
];
/// Folded starts of the lines below an article that certify the copy, claim its rights or say where it appeared. Each is
/// long enough to begin no paragraph of an article.
const CERTIFICATE: &[&str] = &[
    "certificat emis le",
    "certificate issued on",
    "le present document est protege",
    "this document is protected",
    "visualisation personnelle et temporaire",
    "cet article est paru dans",
    "this article appeared in",
    "numero de document",
    "document number",
];

pub(super) fn is_export(lines: &Lines<'_>) -> bool {
    let numbered = lines.iter().any(|(_, line)| number(line).is_some());
    let named = lines.iter().any(|(_, line)| {
        let line = folded(line);
        line.contains("europresse")
            || line.contains("cedrom sni")
            || line.starts_with("certificat emis")
            || line.starts_with("certificate issued")
            || SOURCE.contains(&line.as_str())
            || line.starts_with("numero de document")
            || line.starts_with("document number")
    });
    numbered && (named || lines.iter().any(|(_, line)| is_copyright(line)))
}

pub(super) fn border(line: &str) -> Border {
    if number(line).is_some() {
        Border::Ends
    } else if is_count(line) {
        Border::Starts
    } else {
        Border::Within
    }
}

/// The document number, `news·20240302·LM·0_12345`, alone on its line or after its label.
fn number(line: &str) -> Option<&str> {
    let value = labelled(line).filter(|(label, _)| label.ends_with("document") || label.ends_with("document number"));
    let word = value.map_or(line, |(_, value)| value).trim();
    let word = word.strip_prefix("Document ").map_or(word, str::trim_start);
    let rest = word.strip_prefix("news").or_else(|| word.strip_prefix("doc")).or_else(|| word.strip_prefix("bio"))?;
    let rest = rest.strip_prefix(['·', '•', '.', '-', '∙', '*'])?;
    let date = rest.get(..8)?;
    (!word.contains(char::is_whitespace) && date.bytes().all(|b| b.is_ascii_digit())).then_some(word)
}

pub(super) fn parse(lines: &Lines<'_>) -> Article {
    let id = lines.iter().find_map(|(_, line)| number(line)).map(str::to_owned);
    let mut article = Article { id, ..Article::default() };
    let mut start = (0..lines.len()).find(|i| !is_noise(lines.get(*i))).unwrap_or(lines.len());
    if let Some(label) = (start..lines.len()).find(|i| SOURCE.contains(&folded(lines.get(*i)).as_str())) {
        let value = next_filled(lines, label + 1);
        article.site = value.map(|i| lines.get(i).to_owned());
        start = value.map_or(lines.len(), |i| i + 1);
        while let Some(label) =
            next_filled(lines, start).filter(|i| SOURCE_OTHER.contains(&folded(lines.get(*i)).as_str()))
        {
            start = next_filled(lines, label + 1).map_or(lines.len(), |i| i + 1);
        }
    }
    // The date may follow the section and precede the page: "Économie, samedi 2 mars 2024, p. 12". Set by hand: it is
    // within twelve lines of the head.
    let Some(day) = (start..lines.len().min(start + 12)).find(|i| is_day(lines.get(*i))) else { return article };
    let line = lines.get(day);
    article.published = date::find(line, Order::DayFirst).map(|_| line.to_owned());
    if article.site.is_none() {
        let site = (start..day).find(|i| !lines.get(*i).is_empty() && !is_copyright(lines.get(*i)));
        // "Le Monde • 543 mots".
        let name = site.and_then(|i| lines.get(i).split('•').next()).map(str::trim);
        article.site = name.map(str::to_owned);
    }
    // Length and page may come between outlet and date.
    for i in start..day {
        if is_place(lines.get(i), article.site.as_deref()) {
            section(lines.get(i), &mut article);
        }
    }
    let mut at = day + 1;
    section(line, &mut article);
    // "Le Monde • p. 12 • 543 mots", "Section, p. 12".
    while let Some(i) = next_filled(lines, at).filter(|i| is_place(lines.get(*i), article.site.as_deref())) {
        section(lines.get(i), &mut article);
        at = i + 1;
    }
    let end = (at..lines.len()).find(|i| ends_body(lines.get(*i))).unwrap_or(lines.len());
    let mut groups = lines.groups(at..end).into_iter().peekable();
    let Some(mut title) = groups.next() else { return article };
    if let Some(headline) = groups.peek().filter(|next| names_section(lines, &title, next)) {
        article.extra.push(("section", lines.get(title.start).to_owned()));
        title = headline.clone();
        groups.next();
    }
    // Without blank lines in between, the headline is the first line only.
    let rest = title.start + 1..title.end;
    title.end = title.start + 1;
    article.title = lines.range(title);
    let mut body = if rest.is_empty() { groups.next() } else { Some(rest) };
    if let Some(group) = body.clone() {
        let names = people(lines.get(group.start));
        let line = lines.get(group.start);
        if !names.is_empty() && line.len() <= 100 && !line.ends_with('.') {
            article.authors = names;
            let rest = group.start + 1..group.end;
            body = if rest.is_empty() { groups.next() } else { Some(rest) };
        }
    }
    article.body.extend(body.and_then(|body| lines.range(body.start..end)));
    article
}

/// Whether a separate line names the section above the headline: at most three words, above a longer line that is no
/// paragraph. The limits were set by hand.
fn names_section(lines: &Lines<'_>, first: &Range<usize>, next: &Range<usize>) -> bool {
    let (line, below) = (lines.get(first.start), lines.get(next.start));
    let words = |line: &str| line.split_whitespace().count();
    first.len() == 1
        && words(line) <= 3
        && words(below) > words(line)
        && below.len() <= 150
        && !below.ends_with('.')
        && people(below).is_empty()
}

fn next_filled(lines: &Lines<'_>, from: usize) -> Option<usize> {
    (from..lines.len()).find(|i| !lines.get(*i).is_empty())
}

/// Whether a line above an article carries no information about it.
fn is_noise(line: &str) -> bool {
    line.is_empty() || is_count(line) || line.bytes().all(|b| matches!(b, b'_' | b'-' | b'=' | b'*')) || {
        let folded = folded(line);
        folded.starts_with("page ") && folded.split(' ').all(|w| w.len() <= 4)
            || folded == "europresse"
            || folded.ends_with("cedrom sni inc")
            || folded.starts_with("sommaire")
    }
}

/// Whether a line holds the date of publication and little else.
fn is_day(line: &str) -> bool {
    is_date(line) || (line.len() <= 120 && line.split([',', '•']).any(|part| is_date(part.trim())))
}

/// Whether a part of a line, folded, has only numbers, weekdays and months.
fn is_of_a_date(part: &str) -> bool {
    part.split(' ')
        .all(|word| !word.starts_with(char::is_alphabetic) || month_named(word).or(weekday_named(word)).is_some())
}

/// Whether a line gives the article's page, length or section.
fn is_place(line: &str, site: Option<&str>) -> bool {
    if line.len() > 120 {
        return false;
    }
    let parts = || line.split(['•', '·', ',']).map(str::trim);
    let is_page = |part: &str| {
        let part = folded(part);
        part.strip_prefix("p ").is_some_and(|n| n.chars().any(|c| c.is_ascii_digit()) && n.len() <= 8)
    };
    parts().any(|part| is_length(part) || is_page(part)) && !line.ends_with(['.', '?', '!'])
        || site.is_some_and(|site| parts().next() == Some(site) && line.contains('•'))
}

/// Records the section and the page that a line gives beside the date.
fn section(line: &str, article: &mut Article) {
    for part in line.split(['•', ',']).map(str::trim).filter(|part| !part.is_empty()) {
        let folded = folded(part);
        let known = |key: &str| article.extra.iter().any(|(k, _)| *k == key);
        if folded.starts_with("p ") && folded.len() <= 10 {
            if !known("page") {
                article.extra.push(("page", part.to_owned()));
            }
        } else if date::find(part, Order::DayFirst).is_none()
            && !is_length(part)
            && article.site.as_deref() != Some(part)
            && !is_of_a_date(&folded)
            && !known("section")
        {
            article.extra.push(("section", part.to_owned()));
        }
    }
}

fn ends_body(line: &str) -> bool {
    if number(line).is_some() || is_copyright(line) {
        return true;
    }
    // "Note(s) :", "Illustration(s) :".
    if labelled(line).is_some_and(|(label, _)| matches!(label.as_str(), "note s" | "illustration s")) {
        return true;
    }
    let folded = folded(line);
    CERTIFICATE.iter().any(|start| folded.starts_with(start))
}
