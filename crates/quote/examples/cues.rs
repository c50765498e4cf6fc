//! Fits the cue weights on a folder of texts with brat attributions and writes the English table `cues.tsv` to stdout.
//!
//! `cargo run --release -p pressmark-quote --example cues -- ../shared/data/quotes/polnear/train >
//! crates/lang/src/en/cues.tsv`

use std::io::Write;
use std::path::PathBuf;
use std::{env, fs, io};

use pressmark_core::{Document, Stage};
use pressmark_lang::Language;
use pressmark_quote::{CueTrainer, read_brat};
use pressmark_tokenize::Splitter;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(env::args().nth(1).ok_or("name the folder that holds text/ and attributions/")?);
    let mut trainer = CueTrainer::new(Language::of(Some("en")));
    // A fixed order on every machine: the last digits of the fit depend on it.
    let entries: Result<Vec<PathBuf>, io::Error> =
        fs::read_dir(folder.join("attributions"))?.map(|entry| Ok(entry?.path())).collect();
    let mut entries = entries?;
    entries.sort_unstable();
    for ann in entries {
        let stem = ann.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        let name = stem.rsplit_once('_').map_or(stem, |(name, _)| name);
        let text = folder.join("text").join(format!("{name}.txt"));
        if text.exists() {
            let mut doc = Document::from_text(name, fs::read_to_string(text)?);
            Splitter.run(&mut doc)?;
            let gold = read_brat(&doc.text, &fs::read_to_string(&ann)?)?;
            trainer.add(&doc, &gold);
        }
    }
    io::stdout().write_all(trainer.table().as_bytes())?;
    Ok(())
}
