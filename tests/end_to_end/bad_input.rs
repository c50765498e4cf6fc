//! Bad input becomes a row with a problem, and the run continues; with `--strict` it stops.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::Stdio;

use crate::command::{command, pressmark};
use flate2::Compression;
use flate2::write::GzEncoder;
use pressmark_jsonl::Record;

const STORY: &str = "The harbour of Port Alder was closed for a third day on Tuesday, as engineers looked for the \
source of a leak. \"We will open it when the water is clean,\" said the mayor, Ada Okoye, who had come to see the quay.";

/// A kind of bad input: file name, content, and each row's status and the problem that explains it.
type Case = (&'static str, Vec<u8>, Vec<(&'static str, &'static str)>);

const FAILED: &str = "failed";
const PARTIAL: &str = "partial";
const GOOD: (&str, &str) = ("ok", "");

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory has room");
    encoder.finish().expect("memory has room")
}

fn page(charset: &str, text: &str) -> String {
    format!("<html><head><meta charset={charset}></head><body><article><p>{text}</p></article></body></html>")
}

fn json(key: &str, text: &str) -> String {
    serde_json::json!({ key: text }).to_string() + "\n"
}

fn cases() -> Vec<Case> {
    let accents = format!("Le café était fermé à midi. {STORY}");
    let latin = |text: String| text.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect::<Vec<u8>>();
    let good = json("text", STORY);
    let ids = r#"{"id": "a", "text": "ONE"}"#.replace("ONE", &STORY.replace('"', "'"));
    let deep = "<div>".repeat(100_000) + &format!("<p>{STORY}</p>") + &"</div>".repeat(100_000);
    let lines = |bad: &[&str]| bad.iter().fold(good.clone(), |all, line| all + line + "\n") + &good;
    vec![
        ("invalid-utf8.txt", [accents.as_bytes(), b" \xFF\xFE end."].concat(), vec![(PARTIAL, "bad_encoding")]),
        ("label-latin1.html", page("iso-8859-1", &accents).into_bytes(), vec![(PARTIAL, "wrong_charset")]),
        ("label-utf8.html", latin(page("utf-8", &accents)), vec![(PARTIAL, "wrong_charset")]),
        ("nul.txt", STORY.replace("day", "d\0y").into_bytes(), vec![(FAILED, "binary")]),
        ("binary.txt", b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj".to_vec(), vec![(FAILED, "binary")]),
        ("program.md", b"\x7FELF\x02\x01\x01\0\0\0\0\0".to_vec(), vec![(FAILED, "binary")]),
        ("empty.txt", Vec::new(), vec![(FAILED, "empty")]),
        ("blank.html", b" \n\t\r\n".to_vec(), vec![(FAILED, "empty")]),
        ("empty.jsonl", Vec::new(), vec![(FAILED, "empty")]),
        ("one-line.jsonl", ("x".repeat(20 << 20) + "\n" + &good).into_bytes(), vec![(FAILED, "too_large"), GOOD]),
        ("one-line.txt", "rain ".repeat(4 << 20).into_bytes(), vec![(FAILED, "too_large")]),
        (
            "broken.jsonl",
            lines(&["{\"text\": \"cut", "nonsense", "[1, 2]", "{\"text\": \"x\"} {}"]).into_bytes(),
            vec![GOOD, (FAILED, "malformed"), (FAILED, "malformed"), (FAILED, "no_text"), (FAILED, "malformed"), GOOD],
        ),
        (
            "no-text.jsonl",
            lines(&[r#"{"title": "a"}"#, r#"{"text": 7}"#, r#"{"text": [1]}"#, r#"{"text": null}"#, r#"{"text": ""}"#])
                .into_bytes(),
            vec![
                GOOD,
                (FAILED, "no_text"),
                (FAILED, "no_text"),
                (FAILED, "no_text"),
                (FAILED, "no_text"),
                (FAILED, "empty"),
                GOOD,
            ],
        ),
        ("same-id.jsonl", format!("{ids}\n{ids}\n").into_bytes(), vec![GOOD, (PARTIAL, "duplicate_id")]),
        (
            "ragged.csv",
            format!("id,text\n1,\"{0}\"\n2,\"{0}\",x\n3\n", STORY.replace('"', "'")).into_bytes(),
            vec![GOOD, (FAILED, "malformed"), (FAILED, "malformed")],
        ),
        ("cut.txt.gz", gzip(accents.as_bytes())[..80].to_vec(), vec![(FAILED, "bad_archive")]),
        ("no-gzip.txt.gz", b"no archive".to_vec(), vec![(FAILED, "bad_archive")]),
        ("no-zstd.txt.zst", b"no archive".to_vec(), vec![(FAILED, "bad_archive")]),
        ("bomb.txt.gz", gzip(&vec![b'x'; 40 << 20]), vec![(FAILED, "bad_archive")]),
        ("deep.html", deep.into_bytes(), vec![(PARTIAL, "malformed")]),
        ("entities.html", page("utf-8", &"&amp;".repeat(200_000)).into_bytes(), vec![(FAILED, "no_article")]),
        ("one-word.txt", "x".repeat(1 << 20).into_bytes(), vec![(FAILED, "no_article")]),
        ("long-word.txt", STORY.replace("engineers", &"x".repeat(1 << 20)).into_bytes(), vec![(PARTIAL, "truncated")]),
        ("stray.txt", [STORY.as_bytes(), b" And \xFF\xFE so on."].concat(), vec![(PARTIAL, "bad_encoding")]),
        (
            "stray-letter.txt",
            [STORY.as_bytes(), b" She had a caf\xE9 au lait."].concat(),
            vec![(PARTIAL, "wrong_charset")],
        ),
        ("bidi.txt", STORY.replace("closed", "clo\u{202e}sed").into_bytes(), vec![(PARTIAL, "suspicious_characters")]),
        (
            "zero-width.txt",
            STORY.replace("mayor", "ma\u{200b}yor").into_bytes(),
            vec![(PARTIAL, "suspicious_characters")],
        ),
        (
            "surrogate.jsonl",
            json("text", STORY).replace("closed", "clo\\ud800sed").into_bytes(),
            vec![(PARTIAL, "bad_encoding")],
        ),
        (
            "arabic.txt",
            "ظل الميناء مغلقا لليوم الثالث على التوالي، بينما بحث المهندسون عن مصدر التسرب.".into(),
            vec![(PARTIAL, "unsupported_script")],
        ),
        (
            "japanese.txt",
            "港は三日目も閉鎖され、技術者たちは水漏れの原因を探していた。".into(),
            vec![(PARTIAL, "unsupported_script")],
        ),
        ("good.txt", STORY.into(), vec![GOOD]),
    ]
}

fn records(lines: &[u8]) -> Vec<Record<'static>> {
    let lines = lines.split(|&b| b == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).expect("each line is a record")).collect()
}

/// Runs with a size limit that the large inputs exceed.
fn annotate(path: &Path, more: &[&str]) -> (Vec<u8>, i32, String) {
    let path = path.to_str().expect("a path in Unicode");
    let output = pressmark(&[&["annotate", "--quiet", "--max-bytes", "4M", path], more].concat());
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.stdout, output.status.code().expect("it ended by itself"), message)
}

#[test]
fn each_bad_input_is_a_row_and_the_run_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let cases = cases();
    for (name, bytes, _) in &cases {
        fs::write(folder.path().join(name), bytes).expect("it can be written");
    }
    let (lines, code, message) = annotate(folder.path(), &[]);
    assert_eq!(code, 1, "{message}");
    let rows = records(&lines);
    for (name, _, expected) in &cases {
        let rows: Vec<_> = rows.iter().filter(|r| r.source.path.ends_with(&format!("/{name}"))).collect();
        let found: Vec<_> = rows
            .iter()
            .zip(expected)
            .map(|(row, (_, kind))| {
                let told = row.problems.iter().any(|p| p.kind == *kind);
                (row.status.as_str(), if told { *kind } else { "" })
            })
            .collect();
        assert_eq!((rows.len(), &found), (expected.len(), expected), "{name}: {:#?}", rows.last().map(|r| &r.problems));
    }
    let expected: usize = cases.iter().map(|(_, _, rows)| rows.len()).sum();
    assert_eq!(rows.len(), expected);

    let file = folder.path().join("out.jsonl.checked");
    fs::write(&file, &lines).expect("it can be written");
    let folder = folder.path().to_str().expect("a path in Unicode");
    let verified = pressmark(&["verify", file.to_str().expect("Unicode"), "--inputs", folder, "--max-bytes", "4M"]);
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[test]
fn strict_stops_at_the_first() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes, rows) in cases() {
        let bad = rows.iter().position(|row| *row != GOOD);
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("it can be written");
        let (lines, code, message) = annotate(&path, &["--strict"]);
        assert_eq!(code, if bad.is_some() { 2 } else { 0 }, "{name}: {message}");
        assert_eq!(records(&lines).len(), bad.map_or(rows.len(), |at| at + 1), "{name}");
        let kind = bad.map_or("", |at| rows[at].1);
        assert!(message.contains(kind) && (bad.is_none() || message.contains("--strict")), "{name}: {message}");
    }
}

#[test]
fn limits_of_archives_can_be_set() {
    let folder = tempfile::tempdir().expect("a folder");
    let text: String = (0..200_000).map(|n| format!("{} ", n % 7)).collect();
    let path = folder.path().join("a.txt.gz");
    fs::write(&path, gzip(&[text.as_bytes(), &vec![b' '; 40 << 20]].concat())).expect("it can be written");
    let kind = |args: &[&str]| {
        let args = [args, &["--stages", "tokenize", "--max-bytes", "64M"]].concat();
        let path = path.to_str().expect("Unicode");
        let output = pressmark(&[&["annotate", "--quiet", path], &args[..]].concat());
        let problems = records(&output.stdout).pop().map(|row| row.problems).unwrap_or_default();
        problems.iter().find(|p| p.kind == "bad_archive").map(|p| p.message.to_string())
    };
    assert!(kind(&[]).is_some_and(|m| m.contains("250 times")));
    assert_eq!(kind(&["--max-ratio", "2000"]), None);
    assert!(kind(&["--max-ratio", "2000", "--max-unpacked", "1M"]).is_some_and(|m| m.contains("1048576 bytes")));
}

#[cfg(unix)]
#[test]
fn what_the_file_system_refuses_is_told() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::write(at("good.txt"), STORY).expect("it can be written");
    fs::create_dir(at("inner")).expect("it can be made");
    // A link to itself cannot be opened by anybody, root included.
    symlink(at("a-circle.txt"), at("a-circle.txt")).expect("a link");
    symlink(at("gone"), at("b-gone.txt")).expect("a link");
    symlink(folder.path(), at("inner/up")).expect("a link");
    fs::write(at("locked.txt"), STORY).expect("it can be written");
    fs::set_permissions(at("locked.txt"), fs::Permissions::from_mode(0o0)).expect("it is ours");
    let locked = fs::File::open(at("locked.txt")).is_err();

    let (lines, code, message) = annotate(folder.path(), &["--stages", "tokenize"]);
    assert_eq!(code, 1, "{message}");
    let found = |name: &str| {
        let rows = records(&lines);
        let row = rows.iter().find(|r| r.source.path.ends_with(name)).unwrap_or_else(|| panic!("{name} has no row"));
        (row.status.to_string(), row.problems.first().map(|p| p.kind.to_string()).unwrap_or_default())
    };
    let unreadable = (FAILED.to_owned(), "unreadable".to_owned());
    for name in ["a-circle.txt", "b-gone.txt", "inner/up"] {
        assert_eq!(found(name), unreadable, "{name}");
    }
    assert_eq!(found("good.txt").0, "ok");
    assert_eq!(found("locked.txt").0, if locked { FAILED } else { "ok" });
}

/// The output is not read until the files are changed, so the run cannot be past the first of them.
#[test]
fn a_file_that_changes_or_vanishes_while_the_run_reads_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let line = json("text", STORY);
    fs::write(at("a.jsonl"), line.repeat(4000)).expect("it can be written");
    fs::write(at("b.txt"), STORY).expect("it can be written");
    let mut run = command(&["annotate", "-q", "-j", "1", "--stages", "tokenize"])
        .args([at("a.jsonl"), at("b.txt")])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command runs");
    let mut output = BufReader::new(run.stdout.take().expect("it is piped"));
    let mut lines = Vec::new();
    output.read_until(b'\n', &mut lines).expect("a first line");
    fs::remove_file(at("b.txt")).expect("it is there");
    let mut file = fs::OpenOptions::new().append(true).open(at("a.jsonl")).expect("it is there");
    file.write_all(b"{}\n").expect("it can be written");
    output.read_to_end(&mut lines).expect("the other lines");
    assert_eq!(run.wait().expect("it ends").code(), Some(1));
    let rows = records(&lines);
    let bad: Vec<_> = rows.iter().filter(|r| r.problems.iter().any(|p| p.kind == "unreadable")).collect();
    let paths: Vec<_> = bad.iter().filter_map(|r| r.source.path.rsplit('/').next()).collect();
    assert_eq!(paths, ["a.jsonl", "b.txt"]);
    assert!(rows.len() > 4000);
}
