//! What an output may not overwrite, what its name implies, and who may write it.

use std::fs;
use std::io::Read;
use std::path::Path;

use super::{Place, assert_same, run};

/// Content of a compressed file.
fn unpack(place: &Place, name: &str) -> Vec<u8> {
    let mut rows = Vec::new();
    pressmark_ingest::Unpacked::open(&place.path(name), &pressmark_ingest::Options::default())
        .and_then(|mut file| file.read_to_end(&mut rows))
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    rows
}

/// Asserts that the command fails with this message and leaves the file unchanged.
fn check_kept(args: &[&str], path: &Path, expected: &str) {
    let before = fs::read(path).expect("it is there");
    let (code, message) = run(args);
    assert_eq!(code, 2, "{args:?}: {message}");
    assert!(message.contains(expected), "{args:?}: {message}");
    assert!(fs::read(path).expect("it is there") == before, "{args:?} changes the file");
}

#[test]
fn an_output_that_is_read_is_refused() {
    let place = Place::new(4);
    let input = place.path("in/a.jsonl");
    let terms = place.path("terms.toml");
    fs::write(
        &terms,
        "[codebook]\nname = 'ores'\nversion = '1'\nkind = 'terms'\n[[label]]\nname = 'ORE'\nterms = ['tin']\n",
    )
    .expect("written");
    let codebook = place.path("waters.toml");
    fs::copy(pressmark_tests::root().join("seeds/codebooks/water.toml"), &codebook).expect("copied");
    fs::hard_link(&input, place.path("hard.jsonl")).expect("a link");
    let arg = |path: &Path| path.display().to_string();
    let lost = "which would be overwritten";
    for more in [&[][..], &["--overwrite"], &["--resume"]] {
        let annotate = |inputs: &str, output: &str, options: &[&str]| {
            let args = [&["annotate", inputs, "-o", output, "--stages", "tokenize", "-q"], options, more].concat();
            args.into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        let check = |args: Vec<String>, path: &Path| {
            check_kept(&args.iter().map(String::as_str).collect::<Vec<_>>(), path, lost);
        };
        check(annotate(&arg(&input), &arg(&input), &[]), &input);
        check(annotate(&place.arg("in"), &place.arg("in/../in/a.jsonl"), &[]), &input);
        check(annotate(&place.arg("in"), &place.arg("hard.jsonl"), &[]), &input);
        // With the extension of rows, so that it is not rejected for its name.
        let (rows, book) = (place.path("terms.rows"), place.path("book.rows"));
        fs::copy(&terms, &rows).expect("copied");
        fs::copy(&codebook, &book).expect("copied");
        check(annotate(&place.arg("in"), &arg(&rows), &["--terms", &arg(&rows)]), &rows);
        check(annotate(&place.arg("in"), &arg(&book), &["--codebook", &arg(&book)]), &book);
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&input, place.path("link.jsonl")).expect("a link");
        let args = ["annotate", &place.arg("in"), "-o", &place.arg("link.jsonl"), "--overwrite", "-q"];
        check_kept(&args, &input, lost);
    }
    // A user's README is not a pressmark dataset card.
    fs::create_dir(place.path("out")).expect("a folder");
    fs::write(place.path("out/README.md"), "# Notes on these articles\n").expect("written");
    let args = ["annotate", &place.arg("in"), "-o", &place.arg("out"), "--overwrite", "-q"];
    check_kept(&args, &place.path("out/README.md"), "is not a pressmark dataset card");
}

#[test]
fn shards_are_not_merged_into_one_of_them() {
    let place = Place::new(12);
    for shard in ["1/2", "2/2"] {
        assert!(place.annotate(&format!("{}.jsonl", &shard[..1]), &["--shard", shard]).0 < 2);
    }
    let args = ["merge", &place.arg("1.jsonl"), &place.arg("2.jsonl"), "-o", &place.arg("1.jsonl"), "--overwrite"];
    check_kept(&args, &place.path("1.jsonl"), "which would be overwritten");
    let merged = ["merge", &place.arg("1.jsonl"), &place.arg("2.jsonl"), "-q", "-o", &place.arg("all.jsonl")];
    assert_eq!(run(&merged), (1, String::new()));
    check_kept(&merged, &place.path("all.jsonl"), "already exists");
    assert_eq!(run(&[&merged[..], &["--overwrite"]].concat()), (1, String::new()));
}

/// Two merges into one file once mixed their rows. A merge has no journal, but locks its output all the same.
#[test]
fn an_output_has_one_writer() {
    let place = Place::new(12);
    for shard in ["1/2", "2/2"] {
        assert!(place.annotate(&format!("{}.jsonl", &shard[..1]), &["--shard", shard]).0 < 2);
    }
    let other = fs::File::create(place.path("all.jsonl.journal")).expect("a file");
    other.lock().expect("locked");
    let merge = ["merge", &place.arg("1.jsonl"), &place.arg("2.jsonl"), "-q", "-o", &place.arg("all.jsonl")];
    let (code, message) = run(&merge);
    assert_eq!(code, 2, "{message}");
    assert!(message.contains("another pressmark is writing"), "{message}");
    assert_eq!(place.names("all.jsonl"), ["all.jsonl.journal"]);
    drop(other);
    assert_eq!(run(&merge), (1, String::new()));
    assert_eq!(place.names("all.jsonl"), ["all.jsonl", "all.jsonl.manifest.json", "all.jsonl.schema.json"]);
}

#[test]
fn a_name_says_what_is_written() {
    let place = Place::new(20);
    let expected = place.unbroken(&[]);
    for name in ["out.jsonl.gz", "out.jsonl.zst"] {
        assert_eq!(place.annotate(name, &[]), (1, String::new()));
        assert_same(&unpack(&place, name), &expected, name);
        assert!(place.read(name).len() < expected.len() / 3, "{name}");
        assert_eq!(run(&["verify", &place.arg(name), "-q"]).0, 0);
        assert_eq!(place.annotate(name, &["--resume"]), (1, String::new()));
    }
    assert_eq!(place.annotate("parts.jsonl.gz", &["--shard-rows", "8"]), (1, String::new()));
    let parts = ["parts-000000.jsonl.gz", "parts-000001.jsonl.gz", "parts-000002.jsonl.gz"];
    let all: Vec<u8> = parts.iter().flat_map(|part| unpack(&place, part)).collect();
    assert_same(&all, &expected, "compressed parts");
    for wrong in ["out.orc", "out.csv", "out.tsv.gz", "out.txt"] {
        let (code, message) = place.annotate(wrong, &[]);
        assert_eq!(code, 2, "{message}");
        assert!(message.contains("but the output is JSON Lines") && message.contains("name it .jsonl"), "{message}");
        assert!(!place.path(wrong).exists());
    }
}

/// An output in parts is only replaced if all its files can be.
#[test]
fn what_cannot_be_replaced_whole_is_not_replaced() {
    let place = Place::new(40);
    let parts = ["--shard-rows", "12"];
    assert_eq!(place.annotate("out.jsonl", &[&parts[..], &["--duplicates", "drop"]].concat()).0, 1);
    let names: Vec<String> = place.names("out");
    let before: Vec<Vec<u8>> = names.iter().map(|name| place.read(name)).collect();
    fs::create_dir(place.path("out-000003.jsonl")).expect("a folder");
    let again = [&parts[..], &["--duplicates", "keep"]].concat();
    let (code, message) = place.annotate("out.jsonl", &[&again[..], &["--overwrite"]].concat());
    assert_eq!(code, 2, "{message}");
    assert!(message.contains("failed to rename") && message.contains("--resume"), "{message}");
    for (name, bytes) in names.iter().zip(&before) {
        assert_same(&place.read(name), bytes, name);
    }
    fs::remove_dir(place.path("out-000003.jsonl")).expect("it is there");
    assert_eq!(place.annotate("out.jsonl", &[&again[..], &["--resume"]].concat()), (1, String::new()));
    let all: Vec<u8> = (0..4).flat_map(|part| place.read(&format!("out-{part:06}.jsonl"))).collect();
    assert_same(&all, &place.unbroken(&["--duplicates", "keep"]), "the new run");
    assert!(place.names("out").iter().all(|name| !name.contains("replaced") && !name.contains("journal")));
}

#[test]
fn failures_are_written_and_decide_the_exit_code() {
    let place = Place::new(20);
    fs::write(place.path("in/picture.bin"), [0, 159, 146, 150]).expect("written");
    let file = place.arg("failures.jsonl");
    let check = |output: &str, more: &[&str], code: i32| {
        let more = [&["--failures", &file], more].concat();
        assert_eq!(place.annotate(output, &more), (code, String::new()), "{more:?}");
        let lines = String::from_utf8(place.read("failures.jsonl")).expect("UTF-8");
        let lines: Vec<serde_json::Value> =
            lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert!(lines.iter().any(|line| line["id"] == "empty" && line["status"] == "failed"), "{lines:?}");
        let skipped: Vec<_> = lines.iter().filter(|line| line["status"] == "skipped").collect();
        assert!(skipped.len() == 1 && skipped[0]["problems"][0]["kind"] == "unknown_type", "{lines:?}");
    };
    check("one.jsonl", &[], 1);
    let bad = place.read("failures.jsonl").iter().filter(|b| **b == b'\n').count() - 1;
    check("two.jsonl", &["--max-failures", &bad.to_string()], 0);
    check("three.jsonl", &["--max-failures", &(bad - 1).to_string()], 1);
    check("four.jsonl", &["--max-failures", "100%"], 0);
    // Problems found by an interrupted run are reported by the run that resumes it.
    place.break_off("five.jsonl", &[]);
    check("five.jsonl", &["--resume"], 1);
    // A shard that is done keeps its journal; resuming it loses no line of its list.
    let shard = ["--shard", "1/2", "--failures", &file];
    place.annotate("part.jsonl", &shard);
    let list = place.read("failures.jsonl");
    assert!(String::from_utf8_lossy(&list).contains("unknown_type"));
    place.annotate("part.jsonl", &[&shard[..], &["--resume"]].concat());
    assert!(place.read("failures.jsonl") == list);
    for (output, failures, expected) in [
        ("six.jsonl", "in/a.jsonl", "which would be overwritten"),
        ("-", "in/a.jsonl", "which would be overwritten"),
        ("seven.parquet", "in/a.jsonl", "which would be overwritten"),
        ("tables/*.csv", "in/a.jsonl", "which would be overwritten"),
        ("one.jsonl", "one.jsonl", "also the output of the rows"),
        ("eight.jsonl", "two.jsonl", "already exists"),
    ] {
        let output = if output == "-" { output.to_owned() } else { place.arg(output) };
        check_kept(
            &["annotate", &place.arg("in"), "-o", &output, "--failures", &place.arg(failures)],
            &place.path(failures),
            expected,
        );
    }
}

/// The rows and failures of a run are in an input folder, with names like documents.
#[test]
fn a_run_does_not_read_what_it_writes() {
    let place = Place::new(20);
    let annotate = |output: &str, more: &[&str]| {
        let (input, output, failures) = (place.arg("in"), place.arg(output), place.arg("in/zz.txt"));
        let args = ["annotate", &input, "-q", "-o", &output, "--failures", &failures, "--max-failures", "100%"];
        assert_eq!(run(&[&args[..], more].concat()), (0, String::new()), "{more:?}");
    };
    annotate("apart.jsonl", &[]);
    fs::remove_file(place.path("in/zz.txt")).expect("the failures");
    annotate("in/rows.jsonl", &[]);
    assert_same(&place.read("in/rows.jsonl"), &place.read("apart.jsonl"), "rows");
    let skipped = String::from_utf8(place.read("in/zz.txt")).expect("UTF-8");
    let own = skipped.lines().filter(|line| line.contains("a file that this run writes")).count();
    assert!(own >= 2, "{skipped}");
}

#[test]
fn inputs_without_a_document_are_told_one_by_one() {
    let place = Place::new(0);
    fs::write(place.path("paper.docx"), b"PK\x03\x04").expect("written");
    fs::write(place.path("paper.odt"), b"PK\x03\x04").expect("written");
    let (code, message) = run(&["annotate", &place.arg("paper.docx"), &place.arg("paper.odt")]);
    assert_eq!(code, 2);
    for part in ["paper.docx: a Word document", "paper.odt: an OpenDocument text", "save it as text first"] {
        assert!(message.contains(part), "{message}");
    }
    assert!(!message.contains("--input-format"), "no format helps: {message}");
    let (code, message) = run(&["annotate", &place.arg("paper.docx"), "--input-format", "txt"]);
    assert_eq!(code, 1);
    assert!(message.contains("save it as text") && !message.contains("--input-format"), "{message}");
}
