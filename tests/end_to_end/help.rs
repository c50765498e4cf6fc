//! Help texts and error messages of the command.

use std::collections::BTreeSet;
use std::fs;

use crate::command::pressmark;

#[test]
fn help_names_every_subcommand() {
    let output = pressmark(&["--help"]);
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout));
}

#[test]
fn annotate_help_is_grouped_and_has_examples() {
    let output = pressmark(&["annotate", "--help"]);
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout));
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = pressmark(&["man", "-o", folder.path().to_str().expect("UTF-8")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let pages: BTreeSet<String> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|f| f.expect("a file").file_name().into_string().expect("UTF-8"))
        .collect();
    let mut expected = BTreeSet::from(["pressmark.1".to_owned()]);
    let mut unread = vec![vec![]];
    while let Some(command) = unread.pop() {
        for name in subcommands(&command) {
            let deeper = [command.clone(), vec![name]].concat();
            expected.insert(format!("pressmark-{}.1", deeper.join("-")));
            unread.push(deeper);
        }
    }
    assert_eq!(pages, expected);
}

/// The subcommands listed in the help of `command`, except `help` itself.
fn subcommands(command: &[String]) -> Vec<String> {
    let args: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
    let help = String::from_utf8(pressmark(&args).stdout).expect("UTF-8");
    let list = help.split_once("Commands:\n").map_or("", |(_, rest)| rest.split("\n\n").next().unwrap_or(""));
    let names =
        list.lines().filter_map(|line| line.strip_prefix("  ")?.split_once(' ').map(|(name, _)| name.to_owned()));
    names.filter(|name| !name.is_empty() && name != "help").collect()
}

#[test]
fn what_cannot_run_exits_with_2_and_says_what_to_do() {
    let check = |args: &[&str], expected: &str| {
        let output = pressmark(args);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
        assert!(message.contains(expected), "{args:?}: {message}");
        assert!(output.stdout.is_empty(), "{args:?}");
    };
    check(&["annotate", "no-such-folder"], "no-such-folder");
    check(&["annotate", "seeds", "--codebook", "no-such.toml"], "gun-violence-frames or a TOML file");
    check(&["annotate", "seeds", "--model", "seeds"], "manifest.json");
    check(&["annotate", "seeds", "--summary", "many"], "is none of a number of sentences");
    check(&["annotate", "seeds", "-o", "no-such-folder/out.jsonl"], "check that the folder exists");
    check(&["annotate", "seeds/codebooks"], "no document");
    check(&["bench", "-"], "standard input can be read only once");
    check(&["bench", "seeds/codebooks"], "no document");
}
