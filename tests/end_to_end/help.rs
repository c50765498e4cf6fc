//! What the command says of itself, and how it refuses.

use pressmark_tests::pressmark;

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
