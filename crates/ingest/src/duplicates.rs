use std::collections::VecDeque;

use hashbrown::HashTable;
use pressmark_core::Document;
use sha2::{Digest, Sha256};

use crate::Error;

/// Options for duplicate detection; [`Default`] states every default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DuplicateOptions {
    /// Least Jaccard similarity, in (0, 1], of two texts' five-word shingles for one to count as a duplicate of the
    /// other. Default: 0.8, at which a story with a new headline, dateline or last paragraph still counts and two
    /// stories about one event do not.
    ///
    /// A short story with another headline and byline that was cut at its end falls below that. So a text is also a
    /// duplicate when the two share at least three long sentences word for word, and these are at least this share less
    /// 0.2 of the long sentences of whichever text has more: reports from one template, which differ in names and
    /// numbers, share none.
    pub threshold: f32,
    /// Most documents to remember; the oldest are forgotten first. Each takes some 350 bytes plus its id. Default:
    /// 200,000.
    pub remember: usize,
}

impl Default for DuplicateOptions {
    fn default() -> Self {
        Self { threshold: 0.8, remember: 200_000 }
    }
}

/// Number of MinHash functions; a signature keeps one byte for each. The standard deviation of the estimated similarity
/// is at most 1 / (2 √128) = 0.044.
const SIZE: usize = 128;
/// Words from which a sentence counts as long. Set by hand: shorter sentences also occur word for word in reports of
/// different events ("The crowd stayed to the end in the rain."); raising it leaves short stories without any long
/// sentence.
const LONG: usize = 15;
/// Number of long sentences whose hashes a signature keeps: those with the smallest hashes, so that two texts keep the
/// same ones (a bottom-k sketch, Cohen and Kaplan 2007). A news story has some twenty; a larger sketch estimates better
/// and costs 4 bytes a hash in every signature.
const KEPT: usize = 8;
/// Least number of long sentences that two texts must share. Set by hand: fewer are a shared quotation or a paragraph
/// of background.
const SHARED: f32 = 3.0;
/// How far the share of common long sentences may fall below [`DuplicateOptions::threshold`]. Set by hand: one edited
/// word changes a whole sentence but only five shingles.
const LESS: f32 = 0.2;
/// Length of [`Signature::to_bytes`]: two 8-byte numbers (hash and count of all words), the MinHash and the sketch.
pub const SIGNATURE_BYTES: usize = 16 + SIZE + SKETCH_BYTES;
/// Length of a sketch: its 4-byte hashes, and two 4-byte counts.
const SKETCH_BYTES: usize = 4 * KEPT + 8;
/// Bytes in a band of the locality-sensitive hashing: texts that agree in one whole band become candidates. With 16
/// bands of 8, texts of similarity 0.8 are compared with probability 0.95, those of 0.9 with 0.9999, those of 0.5 with
/// 0.06.
const BAND: usize = 8;
const BANDS: usize = SIZE / BAND;
/// Words in a shingle. Five is usual for news (Broder 1997 used ten, Manku et al. 2007 fewer).
const SHINGLE: usize = 5;
/// Below this many words, a text only duplicates one with exactly the same words. Set by hand: one word changed in the
/// middle of so short a text leaves at most half of the shingles in common.
const FEWEST_WORDS: usize = 20;

/// The fingerprint by which texts are compared: a MinHash (Broder 1997) of the five-word shingles at 8 bits a hash (Li
/// and König 2010), a hash of all words without case and punctuation, and a sketch of the long sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    words: u64,
    count: usize,
    minima: [u8; SIZE],
    long: Sketch,
}

/// A bottom-k sketch of a text's long sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sketch {
    hashes: [u32; KEPT],
    count: u32,
    /// Total words in the long sentences.
    words: u32,
}

impl Sketch {
    fn of(text: &str) -> Self {
        let mut sketch = Self { hashes: [u32::MAX; KEPT], count: 0, words: 0 };
        for sentence in text.split(['.', '!', '?', '\n', '。']) {
            let (mut hash, mut count) = (0_u64, 0_usize);
            for_each_word(sentence, |word| {
                hash = mix(hash ^ word_hash(word));
                count += 1;
            });
            if count >= LONG {
                sketch.put((hash >> 32) as u32);
                sketch.words = sketch.words.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
            }
        }
        sketch
    }

    fn put(&mut self, hash: u32) {
        // A repeated sentence counts once.
        if self.hashes.contains(&hash) {
            return;
        }
        self.count = self.count.saturating_add(1);
        if let Some(at) = self.hashes.iter().position(|kept| hash < *kept) {
            self.hashes[at..].rotate_right(1);
            self.hashes[at] = hash;
        }
    }

    fn kept(&self) -> &[u32] {
        self.hashes.get(..(self.count as usize).min(KEPT)).unwrap_or_default()
    }

    /// Long sentences in common: as a share of those of the text that has more, and their number. An estimate if either
    /// text has more than [`KEPT`].
    fn common(&self, other: &Self) -> (f32, f32) {
        let mut union: Vec<u32> = [self.kept(), other.kept()].concat();
        union.sort_unstable();
        union.dedup();
        // Only the `KEPT` smallest hashes of the union are certain to be in the sketch of every text that has them.
        let is_whole = self.count as usize <= KEPT && other.count as usize <= KEPT;
        union.truncate(if is_whole { 2 * KEPT } else { KEPT });
        let both = union.iter().filter(|hash| self.kept().contains(hash) && other.kept().contains(hash)).count();
        let jaccard = both as f32 / union.len().max(1) as f32;
        let shared = jaccard * (self.count + other.count) as f32 / (1.0 + jaccard);
        (shared / self.count.max(other.count).max(1) as f32, shared)
    }
}

impl Signature {
    /// Computes the signature of a text. It is a pure function, so it can run on any thread.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let (mut minima, mut all) = ([u32::MAX; SIZE], Sha256::new());
        let (mut window, mut count) = ([0_u64; SHINGLE], 0_usize);
        for_each_word(text, |word| {
            let hash = word_hash(word);
            all.update(hash.to_le_bytes());
            window.rotate_left(1);
            window[SHINGLE - 1] = hash;
            count += 1;
            if count >= SHINGLE {
                lower(&mut minima, &window);
            }
        });
        if count < SHINGLE {
            lower(&mut minima, &window);
        }
        let words = all.finalize().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        // Minima are small numbers, so their high bits carry nothing: mix before taking eight bits.
        let minima = minima.map(|m| (mix(u64::from(m)) >> 56) as u8);
        Self { words, count, minima, long: Sketch::of(text) }
    }

    /// Serializes the signature, to be stored with a run.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; SIGNATURE_BYTES] {
        let mut bytes = [0; SIGNATURE_BYTES];
        let (words, rest) = bytes.split_at_mut(8);
        let (count, rest) = rest.split_at_mut(8);
        let (minima, sketch) = rest.split_at_mut(SIZE);
        words.copy_from_slice(&self.words.to_le_bytes());
        count.copy_from_slice(&(self.count as u64).to_le_bytes());
        minima.copy_from_slice(&self.minima);
        let numbers = self.long.hashes.iter().chain([&self.long.count, &self.long.words]);
        sketch.iter_mut().zip(numbers.flat_map(|n| n.to_le_bytes())).for_each(|(to, from)| *to = from);
        bytes
    }

    /// Restores a signature from [`to_bytes`](Self::to_bytes).
    #[must_use]
    pub fn from_bytes(bytes: &[u8; SIGNATURE_BYTES]) -> Self {
        let (words, rest) = bytes.split_first_chunk().expect("a signature has more than 8 bytes");
        let (count, rest) = rest.split_first_chunk().expect("a signature has more than 16 bytes");
        let (minima, sketch) = rest.split_first_chunk().expect("a signature has its minima");
        let numbers = sketch.as_chunks::<4>().0;
        let number = |i: usize| numbers.get(i).map_or(0, |bytes| u32::from_le_bytes(*bytes));
        let count = usize::try_from(u64::from_le_bytes(*count)).unwrap_or(usize::MAX);
        let long = Sketch { hashes: std::array::from_fn(number), count: number(KEPT), words: number(KEPT + 1) };
        Self { words: u64::from_le_bytes(*words), count, minima: *minima, long }
    }

    /// Estimated Jaccard similarity of the two texts' five-word shingles, in [0, 1].
    #[must_use]
    pub fn similarity(&self, other: &Self) -> f32 {
        similarity(&self.minima, &other.minima)
    }
}

fn similarity(a: &[u8; SIZE], b: &[u8; SIZE]) -> f32 {
    let equal = a.iter().zip(b).filter(|(a, b)| a == b).count() as f32 / SIZE as f32;
    // Bytes of different minima agree by chance once in 256; the estimate is corrected for that.
    ((equal - 1.0 / 256.0) / (1.0 - 1.0 / 256.0)).max(0.0)
}

/// Updates the minima with one shingle, by multiply-shift hashing (Dietzfelbinger et al. 1997).
fn lower(minima: &mut [u32; SIZE], window: &[u64; SHINGLE]) {
    const FACTORS: [u64; SIZE] = factors();
    let shingle = window.iter().fold(0, |hash, word| mix(hash ^ word));
    for (minimum, factor) in minima.iter_mut().zip(FACTORS) {
        *minimum = (*minimum).min((shingle.wrapping_mul(factor) >> 32) as u32);
    }
}

/// The odd multipliers of the hash functions. They are fixed, so that signatures of different runs can be compared.
const fn factors() -> [u64; SIZE] {
    let (mut factors, mut state, mut i) = ([0; SIZE], 0, 0);
    while i < SIZE {
        state = mix(state);
        factors[i] = state | 1;
        i += 1;
    }
    factors
}

/// The SplitMix64 mixer (Steele et al. 2014), with its published constants.
const fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// Case-insensitive hash of a word.
fn word_hash(word: &str) -> u64 {
    word.chars().flat_map(char::to_lowercase).fold(0, |hash, c| mix(hash ^ u64::from(u32::from(c))))
}

/// Calls `each` for every word: a run of letters and digits, or a single character in scripts written without spaces.
fn for_each_word(text: &str, mut each: impl FnMut(&str)) {
    let alone = |c: char| matches!(u32::from(c), 0x0E00..0x0F00 | 0x1000..0x10A0 | 0x1780..0x1800 | 0x3040..0xA000 | 0xF900..0xFB00 | 0x2_0000..0x3_2000);
    let mut start = None;
    for (at, c) in text.char_indices() {
        let inside = c.is_alphanumeric() && !alone(c);
        match (start, inside) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                each(&text[from..at]);
                start = None;
            }
            _ => {}
        }
        if alone(c) {
            each(&text[at..at + c.len_utf8()]);
        }
    }
    if let Some(from) = start {
        each(&text[from..]);
    }
}

/// Finds the earlier document of a run that a document duplicates.
///
/// Documents must come in input order, so that the result does not depend on threads.
#[derive(Clone, Debug)]
pub struct Duplicates {
    options: DuplicateOptions,
    /// The remembered documents, oldest first.
    kept: VecDeque<Kept>,
    /// Number of the oldest remembered document, counted from the first ever kept; wraps around.
    first: u32,
    /// One table for each band and a last one for the hash of all words: numbers of documents by their [`Kept::key`].
    tables: Vec<HashTable<u32>>,
    /// Numbers of documents by the hash of each long sentence in their sketch.
    sentences: HashTable<(u32, u32)>,
}

#[derive(Clone, Debug)]
struct Kept {
    id: Box<str>,
    words: u64,
    short: bool,
    minima: [u8; SIZE],
    count: usize,
    long: Sketch,
}

impl Kept {
    /// The key of a document in table `band`; the last table, past all bands, is keyed by the hash of all words.
    fn key(&self, band: usize) -> u64 {
        key(self.words, &self.minima, band)
    }
}

fn key(words: u64, minima: &[u8; SIZE], band: usize) -> u64 {
    let bytes = minima.as_chunks::<BAND>().0.get(band);
    mix(bytes.map_or(words, |bytes| u64::from_le_bytes(*bytes)))
}

impl Duplicates {
    /// Creates a detector that has seen no document.
    ///
    /// # Errors
    /// [`Error::Option`] when an option is out of range.
    pub fn new(options: DuplicateOptions) -> Result<Self, Error> {
        if !(options.threshold > 0.0 && options.threshold <= 1.0) {
            let value = options.threshold.to_string();
            return Err(Error::Option { name: "threshold", value, expected: "above 0, at most 1" });
        }
        let kept = VecDeque::new();
        let (tables, sentences) = (vec![HashTable::new(); BANDS + 1], HashTable::new());
        Ok(Self { options, kept, first: 0, tables, sentences })
    }

    /// Returns the id of the earlier document that this one duplicates; a document that duplicates none is remembered.
    ///
    /// A document without text is neither a duplicate nor remembered.
    pub fn check(&mut self, doc: &Document) -> Option<String> {
        self.check_signature(&doc.id, &Signature::of(&doc.text))
    }

    /// Like [`check`](Self::check), with the signature of the document's text already computed.
    pub fn check_signature(&mut self, id: &str, signature: &Signature) -> Option<String> {
        if signature.count == 0 {
            return None;
        }
        if let Some(number) = self.find(signature).or_else(|| self.find_by_sentences(signature)) {
            return self.get(number).map(|kept| kept.id.to_string());
        }
        self.insert(id, signature);
        None
    }

    fn get(&self, number: u32) -> Option<&Kept> {
        self.kept.get(number.wrapping_sub(self.first) as usize)
    }

    /// The earliest document that is similar enough.
    fn find(&self, signature: &Signature) -> Option<u32> {
        let short = signature.count < FEWEST_WORDS;
        let bands = if short { BANDS..BANDS + 1 } else { 0..BANDS + 1 };
        let mut best = None;
        for band in bands {
            let hash = key(signature.words, &signature.minima, band);
            let same = |number: &u32| self.get(*number).is_some_and(|kept| kept.key(band) == hash);
            let Some(&number) = self.tables.get(band).and_then(|t| t.find(hash, same)) else { continue };
            let Some(kept) = self.get(number) else { continue };
            let alike = kept.words == signature.words
                || (!kept.short && similarity(&kept.minima, &signature.minima) >= self.options.threshold);
            if alike && best.is_none_or(|b: u32| number.wrapping_sub(self.first) < b.wrapping_sub(self.first)) {
                best = Some(number);
            }
        }
        best
    }

    /// The earliest document that shares most of its long sentences.
    fn find_by_sentences(&self, signature: &Signature) -> Option<u32> {
        let long = &signature.long;
        let numbers = long.kept().iter().filter_map(|hash| {
            self.sentences.find(mix(u64::from(*hash)), |(h, _)| h == hash).map(|(_, number)| *number)
        });
        let is_mostly_long = |words: u32, count: usize| words as usize * 2 > count;
        let alike = |kept: &Kept| {
            let (share, shared) = kept.long.common(long);
            // Rounding in the estimate may put three shared sentences slightly below 3.
            shared > SHARED - 0.01
                && share >= self.options.threshold - LESS
                && is_mostly_long(long.words, signature.count)
                && is_mostly_long(kept.long.words, kept.count)
        };
        numbers.filter(|n| self.get(*n).is_some_and(alike)).min_by_key(|n| n.wrapping_sub(self.first))
    }

    fn insert(&mut self, id: &str, signature: &Signature) {
        if self.kept.len() >= self.options.remember {
            self.forget();
        }
        if self.options.remember == 0 {
            return;
        }
        let short = signature.count < FEWEST_WORDS;
        let number = self.first.wrapping_add(self.kept.len() as u32);
        let Signature { words, count, minima, long } = *signature;
        self.kept.push_back(Kept { id: id.into(), words, short, minima, count, long });
        for hash in long.kept() {
            // As with the bands, only the first document with a sentence is indexed under it.
            let key = mix(u64::from(*hash));
            if self.sentences.find(key, |(h, _)| h == hash).is_none() {
                self.sentences.insert_unique(key, (*hash, number), |(h, _)| mix(u64::from(*h)));
            }
        }
        let (kept, first) = (&self.kept, self.first);
        let get = |number: u32| kept.get(number.wrapping_sub(first) as usize);
        for (band, table) in self.tables.iter_mut().enumerate() {
            let hash = key(signature.words, &signature.minima, band);
            // Only the first document with a band is indexed under it: a later one with the same band is most likely
            // similar to it.
            let known = table.find(hash, |n| get(*n).is_some_and(|k| k.key(band) == hash)).is_some();
            if !known && (!short || band >= BANDS) {
                table.insert_unique(hash, number, |n| get(*n).map_or(0, |k| k.key(band)));
            }
        }
    }

    fn forget(&mut self) {
        let Some(oldest) = self.kept.front() else { return };
        for (band, table) in self.tables.iter_mut().enumerate() {
            if let Ok(entry) = table.find_entry(oldest.key(band), |n| *n == self.first) {
                entry.remove();
            }
        }
        for hash in oldest.long.kept() {
            let is_its = |entry: &(u32, u32)| *entry == (*hash, self.first);
            if let Ok(entry) = self.sentences.find_entry(mix(u64::from(*hash)), is_its) {
                entry.remove();
            }
        }
        self.kept.pop_front();
        self.first = self.first.wrapping_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A synthetic story of `len` words.
    fn story(seed: u64, len: usize) -> Vec<String> {
        let mut state = seed;
        std::iter::repeat_with(|| {
            state = mix(state);
            format!("w{}", state % 5000)
        })
        .take(len)
        .collect()
    }

    fn check(threshold: f32, docs: &[(&str, String)], expected: &[Option<&str>]) {
        let mut duplicates = Duplicates::new(DuplicateOptions { threshold, ..DuplicateOptions::default() }).unwrap();
        let found: Vec<_> =
            docs.iter().map(|(id, text)| duplicates.check(&Document::from_text(*id, text.as_str()))).collect();
        assert_eq!(found.iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn copies_and_near_copies_are_found() {
        let (first, second) = (story(1, 400).join(" "), story(2, 400).join(" "));
        let mut changed = story(1, 400);
        changed[0] = "New headline".into();
        changed.extend(story(3, 12));
        check(
            0.8,
            &[
                ("a", first.clone()),
                ("b", second),
                ("c", first.to_uppercase().replace(' ', ",  ")),
                ("d", changed.join(" ")),
                ("e", String::new()),
                ("f", String::new()),
                ("g", "Short item.".into()),
                ("h", "Short item!".into()),
                ("i", "Short items.".into()),
            ],
            &[None, None, Some("a"), Some("a"), None, None, None, Some("g"), None],
        );
    }

    /// A synthetic story of sentences of 18 words.
    fn sentences(seed: u64, count: u64) -> Vec<String> {
        (0..count).map(|i| story(seed * 100 + i, 18).join(" ") + ".").collect()
    }

    #[test]
    fn a_wire_story_under_another_headline_is_a_repeat() {
        let wire = sentences(1, 7);
        let other = |from: usize, to: usize| {
            let mut text = vec!["Another headline by somebody else".to_owned(), story(9, 17).join(" ") + "."];
            text.extend_from_slice(&wire[from..to]);
            text.push("Somebody contributed to this report. Sign up for our letter.".into());
            text.join("\n\n")
        };
        check(
            0.8,
            &[("a", wire.join("\n\n")), ("b", other(1, 6)), ("c", other(3, 6)), ("d", sentences(2, 7).join(" "))],
            &[None, Some("a"), None, None],
        );
        check(1.0, &[("a", wire.join("\n\n")), ("b", other(1, 6))], &[None, None]);
    }

    #[test]
    fn reports_from_one_template_are_apart() {
        let forecast = |town: &str, high: u32| {
            format!(
                "Good morning. This is the forecast of the weather office for the town of {town} and the villages around it. It will \
                 be dry today with a high of {high} degrees and a low of 3 degrees in the hills. Winds will be light. The sun rises \
                 at 6:42. Drivers are asked to take care on roads near the river. The next forecast is issued at noon."
            )
        };
        check(0.8, &[("a", forecast("Alder", 14)), ("b", forecast("Sandoy", 9))], &[None, None]);
    }

    #[test]
    fn similarity_estimates_the_share_in_common() {
        // Half of the words replaced at the end: 200 of about 600 distinct shingles are shared.
        let (a, mut b) = (story(1, 400), story(1, 200));
        b.extend(story(9, 200));
        let estimate = Signature::of(&a.join(" ")).similarity(&Signature::of(&b.join(" ")));
        assert!((estimate - 1.0 / 3.0).abs() < 0.1, "{estimate}");
        let other = Signature::of(&story(7, 400).join(" "));
        assert!(Signature::of(&a.join(" ")).similarity(&other) < 0.05);
    }

    #[test]
    fn signatures_come_back_from_their_bytes() {
        for text in ["", "Rain.", &story(1, 400).join(" ")] {
            let signature = Signature::of(text);
            assert_eq!(Signature::from_bytes(&signature.to_bytes()), signature);
        }
    }

    #[test]
    fn old_documents_are_forgotten() {
        let options = DuplicateOptions { remember: 2, ..DuplicateOptions::default() };
        let mut duplicates = Duplicates::new(options).unwrap();
        let mut check =
            |seed: u64| duplicates.check_signature(&seed.to_string(), &Signature::of(&story(seed, 50).join(" ")));
        assert_eq!(check(1), None);
        assert_eq!(check(2), None);
        assert_eq!(check(1), Some("1".into()));
        assert_eq!(check(3), None);
        assert_eq!(check(1), None);
        assert_eq!(check(3), Some("3".into()));
        assert_eq!(duplicates.tables.iter().map(HashTable::len).max(), Some(2));
    }
}
