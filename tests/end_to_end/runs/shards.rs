//! Output in several files, and runs distributed over machines.

use std::fs;

use pressmark_jsonl::Manifest;

use super::{Place, assert_same, run};

fn manifest(place: &Place, name: &str) -> Manifest {
    serde_json::from_slice(&place.read(name)).expect("a manifest")
}

#[test]
fn parts_make_up_the_whole() {
    let place = Place::new(50);
    let expected = place.unbroken(&[]);
    place.break_off("out.jsonl", &["--shard-rows", "12"]);
    assert_eq!(place.annotate("out.jsonl", &["--shard-rows", "12", "--resume"]), (1, String::new()));
    let parts: Vec<String> = (0..5).map(|part| format!("out-{part:06}.jsonl")).collect();
    assert_eq!(place.names("out-"), parts);
    let all: Vec<u8> = parts.iter().flat_map(|part| place.read(part)).collect();
    assert_same(&all, &expected, "parts");
    let manifest = manifest(&place, "out.jsonl.manifest.json");
    assert_eq!(manifest.files.iter().map(|file| file.rows).collect::<Vec<_>>(), [12, 12, 12, 12, 3]);
    assert_eq!((manifest.rows, manifest.documents.failed), (51, 1));
    assert!(manifest.files.iter().zip(&parts).all(|(file, part)| file.bytes == place.read(part).len() as u64));

    // A later run with fewer parts removes the remaining ones of an earlier run.
    assert_eq!(place.annotate("out.jsonl", &["--shard-rows", "30", "--overwrite"]), (1, String::new()));
    assert_eq!(place.names("out-"), parts[..2]);
}

#[test]
fn merged_shards_are_the_run_that_was_not_split() {
    let place = Place::new(60);
    for duplicates in ["mark", "drop", "keep"] {
        let more = ["--duplicates", duplicates];
        let expected = place.unbroken(&more);
        let names = ["1/3", "2/3", "3/3"].map(|shard| {
            let name = format!("{duplicates}-{}.jsonl", &shard[..1]);
            let split: &[&str] = if shard == "2/3" { &["--shard-rows", "7"] } else { &[] };
            let more = [&more[..], &["--shard", shard], split].concat();
            place.break_off_or_not(&name, &more);
            place.arg(&name)
        });
        let merged = place.arg("merged.jsonl");
        let [one, two, three] = &names;
        assert_eq!(run(&["merge", three, one, two, "-o", &merged, "--quiet", "--overwrite"]), (1, String::new()));
        assert_same(&place.read("merged.jsonl"), &expected, duplicates);
        let whole = manifest(&place, "unbroken.jsonl.manifest.json");
        let merged = manifest(&place, "merged.jsonl.manifest.json");
        assert_eq!((merged.settings, merged.input, merged.documents), (whole.settings, whole.input, whole.documents));
        assert_eq!(merged.files[0].sha256, whole.files[0].sha256);
    }
}

#[test]
fn a_merge_refuses_what_is_missing_twice_or_changed() {
    let place = Place::new(24);
    let shard = |name: &str, shard: &str, more: &[&str]| {
        assert!(place.annotate(name, &[&["--shard", shard], more].concat()).0 < 2);
        place.arg(name)
    };
    let (one, two) = (shard("one.jsonl", "1/2", &[]), shard("two.jsonl", "2/2", &[]));
    let out = place.arg("merged.jsonl");
    let check = |shards: &[&str], expected: &str| {
        let (code, message) = run(&[&["merge", "-o", &out], shards].concat());
        assert_eq!(code, 2, "{message}");
        assert!(message.contains(expected), "{message}");
        assert!(!place.path("merged.jsonl").exists());
    };
    check(&[&one], "missing shards: 2/2");
    check(&[&one, &one], "shard 1/2 was given twice");
    check(&[&one, &place.arg("none.jsonl")], "none.jsonl has no journal");
    check(&[&one, &shard("third.jsonl", "2/3", &[])], "is shard 2/3");
    check(&[&one, &shard("other.jsonl", "2/2", &["--summary", "5"])], "--summary was \"3\", is \"5\"");
    place.break_off("broken.jsonl", &["--shard", "2/2"]);
    check(&[&one, &place.arg("broken.jsonl")], "is incomplete");

    // A row that was modified, and a row that is missing.
    let rows = place.read("two.jsonl");
    let mut changed = rows.clone();
    changed[rows.len() / 2] ^= 1;
    for wrong in [&changed[..], &rows[..rows.len() - 1]] {
        fs::write(place.path("two.jsonl"), wrong).expect("written");
        check(&[&one, &two], "differs from what was written");
    }
    fs::write(place.path("two.jsonl"), [&rows[..], b"{}\n"].concat()).expect("written");
    check(&[&one, &two], "continues after its end");
    fs::write(place.path("two.jsonl"), &rows).expect("written");

    // Another machine that saw other input.
    fs::write(place.path("in/c.txt"), "One more story, about a ferry.").expect("written");
    check(&[&one, &shard("later.jsonl", "2/2", &[])], "were made from different input: 25 and 26 documents");
    assert_eq!(run(&["merge", &one, &two, "-o", &out, "--quiet"]), (1, String::new()));
}

impl Place {
    /// Runs a shard, interrupted and resumed if the document without text is in it.
    fn break_off_or_not(&self, output: &str, more: &[&str]) {
        if self.annotate(output, &[&["--strict"], more].concat()).0 == 2 {
            assert_eq!(self.annotate(output, &[&["--resume"], more].concat()), (1, String::new()));
        }
    }
}
