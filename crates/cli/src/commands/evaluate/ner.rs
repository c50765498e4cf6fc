use anyhow::{Context, Result, bail};
use pressmark_core::{Document, EntityType, Scheme};
use pressmark_ner::{Counts, EntityScore, read_columns};
use serde_json::json;

use super::gold::{LabelMap, Taken, files, fold, read};
use super::table::{Column, Row, Table};
use super::{Bench, Documents};

const COLUMNS: &[Column] = &[
    Column::Share("precision"),
    Column::Share("recall"),
    Column::Share("f1"),
    Column::Count("gold"),
    Column::Count("found"),
];

/// Strict entity F1, as seqeval: the tokens are taken as given, their windows are made as for any document.
pub(super) fn evaluate(bench: &mut Bench<'_>) -> Result<Table> {
    let args = bench.args;
    let names = Names { map: LabelMap::new(&args.fields.map), types: Scheme::from(args.labels).types() };
    let tagger = Tagger::new(bench)?;
    let mut score = EntityScore::default();
    for path in files(&args.gold)? {
        let columns = read_columns(&read(&path)?).with_context(|| format!("failed to read {}", path.display()))?;
        for (index, gold) in columns.iter().enumerate() {
            let place = format!("document {} of {}", index + 1, path.display());
            let mut tags = tagger.tags(gold.to_document(&place))?;
            for sentence in &gold.sentences {
                let rest = tags.split_off(sentence.tags.len().min(tags.len()));
                let rename = |tags: &[String]| tags.iter().map(|tag| names.tag(tag)).collect::<Vec<_>>();
                let (wanted, found) = (rename(&sentence.tags), rename(&tags));
                score.add(&wanted, &found);
                let line = json!({ "tokens": sentence.tokens, "gold": wanted, "predicted": found });
                bench.predictions.write(&line)?;
                tags = rest;
            }
        }
    }
    if score.total().gold + score.total().found == 0 {
        bail!("{} names nothing, and nothing was found in it", args.gold.display());
    }
    let row =
        |name: &str, c: Counts| Row::new(name, vec![c.precision(), c.recall(), c.f1(), c.gold as f64, c.found as f64]);
    let mut rows: Vec<_> = score.by_kind().iter().map(|(kind, counts)| row(kind, *counts)).collect();
    rows.push(row("all", score.total()));
    let mut table = Table::new(COLUMNS, rows);
    let strange: Vec<&str> = (score.by_kind().iter())
        .filter(|(kind, counts)| counts.gold > 0 && names.types.iter().all(|ours| ours.as_str() != kind.as_str()))
        .map(|(kind, _)| kind.as_str())
        .collect();
    if !strange.is_empty() {
        table.notes.push(format!("{} cannot be found with these labels; see --map", strange.join(", ")));
    }
    Ok(table)
}

/// What tags the tokens of a gold document.
enum Tagger {
    Stages(Box<pressmark::Tagger>),
    Annotated(Documents),
}

impl Tagger {
    fn new(bench: &Bench<'_>) -> Result<Self> {
        if bench.annotated.is_some() {
            return Ok(Self::Annotated(bench.documents(&[])?));
        }
        let annotator = bench.annotator(&bench.stage_args(&["ner"]))?;
        Ok(Self::Stages(Box::new(annotator.tagger()?)))
    }

    /// A tag in BIO for each token of `doc`.
    fn tags(&self, mut doc: Document) -> Result<Vec<String>> {
        match self {
            Self::Stages(tagger) => Ok(tagger.tags(&mut doc)?),
            Self::Annotated(documents) => {
                let found = documents.of(&doc.id, None, &doc.text)?;
                let mut tags = vec!["O".to_owned(); doc.tokens.len()];
                for mention in &found.ents {
                    // A mention that ends within a given token has the whole of it.
                    for (i, token) in doc.tokens_in(mention.span).enumerate() {
                        tags[token] = format!("{}-{}", if i == 0 { 'B' } else { 'I' }, mention.label);
                    }
                }
                Ok(tags)
            }
        }
    }
}

/// Names that data sets give to the same kinds; kinds that mean something else (`GPE`) are for `--map`.
const SPELLINGS: &[&[&str]] = &[
    &["PERSON", "PER"],
    &["ORG", "ORGANIZATION", "ORGANISATION"],
    &["LOC", "LOCATION"],
    &["FAC", "FACILITY"],
    &["MISC", "MISCELLANEOUS"],
];

/// Which kind a name of the gold data stands for.
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

    /// `None` for a kind that is left out.
    fn kind<'a>(&'a self, kind: &'a str) -> Option<&'a str> {
        match self.map.take(kind) {
            Taken::For(ours) => return Some(ours),
            Taken::Out => return None,
            Taken::AsIs => {}
        }
        let folded = fold(kind);
        let spelled = SPELLINGS.iter().find(|names| names.iter().any(|name| fold(name) == folded));
        let same = |ours: &&str| fold(ours) == folded || spelled.is_some_and(|names| names.contains(ours));
        match self.types.iter().map(EntityType::as_str).find(same) {
            Some(ours) => Some(ours),
            None if self.map.drops_the_rest() => None,
            None => Some(kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Labels;

    #[test]
    fn kinds_go_by_any_of_their_names() {
        let check = |labels: Labels, map: &[(&str, &str)], tag: &str, expected: &str| {
            let map: Vec<_> = map.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            let names = Names { map: LabelMap::new(&map), types: Scheme::from(labels).types() };
            assert_eq!(names.tag(tag), expected, "{tag}");
        };
        check(Labels::News, &[], "B-Organization", "B-ORG");
        check(Labels::News, &[], "I-PER", "I-PERSON");
        check(Labels::Conll03, &[], "B-person", "B-PER");
        check(Labels::News, &[], "B-election", "B-election");
        check(Labels::News, &[("*", "O")], "B-election", "O");
        check(Labels::News, &[("*", "O")], "B-LOC", "B-LOC");
        check(Labels::News, &[("country", "LOC"), ("MONEY", "O")], "B-country", "B-LOC");
        check(Labels::News, &[("country", "LOC"), ("MONEY", "O")], "B-Money", "O");
        check(Labels::News, &[], "O", "O");
    }
}
