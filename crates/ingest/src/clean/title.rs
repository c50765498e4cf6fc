//! Which line is the title.

use std::{collections::HashMap, ops::Range};

use pressmark_core::{DropReason, SegmentKind};

use super::{chrome, fold::Folded, line::Line};

/// Below this a text has no title: the first line of one that starts with its first paragraph stays below.
const THRESHOLD: f32 = 2.5;
/// How much nearer to the text a title has to stand to make up for one point, in lines.
const LINES_A_POINT: f32 = 8.0;
/// Lines are candidates up to the paragraph of this number: a lead or two may stand before the title.
const LEADS: usize = 2;
/// Lines that are looked at in a page full of navigation.
const MAX_LINES: usize = 1500;

/// The line that is the title, if there is one. `sure` says which lines are chrome, `main` where the article lies.
pub(super) fn find(
    lines: &[Line<'_>],
    sure: &[Option<DropReason>],
    main: &Range<usize>,
    hint: Option<&str>,
) -> Option<usize> {
    let hint = hint.map(Folded::new).filter(|h| h.len() > 0);
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
        // The first line of a text, or the first after the page's furniture.
        let opening = if at == 0 || sure[at - 1].is_some() || lines[at - 1].hit.is_some() { 1.0 } else { 0.0 };
        let score = opening + score(line, at, body, leads, doubled, hinted);
        // Of two lines that are the same, the first is the title and the second its double.
        if score >= THRESHOLD && best.is_none_or(|(_, s)| score > s) {
            best = Some((at, score));
        }
    }
    best.map(|(at, _)| at)
}

/// Points for a headline that could be the title.
///
/// Set by hand on synthetic pages; a point is worth about what one clear sign is, and 2.5 are asked for.
fn score(line: &Line<'_>, at: usize, body: usize, leads: usize, doubled: bool, hinted: f32) -> f32 {
    let mut score = 0.0;
    // What the page itself calls its title outweighs every shape.
    score += 6.0 * hinted;
    score += match line.kind {
        Some(SegmentKind::Title) => 5.0,
        Some(SegmentKind::Heading) => 1.0,
        Some(SegmentKind::List | SegmentKind::Table | SegmentKind::Caption) => -2.0,
        _ => 0.0,
    };
    if line.marks.hashes == 1 {
        score += 3.0;
    } else if line.marks.emphasis || line.marks.hashes > 1 {
        score += 1.5;
    }
    // Titles say something: most have five to twenty words, section names one or two.
    score += match line.words {
        0..=1 => -1.5,
        2 => -0.5,
        3 => 0.5,
        4 => 1.0,
        5..=20 => 2.0,
        _ => 0.5,
    };
    if doubled && line.words >= 3 {
        score += 2.5;
    }
    if line.hit.is_some() {
        score -= 3.0;
    }
    // Dates, bylines and credits are as short and as near to the text as titles are.
    let letters = line.text.chars().filter(|c| c.is_alphabetic()).count();
    let digits = line.text.chars().filter(char::is_ascii_digit).count();
    if letters < 3 * digits || chrome::is_meta(line) {
        score -= 5.0;
    }
    score += if line.terminal { -0.5 } else { 0.5 };
    if line.link_share > 0.5 && line.kind != Some(SegmentKind::Title) {
        score -= 1.5;
    }
    if line.text.contains(" | ") || line.text.contains(" » ") || line.text.ends_with(':') {
        score -= 1.0;
    }
    if leads == 0 {
        score += 1.0;
        let distance = body.saturating_sub(at + 1) as f32;
        score -= (distance / LINES_A_POINT).min(3.0);
    } else {
        // After a lead, a heading of the text is likelier than the title.
        score -= 2.0 * leads as f32;
    }
    score
}

/// How far a line says what the hint says, in [0, 1]; a site's name around either does not count.
pub(super) fn agreement(line: &Folded, hint: &Folded) -> f32 {
    if line.as_str() == hint.as_str() {
        return 1.0;
    }
    let (short, long) = if line.len() <= hint.len() { (line, hint) } else { (hint, line) };
    if short.len() >= 3 && format!(" {} ", long.as_str()).contains(&format!(" {} ", short.as_str())) {
        return if short.len() * 2 >= long.len() { 0.9 } else { 0.3 };
    }
    let words: Vec<&str> = hint.words().collect();
    let common = line.words().filter(|w| words.contains(w)).count();
    let share = (2 * common) as f32 / (line.len() + hint.len()).max(1) as f32;
    if share >= 0.7 { share * 0.8 } else { 0.0 }
}
