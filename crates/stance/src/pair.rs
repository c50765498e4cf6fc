//! A target and a passage in one encoder window, and the head that reads it.
//!
//! The layout is that of the training code (`pair` in `data/pairs.py`, `pack` in `nn/windows.py`): `[CLS] target [SEP]
//! holder: passage [SEP]`, with the bundle's own special subwords. A passage in the outlet's own voice has no holder
//! prefix.

use std::ops::Range;

use ndarray::ArrayView2;
use pressmark_core::{Document, StageError, StanceReading};
use pressmark_encoder::{Error as ModelError, Head, Model, Output, PackedWindows};

use crate::Error;
use crate::head::HEAD;

/// Most subwords of a window, special ones included. Fixed by training: the head never saw longer windows.
const MAX_WINDOW: usize = 176;

/// Most words of a target. Fixed by training, like the two limits below; longer text is not read.
const TARGET_WORDS: usize = 24;
/// Most words of a passage with its holder prefix.
const PASSAGE_WORDS: usize = 110;

/// Most subwords of one word.
const WORD_SUBWORDS: usize = 16;

/// Shape id of special subwords.
const SPECIAL: u8 = 0;

/// Windows encoded between two checks of the deadline: at most 1,408 subwords. Set by hand.
const WINDOWS_AT_ONCE: usize = 8;

/// Words of a text in subwords, as the encoder reads them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Words {
    ids: Vec<u32>,
    /// For each word, the end of its subwords in `ids`, and its shape.
    words: Vec<(usize, u8)>,
}

impl Words {
    /// A range of tokens of a document that has windows.
    pub(crate) fn of(doc: &Document, tokens: Range<usize>) -> Self {
        let mut words = Self::default();
        for rows in doc.windows.token_rows.get(tokens).unwrap_or_default() {
            let rows = rows.start..rows.end.min(rows.start + WORD_SUBWORDS);
            let shape = doc.windows.shapes.get(rows.start).copied().unwrap_or(SPECIAL);
            words.ids.extend(doc.windows.ids.get(rows).unwrap_or_default());
            words.words.push((words.ids.len(), shape));
        }
        words
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Subwords and shape of each word.
    fn iter(&self) -> impl Iterator<Item = (&[u32], u8)> {
        let mut begin = 0;
        self.words.iter().map(move |&(end, shape)| {
            let ids = self.ids.get(begin..end).unwrap_or_default();
            begin = end;
            (ids, shape)
        })
    }
}

/// The special subwords that open and close a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ends {
    pub(crate) first: u32,
    pub(crate) last: u32,
}

impl Ends {
    /// Taken from a document's windows; `None` if it has none.
    pub(crate) fn of(doc: &Document) -> Option<Self> {
        Some(Self { first: *doc.windows.ids.first()?, last: *doc.windows.ids.last()? })
    }
}

/// Windows of one target and one passage each, packed end to end.
#[derive(Debug)]
pub(crate) struct PairWindows {
    ends: Ends,
    limit: usize,
    ids: Vec<u32>,
    shapes: Vec<u8>,
    starts: Vec<usize>,
    /// For each window, the rows of its target and of its passage (holder included).
    parts: Vec<[Range<usize>; 2]>,
}

impl PairWindows {
    /// Creates an empty pack whose windows have at most `max_window` subwords (and never more than [`MAX_WINDOW`]).
    pub(crate) fn new(ends: Ends, max_window: usize) -> Self {
        let limit = MAX_WINDOW.min(max_window);
        Self { ends, limit, ids: Vec::new(), shapes: Vec::new(), starts: vec![0], parts: Vec::new() }
    }

    /// Appends a window. `holder` is the holder's name and a colon, or empty.
    pub(crate) fn push(&mut self, target: &Words, holder: &Words, passage: &Words) {
        self.special(self.ends.first);
        let target = self.part(target.iter().take(TARGET_WORDS));
        self.special(self.ends.last);
        let passage = self.part(holder.iter().chain(passage.iter()).take(PASSAGE_WORDS));
        self.special(self.ends.last);
        self.starts.push(self.ids.len());
        self.parts.push([target, passage]);
    }

    fn special(&mut self, id: u32) {
        self.ids.push(id);
        self.shapes.push(SPECIAL);
    }

    /// Appends words while there is room and returns the rows from the first to the last of them. As in training, a
    /// word that does not fit is skipped and is represented by the row before it.
    fn part<'w>(&mut self, words: impl Iterator<Item = (&'w [u32], u8)>) -> Range<usize> {
        let window = self.starts.last().copied().unwrap_or(0);
        let mut part: Option<Range<usize>> = None;
        for (ids, shape) in words {
            let begin = self.ids.len();
            // Room is kept for both closing special subwords.
            let fits = begin - window + ids.len() + 2 <= self.limit;
            let begin = if fits { begin } else { begin - 1 };
            if fits {
                self.ids.extend(ids);
                self.shapes.resize(self.ids.len(), shape);
            }
            part = Some(part.map_or(begin, |part| part.start)..self.ids.len());
        }
        part.unwrap_or(self.ids.len()..self.ids.len())
    }

    /// A range of windows in the encoder's input format.
    fn chunk(&self, windows: Range<usize>) -> Chunk<'_> {
        let starts = self.starts.get(windows.start..=windows.end).unwrap_or_default();
        let (begin, end) = (starts.first().copied().unwrap_or(0), starts.last().copied().unwrap_or(0));
        let here = |rows: &Range<usize>| rows.start - begin..rows.end - begin;
        let parts = self.parts.get(windows).unwrap_or_default();
        Chunk {
            ids: self.ids.get(begin..end).unwrap_or_default(),
            shapes: self.shapes.get(begin..end).unwrap_or_default(),
            starts: starts.iter().map(|start| start - begin).collect(),
            parts: parts.iter().map(|[target, passage]| [here(target), here(passage)]).collect(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.parts.len()
    }
}

/// A range of windows; rows are relative to the first of them.
struct Chunk<'w> {
    ids: &'w [u32],
    shapes: &'w [u8],
    starts: Vec<usize>,
    parts: Vec<[Range<usize>; 2]>,
}

/// The bundle's head for a target and a passage in one window, with the index of each output.
pub(crate) struct PairHead<'m> {
    model: &'m Model,
    head: &'m Head,
    bears_on_target: usize,
    takes_a_side: usize,
    in_favor: usize,
}

impl<'m> PairHead<'m> {
    pub(crate) fn of(model: &'m Model) -> Result<Self, Error> {
        let head = model.head(HEAD)?;
        let width = 2 * model.hidden_size();
        if !head.reads_pairs() || head.inputs() != width || head.output() != Output::Sigmoid {
            return Err(Error::Layout { head: HEAD, inputs: head.inputs(), expected: width });
        }
        let find = |missing: &'static str| {
            let place = head.labels().iter().position(|label| label == missing);
            place.ok_or_else(|| Error::Labels { head: HEAD, labels: head.labels().to_vec(), missing })
        };
        Ok(Self {
            model,
            head,
            bears_on_target: find("bears_on_target")?,
            takes_a_side: find("takes_a_side")?,
            in_favor: find("in_favor")?,
        })
    }

    /// Reads each window, in order; `in_time` is called before every [`WINDOWS_AT_ONCE`] windows and may stop the run.
    ///
    /// A window's reading is bit-identical whatever windows it is batched with.
    pub(crate) fn read(
        &self,
        windows: &PairWindows,
        in_time: impl Fn() -> Result<(), StageError>,
    ) -> Result<Vec<StanceReading>, StageError> {
        let mut readings = Vec::with_capacity(windows.len());
        for first in (0..windows.len()).step_by(WINDOWS_AT_ONCE) {
            in_time()?;
            let chunk = windows.chunk(first..windows.len().min(first + WINDOWS_AT_ONCE));
            readings.extend(self.read_chunk(&chunk).map_err(|error| {
                StageError::new("the encoder cannot read passages beside a target").with_source(error)
            })?);
        }
        Ok(readings)
    }

    fn read_chunk(&self, chunk: &Chunk<'_>) -> Result<Vec<StanceReading>, ModelError> {
        let Chunk { ids, shapes, starts, parts } = chunk;
        let hidden = self.model.encode(PackedWindows { ids, shapes, starts })?;
        let mut scores = self.head.apply_each(starts.iter().zip(parts), |(&start, [target, passage]), input| {
            input.extend(hidden.row(start));
            let (target, passage) = (mean(hidden.view(), target), mean(hidden.view(), passage));
            input.extend(target.iter().zip(&passage).map(|(a, b)| f32::midpoint(*a, *b)));
        });
        self.head.calibrate(scores.view_mut());
        let at = |row: &[f32], index: usize| row.get(index).copied().unwrap_or(0.0);
        let readings = scores.rows().into_iter().map(|row| {
            let row = row.to_slice().unwrap_or_default();
            StanceReading {
                bears_on_target: at(row, self.bears_on_target),
                takes_a_side: at(row, self.takes_a_side),
                in_favor: at(row, self.in_favor),
            }
        });
        Ok(readings.collect())
    }
}

/// The mean of some rows; all zeros for an empty range.
fn mean(hidden: ArrayView2<'_, f32>, rows: &Range<usize>) -> Vec<f32> {
    let mut mean = vec![0.0; hidden.ncols()];
    for row in rows.clone() {
        mean.iter_mut().zip(hidden.row(row)).for_each(|(sum, value)| *sum += value);
    }
    mean.iter_mut().for_each(|sum| *sum /= rows.len().max(1) as f32);
    mean
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDS: Ends = Ends { first: 101, last: 102 };

    /// Words with the given numbers of subwords; ids count up from `first`, shapes from 1.
    fn words(first: u32, sizes: &[usize]) -> Words {
        let mut words = Words::default();
        for (shape, size) in (1..=200).cycle().zip(sizes) {
            let next = first + words.ids.len() as u32;
            words.ids.extend(next..next + *size as u32);
            words.words.push((words.ids.len(), shape));
        }
        words
    }

    #[test]
    fn a_window_is_target_then_holder_and_passage() {
        let mut windows = PairWindows::new(ENDS, 256);
        windows.push(&words(1, &[1, 2]), &words(10, &[1, 1]), &words(20, &[2]));
        windows.push(&words(1, &[1]), &Words::default(), &words(20, &[1]));
        assert_eq!(windows.ids, [101, 1, 2, 3, 102, 10, 11, 20, 21, 102, 101, 1, 102, 20, 102]);
        assert_eq!(windows.shapes, [0, 1, 2, 2, 0, 1, 2, 1, 1, 0, 0, 1, 0, 1, 0]);
        assert_eq!(windows.starts, [0, 10, 15]);
        assert_eq!(windows.parts, [[1..4, 5..9], [11..12, 13..14]]);
        let chunk = windows.chunk(1..2);
        assert_eq!((chunk.ids, chunk.shapes), (&windows.ids[10..], &windows.shapes[10..]));
        assert_eq!((chunk.starts, chunk.parts), (vec![0, 5], vec![[1..2, 3..4]]));
    }

    #[test]
    fn what_does_not_fit_is_not_read() {
        // A limit of 12 subwords, three of them special.
        let mut windows = PairWindows::new(ENDS, 12);
        windows.push(&words(1, &[2]), &Words::default(), &words(20, &[3, 6, 2, 4]));
        // The word of six is skipped, the shorter one after it is read, and the last does not fit.
        assert_eq!(windows.ids, [101, 1, 2, 102, 20, 21, 22, 29, 30, 102]);
        assert_eq!(windows.parts, [[1..3, 4..9]]);
        // A window never exceeds the limit, however long its texts.
        for limit in [8, 176, 256] {
            let mut windows = PairWindows::new(ENDS, limit);
            windows.push(&words(1, &[2; 400]), &words(1, &[3; 9]), &words(1, &[2; 400]));
            assert!(windows.ids.len() <= limit.min(MAX_WINDOW), "{limit}: {}", windows.ids.len());
            assert_eq!(windows.ids.last(), Some(&102));
        }
    }

    #[test]
    fn targets_and_passages_have_so_many_words() {
        let mut windows = PairWindows::new(ENDS, 256);
        windows.push(&words(1, &[1; 30]), &words(200, &[1; 4]), &words(300, &[1; 200]));
        let [target, passage] = &windows.parts[0];
        assert_eq!((target.len(), passage.len()), (TARGET_WORDS, PASSAGE_WORDS));
        assert_eq!(windows.ids[passage.start..][..5], [200, 201, 202, 203, 300]);
    }

    #[test]
    fn a_word_has_so_many_subwords() {
        let mut doc = Document::from_text("a", "x");
        doc.windows.ids = (0..40).collect();
        doc.windows.shapes = vec![5; 40];
        doc.windows.token_rows = vec![1..3, 3..38];
        let words = Words::of(&doc, 0..2);
        assert_eq!(words.iter().map(|(ids, _)| ids.len()).collect::<Vec<_>>(), [2, WORD_SUBWORDS]);
        assert!(words.iter().all(|(_, shape)| shape == 5));
        assert_eq!(Ends::of(&doc), Some(Ends { first: 0, last: 39 }));
    }
}
