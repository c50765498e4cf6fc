//! Long runs: interrupted, resumed, sharded, merged, throttled.

mod kill;
mod limits;
mod outputs;
mod resume;
mod shards;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use crate::command::pressmark;
use tempfile::TempDir;

/// A folder with generated documents, and paths in it for the output of runs.
struct Place {
    folder: TempDir,
}

/// Deterministic pseudorandom numbers (a linear congruential generator with Knuth's constants).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

const WORDS: [&str; 24] = [
    "the",
    "river",
    "mayor",
    "said",
    "harvest",
    "engineers",
    "closed",
    "bridge",
    "after",
    "storm",
    "in",
    "Lisbon",
    "Anna",
    "Keller",
    "pumps",
    "three",
    "villages",
    "without",
    "water",
    "and",
    "officials",
    "promised",
    "repairs",
    "by",
];

fn sentence(dice: &mut Dice) -> String {
    let count = 6 + dice.below(9);
    let words: Vec<_> = (0..count).map(|_| WORDS[dice.below(WORDS.len() as u64) as usize]).collect();
    format!("In {} {}.", dice.below(900), words.join(" "))
}

impl Place {
    /// Creates `count` documents in two files, some with duplicate ids, some that repeat an earlier text, and near the
    /// end one without text.
    fn new(count: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("in")).expect("a new folder");
        let mut dice = Dice(count);
        let mut texts: Vec<String> = Vec::new();
        for name in ["a", "b"] {
            let mut lines = String::new();
            for n in 0..count / 2 {
                let text = match n % 7 {
                    3 => texts[dice.below(texts.len() as u64) as usize].clone(),
                    _ => (0..5).map(|_| sentence(&mut dice)).collect::<Vec<_>>().join(" "),
                };
                let _ = writeln!(lines, r#"{{"id": "doc {}", "text": "{text}"}}"#, n - n % 9);
                texts.push(text);
            }
            if name == "b" {
                let at = lines.match_indices('\n').nth(count as usize / 4).map_or(0, |(at, _)| at + 1);
                lines.insert_str(at, "{\"id\": \"empty\", \"text\": \"\"}\n");
            }
            fs::write(folder.path().join(format!("in/{name}.jsonl")), lines).expect("a new file");
        }
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The path as an argument.
    fn arg(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Arguments of a quick run over the documents.
    fn args<'a>(&self, output: &str, more: &[&'a str]) -> Vec<std::borrow::Cow<'a, str>> {
        let mut args: Vec<std::borrow::Cow<'a, str>> = vec!["annotate".into(), self.arg("in").into(), "-o".into()];
        args.push(self.arg(output).into());
        args.extend(["--quiet", "--jobs", "2", "--stages", "tokenize"].map(Into::into));
        args.extend(more.iter().map(|arg| (*arg).into()));
        args
    }

    /// Runs the command; returns its exit code and messages.
    fn annotate(&self, output: &str, more: &[&str]) -> (i32, String) {
        let args = self.args(output, more);
        run(&args.iter().map(AsRef::as_ref).collect::<Vec<_>>())
    }

    /// The output of an uninterrupted run.
    fn unbroken(&self, more: &[&str]) -> Vec<u8> {
        assert_eq!(self.annotate("unbroken.jsonl", &[&["--overwrite"], more].concat()), (1, String::new()));
        self.read("unbroken.jsonl")
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Names of the files in the folder that start with `start`.
    fn names(&self, start: &str) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("readable");
        let mut names: Vec<_> =
            entries.map(|e| e.expect("readable").file_name().into_string().expect("UTF-8")).collect();
        names.retain(|name| name.starts_with(start));
        names.sort();
        names
    }

    /// Leaves a run interrupted after its document without text, with everything before it on the disk.
    fn break_off(&self, output: &str, more: &[&str]) {
        let (code, message) = self.annotate(output, &[&["--strict"], more].concat());
        assert_eq!(code, 2, "{message}");
        assert!(self.path(&format!("{output}.journal")).exists(), "{message}");
    }
}

fn run(args: &[&str]) -> (i32, String) {
    let output = pressmark(args);
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Asserts equality of two outputs; reports where they diverge.
fn assert_same(got: &[u8], expected: &[u8], what: &str) {
    let lines = |bytes: &[u8]| bytes.iter().filter(|b| **b == b'\n').count();
    let parts = got.iter().zip(expected).position(|(a, b)| a != b);
    let sizes = (lines(got), lines(expected));
    assert!(got == expected, "{what}: rows {sizes:?}, first other byte {parts:?}");
}
