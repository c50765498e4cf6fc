use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use pressmark::{Annotator, Length};
use pressmark_core::{Document, SegmentKind};
use pressmark_summarize::baselines;
use pressmark_summarize::rouge::{Scores, rouge_best};
use pressmark_tokenize::sentences;
use serde_json::{Value, json};

use super::Bench;
use super::gold::{read, rows};
use super::measure::mean;
use super::table::{Column, Row, Table};

const COLUMNS: &[Column] = &[
    Column::Share("rouge1"),
    Column::Share("rouge2"),
    Column::Share("rougeL"),
    Column::Share("rougeLsum"),
    Column::Count("texts"),
];

/// The three that are measured side by side.
const SYSTEMS: [&str; 3] = ["pressmark", "lead", "LexRank"];

/// An article with what people say it says.
struct Gold {
    place: String,
    id: Option<String>,
    text: String,
    /// Whether the first block is the title rather than running text.
    titled: bool,
    references: Vec<String>,
}

/// F1 of ROUGE (as PyPI `rouge-score`, without stemming) beside the first sentences and LexRank, at equal lengths.
///
/// Run through the pipeline, each is measured twice: with as many words as the references have, and with three
/// sentences. Annotated before, the baselines get as many words as the summary has. A written summary (`abstract`) is
/// measured as it is.
pub(super) fn evaluate(bench: &mut Bench<'_>) -> Result<Table> {
    let golds = if bench.args.gold.is_dir() { read_folder(&bench.args.gold)? } else { read_jsonl(bench)? };
    let documents = bench.documents(&["encoder"])?;
    let annotator = match bench.annotated {
        Some(_) => None,
        None => Some(bench.annotator(&bench.stage_args(&["encoder"]))?),
    };
    let lengths: &[&str] =
        if annotator.is_some() { &["reference's words", "three sentences"] } else { &["equal words"] };
    let writer = annotator.as_ref().map(Annotator::abstract_writer).transpose()?.flatten();
    let mut written: Vec<Scores> = Vec::new();
    let mut scores: Vec<[Vec<Scores>; 3]> = lengths.iter().map(|_| Default::default()).collect();
    for gold in &golds {
        let mut doc = if annotator.is_some() {
            let mut doc = Document::from_text(gold.id.as_deref().unwrap_or(&gold.place), gold.text.as_str());
            if let Some(first) = doc.segments.iter_mut().find(|s| gold.titled && s.kind.is_kept()) {
                first.kind = SegmentKind::Title;
            }
            documents.complete(doc)?
        } else {
            documents.of(&gold.place, gold.id.as_deref(), &gold.text)?
        };
        let references: Vec<String> = gold.references.iter().map(|text| lines(text)).collect();
        if let Some(writer) = &writer {
            writer.run(&mut doc).with_context(|| format!("no summary of {} could be written", gold.place))?;
        }
        if let Some(summary) = doc.abstract_text.as_deref().map(lines) {
            written.push(rouge_best(&references, &summary));
            bench.predictions.write(&line(&doc, "as written", "abstract", &references, &summary))?;
        }
        let words = mean(references.iter().map(|r| r.split_whitespace().count() as f64)).round() as usize;
        for (index, length) in
            [Length::Words(words.max(1)), Length::Sentences(3)].into_iter().take(lengths.len()).enumerate()
        {
            let choices = choices(&mut doc, annotator.as_ref(), length)?;
            for ((system, choice), scores) in SYSTEMS.iter().zip(&choices).zip(&mut scores[index]) {
                let summary = text(&doc, choice);
                scores.push(rouge_best(&references, &summary));
                bench.predictions.write(&line(&doc, lengths[index], system, &references, &summary))?;
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
    table.notes.push("F1 as PyPI rouge-score computes it, use_stemmer=False, a sentence a line".to_owned());
    Ok(table)
}

/// The means of one system.
fn row(name: String, scores: &[Scores]) -> Row {
    let f1 = |of: fn(&Scores) -> f64| mean(scores.iter().map(of));
    let means = [f1(|s| s.rouge1.f1), f1(|s| s.rouge2.f1), f1(|s| s.rouge_l.f1), f1(|s| s.rouge_lsum.f1)];
    Row::new(name, means.into_iter().chain([scores.len() as f64]).collect())
}

fn line(doc: &Document, length: &str, system: &str, references: &[String], summary: &str) -> Value {
    json!({ "id": doc.id, "system": system, "length": length, "gold": references, "predicted": summary })
}

/// What each system chooses at this length: indices of sentences in text order.
fn choices(doc: &mut Document, annotator: Option<&Annotator>, length: Length) -> Result<[Vec<usize>; 3]> {
    if let Some(annotator) = annotator {
        annotator.summarizer(length)?.run(doc)?;
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

/// A sentence a line, as rougeLsum wants it.
fn lines(text: &str) -> String {
    let sentence = |span: pressmark_core::Span| span.slice(text).split_whitespace().collect::<Vec<_>>().join(" ");
    sentences(text).into_iter().map(sentence).collect::<Vec<_>>().join("\n")
}

fn read_jsonl(bench: &Bench<'_>) -> Result<Vec<Gold>> {
    let fields = &bench.args.fields;
    let read = |row: super::gold::GoldRow| {
        let place = row.place.to_string();
        let wrong = || format!("{place} has no list of strings references, expected {{text, references: [\"…\"]}}");
        let list = row.field("references").and_then(Value::as_array).with_context(wrong)?;
        let references: Option<Vec<String>> = list.iter().map(|r| r.as_str().map(str::to_owned)).collect();
        let references = references.filter(|r| !r.is_empty()).with_context(wrong)?;
        Ok(Gold { id: row.id(fields)?, text: row.text(fields)?, titled: false, references, place })
    };
    rows(&bench.args.gold)?.into_iter().map(read).collect()
}

/// `articles/**/NAME` and `summaries/**/NAME`; an article's first line is its title where it ends without a mark.
fn read_folder(folder: &Path) -> Result<Vec<Gold>> {
    let (articles, summaries) = (folder.join("articles"), folder.join("summaries"));
    if !articles.is_dir() || !summaries.is_dir() {
        bail!("{} has no folders articles/ and summaries/", folder.display());
    }
    let mut golds = Vec::new();
    for path in walk(&articles)? {
        let name = path.strip_prefix(&articles).unwrap_or(&path).to_owned();
        let summary = summaries.join(&name);
        if !summary.is_file() {
            bail!("there is no summary {} for {}", summary.display(), path.display());
        }
        let (text, reference) = (read(&path)?, read(&summary)?);
        let first = text.trim_start().split("\n\n").next().unwrap_or_default().trim();
        let titled = !first.contains('\n') && !first.ends_with(['.', '!', '?', '”', '"', ':']);
        let place = path.display().to_string();
        let id = Some(name.with_extension("").display().to_string());
        golds.push(Gold { place, id, text, titled, references: vec![reference] });
    }
    if golds.is_empty() {
        bail!("{} holds no article", articles.display());
    }
    Ok(golds)
}

/// All files below a folder, in the order of their paths.
fn walk(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(folder) = todo.pop() {
        let entries = fs::read_dir(&folder).with_context(|| format!("failed to read {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() { &mut todo } else { &mut files }.push(path);
        }
    }
    files.sort();
    Ok(files)
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
    fn folders_are_read_with_their_titles() {
        let folder = tempfile::tempdir().expect("a folder");
        let put = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, text).expect("a file");
        };
        let message = |folder: &Path| format!("{:#}", read_folder(folder).err().expect("refused"));
        assert!(message(folder.path()).contains("has no folders articles/ and summaries/"));
        put("articles/sea/1.txt", "Harbour shut\n\nIt was a storm.\n");
        put("articles/sea/2.txt", "It was a storm.\n\nNobody came.\n");
        put("summaries/sea/1.txt", "It was a storm.");
        assert!(message(folder.path()).contains("there is no summary"));
        put("summaries/sea/2.txt", "Nobody came.");
        let golds = read_folder(folder.path()).expect("articles");
        assert_eq!(golds.iter().map(|g| g.titled).collect::<Vec<_>>(), [true, false]);
    }
}
