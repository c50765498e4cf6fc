use pressmark_core::{Sentence, Token, Windows};

use crate::{Subwords, shape};

/// Rows of a window taken by special tokens: its first and its last.
pub(crate) const SPECIAL_ROWS: usize = 2;

/// Shape of special tokens: the index of `special` in the table of shapes.
const SPECIAL: u8 = 0;

/// Packs the sentences greedily, in text order, into windows of at most `max_window` rows.
///
/// A sentence that does not fit into an empty window is cut between words into parts that do. The model was trained on
/// windows packed in exactly this way (`pack` in the training code); another packing costs accuracy.
pub(crate) fn pack(
    text: &str,
    sents: &[Sentence],
    tokens: &[Token],
    subwords: &Subwords,
    max_window: usize,
) -> Windows {
    let room = max_window - SPECIAL_ROWS;
    let mut packer = Packer { windows: Windows::default(), subwords, room, used: 0, open: false };
    packer.windows.token_rows.reserve(tokens.len());
    let (mut ids, mut ends) = (Vec::new(), Vec::new());
    for sent in sents {
        let words = tokens.get(sent.tokens.clone()).unwrap_or_default();
        ids.clear();
        ends.clear();
        let mut previous = None;
        for word in words {
            let start = ids.len();
            let attached = previous == Some(word.span.start);
            previous = Some(word.span.end);
            subwords.encode_into(word.span.slice(text), attached, &mut ids);
            if ids.len() - start > room {
                // For instance an address of hundreds of characters, more than a window holds.
                ids.truncate(start);
                ids.push(subwords.unknown);
            }
            ends.push(ids.len());
        }
        packer.sentence(text, words, &ids, &ends);
    }
    packer.finish()
}

struct Packer<'a> {
    windows: Windows,
    subwords: &'a Subwords,
    /// Rows for words in a window.
    room: usize,
    /// Rows for words used in the open window.
    used: usize,
    open: bool,
}

impl Packer<'_> {
    /// Adds a sentence: its words, their concatenated ids, and the end of each word's ids.
    fn sentence(&mut self, text: &str, words: &[Token], ids: &[u32], ends: &[usize]) {
        let (mut first, mut start, mut last) = (0, 0, 0);
        for (i, &end) in ends.iter().enumerate() {
            if end - start > self.room {
                self.part(text, &words[first..i], ids, start, &ends[first..i]);
                (first, start) = (i, last);
            }
            last = end;
        }
        if !ends.is_empty() {
            self.part(text, &words[first..], ids, start, &ends[first..]);
        }
    }

    /// Adds part of a sentence that fits into one window; its ids begin at `begin`.
    fn part(&mut self, text: &str, words: &[Token], ids: &[u32], begin: usize, ends: &[usize]) {
        let size = ends.last().map_or(0, |&end| end - begin);
        if self.open && self.used + size > self.room {
            self.close();
        }
        if !self.open {
            self.windows.starts.push(self.windows.ids.len());
            self.special(self.subwords.first);
            self.open = true;
            self.used = 0;
        }
        self.used += size;
        let mut start = begin;
        for (word, &end) in words.iter().zip(ends) {
            let row = self.windows.ids.len();
            self.windows.ids.extend_from_slice(&ids[start..end]);
            let rows = self.windows.ids.len();
            self.windows.shapes.resize(rows, shape(word.span.slice(text)));
            self.windows.token_rows.push(row..rows);
            start = end;
        }
    }

    fn special(&mut self, id: u32) {
        self.windows.ids.push(id);
        self.windows.shapes.push(SPECIAL);
    }

    fn close(&mut self) {
        self.special(self.subwords.last);
        self.open = false;
    }

    fn finish(mut self) -> Windows {
        if self.open {
            self.close();
        }
        if !self.windows.starts.is_empty() {
            self.windows.starts.push(self.windows.ids.len());
        }
        self.windows
    }
}
