//! Scores stories against the events of their documents.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use pressmark_jsonl::story::Story;
use serde_json::{Value, json};

use crate::Counts;
use crate::bench::Bench;
use crate::error::{Error, Result, gold};
use crate::gold::{files, read, read_rows, rows};
use crate::table::{Column, Row, Table};

const COLUMNS: &[Column] = &[
    Column::Share("f1"),
    Column::Share("precision"),
    Column::Share("recall"),
    Column::Count("gold"),
    Column::Count("predicted"),
    Column::Count("documents"),
];

/// B-cubed scores (Bagga and Baldwin 1998) of the clustering into stories, over the gold documents.
///
/// `gold` is JSONL `{id, event}`, or a folder of BASIL's articles, whose ids are their file names.
pub(crate) fn evaluate(bench: &mut Bench<'_>) -> Result<Table> {
    let gold = events(bench)?;
    let stories = read_stories(bench.options.annotated.as_deref())?;
    let story_of: HashMap<&str, &str> =
        stories.iter().flat_map(|story| story.documents.iter().map(|document| (&*document.id, &*story.id))).collect();
    let mut missing = 0;
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for (id, event) in &gold {
        missing += usize::from(!story_of.contains_key(&**id));
        // A document without a story is a singleton.
        let story = story_of.get(&**id).copied().unwrap_or(id);
        bench.predict(&json!({ "id": id, "event": event, "story": story }))?;
        pairs.push((event, story));
    }
    let counts = b_cubed(&pairs);
    let number = |names: HashSet<&str>| names.len() as f64;
    let sizes = [
        number(pairs.iter().map(|(event, _)| *event).collect()),
        number(pairs.iter().map(|(_, story)| *story).collect()),
        pairs.len() as f64,
    ];
    let values = [counts.f1(), counts.precision(), counts.recall()].into_iter().chain(sizes).collect();
    let mut table = Table::new(COLUMNS, vec![Row::new("B-cubed", values)]);
    table.notes.push("gold: events; predicted: stories that hold their documents".to_owned());
    if missing > 0 {
        table
            .notes
            .push(format!("{missing} documents of the gold data are in no story: each counts as a story of its own"));
    }
    Ok(table)
}

/// B-cubed scores, from pairs of gold and predicted cluster.
fn b_cubed(pairs: &[(&str, &str)]) -> Counts {
    let (mut both, mut of_gold, mut of_predicted) = (HashMap::new(), HashMap::new(), HashMap::new());
    for pair in pairs {
        *both.entry(*pair).or_insert(0.0) += 1.0;
        *of_gold.entry(pair.0).or_insert(0.0) += 1.0;
        *of_predicted.entry(pair.1).or_insert(0.0) += 1.0;
    }
    let mut counts = Counts::default();
    for pair in pairs {
        let size = |sizes: &HashMap<&str, f64>, name: &str| sizes.get(name).copied().unwrap_or(1.0);
        let shared: f64 = both.get(pair).copied().unwrap_or(1.0);
        counts += Counts {
            right: shared / size(&of_predicted, pair.1),
            found: 1.0,
            recalled: shared / size(&of_gold, pair.0),
            gold: 1.0,
        };
    }
    counts
}

/// The event of each document.
fn events(bench: &Bench<'_>) -> Result<BTreeMap<String, String>> {
    if bench.gold.is_dir() {
        return Ok(basil(bench.gold)?.into_iter().map(|article| (article.id, article.event)).collect());
    }
    let golds = rows(bench.gold, bench.options.gold.lenient, &mut bench.skipped.borrow_mut())?;
    let mut events = BTreeMap::new();
    for row in &golds {
        let event = row.field("event").and_then(Value::as_str);
        let read = event.zip(row.id(&bench.options.gold)?).ok_or_else(|| gold(&row.place, "has no id and event"));
        if let Some((event, id)) = bench.keep(read)? {
            events.insert(id, event.to_owned());
        }
    }
    Ok(events)
}

/// An article of BASIL.
pub(crate) struct Article {
    /// File name without the extension.
    pub(crate) id: String,
    pub(crate) event: String,
    /// `fox`, `nyt` or `hpo`.
    pub(crate) outlet: String,
    /// Sentences by paragraph.
    pub(crate) paragraphs: Vec<Vec<String>>,
}

/// Reads the articles of BASIL (Fan et al. 2019) below a folder.
pub(crate) fn basil(folder: &Path) -> Result<Vec<Article>> {
    let mut articles = Vec::new();
    for path in files(folder, &["json"])? {
        let value: Value = serde_json::from_str(&read(&path)?)
            .map_err(|error| gold(path.display(), format!("is not JSON: {error}")))?;
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        let (Some(event), Some(outlet)) = (text("triplet-uuid"), text("source")) else { continue };
        let sentences = |paragraph: &Value| -> Vec<String> {
            paragraph.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        articles.push(Article {
            id: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            event: event.to_owned(),
            outlet: outlet.to_lowercase(),
            paragraphs: value["body-paragraphs"].as_array().into_iter().flatten().map(sentences).collect(),
        });
    }
    if articles.is_empty() {
        return Err(gold(
            folder.display(),
            "has no article of BASIL (JSON with triplet-uuid, source, body-paragraphs)",
        ));
    }
    Ok(articles)
}

/// Reads the stories that `pressmark group` wrote.
pub(crate) fn read_stories(path: Option<&Path>) -> Result<Vec<Story>> {
    Ok(read_rows(path.ok_or(Error::NoStories)?)?.into_iter().map(|(_, story)| story).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b_cubed_of_a_story_of_two_events() {
        let counts = b_cubed(&[("a", "x"), ("a", "x"), ("b", "x"), ("b", "y")]);
        // Of the three documents in x, two share an event and one is alone; y holds one.
        assert!((counts.precision() - (2.0 / 3.0 + 2.0 / 3.0 + 1.0 / 3.0 + 1.0) / 4.0).abs() < 1e-9);
        assert!((counts.recall() - (1.0 + 1.0 + 0.5 + 0.5) / 4.0).abs() < 1e-9);
    }

    #[test]
    fn one_story_for_each_event_is_all_right() {
        let counts = b_cubed(&[("a", "x"), ("a", "x"), ("b", "y")]);
        assert_eq!((counts.precision(), counts.recall()), (1.0, 1.0));
    }
}
