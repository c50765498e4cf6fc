use crate::Error;

/// Windows of subwords laid end to end, without padding.
///
/// Window `i` is the subwords `starts[i]..starts[i + 1]`; `starts` begins with 0 and ends with `ids.len()`, so it has
/// one more element than there are windows (or none if there are no windows). Each window includes its own special
/// subwords; none are added.
#[derive(Clone, Copy, Debug)]
pub struct PackedWindows<'a> {
    /// Subword ids.
    pub ids: &'a [u32],
    /// Shape of the word that each subword belongs to: an index into [`Model::shapes`](crate::Model::shapes). Ignored
    /// if the model reads no shapes.
    pub shapes: &'a [u8],
    /// Start of each window, and end of the last one.
    pub starts: &'a [usize],
}

/// A model's limits on windows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) window: usize,
    pub(crate) vocabulary: usize,
    pub(crate) shapes: usize,
}

impl PackedWindows<'_> {
    pub(crate) fn check(&self, limits: Limits) -> Result<(), Error> {
        if self.ids.len() != self.shapes.len() {
            return Err(Error::Lengths { ids: self.ids.len(), shapes: self.shapes.len() });
        }
        self.check_starts(limits.window)?;
        let known = |id: u32| (id as usize) < limits.vocabulary;
        if let Some(index) = self.ids.iter().position(|&id| !known(id)) {
            return Err(Error::UnknownId { index, id: self.ids[index], expected: limits.vocabulary });
        }
        let known = |shape: u8| limits.shapes == 0 || usize::from(shape) < limits.shapes;
        match self.shapes.iter().position(|&shape| !known(shape)) {
            None => Ok(()),
            Some(index) => Err(Error::UnknownShape { index, shape: self.shapes[index], expected: limits.shapes }),
        }
    }

    fn check_starts(&self, longest: usize) -> Result<(), Error> {
        let total = self.ids.len();
        let starts = |window, end, from, to| Err(Error::Starts { window, end, from, to });
        let Some((&first, ends)) = self.starts.split_first() else {
            return if total == 0 { Ok(()) } else { starts(0, 0, total, total) };
        };
        if first != 0 {
            return starts(0, first, 0, 0);
        }
        let mut start = 0;
        for (window, &end) in ends.iter().enumerate() {
            if end < start || end > total {
                return starts(window, end, start, total);
            }
            if end - start > longest {
                return Err(Error::WindowLength { window, expected: longest, got: end - start });
            }
            start = end;
        }
        if start == total { Ok(()) } else { starts(ends.len().saturating_sub(1), start, total, total) }
    }
}
