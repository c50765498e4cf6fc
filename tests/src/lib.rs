//! What the end-to-end tests share: the command itself, built once, and the folders it runs on.

pub mod properties;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The workspace's folder.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests stand in the workspace")
}

/// A folder beside the workspace that only developers have; `None`, said on standard output, where it is missing.
#[must_use]
#[expect(clippy::print_stdout, reason = "a skipped test says so")]
pub fn shared(path: &str) -> Option<PathBuf> {
    let path = root().parent()?.join("shared").join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is missing", path.display());
    None
}

/// The command, built in the profile of the tests.
fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let build = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "pressmark-cli", "--message-format", "json"])
            .current_dir(root())
            .output()
            .expect("cargo runs");
        assert!(build.status.success(), "{}", String::from_utf8_lossy(&build.stderr));
        let messages = String::from_utf8_lossy(&build.stdout).into_owned();
        let executable = messages.lines().rev().find_map(|line| {
            let (_, rest) = line.split_once(r#""executable":""#)?;
            Some(rest.split_once('"')?.0.to_owned())
        });
        executable.expect("cargo names the executable").into()
    })
}

/// The command in the workspace's folder, not yet started.
#[must_use]
pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.args(args).current_dir(root());
    command
}

/// Runs the command in the workspace's folder.
#[must_use]
pub fn pressmark(args: &[&str]) -> Output {
    command(args).output().expect("the command runs")
}

/// The examples of the README at the top are compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// Those of the book are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../docs/book/src/rust.md")]
struct Book;
