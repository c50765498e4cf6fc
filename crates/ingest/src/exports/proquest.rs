//! ProQuest: articles between lines of underscores, each value after its label.

use super::article::{Article, Border, Seen};
use super::lines::{Lines, folded, inverted, is_copyright, is_count, labelled};

/// Field of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Title,
    Author,
    Publication,
    PublicationInfo,
    Date,
    Year,
    Text,
    Abstract,
    Section,
    Url,
    Id,
    Language,
    Subject,
    Location,
    People,
    Company,
    Page,
    Other,
}

/// Folded labels in English, French, German and Spanish.
const LABELS: &[(Field, &str)] = &[
    (Field::Title, "title|titre|titel|titulo"),
    (Field::Author, "author|authors|auteur|autor|verfasser|autores|byline|credit"),
    (
        Field::Publication,
        "publication title|titre de la publication|titre de publication|publikationstitel|titel der publikation|\
         titulo de publicacion|titulo de la publicacion|publication|source title",
    ),
    (
        Field::PublicationInfo,
        "publication info|informations sur la publication|publikationsinfo|informacion de publicacion",
    ),
    (
        Field::Date,
        "publication date|date de publication|publikationsdatum|erscheinungsdatum|datum der veroffentlichung|\
         fecha de publicacion|alternate publication date",
    ),
    (Field::Year, "publication year|annee de publication|publikationsjahr|erscheinungsjahr|ano de publicacion"),
    (Field::Text, "full text|texte integral|texte complet|volltext|texto completo"),
    (Field::Abstract, "abstract|abstract summary|resume|zusammenfassung|kurzfassung|resumen"),
    (Field::Section, "section|publication section|rubrique|abschnitt|rubrik|seccion"),
    (Field::Url, "document url|url du document|dokument url|url des dokuments|url del documento|url de documento"),
    (
        Field::Id,
        "proquest document id|id du document proquest|identifiant de document proquest|proquest dokument id|\
         id del documento de proquest|id de documento de proquest",
    ),
    (
        Field::Language,
        "language of publication|language|langue de publication|langue|publikationssprache|sprache der publikation|\
         sprache|idioma de la publicacion|idioma",
    ),
    (
        Field::Subject,
        "subject|sujet|thema|schlagwort|materia|identifier keyword|identifier keywords|keywords|mots cles",
    ),
    (Field::Location, "location|lieu|ort|lugar"),
    (Field::People, "people|personne|personnes|person|personen|persona|personas"),
    (Field::Company, "company organization|societe organisation|unternehmen organisation|empresa organizacion|company"),
    (
        Field::Page,
        "pages|page|first page|start page|premiere page|seite|erste seite|seiten|pagina|paginas|primera pagina",
    ),
    (
        Field::Other,
        "links|liens|enlaces|country of publication|pays de publication|place of publication|lieu de publication|\
         erscheinungsort|land der publikation|lugar de publicacion|pais de publicacion|publisher|editeur|verlag|editorial|\
         issn|e issn|isbn|source type|type de source|quellentyp|tipo de fuente|document type|type de document|\
         dokumenttyp|tipo de documento|copyright|last updated|derniere mise a jour|zuletzt aktualisiert|\
         ultima actualizacion|database|base de donnees|datenbank|base de datos|publication subject|\
         sujet de la publication|materia de la publicacion|illustration|illustrations|volume|band|volumen|issue|numero|\
         heft|number of pages|publication frequency|dateline|document feature|column|rubrique journalistique|caption|\
         classification|accession number|product name|ticker|naics|dewey|number of references|degree|publication place|\
         edition|contact us at|word count|online publication date|section name",
    ),
];

/// Folded headings of the parts of a document in the printed layout: body, abstract and metadata.
const TEXTS: &[&str] = &["full text", "texte integral", "texte complet", "volltext", "texto completo"];
const ABSTRACTS: &[&str] = &["abstract", "abstract english", "resume", "zusammenfassung", "resumen"];
const DETAILS: &[&str] = &["details", "indexing details", "einzelheiten", "detalles"];

/// The field that starts at a heading.
fn heading(line: &str) -> Option<Field> {
    // Set by hand: longer lines, and sentences, are running text.
    if line.len() > 30 || line.ends_with('.') {
        return None;
    }
    let folded = folded(line);
    let parts = [(TEXTS, Field::Text), (ABSTRACTS, Field::Abstract), (DETAILS, Field::Other)];
    parts.into_iter().find(|(headings, _)| headings.contains(&folded.as_str())).map(|(_, field)| field)
}

/// The known label or heading of a line, and its value on the same line.
fn field(line: &str) -> Option<(Field, &str)> {
    let Some((label, value)) = labelled(line) else { return heading(line).map(|found| (found, "")) };
    let known = LABELS.iter().find(|(_, names)| names.split('|').any(|name| name == label));
    known.map(|(field, _)| (*field, value))
}

/// Whether a line is a rule of at least 20 underscores (set by hand: a few are a blank to fill in).
fn is_rule(line: &str) -> bool {
    line.len() >= 20 && line.bytes().all(|b| b == b'_')
}

pub(super) fn is_export(lines: &Lines<'_>) -> bool {
    let has = |wanted: &[Field]| lines.iter().any(|(_, line)| field(line).is_some_and(|(f, _)| wanted.contains(&f)));
    let is_named = lines.iter().any(|(_, line)| line.contains("ProQuest") || line.contains("proquest.com"));
    let is_text = has(&[Field::Text, Field::Abstract]);
    let is_source = has(&[Field::Publication, Field::PublicationInfo]);
    let is_ruled = lines.iter().any(|(_, line)| is_rule(line));
    // In a long article the metadata is beyond the part that is examined.
    let is_printed = is_named && is_ruled && lines.iter().any(|(_, line)| heading(line) == Some(Field::Text));
    is_text && is_source && (is_named || is_ruled) || is_printed
}

/// A rule starts an article unless only lines without a label came since the last border: it is then the rule between
/// the head of an article and its body.
pub(super) fn border(line: &str, seen: &mut Seen) -> Border {
    if is_count(line) || is_rule(line) && *seen != Seen::Head {
        return Border::Starts;
    }
    if field(line).is_some() {
        *seen = Seen::Last;
    } else if *seen == Seen::Nothing && !line.is_empty() {
        *seen = Seen::Head;
    }
    Border::Within
}

/// The lines at which a field starts. Paragraphs of the full text may begin like a label ("Company: …"): one above other
/// running text starts none.
fn starts(lines: &Lines<'_>) -> Vec<(usize, Field)> {
    // These labels begin no paragraph of an article.
    let is_sure = |line: &str| {
        use Field::{Abstract, Date, Id, Language, Publication, PublicationInfo, Text, Url, Year};
        let sure = [Abstract, Date, Id, Language, Publication, PublicationInfo, Text, Url, Year];
        field(line).is_some_and(|(found, _)| sure.contains(&found)) || heading(line).is_some()
    };
    let mut starts: Vec<_> = Vec::new();
    let mut text_end = 0;
    for (i, line) in lines.iter() {
        let Some((found, _)) = field(line).filter(|_| i >= text_end) else { continue };
        if found == Field::Text {
            let end = (i + 1..lines.len()).find(|i| is_sure(lines.get(*i))).unwrap_or(lines.len());
            let is_noise = |line: &str| is_rule(line) || is_copyright(line);
            text_end = lines.end_of_text(i + 1..end, is_noise, |line| field(line).is_some());
        }
        starts.push((i, found));
    }
    starts
}

pub(super) fn parse(lines: &Lines<'_>) -> Article {
    let mut article = Article::default();
    let starts = starts(lines);
    let (mut info, mut year, mut summary) = (None, None, None);
    for (n, (start, found)) in starts.iter().enumerate() {
        let next = starts.get(n + 1).map_or(lines.len(), |(next, _)| *next);
        let is_long = matches!(found, Field::Text | Field::Abstract);
        let end = if is_long { next } else { lines.end_of_value(*start, |line| field(line).is_some()).min(next) };
        let Some(whole) = lines.range(*start..end) else { continue };
        let ends = if heading(lines.get(*start)).is_some() { '\n' } else { ':' };
        let value = lines.text.get(whole.clone()).and_then(|text| text.split_once(ends)).map(|(_, value)| value);
        let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) else { continue };
        let at = value.as_ptr() as usize - lines.text.as_ptr() as usize;
        let range = at..at + value.len();
        let one_line = value.split_whitespace().collect::<Vec<_>>().join(" ");
        match found {
            Field::Title if article.title.is_none() => article.title = Some(range),
            Field::Author if article.authors.is_empty() => article.authors = inverted(&one_line),
            Field::Publication if article.site.is_none() => article.site = Some(outlet(&one_line)),
            Field::PublicationInfo => info = Some(one_line),
            Field::Date if article.published.is_none() => article.published = Some(one_line),
            Field::Year => year = Some(one_line),
            Field::Text => article.body.push(range),
            Field::Abstract => summary = Some(range),
            Field::Section => article.extra.push(("section", one_line)),
            Field::Url if article.url.is_none() => article.url = Some(one_line),
            Field::Id => article.id = Some(one_line),
            Field::Language if article.language.is_none() => article.language = Some(one_line),
            Field::Subject => article.extra.push(("subjects", one_line)),
            Field::Location => article.extra.push(("locations", one_line)),
            Field::People => article.extra.push(("people", one_line)),
            Field::Company => article.extra.push(("companies", one_line)),
            Field::Page => article.extra.push(("page", one_line)),
            _ => {}
        }
    }
    if article.title.is_none() {
        let first = starts.first().map_or(lines.len(), |(i, _)| *i);
        let is_title = |line: &str| !line.is_empty() && !is_rule(line) && !is_count(line) && !line.contains("://");
        // Dots and URLs may precede the first label; the headline is the first line of words.
        article.title = (0..first).find(|i| is_title(lines.get(*i))).and_then(|i| {
            let end = (i..first).find(|i| !is_title(lines.get(*i))).unwrap_or(first);
            lines.range(i..end)
        });
    }
    if let Some(info) = info {
        // "The Inland Post ; Halden [Halden]. 2024-04-12: A.1."
        article.site.get_or_insert_with(|| outlet(&info));
        article.published.get_or_insert(info);
    }
    article.published = article.published.or(year);
    if article.body.is_empty() {
        article.is_abstract = summary.is_some();
        article.body.extend(summary);
    }
    article
}

/// A publication's name up to a `;` or `[`, which introduce its place: `The Inland Post; Halden [Halden]`.
fn outlet(title: &str) -> String {
    let end = title.find([';', '[']).unwrap_or(title.len());
    title.get(..end).unwrap_or(title).trim().trim_end_matches([',', ':', '.']).to_owned()
}
