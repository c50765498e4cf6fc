//! Paragraphs that one document took from another.

use std::collections::{HashMap, HashSet};

use pressmark_jsonl::Score;
use pressmark_jsonl::story::{CopiedParagraph, Copy};

use crate::features::LONG_PARAGRAPH;
use crate::view::View;

/// Share of a paragraph's word sequences that stand in another one for it to be the same: a word changed in fifteen
/// leaves two thirds of the sequences of four.
const SAME: f32 = 0.6;
/// Words of a shingle.
const SHINGLE: usize = 4;
/// Words outside quotation marks from which on a paragraph tells by itself that it was copied: two reporters who heard
/// one sentence write it down alike.
const OWN_WORDS: usize = 8;

/// Places of a shingle that are kept, the first ones: a text that hundreds took is told from those who had it first.
const MOST_PLACES: usize = 32;

/// A paragraph as a set of shingles.
struct Paragraph {
    start: usize,
    end: usize,
    words: usize,
    own_words: usize,
    shingles: HashSet<u64>,
}

/// A paragraph that stands in an earlier document.
struct Match {
    paragraph: usize,
    source: (usize, usize),
    share: f32,
}

/// Who took what from whom. `views` are in order of publication; a paragraph that stands in several earlier documents
/// is taken from the one that has most of the copy.
pub(crate) fn copies(views: &[View<'_>]) -> Vec<Copy> {
    let all: Vec<Vec<Paragraph>> = views.iter().map(paragraphs).collect();
    // Where each shingle stands so far.
    let mut index: HashMap<u64, Vec<(usize, usize)>> = HashMap::new();
    let mut copies = Vec::new();
    for (to, paragraphs) in all.iter().enumerate() {
        let mut matches: HashMap<usize, Vec<Match>> = HashMap::new();
        for (number, paragraph) in paragraphs.iter().enumerate() {
            for found in sources(number, paragraph, &index) {
                matches.entry(found.source.0).or_default().push(found);
            }
        }
        copies.extend(cover(views, &all, to, matches));
        for (number, paragraph) in paragraphs.iter().enumerate() {
            for shingle in &paragraph.shingles {
                let places = index.entry(*shingle).or_default();
                if places.len() < MOST_PLACES {
                    places.push((to, number));
                }
            }
        }
    }
    copies
}

fn paragraphs(view: &View<'_>) -> Vec<Paragraph> {
    let read = |(start, end): (usize, usize)| {
        let words = view.words_in(start, end);
        let lower: Vec<String> = words.iter().map(|word| word.text.to_lowercase()).collect();
        Paragraph {
            start,
            end,
            words: words.len(),
            own_words: words.iter().filter(|word| !view.is_quoted(word.start)).count(),
            shingles: lower.windows(SHINGLE).map(hash).collect(),
        }
    };
    view.paragraphs().into_iter().map(read).filter(|paragraph| paragraph.words >= LONG_PARAGRAPH).collect()
}

fn hash(words: &[String]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for byte in words.iter().flat_map(|word| word.bytes().chain([b' '])) {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    state
}

/// The paragraphs of earlier documents in which most of this one stands, the best of each document.
fn sources(number: usize, paragraph: &Paragraph, index: &HashMap<u64, Vec<(usize, usize)>>) -> Vec<Match> {
    let mut shared: HashMap<(usize, usize), usize> = HashMap::new();
    for shingle in &paragraph.shingles {
        index.get(shingle).into_iter().flatten().for_each(|place| *shared.entry(*place).or_default() += 1);
    }
    let mut best: HashMap<usize, Match> = HashMap::new();
    for (source, count) in shared {
        let share = count as f32 / paragraph.shingles.len().max(1) as f32;
        let is_better = best.get(&source.0).is_none_or(|m| (share, m.source.1) > (m.share, source.1));
        if share >= SAME && is_better {
            best.insert(source.0, Match { paragraph: number, source, share });
        }
    }
    best.into_values().collect()
}

/// Gives each paragraph of `to` to one source: the one that explains most words first, then what is left.
fn cover(views: &[View<'_>], all: &[Vec<Paragraph>], to: usize, mut matches: HashMap<usize, Vec<Match>>) -> Vec<Copy> {
    let mut copies = Vec::new();
    let paragraph = |(doc, number): (usize, usize)| all.get(doc).and_then(|paragraphs| paragraphs.get(number));
    let words =
        |found: &[Match]| -> usize { found.iter().filter_map(|m| paragraph((to, m.paragraph))).map(|p| p.words).sum() };
    loop {
        // A quotation alone says nothing of who took what.
        matches.retain(|_, found| {
            found.iter().filter_map(|m| paragraph((to, m.paragraph))).any(|p| p.own_words >= OWN_WORDS)
        });
        let best =
            matches.iter().max_by_key(|(from, found)| (words(found), std::cmp::Reverse(**from))).map(|(from, _)| *from);
        let Some((from, mut found)) = best.and_then(|from| matches.remove_entry(&from)) else { return copies };
        found.sort_by_key(|m| m.paragraph);
        let taken: HashSet<usize> = found.iter().map(|m| m.paragraph).collect();
        matches.values_mut().for_each(|found| found.retain(|m| !taken.contains(&m.paragraph)));
        let (Some(source), Some(target)) = (views.get(from), views.get(to)) else { return copies };
        let share = |words: usize, of: &View<'_>| Score::from(words as f32 / of.words.len().max(1) as f32);
        let from_words = found.iter().filter_map(|m| paragraph(m.source)).map(|p| p.words).sum();
        let copied = |m: &Match| {
            let (ours, theirs) = (paragraph((to, m.paragraph))?, paragraph(m.source)?);
            Some(CopiedParagraph {
                from: source.passage(theirs.start, theirs.end),
                to: target.passage(ours.start, ours.end),
                share: Score::from(m.share),
            })
        };
        copies.push(Copy {
            from: source.record.id.to_string(),
            to: target.record.id.to_string(),
            share: share(words(&found), target),
            share_of_source: share(from_words, source),
            order_is_known: order_is_known(source, target),
            paragraphs: found.iter().filter_map(copied).collect(),
        });
    }
}

/// Whether dates or credits say that `from` was there before `to`.
fn order_is_known(from: &View<'_>, to: &View<'_>) -> bool {
    let by_date = match (from.moment, to.moment) {
        (Some((a, Some(x))), Some((b, Some(y)))) => (a, x) < (b, y),
        (Some((a, _)), Some((b, _))) => a < b,
        _ => false,
    };
    by_date || credits(to, from)
}

/// Whether a document credits the outlet of another one.
pub(crate) fn credits(view: &View<'_>, other: &View<'_>) -> bool {
    let credited = view.record.meta.credited_source.as_deref();
    credited.is_some_and(|source| view.outlet != other.outlet && source.eq_ignore_ascii_case(&other.outlet))
}
