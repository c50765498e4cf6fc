//! Finds the title line.

use std::{collections::HashMap, ops::Range};

use pressmark_core::{DropReason, SegmentKind};

use super::{chrome, fold::Folded, line::Line};
use crate::block::Hints;

/// Least score of a title. Set by hand: the first line of a text that starts with its first paragraph stays below.
const THRESHOLD: f32 = 2.5;
/// Lines of distance to the text that cost a title one point. Set by hand: lowering it misses titles above long bylines
/// and share bars.
const LINES_A_POINT: f32 = 8.0;
/// Paragraphs that may precede the title. Set by hand: a lead or two may.
const LEADS: usize = 2;
/// Most lines searched for the title. Set by hand: a bound for pages full of navigation.
const MAX_LINES: usize = 1500;

/// Points for the signs of a title; one point is about one clear sign. They were set by hand on the pages of
/// `corpus.txt` and on synthetic pages in the layouts of news sites, and none was fitted to a data set; the verdicts of
/// the corpus hold them in place.
mod points {
    /// Equals the page's declared title: outweighs every shape.
    pub(super) const HINTED: f32 = 6.0;
    /// Marked up as the title; as a heading; as an item of something else.
    pub(super) const MARKED_TITLE: f32 = 5.0;
    pub(super) const MARKED_HEADING: f32 = 1.0;
    pub(super) const MARKED_ITEM: f32 = -2.0;
    /// `# Title` in Markdown; other emphasis around the whole line.
    pub(super) const FIRST_LEVEL: f32 = 3.0;
    pub(super) const EMPHASIS: f32 = 1.5;
    /// Occurs twice, as titles do; so do short labels, which do not count.
    pub(super) const DOUBLED: f32 = 2.5;
    pub(super) const DOUBLED_WORDS: usize = 3;
    /// Is an interface phrase.
    pub(super) const INTERFACE: f32 = -3.0;
    /// Is a date, byline or credit, which are as short and as near to the text as titles.
    pub(super) const META: f32 = -5.0;
    /// For ending like a sentence, and for not doing so.
    pub(super) const TERMINAL: f32 = -0.5;
    pub(super) const NOT_TERMINAL: f32 = 0.5;
    /// Mostly a link: the title of another story.
    pub(super) const LINKED: f32 = -1.5;
    /// `A | B`, `A » B`, `A:`: a path or a label.
    pub(super) const PATH: f32 = -1.0;
    /// Precedes the first paragraph; and the most that the distance to it subtracts.
    pub(super) const BEFORE_TEXT: f32 = 1.0;
    pub(super) const FAR: f32 = 3.0;
    /// Follows a lead (per lead): more likely a heading.
    pub(super) const AFTER_LEAD: f32 = -2.0;
    /// Is the first line, or follows lines of the interface.
    pub(super) const OPENING: f32 = 1.0;

    /// Points for the length in words: most titles have five to twenty, section names one or two.
    pub(super) fn of_length(words: usize) -> f32 {
        match words {
            0..=1 => -1.5,
            2 => -0.5,
            3 => 0.5,
            4 => 1.0,
            5..=20 => 2.0,
            _ => 0.5,
        }
    }
}

/// Index of the title line, if there is one. `sure` marks lines of chrome, `main` the extent of the article.
pub(super) fn find(
    lines: &[Line<'_>],
    sure: &[Option<DropReason>],
    main: &Range<usize>,
    hints: &Hints<'_>,
) -> Option<usize> {
    let hint = hints.title.map(Folded::new).filter(|h| h.len() > 0);
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for line in lines.iter().take(MAX_LINES) {
        *counts.entry(line.folded.as_str()).or_default() += 1;
    }
    let body = if main.is_empty() { 1.min(lines.len()) } else { main.start };
    let mut leads = 0;
    let mut best: Option<(usize, f32)> = None;
    for (at, line) in lines.iter().enumerate().take(MAX_LINES) {
        if at > body && leads > LEADS {
            break;
        }
        if sure[at].is_some() {
            continue;
        }
        if at >= body && line.is_prose() && !line.is_headline() {
            leads += 1;
            continue;
        }
        if !line.is_headline() || line.folded.len() == 0 {
            continue;
        }
        let doubled = counts.get(line.folded.as_str()).is_some_and(|n| *n > 1);
        let hinted = hint.as_ref().map_or(0.0, |h| agreement(&line.folded, h));
        if hints.declared && hint.is_some() && hinted == 0.0 {
            continue;
        }
        let is_opening = at == 0 || sure[at - 1].is_some() || lines[at - 1].hit.is_some();
        let opening = if is_opening { points::OPENING } else { 0.0 };
        let score = opening + score(line, at, body, leads, doubled, hinted);
        // Of two equal lines, the first is the title and the second its repetition.
        if score >= THRESHOLD && best.is_none_or(|(_, s)| score > s) {
            best = Some((at, score));
        }
    }
    best.map(|(at, _)| at)
}

/// Score of a headline as the title.
fn score(line: &Line<'_>, at: usize, body: usize, leads: usize, doubled: bool, hinted: f32) -> f32 {
    let mut score = points::HINTED * hinted;
    score += match line.kind {
        Some(SegmentKind::Title) => points::MARKED_TITLE,
        Some(SegmentKind::Heading) => points::MARKED_HEADING,
        Some(SegmentKind::List | SegmentKind::Table | SegmentKind::Caption) => points::MARKED_ITEM,
        _ => 0.0,
    };
    if line.marks.hashes == 1 {
        score += points::FIRST_LEVEL;
    } else if line.marks.emphasis || line.marks.hashes > 1 {
        score += points::EMPHASIS;
    }
    score += points::of_length(line.words);
    if doubled && line.words >= points::DOUBLED_WORDS {
        score += points::DOUBLED;
    }
    if line.hit.is_some() {
        score += points::INTERFACE;
    }
    let letters = line.text.chars().filter(|c| c.is_alphabetic()).count();
    let digits = line.text.chars().filter(char::is_ascii_digit).count();
    if letters < 3 * digits || chrome::is_meta(line) {
        score += points::META;
    }
    score += if line.terminal { points::TERMINAL } else { points::NOT_TERMINAL };
    if line.link_share > 0.5 && line.kind != Some(SegmentKind::Title) {
        score += points::LINKED;
    }
    if line.text.contains(" | ") || line.text.contains(" » ") || line.text.ends_with(':') {
        score += points::PATH;
    }
    if leads == 0 {
        score += points::BEFORE_TEXT;
        let distance = body.saturating_sub(at + 1) as f32;
        score -= (distance / LINES_A_POINT).min(points::FAR);
    } else {
        score += points::AFTER_LEAD * leads as f32;
    }
    score
}

/// Words from which the shorter of line and hint counts if the longer contains it. Set by hand: fewer may be any label.
const INSIDE_WORDS: usize = 3;
/// Agreement in that case if the shorter has at least half of the words, which leaves a site's name. Set by hand, as
/// the next one.
const MOST_OF: f32 = 0.9;
/// Agreement if the shorter has less than half of the words.
const LITTLE_OF: f32 = 0.3;
/// Least Dice coefficient of the words for one to be a rewording of the other. Set by hand.
const ALIKE: f32 = 0.7;
/// Factor on the Dice coefficient of a rewording. Set by hand.
const REWORDED: f32 = 0.8;

/// How far a line agrees with the declared title, in [0, 1]; a site's name around either matters little.
pub(super) fn agreement(line: &Folded, hint: &Folded) -> f32 {
    if line.as_str() == hint.as_str() {
        return 1.0;
    }
    let (short, long) = if line.len() <= hint.len() { (line, hint) } else { (hint, line) };
    if short.len() >= INSIDE_WORDS && format!(" {} ", long.as_str()).contains(&format!(" {} ", short.as_str())) {
        return if short.len() * 2 >= long.len() { MOST_OF } else { LITTLE_OF };
    }
    let words: Vec<&str> = hint.words().collect();
    let common = line.words().filter(|w| words.contains(w)).count();
    let share = (2 * common) as f32 / (line.len() + hint.len()).max(1) as f32;
    if share >= ALIKE { share * REWORDED } else { 0.0 }
}
