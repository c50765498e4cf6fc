//! Counts cues over a folder of texts with brat attributions and writes the table `cues.tsv` of English.
//!
//! `cargo run --release -p pressmark-quote --example cues -- ../shared/data/quotes/polnear/train > crates/lang/src/en/cues.tsv`

use std::io::Write;
use std::path::PathBuf;
use std::{env, fs, io};

use pressmark_core::{Document, Stage};
use pressmark_lang::Language;
use pressmark_quote::{CueCounts, read_brat};
use pressmark_tokenize::Splitter;

/// A word that was a cue less often than this is left to the counts of all rare words.
const LEAST: u32 = 3;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(env::args().nth(1).ok_or("name the folder that holds text/ and attributions/")?);
    let mut counts = CueCounts::new(Language::of(Some("en")));
    for entry in fs::read_dir(folder.join("attributions"))? {
        let ann = entry?.path();
        let stem = ann.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        let name = stem.rsplit_once('_').map_or(stem, |(name, _)| name);
        let text = folder.join("text").join(format!("{name}.txt"));
        if text.exists() {
            let mut doc = Document::from_text(name, fs::read_to_string(text)?);
            Splitter.run(&mut doc)?;
            let gold = read_brat(&doc.text, &fs::read_to_string(&ann)?)?;
            counts.add(&doc, &gold);
        }
    }
    io::stdout().write_all(counts.table(LEAST).as_bytes())?;
    Ok(())
}
