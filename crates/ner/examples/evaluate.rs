//! Strict entity F1 on gold columns: `evaluate MODEL news|conll03 FILE... [MINE=THEIRS...]`.
//!
//! The tokens are taken as given. `MINE=THEIRS` renames a kind of the gold data to one of the scheme
//! (`Person=PERSON`, `O` to drop it).
#![expect(clippy::print_stdout, reason = "the table is what the program is for")]

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use pressmark_core::Stage;
use pressmark_encoder::Model;
use pressmark_ner::{Counts, EntityScore, Ner, Options, Scheme, read_columns};
use pressmark_pass::Pass;
use pressmark_tokenize::{Subwords, Tokenizer};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let dir = args.next().ok_or("expected MODEL news|conll03 FILE...")?;
    let scheme = if args.next().as_deref() == Some("conll03") { Scheme::Conll03 } else { Scheme::News };
    let (renames, files): (Vec<String>, Vec<String>) = args.partition(|a| a.contains('='));
    let names: BTreeMap<String, String> =
        renames.iter().filter_map(|r| r.split_once('=')).map(|(a, b)| (a.to_owned(), b.to_owned())).collect();

    let model = Arc::new(Model::open(&dir)?);
    let tokenizer =
        Tokenizer::new(Subwords::from_json(model.tokenizer_json())?, pressmark_tokenize::Options::default())?;
    let pass = Pass::new(Arc::clone(&model))?;
    // CONSISTENCY=0 shows what the second look is worth.
    let mut options = Options::default();
    options.scheme = scheme;
    if let Ok(strength) = std::env::var("CONSISTENCY") {
        options.consistency = strength.parse()?;
    }
    let ner = Ner::new(model, options)?;
    let mut score = EntityScore::default();
    for file in &files {
        for mut gold in read_columns(&std::fs::read_to_string(file)?)? {
            gold.rename(&names);
            let mut doc = gold.to_document(file);
            doc.windows = tokenizer.windows(&doc);
            pass.run(&mut doc)?;
            let found = ner.tag(&doc)?;
            let mut at = 0;
            for sentence in &gold.sentences {
                score.add(&sentence.tags, &found[at..at + sentence.tags.len()]);
                at += sentence.tags.len();
            }
        }
    }
    println!("{:10} {:>9} {:>9} {:>9} {:>7} {:>7}", "", "precision", "recall", "f1", "gold", "found");
    let row = |name: &str, c: Counts| {
        let [p, r, f] = [c.precision(), c.recall(), c.f1()].map(|x| 100.0 * x);
        println!("{name:10} {p:9.2} {r:9.2} {f:9.2} {:7} {:7}", c.gold, c.found);
    };
    score.by_kind().iter().for_each(|(kind, counts)| row(kind, *counts));
    row("all", score.total());
    Ok(())
}
