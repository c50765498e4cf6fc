use std::io::BufWriter;

use pressmark_ingest::Record;

use crate::error::{Error, Result};
use crate::journal::Journal;
use crate::resume::{check_finished, resume};
use crate::run::{Done, IfExists, Opened, Plan, RowSink, Rows, Run, stream};
use crate::shard::{Shard, ShardRecords};

impl Run {
    /// Creates a run whose rows go to a sink instead of the plan's output; it keeps no journal.
    ///
    /// # Errors
    /// If the failures file cannot be created or would overwrite something that must be kept.
    pub fn into_sink(plan: &Plan<'_>, sink: Box<dyn RowSink>) -> Result<Self> {
        plan.check_failures()?;
        Ok(Self::new(plan, Rows::Sink(sink), None, Done::nothing(plan)?))
    }

    /// Opens the run that the plan describes, leaving `records` just before the first unfinished document.
    ///
    /// # Errors
    /// If an earlier run is in the way or cannot be resumed, or the files cannot be created. Rows and journal of an
    /// earlier run are unchanged in that case.
    pub fn open(plan: &Plan<'_>, records: &mut ShardRecords<impl Iterator<Item = Record>>) -> Result<Opened> {
        if let Some(stream) = stream(plan.output)? {
            plan.refuse_stream()?;
            plan.check_failures()?;
            let rows = Rows::Stream(BufWriter::new(stream));
            return Ok(Opened::Ready(Box::new(Self::new(plan, rows, None, Done::nothing(plan)?))));
        }
        let names = plan.names()?;
        if plan.if_exists == IfExists::Resume {
            if !plan.input_is_rereadable {
                return Err(Error::InputIsStream);
            }
            if let Some(journal) = Journal::open(&names.journal())? {
                names.recover()?;
                return resume(plan, names, journal, records);
            }
            names.recover()?;
            if let Some(manifest) = names.read_manifest()? {
                return check_finished(plan, &names, manifest, records);
            }
        }
        let has_journal = plan.input_is_rereadable || plan.shard != Shard::WHOLE;
        Ok(Opened::Ready(Box::new(Self::begin(plan, names, has_journal)?)))
    }
}
