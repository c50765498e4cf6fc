//! The program `pressmark`.

use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(pressmark_cli::run(env::args_os()))
}
