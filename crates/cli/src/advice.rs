use anyhow::anyhow;
use pressmark_run::{Error, MergeError};

/// Adds the option that fixes the error, if there is one.
pub(crate) fn advise(error: Error) -> anyhow::Error {
    const ANEW: &str = "start over with --overwrite";
    let advice = match &error {
        Error::Unfinished(_) => "continue it (--resume), or discard it and start over (--overwrite)",
        Error::Finished(_) => "choose another output (-o), or replace it (--overwrite)",
        Error::OutputIsRead { .. } | Error::NotOurs(_) => "choose another output (-o)",
        Error::OutputTwice(_) => "choose another file (--failures)",
        Error::Ending { .. } => {
            "name it .jsonl, .jsonl.gz, .jsonl.zst or .parquet, or export its rows to tables with pressmark export"
        }
        Error::NeedsFile(_) => "name a file (-o FILE)",
        Error::InputIsStream => "put the input in a file",
        Error::Settings(_) => "use the same ones, or start over with --overwrite",
        Error::DamagedJournal { .. } | Error::OutputChanged(_) | Error::InputChanged(_) => ANEW,
        Error::Merge(MergeError::NotAShard { source: None, .. }) => "write them with annotate --shard",
        Error::Merge(MergeError::Unfinished { .. }) => "resume it (annotate --resume)",
        _ => return error.into(),
    };
    anyhow!("{error}: {advice}")
}
