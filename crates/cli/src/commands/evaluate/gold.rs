//! Reads gold data: files, encodings, and rows with named fields.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::{Map, Value};

use crate::args::parse_pair;

/// How gold data are to be read.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Gold data")]
pub(crate) struct GoldArgs {
    /// Field or column that holds the text
    #[arg(long, value_name = "NAME")]
    pub(crate) text_field: Option<String>,
    /// Field or column that holds the label; may be given more than once (a column of true and false names its label)
    #[arg(long, value_name = "NAME")]
    pub(crate) label_field: Vec<String>,
    /// Field or column that holds the target of a stance
    #[arg(long, value_name = "NAME")]
    pub(crate) target_field: Option<String>,
    /// Field or column that holds the record's id
    #[arg(long, value_name = "NAME")]
    pub(crate) id_field: Option<String>,
    /// Take a label of the gold data for one of ours; `X=O` leaves X out, `*=O` every label that is not ours
    #[arg(long, value_name = "THEIRS=OURS", value_parser = parse_pair)]
    pub(crate) map: Vec<(String, String)>,
}

/// What becomes of labels of the gold data.
#[derive(Clone, Debug, Default)]
pub(crate) struct LabelMap(BTreeMap<String, String>);

/// What a label of the gold data is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken<'a> {
    /// The label of this name.
    For(&'a str),
    /// Nothing: it is left out.
    Out,
    /// The map does not name it.
    AsIs,
}

impl LabelMap {
    pub(crate) fn new(map: &[(String, String)]) -> Self {
        Self(map.iter().map(|(theirs, ours)| (fold(theirs), ours.clone())).collect())
    }

    pub(crate) fn take(&self, label: &str) -> Taken<'_> {
        match self.0.get(&fold(label)) {
            Some(ours) if ours == "O" => Taken::Out,
            Some(ours) => Taken::For(ours),
            None => Taken::AsIs,
        }
    }

    /// Whether labels that are not ours and that the map does not name are to be left out.
    pub(crate) fn drops_the_rest(&self) -> bool {
        self.0.get("*").is_some_and(|ours| ours == "O")
    }

    /// What labels are mapped to, `O` apart.
    pub(crate) fn ours(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str).filter(|ours| *ours != "O")
    }
}

/// A label as it is compared: small letters, `_` and `-` as spaces.
pub(crate) fn fold(label: &str) -> String {
    label.trim().to_lowercase().replace(['_', '-'], " ")
}

/// Where in the gold data something stands.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    path: Rc<PathBuf>,
    /// Counted from 1.
    line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of {}", self.line, self.path.display())
    }
}

/// One line of JSONL, or one row of CSV or TSV.
#[derive(Clone, Debug)]
pub(crate) struct GoldRow {
    pub(crate) place: Place,
    fields: Map<String, Value>,
}

/// Names under which people keep things, the likeliest first; a number at the end (`target 1`) does not count.
const TEXT: &[&str] = &["text", "sentence", "tweet", "post", "comment", "content", "document", "body", "headline"];
const LABEL: &[&str] = &["label", "labels", "stance", "frame", "frames", "gold"];
const TARGET: &[&str] = &["target", "topic", "claim"];
const ID: &[&str] = &["id", "doc_id", "_id", "url"];

impl GoldRow {
    /// The field of this name, or else the first that has one of the usual names.
    fn find(&self, named: Option<&str>, usual: &[&str], what: &str, option: &str) -> Result<(&str, &Value)> {
        let known = || self.fields.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        if let Some(name) = named {
            let found = self.fields.get_key_value(name).map(|(key, value)| (key.as_str(), value));
            return found.with_context(|| format!("{} has no field {name}, only {}", self.place, known()));
        }
        let unnumbered = |key: &str| key.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ').to_lowercase();
        let find = |name: &&str| self.fields.iter().find(|(key, _)| unnumbered(key) == **name);
        let found = usual.iter().find_map(find).map(|(key, value)| (key.as_str(), value));
        found.with_context(|| {
            format!(
                "{} has no field for the {what}, expected one of {}; its fields are {}; name one with {option}",
                self.place,
                usual.join(", "),
                known()
            )
        })
    }

    /// A string, as which a number counts too.
    fn string(&self, key: &str, value: &Value) -> Result<String> {
        match value {
            Value::String(text) => Ok(text.clone()),
            Value::Number(number) => Ok(number.to_string()),
            other => bail!("{} has {other} under {key}, expected a string", self.place),
        }
    }

    pub(crate) fn text(&self, args: &GoldArgs) -> Result<String> {
        let (key, value) = self.find(args.text_field.as_deref(), TEXT, "text", "--text-field")?;
        self.string(key, value)
    }

    pub(crate) fn target(&self, args: &GoldArgs) -> Result<String> {
        let (key, value) = self.find(args.target_field.as_deref(), TARGET, "target", "--target-field")?;
        self.string(key, value)
    }

    /// The record's own id, where it has one.
    pub(crate) fn id(&self, args: &GoldArgs) -> Result<Option<String>> {
        if args.id_field.is_none() && !ID.iter().any(|name| self.fields.contains_key(*name)) {
            return Ok(None);
        }
        let (key, value) = self.find(args.id_field.as_deref(), ID, "id", "--id-field")?;
        if value.is_null() { Ok(None) } else { self.string(key, value).map(Some) }
    }

    /// Its one label.
    pub(crate) fn label(&self, args: &GoldArgs) -> Result<String> {
        if args.label_field.len() > 1 {
            bail!("one label is expected, and {} fields are named with --label-field", args.label_field.len());
        }
        let (key, value) = self.find(args.label_field.first().map(String::as_str), LABEL, "label", "--label-field")?;
        self.string(key, value)
    }

    /// Its labels: a list, a string (several separated by `;` or `|`), or columns of true and false.
    pub(crate) fn labels(&self, args: &GoldArgs) -> Result<Vec<String>> {
        let named: Vec<Option<&str>> = match &args.label_field[..] {
            [] => vec![None],
            names => names.iter().map(|name| Some(name.as_str())).collect(),
        };
        let mut labels = Vec::new();
        for name in named {
            let (key, value) = self.find(name, LABEL, "labels", "--label-field")?;
            match value {
                Value::Null => {}
                Value::Array(list) => {
                    for item in list {
                        labels.push(self.string(key, item)?);
                    }
                }
                Value::Bool(given) => labels.extend(given.then(|| key.to_owned())),
                other => {
                    let cell = self.string(key, other)?;
                    match cell.trim().to_lowercase().as_str() {
                        "true" => labels.push(key.to_owned()),
                        "false" | "" => {}
                        _ => {
                            labels.extend(cell.split([';', '|']).map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()))
                        }
                    }
                }
            }
        }
        Ok(labels)
    }

    /// The field of this very name.
    pub(crate) fn field(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }
}

/// Reads JSONL, CSV or TSV; the first line of the latter two names the columns.
pub(crate) fn rows(path: &Path) -> Result<Vec<GoldRow>> {
    let text = read(path)?;
    let kind = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    let rows = match kind.as_str() {
        "jsonl" | "ndjson" | "json" => jsonl(path, &text),
        "csv" => csv(path, &text, if first_line_has_more(&text, ';', ',') { b';' } else { b',' }),
        "tsv" => csv(path, &text, b'\t'),
        _ => bail!("{} is none of .jsonl, .csv and .tsv", path.display()),
    }?;
    if rows.is_empty() {
        bail!("{} holds no row", path.display());
    }
    Ok(rows)
}

fn first_line_has_more(text: &str, a: char, b: char) -> bool {
    let line = text.lines().next().unwrap_or_default();
    line.matches(a).count() > line.matches(b).count()
}

fn jsonl(path: &Path, text: &str) -> Result<Vec<GoldRow>> {
    let path = Rc::new(path.to_owned());
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            let place = Place { path: Rc::clone(&path), line: number + 1 };
            match serde_json::from_str(line) {
                Ok(Value::Object(fields)) => Ok(GoldRow { place, fields }),
                Ok(_) => bail!("{place} is JSON, but no object, expected one JSON object a line"),
                Err(error) => bail!("{place} is not JSON ({error}), expected one JSON object a line"),
            }
        })
        .collect()
}

fn csv(path: &Path, text: &str, delimiter: u8) -> Result<Vec<GoldRow>> {
    let path = Rc::new(path.to_owned());
    let mut reader = ::csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let columns = reader.headers().with_context(|| format!("failed to read the header of {}", path.display()))?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.with_context(|| format!("failed to read {}", path.display()))?;
        let line = record.position().map_or(0, |p| usize::try_from(p.line()).unwrap_or(usize::MAX));
        let place = Place { path: Rc::clone(&path), line };
        if record.len() != columns.len() {
            bail!("{place} has {} cells, expected {} as in the header", record.len(), columns.len());
        }
        let fields = columns.iter().zip(&record).map(|(c, v)| (c.to_owned(), Value::String(v.to_owned()))).collect();
        rows.push(GoldRow { place, fields });
    }
    Ok(rows)
}

/// A file as text: UTF-8, or else Windows-1252, in which older data sets are written.
pub(crate) fn read(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("failed to read {}", path.display()))?;
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| encoding_rs::WINDOWS_1252.decode(error.as_bytes()).0.into_owned());
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The files of a folder in the order of their names, or the one file.
pub(crate) fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).with_context(|| format!("failed to read the folder {}", path.display()))?;
    let mut files = entries.map(|entry| entry.map(|e| e.path())).collect::<Result<Vec<_>, _>>()?;
    files.retain(|path| path.is_file());
    files.sort();
    if files.is_empty() {
        bail!("the folder {} holds no file", path.display());
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(name: &str, text: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file");
        (folder, path)
    }

    #[test]
    fn rows_of_each_format_are_the_same() {
        let check = |name: &str, text: &[u8]| {
            let (_folder, path) = written(name, text);
            let rows = rows(&path).expect("rows");
            let args = GoldArgs::default();
            assert_eq!(rows.len(), 2, "{name}");
            assert_eq!(rows[0].text(&args).expect("a text"), "Café, \"shut\"", "{name}");
            assert_eq!(rows[1].target(&args).expect("a target"), "ferry", "{name}");
            assert_eq!(rows[1].label(&args).expect("a label"), "AGAINST", "{name}");
            assert!(
                rows[1].place.to_string().starts_with("line 3 of ") || name.ends_with("jsonl"),
                "{}",
                rows[1].place
            );
        };
        check("a.csv", b"Tweet,Target 1,Stance 1\n\"Caf\xc3\xa9, \"\"shut\"\"\",ferry,FAVOR\nNo.,ferry,AGAINST\n");
        check("a.csv", b"Tweet;Target;Stance\n\"Caf\xe9, \"\"shut\"\"\";ferry;FAVOR\nNo.;ferry;AGAINST\n");
        check("a.tsv", b"text\ttarget\tlabel\n\"Caf\xc3\xa9, \"\"shut\"\"\"\tferry\tFAVOR\nNo.\tferry\tAGAINST\n");
        let lines = "{\"text\": \"Café, \\\"shut\\\"\", \"target\": \"ferry\", \"label\": \"FAVOR\"}\n\n\
                     {\"text\": \"No.\", \"target\": \"ferry\", \"label\": \"AGAINST\"}\n";
        check("a.jsonl", lines.as_bytes());
    }

    #[test]
    fn labels_are_lists_cells_or_columns() {
        let check = |name: &str, text: &str, fields: &[&str], expected: &[&str]| {
            let (_folder, path) = written(name, text.as_bytes());
            let args =
                GoldArgs { label_field: fields.iter().map(|f| (*f).to_owned()).collect(), ..GoldArgs::default() };
            assert_eq!(rows(&path).expect("rows")[0].labels(&args).expect("labels"), expected, "{text}");
        };
        check("a.jsonl", "{\"label\": [\"a\", \"b\"]}", &[], &["a", "b"]);
        check("a.jsonl", "{\"label\": null}", &[], &[]);
        check("a.csv", "text,label\nx,a; b\n", &[], &["a", "b"]);
        check("a.csv", "text,T1,T2,T3\nx,3,,99\n", &["T1", "T2", "T3"], &["3", "99"]);
        check("a.csv", "text,EC,MO\nx,True,False\n", &["EC", "MO"], &["EC"]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let check = |name: &str, text: &str, expected: &str| {
            let (_folder, path) = written(name, text.as_bytes());
            let args = GoldArgs::default();
            let first = rows(&path).and_then(|rows| {
                rows.iter().try_for_each(|row| row.text(&args).and_then(|_| row.labels(&args)).map(|_| ()))
            });
            let message = format!("{:#}", first.expect_err("refused")).replace(&path.display().to_string(), name);
            assert!(message.contains(expected), "{message}");
        };
        check("a.jsonl", "{\"text\": \"x\", \"label\": []}\n{\"text\": 1", "line 2 of a.jsonl is not JSON");
        check("a.jsonl", "[1]\n", "line 1 of a.jsonl is JSON, but no object, expected one JSON object a line");
        check("a.jsonl", "\n{\"body\": true}\n", "line 2 of a.jsonl has true under body, expected a string");
        check(
            "a.jsonl",
            "{\"a\": 1, \"b\": 2}\n",
            "line 1 of a.jsonl has no field for the text, expected one of text,",
        );
        check(
            "a.jsonl",
            "{\"text\": \"x\", \"label\": [[]]}\n",
            "line 1 of a.jsonl has [] under label, expected a string",
        );
        check("a.csv", "text,label\nx,y\nx\n", "line 3 of a.csv has 1 cells, expected 2 as in the header");
        check("a.csv", "text,label\n", "a.csv holds no row");
        check("a.xlsx", "x", "a.xlsx is none of .jsonl, .csv and .tsv");
    }

    #[test]
    fn a_map_does_not_care_how_a_label_is_written() {
        let map = LabelMap::new(&[("Public Health".into(), "health".into()), ("99".into(), "O".into())]);
        assert_eq!(map.take("public_health"), Taken::For("health"));
        assert_eq!(map.take("99"), Taken::Out);
        assert_eq!(map.take("other"), Taken::AsIs);
        assert!(!map.drops_the_rest());
        assert_eq!(map.ours().collect::<Vec<_>>(), ["health"]);
    }
}
