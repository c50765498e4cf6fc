//! Nexis and Nexis Uni: a head with outlet, date and headline, labels, the body, more labels. The limits on the length
//! of lines, in bytes, were set by hand: what is longer is running text.

use std::ops::Range;

use super::article::{Article, Border, Seen};
use super::lines::{Lines, folded, is_copyright, is_count, is_date, is_length, labelled, people};

/// Field of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Headline,
    Byline,
    Section,
    Length,
    Dateline,
    Highlight,
    Body,
    Language,
    Url,
    Date,
    Source,
    /// Labels that occur above and below the body and hold no text.
    Other,
    /// Labels that occur below the body, and with which a paragraph of an article may begin as well: "Update: …".
    Loose,
    /// Labels that occur only below the body.
    Tail,
}

/// Folded labels in English, French, German and Spanish.
const LABELS: &[(Field, &str)] = &[
    (Field::Headline, "headline|title|titre|titel|schlagzeile|uberschrift|titular|titulo"),
    (Field::Byline, "byline|author|authors|auteur|auteurs|autor|autoren|verfasser|signature|firma|por|reporter"),
    (Field::Section, "section|rubrique|rubrik|ressort|seccion|sektion"),
    (Field::Length, "length|longueur|lange|longitud|extension"),
    (Field::Dateline, "dateline|lieu|ort|fechado en|dateligne|provenance"),
    (Field::Highlight, "highlight|encart|zusammenfassung|hervorhebung|vorspann|destacado|resume"),
    (Field::Body, "body|corps|textkorper|hauptteil|cuerpo|text|texte|texto|volltext"),
    (Field::Language, "language|langue|sprache|idioma"),
    (Field::Url, "url|link"),
    (Field::Date, "date|publication date|datum|fecha"),
    (Field::Source, "source|publication|newspaper|quelle|zeitung|journal|fuente|periodico"),
    (
        Field::Other,
        "series|serie|type|distribution|verteiler|correction|correction date|column|kolumne|rating|edition|ausgabe",
    ),
    (
        Field::Tail,
        "load date|date de chargement|date chargement|ladedatum|fecha de carga|publication type|type de publication|\
         type publication|publikationstyp|zeitungstyp|tipo de publicacion|graphic|graphique|grafik|grafico|journal code|\
         code revue|zeitschriftencode|geographic|acc no|document type|type de document|dokumenttyp|issn|end of document",
    ),
    (
        Field::Loose,
        "update|subject|sujet|thema|schlagworter|asunto|tema|country|pays|land|pais|state|etat|city|ville|stadt|ciudad|\
         organization|organisation|organizacion|person|personne|persona|company|societe|unternehmen|firma|empresa|industry|\
         secteur|branche|industria|region|geographie|geografia|ticker|notes|note|copyright|classification|load|keywords|\
         mots cles|photo|photos|percentage",
    ),
];

/// Folded labels of the date on which the article was loaded into the database.
const LOAD_DATE: &[&str] = &["load date", "date de chargement", "date chargement", "ladedatum", "fecha de carga"];
/// A label of that date with which a paragraph may begin as well.
const LOOSE_LOAD_DATE: &str = "update";

/// Folded labels of a download's cover page, which states who searched for what.
const COVER: &[&str] = &[
    "user name",
    "date and time",
    "job number",
    "client matter",
    "search terms",
    "search type",
    "narrowed by",
    "content type",
    "about lexisnexis privacy policy terms conditions",
];

/// Folded lines that start the body, follow it, and end the document.
const BODY: &[&str] = &["body", "corps", "textkorper", "hauptteil", "cuerpo", "full text", "volltext"];
const AFTER: &[&str] = &[
    "classification",
    "klassifizierung",
    "klassifikation",
    "clasificacion",
    "graphic",
    "graphique",
    "grafik",
    "grafico",
    "notes",
    "load date",
];
const END: &[&str] = &[
    "end of document",
    "fin du document",
    "ende des dokuments",
    "dokumentende",
    "fin del documento",
    "fine del documento",
];

pub(super) fn is_export(lines: &Lines<'_>) -> bool {
    let has = |wanted: &[Field]| lines.iter().any(|(_, line)| field(line).is_some_and(|(f, _)| wanted.contains(&f)));
    let counted = lines.iter().any(|(_, line)| is_count(line));
    let ended = lines.iter().any(|(_, line)| END.contains(&folded(line).as_str()));
    (counted || ended) && has(&[Field::Length, Field::Byline, Field::Section, Field::Body, Field::Tail, Field::Loose])
        || ended && lines.iter().any(|(_, line)| BODY.contains(&folded(line).as_str()))
}

/// Whether a text has the labels of Nexis, but no lines that count or end its documents.
pub(super) fn is_unmarked(lines: &Lines<'_>) -> bool {
    let is_length = |line: &str| field(line).is_some_and(|(f, value)| f == Field::Length && is_length(value));
    lines.iter().any(|(_, line)| is_length(line)) && lines.iter().any(|(_, line)| is_load_date(line))
}

fn is_load_date(line: &str) -> bool {
    labelled(line)
        .is_some_and(|(label, value)| LOAD_DATE.contains(&label.as_str()) || label == LOOSE_LOAD_DATE && is_date(value))
}

/// Finds a border without a marker: the first line after the load date that is not another of the labels below a body.
pub(super) fn border_behind_load_date(line: &str, seen: &mut Seen) -> Border {
    let is_below = line.is_empty() || is_copyright(line) || field_below(line).is_some();
    if *seen == Seen::Last && !is_below {
        return Border::Starts;
    }
    if is_load_date(line) {
        *seen = Seen::Last;
    }
    Border::Within
}

pub(super) fn border(line: &str) -> Border {
    if is_count(line) {
        Border::Starts
    } else if line.len() <= 30 && END.contains(&folded(line).as_str()) {
        Border::Ends
    } else {
        Border::Within
    }
}

/// The known label of a line, which must begin with a capital, and its value.
fn field(line: &str) -> Option<(Field, &str)> {
    field_among(line, |_| true)
}

/// The known label of a line below a body, and its value. "Firma" is the German label of a company there; above the
/// body, it is the Spanish one of the byline.
fn field_below(line: &str) -> Option<(Field, &str)> {
    field_among(line, |f| matches!(f, Field::Tail | Field::Loose | Field::Language | Field::Url | Field::Other))
}

fn field_among(line: &str, is_wanted: impl Fn(Field) -> bool) -> Option<(Field, &str)> {
    let (label, value) = labelled(line)?;
    line.starts_with(char::is_uppercase).then_some(())?;
    let mut fields = LABELS.iter().filter(|(field, _)| is_wanted(*field));
    fields.find(|(_, names)| names.split('|').any(|name| name == label)).map(|(field, _)| (*field, value))
}

/// "Page 2 of 40", which printing inserts.
fn is_page(line: &str) -> bool {
    let folded = folded(line);
    let words: Vec<&str> = folded.split(' ').collect();
    matches!(words.as_slice(), ["page" | "seite" | "pagina", a, _, b] if a.parse::<u32>().is_ok() && b.parse::<u32>().is_ok())
}

pub(super) fn parse(lines: &Lines<'_>) -> Article {
    let mut article = Article::default();
    let is_filled = |i: &usize| !lines.get(*i).is_empty() && !is_page(lines.get(*i)) && !is_count(lines.get(*i));
    // The head extends to the first label; a line "BODY" is one.
    let starts_labels = |i: &usize| field(lines.get(*i)).is_some() || is_body(lines.get(*i));
    let labels = (0..lines.len()).find(starts_labels).unwrap_or(lines.len());
    let Some(first) = (after_cover(lines, labels)..lines.len()).find(is_filled) else { return article };
    head(lines, first..labels.max(first), &mut article);
    let body = read_labels(lines, labels.max(first), &mut article);
    let end = body_end(lines, body);
    article.body = between_pages(lines, body..end, &article);
    tail(lines, end, &mut article);
    article
}

/// The line after the cover page, if there is one above the first label of the first article.
fn after_cover(lines: &Lines<'_>, labels: usize) -> usize {
    let is_cover = |i: &usize| {
        let line = lines.get(*i);
        let label = labelled(line).map_or_else(|| folded(line), |(label, _)| label);
        line.len() <= 200 && COVER.iter().any(|cover| label.starts_with(cover))
    };
    let Some(last) = (0..labels).rev().find(is_cover) else { return 0 };
    (last..labels).find(|i| lines.get(*i).is_empty() || is_page(lines.get(*i))).unwrap_or(labels)
}

/// The body without page numbers from printing, and without the headline repeated after each.
fn between_pages(lines: &Lines<'_>, range: Range<usize>, article: &Article) -> Vec<Range<usize>> {
    let title = article.title.clone().and_then(|title| lines.text.get(title)).unwrap_or_default();
    let (mut stretches, mut start, mut at) = (Vec::new(), range.start, range.start);
    while at < range.end {
        if is_page(lines.get(at)) {
            stretches.extend(lines.range(start..at));
            let header = (at + 1..range.end).find(|i| !lines.get(*i).is_empty());
            at = header.filter(|i| lines.get(*i) == title).unwrap_or(at);
            start = at + 1;
        }
        at += 1;
    }
    stretches.extend(lines.range(start..range.end));
    stretches
}

fn is_body(line: &str) -> bool {
    line.len() <= 20 && BODY.contains(&folded(line).as_str())
}

/// Reads outlet, date and headline: the headline comes first in Nexis Uni, last in older layouts.
fn head(lines: &Lines<'_>, range: Range<usize>, article: &mut Article) {
    let is_filled = |i: &usize| {
        let line = lines.get(*i);
        !line.is_empty() && !is_copyright(line) && !is_page(line)
    };
    let mut filled: Vec<usize> = range.clone().filter(is_filled).collect();
    // After a page number the headline occurs once for the page and once for the article.
    filled.dedup_by_key(|i| lines.get(*i));
    let Some(date) = filled.iter().position(|i| is_date(lines.get(*i))) else {
        // Without a date the first line may still be the headline.
        article.title = filled.first().and_then(|i| lines.range(*i..i + 1));
        return;
    };
    let at = filled[date];
    article.published = Some(lines.get(at).to_owned());
    let before = filled.get(..date).unwrap_or_default();
    // Editions follow right after the date; the headline is set off from them by a blank line.
    let blank = (at + 1..range.end).find(|i| lines.get(*i).is_empty()).unwrap_or(range.end);
    let below = lines.groups(blank..range.end).into_iter().rfind(|g| g.clone().any(|i| is_filled(&i)));
    let outlet = match (before, below) {
        ([.., site], Some(title)) if before.len() == 1 => {
            article.title = lines.range(title);
            Some(*site)
        }
        ([title, .., site], _) => {
            let end = before.get(before.len() - 2).map_or(title + 1, |last| last + 1);
            article.title = lines.range(*title..end);
            Some(*site)
        }
        ([one], None) => Some(*one),
        (_, title) => {
            article.title = title.and_then(|title| lines.range(title));
            None
        }
    };
    article.site = outlet.map(|i| lines.get(i).to_owned());
    let edition = (at + 1..blank).map(|i| lines.get(i)).find(|line| !line.is_empty() && !is_copyright(line));
    article.extra.extend(edition.map(|edition| ("edition", edition.to_owned())));
}

/// Reads the labels above the body; returns the line at which the body starts.
fn read_labels(lines: &Lines<'_>, start: usize, article: &mut Article) -> usize {
    let mut at = start;
    while at < lines.len() {
        let line = lines.get(at);
        if line.is_empty() || is_page(line) || is_copyright(line) {
            at += 1;
            continue;
        }
        if is_body(line) {
            return at + 1;
        }
        match field(line) {
            Some((Field::Body, "")) => return at + 1,
            // The label is on the line of the first paragraph.
            Some((Field::Body, _)) => return at,
            Some((Field::Tail | Field::Loose, _)) | None => return at,
            Some((found, _)) => at = note(lines, at, found, article),
        }
    }
    at
}

/// Reads one labelled value; returns the line after it.
fn note(lines: &Lines<'_>, at: usize, found: Field, article: &mut Article) -> usize {
    let end = lines.end_of_value(at, |line| field(line).is_some() || is_body(line));
    let whole = lines.range(at..end).unwrap_or_default();
    let text = lines.text.get(whole.clone()).unwrap_or_default();
    let value = text.split_once(':').map_or("", |(_, value)| value).trim();
    if value.is_empty() {
        return end;
    }
    let one_line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    let start = value.as_ptr() as usize - lines.text.as_ptr() as usize;
    match found {
        Field::Headline => {
            // With a labelled headline, the line alone in the head was the outlet.
            let above = article.title.take().and_then(|range| lines.text.get(range)).map(str::to_owned);
            article.site = article.site.take().or(above);
            article.title = Some(start..start + value.len());
        }
        Field::Byline => article.authors = people(&one_line),
        Field::Section => article.extra.push(("section", one_line)),
        Field::Length => article.extra.push(("length", one_line)),
        Field::Dateline => article.extra.push(("dateline", one_line)),
        Field::Highlight => article.extra.push(("highlight", one_line)),
        Field::Language => article.language = Some(one_line),
        Field::Url => article.url = Some(one_line),
        Field::Source => article.site = article.site.take().or(Some(one_line)),
        Field::Date => article.published = article.published.take().or(Some(one_line)),
        Field::Body | Field::Other | Field::Loose | Field::Tail => {}
    }
    end
}

/// End of the body that starts at line `start`: the first line that occurs only below a body, or the first of the
/// labelled values right above it.
///
/// Paragraphs may begin like those labels ("Update: the ferry sails again."). So such a label ends the body only if no
/// running text comes below it.
fn body_end(lines: &Lines<'_>, start: usize) -> usize {
    let end = (start..lines.len()).find(|i| ends_body(lines.get(*i))).unwrap_or(lines.len());
    let is_label = |line: &str| field_below(line).is_some();
    let floor = lines.end_of_text(start..end, |line| is_page(line) || is_copyright(line), is_label);
    let labels = (floor..end).find(|i| is_label(lines.get(*i))).unwrap_or(end);
    // Copyright claims are below the body when no label is.
    let last = (start..labels).rev().take_while(|i| lines.get(*i).is_empty() || is_copyright(lines.get(*i))).last();
    last.unwrap_or(labels)
}

/// Whether a line occurs only below a body.
fn ends_body(line: &str) -> bool {
    let folded = || folded(line);
    matches!(field_below(line), Some((Field::Tail, _)))
        || is_load_date(line)
        || line.len() <= 40 && (AFTER.contains(&folded().as_str()) || END.contains(&folded().as_str()))
}

/// Reads the labels below the body.
fn tail(lines: &Lines<'_>, start: usize, article: &mut Article) {
    for i in start..lines.len() {
        match field_below(lines.get(i)) {
            Some((Field::Language, value)) if article.language.is_none() => article.language = Some(value.to_owned()),
            Some((Field::Url, value)) if article.url.is_none() && value.contains("://") => {
                article.url = Some(value.to_owned());
            }
            Some((Field::Tail | Field::Loose, value)) if !value.is_empty() => {
                let label = labelled(lines.get(i)).map(|(label, _)| label).unwrap_or_default();
                let key = match label.as_str() {
                    "publication type"
                    | "type de publication"
                    | "type publication"
                    | "publikationstyp"
                    | "tipo de publicacion" => "publication_type",
                    _ if is_load_date(lines.get(i)) => "load_date",
                    "subject" | "sujet" | "thema" | "schlagworter" | "asunto" | "tema" => "subjects",
                    _ => continue,
                };
                article.extra.push((key, value.to_owned()));
            }
            _ => {}
        }
    }
}
