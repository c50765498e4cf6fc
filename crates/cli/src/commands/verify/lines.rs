use std::io::{BufRead, Read};

/// Maximum line length in bytes. Set by hand at 2 GiB, twice the largest record that `annotate` can be told to accept;
/// it bounds memory for files that are not lines at all.
const LONGEST: u64 = 2 << 30;

/// An item of a file of lines.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// A line, including its line feed if it has one.
    Row(Vec<u8>),
    /// A line that cannot be a row, and why.
    Broken(String),
    /// The end of the file, once, with a problem if there is one.
    End(Option<String>),
}

impl Line {
    /// Bytes held in memory.
    pub(crate) fn len(&self) -> usize {
        if let Self::Row(line) = self { line.len() } else { 0 }
    }
}

/// Iterates over the lines of a file.
pub(crate) struct Lines<R> {
    reader: R,
    longest: u64,
    count: u64,
    /// Problem to report with the end, if the last line read turns out to be the last of the file.
    end: Option<String>,
    is_done: bool,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, longest: LONGEST, count: 0, end: None, is_done: false }
    }

    fn end(&mut self, problem: Option<String>) -> Line {
        self.is_done = true;
        Line::End(problem.or_else(|| self.end.take()))
    }

    /// Skips to the start of the next line.
    fn skip_line(&mut self) -> std::io::Result<()> {
        loop {
            let chunk = self.reader.fill_buf()?;
            let feed = chunk.iter().position(|b| *b == b'\n');
            let taken = feed.map_or(chunk.len(), |at| at + 1);
            let is_end = feed.is_some() || chunk.is_empty();
            self.reader.consume(taken);
            if is_end {
                return Ok(());
            }
        }
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        if self.is_done {
            return None;
        }
        let mut line = Vec::new();
        let read = self.reader.by_ref().take(self.longest).read_until(b'\n', &mut line);
        let whole = line.last() == Some(&b'\n');
        Some(match read {
            Err(error) => self.end(Some(format!("the rest of the file cannot be read: {error}"))),
            Ok(0) if self.count == 0 => self.end(Some("the file has no rows".into())),
            Ok(0) => self.end(None),
            Ok(read) => {
                self.count += 1;
                if !whole && read as u64 == self.longest {
                    if let Err(error) = self.skip_line() {
                        return Some(self.end(Some(format!("the rest of the file cannot be read: {error}"))));
                    }
                    return Some(Line::Broken(format!("is longer than {} bytes", self.longest)));
                }
                if !whole {
                    self.end = Some("the last line has no line feed: it may be incomplete".into());
                }
                if line.trim_ascii().is_empty() { Line::Broken("is empty".into()) } else { Line::Row(line) }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<Line> {
        Lines { longest: 8, ..Lines::new(bytes) }.collect()
    }

    #[test]
    fn lines_are_told_from_what_is_none() {
        let row = |line: &str| Line::Row(line.into());
        let broken = |what: &str| Line::Broken(what.into());
        let end = |what: &str| Line::End(Some(what.into()));
        assert_eq!(read(b"{1}\n{2}\n"), [row("{1}\n"), row("{2}\n"), Line::End(None)]);
        assert_eq!(read(b"{1}\n\n"), [row("{1}\n"), broken("is empty"), Line::End(None)]);
        assert_eq!(read(b""), [end("the file has no rows")]);
        let cut = "the last line has no line feed: it may be incomplete";
        assert_eq!(read(b"{1}\n{2}"), [row("{1}\n"), row("{2}"), end(cut)]);
        let long = "is longer than 8 bytes";
        assert_eq!(read(b"123456789\n{2}\n"), [broken(long), row("{2}\n"), Line::End(None)]);
        assert_eq!(read(b"1234567\n{2}\n"), [row("1234567\n"), row("{2}\n"), Line::End(None)]);
    }
}
