//! The command as built by Cargo for these tests.

use std::process::{Command, Output};

use pressmark_tests::root;

/// Prepares the command in the workspace's folder.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pressmark"));
    command.args(args).current_dir(root());
    command
}

/// Runs the command in the workspace's folder.
pub(crate) fn pressmark(args: &[&str]) -> Output {
    command(args).output().expect("the command runs")
}
