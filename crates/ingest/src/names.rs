//! Which field of a record is what.

use pressmark_core::ProblemKind;

use crate::Fields;
use crate::fields::{Field, Value};

/// Names under which fields are found, best first; compared without case, `_`, `-` and spaces.
const TEXT: &[&str] = &["text", "body", "content", "article", "articlebody", "maintext", "fulltext"];
const PAGE: &[&str] = &["html", "rawhtml"];
const LAST_TEXT: &[&str] = &["description"];
const ID: &[&str] = &["id", "docid"];
const TITLE: &[&str] = &["title", "headline"];
const URL: &[&str] = &["url", "link", "sourceurl", "targeturi"];
const DATE: &[&str] =
    &["date", "published", "datepublish", "datepublished", "publicationdate", "publishedat", "pubdate", "timestamp"];
const AUTHORS: &[&str] = &["authors", "author", "byline"];
const SITE: &[&str] = &["site", "sitename", "publisher", "outlet"];

/// Indices into a record's fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picked {
    /// The text, or why there is none.
    pub text: Result<usize, (ProblemKind, String)>,
    /// Whether the text's field is named as one of markup.
    pub is_page: bool,
    pub id: Option<usize>,
    pub title: Option<usize>,
    pub url: Option<usize>,
    pub date: Option<usize>,
    pub authors: Option<usize>,
    pub site: Option<usize>,
}

/// Finds the fields, by the names given or by sensible ones.
pub(crate) fn pick(fields: &[Field<'_>], names: &Fields) -> Picked {
    let keys: Vec<_> = fields.iter().map(|f| key(&f.name)).collect();
    let finder = Finder { fields, keys: &keys };
    let text = finder.text(names.text.as_deref());
    let is_page = matches!(&text, Ok(i) if keys.get(*i).is_some_and(|k| PAGE.contains(&k.as_str())));
    let scalar = |value: Value<'_>| value.scalar().is_some();
    Picked {
        text,
        is_page,
        id: finder.find(names.id.as_deref(), ID, scalar),
        title: finder.find(names.title.as_deref(), TITLE, is_filled),
        url: finder.find(names.url.as_deref(), URL, is_filled),
        date: finder.find(names.date.as_deref(), DATE, scalar),
        authors: finder.find(None, AUTHORS, |v| is_filled(v) || v.describe() == "a list"),
        site: finder.find(None, SITE, is_filled),
    }
}

struct Finder<'a> {
    fields: &'a [Field<'a>],
    keys: &'a [String],
}

impl Finder<'_> {
    fn find(&self, named: Option<&str>, known: &[&str], fits: impl Fn(Value<'_>) -> bool) -> Option<usize> {
        let fits = |i: usize| self.fields.get(i).is_some_and(|f| fits(f.value));
        match named {
            Some(name) => self.named(name).filter(|i| fits(*i)),
            None => known.iter().find_map(|name| self.places(name).find(|i| fits(*i))),
        }
    }

    /// The field of that very name, else of that name in another spelling.
    fn named(&self, name: &str) -> Option<usize> {
        let exact = self.fields.iter().position(|f| f.name == name);
        exact.or_else(|| self.places(&key(name)).next())
    }

    fn places(&self, key: &str) -> impl Iterator<Item = usize> {
        self.keys.iter().enumerate().filter(move |(_, k)| *k == key).map(|(i, _)| i)
    }

    fn text(&self, named: Option<&str>) -> Result<usize, (ProblemKind, String)> {
        let known = || [TEXT, PAGE, LAST_TEXT].concat();
        if let Some(i) = self.find(named, &known(), is_filled) {
            return Ok(i);
        }
        let found = match named {
            Some(name) => self.named(name),
            None => known().iter().find_map(|name| self.places(name).next()),
        };
        let Some(field) = found.and_then(|i| self.fields.get(i)) else {
            let names: Vec<_> = self.fields.iter().take(12).map(|f| format!("{:?}", f.name)).collect();
            let wanted = named.map_or("text".into(), |n| format!("{n:?}"));
            return Err((ProblemKind::NoText, format!("no field {wanted} among {}", names.join(", "))));
        };
        if matches!(field.value, Value::Json { .. }) {
            return Err((ProblemKind::NoText, format!("field {:?} is {}", field.name, field.value.describe())));
        }
        Err((ProblemKind::Empty, format!("field {:?} is empty", field.name)))
    }
}

/// The record's other fields as one JSON object; `None` when there are none.
pub(crate) fn extra(fields: &[Field<'_>], picked: &Picked, date_is_read: bool) -> Option<String> {
    let date = picked.date.filter(|_| date_is_read);
    let used =
        [picked.text.as_ref().ok().copied(), picked.id, picked.title, picked.url, date, picked.authors, picked.site];
    let mut json = String::new();
    for (_, field) in fields.iter().enumerate().filter(|(i, _)| !used.contains(&Some(*i))) {
        json.push(if json.is_empty() { '{' } else { ',' });
        json.push_str(&serde_json::Value::from(field.name.as_ref()).to_string());
        json.push(':');
        json.push_str(&field.value.json());
    }
    (!json.is_empty()).then(|| json + "}")
}

/// Names of authors: a list, or one string with `;`, `|` or `and` between them. A comma may stand inside a name
/// ("Okoye, Ada") and parts nothing.
pub(crate) fn authors(value: Value<'_>) -> Vec<String> {
    let listed = match value {
        Value::Json { raw } => serde_json::from_str::<Vec<String>>(raw).unwrap_or_default(),
        value => {
            let text = value.text().map(|t| t.text.into_owned()).unwrap_or_default();
            text.split([';', '|']).flat_map(|part| part.split(" and ")).map(str::to_owned).collect()
        }
    };
    let tidy = |name: &str| {
        let name = name.trim();
        name.strip_prefix("By ").or_else(|| name.strip_prefix("by ")).unwrap_or(name).trim().to_owned()
    };
    listed.iter().map(|name| tidy(name)).filter(|name| !name.is_empty()).collect()
}

fn is_filled(value: Value<'_>) -> bool {
    value.text().is_some_and(|t| !t.text.trim().is_empty())
}

/// A field name without what spellings differ in.
fn key(name: &str) -> String {
    let skipped = ['_', '-', ' ', '\u{feff}'];
    name.chars().filter(|c| !skipped.contains(c)).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::of_json;

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
        check(r#"{"text": ["a"]}"#, Err(ProblemKind::NoText));
        check(r#"{"text": " "}"#, Err(ProblemKind::Empty));
        check(r#"{}"#, Err(ProblemKind::NoText));
    }

    #[test]
    fn a_named_field_is_the_only_one() {
        let names = Fields { text: Some("Story".into()), ..Fields::default() };
        assert_eq!(name(r#"{"text": "a", "story": "b"}"#, &names), Ok("story".into()));
        assert_eq!(name(r#"{"text": "a"}"#, &names), Err(ProblemKind::NoText));
    }
}
