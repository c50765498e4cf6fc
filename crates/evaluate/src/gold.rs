use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use pressmark_jsonl::Row;
use pressmark_tables::open_rows;
use serde_json::{Map, Value};

use crate::error::{At, Error, Result, gold};

/// How gold data are read; [`Default`] states every default.
#[derive(Clone, Debug, Default)]
pub struct GoldOptions {
    /// Field or column that holds the text. Default: the first that has a usual name, such as `text` or `tweet`.
    pub text: Option<String>,
    /// Fields or columns that hold labels; a column of true and false names its label. Default: `label`, `labels`, …
    pub labels: Vec<String>,
    /// Field or column that holds the target of a stance. Default: `target`, `topic` or `claim`.
    pub target: Option<String>,
    /// Field or column that holds the record's id. Default: `id`, `doc_id`, `_id` or `url`.
    pub id: Option<String>,
    /// What labels of the gold data are taken for. Default: for those of the same name.
    pub map: LabelMap,
    /// Whether lines that are not good are left out and told of, instead of an error. Default: no.
    pub lenient: bool,
}

/// What becomes of labels of the gold data.
///
/// ```
/// use pressmark_evaluate::{LabelMap, Taken};
///
/// let map = LabelMap::new(&[("Public Health", "health"), ("99", "O"), ("wages+taxes", "economy")]);
/// assert_eq!(map.take("public_health"), Taken::For("health"));
/// assert_eq!(map.take("99"), Taken::Out);
/// assert_eq!(map.take("crime"), Taken::AsIs);
/// ```
#[derive(Clone, Debug, Default)]
pub struct LabelMap {
    one: BTreeMap<String, String>,
    /// Labels of ours that together are one of the gold data, and which.
    joined: Vec<(Vec<String>, String)>,
}

/// What a label of the gold data is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken<'a> {
    /// The label of this name.
    For(&'a str),
    /// Nothing: it is left out.
    Out,
    /// The map does not name it.
    AsIs,
}

impl LabelMap {
    /// Pairs of a label of the gold data and the one of ours that it stands for: `O` for none, `*` for every label that
    /// is not ours. Several labels of ours that together are one of the gold data are given with a plus between them, on
    /// either side: `("wages+taxes", "economy")`.
    pub fn new<A: AsRef<str>, B: AsRef<str>>(pairs: &[(A, B)]) -> Self {
        let mut map = Self::default();
        for (theirs, ours) in pairs {
            let (theirs, ours) = (theirs.as_ref(), ours.as_ref());
            let joined = [(theirs, ours), (ours, theirs)].into_iter().find(|(several, _)| several.contains('+'));
            if let Some((several, name)) = joined {
                let labels = several.split('+').map(|label| label.trim().to_owned()).filter(|label| !label.is_empty());
                map.joined.push((labels.collect(), name.to_owned()));
            } else {
                map.one.insert(fold(theirs), ours.to_owned());
            }
        }
        map
    }

    /// What a label of the gold data is taken for.
    #[must_use]
    pub fn take(&self, label: &str) -> Taken<'_> {
        match self.one.get(&fold(label)) {
            Some(ours) if ours == "O" => Taken::Out,
            Some(ours) => Taken::For(ours),
            None => Taken::AsIs,
        }
    }

    /// Whether labels that are not ours and that the map does not name are left out.
    #[must_use]
    pub fn drops_the_rest(&self) -> bool {
        self.one.get("*").is_some_and(|ours| ours == "O")
    }

    /// What labels of the gold data are mapped to, `O` apart.
    pub(crate) fn ours(&self) -> impl Iterator<Item = &str> {
        let joined = self.joined.iter().flat_map(|(ours, _)| ours);
        self.one.values().chain(joined).map(String::as_str).filter(|ours| *ours != "O")
    }

    /// The name under which a label of ours is compared with the gold data: that of the labels that it is joined with.
    pub(crate) fn name<'a>(&'a self, ours: &'a str) -> &'a str {
        let is_in = |(labels, _): &&(Vec<String>, String)| labels.iter().any(|label| fold(label) == fold(ours));
        self.joined.iter().find(is_in).map_or(ours, |(_, name)| name)
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
const TONE: &[&str] = &["label", "sentiment", "true_sentiment", "tone", "polarity", "gold"];
const TARGET: &[&str] = &["target", "topic", "claim", "target_entity", "entity"];
const ID: &[&str] = &["id", "doc_id", "_id", "url"];

impl GoldRow {
    /// The field of this name, or else the first that has one of the usual names.
    fn find(&self, named: Option<&str>, usual: &[&str], what: &'static str) -> Result<(&str, &Value)> {
        let missing = |expected: String| Error::NoField {
            place: self.place.to_string(),
            what,
            expected,
            fields: self.fields.keys().map(String::as_str).collect::<Vec<_>>().join(", "),
        };
        if let Some(name) = named {
            let found = self.fields.get_key_value(name).map(|(key, value)| (key.as_str(), value));
            return found.ok_or_else(|| missing(name.to_owned()));
        }
        let unnumbered = |key: &str| key.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ').to_lowercase();
        let find = |name: &&str| self.fields.iter().find(|(key, _)| unnumbered(key) == **name);
        let found = usual.iter().find_map(find).map(|(key, value)| (key.as_str(), value));
        found.ok_or_else(|| missing(format!("one of {}", usual.join(", "))))
    }

    /// A string, as which a number counts too.
    fn string(&self, key: &str, value: &Value) -> Result<String> {
        match value {
            Value::String(text) => Ok(text.clone()),
            Value::Number(number) => Ok(number.to_string()),
            other => Err(gold(&self.place, format!("has {other} under {key}, expected a string"))),
        }
    }

    pub(crate) fn text(&self, options: &GoldOptions) -> Result<String> {
        let (key, value) = self.find(options.text.as_deref(), TEXT, "text")?;
        self.string(key, value)
    }

    pub(crate) fn target(&self, options: &GoldOptions) -> Result<String> {
        let (key, value) = self.find(options.target.as_deref(), TARGET, "target")?;
        self.string(key, value)
    }

    /// The record's own id, where it has one.
    pub(crate) fn id(&self, options: &GoldOptions) -> Result<Option<String>> {
        if options.id.is_none() && !ID.iter().any(|name| self.fields.contains_key(*name)) {
            return Ok(None);
        }
        let (key, value) = self.find(options.id.as_deref(), ID, "id")?;
        if value.is_null() { Ok(None) } else { self.string(key, value).map(Some) }
    }

    /// Its one label.
    pub(crate) fn label(&self, options: &GoldOptions) -> Result<String> {
        if options.labels.len() > 1 {
            let what = format!("has one label, and {} fields are named for it", options.labels.len());
            return Err(gold(&self.place, what));
        }
        let (key, value) = self.find(options.labels.first().map(String::as_str), LABEL, "label")?;
        self.string(key, value)
    }

    /// Its one label of tone.
    pub(crate) fn tone(&self, options: &GoldOptions) -> Result<String> {
        let (key, value) = self.find(options.labels.first().map(String::as_str), TONE, "label")?;
        self.string(key, value)
    }

    /// Its labels: a list, a string (several separated by `;` or `|`), or columns of true and false; of the frames of a
    /// row of `pressmark/1` those that are given, of this codebook or of any.
    pub(crate) fn labels(&self, options: &GoldOptions, codebook: Option<&str>) -> Result<Vec<String>> {
        let named: Vec<Option<&str>> = match &options.labels[..] {
            [] => vec![None],
            names => names.iter().map(|name| Some(name.as_str())).collect(),
        };
        let mut labels = Vec::new();
        for name in named {
            let (key, value) = self.find(name, LABEL, "label")?;
            match value {
                Value::Null => {}
                Value::Array(list) => {
                    for item in list {
                        match frame(item) {
                            Some((book, label, is_given)) => {
                                let is_meant = is_given && codebook.is_none_or(|codebook| codebook == book);
                                labels.extend(is_meant.then(|| label.to_owned()));
                            }
                            None => labels.push(self.string(key, item)?),
                        }
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

/// The score from which a frame of a row is given; people's corrections have 1 and 0.
const GIVEN: f64 = 0.5;

/// Codebook and label of a frame of a row, and whether it is given.
fn frame(item: &Value) -> Option<(&str, &str, bool)> {
    let string = |key: &str| item.get(key).and_then(Value::as_str);
    Some((string("codebook")?, string("label")?, item.get("score")?.as_f64()? >= GIVEN))
}

/// What the names of tables end in.
const TABLES: &[&str] = &["jsonl", "ndjson", "json", "csv", "tsv"];

/// Reads JSONL, CSV or TSV, a file or all of a folder; the first line of the latter two names the columns. Lines that
/// are not good are an error, or `skipped`.
pub(crate) fn rows(path: &Path, lenient: bool, skipped: &mut Vec<String>) -> Result<Vec<GoldRow>> {
    let mut all = Vec::new();
    for path in files(path, TABLES)? {
        let text = read(&path)?;
        let rows = match ending(&path).as_str() {
            "jsonl" | "ndjson" | "json" => jsonl(&path, &text),
            "csv" => csv(&path, &text, if first_line_has_more(&text, ';', ',') { b';' } else { b',' })?,
            "tsv" => csv(&path, &text, b'\t')?,
            _ => return Err(gold(path.display(), "is none of .jsonl, .csv and .tsv")),
        };
        for row in rows {
            match row {
                Ok(row) => all.push(row),
                Err(error) if lenient => skipped.push(error.to_string()),
                Err(error) => return Err(error),
            }
        }
    }
    if all.is_empty() {
        return Err(gold(path.display(), "holds no row"));
    }
    Ok(all)
}

fn ending(path: &Path) -> String {
    path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default()
}

fn first_line_has_more(text: &str, a: char, b: char) -> bool {
    let line = text.lines().next().unwrap_or_default();
    line.matches(a).count() > line.matches(b).count()
}

fn jsonl(path: &Path, text: &str) -> Vec<Result<GoldRow>> {
    let path = Rc::new(path.to_owned());
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let row = |(number, line): (usize, &str)| {
        let place = Place { path: Rc::clone(&path), line: number + 1 };
        match serde_json::from_str(line) {
            Ok(Value::Object(fields)) => Ok(GoldRow { place, fields }),
            Ok(_) => Err(gold(place, "is JSON, but no object, expected one JSON object per line")),
            Err(error) => Err(gold(place, format!("is not JSON ({error}), expected one JSON object per line"))),
        }
    };
    lines.map(row).collect()
}

fn csv(path: &Path, text: &str, delimiter: u8) -> Result<Vec<Result<GoldRow>>> {
    let path = Rc::new(path.to_owned());
    let mut reader = ::csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| gold(path.display(), format!("has no header: {error}")));
    let columns = header?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                rows.push(Err(gold(path.display(), format!("has a row that cannot be read: {error}"))));
                continue;
            }
        };
        let line = record.position().map_or(0, |p| usize::try_from(p.line()).unwrap_or(usize::MAX));
        let place = Place { path: Rc::clone(&path), line };
        rows.push(if record.len() == columns.len() {
            let cells = columns.iter().zip(&record);
            Ok(GoldRow { place, fields: cells.map(|(c, v)| (c.to_owned(), Value::String(v.to_owned()))).collect() })
        } else {
            Err(gold(place, format!("has {} cells, expected {} as in the header", record.len(), columns.len())))
        });
    }
    Ok(rows)
}

/// A file as text: UTF-8, or else Windows-1252, in which older data sets are written.
pub(crate) fn read(path: &Path) -> Result<String> {
    let bytes = fs::read(path).at(path)?;
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| encoding_rs::WINDOWS_1252.decode(error.as_bytes()).0.into_owned());
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The rows of a file that pressmark wrote, each with the number of its line.
pub(crate) fn read_rows<T: Row>(path: &Path) -> Result<Vec<(u64, T)>> {
    let rows = pressmark_jsonl::read_rows(open_rows(path)?);
    rows.collect::<Result<_, _>>().map_err(|source| Error::Rows { path: path.to_owned(), source })
}

/// The one file, or the files with such endings in a folder and those below, in the order of their paths. Without
/// endings, all files but hidden ones.
pub(crate) fn files(path: &Path, endings: &[&str]) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let (mut files, mut todo) = (Vec::new(), vec![path.to_owned()]);
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(&folder).at(&folder)? {
            let entry = entry.at(&folder)?;
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let path = entry.path();
            // A link to a folder is not followed: it may lead in a circle.
            if entry.file_type().at(&path)?.is_dir() {
                todo.push(path);
            } else if path.is_file() && (endings.is_empty() || endings.contains(&ending(&path).as_str())) {
                files.push(path);
            }
        }
    }
    files.sort();
    if files.is_empty() {
        let what = match endings {
            [] => "holds no file".to_owned(),
            endings => format!("holds no file of a known type: .{}", endings.join(", .")),
        };
        return Err(gold(path.display(), what));
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
            let rows = rows(&path, false, &mut Vec::new()).expect("rows");
            let args = GoldOptions::default();
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
            let labels = fields.iter().map(|f| (*f).to_owned()).collect();
            let args = GoldOptions { labels, ..GoldOptions::default() };
            assert_eq!(
                rows(&path, false, &mut Vec::new()).expect("rows")[0].labels(&args, None).expect("labels"),
                expected,
                "{text}"
            );
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
            let args = GoldOptions::default();
            let mut skipped = Vec::new();
            let first = rows(&path, false, &mut skipped).and_then(|rows| {
                rows.iter().try_for_each(|row| row.text(&args).and_then(|_| row.labels(&args, None)).map(|_| ()))
            });
            let message = format!("{:#}", first.expect_err("refused")).replace(&path.display().to_string(), name);
            assert!(message.contains(expected), "{message}");
        };
        check("a.jsonl", "{\"text\": \"x\", \"label\": []}\n{\"text\": 1", "line 2 of a.jsonl is not JSON");
        check("a.jsonl", "[1]\n", "line 1 of a.jsonl is JSON, but no object, expected one JSON object per line");
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
        let map = LabelMap::new(&[("Public Health", "health"), ("99", "O"), ("wages+taxes", "economy")]);
        assert_eq!(map.take("public_health"), Taken::For("health"));
        assert_eq!(map.take("99"), Taken::Out);
        assert_eq!(map.take("other"), Taken::AsIs);
        assert!(!map.drops_the_rest());
        assert_eq!(map.ours().collect::<Vec<_>>(), ["health", "wages", "taxes"]);
        assert_eq!((map.name("Taxes"), map.name("crime")), ("economy", "crime"));
        assert_eq!(LabelMap::new(&[("economy", "wages+taxes")]).name("wages"), "economy");
    }

    #[test]
    fn folders_are_searched_and_bad_lines_left_out() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("b/.git")).expect("folders");
        let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
        put("a.jsonl", "{\"text\": \"one\"}\n{\"text\":\n");
        put("b/c.csv", "text,label\ntwo,x\nthree\n");
        put("b/notes.md", "no table");
        put("b/.git/d.jsonl", "{\"text\": \"hidden\"}\n");
        let mut skipped = Vec::new();
        let found = rows(folder.path(), true, &mut skipped).expect("rows");
        let texts: Vec<String> = found.iter().map(|row| row.text(&GoldOptions::default()).expect("a text")).collect();
        assert_eq!(texts, ["one", "two"]);
        assert_eq!(skipped.len(), 2, "{skipped:?}");
        assert!(skipped[0].contains("line 2 of") && skipped[1].contains("line 3 of"), "{skipped:?}");
        assert!(rows(folder.path(), false, &mut Vec::new()).is_err());
    }
}
