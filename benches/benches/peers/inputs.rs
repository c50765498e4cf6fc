//! Inputs of the contenders: texts, pages, batches of subwords, gold entities, near-duplicate texts.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use pressmark_benches::{annotator, documents, records, repository};
use pressmark_core::{Document, Stage};
use pressmark_evaluate::{GoldDocument, read_columns};
use pressmark_tokenize::{Subwords, Tokenizer, sentences};
use serde::Serialize;
use serde_json::{Value, json};

/// SplitMix64 (Steele et al. 2014): the same inputs on every machine.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((x ^ (x >> 31)) % most.max(1) as u64) as usize
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// The available articles.
pub(crate) struct Corpus {
    pub(crate) texts: Vec<String>,
    /// Their source, for the tables.
    pub(crate) from: String,
}

/// Articles from `../shared` if that folder exists, else ones assembled from the sentences of `seeds/`.
pub(crate) fn corpus() -> Result<Corpus> {
    let folder = repository("../shared/data/summaries/bbc/articles");
    if folder.is_dir() {
        let mut paths: Vec<PathBuf> = fs::read_dir(&folder)?.map(|e| Ok(e?.path())).collect::<Result<_>>()?;
        paths.sort();
        // Shuffled, to cover all five sections of the news.
        Chance::seeded(1).shuffle(&mut paths);
        let mut texts = Vec::new();
        for path in paths.iter().take(400) {
            texts.push(String::from_utf8_lossy(&fs::read(path)?).into_owned());
        }
        return Ok(Corpus { texts, from: "BBC news articles of ../shared (400, drawn with a fixed seed)".into() });
    }
    let pool = seed_sentences();
    let mut chance = Chance::seeded(2);
    let texts = (0..400).map(|_| {
        let words = 250 + chance.below(400);
        generated(&pool, words, &mut chance)
    });
    Ok(Corpus { texts: texts.collect(), from: "400 articles put together from the sentences of seeds/".into() })
}

/// Every sentence of the articles under `seeds/`.
pub(crate) fn seed_sentences() -> Vec<String> {
    let mut pool = Vec::new();
    for doc in documents(&annotator(&["tokenize"]), &records()) {
        for block in doc.text.split("\n\n") {
            pool.extend(sentences(block).into_iter().map(|span| span.slice(block).replace('\n', " ")));
        }
    }
    pool.retain(|sentence| sentence.split_whitespace().count() >= 6);
    pool
}

/// An article of at least `words` words, in paragraphs of three sentences.
pub(crate) fn generated(pool: &[String], words: usize, chance: &mut Chance) -> String {
    let (mut text, mut count, mut sentence) = (String::new(), 0, 0);
    while count < words {
        let next = &pool[chance.below(pool.len())];
        text.push_str(if sentence == 0 { "" } else { ["\n\n", " ", " "][sentence % 3] });
        text.push_str(next);
        count += next.split_whitespace().count();
        sentence += 1;
    }
    text
}

/// The article as a news page: head, navigation, related stories, footer.
pub(crate) fn page(text: &str) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut blocks = text.split("\n\n").map(str::trim).filter(|block| !block.is_empty()).map(escape);
    let title = blocks.next().unwrap_or_default();
    let title: String = title.chars().take(120).collect();
    let body: String = blocks.map(|block| format!("<p>{block}</p>\n")).collect();
    let links = |words: &[&str]| -> String {
        words.iter().map(|w| format!("<li><a href=\"/{}\">{w}</a></li>", w.to_lowercase())).collect()
    };
    let sections =
        links(&["Home", "World", "Business", "Politics", "Health", "Science", "Sport", "Culture", "Weather"]);
    let related = links(&["More on this story", "Most read today", "Watch the bulletin", "Letters", "Newsletters"]);
    let footer = links(&["About us", "Contact", "Terms of use", "Privacy", "Cookies", "Accessibility", "Advertise"]);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} | The Bench Courier</title>\n\
         <meta name=\"author\" content=\"Staff\"><style>body {{ margin: 0 }} nav li {{ display: inline }}</style>\n\
         <script>window.site = {{ section: \"news\", ads: true }};</script></head><body>\n\
         <header><nav><ul>{sections}</ul></nav></header>\n<main><article><h1>{title}</h1>\n\
         <p class=\"byline\">By Staff</p>\n{body}</article>\n\
         <aside class=\"related\"><h2>Related</h2><ul>{related}</ul></aside></main>\n\
         <footer><ul>{footer}</ul><p>All rights reserved.</p></footer></body></html>\n"
    )
}

/// Pages for article extraction, and their source.
pub(crate) fn pages(corpus: &Corpus) -> Result<(Vec<String>, String)> {
    let folder = repository("../shared/data/html/readability");
    let mut paths: Vec<PathBuf> = match fs::read_dir(&folder) {
        Ok(entries) => entries.map(|e| Ok(e?.path().join("source.html"))).collect::<Result<_>>()?,
        Err(_) => Vec::new(),
    };
    paths.sort();
    let mut pages = Vec::new();
    for path in paths.iter().filter(|path| path.exists()) {
        pages.push(String::from_utf8_lossy(&fs::read(path)?).into_owned());
    }
    if pages.is_empty() {
        let made = corpus.texts.iter().take(100).map(|text| page(text)).collect();
        return Ok((made, "100 pages made of those articles".into()));
    }
    let from = format!("{} pages of readability's tests, ../shared", pages.len());
    Ok((pages, from))
}

#[derive(Clone, Serialize)]
pub(crate) struct Sequence {
    pub(crate) ids: Vec<u32>,
    pub(crate) shapes: Vec<u8>,
}

/// Batches of sequences for an encoder.
#[derive(Clone, Serialize)]
pub(crate) struct Batches {
    pub(crate) batches: Vec<Vec<Sequence>>,
}

impl Batches {
    /// Total number of subwords; there is no padding.
    pub(crate) fn subwords(&self) -> usize {
        self.batches.iter().flatten().map(|s| s.ids.len()).sum()
    }
}

/// Encoder inputs from the corpus's own sentences and windows.
pub(crate) struct Subtexts {
    /// One per sentence.
    sentences: Vec<Sequence>,
    /// One per window, as the pipeline makes them.
    pub(crate) windows: Vec<Sequence>,
}

impl Subtexts {
    pub(crate) fn of(texts: &[String], tokenizer_json: &[u8]) -> Result<Self> {
        let tokenizer = Tokenizer::new(Subwords::from_json(tokenizer_json)?, pressmark_tokenize::Options::default())?;
        let (mut alone, mut windows) = (Vec::new(), Vec::new());
        for text in texts {
            let mut doc = Document::from_text("", text.as_str());
            tokenizer.run(&mut doc)?;
            windows.extend(sequences(&doc.windows));
            for sent in std::mem::take(&mut doc.sents) {
                doc.sents = vec![sent];
                alone.extend(sequences(&tokenizer.windows(&doc)));
            }
        }
        Ok(Self { sentences: alone, windows })
    }

    /// `count` sequences of exactly `length` subwords, cut from the concatenated windows.
    pub(crate) fn even(&self, count: usize, length: usize) -> Result<Batches> {
        let first = self.windows.first().context("the corpus has no window")?;
        let special = (first.ids[0], first.shapes[0], first.ids[first.ids.len() - 1]);
        let inner = |s: &Sequence| (1..s.ids.len() - 1).map(|i| (s.ids[i], s.shapes[i])).collect::<Vec<_>>();
        let mut rows = self.windows.iter().flat_map(inner);
        let mut batch = Vec::new();
        for _ in 0..count {
            let (mut ids, mut shapes): (Vec<u32>, Vec<u8>) = rows.by_ref().take(length - 2).unzip();
            ids.insert(0, special.0);
            shapes.insert(0, special.1);
            ids.push(special.2);
            shapes.push(special.1);
            batch.push(Sequence { ids, shapes });
        }
        Ok(Batches { batches: vec![batch] })
    }

    /// Sentences in batches of sixteen, in their own order or sorted by length.
    pub(crate) fn mixed(&self, count: usize, sorted: bool) -> Batches {
        let mut sentences: Vec<Sequence> = self.sentences.iter().take(count).cloned().collect();
        if sorted {
            sentences.sort_by_key(|s| s.ids.len());
        }
        Batches { batches: sentences.chunks(16).map(<[Sequence]>::to_vec).collect() }
    }
}

fn sequences(windows: &pressmark_core::Windows) -> Vec<Sequence> {
    let cut = |pair: &[usize]| Sequence {
        ids: windows.ids[pair[0]..pair[1]].to_vec(),
        shapes: windows.shapes[pair[0]..pair[1]].to_vec(),
    };
    windows.starts.windows(2).map(cut).collect()
}

/// Sentences with gold entities if `../shared` exists, and their source.
pub(crate) fn gold(corpus: &Corpus) -> Result<(Vec<GoldDocument>, Option<String>)> {
    let path = repository("../shared/data/ner/conllpp/dev.txt");
    if let Ok(text) = fs::read_to_string(&path) {
        return Ok((read_columns(&text)?, Some("CoNLL++ dev".into())));
    }
    // Without gold data, the words of the corpus still measure the speed.
    let document = |text: &String| {
        let words = |s: pressmark_core::Span| s.slice(text).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let sentence = |s| {
            let tokens = words(s);
            pressmark_evaluate::GoldSentence { tags: vec!["O".into(); tokens.len()], tokens }
        };
        GoldDocument { sentences: sentences(text).into_iter().map(sentence).collect() }
    };
    Ok((corpus.texts.iter().take(60).map(document).collect(), None))
}

/// The corpus with every fifth text repeated with a few words changed, and the number of repeats.
pub(crate) fn repeated(texts: &[String]) -> (Vec<String>, usize) {
    let mut chance = Chance::seeded(3);
    let mut all = texts.to_vec();
    let repeats: Vec<String> = texts
        .iter()
        .step_by(5)
        .map(|text| {
            let mut words: Vec<&str> = text.split(' ').collect();
            // One change per hundred words affects five of the shingles: nine in ten remain.
            for _ in 0..words.len() / 100 {
                let at = chance.below(words.len());
                words[at] = "changed";
            }
            words.join(" ")
        })
        .collect();
    let count = repeats.len();
    all.extend(repeats);
    (all, count)
}

/// Writes a case to a file for the contenders.
pub(crate) fn save(work: &Path, name: &str, case: &impl Serialize) -> Result<PathBuf> {
    let path = work.join(format!("{name}.json"));
    fs::write(&path, serde_json::to_vec(case)?)?;
    Ok(path)
}

/// A case of texts or pages.
pub(crate) fn texts_case(texts: &[String]) -> Value {
    json!({ "documents": texts })
}

pub(crate) fn words(texts: &[String]) -> usize {
    texts.iter().map(|text| text.split_whitespace().count()).sum()
}
