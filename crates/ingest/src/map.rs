//! Maps decoded text back to its source bytes.

use std::ops::Range;

use pressmark_core::EditKind;

/// Maps byte offsets of a decoded text back to its source bytes, exactly for every character.
///
/// The text is stored as runs of equal steps: `out_step` bytes of text for every `src_step` bytes of source. ASCII in
/// any 8-bit character set has steps of 1 and 1, Cyrillic in windows-1251 of 2 and 1, UTF-16 of 1 to 3 and 2. Text that
/// needed no decoding has no runs at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OffsetMap {
    /// Empty for the identity; otherwise the runs tile both sides, in order.
    runs: Vec<Run>,
    out_len: usize,
    /// Offset in the source at which the text starts.
    src_start: usize,
    src_end: usize,
}

/// A run of equal steps. Offsets are 32 bits, to halve the map of a large page; `Options::check` keeps `max_bytes`
/// below that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    out: u32,
    src: u32,
    /// 0 for source bytes that produce no text; they are one step.
    out_step: u8,
    /// Unused if `out_step` is 0.
    src_step: u8,
    edit: Option<EditKind>,
}

/// A stretch of text and its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub out: Range<usize>,
    pub src: Range<usize>,
    /// Why the text differs from the decoded source; `None` if it does not.
    pub edit: Option<EditKind>,
}

impl OffsetMap {
    /// The map of a text that is a verbatim slice of the source, starting at `start`.
    pub(crate) fn identity(start: usize, len: usize) -> Self {
        Self { runs: Vec::new(), out_len: len, src_start: start, src_end: start + len }
    }

    /// An empty map, to be filled with [`push`](Self::push).
    pub(crate) fn starting_at(start: usize) -> Self {
        Self { runs: Vec::new(), out_len: 0, src_start: start, src_end: start }
    }

    /// Appends `count` steps of `out_step` bytes of text for `src_step` bytes of source.
    pub(crate) fn push(&mut self, out_step: u8, src_step: u8, count: usize, edit: Option<EditKind>) {
        if count == 0 || (out_step == 0 && src_step == 0) {
            return;
        }
        let run = Run { out: narrow(self.out_len), src: narrow(self.src_end), out_step, src_step, edit };
        let joins = self
            .runs
            .last()
            .is_some_and(|r| r.out_step == out_step && r.edit == edit && (r.src_step == src_step || out_step == 0));
        if !joins {
            self.runs.push(run);
        }
        self.out_len += usize::from(out_step) * count;
        self.src_end += usize::from(src_step) * count;
    }

    /// Length of the text in bytes.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.out_len
    }

    /// The source bytes of a range of the text; `range` must be on character boundaries.
    pub(crate) fn source(&self, range: Range<usize>) -> Range<usize> {
        let start = self.start_of(range.start);
        if range.start >= range.end { start..start } else { start..self.end_of(range.end).max(start) }
    }

    /// Splits `range` into stretches, in order. A stretch without an edit is either identical to its source or merely
    /// decoded from another character set.
    pub(crate) fn stretches(&self, range: Range<usize>) -> impl Iterator<Item = Stretch> + '_ {
        let range = range.start.min(self.out_len)..range.end.min(self.out_len);
        let identity = self.runs.is_empty().then(|| Stretch {
            src: self.src_start + range.start..self.src_start + range.end,
            out: range.clone(),
            edit: None,
        });
        // A deletion right before the range belongs to what precedes it.
        let first = self.runs.partition_point(|r| (r.out as usize) <= range.start).saturating_sub(1);
        let inner = (first..self.runs.len())
            .take_while({
                let end = range.end;
                move |&i| (self.runs[i].out as usize) < end
            })
            .flat_map(move |i| self.split(i, range.clone()));
        identity.filter(|s| !s.out.is_empty()).into_iter().chain(inner)
    }

    /// Clips run `i` to `range`, as one stretch, or one for each step of an edit so that edits can be told apart.
    fn split(&self, i: usize, range: Range<usize>) -> impl Iterator<Item = Stretch> + '_ {
        let (run, end) = (self.runs[i], self.end_of_run(i));
        let (out, src) = (run.out as usize, run.src as usize);
        let (out_step, src_step) = (usize::from(run.out_step), usize::from(run.src_step));
        let (first, last, whole) = match range.start.saturating_sub(out).checked_div(out_step) {
            None => (0, usize::from(out > range.start), true),
            Some(first) => (first, (range.end.min(end.0) - out).div_ceil(out_step), run.edit.is_none()),
        };
        let pieces = if whole { usize::from(last > first) } else { last.saturating_sub(first) };
        (0..pieces).map(move |k| {
            if out_step == 0 {
                return Stretch { out: out..out, src: src..end.1, edit: run.edit };
            }
            let steps = if whole { first..last } else { first + k..first + k + 1 };
            Stretch {
                out: out + steps.start * out_step..out + steps.end * out_step,
                src: src + steps.start * src_step..src + steps.end * src_step,
                edit: run.edit,
            }
        })
    }

    /// End of run `i`, in the text and in the source.
    fn end_of_run(&self, i: usize) -> (usize, usize) {
        self.runs.get(i + 1).map_or((self.out_len, self.src_end), |r| (r.out as usize, r.src as usize))
    }

    /// Source offset of the first byte of the character at `offset`.
    fn start_of(&self, offset: usize) -> usize {
        let offset = offset.min(self.out_len);
        if self.runs.is_empty() {
            return self.src_start + offset;
        }
        if offset == self.out_len {
            return self.src_end;
        }
        // The last of the runs that start here: those before it produce no text.
        let i = self.runs.partition_point(|r| (r.out as usize) <= offset).saturating_sub(1);
        let run = self.runs[i];
        let steps = (offset - run.out as usize).checked_div(usize::from(run.out_step)).unwrap_or(0);
        run.src as usize + steps * usize::from(run.src_step)
    }

    /// Source offset one past the last byte of the character that ends at `offset`.
    fn end_of(&self, offset: usize) -> usize {
        let offset = offset.min(self.out_len);
        if self.runs.is_empty() || offset == 0 {
            return self.start_of(offset);
        }
        let i = self.runs.partition_point(|r| (r.out as usize) < offset).saturating_sub(1);
        let run = self.runs[i];
        let step = usize::from(run.out_step).max(1);
        run.src as usize + (offset - run.out as usize).div_ceil(step) * usize::from(run.src_step)
    }
}

fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> OffsetMap {
        // source: x a b é(1) [gap 3] \n(2) \n(2) c ; text: a b é(2) \n \n c
        let mut map = OffsetMap::starting_at(1);
        map.push(1, 1, 2, None);
        map.push(2, 1, 1, None);
        map.push(0, 3, 1, None);
        map.push(1, 2, 2, Some(EditKind::Escape));
        map.push(1, 1, 1, None);
        map
    }

    #[test]
    fn offsets_go_back_to_their_character() {
        let map = sample();
        assert_eq!(map.len(), 7);
        assert_eq!(map.source(0..2), 1..3);
        assert_eq!(map.source(2..4), 3..4);
        assert_eq!(map.source(4..5), 7..9);
        assert_eq!(map.source(4..6), 7..11);
        assert_eq!(map.source(0..7), 1..12);
        assert_eq!(map.source(7..7), 12..12);
        assert_eq!(OffsetMap::identity(3, 5).source(1..4), 4..7);
    }

    #[test]
    fn stretches_tell_edits_apart() {
        let edits = |range| sample().stretches(range).collect::<Vec<_>>();
        let escape = Some(EditKind::Escape);
        assert_eq!(
            edits(2..6),
            [
                Stretch { out: 2..4, src: 3..4, edit: None },
                Stretch { out: 4..4, src: 4..7, edit: None },
                Stretch { out: 4..5, src: 7..9, edit: escape },
                Stretch { out: 5..6, src: 9..11, edit: escape },
            ]
        );
        assert_eq!(edits(5..6), [Stretch { out: 5..6, src: 9..11, edit: escape }]);
        assert_eq!(edits(4..5), [Stretch { out: 4..5, src: 7..9, edit: escape }]);
        assert_eq!(OffsetMap::identity(3, 5).stretches(1..2).collect::<Vec<_>>().len(), 1);
    }
}
