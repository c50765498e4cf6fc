//! Reading the data files: lines of cells between tabs, `#` begins a comment line.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::classes::{Class, ClassSet};

/// A closed list of values by the names that the files give them.
pub(crate) trait Names: Sized {
    fn named(name: &str) -> Option<Self>;
}

macro_rules! names {
    ($kind:ident { $($text:literal => $value:ident),* $(,)? }) => {
        impl $crate::table::Names for $kind {
            fn named(name: &str) -> Option<Self> {
                Some(match name {
                    $($text => Self::$value,)*
                    _ => return None,
                })
            }
        }
    };
}
pub(crate) use names;

/// A line of a data file that is no comment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) text: &'a str,
}

impl<'a> Line<'a> {
    /// The cell at `at`, counted from 0.
    pub(crate) fn cell(&self, at: usize) -> Option<&'a str> {
        self.text.split('\t').nth(at).map(str::trim).filter(|cell| !cell.is_empty())
    }
}

/// The lines of a file that say something.
pub(crate) fn lines(file: &'static str) -> impl Iterator<Item = Line<'static>> {
    file.lines().map(|text| Line { text }).filter(|l| !l.text.trim().is_empty() && !l.text.starts_with('#'))
}

/// Words and what is said of them. Inflected forms are made, the rest is borrowed from the files.
pub(crate) type Map<V> = HashMap<Cow<'static, str>, V, BuildHasherDefault<Fnv>>;

/// FNV-1a: the keys are short and come from our own files, so neither speed on long keys nor protection against
/// chosen ones matters.
pub(crate) struct Fnv(u64);

const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// A hash that takes in some more bytes.
const fn fnv(mut hash: u64, bytes: &[u8]) -> u64 {
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(FNV_PRIME);
        at += 1;
    }
    hash
}

/// The hash of a text.
pub(crate) const fn hash(text: &str) -> u64 {
    fnv(FNV_BASIS, text.as_bytes())
}

/// The hash of two things by their hashes.
pub(crate) const fn joined(first: u64, second: u64) -> u64 {
    (first ^ second).wrapping_mul(FNV_PRIME)
}

impl Default for Fnv {
    fn default() -> Self {
        Self(FNV_BASIS)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = fnv(self.0, bytes);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Takes a key that is a hash as it is.
#[derive(Default)]
pub(crate) struct Hashed(u64);

impl Hasher for Hashed {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = fnv(self.0, bytes);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A map made of a topic's files, and the lines that could not be read: a test holds that there are none.
#[derive(Debug)]
pub(crate) struct Table<V> {
    pub(crate) map: Map<V>,
    pub(crate) unread: Vec<&'static str>,
}

impl<V> Default for Table<V> {
    fn default() -> Self {
        Self { map: Map::default(), unread: Vec::new() }
    }
}

impl<V> Table<V> {
    pub(crate) fn get(&self, word: &str) -> Option<&V> {
        self.map.get(word)
    }
}

impl<V: Copy> Table<V> {
    /// `value<TAB>word word …`; where a word stands twice, the first holds.
    pub(crate) fn words(files: impl Iterator<Item = &'static str>, value: impl Fn(&Line<'_>) -> Option<V>) -> Self {
        let mut table = Self::default();
        for line in files.flat_map(lines) {
            let Some((value, words)) = value(&line).zip(line.text.rsplit('\t').next()) else {
                table.unread.push(line.text);
                continue;
            };
            for word in words.split_whitespace() {
                table.map.entry(Cow::Borrowed(word)).or_insert(value);
            }
        }
        table
    }

    /// `entry<TAB>…`, one a line, read in small letters; where an entry stands twice, the first holds.
    pub(crate) fn rows(files: impl Iterator<Item = &'static str>, value: impl Fn(&Line<'_>) -> Option<V>) -> Self {
        let mut table = Self::default();
        for line in files.flat_map(lines) {
            match line.cell(0).zip(value(&line)) {
                Some((entry, value)) => {
                    table.map.entry(lower(entry)).or_insert(value);
                }
                None => table.unread.push(line.text),
            }
        }
        table
    }
}

impl<C: Class> Table<ClassSet<C>> {
    /// `class[,class …]<TAB>word word …`; a word may stand in several lines and then has all their classes.
    pub(crate) fn classes(files: impl Iterator<Item = &'static str>) -> Self {
        let mut table = Self::default();
        for line in files.flat_map(lines) {
            let (Some(classes), Some(words)) = (line.cell(0).and_then(class_set), line.cell(1)) else {
                table.unread.push(line.text);
                continue;
            };
            for word in words.split_whitespace() {
                table.add(Cow::Borrowed(word), classes);
            }
        }
        table
    }

    pub(crate) fn add(&mut self, word: Cow<'static, str>, classes: ClassSet<C>) {
        self.map.entry(word).or_default().extend(classes);
    }
}

/// The classes of a cell such as `determiner,possessive`.
pub(crate) fn class_set<C: Class>(cell: &str) -> Option<ClassSet<C>> {
    let mut set = ClassSet::default();
    for name in cell.split(',') {
        set.insert(C::named(name.trim())?);
    }
    Some(set)
}

/// The value that the first cell of a line names.
pub(crate) fn named<T: Names>(line: &Line<'_>) -> Option<T> {
    T::named(line.cell(0)?)
}

/// The rows of a topic that is a list, each with the word in one of its cells. What cannot be read is left out; a
/// test holds that nothing is.
pub(crate) fn rows<V>(
    files: impl Iterator<Item = &'static str>,
    key: usize,
    read: impl Fn(&Line<'static>) -> Option<V>,
) -> Vec<(&'static str, V)> {
    files.flat_map(lines).filter_map(|line| line.cell(key).zip(read(&line))).collect()
}

/// A word in small letters, copied only where that changes it.
pub(crate) fn lower(word: &str) -> Cow<'_, str> {
    if word.chars().any(char::is_uppercase) { Cow::Owned(word.to_lowercase()) } else { Cow::Borrowed(word) }
}
