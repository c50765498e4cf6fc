use std::fs;

use clap::{ArgMatches, Command};
use pressmark_core::hex;
use pressmark_encoder::Model;
use pressmark_jsonl::{Provenance, Settings};
use pressmark_run::{MODEL, MODEL_FILES, MODEL_LICENCE, STAGES};
use sha2::{Digest, Sha256};

/// Arguments that do not affect the rows. Models are compared by hash instead of by path, inputs by their content.
const WITHOUT_EFFECT: [&str; 13] = [
    "failures",
    "max_failures",
    "output",
    "resume",
    "overwrite",
    "jobs",
    "strict",
    "quiet",
    "model",
    "pull",
    "help",
    "version",
    "inputs",
];

/// Collects the settings that a run's output depends on, keyed by option name.
///
/// They come from the raw arguments, so that an option added later is included automatically.
pub(crate) fn describe(
    command: &Command,
    matches: &ArgMatches,
    provenance: &Provenance<'_>,
    model: &Model,
) -> Settings {
    let mut settings = Settings::new();
    for argument in command.get_arguments() {
        let id = argument.get_id().as_str();
        let Ok(Some(values)) = matches.try_get_raw(id) else { continue };
        let values: Vec<String> = values.map(|value| value.to_string_lossy().into_owned()).collect();
        if id == "inputs" {
            settings.insert("paths".into(), values.join(" "));
        }
        if WITHOUT_EFFECT.contains(&id) {
            continue;
        }
        let name = argument.get_long().map_or_else(|| id.to_owned(), |long| format!("--{long}"));
        if matches!(id, "terms" | "codebook") {
            for value in &values {
                // A bundled codebook is not a file. A file that cannot be read was rejected before.
                if let Ok(bytes) = fs::read(value) {
                    settings.insert(format!("{name} {value}"), format!("sha256 {}", hex(&Sha256::digest(bytes))));
                }
            }
        }
        settings.insert(name, values.join(" "));
    }
    settings.insert("pressmark".into(), provenance.pressmark.to_string());
    // Usually one model for all stages; more if some run on another library.
    let mut models: Vec<String> = Vec::new();
    for stage in &provenance.stages {
        if let (Some(model), Some(sha256)) = (&stage.model, &stage.sha256) {
            let model = format!("{model} sha256 {sha256}");
            if !models.contains(&model) {
                models.push(model);
            }
        }
    }
    if !models.is_empty() {
        settings.insert(MODEL.into(), models.join("; "));
    }
    if provenance.stages.iter().any(|stage| stage.sha256.as_deref() == Some(model.sha256())) {
        settings.insert(MODEL_FILES.into(), format!("sha256 {}", model.bundle_sha256()));
        if let Some(licence) = model.licence() {
            settings.insert(MODEL_LICENCE.into(), licence.to_owned());
        }
    }
    let stages: Vec<_> = provenance.stages.iter().map(|s| format!("{} {}", s.stage, s.settings)).collect();
    settings.insert(STAGES.into(), stages.join(" "));
    settings
}
