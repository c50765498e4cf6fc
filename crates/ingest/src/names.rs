//! Assigns the fields of a record their meaning by name.

use std::sync::LazyLock;

use pressmark_core::ProblemKind;
use pressmark_lang::{Language, PagePhrase};

use crate::calendar::unaccented;
use crate::fields::{self, Field, Value};
use crate::phrases::{Phrases, phrases, split_joined, without_by};
use crate::{Fields, clean, date, references};

/// Names of fields, best first; compared without case, accents, `_`, `-`, `:`, apostrophes and spaces.
static TEXT: Phrases = phrases!(TextField);
const PAGE: &[&str] = &["html", "rawhtml", "contenthtml", "bodyhtml", "articlehtml", "contentencoded"];
const LAST_TEXT: &[&str] = &["description"];
static ID: Phrases = phrases!(IdField);
static TITLE: Phrases = phrases!(TitleField);
static URL: Phrases = phrases!(UrlField);
static DATE: Phrases = phrases!(DateField);
static AUTHORS: Phrases = phrases!(AuthorsField);
static SITE: Phrases = phrases!(SiteField);
static LANGUAGE: Phrases = phrases!(LanguageField);

/// All names under which a field is found.
static KNOWN: Phrases =
    LazyLock::new(|| [&TEXT[..], PAGE, LAST_TEXT, &ID, &TITLE, &URL, &DATE, &AUTHORS, &SITE, &LANGUAGE].concat());

/// Names of the single value in an object that stands for a string, as in the `{"rendered": "<p>…"}` of WordPress and the
/// `{"$oid": "…"}` of MongoDB.
const INNER: &[&str] = &["rendered", "text", "value", "main", "plain", "html", "name", "#text", "$t", "$oid", "$date"];

/// Whether a cell is a known name of a field.
pub(crate) fn is_known(cell: &str) -> bool {
    let key = key(cell);
    KNOWN.contains(&key.as_str())
}

/// Meaning of a metadata field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Title,
    Authors,
    Date,
    Language,
    Url,
    Site,
}

/// The meaning of a field with a known name.
pub(crate) fn meaning(name: &str) -> Option<Meaning> {
    let key = key(name);
    let known = [
        (&TITLE, Meaning::Title),
        (&AUTHORS, Meaning::Authors),
        (&DATE, Meaning::Date),
        (&LANGUAGE, Meaning::Language),
        (&URL, Meaning::Url),
        (&SITE, Meaning::Site),
    ];
    known.into_iter().find(|(names, _)| names.contains(&key.as_str())).map(|(_, meaning)| meaning)
}

/// Whether one of the fields has this name, up to spelling.
pub(crate) fn has(fields: &[String], name: &str) -> bool {
    fields.iter().any(|field| field == name || key(field) == key(name))
}

/// The fields of a record by meaning, as indices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picked {
    /// The text field, or the problem if there is none.
    pub text: Result<usize, (ProblemKind, String)>,
    /// Whether the name of the text field says that it contains markup.
    pub is_page: bool,
    pub id: Option<usize>,
    pub title: Option<usize>,
    pub url: Option<usize>,
    pub date: Option<usize>,
    pub authors: Option<usize>,
    pub site: Option<usize>,
    pub language: Option<usize>,
}

/// Levels of nested objects that a dotted name may open. Set by hand; a field nested deeper is not found.
const DEEPEST: usize = 8;

/// Expands nested objects in place, with dotted names, if needed: for a dotted name that the user gave, for a wrapped
/// value such as `{"rendered": "…"}`, and for the text if no top-level field is one.
///
/// `record` is the text of the whole record, into which all fields point.
pub(crate) fn expand<'a>(mut fields: Vec<Field<'a>>, names: &Fields, record: &'a str) -> Vec<Field<'a>> {
    for name in names.named().into_iter().filter(|name| name.contains('.')) {
        for _ in 0..DEEPEST {
            let is_prefix =
                |f: &Field<'_>| name.strip_prefix(f.name.as_ref()).is_some_and(|rest| rest.starts_with('.'));
            let Some(i) = fields.iter().position(|f| is_prefix(f) && is_object(f)) else { break };
            open(&mut fields, i, record);
        }
    }
    let known = [&TEXT[..], &ID, &TITLE, &DATE, &AUTHORS, &SITE].concat();
    let holds_one = |f: &Field<'_>| {
        let inner = || inner_of(f, record);
        is_object(f)
            && known.contains(&key(&f.name).as_str())
            && inner().iter().any(|f| INNER.contains(&f.name.as_ref()))
    };
    let opened = |field: Field<'a>| {
        if field.name.contains('.') || !holds_one(&field) { vec![field] } else { opened(&field, record) }
    };
    fields = fields.into_iter().flat_map(opened).collect();
    let is_text = |f: &Field<'_>| is_body(f.value) && [&TEXT[..], PAGE].concat().contains(&key_of(&f.name).as_str());
    if names.text.is_none() && !fields.iter().any(is_text) {
        let holds_text = |f: &Field<'_>| is_object(f) && inner_of(f, record).iter().any(is_text);
        if let Some(i) = fields.iter().position(holds_text) {
            open(&mut fields, i, record);
        }
    }
    fields
}

fn is_object(field: &Field<'_>) -> bool {
    matches!(field.value, Value::Json { raw, .. } if raw.starts_with('{'))
}

fn inner_of<'a>(field: &Field<'a>, record: &'a str) -> Vec<Field<'a>> {
    let Value::Json { raw, .. } = field.value else { return Vec::new() };
    if raw.starts_with('{') { fields::of_json_in(raw, record).unwrap_or_default() } else { Vec::new() }
}

/// Replaces an object by its fields.
fn open<'a>(fields: &mut Vec<Field<'a>>, i: usize, record: &'a str) {
    let Some(field) = fields.get(i) else { return };
    let inner = opened(field, record);
    fields.splice(i..=i, inner);
}

/// The fields of an object, with dotted names.
fn opened<'a>(field: &Field<'a>, record: &'a str) -> Vec<Field<'a>> {
    let outer = field.name.as_ref();
    let named = |f: Field<'a>| Field { name: format!("{outer}.{}", f.name).into(), value: f.value };
    inner_of(field, record).into_iter().map(named).collect()
}

/// The lookup key of a field; for a nested field that of its last name, or of the object if it is a wrapped value.
fn key_of(name: &str) -> String {
    let mut parts = name.rsplit('.');
    let last = parts.next().unwrap_or_default();
    match parts.next() {
        Some(outer) if INNER.contains(&last) && !TEXT.contains(&last) => key(outer),
        _ => key(last),
    }
}

/// Finds the fields, by the given names or by the usual ones.
pub(crate) fn pick(fields: &[Field<'_>], names: &Fields) -> Picked {
    let mut keys: Vec<_> = fields.iter().map(|f| key_of(&f.name)).collect();
    let text = Finder { fields, keys: &keys, beside: None }.text(names.text.as_deref());
    let of_text = text.as_ref().ok().and_then(|i| fields.get(*i)).map_or("", |f| f.name.as_ref());
    for (field, key) in fields.iter().zip(&mut keys) {
        if !says_something_of(of_text, &field.name) {
            key.clear();
        }
    }
    let place = text.as_ref().ok().and_then(|i| fields.get(*i)).and_then(|f| f.name.rsplit_once('.'));
    // A field next to the text describes it better than one around it.
    let finder = Finder { fields, keys: &keys, beside: place.map(|(outer, _)| outer) };
    let is_page = matches!(&text, Ok(i) if keys.get(*i).is_some_and(|k| PAGE.contains(&k.as_str())));
    let scalar = |value: Value<'_>| value.scalar().is_some();
    Picked {
        text,
        is_page,
        id: finder.find(names.id.as_deref(), &ID, scalar),
        title: finder.find(names.title.as_deref(), &TITLE, is_filled),
        url: finder.find(names.url.as_deref(), &URL, is_filled),
        date: finder.find(names.date.as_deref(), &DATE, scalar),
        authors: finder.find(names.authors.as_deref(), &AUTHORS, |v| is_filled(v) || v.describe() == "a list"),
        site: finder.find(names.site.as_deref(), &SITE, is_filled),
        language: finder.find(names.language.as_deref(), &LANGUAGE, is_filled),
    }
}

/// Whether a field may describe the text in the field `text`: a top-level field, one in an object around the text, or a
/// wrapped value. The `id` and the `url` in `"source": {"id": …, "name": …}` describe the outlet, not the article.
fn says_something_of(text: &str, field: &str) -> bool {
    field.rsplit_once('.').is_none_or(|(outer, last)| {
        let holds_text = || text.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'));
        INNER.contains(&last) || holds_text()
    })
}

/// Whether ambiguous dates in a column of this name have the day first: true if the name is used in no language that
/// may write the month first.
pub(crate) fn has_day_first(name: &str) -> bool {
    static OPEN: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let open = Language::all().iter().filter(|language| Language::date_order(language.code()).is_none());
        open.flat_map(|language| language.page_phrases(PagePhrase::DateField)).collect()
    });
    let key = key_of(name);
    DATE.contains(&key.as_str()) && !OPEN.contains(&key.as_str())
}

#[derive(Clone, Copy)]
struct Finder<'a> {
    fields: &'a [Field<'a>],
    keys: &'a [String],
    /// Name of the object whose fields take precedence.
    beside: Option<&'a str>,
}

impl Finder<'_> {
    fn find(&self, named: Option<&str>, known: &[&str], fits: impl Fn(Value<'_>) -> bool) -> Option<usize> {
        let fits = |i: usize| self.fields.get(i).is_some_and(|f| fits(f.value));
        let is_beside = |i: usize| {
            let name = self.fields.get(i).map(|f| f.name.as_ref()).unwrap_or_default();
            self.beside.is_some_and(|outer| name.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.')))
        };
        match named {
            Some(name) => self.named(name).filter(|i| fits(*i)),
            None => {
                let first = |beside: bool| {
                    known.iter().find_map(|name| self.places(name).find(|i| fits(*i) && (!beside || is_beside(*i))))
                };
                self.beside.and_then(|_| first(true)).or_else(|| first(false))
            }
        }
    }

    /// Finds the field with exactly this name, else with another spelling of it.
    fn named(&self, name: &str) -> Option<usize> {
        let exact = self.fields.iter().position(|f| f.name == name);
        let spelt = || self.fields.iter().position(|f| key(&f.name) == key(name));
        exact.or_else(spelt)
    }

    fn places(&self, key: &str) -> impl Iterator<Item = usize> {
        self.keys.iter().enumerate().filter(move |(_, k)| *k == key).map(|(i, _)| i)
    }

    fn text(&self, named: Option<&str>) -> Result<usize, (ProblemKind, String)> {
        let known = || [&TEXT[..], PAGE, LAST_TEXT].concat();
        // A string comes before a list: tables of annotations have words or labels in lists.
        if let Some(i) = self.find(named, &known(), is_filled).or_else(|| self.find(named, &known(), is_body)) {
            return Ok(i);
        }
        let found = match named {
            Some(name) => self.named(name),
            None => known().iter().find_map(|name| self.places(name).next()),
        };
        let Some(field) = found.and_then(|i| self.fields.get(i)) else {
            // Set by hand: as many names as fit a message.
            let names: Vec<_> = self.fields.iter().take(24).map(|f| shortened(&f.name)).collect();
            let wanted = named.map_or("of text".into(), |n| format!("{n:?}"));
            // A header never is running text or a date.
            let is_value = |f: &Field<'_>| f.name.len() > LONGEST_NAME || date::is_plain_day(&f.name);
            let is_row = self.fields.iter().any(|f| matches!(f.value, Value::Cell { .. }) && is_value(f));
            let hint = if is_row { "; the first row looks like one without a header: see --no-header" } else { "" };
            return Err((ProblemKind::NoText, format!("no field {wanted} among {}{hint}", names.join(", "))));
        };
        if matches!(field.value, Value::Json { .. }) {
            return Err((ProblemKind::NoText, format!("field {:?} is {}", field.name, field.value.describe())));
        }
        Err((ProblemKind::Empty, format!("field {:?} is empty", field.name)))
    }
}

/// Bytes above which a cell of the first row is no column name. Set by hand: real headers are a few words; it only adds
/// a hint to a message.
const LONGEST_NAME: usize = 80;

/// Quotes a name for a message, cut to 40 characters: a value mistaken for a name may be long.
fn shortened(name: &str) -> String {
    match name.char_indices().nth(40) {
        Some((end, _)) => format!("{:?}", format!("{}…", name.get(..end).unwrap_or(name))),
        None => format!("{name:?}"),
    }
}

/// The record's unused fields as one JSON object; `None` if there are none.
pub(crate) fn extra(fields: &[Field<'_>], picked: &Picked, date_is_read: bool) -> Option<String> {
    let date = picked.date.filter(|_| date_is_read);
    let used = [
        picked.text.as_ref().ok().copied(),
        picked.id,
        picked.title,
        picked.url,
        date,
        picked.authors,
        picked.site,
        picked.language,
    ];
    let mut json = String::new();
    for (_, field) in fields.iter().enumerate().filter(|(i, _)| !used.contains(&Some(*i))) {
        json.push(if json.is_empty() { '{' } else { ',' });
        json.push_str(&serde_json::Value::from(field.name.as_ref()).to_string());
        json.push(':');
        json.push_str(&field.value.json());
    }
    (!json.is_empty()).then(|| json + "}")
}

/// Reads author names: a list of strings or of objects with a name, or one string separated by `;`, `|` or "and". A
/// comma may occur inside a name ("Okoye, Ada"), so it separates only if every part is a name of two words or more.
pub(crate) fn authors(value: Value<'_>) -> Vec<String> {
    let text = value.text().map(|t| t.text).unwrap_or_default();
    let listed = match value {
        Value::Json { raw, .. } => match serde_json::from_str(raw) {
            Ok(serde_json::Value::Array(values)) => values.iter().filter_map(name_of).collect(),
            Ok(value) => name_of(&value).into_iter().collect(),
            Err(_) => Vec::new(),
        },
        _ => list_in(&text).unwrap_or_else(|| {
            text.split([';', '|'])
                .flat_map(split_joined)
                .flat_map(by_slashes)
                .flat_map(by_commas)
                .map(str::to_owned)
                .collect()
        }),
    };
    let tidy = |name: &str| without_by(&references::decode(name.trim())).trim().to_owned();
    listed.iter().map(|name: &String| tidy(name)).filter(|name| !fields::is_empty(name)).collect()
}

/// The names in a list written as text, as tables made with Python contain it: JSON, or a list, tuple or dictionary of
/// Python; `None` for other text.
fn list_in(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    let inside = ["[]", "()", "{}"].iter().find_map(|marks| {
        let (open, close) = marks.split_at(1);
        text.strip_prefix(open)?.strip_suffix(close)
    })?;
    match serde_json::from_str(text) {
        Ok(serde_json::Value::Array(values)) => return Some(values.iter().filter_map(name_of).collect()),
        Ok(value) => return Some(name_of(&value).into_iter().collect()),
        Err(_) => {}
    }
    let Some(strings) = strings_in(inside) else {
        return text.starts_with('[').then(|| inside.split(',').map(str::to_owned).collect());
    };
    let is_dictionary = text.trim_start_matches(['[', ' ']).starts_with('{');
    if !is_dictionary {
        return Some(strings);
    }
    let names = strings.iter().zip(strings.iter().skip(1)).filter(|(key, _)| *key == "name");
    Some(names.map(|(_, name)| name.clone()).collect())
}

/// The quoted strings of a Python literal; `None` if it holds none, or anything besides strings, brackets and the marks
/// between them.
fn strings_in(literal: &str) -> Option<Vec<String>> {
    let mut strings = Vec::new();
    let mut rest = literal.chars();
    while let Some(mark) = rest.next() {
        if !matches!(mark, '"' | '\'') {
            let is_between = mark.is_whitespace() || ",:[](){}".contains(mark);
            if !is_between {
                return None;
            }
            continue;
        }
        let mut string = String::new();
        loop {
            match rest.next()? {
                '\\' => string.push(rest.next()?),
                end if end == mark => break,
                other => string.push(other),
            }
        }
        strings.push(string);
    }
    (!strings.is_empty()).then_some(strings)
}

/// Splits "Ada Okoye, Paul Roux" at the comma, but not "Okoye, Ada" or "Ada Okoye, staff writer".
pub(crate) fn by_commas(names: &str) -> Vec<&str> {
    by(',', names)
}

/// Splits "Ada Okoye/Paul Roux" at the slash, but not "Reuters/AP".
fn by_slashes(names: &str) -> Vec<&str> {
    by('/', names)
}

/// Splits a text at a mark if every part is a full name.
fn by(mark: char, names: &str) -> Vec<&str> {
    let is_name = |part: &&str| {
        let words = part.split_whitespace().count();
        // Set by hand: given names, particle and family name; longer parts are phrases.
        (2..=4).contains(&words) && part.split_whitespace().all(|w| w.chars().next().is_some_and(char::is_uppercase))
    };
    let parts: Vec<&str> = names.split(mark).map(str::trim).collect();
    if parts.iter().all(is_name) && !parts.iter().any(|part| clean::is_role(part)) { parts } else { vec![names] }
}

/// The name in a JSON string or in an object that describes a person.
fn name_of(value: &serde_json::Value) -> Option<String> {
    let text = |key: &str| value.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
    value.as_str().map(str::to_owned).or_else(|| text("name")).or_else(|| text("full_name")).or_else(|| {
        let parts =
            [text("given_name").or_else(|| text("first_name")), text("family_name").or_else(|| text("last_name"))];
        let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        (!name.is_empty()).then_some(name)
    })
}

fn is_filled(value: Value<'_>) -> bool {
    value.text().is_some_and(|t| !fields::is_empty(&t.text))
}

fn is_body(value: Value<'_>) -> bool {
    value.body().is_some_and(|t| !fields::is_empty(&t.text))
}

/// The longest field of running text among those whose name says nothing, for records in which no field has a known
/// name of the text. `None` if the text has a known name, even where it is empty: a comment or a summary beside it is
/// not the article.
pub(crate) fn running_text(fields: &[Field<'_>]) -> Option<usize> {
    let is_text = |f: &Field<'_>| TEXT.contains(&key_of(&f.name).as_str());
    if fields.iter().any(is_text) {
        return None;
    }
    let running = |(i, f): (usize, &Field<'_>)| {
        let text = f.value.text().filter(|t| !is_known(&f.name) && is_running(&t.text))?;
        Some((text.text.len(), i))
    };
    fields.iter().enumerate().filter_map(running).max_by_key(|(len, _)| *len).map(|(_, i)| i)
}

/// Whether a cell holds running text rather than a name, a headline or a list of keywords.
pub(crate) fn is_running(cell: &str) -> bool {
    let (words, marks) = (cell.split_whitespace().count(), cell.matches([',', ';', '|']).count());
    // A list has a mark behind every entry, which is seldom longer than two words.
    words >= RUNNING_TEXT && marks * 3 < words
}

/// Words from which a cell is running text. Set by hand: names and headlines mostly stay below; raising it misses short
/// teasers.
const RUNNING_TEXT: usize = 12;

/// Folds a field name so that spellings of it compare equal.
fn key(name: &str) -> String {
    let skipped = ['_', '-', ' ', ':', '\'', '’', '\u{feff}'];
    if name.is_ascii() {
        return name.chars().filter(|c| !skipped.contains(c)).map(|c| c.to_ascii_lowercase()).collect();
    }
    unaccented(&name.replace('ß', "ss")).chars().filter(|c| !skipped.contains(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::{Quotes, of_json};

    fn name(json: &str, names: &Fields) -> Result<String, ProblemKind> {
        let fields = of_json(json).unwrap();
        pick(&fields, names).text.map(|i| fields[i].name.to_string()).map_err(|(kind, _)| kind)
    }

    #[test]
    fn the_text_is_found() {
        let check = |json, expected| assert_eq!(name(json, &Fields::default()), expected, "{json}");
        check(r#"{"body": "b", "text": "a"}"#, Ok("text".into()));
        check(r#"{"text": "", "Article_Body": "b"}"#, Ok("Article_Body".into()));
        check(r#"{"description": "b", "html": "<p>"}"#, Ok("html".into()));
        check(r#"{"description": "b", "words": "c"}"#, Ok("description".into()));
        check(r#"{"text": 7}"#, Err(ProblemKind::NoText));
        check(r#"{"text": [1]}"#, Err(ProblemKind::NoText));
        check(r#"{"text": ["a", "b"]}"#, Ok("text".into()));
        check(r#"{"text": ["a", "b"], "body": "c"}"#, Ok("body".into()));
        check(r#"{"body-paragraphs": [["a", "b"], ["c"]]}"#, Ok("body-paragraphs".into()));
        check(r#"{"text": " "}"#, Err(ProblemKind::Empty));
        check(r#"{}"#, Err(ProblemKind::NoText));
    }

    #[test]
    fn the_usual_names_of_several_languages_are_known() {
        let picked = |json: &'static str| {
            let fields = of_json(json).unwrap();
            let Picked { text, id, title, url, date, authors, site, language, .. } = pick(&fields, &Fields::default());
            let name = |place: Option<usize>| place.map_or("", |i| fields[i].name.as_ref()).to_owned();
            [text.ok(), id, title, url, date, authors, site, language].map(name)
        };
        assert_eq!(
            picked(
                r#"{"Artikel-ID": 1, "Medium": "m", "Datum": "d", "Überschrift": "t", "Volltext": "x", "Verfasser": "a", "Sprache": "de"}"#
            ),
            ["Volltext", "Artikel-ID", "Überschrift", "", "Datum", "Verfasser", "Medium", "Sprache"]
        );
        assert_eq!(
            picked(
                r#"{"media_name": "m", "publish_date": "d", "title": "t", "url": "u", "language": "en", "body_text": "x"}"#
            ),
            ["body_text", "", "title", "url", "publish_date", "", "media_name", "language"]
        );
        assert_eq!(
            picked(
                r#"{"titre": "t", "texte intégral": "x", "date de publication": "d", "auteur": "a", "langue": "fr"}"#
            ),
            ["texte intégral", "", "titre", "", "date de publication", "auteur", "", "langue"]
        );
        assert_eq!(
            picked(
                r#"{"Titre de l’article": "t", "Contenu": "x", "Nom du journal": "m", "Adresse URL": "u", "Identifiant": 1}"#
            ),
            ["Contenu", "Identifiant", "Titre de l’article", "Adresse URL", "", "", "Nom du journal", ""]
        );
        assert_eq!(
            picked(r#"{"Titel": "t", "Text": "x", "Veröffentlicht am": "d", "Quelle": "m", "Webadresse": "u"}"#),
            ["Text", "", "Titel", "Webadresse", "Veröffentlicht am", "", "Quelle", ""]
        );
        assert_eq!(
            picked(r#"{"Título": "t", "Noticia": "x", "Fecha de publicación": "d", "Diario": "m", "Enlace": "u"}"#),
            ["Noticia", "", "Título", "Enlace", "Fecha de publicación", "", "Diario", ""]
        );
    }

    #[test]
    fn what_an_object_says_of_itself_is_not_said_of_the_article() {
        let json = r#"{"source": {"id": "tern", "name": "Tern", "url": "https://t.example"}, "author": "Ada Okoye, Paul Roux",
            "content": "x", "link": "https://t.example/a"}"#;
        let fields = expand(of_json(json).unwrap(), &Fields::default(), json);
        let picked = pick(&fields, &Fields::default());
        let name = |place: Option<usize>| place.map(|i| fields[i].name.to_string());
        assert_eq!(
            [picked.id, picked.url, picked.site].map(name),
            [None, Some("link".into()), Some("source.name".into())]
        );
        assert_eq!(authors(fields[picked.authors.unwrap()].value), ["Ada Okoye", "Paul Roux"]);
    }

    #[test]
    fn commas_part_whole_names_only() {
        let check = |cell: &str, expected: &[&str]| {
            assert_eq!(authors(Value::Cell { raw: cell, at: 0, quotes: Quotes::Bare }), expected, "{cell}");
        };
        check("Ada Okoye, Paul Roux", &["Ada Okoye", "Paul Roux"]);
        check("Okoye, Ada", &["Okoye, Ada"]);
        check("Ada Okoye, Staff Writer", &["Ada Okoye, Staff Writer"]);
        check("Ada Okoye, in Halden", &["Ada Okoye, in Halden"]);
    }

    #[test]
    fn a_first_row_of_values_is_told() {
        let check = |name: &str, is_told: bool| {
            let value = Value::Cell { raw: "x", at: 0, quotes: Quotes::Bare };
            let fields = [Field { name: name.into(), value }];
            let (_, message) = pick(&fields, &Fields::default()).text.unwrap_err();
            assert_eq!(message.contains("--no-header"), is_told, "{message}");
            assert!(message.len() < 200, "{message}");
        };
        check("2024-03-05", true);
        check(&"The harbour was shut. ".repeat(20), true);
        check("kommentar", false);
    }

    #[test]
    fn inner_objects_are_looked_into() {
        let check = |json: &str, named: Option<&str>, expected: [Option<&str>; 2]| {
            let names = Fields { text: named.map(str::to_owned), ..Fields::default() };
            let fields = expand(of_json(json).unwrap(), &names, json);
            let picked = pick(&fields, &names);
            let text = |place: Option<usize>| place.and_then(|i| fields[i].value.text()).map(|t| t.text.into_owned());
            assert_eq!([text(picked.text.ok()), text(picked.title)], expected.map(|e| e.map(str::to_owned)), "{json}");
        };
        let hit = r#"{"_id": "1", "title": "outer", "_source": {"content": "x", "title": "inner"}}"#;
        check(hit, Some("_source.content"), [Some("x"), Some("inner")]);
        check(hit, None, [Some("x"), Some("inner")]);
        check(r#"{"a": {"b": {"c": "x"}}, "title": "t"}"#, Some("a.b.c"), [Some("x"), Some("t")]);
        check(r#"{"a.b": "x"}"#, Some("a.b"), [Some("x"), None]);
        let post = r#"{"title": {"rendered": "t"}, "content": {"rendered": "x", "protected": false}}"#;
        check(post, None, [Some("x"), Some("t")]);
        check(r#"{"text": "x", "meta": {"text": "y", "title": "z"}}"#, None, [Some("x"), None]);
    }

    #[test]
    fn a_named_field_is_the_only_one() {
        let names = Fields { text: Some("Story".into()), ..Fields::default() };
        assert_eq!(name(r#"{"text": "a", "story": "b"}"#, &names), Ok("story".into()));
        assert_eq!(name(r#"{"text": "a"}"#, &names), Err(ProblemKind::NoText));
    }
}
