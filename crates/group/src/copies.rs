//! Detects paragraphs that one document copied from another.

use std::collections::{HashMap, HashSet};

use pressmark_jsonl::Score;
use pressmark_jsonl::story::{CopiedParagraph, Copy};

use crate::features::{LONG_PARAGRAPH, SHINGLE};
use crate::view::View;

/// Minimum share of a paragraph's shingles found in another for it to be a copy. Set by hand: one changed word in
/// fifteen leaves two thirds of the four-word shingles.
const SAME: f32 = 0.6;
/// Words outside quotation marks that a paragraph needs to prove copying by itself. Set by hand: two reporters who
/// heard the same sentence write it down alike.
const OWN_WORDS: usize = 8;

/// Most places kept per shingle, the earliest ones. Set by hand: it bounds memory and time for a text that hundreds
/// copied, whose sources are among the first.
const MOST_PLACES: usize = 32;

/// A paragraph with its set of shingle hashes.
struct Paragraph {
    start: usize,
    end: usize,
    words: usize,
    own_words: usize,
    shingles: HashSet<u64>,
}

/// A paragraph found in an earlier document.
struct Match {
    paragraph: usize,
    source: (usize, usize),
    share: f32,
}

/// Detects who copied from whom. `views` are in order of publication; a paragraph found in several earlier documents is
/// attributed to the one that explains most of the copy.
pub(crate) fn copies(views: &[View<'_>]) -> Vec<Copy> {
    let all: Vec<Vec<Paragraph>> = views.iter().map(paragraphs).collect();
    // Places (document, paragraph) of each shingle so far.
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

/// Paragraphs of earlier documents that contain at least [`SAME`] of this one's shingles, the best of each document.
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

/// Attributes each paragraph of `to` to one source: greedily the source that explains the most words, then the rest.
fn cover(views: &[View<'_>], all: &[Vec<Paragraph>], to: usize, mut matches: HashMap<usize, Vec<Match>>) -> Vec<Copy> {
    let mut copies = Vec::new();
    let paragraph = |(doc, number): (usize, usize)| all.get(doc).and_then(|paragraphs| paragraphs.get(number));
    let words =
        |found: &[Match]| -> usize { found.iter().filter_map(|m| paragraph((to, m.paragraph))).map(|p| p.words).sum() };
    loop {
        // Quotations alone do not prove copying.
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

/// Whether dates or credits show that `from` was published before `to`.
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
