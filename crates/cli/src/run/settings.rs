use std::fs;

use clap::{ArgMatches, Command};
use pressmark_encoder::Model;
use pressmark_jsonl::{Provenance, Settings};
use sha2::{Digest, Sha256};

use super::hex;

/// Arguments that do not change what is written into the rows; models are told by their hashes.
const WITHOUT_EFFECT: [&str; 11] =
    ["output", "resume", "overwrite", "jobs", "strict", "quiet", "model", "pull", "help", "version", "inputs"];

/// What tells stages apart beyond the arguments: defaults, models.
const STAGES: &str = "stages";
/// Name, version and weights of the models.
const MODEL: &str = "model";
/// All files of the model that the encoder runs: its configuration and its tokenizer tell what the weights mean.
const MODEL_FILES: &str = "model files";

/// All settings that the output of a run depends on, by the names under which the user gives them.
///
/// They are taken from the arguments as they stand, so that an argument that is added to the command counts
/// without anybody having to think of it.
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
                // One that ships with the program is no file; one that should be read and cannot was refused before.
                if let Ok(bytes) = fs::read(value) {
                    settings.insert(format!("{name} {value}"), format!("sha256 {}", hex(&Sha256::digest(bytes))));
                }
            }
        }
        settings.insert(name, values.join(" "));
    }
    settings.insert("pressmark".into(), provenance.pressmark.to_string());
    // One for all stages, unless some run on another library.
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
    }
    let stages: Vec<_> = provenance.stages.iter().map(|s| format!("{} {}", s.stage, s.settings)).collect();
    settings.insert(STAGES.into(), stages.join(" "));
    settings
}

/// In what two runs differ, for a person; empty when they are the same.
pub(crate) fn differences(before: &Settings, now: &Settings) -> String {
    let names: std::collections::BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let differ = |name: &&&String| before.get(**name) != now.get(**name);
    let mut differing: Vec<_> = names.iter().filter(differ).collect();
    // What follows from another difference need not be said.
    if differing.len() > 1 {
        let is_other_model = differing.iter().any(|name| name.as_str() == MODEL);
        differing.retain(|name| name.as_str() != STAGES && !(is_other_model && name.as_str() == MODEL_FILES));
    }
    let say = |value: Option<&String>| value.map_or("not given".to_owned(), |value| format!("{value:?}"));
    let sentences = differing.iter().map(|name| {
        let (before, now) = (before.get(**name), now.get(**name));
        format!("{name} was {}, is {}", say(before), say(now))
    });
    sentences.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_named() {
        let settings = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect();
        let check = |before: &[_], now: &[_], expected: &str| {
            assert_eq!(differences(&settings(before), &settings(now)), expected);
        };
        check(&[("--summary", "3")], &[("--summary", "3")], "");
        check(
            &[("--summary", "3"), ("stages", "a")],
            &[("--summary", "5"), ("stages", "b")],
            "--summary was \"3\", is \"5\"",
        );
        check(&[("stages", "a")], &[("stages", "b")], "stages was \"a\", is \"b\"");
        check(&[(MODEL, "a"), (MODEL_FILES, "a")], &[(MODEL, "b"), (MODEL_FILES, "b")], "model was \"a\", is \"b\"");
        check(
            &[(MODEL_FILES, "a"), (STAGES, "a")],
            &[(MODEL_FILES, "b"), (STAGES, "b")],
            "model files was \"a\", is \"b\"",
        );
        check(&[], &[("--language", "fr")], "--language was not given, is \"fr\"");
    }
}
