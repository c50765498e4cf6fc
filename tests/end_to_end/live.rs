//! A program that writes one document and waits for its row receives it.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use crate::command::command;
use pressmark_jsonl::Record;

#[test]
fn every_line_is_answered_before_the_next_is_written() {
    for jobs in ["1", "2"] {
        let args = ["annotate", "-", "--input-format", "jsonl", "--quiet", "--jobs", jobs, "--stages", "tokenize"];
        let mut program = command(&args);
        let mut program = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the command runs");
        let mut input = program.stdin.take().expect("it has an input");
        let mut output = BufReader::new(program.stdout.take().expect("it has an output"));
        // This would block forever if a row only came with the next line or a full buffer.
        for id in ["a", "b", "c"] {
            writeln!(input, r#"{{"id": "{id}", "text": "The bridge stayed closed on Monday, the mayor said."}}"#)
                .and_then(|()| input.flush())
                .expect("it reads");
            let mut line = String::new();
            output.read_line(&mut line).expect("it answers");
            let record: Record<'_> = serde_json::from_str(&line).expect("with a row");
            assert_eq!(record.id, id);
        }
        drop(input);
        assert!(program.wait().expect("it ends").success());
    }
}
