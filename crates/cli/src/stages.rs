use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use pressmark_core::Stage;
use pressmark_encode::DocumentEncoder;
use pressmark_encoder::Model;
use pressmark_frames::{Codebook, Frames, FramesOptions};
use pressmark_ner::{Ner, Terms};
use pressmark_pipeline::Pipeline;
use pressmark_quote::QuoteFinder;
use pressmark_stance::{EntitySentiment, Stances, StancesOptions};
use pressmark_summarize::{Length, Summarizer};
use pressmark_tokenize::{Subwords, Tokenizer};

use crate::args::{ModelArgs, StageArgs, StageName, SummaryLength};
use crate::backend::{RustBert, Slot};
use crate::{model, terminal};

impl StageName {
    const ALL: [Self; 8] = [
        Self::Tokenize,
        Self::Encoder,
        Self::Ner,
        Self::Quote,
        Self::Summarize,
        Self::Frames,
        Self::Sentiment,
        Self::Stance,
    ];

    /// What another library can do of its work.
    fn slot(self) -> Option<Slot> {
        match self {
            Self::Encoder => Some(Slot::Embed),
            Self::Ner => Some(Slot::Ner),
            Self::Frames => Some(Slot::Frames),
            Self::Stance => Some(Slot::Stance),
            Self::Tokenize | Self::Quote | Self::Summarize | Self::Sentiment => None,
        }
    }

    /// The stages whose layers this one reads.
    fn needs(self) -> &'static [Self] {
        match self {
            Self::Tokenize => &[],
            Self::Encoder => &[Self::Tokenize],
            Self::Ner => &[Self::Encoder],
            Self::Quote | Self::Sentiment => &[Self::Ner],
            Self::Summarize | Self::Frames | Self::Stance => &[Self::Quote],
        }
    }
}

/// The stages asked for (all, when none is named) and those that they need.
fn wanted(asked: &[StageName]) -> BTreeSet<StageName> {
    let mut wanted = BTreeSet::new();
    let mut todo = if asked.is_empty() { StageName::ALL.to_vec() } else { asked.to_vec() };
    while let Some(name) = todo.pop() {
        if wanted.insert(name) {
            todo.extend(name.needs());
        }
    }
    wanted
}

/// The pipeline that the arguments ask for.
pub(crate) fn pipeline(args: &StageArgs, models: &ModelArgs, model: &Arc<Model>) -> Result<Pipeline> {
    Ok(Pipeline::new(stages(args, models, model)?)?)
}

/// The tokenizer that the model was trained with.
pub(crate) fn tokenizer(model: &Model) -> Result<Tokenizer> {
    tokenizer_up_to(usize::MAX, model)
}

fn tokenizer_up_to(max_tokens: usize, model: &Model) -> Result<Tokenizer> {
    let subwords = Subwords::from_json(model.tokenizer_json()).context("failed to read the model's tokenizer")?;
    let options = pressmark_tokenize::Options { max_window: model.max_window(), max_tokens };
    Ok(Tokenizer::new(subwords, options)?)
}

/// The stages that the arguments ask for, and those that they need, in order.
pub(crate) fn stages(args: &StageArgs, models: &ModelArgs, model: &Arc<Model>) -> Result<Vec<Box<dyn Stage>>> {
    let rust_bert = RustBert::new(models)?;
    let elsewhere = |slot: Slot| rust_bert.as_ref().filter(|r| r.does(slot));
    let mut wanted = wanted(&args.stages);
    // A bundle need not have every head; what nobody asked for by name is then left out.
    let is_asked = !args.stages.is_empty() || !args.target.is_empty() || elsewhere(Slot::Stance).is_some();
    if let Err(why) = model.head(Stances::HEAD).map(drop)
        && !is_asked
    {
        wanted.remove(&StageName::Stance);
        terminal::say(&format!("{why}: stances are left out"));
    }
    if elsewhere(Slot::Embed).is_some() {
        needs_no_bundle(&wanted, |slot| elsewhere(slot).is_some())?;
    }
    let tokenizer = tokenizer_up_to(args.max_tokens.get(), model)?;
    let mut stages: Vec<Box<dyn Stage>> = Vec::new();
    for name in wanted {
        if let Some(rust_bert) = elsewhere(Slot::Summarize).filter(|_| name == StageName::Summarize) {
            // The sentences that tell most are chosen all the same, and stand beside what is written.
            stages.push(rust_bert.stage(Slot::Summarize, args)?);
        }
        if let Some((slot, rust_bert)) = name.slot().and_then(|slot| Some((slot, elsewhere(slot)?))) {
            stages.push(rust_bert.stage(slot, args)?);
            continue;
        }
        stages.push(match name {
            // The tokenizer stands beside the stages that encode texts of their own; it moves in last.
            StageName::Tokenize => continue,
            StageName::Encoder => Box::new(DocumentEncoder::new(Arc::clone(model))?),
            StageName::Ner => Box::new(ner(args, model)?),
            StageName::Quote => Box::new(QuoteFinder::new(pressmark_quote::Options::default())),
            StageName::Summarize => Box::new(summarizer(args, model, elsewhere(Slot::Embed).is_none())?),
            StageName::Frames => {
                let codebooks = codebooks(&args.codebook)?;
                let (vectors, options) = (model::vectors(&models.encoder().bundle, model), FramesOptions::default());
                Box::new(Frames::with_vectors(Arc::clone(model), &tokenizer, &codebooks, options, &vectors)?)
            }
            StageName::Sentiment => Box::new(EntitySentiment::new(Arc::clone(model))?),
            StageName::Stance => {
                let options = StancesOptions { targets: args.target.clone(), ..StancesOptions::default() };
                Box::new(Stances::new(Arc::clone(model), &tokenizer, options)?)
            }
        });
    }
    stages.insert(0, Box::new(tokenizer));
    Ok(stages)
}

fn ner(args: &StageArgs, model: &Arc<Model>) -> Result<Ner> {
    let mut options = pressmark_ner::Options::default();
    options.scheme = args.labels.into();
    options.terms = terms(&args.terms)?;
    Ok(Ner::new(Arc::clone(model), options)?)
}

/// The codebooks of terms.
pub(crate) fn terms(paths: &[PathBuf]) -> Result<Vec<Terms>> {
    let read =
        |path: &PathBuf| Terms::read(path).with_context(|| format!("failed to read the terms {}", path.display()));
    paths.iter().map(read).collect()
}

/// Without the bundled encoder, whose place sentence vectors of rust-bert take, other stages must do without it.
fn needs_no_bundle(wanted: &BTreeSet<StageName>, elsewhere: impl Fn(Slot) -> bool) -> Result<()> {
    let reads_hidden = [StageName::Ner, StageName::Frames, StageName::Sentiment, StageName::Stance];
    let left = reads_hidden.into_iter().find(|name| wanted.contains(name) && !name.slot().is_some_and(&elsewhere));
    match left.and_then(|name| name.to_possible_value()) {
        Some(name) => bail!(
            "embed=rust-bert takes the place of the bundled encoder, which {} reads; put that on rust-bert too, or leave \
             it out with --stages",
            name.get_name()
        ),
        None => Ok(()),
    }
}

fn summarizer(args: &StageArgs, model: &Arc<Model>, has_hidden: bool) -> Result<Summarizer> {
    let length = match args.summary {
        SummaryLength::Sentences(count) => Length::Sentences(count),
        SummaryLength::Words(count) => Length::Words(count),
        SummaryLength::Share(share) => Length::Share(share),
    };
    let options = pressmark_summarize::Options { length };
    Ok(if has_hidden { Summarizer::new(Arc::clone(model), options)? } else { Summarizer::without_model(options)? })
}

/// The names of the codebooks of frames inside the program; `annotate` uses the first two unless told otherwise.
pub(crate) const SHIPPED_CODEBOOKS: [&str; 4] =
    ["policy-frames", "news-frames", "climate-frames", "gun-violence-frames"];

/// The codebooks of frames by their names or paths; the general ones when none is named.
pub(crate) fn codebooks(names: &[String]) -> Result<Vec<Codebook>> {
    if names.is_empty() {
        return SHIPPED_CODEBOOKS[..2].iter().map(|name| codebook(name)).collect();
    }
    names.iter().map(|name| codebook(name)).collect()
}

/// The codebooks inside the program.
pub(crate) fn shipped_codebooks() -> Result<Vec<Codebook>> {
    SHIPPED_CODEBOOKS.iter().map(|name| codebook(name)).collect()
}

/// A codebook of frames by its name or path.
pub(crate) fn codebook(name: &str) -> Result<Codebook> {
    if let Some(codebook) = Codebook::shipped(name) {
        return Ok(codebook);
    }
    let toml = fs::read_to_string(name).with_context(|| {
        format!("failed to read the codebook {name}: expected {} or a TOML file", SHIPPED_CODEBOOKS.join(", "))
    })?;
    Ok(Codebook::parse(name, &toml)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_brings_what_it_needs() {
        let check = |asked: &[StageName], expected: &[StageName]| {
            assert_eq!(wanted(asked).into_iter().collect::<Vec<_>>(), expected);
        };
        use StageName::{Encoder, Ner, Quote, Stance, Tokenize};
        check(&[Tokenize], &[Tokenize]);
        check(&[Quote], &[Tokenize, Encoder, Ner, Quote]);
        check(&[Stance, Ner], &[Tokenize, Encoder, Ner, Quote, Stance]);
        check(&[], &StageName::ALL);
    }
}
