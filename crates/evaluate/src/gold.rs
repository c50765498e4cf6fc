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
    /// Field or column with the text. Default: the first with a common name, such as `text` or `tweet`.
    pub text: Option<String>,
    /// Fields or columns with labels; a Boolean column is itself a label. Default: the first with a common name, such
    /// as `label` or `labels`.
    pub labels: Vec<String>,
    /// Field or column with the target. Default: the first of `target`, `topic`, `claim`, `target_entity` and `entity`.
    pub target: Option<String>,
    /// Field or column with the record's id. Default: `id`, `doc_id`, `_id` or `url`.
    pub id: Option<String>,
    /// Maps labels of the gold data to ours. Default: labels with the same name.
    pub map: LabelMap,
    /// Whether invalid lines are skipped and reported instead of failing. Default: no.
    pub lenient: bool,
}

/// Maps labels of the gold data to ours.
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
    /// Several of our labels that are one in the gold data, with its name.
    joined: Vec<(Vec<String>, String)>,
}

/// Result of mapping a label of the gold data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken<'a> {
    /// Map to our label with this name.
    For(&'a str),
    /// Drop it.
    Out,
    /// Not in the map.
    AsIs,
}

impl LabelMap {
    /// Creates a map from pairs of a gold label and ours: `O` drops the label, and the gold label `*` stands for all
    /// that are not ours. Several of our labels that are one in the gold data are joined with a plus, on either side:
    /// `("wages+taxes", "economy")`.
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

    /// Maps a gold label.
    #[must_use]
    pub fn take(&self, label: &str) -> Taken<'_> {
        match self.one.get(&fold(label)) {
            Some(ours) if ours == "O" => Taken::Out,
            Some(ours) => Taken::For(ours),
            None => Taken::AsIs,
        }
    }

    /// Whether unmapped gold labels that are not ours are dropped.
    #[must_use]
    pub fn drops_the_rest(&self) -> bool {
        self.one.get("*").is_some_and(|ours| ours == "O")
    }

    /// All labels that gold labels are mapped to, except `O`.
    pub(crate) fn ours(&self) -> impl Iterator<Item = &str> {
        let joined = self.joined.iter().flat_map(|(ours, _)| ours);
        self.one.values().chain(joined).map(String::as_str).filter(|ours| *ours != "O")
    }

    /// The name under which our label is compared with gold labels: that of the group it is joined to, else its own.
    pub(crate) fn name<'a>(&'a self, ours: &'a str) -> &'a str {
        let is_in = |(labels, _): &&(Vec<String>, String)| labels.iter().any(|label| fold(label) == fold(ours));
        self.joined.iter().find(is_in).map_or(ours, |(_, name)| name)
    }
}

/// Normalizes a label for comparison: trimmed, lower case, `_` and `-` as spaces.
pub(crate) fn fold(label: &str) -> String {
    label.trim().to_lowercase().replace(['_', '-'], " ")
}

/// A line of the gold data.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    path: Rc<PathBuf>,
    /// From 1.
    line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of {}", self.line, self.path.display())
    }
}

/// An object of JSONL, or a row of CSV or TSV.
#[derive(Clone, Debug)]
pub(crate) struct GoldRow {
    pub(crate) place: Place,
    fields: Map<String, Value>,
}

/// Common field names, the likeliest first; a trailing number (`target 1`) is ignored.
const TEXT: &[&str] = &["text", "sentence", "tweet", "post", "comment", "content", "document", "body", "headline"];
const LABEL: &[&str] = &["label", "labels", "stance", "frame", "frames", "gold"];
const TONE: &[&str] = &["label", "sentiment", "true_sentiment", "tone", "polarity", "gold"];
const TARGET: &[&str] = &["target", "topic", "claim", "target_entity", "entity"];
const ID: &[&str] = &["id", "doc_id", "_id", "url"];

impl GoldRow {
    /// The field with this name, or else the first with a common one.
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

    /// A string or number as a string.
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

    /// The record's own id, if it has one.
    pub(crate) fn id(&self, options: &GoldOptions) -> Result<Option<String>> {
        if options.id.is_none() && !ID.iter().any(|name| self.fields.contains_key(*name)) {
            return Ok(None);
        }
        let (key, value) = self.find(options.id.as_deref(), ID, "id")?;
        if value.is_null() { Ok(None) } else { self.string(key, value).map(Some) }
    }

    /// The row's single label.
    pub(crate) fn label(&self, options: &GoldOptions) -> Result<String> {
        if options.labels.len() > 1 {
            let what = format!("has one label, and {} fields are named for it", options.labels.len());
            return Err(gold(&self.place, what));
        }
        let (key, value) = self.find(options.labels.first().map(String::as_str), LABEL, "label")?;
        self.string(key, value)
    }

    /// The row's single sentiment label.
    pub(crate) fn tone(&self, options: &GoldOptions) -> Result<String> {
        let (key, value) = self.find(options.labels.first().map(String::as_str), TONE, "label")?;
        self.string(key, value)
    }

    /// The row's labels: a list, a string (separated by `;` or `|`), or Boolean columns. In the frames of a row of
    /// `pressmark/1`, those with a high enough score, of `codebook` or of any.
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

    /// The field with exactly this name.
    pub(crate) fn field(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }
}

/// Codebook and label of a frame in a row, and whether it is coded. Human corrections have 1 and 0.
fn frame(item: &Value) -> Option<(&str, &str, bool)> {
    let string = |key: &str| item.get(key).and_then(Value::as_str);
    Some((string("codebook")?, string("label")?, item.get("score")?.as_f64()? >= pressmark_jsonl::Frame::ASSIGNED))
}

/// File extensions of tables.
const TABLES: &[&str] = &["jsonl", "ndjson", "json", "csv", "tsv"];

/// Reads JSONL, CSV or TSV, from a file or all of a folder; CSV and TSV need a header. Invalid lines are an error, or
/// go to `skipped` if `lenient`.
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
        return Err(gold(path.display(), "has no rows"));
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
            Ok(_) => Err(gold(place, "is JSON, but not an object, expected one JSON object per line")),
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

/// Reads a text file as UTF-8, or else as Windows-1252, the encoding of many older data sets.
pub(crate) fn read(path: &Path) -> Result<String> {
    let bytes = fs::read(path).at(path)?;
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| encoding_rs::WINDOWS_1252.decode(error.as_bytes()).0.into_owned());
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Reads the rows of a file that pressmark wrote, with their line numbers.
pub(crate) fn read_rows<T: Row>(path: &Path) -> Result<Vec<(u64, T)>> {
    let rows = pressmark_jsonl::read_rows(open_rows(path)?);
    rows.collect::<Result<_, _>>().map_err(|source| Error::Rows { path: path.to_owned(), source })
}

/// The file itself, or the files of a folder and its subfolders with these extensions (all non-hidden files if empty),
/// sorted by path.
///
/// # Errors
/// If a folder cannot be read, or there is no such file.
pub(crate) fn files(path: &Path, endings: &[&str]) -> Result<Vec<PathBuf>> {
    let files = if path.is_dir() { files_in(path, endings)? } else { vec![path.to_owned()] };
    if files.is_empty() {
        let what = match endings {
            [] => "has no files".to_owned(),
            endings => format!("has no file of a known type: .{}", endings.join(", .")),
        };
        return Err(gold(path.display(), what));
    }
    Ok(files)
}

/// Like [`files`], for a folder that may hold none.
pub(crate) fn files_in(path: &Path, endings: &[&str]) -> Result<Vec<PathBuf>> {
    let (mut files, mut todo) = (Vec::new(), vec![path.to_owned()]);
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(&folder).at(&folder)? {
            let entry = entry.at(&folder)?;
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let path = entry.path();
            // Links to folders are not followed, since they may form a cycle.
            if entry.file_type().at(&path)?.is_dir() {
                todo.push(path);
            } else if path.is_file() && (endings.is_empty() || endings.contains(&ending(&path).as_str())) {
                files.push(path);
            }
        }
    }
    files.sort();
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
        check("a.jsonl", "[1]\n", "line 1 of a.jsonl is JSON, but not an object, expected one JSON object per line");
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
        check("a.csv", "text,label\n", "a.csv has no rows");
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
