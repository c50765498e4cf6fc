//! Parquet and Arrow files as JSON Lines, a line per row.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use pressmark_core::ProblemKind;

use super::failure::Failure;
use super::unpack::Stream;
use super::walk::{Packing, Target};
use crate::{Format, Options};

/// Opens a file by its name: a columnar one as the JSON Lines of its rows, any other as it is.
pub(super) fn open(target: &Target, options: &Options, count: Arc<AtomicU64>) -> Result<Stream, Failure> {
    if let Some(member) = &target.member {
        return Stream::of_member(member, target.packing, options, count);
    }
    let file = File::open(&target.path).map_err(|e| (ProblemKind::Unreadable, e.to_string()))?;
    match target.format {
        Some(format) if format.is_columnar() && target.packing == Packing::Plain => {
            let metadata = file.metadata().map_err(|e| (ProblemKind::Unreadable, e.to_string()))?;
            if metadata.is_file() {
                return rows::of_file(file, metadata, format, options, count);
            }
            Stream::open(file, target.packing, options, count)
        }
        _ => Stream::open(file, target.packing, options, count),
    }
}

/// Converts a pipe or compressed file to JSON Lines; only Arrow's stream format can be read that way.
pub(super) fn of_stream(mut stream: Stream, format: Format, options: &Options) -> Result<Stream, Failure> {
    let head = stream.peek(8);
    if format == Format::Parquet || head.starts_with(b"ARROW1") {
        let message = "is read from its end, so it must be a plain file, neither compressed nor a pipe";
        return Err((ProblemKind::Unreadable, message.into()));
    }
    rows::of_arrow_stream(stream, options)
}

#[cfg(not(feature = "columnar"))]
mod rows {
    use super::*;

    const MESSAGE: &str = "this build does not read Parquet or Arrow files";

    pub(super) fn of_file(
        _: File,
        _: std::fs::Metadata,
        _: Format,
        _: &Options,
        _: Arc<AtomicU64>,
    ) -> Result<Stream, Failure> {
        Err((ProblemKind::Unreadable, MESSAGE.into()))
    }

    pub(super) fn of_arrow_stream(_: Stream, _: &Options) -> Result<Stream, Failure> {
        Err((ProblemKind::Unreadable, MESSAGE.into()))
    }
}

#[cfg(feature = "columnar")]
mod rows {
    use std::fs::Metadata;
    use std::io::{self, BufReader, Read, Seek, SeekFrom};
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::Ordering;

    use arrow_array::RecordBatch;
    use arrow_ipc::reader::{FileReader, StreamReader};
    use arrow_json::LineDelimitedWriter;
    use arrow_schema::{ArrowError, Schema};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::super::failure::Damaged;
    use super::*;

    /// Rows of a Parquet file decoded together. Set by hand: texts may be long, and all columns of a batch are in
    /// memory.
    const ROWS: usize = 64;
    /// Rows converted to lines together. Set by hand, for the same reason.
    const LINES: usize = 16;

    type Batches = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>;

    pub(super) fn of_file(
        file: File,
        metadata: Metadata,
        format: Format,
        options: &Options,
        count: Arc<AtomicU64>,
    ) -> Result<Stream, Failure> {
        let kept = file.try_clone().map_err(|e| (ProblemKind::Unreadable, e.to_string()))?;
        let opened = guarded(|| if format == Format::Parquet { parquet(file) } else { arrow(file) });
        let Opened { batches, parts, is_own } = opened.map_err(|message| (ProblemKind::Malformed, message))?;
        let progress = Progress { count, bytes: metadata.len(), parts: parts.max(1), done: 0, told: 0 };
        let lines = Lines { batches, batch: None, at: 0, line: Vec::new(), line_at: 0, progress: Some(progress) };
        let stream = Stream::new(lines, Packing::Plain, options, Arc::default())?;
        Ok(stream.of_rows(is_own).kept(kept, metadata))
    }

    pub(super) fn of_arrow_stream(stream: Stream, options: &Options) -> Result<Stream, Failure> {
        let opened = guarded(|| StreamReader::try_new(stream.into_read(), None).map_err(|e| e.to_string()));
        let reader = opened.map_err(|message| (ProblemKind::Malformed, message))?;
        let is_own = is_own(&reader.schema());
        let lines =
            Lines { batches: Box::new(reader), batch: None, at: 0, line: Vec::new(), line_at: 0, progress: None };
        Ok(Stream::new(lines, Packing::Plain, options, Arc::default())?.of_rows(is_own))
    }

    struct Opened {
        batches: Batches,
        /// Number of parts for progress: batches of rows, or 1.
        parts: u64,
        is_own: bool,
    }

    fn parquet(file: File) -> Result<Opened, String> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| error.to_string())?;
        let is_own = is_own(builder.schema());
        let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
        let reader = builder.with_batch_size(ROWS).build().map_err(|error| error.to_string())?;
        Ok(Opened { batches: Box::new(reader), parts: rows.div_ceil(ROWS as u64), is_own })
    }

    /// Opens either of Arrow's formats, whatever the extension says.
    fn arrow(mut file: File) -> Result<Opened, String> {
        let mut magic = [0; 6];
        let read = file.read(&mut magic).and_then(|read| file.seek(SeekFrom::Start(0)).map(|_| read));
        let is_file = read.map_err(|error| error.to_string())? == magic.len() && magic == *b"ARROW1";
        if is_file {
            let reader = FileReader::try_new_buffered(file, None).map_err(|error| error.to_string())?;
            let (is_own, parts) = (is_own(&reader.schema()), reader.num_batches() as u64);
            return Ok(Opened { batches: Box::new(reader), parts, is_own });
        }
        let reader = StreamReader::try_new(BufReader::new(file), None).map_err(|error| error.to_string())?;
        let is_own = is_own(&reader.schema());
        Ok(Opened { batches: Box::new(reader), parts: 1, is_own })
    }

    /// Whether pressmark itself wrote the file.
    fn is_own(schema: &Schema) -> bool {
        schema
            .metadata()
            .iter()
            .any(|(name, value)| name.as_str() == "pressmark.schema" && value.as_str() == "pressmark/1")
    }

    /// Runs a reader on a file that may be damaged: the Arrow and Parquet readers report most damage, and panic on
    /// some.
    fn guarded<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
        catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err("the file is damaged".into()))
    }

    /// Estimates the bytes read of a file whose reader does not report them.
    struct Progress {
        count: Arc<AtomicU64>,
        bytes: u64,
        parts: u64,
        done: u64,
        told: u64,
    }

    impl Progress {
        fn step(&mut self) {
            self.done = (self.done + 1).min(self.parts);
            let now = (u128::from(self.bytes) * u128::from(self.done) / u128::from(self.parts)) as u64;
            self.count.fetch_add(now - self.told, Ordering::Relaxed);
            self.told = now;
        }
    }

    /// A reader that converts the rows of batches to lines of JSON.
    struct Lines {
        batches: Batches,
        batch: Option<RecordBatch>,
        /// Rows of the batch already converted.
        at: usize,
        line: Vec<u8>,
        line_at: usize,
        progress: Option<Progress>,
    }

    impl Lines {
        /// Converts the next rows; `false` at the end.
        fn fill(&mut self) -> Result<bool, String> {
            let batch = match self.batch.take().filter(|batch| self.at < batch.num_rows()) {
                Some(batch) => batch,
                None => {
                    let Some(batch) = self.batches.next() else { return Ok(false) };
                    self.at = 0;
                    if let Some(progress) = &mut self.progress {
                        progress.step();
                    }
                    batch.map_err(|error| error.to_string())?
                }
            };
            let rows = (batch.num_rows() - self.at).min(LINES);
            let mut lines = std::mem::take(&mut self.line);
            lines.clear();
            let mut writer = LineDelimitedWriter::new(lines);
            writer.write(&batch.slice(self.at, rows)).map_err(|error| error.to_string())?;
            writer.finish().map_err(|error| error.to_string())?;
            (self.line, self.line_at) = (writer.into_inner(), 0);
            self.at += rows;
            self.batch = Some(batch);
            Ok(true)
        }
    }

    impl Read for Lines {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            while self.line_at >= self.line.len() {
                if !guarded(|| self.fill()).map_err(|message| io::Error::other(Damaged(message)))? {
                    return Ok(0);
                }
            }
            let read = self.line.get(self.line_at..).unwrap_or_default().read(buf)?;
            self.line_at += read;
            Ok(read)
        }
    }
}
