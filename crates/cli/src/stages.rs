use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use anyhow::{Context, Result};
use pressmark_core::Stage;
use pressmark_encoder::Model;
use pressmark_ner::{Ner, Terms};
use pressmark_pass::Pass;
use pressmark_pipeline::Pipeline;
use pressmark_quote::QuoteFinder;
use pressmark_stance::{Codebook, EntitySentiment, Frames, FramesOptions, Stances, StancesOptions};
use pressmark_summarize::{Length, Summarizer};
use pressmark_tokenize::{Subwords, Tokenizer};

use crate::args::{BundleArgs, StageArgs, StageName, SummaryLength};
use crate::model;

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
pub(crate) fn pipeline(args: &StageArgs, bundle: &BundleArgs, model: &Arc<Model>) -> Result<Pipeline> {
    Ok(Pipeline::new(stages(args, bundle, model)?)?)
}

/// The tokenizer that the model was trained with.
pub(crate) fn tokenizer(model: &Model) -> Result<Tokenizer> {
    let subwords = Subwords::from_json(model.tokenizer_json()).context("failed to read the model's tokenizer")?;
    let options = pressmark_tokenize::Options { max_window: model.max_window() };
    Ok(Tokenizer::new(subwords, options)?)
}

/// The stages that the arguments ask for, and those that they need, in order.
pub(crate) fn stages(args: &StageArgs, bundle: &BundleArgs, model: &Arc<Model>) -> Result<Vec<Box<dyn Stage>>> {
    let tokenizer = tokenizer(model)?;
    let mut stages: Vec<Box<dyn Stage>> = Vec::new();
    for name in wanted(&args.stages) {
        stages.push(match name {
            // The tokenizer stands beside the stages that encode texts of their own; it moves in last.
            StageName::Tokenize => continue,
            StageName::Encoder => Box::new(Pass::new(Arc::clone(model))?),
            StageName::Ner => Box::new(ner(args, model)?),
            StageName::Quote => Box::new(QuoteFinder::new(pressmark_quote::Options::default())),
            StageName::Summarize => Box::new(summarizer(args, model)?),
            StageName::Frames => {
                let codebooks = codebooks(&args.codebook)?;
                let (vectors, options) = (model::vectors(bundle, model), FramesOptions::default());
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
    for path in &args.terms {
        let terms = Terms::read(path).with_context(|| format!("failed to read the terms {}", path.display()))?;
        options.terms.push(terms);
    }
    Ok(Ner::new(Arc::clone(model), options)?)
}

fn summarizer(args: &StageArgs, model: &Arc<Model>) -> Result<Summarizer> {
    let length = match args.summary {
        SummaryLength::Sentences(count) => Length::Sentences(count),
        SummaryLength::Words(count) => Length::Words(count),
        SummaryLength::Share(share) => Length::Share(share),
    };
    Ok(Summarizer::new(Arc::clone(model), pressmark_summarize::Options { length })?)
}

/// The names of the codebooks of frames inside the program; `annotate` uses the first two unless told otherwise.
pub(crate) const SHIPPED_CODEBOOKS: [&str; 4] =
    ["policy-frames", "news-frames", "climate-frames", "gun-violence-frames"];

/// The codebooks of frames by their names or paths; the general ones when none is named.
fn codebooks(names: &[String]) -> Result<Vec<Codebook>> {
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
