use std::collections::BTreeSet;

use pressmark_jsonl::Settings;

/// Name of the setting with the configuration of all stages, including defaults and models.
pub const STAGES: &str = "stages";
/// Name of the setting with name, version and weights hash of the models.
pub const MODEL: &str = "model";
/// Name of the setting with the hash of all files of the encoder's model: configuration and tokenizer determine what
/// the weights mean.
pub const MODEL_FILES: &str = "model files";
/// Name of the setting with the licence of that model's weights.
pub const MODEL_LICENCE: &str = "model licence";

/// Describes the settings in which two runs differ, for people; empty if there are none.
#[must_use]
pub fn differences(before: &Settings, now: &Settings) -> String {
    let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let differ = |name: &&&String| before.get(**name) != now.get(**name);
    let mut differing: Vec<_> = names.iter().filter(differ).collect();
    // Omit differences that follow from another one.
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
