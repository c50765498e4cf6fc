//! Reading the data files: tab-separated cells, one entry a line, `#` for comments.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::classes::{Class, ClassSet};

/// A closed set of values that data files refer to by name.
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

/// A line of a data file that is not a comment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) text: &'a str,
}

impl<'a> Line<'a> {
    /// Cell `at`, counted from 0 and trimmed; `None` when empty or missing.
    pub(crate) fn cell(&self, at: usize) -> Option<&'a str> {
        self.text.split('\t').nth(at).map(str::trim).filter(|cell| !cell.is_empty())
    }
}

/// Lines of a file other than comments and blank ones.
pub(crate) fn lines(file: &'static str) -> impl Iterator<Item = Line<'static>> {
    file.lines().map(|text| Line { text }).filter(|l| !l.text.trim().is_empty() && !l.text.starts_with('#'))
}

/// Words with their values. Inflected forms are owned, other words borrow from the files.
pub(crate) type Map<V> = HashMap<Cow<'static, str>, V, BuildHasherDefault<Fnv>>;

/// FNV-1a: keys are short and come from our own files, so neither throughput on long keys nor resistance to chosen keys
/// matters.
pub(crate) struct Fnv(u64);

// Offset basis and prime of the 64-bit variant (Fowler, Noll and Vo).
const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// Hashes further bytes into `hash`.
const fn fnv(mut hash: u64, bytes: &[u8]) -> u64 {
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(FNV_PRIME);
        at += 1;
    }
    hash
}

/// Hashes a text.
pub(crate) const fn hash(text: &str) -> u64 {
    fnv(FNV_BASIS, text.as_bytes())
}

/// Combines two hashes.
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

/// Passes through keys that are hashes already.
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

/// A map built from the files of a topic, and the lines that could not be parsed; a test asserts that there are none.
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
    /// Parses `value<TAB>word word …`; of duplicate words the first wins.
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

    /// Parses `entry<TAB>…`, one a line, lowercased; of duplicate entries the first wins.
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
    /// Parses `class[,class …]<TAB>word word …`; a word in several lines has all their classes.
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

/// Parses a cell such as `determiner,possessive`.
pub(crate) fn class_set<C: Class>(cell: &str) -> Option<ClassSet<C>> {
    let mut set = ClassSet::default();
    for name in cell.split(',') {
        set.insert(C::named(name.trim())?);
    }
    Some(set)
}

/// Parses the first cell of a line.
pub(crate) fn named<T: Names>(line: &Line<'_>) -> Option<T> {
    T::named(line.cell(0)?)
}

/// Parses the rows of a topic that is a list, each keyed by one of its cells. Malformed rows are skipped; a test
/// asserts that there are none.
pub(crate) fn rows<V>(
    files: impl Iterator<Item = &'static str>,
    key: usize,
    read: impl Fn(&Line<'static>) -> Option<V>,
) -> Vec<(&'static str, V)> {
    files.flat_map(lines).filter_map(|line| line.cell(key).zip(read(&line))).collect()
}

/// Lowercases a word, borrowing it when unchanged.
pub(crate) fn lower(word: &str) -> Cow<'_, str> {
    if word.chars().any(char::is_uppercase) { Cow::Owned(word.to_lowercase()) } else { Cow::Borrowed(word) }
}
