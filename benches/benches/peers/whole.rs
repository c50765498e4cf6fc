//! End to end: `pressmark annotate` beside chains of Python tools, and its scaling with threads, documents and corpora.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::Bench;
use crate::contender::{Contender, run_whole};
use crate::inputs::{self, Batches, Chance, Subtexts, save, words};
use crate::report::{Row, Spread, Table, short};
use crate::sections::rate;

/// The command, which `scripts/peers.sh` builds beside this bench.
fn program() -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let beside = here.ancestors().map(|dir| dir.join("pressmark")).find(|path| path.is_file());
    beside.context("there is no pressmark beside this bench: build it with cargo build --release")
}

/// `pressmark annotate INPUT -o OUTPUT`, pinned to CPUs.
fn annotate(bench: &Bench, threads: usize, input: &Path, output: &Path) -> Result<Command> {
    let mut command = bench.launcher.pinned(threads, &program()?);
    command.arg("annotate").arg(input).arg("-o").arg(output);
    // Nothing of an earlier run may be resumed or block this one.
    command.args(["--overwrite", "--quiet", "--duplicates", "keep", "--jobs", &threads.to_string()]);
    Ok(command)
}

/// Checks that every document has a line with the status `ok`.
fn check_lines(output: &Path, expected: usize) -> Result<()> {
    let text = fs::read_to_string(output)?;
    let rows: Vec<Value> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let good = rows.iter().filter(|row| row["status"] == "ok" && row["summary"] != json!([])).count();
    ensure!(rows.len() == expected && good == expected, "{good} good lines of {} for {expected}", rows.len());
    Ok(())
}

/// One side of the end-to-end comparison in a table.
struct Side {
    name: &'static str,
    texts: Vec<String>,
    rates: Vec<f64>,
    peak_bytes: u64,
    /// Pages and total words of the summaries.
    check: String,
}

impl Side {
    fn new(name: &'static str, texts: Vec<String>) -> Self {
        Self { name, texts, rates: Vec::new(), peak_bytes: 0, check: String::new() }
    }

    fn row(&self, threads: usize, ours: &[f64]) -> Row {
        let ratio = ours.iter().zip(&self.rates).map(|(ours, theirs)| ours / theirs);
        let rate = Spread::of(self.rates.iter().copied());
        let documents = self.texts.len();
        let each = words(&self.texts) as f64 / documents as f64;
        Row {
            case: "pages".into(),
            threads,
            contender: self.name.into(),
            rate,
            ratio: (self.name != OURS).then(|| Spread::of(ratio)),
            rounds: self.rates.len(),
            peak_mb: Some(self.peak_bytes as f64 / 1e6),
            check: format!("{} documents/s; {}", short(rate.median / each), self.check),
        }
    }
}

const OURS: &str = "pressmark annotate";
const ENCODER: &str = "its encoder alone";
/// The chains, with the number of pages in a quick and in a full run. Set by hand: what each can process in some
/// seconds.
const CHAINS: [(&str, usize, usize); 3] =
    [("chain-sentiment-small", 10, 30), ("chain-zeroshot-small", 3, 10), ("chain-zeroshot-base", 1, 3)];

/// Writes pages to a folder, replacing those of an earlier run.
fn write_pages(folder: &Path, texts: &[String]) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    for (number, text) in texts.iter().enumerate() {
        fs::write(folder.join(format!("{number:04}.html")), inputs::page(text))?;
    }
    Ok(())
}

pub(crate) fn chains(bench: &mut Bench) -> Result<Vec<Table>> {
    let work = bench.launcher.work.clone();
    let texts = bench.corpus.texts[..bench.plan.of(120, 240).min(bench.corpus.texts.len())].to_vec();
    let (pages, output) = (work.join("pages"), work.join("annotated.jsonl"));
    write_pages(&pages, &texts)?;
    // Slow chains get fewer pages: those closest to the average length.
    let average = words(&texts) / texts.len();
    let mut typical = texts.clone();
    typical.sort_by_key(|text| text.split_whitespace().count().abs_diff(average));
    let warm = save_chain(&work, "warm", &typical[..1])?;
    let windows = Subtexts::of(&texts, pressmark_benches::model().tokenizer_json())?.windows;
    let subwords = Batches { batches: vec![windows] };
    let encoder = save(&work, "encoder-pages", &subwords)?;
    let mut rows = Vec::new();
    for threads in [1, 2] {
        let mut ours = Side::new(OURS, texts.clone());
        let mut sides = vec![(Side::new(ENCODER, texts.clone()), "pressmark-int8", encoder.clone())];
        for (name, quick, full) in CHAINS {
            let some = typical[..bench.plan.of(quick, full)].to_vec();
            let case = save_chain(&work, name, &some)?;
            sides.push((Side::new(name, some), name, case));
        }
        run_whole(&mut annotate(bench, threads, &pages, &output)?)?;
        check_lines(&output, texts.len())?;
        ours.check = format!("{} lines, all good; start-up included", texts.len());
        let mut ready: Vec<(Side, Contender, PathBuf)> = Vec::new();
        for (mut side, name, case) in sides {
            let Some(mut contender) = bench.start(&[name], threads).pop() else { continue };
            if side.name == ENCODER {
                contender.time(&case, 0.0)?;
                side.check = format!("{} subwords in the windows of the same articles", subwords.subwords());
            } else {
                let found = contender.answer(&warm).and_then(|words| {
                    let found = words[0].as_u64().context("a chain answers with words")?;
                    ensure!(found as usize * 2 > average, "it found {found} words where there are {average}");
                    Ok(found)
                });
                if bench.or_missing(name, found)?.is_none() {
                    continue;
                }
                side.check = format!("{} pages; start-up not counted", side.texts.len());
            }
            ready.push((side, contender, case));
        }
        for _ in 0..bench.plan.long_rounds {
            let run = run_whole(&mut annotate(bench, threads, &pages, &output)?)?;
            ours.rates.push(words(&ours.texts) as f64 / run.seconds);
            ours.peak_bytes = run.peak_bytes.max(ours.peak_bytes);
            for (side, contender, case) in &mut ready {
                side.rates.push(words(&side.texts) as f64 / contender.time(case, 0.0)?);
                side.peak_bytes = contender.peak_bytes;
            }
        }
        rows.push(ours.row(threads, &ours.rates));
        rows.extend(ready.iter().map(|(side, ..)| side.row(threads, &ours.rates)));
    }
    chain_claims(bench, &rows);
    let about = format!(
        "Words a second from HTML pages on disk to one JSON line each. pressmark gives cleaned text, entities, \
         quotations, a summary, twenty frames, tone towards every entity and stances, on all {} pages, its start-up \
         counted. The chains run trafilatura, spaCy en_core_web_sm with all its parts and sumy's LexRank, then: \
         `sentiment-small` one label a document from a model of MiniLM-L6's size, which is the least that a user \
         would ask for; `zeroshot-small` the same twenty frames by entailment with such a model; `zeroshot-base` \
         with BERT-base. Both read the first 512 subwords of a document, pressmark all. Their weights are random, \
         they are warm before the clock starts, and torch has as many threads as CPUs. Pages made of {}.",
        texts.len(),
        bench.corpus.from
    );
    Ok(vec![Table { title: "The whole job".into(), unit: "words/s", about, rows }])
}

/// A chain's case: a folder of its own pages.
fn save_chain(work: &Path, name: &str, texts: &[String]) -> Result<PathBuf> {
    let folder = work.join(format!("pages-{name}"));
    write_pages(&folder, texts)?;
    save(work, &format!("case-{name}"), &json!({ "folder": folder, "output": work.join(format!("{name}.out")) }))
}

fn chain_claims(bench: &mut Bench, rows: &[Row]) {
    let row = |threads: usize, name: &str| rows.iter().find(|r| r.threads == threads && r.contender == name);
    for (threads, name, target) in [
        (1, "chain-sentiment-small", 8.0),
        (1, "chain-zeroshot-small", 8.0),
        (1, "chain-zeroshot-base", 25.0),
        (2, "chain-sentiment-small", 8.0),
        (2, "chain-zeroshot-small", 8.0),
        (2, "chain-zeroshot-base", 25.0),
    ] {
        let ratio = row(threads, name).and_then(|row| row.ratio).map(|ratio| ratio.median);
        bench.claim(format!("annotate / {name}, threads: {threads}"), target, ratio);
    }
    let peak = |threads, name| row(threads, name).and_then(|row| row.peak_mb);
    let share = peak(2, OURS).zip(peak(2, "chain-sentiment-small")).map(|(ours, theirs)| ours / theirs);
    bench.claim_at_most("memory of annotate / memory of chain-sentiment-small, threads: 2", 0.2, share);
    bench.claim_at_most("peak memory of annotate in MB, two jobs", 250.0, peak(2, OURS));
    let ours = |threads| rate(rows, "pages", threads, OURS);
    let encoder = rate(rows, "pages", 1, ENCODER);
    bench.claim("annotate / its encoder alone, one thread", 0.6, ours(1).zip(encoder).map(|(all, part)| all / part));
    bench.claim("annotate, two threads / one", None, ours(2).zip(ours(1)).map(|(two, one)| two / one));
}

pub(crate) fn scaling(bench: &mut Bench) -> Result<Vec<Table>> {
    let pool = inputs::seed_sentences();
    let mut rows = Vec::new();
    for length in LENGTHS {
        let count = LONGEST / length;
        rows.push(grown(bench, &pool, &format!("{count} × {length} words"), count, length)?);
    }
    let rates: Vec<f64> = rows.iter().map(|row| row.rate.median).collect();
    bench.claim("words/s in documents of 50,000 words / of 500", 0.9, Some(rates[3] / rates[1]));
    let lengths = Table {
        title: "Length of documents".into(),
        unit: "words/s",
        about: format!(
            "`pressmark annotate` on one thread over {LONGEST} words in documents of different length, start-up \
             counted; where every stage is linear, the rate stays. Documents are put together from the sentences \
             of seeds/."
        ),
        rows,
    };
    let mut rows = Vec::new();
    for count in bench.plan.of([60, 240, 960], [250, 1000, 4000]) {
        rows.push(grown(bench, &pool, &format!("{count} × 100 words"), count, 100)?);
    }
    let peak = |row: &Row| row.peak_mb;
    let growth = peak(&rows[2]).zip(peak(&rows[1])).map(|(large, small)| large / small);
    bench.claim_at_most("peak memory over a corpus / over a quarter of it", 1.1, growth);
    let corpora = Table {
        title: "Size of the corpus".into(),
        unit: "words/s",
        about: "`pressmark annotate` on one thread over more and more documents: memory must stay.".into(),
        rows,
    };
    Ok(vec![lengths, corpora])
}

/// Words per document in the table of lengths.
const LENGTHS: [usize; 4] = [50, 500, 5_000, 50_000];
/// The last of [`LENGTHS`].
const LONGEST: usize = 50_000;

/// A row for `annotate` over `count` generated documents of about `length` words.
fn grown(bench: &Bench, pool: &[String], case: &str, count: usize, length: usize) -> Result<Row> {
    let mut chance = Chance::seeded(length as u64);
    let texts: Vec<String> = (0..count).map(|_| inputs::generated(pool, length, &mut chance)).collect();
    let line = |(id, text): (usize, &String)| format!("{}\n", json!({ "id": id, "text": text }));
    let (input, output) = (bench.launcher.work.join("grown.jsonl"), bench.launcher.work.join("grown.out"));
    fs::write(&input, texts.iter().enumerate().map(line).collect::<String>())?;
    let (mut rates, mut peak) = (Vec::new(), 0);
    for _ in 0..bench.plan.of(1, 3) {
        let run = run_whole(&mut annotate(bench, 1, &input, &output)?)?;
        rates.push(words(&texts) as f64 / run.seconds);
        peak = run.peak_bytes.max(peak);
    }
    check_lines(&output, count)?;
    Ok(Row {
        case: case.to_owned(),
        threads: 1,
        contender: OURS.into(),
        rate: Spread::of(rates.iter().copied()),
        ratio: None,
        rounds: rates.len(),
        peak_mb: Some(peak as f64 / 1e6),
        check: format!("{count} lines, all good"),
    })
}
