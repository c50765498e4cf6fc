use std::path::Path;

use pressmark::{Annotator, Length};
use pressmark_core::{Document, Layer, SegmentKind};
use pressmark_summarize::baselines;
use pressmark_summarize::rouge::{Scores, rouge_best};
use pressmark_tokenize::sentences;
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::error::{On, Result, gold};
use crate::gold::{GoldOptions, GoldRow, files, read};
use crate::measure::mean;
use crate::table::{Column, Row, Table};

const COLUMNS: &[Column] = &[
    Column::Share("rouge1"),
    Column::Share("rouge2"),
    Column::Share("rougeL"),
    Column::Share("rougeLsum"),
    Column::Count("texts"),
];

/// The systems compared.
const SYSTEMS: [&str; 3] = ["pressmark", "lead", "LexRank"];

/// An article with its reference summaries.
struct Gold {
    place: String,
    id: Option<String>,
    text: String,
    /// Whether the first block is the title.
    titled: bool,
    references: Vec<String>,
}

/// ROUGE F1 (as PyPI `rouge-score`, without stemming) of our summaries, the lead and LexRank at equal lengths.
///
/// Through the pipeline, each is measured at two lengths: as many words as the references, and three sentences. With
/// previously annotated records, the baselines get as many words as the summary. An abstract is measured at its own
/// length.
pub(crate) fn evaluate(bench: &mut Bench<'_>) -> Result<Table> {
    let golds = if bench.gold.join(ARTICLES).is_dir() { read_folder(bench)? } else { read_jsonl(bench)? };
    let documents = bench.documents(Layer::SentVectors)?;
    let annotator = match bench.annotated {
        Some(_) => None,
        None => Some(bench.annotator(Layer::SentVectors)?),
    };
    let lengths: &[&str] =
        if annotator.is_some() { &["reference's words", "three sentences"] } else { &["equal words"] };
    let writer = annotator.as_ref().map(Annotator::abstract_writer).transpose()?.flatten();
    let mut written: Vec<Scores> = Vec::new();
    let mut scores: Vec<[Vec<Scores>; 3]> = lengths.iter().map(|_| Default::default()).collect();
    for gold in &golds {
        let mut doc = if annotator.is_some() {
            let mut doc = documents.text(gold.id.as_deref().unwrap_or(&gold.place), &gold.text);
            if let Some(first) = doc.segments.iter_mut().find(|s| gold.titled && s.kind.is_kept()) {
                first.kind = SegmentKind::Title;
            }
            documents.complete(doc)?
        } else {
            documents.of(&gold.place, gold.id.as_deref(), &gold.text)?
        };
        let references: Vec<String> = gold.references.iter().map(|text| lines(text)).collect();
        if let Some(writer) = &writer {
            writer.run(&mut doc).on(writer.name(), &gold.place)?;
        }
        if let Some(summary) = doc.abstract_text.as_deref().map(lines) {
            written.push(rouge_best(&references, &summary));
            bench.predict(&line(&doc, "as written", "abstract", &references, &summary))?;
        }
        let words = mean(references.iter().map(|r| r.split_whitespace().count() as f64)).round() as usize;
        for (index, length) in
            [Length::Words(words.max(1)), Length::Sentences(3)].into_iter().take(lengths.len()).enumerate()
        {
            let choices = choices(&mut doc, annotator.as_ref(), length)?;
            let Some((length, scores)) = lengths.get(index).zip(scores.get_mut(index)) else { continue };
            for ((system, choice), scores) in SYSTEMS.iter().zip(&choices).zip(scores) {
                let summary = text(&doc, choice);
                scores.push(rouge_best(&references, &summary));
                bench.predict(&line(&doc, length, system, &references, &summary))?;
            }
        }
    }
    let mut table = Table::new(COLUMNS, Vec::new());
    for (length, systems) in lengths.iter().zip(&scores) {
        for (system, scores) in SYSTEMS.iter().zip(systems) {
            table.rows.push(row(format!("{system}, {length}"), scores));
        }
    }
    if !written.is_empty() {
        table.rows.push(row("abstract, as written".to_owned(), &written));
    }
    table.notes.push("F1 as PyPI rouge-score computes it, use_stemmer=False, one sentence per line".to_owned());
    Ok(table)
}

/// Mean scores of one system.
fn row(name: String, scores: &[Scores]) -> Row {
    let f1 = |of: fn(&Scores) -> f64| mean(scores.iter().map(of));
    let means = [f1(|s| s.rouge1.f1), f1(|s| s.rouge2.f1), f1(|s| s.rouge_l.f1), f1(|s| s.rouge_lsum.f1)];
    Row::new(name, means.into_iter().chain([scores.len() as f64]).collect())
}

fn line(doc: &Document, length: &str, system: &str, references: &[String], summary: &str) -> Value {
    json!({ "id": doc.id, "system": system, "length": length, "gold": references, "predicted": summary })
}

/// Sentences chosen by each system at this length, as indices in text order.
fn choices(doc: &mut Document, annotator: Option<&Annotator>, length: Length) -> Result<[Vec<usize>; 3]> {
    if let Some(annotator) = annotator {
        annotator.summarizer(length)?.run(doc).on("summarize", &doc.id)?;
    }
    let ours: Vec<usize> = doc.summary.iter().map(|s| s.sent).collect();
    let count = |sent: &usize| doc.slice(doc.sents[*sent].span).split_whitespace().count();
    let length = if annotator.is_some() { length } else { Length::Words(ours.iter().map(count).sum()) };
    let prose: Vec<usize> = (0..doc.sents.len()).filter(|&i| doc.sents[i].kind.is_prose()).collect();
    let texts: Vec<&str> = prose.iter().map(|&i| doc.slice(doc.sents[i].span)).collect();
    let fill = |order: Vec<usize>| {
        let (mut chosen, mut words) = (Vec::new(), 0);
        for i in order {
            let size = texts[i].split_whitespace().count();
            let fits = match length {
                Length::Sentences(n) => chosen.len() < n,
                Length::Words(n) => chosen.is_empty() || words + size <= n,
                Length::Share(_) => false,
            };
            if fits {
                chosen.push(prose[i]);
                words += size;
            }
        }
        chosen.sort_unstable();
        chosen
    };
    let (lead, lexrank) = (fill(baselines::lead(&texts, texts.len())), fill(baselines::lexrank(&texts)));
    Ok([ours, lead, lexrank])
}

fn text(doc: &Document, choice: &[usize]) -> String {
    let sentence = |i: &usize| doc.slice(doc.sents[*i].span).split_whitespace().collect::<Vec<_>>().join(" ");
    choice.iter().map(sentence).collect::<Vec<_>>().join("\n")
}

/// One sentence per line, as rougeLsum requires.
fn lines(text: &str) -> String {
    let sentence = |span: pressmark_core::Span| span.slice(text).split_whitespace().collect::<Vec<_>>().join(" ");
    sentences(text).into_iter().map(sentence).collect::<Vec<_>>().join("\n")
}

fn read_jsonl(bench: &Bench<'_>) -> Result<Vec<Gold>> {
    let rows = bench.rows()?;
    let read = |row: &GoldRow| bench.keep(read_row(row, &bench.options.gold)).transpose();
    rows.iter().filter_map(read).collect()
}

/// Common field names of reference summaries.
const REFERENCES: &[&str] = &["references", "summary", "summaries", "reference", "highlights", "abstract"];

fn read_row(row: &GoldRow, options: &GoldOptions) -> Result<Gold> {
    let references = REFERENCES.iter().find_map(|name| row.field(name)).and_then(|value| match value {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(list) => list.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => None,
    });
    let references = references.filter(|all| all.iter().any(|text| !text.trim().is_empty())).ok_or_else(|| {
        gold(&row.place, "has no summary, expected {text, summary: \"…\"} or {text, references: [\"…\"]}")
    })?;
    let text = row.text(options)?;
    // If a row also has the body, whatever precedes it in the text is the title, which is not summarized.
    let titled =
        row.field("body").and_then(Value::as_str).is_some_and(|body| body.len() < text.len() && text.ends_with(body));
    Ok(Gold { id: row.id(options)?, text, titled, references, place: row.place.to_string() })
}

const ARTICLES: &str = "articles";
const SUMMARIES: &str = "summaries";

/// Reads `articles/**/NAME` and `summaries/**/NAME`; an article's first paragraph is its title unless it ends in
/// punctuation.
fn read_folder(bench: &Bench<'_>) -> Result<Vec<Gold>> {
    let articles = bench.gold.join(ARTICLES);
    let read = |path: &std::path::PathBuf| bench.keep(read_pair(bench.gold, path)).transpose();
    files(&articles, &[])?.iter().filter_map(read).collect()
}

fn read_pair(folder: &Path, path: &Path) -> Result<Gold> {
    let name = path.strip_prefix(folder.join(ARTICLES)).unwrap_or(path).to_owned();
    let summary = folder.join(SUMMARIES).join(&name);
    if !summary.is_file() {
        return Err(gold(path.display(), format!("has no summary {}", summary.display())));
    }
    let (text, reference) = (read(path)?, read(&summary)?);
    let first = text.trim_start().split("\n\n").next().unwrap_or_default().trim();
    let titled = !first.contains('\n') && !first.ends_with(['.', '!', '?', '”', '"', ':']);
    let id = Some(name.with_extension("").display().to_string());
    Ok(Gold { place: path.display().to_string(), id, text, titled, references: vec![reference] })
}

#[cfg(test)]
mod tests {
    use pressmark_core::Stage;

    use super::*;

    #[test]
    fn baselines_get_as_many_words_as_the_summary() {
        let text = "Rain fell all night. The dam at Orla broke. Sheep drowned. The dam at Orla was old and broke.";
        let mut doc = Document::from_text("a", text);
        pressmark_tokenize::Splitter.run(&mut doc).expect("sentences");
        doc.summary = vec![pressmark_core::SummarySentence { sent: 1, rank: 1, score: 1.0 }];
        let [ours, lead, lexrank] = choices(&mut doc, None, Length::Sentences(3)).expect("choices");
        assert_eq!((ours, lead), (vec![1], vec![0]));
        assert_eq!(lexrank.len(), 1);
    }

    #[test]
    fn pairs_are_read_with_their_titles() {
        let folder = tempfile::tempdir().expect("a folder");
        let put = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(&path, text).expect("a file");
            path
        };
        let first = put("articles/sea/1.txt", "Harbour shut\n\nIt was a storm.\n");
        let second = put("articles/sea/2.txt", "It was a storm.\n\nNobody came.\n");
        put("summaries/sea/1.txt", "It was a storm.");
        let refused = read_pair(folder.path(), &second).err().expect("refused").to_string();
        assert!(refused.contains("has no summary"), "{refused}");
        put("summaries/sea/2.txt", "Nobody came.");
        let read = |path: &Path| read_pair(folder.path(), path).expect("an article");
        assert_eq!((read(&first).titled, read(&second).titled), (true, false));
        assert_eq!(read(&first).id.as_deref(), Some("sea/1"));
    }
}
