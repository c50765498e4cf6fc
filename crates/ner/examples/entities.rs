//! Prints the entities of plain text files: `entities MODEL FILE...`, with codebooks of terms among the files
//! (`*.toml`).
#![expect(clippy::print_stdout, reason = "the list is what the program is for")]

use std::error::Error;
use std::sync::Arc;

use pressmark_core::{Document, Stage};
use pressmark_encode::DocumentEncoder;
use pressmark_encoder::Model;
use pressmark_ner::{Ner, Options, Terms};
use pressmark_tokenize::{Subwords, Tokenizer};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let dir = args.next().ok_or("expected MODEL FILE...")?;
    let (codebooks, files): (Vec<String>, Vec<String>) = args.partition(|a| a.ends_with(".toml"));
    let model = Arc::new(Model::open(&dir)?);
    let tokenizer =
        Tokenizer::new(Subwords::from_json(model.tokenizer_json())?, pressmark_tokenize::Options::default())?;
    let pass = DocumentEncoder::new(Arc::clone(&model))?;
    let mut options = Options::default();
    options.terms = codebooks.iter().map(Terms::read).collect::<Result<_, _>>()?;
    let ner = Ner::new(model, options)?;
    for file in &files {
        let mut doc = Document::from_text(file, std::fs::read_to_string(file)?);
        let stages: [&dyn Stage; 3] = [&tokenizer, &pass, &ner];
        stages.into_iter().try_for_each(|stage| stage.run(&mut doc))?;
        println!("# {file}");
        for (number, entity) in doc.entities.iter().enumerate() {
            println!("{:9} {} ({})  {}", entity.label, entity.name, entity.mentions, entity.aliases.join(" | "));
            for mention in doc.ents.iter().filter(|m| m.entity == Some(number)) {
                let around = mention.span.start.saturating_sub(30)..(mention.span.end + 20).min(doc.text.len());
                let context = String::from_utf8_lossy(&doc.text.as_bytes()[around]).replace('\n', " ");
                println!("            {:.2} {:8} {context}", mention.score, mention.label);
            }
        }
    }
    Ok(())
}
