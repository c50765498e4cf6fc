use std::collections::BTreeSet;

use pressmark_jsonl::Settings;

/// The setting that tells stages apart beyond what the user gave: their defaults and models.
pub const STAGES: &str = "stages";
/// The setting that holds name, version and weights of the models.
pub const MODEL: &str = "model";
/// The setting that holds the hash of all files of the encoder's model: its configuration and its tokenizer tell what
/// the weights mean.
pub const MODEL_FILES: &str = "model files";
/// The setting that holds the licence of that model's weights.
pub const MODEL_LICENCE: &str = "model licence";

/// In what two runs differ, for a person; empty when they are the same.
#[must_use]
pub fn differences(before: &Settings, now: &Settings) -> String {
    let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let differ = |name: &&&String| before.get(**name) != now.get(**name);
    let mut differing: Vec<_> = names.iter().filter(differ).collect();
    // What follows from another difference need not be said.
    if differing.len() > 1 {
        let differs = |other: &str| differing.iter().any(|name| name.as_str() == other);
        let (is_other_model, has_other_files) = (differs(MODEL), differs(MODEL_FILES));
        differing.retain(|name| match name.as_str() {
            STAGES => false,
            MODEL_FILES => !is_other_model,
            MODEL_LICENCE => !is_other_model && !has_other_files,
            _ => true,
        });
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
        check(
            &[(MODEL_FILES, "a"), (MODEL_LICENCE, "a")],
            &[(MODEL_FILES, "b"), (MODEL_LICENCE, "b")],
            "model files was \"a\", is \"b\"",
        );
        check(&[], &[("--language", "fr")], "--language was not given, is \"fr\"");
    }
}
