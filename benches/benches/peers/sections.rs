//! Stage by stage: the contenders of each table, their cases and the checks of their answers.

use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, bail, ensure};
use pressmark_evaluate::EntityScore;
use pressmark_summarize::rouge::rouge;
use serde_json::{Value, json};

use crate::Bench;
use crate::contender::{Contender, alternate};
use crate::inputs::{self, Batches, Subtexts, save, texts_case, words};
use crate::report::{Claim, Row, Spread, Table, short};

/// Operations of the linear layers per subword in MiniLM-L6: six layers with 4 × 384² and 2 × 384 × 1536 weights, one
/// multiplication and one addition each.
const LINEAR_OPERATIONS: f64 = 2.0 * 6.0 * (4.0 * 384.0 * 384.0 + 2.0 * 384.0 * 1536.0);

impl Bench {
    /// Starts the available contenders; the others are noted.
    pub(crate) fn start(&mut self, names: &[&str], threads: usize) -> Vec<Contender> {
        let mut started = Vec::new();
        for name in names {
            match self.launcher.start(name, threads) {
                Ok(contender) => {
                    let said = |version: &Value| version.as_str().unwrap_or("?").to_owned();
                    self.versions.extend(contender.versions.iter().map(|(k, v)| (k.clone(), said(v))));
                    started.push(contender);
                }
                Err(error) => {
                    self.missing.insert((*name).to_owned(), format!("{error:#}"));
                }
            }
        }
        started
    }

    /// Notes and drops a peer that fails or answers incorrectly; for pressmark that is an error.
    pub(crate) fn or_missing<T>(&mut self, name: &str, result: Result<T>) -> Result<Option<T>> {
        match result {
            Err(error) if !name.starts_with("pressmark") => {
                self.missing.insert(name.to_owned(), format!("{error:#}"));
                Ok(None)
            }
            result => result.map(Some),
        }
    }

    /// Times contenders on one case each and makes a row for each; the first one is ours, and `units` is the amount of
    /// work.
    pub(crate) fn rows(
        &self,
        case: &str,
        threads: usize,
        contenders: Vec<(Contender, PathBuf, f64, String)>,
    ) -> Result<(Vec<Row>, Vec<Contender>)> {
        let (mut timed, mut about) = (Vec::new(), Vec::new());
        for (contender, path, units, check) in contenders {
            timed.push((contender, path));
            about.push((units, check));
        }
        // Ratios are relative to the first contender.
        ensure!(timed.first().is_some_and(|(c, _)| c.name.starts_with("pressmark")), "pressmark did not take part");
        let times = alternate(&mut timed, self.plan.rounds, self.plan.seconds)?;
        let rates: Vec<Vec<f64>> =
            times.iter().zip(&about).map(|(times, (units, _))| times.iter().map(|t| units / t).collect()).collect();
        let mut rows = Vec::new();
        for (index, ((contender, _), (_, check))) in timed.iter().zip(about).enumerate() {
            let ratio = rates[0].iter().zip(&rates[index]).map(|(ours, theirs)| ours / theirs);
            rows.push(Row {
                case: case.to_owned(),
                threads,
                contender: contender.name.clone(),
                rate: Spread::of(rates[index].iter().copied()),
                ratio: (index > 0).then(|| Spread::of(ratio)),
                rounds: self.plan.rounds,
                peak_mb: Some(contender.peak_bytes as f64 / 1e6),
                check,
            });
        }
        Ok((rows, timed.into_iter().map(|(contender, _)| contender).collect()))
    }

    pub(crate) fn claim(&mut self, claim: impl Into<String>, target: impl Into<Option<f64>>, measured: Option<f64>) {
        self.claims.push(Claim { claim: claim.into(), target: target.into(), at_most: false, measured });
    }

    pub(crate) fn claim_at_most(&mut self, claim: impl Into<String>, target: f64, measured: Option<f64>) {
        self.claims.push(Claim { claim: claim.into(), target: Some(target), at_most: true, measured });
    }
}

/// Median ratio of a row.
pub(crate) fn ratio(rows: &[Row], case: &str, threads: usize, contender: &str) -> Option<f64> {
    rows.iter().find(|r| r.case == case && r.threads == threads && r.contender == contender)?.ratio.map(|r| r.median)
}

/// Median rate of a row.
pub(crate) fn rate(rows: &[Row], case: &str, threads: usize, contender: &str) -> Option<f64> {
    Some(rows.iter().find(|r| r.case == case && r.threads == threads && r.contender == contender)?.rate.median)
}

fn numbers(value: &Value) -> Result<Vec<f64>> {
    value.as_array().context("expected a list")?.iter().map(|x| x.as_f64().context("expected numbers")).collect()
}

/// Minimum cosine between corresponding rows of two matrices.
fn least_cosine(a: &[f64], b: &[f64], width: usize) -> Result<f64> {
    ensure!(a.len() == b.len() && !a.is_empty(), "hidden states of {} and {} numbers", a.len(), b.len());
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let cosine = |(a, b): (&[f64], &[f64])| dot(a, b) / (dot(a, a) * dot(b, b)).sqrt();
    Ok(a.chunks(width).zip(b.chunks(width)).map(cosine).fold(1.0, f64::min))
}

/// Minimum cosine of hidden states for two runtimes to be running the same network. Set by hand below ONNX Runtime's
/// int8, whose worst is 0.984.
const SAME_NETWORK: f64 = 0.95;

pub(crate) fn encoder(bench: &mut Bench) -> Result<Vec<Table>> {
    let model = pressmark_benches::model();
    let (width, f32_names) =
        (model.hidden_size(), ["pressmark-f32", "onnxruntime-f32", "torch-f32", "rten-f32", "candle-f32"]);
    let names: Vec<&str> = ["pressmark-int8", "onnxruntime-int8", "rten-int8"].into_iter().chain(f32_names).collect();
    let subtexts = Subtexts::of(&bench.corpus.texts[..bench.corpus.texts.len().min(40)], model.tokenizer_json())?;
    let cases: Vec<(&str, Batches)> = vec![
        ("1×16", subtexts.even(1, 16)?),
        ("1×128", subtexts.even(1, 128)?),
        ("16×128", subtexts.even(16, 128)?),
        ("mixed", subtexts.mixed(64, false)),
        ("mixed, sorted", subtexts.mixed(64, true)),
    ];
    let check = save(&bench.launcher.work, "encoder-check", &subtexts.mixed(16, false))?;
    let mut rows: Vec<Row> = Vec::new();
    for threads in [1, 2] {
        let mut answered = Vec::new();
        for mut contender in bench.start(&names, threads) {
            let answer = contender.answer(&check).and_then(|answer| numbers(&answer["hidden"]));
            if let Some(answer) = bench.or_missing(&contender.name, answer)? {
                answered.push((contender, answer));
            }
        }
        let of = |name: &str| answered.iter().position(|(c, _)| c.name == name);
        let reference = of("torch-f32").or_else(|| of("pressmark-f32")).context("no f32 contender could be started")?;
        let reference = answered[reference].1.clone();
        let (mut contenders, mut checks) = (Vec::new(), Vec::new());
        for (contender, answer) in answered {
            let cosine = least_cosine(&answer, &reference, width).and_then(|cosine| {
                ensure!(cosine > SAME_NETWORK, "{} runs another network: least cosine {cosine}", contender.name);
                Ok(cosine)
            });
            if let Some(cosine) = bench.or_missing(&contender.name, cosine)? {
                contenders.push(contender);
                checks.push(format!("least cosine {cosine:.4}"));
            }
        }
        for (number, (name, batches)) in cases.iter().enumerate() {
            let path = save(&bench.launcher.work, &format!("encoder-{number}"), batches)?;
            for contender in &mut contenders {
                contender.time(&path, 0.0)?;
            }
            let units = batches.subwords() as f64;
            let entries = contenders.into_iter().zip(&checks).map(|(c, k)| (c, path.clone(), units, k.clone()));
            let (made, back) = bench.rows(name, threads, entries.collect())?;
            (contenders, rows) = (back, rows.into_iter().chain(made).collect());
        }
        drop(contenders);
        rows.extend(peak(bench, threads)?);
    }
    let path = save(&bench.launcher.work, "encoder-threads", &cases[2].1)?;
    rows.extend(thread_rows(bench, cases[2].0, &path, cases[2].1.subwords() as f64)?);
    encoder_claims(bench, &rows);
    let about = format!(
        "Subwords a second through the bundled encoder, the same weights on every side (least cosine: of the hidden \
         states of 16 sentences with torch f32). Cases are batches × subwords, cut from {}; `mixed` is 64 sentences \
         of different lengths in batches of 16, as they come and sorted by length: the peers pad to the longest of \
         a batch, padding does not count as work. ONNX Runtime runs the graph that its own optimizer fused, int8 is \
         its dynamic quantisation with a scale a channel; rten runs the same export, not fused. `int8 peak` is what \
         the cores do with all operands in registers, in subwords of this model's linear layers. `in turns` is \
         pressmark-int8 with one thread, with two, and twice with one thread at the same time, one after the other in \
         each round: what two processes that share nothing reach together is what the machine gives two threads.",
        bench.corpus.from
    );
    Ok(vec![Table { title: "Encoder".into(), unit: "subwords/s", about, rows }])
}

const ONE: &str = "pressmark-int8, a thread";
const TWO: &str = "pressmark-int8, two threads";
const APART: &str = "pressmark-int8, two processes of a thread";

/// One thread, two threads and two single-threaded processes, alternating; ratios are relative to two threads.
fn thread_rows(bench: &Bench, case: &str, path: &Path, units: f64) -> Result<Vec<Row>> {
    if bench.launcher.cpus.len() < 2 {
        return Ok(Vec::new());
    }
    let name = "pressmark-int8";
    let mut one = bench.launcher.start(name, 1)?;
    let mut two = bench.launcher.start(name, 2)?;
    let mut other = bench.launcher.start_after(1, name, 1)?;
    for contender in [&mut one, &mut two, &mut other] {
        contender.time(path, 0.0)?;
    }
    let seconds = bench.plan.seconds;
    let mut rates = [const { Vec::new() }; 3];
    for _ in 0..bench.plan.rounds {
        rates[0].push(units / one.time(path, seconds)?);
        rates[1].push(units / two.time(path, seconds)?);
        let at_once = thread::scope(|scope| {
            let beside = scope.spawn(|| other.time(path, seconds));
            let time = one.time(path, seconds);
            Ok::<_, anyhow::Error>(units / time? + units / beside.join().expect("timing does not panic")?)
        })?;
        rates[2].push(at_once);
    }
    let row = |(contender, threads, index): (&str, usize, usize)| Row {
        case: format!("{case}, in turns"),
        threads,
        contender: contender.into(),
        rate: Spread::of(rates[index].iter().copied()),
        ratio: (index != 1).then(|| Spread::of(rates[1].iter().zip(&rates[index]).map(|(two, x)| two / x))),
        rounds: bench.plan.rounds,
        peak_mb: None,
        check: "as above".into(),
    };
    Ok([(TWO, 2, 1), (ONE, 1, 0), (APART, 2, 2)].map(row).into())
}

/// The machine's peak, as a row.
fn peak(bench: &mut Bench, threads: usize) -> Result<Option<Row>> {
    if !crate::machine::has_vnni() {
        return Ok(None);
    }
    let case = save(&bench.launcher.work, "nothing", &json!({}))?;
    let Some(mut contender) = bench.start(&["pressmark-peak"], threads).pop() else { return Ok(None) };
    let operations = contender.answer(&case)?.as_f64().context("the peak is a number")?;
    let mut rates = Vec::new();
    for _ in 0..bench.plan.rounds {
        rates.push(operations / contender.time(&case, 0.1)?);
    }
    let best = rates.iter().copied().fold(0.0, f64::max);
    Ok(Some(Row {
        case: "peak".into(),
        threads,
        contender: "int8 peak".into(),
        rate: Spread::of(rates.iter().map(|rate| rate / LINEAR_OPERATIONS)),
        ratio: None,
        rounds: rates.len(),
        peak_mb: None,
        check: format!("{} GOP/s", short(best / 1e9)),
    }))
}

fn encoder_claims(bench: &mut Bench, rows: &[Row]) {
    let beside = "pressmark int8 / ONNX Runtime int8";
    for (case, threads, target) in [("16×128", 1, 1.6), ("16×128", 2, 1.8), ("mixed", 1, 2.0), ("mixed", 2, 2.0)] {
        let measured = ratio(rows, case, threads, "onnxruntime-int8");
        bench.claim(format!("{beside}, {case}, threads: {threads}"), target, measured);
    }
    let ours = |threads| rate(rows, "16×128", threads, "pressmark-int8");
    let turns = "16×128, in turns";
    bench.claim("pressmark int8, two threads / one, 16×128", 1.9, ratio(rows, turns, 1, ONE));
    bench.claim("pressmark int8, two threads / two processes of one, 16×128", None, ratio(rows, turns, 2, APART));
    let peak = rate(rows, "peak", 1, "int8 peak");
    let share = ours(1).zip(peak).map(|(got, most)| got / most);
    bench.claim("share of the int8 peak, one thread, 16×128", None, share);
}

/// Contenders on the same case, each with the result of checking its answer.
fn compare(
    bench: &mut Bench,
    names: &[&str],
    path: &Path,
    units: f64,
    case: &str,
    mut check: impl FnMut(&str, Value) -> Result<String>,
) -> Result<Vec<Row>> {
    let mut entries = Vec::new();
    for mut contender in bench.start(names, 1) {
        let said = contender.answer(path).and_then(|answer| check(&contender.name, answer));
        if let Some(said) = bench.or_missing(&contender.name, said)? {
            entries.push((contender, path.to_path_buf(), units, said));
        }
    }
    ensure!(!entries.is_empty(), "no contender could be started");
    Ok(bench.rows(case, 1, entries)?.0)
}

pub(crate) fn text(bench: &mut Bench) -> Result<Vec<Table>> {
    let texts = bench.corpus.texts[..bench.plan.of(60, 200).min(bench.corpus.texts.len())].to_vec();
    let path = save(&bench.launcher.work, "text", &texts_case(&texts))?;
    let solid = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
    let expected: usize = texts.iter().map(|text| solid(text)).sum();
    let check = |name: &str, answer: Value| {
        if name == "tokenizers" {
            return Ok(format!("{answer} subwords"));
        }
        let docs: Vec<[Vec<String>; 2]> = serde_json::from_value(answer)?;
        let covered: usize = docs.iter().flat_map(|[_, words]| words).map(|word| solid(word)).sum();
        let (sents, words) = docs.iter().fold((0, 0), |(sents, all), [s, w]| (sents + s.len(), all + w.len()));
        ensure!(covered == expected, "{name}: its words cover {covered} of {expected} characters");
        Ok(format!("{sents} sentences, {words} tokens, no character lost"))
    };
    let names = ["pressmark-text", "spacy-sentencizer", "spacy-parser", "tokenizers"];
    let rows = compare(bench, &names, &path, words(&texts) as f64, "articles", check)?;
    let about = format!(
        "Words a second from text to sentences, words and, on our side only, the subword windows that the encoder \
         reads. spaCy: its tokenizer with the rule-based sentencizer, and with en_core_web_sm's parser, which sets \
         better boundaries. `tokenizers` makes subwords alone, called once for each of our sentences. {} of {}.",
        texts.len(),
        bench.corpus.from
    );
    Ok(vec![Table { title: "Sentences and words".into(), unit: "words/s", about, rows }])
}

/// Maps a spaCy (OntoNotes) or pressmark label to CoNLL's; labels that CoNLL defines differently are dropped.
fn conll(tag: &str) -> String {
    let Some((prefix, label)) = tag.split_once('-') else { return "O".into() };
    let label = match label {
        "PERSON" | "PER" => "PER",
        "ORG" => "ORG",
        "GPE" | "LOC" | "FAC" => "LOC",
        _ => return "O".into(),
    };
    format!("{prefix}-{label}")
}

pub(crate) fn entities(bench: &mut Bench) -> Result<Vec<Table>> {
    let (mut gold, from) = inputs::gold(&bench.corpus)?;
    let mut tags: Vec<Vec<String>> = Vec::new();
    gold.truncate(bench.plan.of(40, 216));
    for sentence in gold.iter_mut().flat_map(|doc| &mut doc.sentences) {
        tags.push(sentence.tags.iter().map(|tag| conll(tag)).collect());
    }
    let articles: Vec<Vec<&Vec<String>>> =
        gold.iter().map(|doc| doc.sentences.iter().map(|s| &s.tokens).collect()).collect();
    let sentences: Vec<&Vec<String>> = articles.iter().flatten().copied().collect();
    let count: usize = sentences.iter().map(|words| words.len()).sum();
    let path = save(&bench.launcher.work, "entities", &json!({ "articles": articles, "sentences": sentences }))?;
    let check = |name: &str, answer: Value| {
        if name == "bert-base-ner" {
            return Ok("random weights: speed only".to_owned());
        }
        let found: Vec<Vec<String>> = serde_json::from_value(answer)?;
        ensure!(found.len() == tags.len(), "{name} tagged {} of {} sentences", found.len(), tags.len());
        let mut score = EntityScore::default();
        for (gold, found) in tags.iter().zip(found) {
            score.add(gold, &found.iter().map(|tag| conll(tag)).collect::<Vec<_>>());
        }
        Ok(match &from {
            Some(from) => format!("F1 {:.1} on {from} (PER, ORG, LOC)", 100.0 * score.total().f1()),
            None => format!("{} found", score.total().found),
        })
    };
    let rows =
        compare(bench, &["pressmark-entities", "spacy-ner", "bert-base-ner"], &path, count as f64, "sentences", check)?;
    let about = format!(
        "Words a second from tokens to entities, encoder included; {} sentences with their tokens given. spaCy is \
         en_core_web_sm with its entity recogniser alone. pressmark learnt from this set's train part and spaCy \
         from OntoNotes, so F1 favours us; what each calls a location, a nationality or a miscellany differs, so \
         three types are scored. The BERT-base token classifier of transformers has random weights.",
        sentences.len()
    );
    Ok(vec![Table { title: "Entities".into(), unit: "words/s", about, rows }])
}

pub(crate) fn summary(bench: &mut Bench) -> Result<Vec<Table>> {
    let texts = bench.corpus.texts[..bench.plan.of(20, 60).min(bench.corpus.texts.len())].to_vec();
    let path = save(&bench.launcher.work, "summary", &texts_case(&texts))?;
    let check = |name: &str, answer: Value| {
        let summaries: Vec<Vec<String>> = serde_json::from_value(answer)?;
        ensure!(summaries.len() == texts.len(), "{name} summed up {} of {}", summaries.len(), texts.len());
        let (mut sentences, mut recall) = (0, 0.0);
        for (text, summary) in texts.iter().zip(&summaries) {
            ensure!((1..=3).contains(&summary.len()), "{name} gave {} sentences", summary.len());
            sentences += summary.len();
            recall += rouge(text, &summary.join("\n")).rouge1.recall;
        }
        let share = 100.0 * recall / texts.len() as f64;
        Ok(format!("{sentences} sentences; {share:.0} % of the articles' words"))
    };
    let names = ["pressmark-summary", "pressmark-summary-stage", "sumy-lexrank"];
    let rows = compare(bench, &names, &path, texts.len() as f64, "articles", check)?;
    let about = format!(
        "Articles a second from text to a summary of three sentences. `pressmark-summary` counts all that the \
         summary reads: encoder, entities, quotations; `-stage` is what a summary costs where those are wanted anyway. \
         sumy splits sentences and words with two patterns, since NLTK's tables are not on PyPI: in its favour. \
         How good the summaries are: crates/summarize/README.md. {} of {}.",
        texts.len(),
        bench.corpus.from
    );
    Ok(vec![Table { title: "Summaries".into(), unit: "articles/s", about, rows }])
}

pub(crate) fn html(bench: &mut Bench) -> Result<Vec<Table>> {
    let (mut pages, from) = inputs::pages(&bench.corpus)?;
    pages.truncate(bench.plan.of(40, 130));
    let path = save(&bench.launcher.work, "html", &texts_case(&pages))?;
    let check = |name: &str, answer: Value| {
        let texts: Vec<String> = serde_json::from_value(answer)?;
        let found = texts.iter().filter(|text| text.split_whitespace().count() >= 50).count();
        // A page may contain no article, but an extractor that finds one in fewer than half of them does not work.
        ensure!(texts.len() == pages.len() && found * 2 > pages.len(), "{name} found {found} of {}", pages.len());
        Ok(format!("{found} articles of 50 words or more, {} words", words(&texts)))
    };
    let names = ["pressmark-html", "trafilatura", "trafilatura-fast", "readability-lxml"];
    let rows = compare(bench, &names, &path, pages.len() as f64, "pages", check)?;
    let about = format!(
        "Pages a second from bytes to the article's text; on our side with metadata, language and the way back from \
         each character to its bytes. `trafilatura-fast` leaves out its fallbacks. How good the articles are: \
         crates/ingest/README.md. {from}, the first {}.",
        pages.len()
    );
    Ok(vec![Table { title: "HTML".into(), unit: "pages/s", about, rows }])
}

pub(crate) fn duplicates(bench: &mut Bench) -> Result<Vec<Table>> {
    let originals = bench.corpus.texts[..bench.plan.of(100, 400).min(bench.corpus.texts.len())].to_vec();
    let (texts, repeats) = inputs::repeated(&originals);
    let path = save(&bench.launcher.work, "duplicates", &texts_case(&texts))?;
    let first = originals.len();
    let check = |name: &str, answer: Value| {
        let found: Vec<i64> = serde_json::from_value(answer)?;
        ensure!(found.len() == texts.len(), "{name} judged {} of {}", found.len(), texts.len());
        let right = found.iter().skip(first).enumerate().filter(|(i, earlier)| **earlier == (i * 5) as i64).count();
        let among = found.iter().take(first).filter(|earlier| **earlier >= 0).count();
        if right * 2 < repeats {
            bail!("{name} found {right} of {repeats} repeats");
        }
        Ok(format!("{right} of {repeats} repeats found, {among} among the originals"))
    };
    let rows = compare(bench, &["pressmark-duplicates", "datasketch"], &path, texts.len() as f64, "articles", check)?;
    let about = format!(
        "Articles a second from text to the earlier article that it repeats: MinHash of five-word sequences, 128 \
         hashes, threshold 0.8 on both sides. {first} of {}, and every fifth again with about one word in a hundred \
         changed.",
        bench.corpus.from
    );
    Ok(vec![Table { title: "Near duplicates".into(), unit: "articles/s", about, rows }])
}
