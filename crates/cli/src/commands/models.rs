use std::io::Write;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::Outcome;
use crate::args::BundleArgs;
use crate::model;

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
}

pub(crate) fn run(args: ModelsArgs) -> Result<Outcome> {
    let text = match args.action {
        ModelsAction::List(args) => list(&args)?,
        ModelsAction::Verify(args) => {
            // Loading checks every file against the manifest, and every tensor against the configuration.
            let model = model::open(&args)?;
            format!("{} {}: good ({})\n", model.name(), model.version(), model.sha256())
        }
    };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Outcome::Good)
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
