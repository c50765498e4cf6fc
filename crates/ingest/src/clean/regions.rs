//! Runs of short lines: which belong to the article and which to the page around it.
//!
//! A line such as "World" or "Follow the money" tells nothing by itself; its neighbours do. The lines run
//! through three states, in the article, in the page's furniture, and in a box that a phrase such as
//! "Related posts" opened, and the cheapest path through them is taken (Viterbi, 1967), which is linear in
//! the lines. Points are set by hand, in units of one weak sign.

use pressmark_core::{DropReason, SegmentKind};

use super::{
    lexicon::{How, Strength},
    line::Line,
};

const ARTICLE: usize = 0;
const FURNITURE: usize = 1;
const BOX: usize = 2;

/// Words from which a sentence is a paragraph of somebody's text; teasers in menus mostly stay below.
const PARAGRAPH_WORDS: usize = 14;
/// Lines between title and text up to which they are looked on as the article's; menus are longer.
const MAX_HEADED: usize = 16;
/// What a paragraph outside of the article costs: more than any run of lines brings.
const PARAGRAPH: f32 = 1e4;

/// What is known of the lines before the paths are weighed.
pub(super) struct Known<'a> {
    pub(super) lines: &'a [Line<'a>],
    /// Lines dropped whatever stands around them.
    pub(super) sure: &'a [Option<DropReason>],
    pub(super) title: Option<usize>,
    /// How often each line stands in the page.
    pub(super) repeats: &'a [usize],
    /// Lines that are dates or bylines, which stand under the headlines of other stories.
    pub(super) meta: &'a [bool],
    pub(super) markup: bool,
}

/// Why each line is dropped for its neighbours' sake; `None` for those that stay (and those that were sure).
pub(super) fn judge(known: &Known<'_>) -> Vec<Option<DropReason>> {
    let lines = known.lines;
    let prose: Vec<usize> = (0..lines.len()).filter(|&i| known.sure[i].is_none() && lines[i].is_prose()).collect();
    let first = prose.first().copied().unwrap_or(lines.len());
    let last = prose.last().copied().unwrap_or(0);
    let head = known.title.map_or(first, |t| if t > first { first } else { t });
    let mut best = [[0.0_f32; 3]; 1].repeat(lines.len() + 1);
    best[0] = [0.0, 0.0, f32::NEG_INFINITY];
    let mut from = vec![[ARTICLE; 3]; lines.len()];
    let mut sure_in_tail = false;
    for at in 0..lines.len() {
        let is_tail = at > last && !prose.is_empty();
        sure_in_tail |= is_tail && known.sure[at].is_some();
        let place = Place {
            head: at < head || at < first,
            middle: at > first && at < last,
            headed: known.title.is_some_and(|t| at > t && first - t.min(first) <= MAX_HEADED) && at < first,
            tail: is_tail,
            sure_in_tail,
        };
        let step = Step::of(known, at, place);
        let prev = best[at];
        for state in [ARTICLE, FURNITURE, BOX] {
            let (before, value) = [ARTICLE, FURNITURE, BOX].into_iter().fold((ARTICLE, f32::NEG_INFINITY), |b, s| {
                let value = prev[s] - step.costs[s][state];
                if value > b.1 { (s, value) } else { b }
            });
            from[at][state] = before;
            best[at + 1][state] = value + step.gains[state];
        }
    }
    trace(known, &best, &from)
}

/// Where a line stands among the paragraphs.
struct Place {
    head: bool,
    middle: bool,
    /// Between the title and the first paragraph.
    headed: bool,
    tail: bool,
    /// A phrase of the interface stood after the last paragraph already.
    sure_in_tail: bool,
}

/// What a line costs and brings.
struct Step {
    /// From each state to each state.
    costs: [[f32; 3]; 3],
    /// In each state.
    gains: [f32; 3],
}

impl Step {
    fn of(known: &Known<'_>, at: usize, place: Place) -> Self {
        let line = &known.lines[at];
        let is_sure = known.sure[at].is_some();
        let points = if is_sure { 0.3 } else { points(known, at, place.tail) };
        // Leaving the article is cheap where pages have their menus, and dear between paragraphs.
        let enter = match place {
            Place { head: true, .. } => 2.0,
            Place { tail: true, .. } if line.hit.is_some() || is_sure => 1.5,
            Place { tail: true, sure_in_tail: true, .. } => 2.5,
            Place { tail: true, .. } => 6.0,
            _ if is_sure => 3.0,
            _ => 8.0,
        };
        let opens = line.hit.is_some_and(|h| h.opens);
        let (open, reopen) = match (opens, is_sure) {
            (true, true) => (0.5, 0.2),
            (true, false) => (2.0, f32::INFINITY),
            _ => (f32::INFINITY, f32::INFINITY),
        };
        // Only lines with a sign of their own speak for furniture between the title and the last paragraph,
        // after it as long as no other line has one, and in an article found by its markup: results, fixtures
        // and programmes are short lines too.
        let unsure = place.middle || place.headed || (place.tail && !place.sure_in_tail) || known.markup;
        let needs_sign = unsure && !is_sure && !has_sign(known, at);
        let in_furniture = if needs_sign { points.min(0.0) } else { points };
        let in_box = if is_sure || line.is_prose() || line.bullet { points } else { points + 1.0 };
        Self { costs: [[0.0, enter, open], [0.5, 0.0, reopen], [0.5, 0.3, 0.0]], gains: [0.0, in_furniture, in_box] }
    }
}

/// Walks the best path back and names what it leaves out.
fn trace(known: &Known<'_>, best: &[[f32; 3]], from: &[[usize; 3]]) -> Vec<Option<DropReason>> {
    let count = known.lines.len();
    let end = best[count];
    let mut state = [FURNITURE, BOX].into_iter().fold(ARTICLE, |b, s| if end[s] > end[b] { s } else { b });
    let mut states = vec![ARTICLE; count];
    for at in (0..count).rev() {
        states[at] = state;
        state = from[at][state];
    }
    let mut opener = DropReason::Related;
    let mut reasons = vec![None; count];
    for at in 0..count {
        let hit = known.lines[at].hit;
        if let Some(hit) = hit.filter(|h| h.opens && (known.sure[at].is_some() || states[at] == BOX)) {
            opener = hit.reason;
        }
        if known.sure[at].is_some() || states[at] == ARTICLE {
            continue;
        }
        reasons[at] = Some(match (states[at], hit) {
            (_, Some(hit)) => hit.reason,
            (BOX, None) => opener,
            _ => DropReason::Navigation,
        });
    }
    reasons
}

/// Whether something besides its length speaks against a line.
fn has_sign(known: &Known<'_>, at: usize) -> bool {
    let line = &known.lines[at];
    line.hit.is_some() || line.link_share > 0.6 || is_repeated(known, at) || known.meta[at]
}

/// Short words that stand in the page more than once, as buttons do; numbers are cells of a table.
fn is_repeated(known: &Known<'_>, at: usize) -> bool {
    let line = &known.lines[at];
    known.repeats[at] > 1 && line.words <= 6 && line.text.chars().filter(|c| c.is_alphabetic()).count() >= 3
}

/// Points for the line being no part of the article; below zero for those that look like part of it.
fn points(known: &Known<'_>, at: usize, is_tail: bool) -> f32 {
    let line = &known.lines[at];
    if known.title == Some(at) {
        return -30.0;
    }
    let mut points = 0.0;
    if line.is_prose() {
        // A paragraph ends every box, however much furniture follows; a teaser of one sentence may stand in one.
        points -= if line.words >= PARAGRAPH_WORDS { PARAGRAPH } else { 4.0 };
        if line.link_share > 0.8 && !line.terminal {
            points += PARAGRAPH - 2.0;
        }
    } else {
        points += match line.words {
            0..=3 => 0.6,
            4..=6 => 0.4,
            7..=12 => 0.2,
            13..=16 => -0.3,
            _ => -1.0,
        };
        if line.terminal {
            points -= if line.words >= 3 { 2.0 } else { 1.0 };
        }
        if line.words >= 3 && line.lower_share >= 0.6 && line.lower_share < 1.0 {
            points -= 0.4;
        }
        if line.text.ends_with([',', ';', ':', '—', '–', '،']) {
            points -= 1.0;
        }
        if is_tail && !line.terminal && !line.bullet {
            points += 0.5;
        }
        points += 2.0 * line.link_share;
        if is_repeated(known, at) {
            points += 1.0;
        }
    }
    if known.meta[at] {
        points += 1.5;
    }
    if line.quoted {
        points -= 1.5;
    }
    if line.bullet {
        points -= if line.link_share > 0.6 { 0.0 } else { 1.2 };
    }
    points += match line.hit {
        // What is left of these are captions: credits are dropped already.
        Some(hit) if hit.reason == DropReason::PhotoCredit && hit.how == How::Label => -2.5,
        Some(hit) if hit.strength == Strength::Maybe => 1.6,
        Some(_) => 2.5,
        None => 0.0,
    };
    points += match line.kind {
        Some(SegmentKind::Title | SegmentKind::Quote | SegmentKind::Caption) => -2.5,
        Some(SegmentKind::Heading) => -1.2,
        Some(SegmentKind::Table) => -4.0,
        Some(SegmentKind::Body) if known.markup => -0.6,
        Some(SegmentKind::List) if known.markup => -1.0,
        _ => 0.0,
    };
    if line.marks != super::line::Marks::default() {
        points -= 1.0;
    }
    // A short headline right above a paragraph is its heading.
    let next = known.lines.get(at + 1).filter(|_| known.sure[at + 1].is_none());
    if next.is_some_and(|n| n.is_prose() || (n.bullet && n.link_share < 0.5)) && line.is_headline() && line.words <= 8 {
        points -= 1.0;
    }
    points
}
