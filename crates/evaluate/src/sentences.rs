use std::collections::BTreeSet;
use std::path::Path;

use pressmark_core::{Document, Layer};
use pressmark_jsonl::CodePoints;
use pressmark_tokenize::Splitter;
use serde_json::{Value, json};

use crate::Counts;
use crate::bench::Bench;
use crate::documents::Documents;
use crate::error::{Result, gold};
use crate::gold::{GoldOptions, GoldRow, files_in, read};
use crate::measure::share;
use crate::table::{Column, Row, Table};

const COLUMNS: &[Column] = &[
    Column::Share("precision"),
    Column::Share("recall"),
    Column::Share("f1"),
    Column::Share("exact"),
    Column::Count("gold"),
    Column::Count("texts"),
];

/// A text with its gold sentences.
#[derive(Clone)]
struct Gold {
    place: String,
    id: Option<String>,
    /// The separator before each sentence, and the sentence.
    pieces: Vec<(Before, String)>,
}

/// Separator of a sentence from the previous one.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Before {
    /// A paragraph break.
    Paragraph,
    /// A space.
    Space,
    /// This exact text.
    Text(String),
}

/// How the sentences of a treebank are joined into a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    Paragraphs,
    Spaces,
    Lines,
}

impl Gold {
    fn text(&self, layout: Layout) -> String {
        let mut text = String::new();
        for (before, sentence) in &self.pieces {
            text.push_str(match (before, layout) {
                _ if text.is_empty() => "",
                (Before::Text(gap), Layout::Paragraphs) => gap,
                (Before::Paragraph, Layout::Paragraphs) => "\n\n",
                (_, Layout::Lines) => "\n",
                _ => " ",
            });
            text.push_str(sentence);
        }
        text
    }

    /// Positions of all sentence ends but the last, as counts of preceding non-space characters.
    fn boundaries(&self) -> BTreeSet<usize> {
        let mut at = 0;
        let ends = self.pieces.iter().map(|(_, sentence)| {
            at += sentence.chars().filter(|c| !c.is_whitespace()).count();
            at
        });
        let ends: Vec<usize> = ends.collect();
        ends.split_last().map(|(_, inner)| inner.iter().copied().collect()).unwrap_or_default()
    }
}

/// Boundary precision, recall and F1, without the end of the text; `exact` is the share of texts without a mistake.
///
/// CoNLL-U lacks the text around sentences, so three ways of joining them are measured: blank lines between paragraphs
/// (as UD defines it), spaces between all sentences, and line breaks between all sentences.
pub(crate) fn evaluate(bench: &mut Bench<'_>) -> Result<Table> {
    let is_conllu = |path: &Path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("conllu"));
    let treebanks = match bench.gold.is_dir() {
        true => files_in(bench.gold, &["conllu"])?,
        false => Some(bench.gold.to_owned()).filter(|path| is_conllu(path)).into_iter().collect(),
    };
    let conllu = !treebanks.is_empty();
    let golds = match conllu {
        true => treebanks.iter().map(|path| read_conllu(path)).collect::<Result<Vec<_>>>()?.concat(),
        false => read_jsonl(bench)?,
    };
    let layouts: &[(&str, Layout)] = if conllu && bench.annotated.is_none() {
        &[("paragraphs", Layout::Paragraphs), ("spaces", Layout::Spaces), ("line breaks", Layout::Lines)]
    } else {
        &[("all", Layout::Paragraphs)]
    };
    let documents = match bench.annotated {
        Some(_) => bench.documents(Layer::Sents)?,
        None => Documents::Stage(Box::new(Splitter)),
    };
    let mut table = Table::new(COLUMNS, Vec::new());
    for (name, layout) in layouts {
        let (mut counts, mut exact) = (Counts::default(), 0);
        for gold in &golds {
            let doc = documents.of(&gold.place, gold.id.as_deref(), &gold.text(*layout))?;
            let (wanted, found) = (gold.boundaries(), found(&doc));
            counts += Counts::whole(wanted.intersection(&found).count(), found.len(), wanted.len());
            exact += usize::from(wanted == found);
            let points = CodePoints::new(&doc.text);
            let predicted: Vec<_> = doc.sents.iter().map(|s| points.of(s.span)).collect();
            let sentences: Vec<&str> = gold.pieces.iter().map(|(_, s)| s.as_str()).collect();
            let line = json!({ "layout": name, "text": doc.text, "gold": sentences, "predicted": predicted });
            bench.predict(&line)?;
        }
        let scores = [counts.precision(), counts.recall(), counts.f1(), share(exact, golds.len())];
        let sizes = [counts.gold, golds.len() as f64];
        table.rows.push(Row::new(*name, scores.into_iter().chain(sizes).collect()));
    }
    Ok(table)
}

/// The predicted boundaries of a document, in the same positions as [`Gold::boundaries`].
fn found(doc: &Document) -> BTreeSet<usize> {
    let (mut at, mut done) = (0, 0);
    let ends = doc.sents.iter().map(|sent| {
        at += doc.text.get(done..sent.span.end).unwrap_or_default().chars().filter(|c| !c.is_whitespace()).count();
        done = sent.span.end;
        at
    });
    let ends: Vec<usize> = ends.collect();
    ends.split_last().map(|(_, inner)| inner.iter().copied().collect()).unwrap_or_default()
}

fn read_jsonl(bench: &Bench<'_>) -> Result<Vec<Gold>> {
    let rows = bench.rows()?;
    let read = |row: &GoldRow| bench.keep(pieces(row, &bench.options.gold)).transpose();
    rows.iter().filter_map(read).collect()
}

fn pieces(row: &GoldRow, options: &GoldOptions) -> Result<Gold> {
    let (text, place) = (row.text(options)?, row.place.to_string());
    let list = row.field("sentences").and_then(Value::as_array);
    let list = list.ok_or_else(|| gold(&place, "has no list sentences, expected {text, sentences}"))?;
    let mut pieces = Vec::new();
    let mut at = 0;
    for sentence in list {
        let sentence = sentence.as_str().ok_or_else(|| gold(&place, "has a sentence that is not a string"))?;
        let sentence = sentence.trim();
        let rest = text.get(at..).unwrap_or_default();
        let (gap, _) = rest.split_once(sentence).ok_or_else(|| {
            gold(&place, format!("has the sentence {sentence:?}, which is not in the text after the one before"))
        })?;
        pieces.push((Before::Text(gap.to_owned()), sentence.to_owned()));
        at += gap.len() + sentence.len();
    }
    let rest = text.get(at..).unwrap_or_default().trim();
    if !rest.is_empty() || pieces.is_empty() {
        return Err(gold(&place, format!("has text in no sentence: {rest:?}")));
    }
    Ok(Gold { place, id: row.id(options)?, pieces })
}

fn read_conllu(path: &Path) -> Result<Vec<Gold>> {
    let mut golds: Vec<Gold> = Vec::new();
    let (mut paragraph, mut glued, mut begun) = (true, false, false);
    let mut text: Option<String> = None;
    for (number, line) in read(path)?.lines().enumerate() {
        let place = || format!("line {} of {}", number + 1, path.display());
        if line.starts_with("# newdoc") || golds.is_empty() {
            golds.push(Gold { place: place(), id: None, pieces: Vec::new() });
            paragraph = true;
        }
        if line.starts_with("# newpar") {
            paragraph = true;
        } else if line.trim().is_empty() {
            begun = false;
        } else if let Some(sentence) = line.strip_prefix("# text = ") {
            text = Some(sentence.trim().to_owned());
        } else if !line.starts_with('#') {
            let columns: Vec<&str> = line.split('\t').collect();
            if columns.len() != 10 {
                return Err(gold(place(), format!("has {} columns, expected the 10 of CoNLL-U", columns.len())));
            }
            if !begun {
                let sentence = text.take();
                let sentence =
                    sentence.ok_or_else(|| gold(place(), "begins a sentence without a comment `# text = …`"))?;
                let before = match (paragraph, glued) {
                    (true, _) => Before::Paragraph,
                    (false, true) => Before::Text(String::new()),
                    (false, false) => Before::Space,
                };
                if let Some(gold) = golds.last_mut() {
                    gold.pieces.push((before, sentence));
                }
                (paragraph, begun) = (false, true);
            }
            glued = columns[9].split('|').any(|misc| misc == "SpaceAfter=No");
        }
    }
    golds.retain(|gold| !gold.pieces.is_empty());
    if golds.is_empty() {
        return Err(gold(path.display(), "has no sentences"));
    }
    Ok(golds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(before: Before, sentence: &str) -> (Before, String) {
        (before, sentence.to_owned())
    }

    #[test]
    fn sentences_are_joined_in_three_ways() {
        let pieces = vec![
            piece(Before::Paragraph, "Rain fell."),
            piece(Before::Space, "Snow, too."),
            piece(Before::Text(String::new()), "“No.”"),
            piece(Before::Paragraph, "Sun."),
        ];
        let gold = Gold { place: "a".to_owned(), id: None, pieces };
        assert_eq!(gold.text(Layout::Paragraphs), "Rain fell. Snow, too.“No.”\n\nSun.");
        assert_eq!(gold.text(Layout::Spaces), "Rain fell. Snow, too. “No.” Sun.");
        assert_eq!(gold.text(Layout::Lines), "Rain fell.\nSnow, too.\n“No.”\nSun.");
        assert_eq!(gold.boundaries(), BTreeSet::from([9, 18, 23]));
    }

    #[test]
    fn what_is_no_conllu_is_refused_with_its_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.conllu");
        let token = |id: &str, misc: &str| format!("{id}\tx\tx\tX\tX\t_\t0\troot\t_\t{misc}\n");
        let refused = |text: &str| {
            std::fs::write(&path, text).expect("a file");
            format!("{}", read_conllu(&path).err().expect("refused"))
        };
        assert!(refused("# text = x\n1\tx\n").contains("line 2 of"), "columns");
        assert!(refused(&token("1", "_")).contains("begins a sentence without a comment"), "no text");
        assert!(refused("\n").contains("has no sentences"), "nothing");
        // A multiword token comes first; its line starts the sentence.
        let text = format!(
            "# text = x x\n{}{}\n# text = y\n{}",
            token("1-2", "SpaceAfter=No"),
            token("1", "_"),
            token("1", "_")
        );
        std::fs::write(&path, text).expect("a file");
        let golds = read_conllu(&path).expect("sentences");
        assert_eq!(golds[0].pieces, [piece(Before::Paragraph, "x x"), piece(Before::Space, "y")]);
    }
}
