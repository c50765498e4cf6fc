//! Factiva, in two layouts: with field codes ("HD Title"), or as displayed, one value per line. The limits on the
//! length of lines, in bytes, were set by hand: what is longer is running text.

use super::article::{Article, Border};
use super::lines::{Lines, folded, is_copyright, is_date, is_length, is_names, people};
use crate::date::{self, Order};
use crate::phrases::behind_byline;

/// Field codes, in their fixed order.
const CODES: &[&str] = &[
    "CLM", "SE", "HD", "BY", "CR", "WC", "PD", "ET", "SN", "SC", "ED", "PG", "VOL", "LA", "CY", "LP", "TD", "CT", "RF",
    "ART", "CO", "IN", "NS", "RE", "IPC", "IPD", "PUB", "AN",
];
/// Field codes of the running text.
const TEXT: &[&str] = &["LP", "TD"];

pub(super) fn is_export(lines: &Lines<'_>) -> bool {
    let has = |code: &str| lines.iter().any(|(_, line)| field(line).is_some_and(|(c, _)| c == code));
    let is_coded = ["HD", "PD", "SN"].iter().all(|code| has(code)) && (has("LP") || has("TD"));
    let ends = lines.iter().any(|(_, line)| border(line) == Border::Ends);
    let is_displayed = ends && lines.iter().any(|(_, line)| is_length(line));
    is_coded || is_displayed
}

/// An article ends with its accession number.
pub(super) fn border(line: &str) -> Border {
    if accession(line).is_some() { Border::Ends } else { Border::Within }
}

/// Reads "Document HGAZ000020240301ek300001" or "AN Document …", in the languages of the interface: a code of the
/// source, the date and a number, together 18 to 40 characters (set by hand, around the usual 25).
fn accession(line: &str) -> Option<&str> {
    let line = line.strip_prefix("AN").map_or(line, str::trim_start);
    let (word, number) = line.split_once(char::is_whitespace)?;
    let number = number.trim();
    let is_word = matches!(word, "Document" | "Dokument" | "Documento" | "Documents");
    let has_date = || number.as_bytes().windows(8).any(|w| w.iter().all(u8::is_ascii_digit));
    let is_number = (18..=40).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric());
    (is_word && is_number && number.starts_with(|c: char| c.is_ascii_uppercase()) && has_date()).then_some(number)
}

/// The field code at the start of a line, and the rest of the line.
fn field(line: &str) -> Option<(&'static str, &str)> {
    let end = line.find(|c: char| !c.is_ascii_uppercase()).unwrap_or(line.len());
    let (code, rest) = line.split_at(end);
    let known = CODES.iter().find(|known| **known == code)?;
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then(|| (*known, rest.trim()))
}

pub(super) fn parse(lines: &Lines<'_>) -> Article {
    let is_coded = lines.iter().any(|(_, line)| field(line).is_some_and(|(code, _)| code == "HD"));
    if is_coded { coded(lines) } else { displayed(lines) }
}

fn coded(lines: &Lines<'_>) -> Article {
    let mut article = Article::default();
    let mut starts: Vec<(usize, &'static str)> = Vec::new();
    for (i, line) in lines.iter() {
        let Some((code, rest)) = field(line) else { continue };
        let rank = |code: &str| CODES.iter().position(|c| *c == code);
        let last = starts.last().map(|(_, code)| *code);
        // In running text a line may start with capitals: "IN Paris" is not the field of industries.
        let in_text = last.is_some_and(|code| TEXT.contains(&code));
        // List values follow on the same or the next line, each a code and a name: "usa : United States".
        let value = if rest.is_empty() && i + 1 < lines.len() { lines.get(i + 1) } else { rest };
        let is_list = matches!(code, "CO" | "IN" | "NS" | "RE") && !value.contains(" : ");
        if last.is_none_or(|last| rank(code) > rank(last)) && !(in_text && is_list) {
            starts.push((i, code));
        }
    }
    for (n, (start, code)) in starts.iter().enumerate() {
        let end = starts.get(n + 1).map_or(lines.len(), |(next, _)| *next);
        // The code is not part of the value.
        let Some(range) = lines.range(*start..end) else { continue };
        let shift = lines.text.get(range.clone()).map_or(0, |value| {
            let rest = value.get(code.len()..).unwrap_or_default();
            value.len() - rest.trim_start().len()
        });
        let range = range.start + shift..range.end;
        let value =
            || lines.text.get(range.clone()).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        if range.is_empty() {
            continue;
        }
        match *code {
            "HD" => article.title = Some(range),
            "LP" | "TD" => article.body.push(range),
            "BY" => article.authors = people(&value()),
            "PD" => article.published = Some(value()),
            "SN" => article.site = Some(value()),
            "LA" => article.language = Some(value()),
            "AN" => article.id = accession(&value()).map(str::to_owned),
            "SE" => article.extra.push(("section", value())),
            "ED" => article.extra.push(("edition", value())),
            "PG" => article.extra.push(("page", value())),
            "CR" => article.extra.push(("credit", value())),
            "NS" => article.extra.push(("subjects", value())),
            "RE" => article.extra.push(("regions", value())),
            "CO" => article.extra.push(("companies", value())),
            "IN" => article.extra.push(("industries", value())),
            _ => {}
        }
    }
    article
}

fn displayed(lines: &Lines<'_>) -> Article {
    let mut article = Article::default();
    let Some(length) = lines.iter().find(|(_, line)| is_length(line)).map(|(i, _)| i) else { return article };
    let mut head: Vec<usize> = (0..length).filter(|i| !lines.get(*i).is_empty()).collect();
    // The byline is right above the length; a lone line there is the headline, however short.
    if let Some(byline) = head.last().copied().filter(|_| head.len() > 1).map(|i| lines.get(i)) {
        let names = people(byline);
        if behind_byline(byline).is_some() || (byline.len() <= 80 && is_names(byline, &names)) {
            article.authors = names;
            head.pop();
        }
    }
    if let Some(title) = head.pop() {
        // A long headline may span several lines; set by hand: 60 characters or more before the last one.
        let first = (0..=title).rev().take_while(|i| !lines.get(*i).is_empty()).last().unwrap_or(title);
        let first = if lines.joined(first..title).len() >= 60 { first } else { title };
        article.title = lines.range(first..title + 1);
        let section = (0..first).rev().map(|i| lines.get(i)).find(|line| !line.is_empty());
        article.extra.extend(section.filter(|s| s.len() <= 60).map(|section| ("section", section.to_owned())));
    }
    let end = lines.iter().find(|(_, line)| accession(line).is_some());
    article.id = end.and_then(|(_, line)| accession(line)).map(str::to_owned);
    let end = end.map_or(lines.len(), |(i, _)| i);
    let after = |i: &usize| *i < end && !lines.get(*i).is_empty();
    let Some(date) = (length + 1..(length + 4).min(end)).find(|i| is_date(lines.get(*i))) else { return article };
    article.published = Some(lines.get(date).to_owned());
    let is_time = |line: &str| line.len() <= 8 && line.contains(':') && line.starts_with(|c: char| c.is_ascii_digit());
    let Some(site) = (date + 1..end).find(|i| after(i) && !is_time(lines.get(*i))) else { return article };
    article.site = Some(lines.get(site).to_owned());
    // Source code, edition, page and language follow; the copyright ends the head.
    let block = (site + 1..(site + 12).min(end)).find(|i| is_copyright(lines.get(*i)));
    let start = block.map_or_else(
        || (site + 1..end).find(|i| lines.get(*i).is_empty()).unwrap_or(end),
        // A copyright claim may span several lines.
        |i| (i + 1..end).find(|i| lines.get(*i).is_empty() || !is_copyright(lines.get(*i))).unwrap_or(end),
    );
    let language = (site + 1..block.unwrap_or(start)).rev().map(|i| lines.get(i)).find(|line| !line.is_empty());
    article.language = language.filter(|l| date::find(l, Order::Unknown).is_none()).map(str::to_owned);
    article.body.extend(lines.range(start..before_publisher(lines, start, end, lines.get(site))));
    article
}

/// Folded last words of company names.
const COMPANIES: &[&str] = &[
    "inc",
    "ltd",
    "limited",
    "llc",
    "plc",
    "gmbh",
    "ag",
    "sa",
    "co",
    "company",
    "corporation",
    "corp",
    "ab",
    "as",
    "bv",
    "nv",
];

/// End of the body, before a line that names the publisher or repeats the outlet: "Dow Jones & Company, Inc."
fn before_publisher(lines: &Lines<'_>, start: usize, end: usize, site: &str) -> usize {
    let groups = lines.groups(start..end);
    let Some(last) = groups.last().filter(|last| groups.len() > 1 && last.len() == 1) else { return end };
    let line = folded(lines.get(last.start));
    let is_company = line == folded(site)
        || line.split(' ').count() <= 7 && line.rsplit(' ').next().is_some_and(|word| COMPANIES.contains(&word));
    if is_company { last.start } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_told_from_running_text() {
        assert_eq!(accession("Document LMDN000020240301ek3100002"), Some("LMDN000020240301ek3100002"));
        assert_eq!(accession("AN Dokument FAZ0000020240301ek31000b1"), Some("FAZ0000020240301ek31000b1"));
        assert_eq!(accession("Document everything that was said in 20240301"), None);
        assert_eq!(accession("Document 20240301"), None);
    }
}
