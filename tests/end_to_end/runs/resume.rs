//! What can be resumed, and what is rejected.

use std::fs;

use pressmark_encoder::{BundleFiles, sign};
use pressmark_tests::root;

use super::{Place, assert_same, run};

#[test]
fn a_difference_is_named_and_nothing_is_touched() {
    let place = Place::new(40);
    let expected = place.unbroken(&[]);
    place.break_off("out.jsonl", &[]);
    let before = (place.read("out.jsonl.journal"), place.read("out.jsonl.partial"));
    let check = |more: &[&str], expected: &str| {
        let (code, message) = place.annotate("out.jsonl", more);
        assert_eq!(code, 2, "{message}");
        assert!(message.contains(expected), "{message}");
        assert!(before == (place.read("out.jsonl.journal"), place.read("out.jsonl.partial")), "{more:?} changes files");
    };
    check(&[], "continue it (--resume), or discard it and start over (--overwrite)");
    check(&["--resume", "--summary", "5"], "--summary was \"3\", is \"5\"");
    check(&["--resume", "--duplicates", "keep"], "--duplicates was \"mark\", is \"keep\"");
    check(&["--resume", "--language", "fr"], "--language was not given, is \"fr\"");
    check(&["--resume", "--shard-rows", "9"], "--shard-rows was not given, is \"9\"");

    let input = fs::read_to_string(place.path("in/a.jsonl")).expect("it is there");
    let with = |text: &str, expected: &str| {
        fs::write(place.path("in/a.jsonl"), text).expect("written");
        check(&["--resume"], expected);
    };
    with(&input.replacen("In ", "On ", 1), "document 1 was record 0 of");
    with(&input.replacen("In ", "On ", 1), "which has changed");
    with(input.split_once('\n').map_or("", |(_, rest)| rest), "the input has changed");
    fs::write(place.path("in/a.jsonl"), &input).expect("written");
    fs::write(place.path("in/a-before.txt"), "A new file, sorted to the front of the folder.").expect("written");
    check(&["--resume"], "now it is record 0 of");
    fs::remove_file(place.path("in/a-before.txt")).expect("it is there");

    // Synced rows that have changed since: not ours to discard.
    let rows = &before.1;
    let mut changed = rows.clone();
    changed[rows.len() / 2] ^= 1;
    for wrong in [&changed[..], &rows[..rows.len() / 2]] {
        fs::write(place.path("out.jsonl.partial"), wrong).expect("written");
        let (code, message) = place.annotate("out.jsonl", &["--resume"]);
        assert_eq!(code, 2, "{message}");
        assert!(message.contains("differs from what the run wrote"), "{message}");
        assert!(place.read("out.jsonl.partial") == wrong);
    }
    fs::write(place.path("out.jsonl.partial"), rows).expect("written");

    assert_eq!(place.annotate("out.jsonl", &["--resume"]), (1, String::new()));
    assert_same(&place.read("out.jsonl"), &expected, "a resumed run");
}

#[test]
fn a_codebook_that_changed_is_another_setting() {
    let place = Place::new(12);
    let terms = place.arg("terms.toml");
    let write = |term: &str| {
        let text = format!(
            "[codebook]\nname = \"ores\"\nversion = \"1\"\nkind = \"terms\"\n\n[[label]]\nname = \"MINERAL\"\nterms = [\"{term}\"]\n"
        );
        fs::write(&terms, text).expect("written");
    };
    write("cobalt");
    place.break_off("out.jsonl", &["--terms", &terms]);
    write("copper");
    let (code, message) = place.annotate("out.jsonl", &["--terms", &terms, "--resume"]);
    assert_eq!(code, 2, "{message}");
    assert!(message.contains("--terms") && message.contains("sha256"), "{message}");
}

/// Hashes decide whether a model matches: one is a copy, one differs in a bit of the weights like a retrained one, and
/// one has the same weights but another configuration.
#[test]
fn another_model_is_refused_and_the_same_one_elsewhere_is_not() {
    let place = Place::new(12);
    let write = |name: &str, change: fn(&mut BundleFiles)| {
        let mut files = BundleFiles::read(root().join("models/pressmark-news-small")).expect("it is there");
        change(&mut files);
        sign(&mut files);
        fs::create_dir(place.path(name)).expect("a new folder");
        let parts = [
            ("manifest.json", &files.manifest),
            ("config.json", &files.config),
            ("tokenizer.json", &files.tokenizer),
            ("model.safetensors", &files.weights),
        ];
        parts.iter().for_each(|(file, bytes)| fs::write(place.path(name).join(file), bytes).expect("written"));
        place.arg(name)
    };
    let same = write("same", |_| {});
    let weights = write("weights", |files| *files.weights.to_mut().last_mut().expect("they are not empty") ^= 1);
    let config = write("config", |files| {
        let config = String::from_utf8(files.config.to_vec()).expect("UTF-8");
        assert!(config.contains("\"max_window\": 256"), "{config}");
        files.config = config.replace("\"max_window\": 256", "\"max_window\": 256 ").into_bytes().into();
    });
    let with = |model: &[&'static str]| [&["--stages", "summarize"], model].concat();
    let expected = place.unbroken(&with(&[]));
    place.break_off("out.jsonl", &with(&[]));
    let before = (place.read("out.jsonl.journal"), place.read("out.jsonl.partial"));
    let resume = |model: &str| {
        let mut args = place.args("out.jsonl", &with(&["--resume"]));
        args.extend(["--model", model].map(|arg| arg.to_owned().into()));
        run(&args.iter().map(AsRef::as_ref).collect::<Vec<_>>())
    };
    for (model, difference) in [(&weights, "model was \""), (&config, "model files was \"")] {
        let (code, message) = resume(model);
        assert_eq!(code, 2, "{message}");
        assert!(message.contains(difference) && message.contains("start over with --overwrite"), "{message}");
        assert_eq!(message.matches("sha256 ").count(), 2, "both are named: {message}");
        assert!(before == (place.read("out.jsonl.journal"), place.read("out.jsonl.partial")), "it changes files");
    }
    // A model's name is irrelevant; its hash decides.
    assert_eq!(resume(&same), (1, String::new()));
    assert_same(&place.read("out.jsonl"), &expected, "a resumed run");
}

#[test]
fn a_finished_run_is_left_alone() {
    let place = Place::new(20);
    let expected = place.unbroken(&[]);
    let args = place.args("unbroken.jsonl", &["--resume"]);
    let loud: Vec<&str> = args.iter().map(AsRef::as_ref).filter(|arg| *arg != "--quiet").collect();
    let (code, message) = run(&loud);
    assert_eq!(code, 1);
    assert!(message.contains("is complete (21 documents): nothing to do"), "{message}");
    assert_same(&place.read("unbroken.jsonl"), &expected, "a finished run");
    assert_eq!(
        place.names("unbroken.jsonl"),
        ["unbroken.jsonl", "unbroken.jsonl.manifest.json", "unbroken.jsonl.schema.json"]
    );

    // With more input, it is not the run that was requested.
    fs::write(place.path("in/c.txt"), "One more story, about a ferry.").expect("written");
    let (code, message) = run(&loud);
    assert_eq!(code, 2);
    assert!(message.contains("it had 21 documents, now 22"), "{message}");
    // A finished run is protected like an unfinished one.
    let (code, message) = place.annotate("unbroken.jsonl", &[]);
    assert_eq!(code, 2, "{message}");
    assert!(message.contains("already exists") && message.contains("--overwrite"), "{message}");
    assert_same(&place.read("unbroken.jsonl"), &expected, "a finished run");
    assert_eq!(place.annotate("unbroken.jsonl", &["--overwrite"]), (1, String::new()));
    assert_eq!(place.read("unbroken.jsonl").iter().filter(|b| **b == b'\n').count(), 22);
}

/// One letter of a row changed without changing the length: only the hash in the manifest detects it.
#[test]
fn a_finished_run_that_was_changed_is_not_resumed() {
    let place = Place::new(12);
    let mut rows = place.unbroken(&[]);
    let at = rows.len() / 2;
    rows[at] = if rows[at] == b'x' { b'y' } else { b'x' };
    fs::write(place.path("unbroken.jsonl"), &rows).expect("written");
    let (code, message) = place.annotate("unbroken.jsonl", &["--resume"]);
    assert_eq!(code, 2, "{message}");
    assert!(message.contains("differs from what the run wrote: its SHA-256 is "), "{message}");
    assert_same(&place.read("unbroken.jsonl"), &rows, "the changed file");
}

#[test]
fn a_run_can_be_begun_with_resume_or_anew() {
    let place = Place::new(20);
    let expected = place.unbroken(&[]);
    assert_eq!(place.annotate("out.jsonl", &["--resume"]), (1, String::new()));
    assert_same(&place.read("out.jsonl"), &expected, "a first run with --resume");
    place.break_off("other.jsonl", &["--summary", "5"]);
    assert_eq!(place.annotate("other.jsonl", &["--overwrite"]), (1, String::new()));
    assert_same(&place.read("other.jsonl"), &expected, "a run begun anew");
}

#[test]
fn what_cannot_be_had_twice_cannot_be_resumed() {
    let place = Place::new(4);
    let check = |args: &[&str], expected: &str| {
        let (code, message) = run(args);
        assert_eq!(code, 2, "{message}");
        assert!(message.contains(expected), "{message}");
    };
    check(&["annotate", "seeds", "--resume"], "name a file (-o FILE)");
    check(
        &["annotate", "-", "-o", &place.arg("out.jsonl"), "--resume"],
        "standard input and pipes cannot be read twice",
    );
    check(&["annotate", "seeds", "--shard", "1/2"], "name a file (-o FILE)");
    check(
        &["annotate", "seeds", "--shard-rows", "5"],
        "standard output cannot be split into files: name a file (-o FILE)",
    );
    check(&["annotate", "seeds", "--resume", "--overwrite", "-o", "x"], "cannot be used with");
    assert!(place.names("out").is_empty());
}
