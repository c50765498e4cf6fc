use pressmark::Settings;
use pressmark_core::{Document, EntityType, Layer};
use pressmark_ingest::clean_document;
use pressmark_tables::is_rows;
use serde_json::json;

use crate::bench::Bench;
use crate::columns::{GoldDocument, read_columns};
use crate::corrected;
use crate::documents::Documents;
use crate::error::{Error, Result, gold};
use crate::gold::{LabelMap, Taken, files, fold, read};
use crate::table::{Column, Row, Table};
use crate::{Counts, EntityScore};

/// File extensions of column files.
const COLUMN_FILES: &[&str] = &[
    "conll", "conll03", "bio", "bioes", "bilou", "iob", "iob2", "io", "ner", "txt", "tsv", "col", "train", "dev",
    "test", "testa", "testb", "jsonl",
];

const COLUMNS: &[Column] = &[
    Column::Share("precision"),
    Column::Share("recall"),
    Column::Share("f1"),
    Column::Count("gold"),
    Column::Count("found"),
];

/// Strict entity F1, as in seqeval; tokens are those of the gold data, windows are made as for any document.
pub(crate) fn evaluate(bench: &mut Bench<'_>) -> Result<Table> {
    let names = Names { map: bench.options.gold.map.clone(), types: bench.options.settings.scheme.types() };
    let tagger = Tagger::new(bench)?;
    let mut score = EntityScore::default();
    for path in files(bench.gold, COLUMN_FILES)? {
        let golds: Vec<(Document, GoldDocument)> = if is_rows(&path) {
            let rows = corrected::read_corrected(&path)?;
            rows.iter().map(|(place, row)| corrected::mentions(place, row)).collect::<Result<_>>()?
        } else {
            let shown = path.display().to_string();
            let document = |(index, gold): (usize, GoldDocument)| {
                (gold.to_document(&format!("document {} of {shown}", index + 1)), gold)
            };
            documents(bench, &read(&path)?, &shown)?.into_iter().enumerate().map(document).collect()
        };
        for (document, gold) in golds {
            let mut tags = tagger.tags(document, &bench.options.settings)?;
            for sentence in &gold.sentences {
                let rest = tags.split_off(sentence.tags.len().min(tags.len()));
                let rename = |tags: &[String]| tags.iter().map(|tag| names.tag(tag)).collect::<Vec<_>>();
                let (wanted, found) = (rename(&sentence.tags), rename(&tags));
                score.add(&wanted, &found);
                let line = json!({ "tokens": sentence.tokens, "gold": wanted, "predicted": found });
                bench.predict(&line)?;
                tags = rest;
            }
        }
    }
    if score.total().gold + score.total().found == 0.0 {
        return Err(gold(bench.gold.display(), "names nothing, and nothing was found in it"));
    }
    let row = |name: &str, c: Counts| Row::new(name, vec![c.precision(), c.recall(), c.f1(), c.gold, c.found]);
    let mut rows: Vec<_> = score.by_kind().iter().map(|(kind, counts)| row(kind, *counts)).collect();
    rows.push(row("all", score.total()));
    let mut table = Table::new(COLUMNS, rows);
    let strange: Vec<&str> = (score.by_kind().iter())
        .filter(|(kind, counts)| counts.gold > 0.0 && names.is_strange(kind))
        .map(|(kind, _)| kind.as_str())
        .collect();
    if !strange.is_empty() {
        table.notes.push(format!("{} cannot be found with these labels", strange.join(", ")));
        table.unknown = strange.into_iter().map(str::to_owned).collect();
    }
    Ok(table)
}

/// The documents of a column file. If the options are lenient, invalid lines are turned into comments.
fn documents(bench: &Bench<'_>, text: &str, path: &str) -> Result<Vec<GoldDocument>> {
    let mut lines: Vec<&str> = text.lines().collect();
    loop {
        let error = match read_columns(&lines.join("\n")) {
            Ok(documents) => return Ok(documents),
            Err(Error::Gold { place, what }) => (place, what),
            Err(error) => return Err(error),
        };
        let (place, what) = error;
        let number = place.strip_prefix("line ").and_then(|number| number.parse::<usize>().ok());
        let of_file: Result<()> = Err(gold(format_args!("{place} of {path}"), what));
        bench.keep(of_file)?;
        match number.and_then(|number| lines.get_mut(number.checked_sub(1)?)) {
            Some(line) if *line != "#" => *line = "#",
            _ => return Err(gold(path, "cannot be read in columns")),
        }
    }
}

/// A source of predicted tags.
enum Tagger {
    Stages(Box<pressmark::Tagger>),
    Annotated(Documents),
}

impl Tagger {
    fn new(bench: &Bench<'_>) -> Result<Self> {
        if bench.annotated.is_some() {
            return Ok(Self::Annotated(bench.documents(Layer::Entities)?));
        }
        Ok(Self::Stages(Box::new(bench.annotator(Layer::Entities)?.tagger()?)))
    }

    /// One BIO tag per token of `doc`.
    fn tags(&self, mut doc: Document, settings: &Settings) -> Result<Vec<String>> {
        match self {
            Self::Stages(tagger) => {
                doc.meta.language = language(&doc.text, settings);
                Ok(tagger.tags(&mut doc)?)
            }
            Self::Annotated(documents) => {
                let found = documents.of(&doc.id, Some(&doc.id), &doc.text)?;
                let mut tags = vec!["O".to_owned(); doc.tokens.len()];
                for mention in &found.ents {
                    // A mention that ends within a gold token takes the whole token.
                    for (i, token) in doc.tokens_in(mention.span).enumerate() {
                        tags[token] = format!("{}-{}", if i == 0 { 'B' } else { 'I' }, mention.label);
                    }
                }
                Ok(tags)
            }
        }
    }
}

/// Language of a text, detected as for any input, since rules depend on it.
fn language(text: &str, settings: &Settings) -> Option<String> {
    clean_document("-", text, &settings.ingest).meta.language
}

/// Synonymous names of entity types in data sets; types with another meaning (`GPE`) need a label map.
const SPELLINGS: &[&[&str]] = &[
    &["PERSON", "PER"],
    &["ORG", "ORGANIZATION", "ORGANISATION"],
    &["LOC", "LOCATION"],
    &["FAC", "FACILITY"],
    &["MISC", "MISCELLANEOUS"],
];

/// Maps entity types of the gold data to ours.
struct Names {
    map: LabelMap,
    types: &'static [EntityType],
}

impl Names {
    fn tag(&self, tag: &str) -> String {
        match tag.split_once('-').and_then(|(prefix, kind)| Some((prefix, self.kind(kind)?))) {
            Some((prefix, kind)) => format!("{prefix}-{kind}"),
            None => "O".to_owned(),
        }
    }

    /// Our type for a gold type; `None` if it is dropped.
    fn kind<'a>(&'a self, kind: &'a str) -> Option<&'a str> {
        match self.map.take(kind) {
            Taken::For(ours) => return Some(self.map.name(ours)),
            Taken::Out => return None,
            Taken::AsIs => {}
        }
        let folded = fold(kind);
        let spelled = SPELLINGS.iter().find(|names| names.iter().any(|name| fold(name) == folded));
        let same = |ours: &&str| fold(ours) == folded || spelled.is_some_and(|names| names.contains(ours));
        match self.types.iter().map(EntityType::as_str).find(same) {
            Some(ours) => Some(self.map.name(ours)),
            None => self.joined(kind).or_else(|| (!self.map.drops_the_rest()).then_some(kind)),
        }
    }

    /// The gold type, if it is one that joins several of ours.
    fn joined(&self, kind: &str) -> Option<&str> {
        let joined = self.types.iter().map(EntityType::as_str).filter(|ours| self.map.name(ours) != *ours);
        joined.map(|ours| self.map.name(ours)).find(|name| fold(name) == fold(kind))
    }

    /// Whether no prediction can have this type.
    fn is_strange(&self, kind: &str) -> bool {
        self.types.iter().all(|ours| self.map.name(ours.as_str()) != kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pressmark_core::Scheme;

    #[test]
    fn kinds_go_by_any_of_their_names() {
        let check = |scheme: Scheme, map: &[(&str, &str)], tag: &str, expected: &str| {
            let names = Names { map: LabelMap::new(map), types: scheme.types() };
            assert_eq!(names.tag(tag), expected, "{tag}");
        };
        check(Scheme::News, &[], "B-Organization", "B-ORG");
        check(Scheme::News, &[], "I-PER", "I-PERSON");
        check(Scheme::Conll03, &[], "B-person", "B-PER");
        check(Scheme::News, &[], "B-election", "B-election");
        check(Scheme::News, &[("*", "O")], "B-election", "O");
        check(Scheme::News, &[("*", "O")], "B-LOC", "B-LOC");
        check(Scheme::News, &[("country", "LOC"), ("MONEY", "O")], "B-country", "B-LOC");
        check(Scheme::News, &[("country", "LOC"), ("MONEY", "O")], "B-Money", "O");
        check(Scheme::News, &[], "O", "O");
        // Two of our types are one of theirs.
        let joined = [("LOC+FAC", "place"), ("*", "O")];
        check(Scheme::News, &joined, "B-FAC", "B-place");
        check(Scheme::News, &joined, "I-Place", "I-place");
        check(Scheme::News, &joined, "B-thing", "O");
    }
}
