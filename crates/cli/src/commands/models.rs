use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use pressmark_stance::Vectors;

use crate::args::BundleArgs;
use crate::{Outcome, model, stages};

/// List the models at hand, or check them against their manifests
#[derive(Debug, Args)]
pub(crate) struct ModelsArgs {
    #[command(subcommand)]
    pub(crate) action: ModelsAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelsAction {
    /// Name, version, licence, size and heads of each model
    List(BundleArgs),
    /// Read the model's files and hold them against their manifest
    Verify(BundleArgs),
    /// Encode the shipped codebooks and keep their vectors beside the model, so that runs start sooner
    ///
    /// Needed after a change of the model, the engine or the codebooks; without it a run encodes them itself.
    Prepare {
        /// Folder of the model bundle; the vectors are written into it
        #[arg(value_name = "DIR")]
        bundle: PathBuf,
    },
}

pub(crate) fn run(args: ModelsArgs) -> Result<Outcome> {
    let text = match args.action {
        ModelsAction::List(args) => list(&args)?,
        ModelsAction::Verify(args) => {
            // Loading checks every file against the manifest, and every tensor against the configuration.
            let model = model::open(&args)?;
            format!("{} {}: good ({})\n", model.name(), model.version(), model.sha256())
        }
        ModelsAction::Prepare { bundle } => prepare(bundle)?,
    };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Outcome::Good)
}

fn prepare(dir: PathBuf) -> Result<String> {
    let path = dir.join(model::VECTORS);
    let model = model::open(&BundleArgs { model: Some(dir) })?;
    let vectors = Vectors::encode(&model, &stages::tokenizer(&model)?, &stages::shipped_codebooks()?)?;
    fs::write(&path, vectors.to_bytes(&model)).with_context(|| format!("failed to write {}", path.display()))?;
    Ok(format!("{}: {} vectors\n", path.display(), vectors.len()))
}

fn list(args: &BundleArgs) -> Result<String> {
    let files = model::files(args)?;
    let config: serde_json::Value = serde_json::from_slice(&files.config)?;
    let model = model::open(args)?;
    let place = args.model.as_ref().map_or_else(|| "inside the program".to_owned(), |dir| dir.display().to_string());
    let heads: Vec<&str> = model.heads().iter().map(pressmark_encoder::Head::name).collect();
    Ok(format!(
        "{} {}\n  where    {place}\n  licence  {}\n  weights  {:.1} MB, sha256 {}\n  windows  {} subwords\n  heads    {}\n",
        model.name(),
        model.version(),
        config["licence"].as_str().unwrap_or("not stated"),
        files.weights.len() as f64 / 1e6,
        model.sha256(),
        model.max_window(),
        heads.join(", "),
    ))
}

#[cfg(all(test, feature = "bundled-model"))]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_vectors_are_those_of_the_shipped_model() {
        let args = BundleArgs { model: None };
        let model = model::open(&args).unwrap();
        let tokenizer = stages::tokenizer(&model).unwrap();
        let fresh = Vectors::encode(&model, &tokenizer, &stages::shipped_codebooks().unwrap()).unwrap();
        let distance = model::vectors(&args, &model).distance(&fresh);
        assert!(distance.is_some_and(|d| d < 1e-6), "{distance:?}: run pressmark models prepare models/pressmark-news");
    }
}
