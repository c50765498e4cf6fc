//! Measures the stage on the held-out half of the BBC summaries, beside the baselines, at equal lengths.
//!
//! `cargo run --release -p pressmark-summarize --example bbc -- BUNDLE BBC_FOLDER`

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use pressmark_core::{Document, SegmentKind, Stage};
use pressmark_encoder::Model;
use pressmark_pass::Pass;
use pressmark_summarize::rouge::{Scores, rouge};
use pressmark_summarize::{Length, Options, Summarizer, baselines};
use pressmark_tokenize::{Subwords, Tokenizer, sentences};
use sha2::{Digest, Sha256};

/// What a system chose of a document: indices of sentences in text order.
type Choice = Vec<usize>;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(bundle), Some(folder)) = (args.next(), args.next()) else {
        return Err("usage: bbc BUNDLE BBC_FOLDER [train]".into());
    };
    let train = args.next().as_deref() == Some("train");
    let model = Arc::new(Model::open(&bundle)?);
    let subwords = Subwords::from_json(model.tokenizer_json())?;
    let tokenizer = Tokenizer::new(subwords, pressmark_tokenize::Options::default())?;
    let pass = Pass::new(Arc::clone(&model))?;
    let mut names: Vec<_> = std::fs::read_dir(Path::new(&folder).join("articles"))?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| is_held_out(name) != train)
        .collect();
    names.sort();
    let systems = ["lead", "LexRank", "vectors", "pressmark"];
    let mut equal = vec![Scores::default(); systems.len()];
    let mut three = vec![Scores::default(); systems.len()];
    for name in &names {
        let article = read(&Path::new(&folder).join("articles").join(name))?;
        let reference = lines(&read(&Path::new(&folder).join("summaries").join(name))?);
        let mut doc = Document::from_text(name.as_str(), article);
        if let Some(first) = doc.segments.iter_mut().find(|s| s.kind.is_kept()) {
            first.kind = SegmentKind::Title;
        }
        tokenizer.run(&mut doc)?;
        pass.run(&mut doc)?;
        let words = reference.split_whitespace().count();
        for (length, sums) in [(Length::Words(words), &mut equal), (Length::Sentences(3), &mut three)] {
            for (sum, choice) in sums.iter_mut().zip(choices(&mut doc, &model, length)?) {
                add(sum, &rouge(&reference, &text(&doc, &choice)));
            }
        }
    }
    println(&format!("{} articles", names.len()));
    for (title, sums) in [("words of the reference", equal), ("three sentences", three)] {
        println(&format!("{title:24} rouge1 rouge2 rougeL rougeLsum"));
        for (system, sum) in systems.iter().zip(sums) {
            let mean = |total: f64| 100.0 * total / names.len().max(1) as f64;
            let [a, b, c, d] = [sum.rouge1, sum.rouge2, sum.rouge_l, sum.rouge_lsum].map(|s| mean(s.f1));
            println(&format!("{system:24} {a:6.2} {b:6.2} {c:6.2} {d:9.2}"));
        }
    }
    Ok(())
}

/// What each system chooses at this length.
fn choices(doc: &mut Document, model: &Arc<Model>, length: Length) -> Result<Vec<Choice>, Box<dyn Error>> {
    let options = Options { length };
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
    let mut out = vec![fill(baselines::lead(&texts, texts.len())), fill(baselines::lexrank(&texts))];
    for stage in [Summarizer::without_model(options)?, Summarizer::new(Arc::clone(model), options)?] {
        stage.run(doc)?;
        out.push(doc.summary.iter().map(|s| s.sent).collect());
    }
    Ok(out)
}

fn text(doc: &Document, choice: &[usize]) -> String {
    choice.iter().map(|&i| doc.slice(doc.sents[i].span)).collect::<Vec<_>>().join("\n")
}

/// A sentence a line, as rougeLsum wants it.
fn lines(text: &str) -> String {
    sentences(text).into_iter().map(|s| s.slice(text)).collect::<Vec<_>>().join("\n")
}

fn read(path: &Path) -> Result<String, Box<dyn Error>> {
    Ok(String::from_utf8_lossy(&std::fs::read(path)?).into_owned())
}

/// Half of the articles by their published name, `business/002.txt` for the file `business_002.txt`; the other half
/// trained the salience head.
fn is_held_out(name: &str) -> bool {
    let published = name.rsplit_once('_').map_or(name.to_owned(), |(category, file)| format!("{category}/{file}"));
    // The last bit of the first eight hex digits decides.
    Sha256::digest(published.as_bytes()).get(3).is_some_and(|byte| byte % 2 == 1)
}

fn add(sum: &mut Scores, scores: &Scores) {
    for (sum, score) in [
        (&mut sum.rouge1, scores.rouge1),
        (&mut sum.rouge2, scores.rouge2),
        (&mut sum.rouge_l, scores.rouge_l),
        (&mut sum.rouge_lsum, scores.rouge_lsum),
    ] {
        sum.f1 += score.f1;
    }
}

#[expect(clippy::print_stdout, reason = "the table is what the example is for")]
fn println(line: &str) {
    println!("{line}");
}
