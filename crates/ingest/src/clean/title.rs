//! Which line is the title.

use std::{collections::HashMap, ops::Range};

use pressmark_core::{DropReason, SegmentKind};

use super::{chrome, fold::Folded, line::Line};
use crate::block::Hints;

/// Below this a text has no title: the first line of one that starts with its first paragraph stays below.
const THRESHOLD: f32 = 2.5;
/// How much nearer to the text a title has to stand to make up for one point, in lines.
const LINES_A_POINT: f32 = 8.0;
/// Lines are candidates up to the paragraph of this number: a lead or two may stand before the title.
const LEADS: usize = 2;
/// Lines that are looked at in a page full of navigation.
const MAX_LINES: usize = 1500;

/// What the signs of a title are worth. One point is about one clear sign. The points were set by hand, on the pages of
/// `corpus.txt` and on pages made up of the layouts of news sites, and none was fitted to a data set: the verdicts of the
/// corpus are what holds them.
mod points {
    /// What the page itself calls its title outweighs every shape.
    pub(super) const HINTED: f32 = 6.0;
    /// The markup says that it is the title; a heading; an item of something else.
    pub(super) const MARKED_TITLE: f32 = 5.0;
    pub(super) const MARKED_HEADING: f32 = 1.0;
    pub(super) const MARKED_ITEM: f32 = -2.0;
    /// `# Title` of Markdown, and other marks of weight around the whole line.
    pub(super) const FIRST_LEVEL: f32 = 3.0;
    pub(super) const EMPHASIS: f32 = 1.5;
    /// Pages say their title twice; so they do with short labels, which do not count.
    pub(super) const DOUBLED: f32 = 2.5;
    pub(super) const DOUBLED_WORDS: usize = 3;
    /// A phrase of the interface.
    pub(super) const INTERFACE: f32 = -3.0;
    /// Dates, bylines and credits are as short and as near to the text as titles are.
    pub(super) const META: f32 = -5.0;
    /// Ends like a sentence, or does not.
    pub(super) const TERMINAL: f32 = -0.5;
    pub(super) const NOT_TERMINAL: f32 = 0.5;
    /// Mostly a link: the title of another story.
    pub(super) const LINKED: f32 = -1.5;
    /// `A | B`, `A » B`, `A:`: a path or a label.
    pub(super) const PATH: f32 = -1.0;
    /// Before the first paragraph, less what the distance to it takes off, at most.
    pub(super) const BEFORE_TEXT: f32 = 1.0;
    pub(super) const FAR: f32 = 3.0;
    /// After a lead, a heading of the text is likelier than the title.
    pub(super) const AFTER_LEAD: f32 = -2.0;
    /// The first line of a text, or the first after lines of the interface.
    pub(super) const OPENING: f32 = 1.0;

    /// Titles say something: most have five to twenty words, section names one or two.
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

/// The line that is the title, if there is one. `sure` says which lines are chrome, `main` where the article lies.
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
        // Of two lines that are the same, the first is the title and the second its double.
        if score >= THRESHOLD && best.is_none_or(|(_, s)| score > s) {
            best = Some((at, score));
        }
    }
    best.map(|(at, _)| at)
}

/// Points for a headline that could be the title.
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

/// Words from which one of line and hint counts where it stands whole inside the other: fewer may be any label.
const INSIDE_WORDS: usize = 3;
/// How far they agree then: where the shorter is half of the longer at least, which leaves a site's name, and else.
const MOST_OF: f32 = 0.9;
const LITTLE_OF: f32 = 0.3;
/// Share of common words (Dice's coefficient) from which one is the other in other words, and what that is worth.
const ALIKE: f32 = 0.7;
const REWORDED: f32 = 0.8;

/// How far a line says what the hint says, in [0, 1]; a site's name around either does not count.
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
