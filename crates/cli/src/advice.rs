use anyhow::anyhow;
use pressmark_run::{Error, MergeError};

/// Adds the option that fixes the error, if there is one.
pub(crate) fn advise(error: Error) -> anyhow::Error {
    const ANEW: &str = "start anew with --overwrite";
    let advice = match &error {
        Error::Unfinished(_) => "go on with it (--resume), or start anew and lose it (--overwrite)",
        Error::Finished(_) => "name another output (-o), or replace it (--overwrite)",
        Error::OutputIsRead { .. } | Error::NotOurs(_) => "name another output (-o)",
        Error::OutputTwice(_) => "name another file (--failures)",
        Error::Ending { .. } => {
            "name it .jsonl, .jsonl.gz, .jsonl.zst or .parquet, or make tables of rows with pressmark export"
        }
        Error::NeedsFile(_) => "name a file (-o FILE)",
        Error::InputIsStream => "put the input in a file",
        Error::Settings(_) => "give the same, or start anew with --overwrite",
        Error::DamagedJournal { .. } | Error::OutputChanged(_) | Error::InputChanged(_) => ANEW,
        Error::Merge(MergeError::NotAShard { source: None, .. }) => "make them with annotate --shard",
        Error::Merge(MergeError::Unfinished { .. }) => "go on with it (annotate --resume)",
        _ => return error.into(),
    };
    anyhow!("{error}: {advice}")
}
