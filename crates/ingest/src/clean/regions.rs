//! Runs of short lines: separates those of the article from those of the page around it.
//!
//! A line such as "World" or "Follow the money" says nothing by itself, but its neighbours do. The lines pass through
//! three states: article, boilerplate, and a block of boilerplate opened by a phrase such as "Related posts". The
//! cheapest path is found by the Viterbi algorithm (1967), linear in the lines. Points and costs are in units of one
//! weak sign. They were set by hand on the pages of `corpus.txt`, whose verdicts hold them in place, and none was
//! fitted to a data set.

use pressmark_core::{DropReason, SegmentKind};

use super::{
    lexicon::{How, Strength},
    line::Line,
};

const ARTICLE: usize = 0;
const BOILERPLATE: usize = 1;
/// Boilerplate opened by a phrase.
const OPENED: usize = 2;

/// Words from which a sentence is a paragraph of running text; teasers in menus are mostly shorter.
const PARAGRAPH_WORDS: usize = 14;
/// Most lines between title and text that are presumed to be the article's; menus are longer.
const MAX_HEADED: usize = 16;
/// Cost of a paragraph outside the article: more than any run of lines can gain.
const PARAGRAPH: f32 = 1e4;

/// Costs of changing the state, by the place of the line: low where pages have their menus, high between paragraphs.
mod leaving {
    /// Before the first paragraph.
    pub(super) const HEAD: f32 = 2.0;
    /// After the last paragraph: at an interface phrase, after one, and before any.
    pub(super) const TAIL_AT_PHRASE: f32 = 1.5;
    pub(super) const TAIL_AFTER_PHRASE: f32 = 2.5;
    pub(super) const TAIL: f32 = 6.0;
    /// Between paragraphs: at a line that is certainly boilerplate, and at any other.
    pub(super) const MIDDLE_AT_SURE: f32 = 3.0;
    pub(super) const MIDDLE: f32 = 8.0;
    /// Into an opened block by a certain phrase, from the article and from boilerplate; by an uncertain one.
    pub(super) const OPEN: f32 = 0.5;
    pub(super) const REOPEN: f32 = 0.2;
    pub(super) const OPEN_UNSURE: f32 = 2.0;
    /// Back into the article; from an opened block into other boilerplate.
    pub(super) const BACK: f32 = 0.5;
    pub(super) const ON: f32 = 0.3;
}

/// Points for a line being outside the article; negative ones speak for the article.
mod signs {
    /// A line that is dropped anyway, which says little about its neighbours.
    pub(super) const SURE: f32 = 0.3;
    /// The title, which is in the article whatever its neighbours.
    pub(super) const TITLE: f32 = -30.0;
    /// One sentence shorter than a paragraph.
    pub(super) const SENTENCE: f32 = -4.0;
    /// A paragraph that is one link and no sentence: a teaser.
    pub(super) const LINKED_PARAGRAPH: f32 = super::PARAGRAPH - 2.0;
    /// Ends like a sentence: with three words or more, and with fewer ("Really?").
    pub(super) const TERMINAL: f32 = -2.0;
    pub(super) const SHORT_TERMINAL: f32 = -1.0;
    /// Mostly lower-case words, as in sentences.
    pub(super) const SMALL_LETTERS: f32 = -0.4;
    /// Ends in punctuation inside a sentence.
    pub(super) const GOES_ON: f32 = -1.0;
    /// A label after the last paragraph.
    pub(super) const TAIL_LABEL: f32 = 0.5;
    /// Entirely a link; partial links in proportion.
    pub(super) const LINKED: f32 = 2.0;
    /// Occurs more than once in the page.
    pub(super) const REPEATED: f32 = 1.0;
    /// A date or byline.
    pub(super) const META: f32 = 1.5;
    /// In quotation marks.
    pub(super) const QUOTED: f32 = -1.5;
    /// An item of a list that is no link.
    pub(super) const ITEM: f32 = -1.2;
    /// An interface phrase: a certain one, and one that could be a heading.
    pub(super) const PHRASE: f32 = 2.5;
    pub(super) const MAYBE_PHRASE: f32 = 1.6;
    /// A label of a photograph that was not dropped is a caption.
    pub(super) const CAPTION_LABEL: f32 = -2.5;
    /// By markup: a title, quotation or caption; a heading; a table; in a page, text or a list item.
    pub(super) const MARKED: f32 = -2.5;
    pub(super) const MARKED_HEADING: f32 = -1.2;
    pub(super) const MARKED_TABLE: f32 = -4.0;
    pub(super) const MARKED_BODY: f32 = -0.6;
    pub(super) const MARKED_LIST: f32 = -1.0;
    /// Has Markdown around it.
    pub(super) const MARKS: f32 = -1.0;
    /// A short headline right above a paragraph, which is its heading.
    pub(super) const HEADING: f32 = -1.0;
    /// No prose, in an opened block.
    pub(super) const IN_OPENED: f32 = 1.0;

    /// Points for the length in words: labels are short, and lines longer than most headlines are text.
    pub(super) fn of_length(words: usize) -> f32 {
        match words {
            0..=3 => 0.6,
            4..=6 => 0.4,
            7..=12 => 0.2,
            13..=16 => -0.3,
            _ => -1.0,
        }
    }
}

/// Facts about the lines, known before the search.
pub(super) struct Known<'a> {
    pub(super) lines: &'a [Line<'a>],
    /// Reasons of lines dropped whatever their neighbours.
    pub(super) sure: &'a [Option<DropReason>],
    pub(super) title: Option<usize>,
    /// How often each line occurs in the page.
    pub(super) repeats: &'a [usize],
    /// Whether each line is a date or byline, which also follow the headlines of other stories.
    pub(super) meta: &'a [bool],
    pub(super) markup: bool,
}

/// The reason for dropping each line because of its neighbours, with the line's own points; `None` for lines that stay or
/// were certain before.
pub(super) fn judge(known: &Known<'_>) -> Vec<Option<(DropReason, f32)>> {
    let lines = known.lines;
    let prose: Vec<usize> = (0..lines.len()).filter(|&i| known.sure[i].is_none() && lines[i].is_prose()).collect();
    let first = prose.first().copied().unwrap_or(lines.len());
    let last = prose.last().copied().unwrap_or(0);
    let head = known.title.map_or(first, |t| if t > first { first } else { t });
    let mut best = [[0.0_f32; 3]; 1].repeat(lines.len() + 1);
    best[0] = [0.0, 0.0, f32::NEG_INFINITY];
    let mut from = vec![[ARTICLE; 3]; lines.len()];
    let mut sure_in_tail = false;
    let mut all_points = Vec::with_capacity(lines.len());
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
        let points = if known.sure[at].is_some() { signs::SURE } else { points(known, at, is_tail) };
        all_points.push(points);
        let step = Step::of(known, at, place, points);
        let prev = best[at];
        for state in [ARTICLE, BOILERPLATE, OPENED] {
            let (before, value) =
                [ARTICLE, BOILERPLATE, OPENED].into_iter().fold((ARTICLE, f32::NEG_INFINITY), |b, s| {
                    let value = prev[s] - step.costs[s][state];
                    if value > b.1 { (s, value) } else { b }
                });
            from[at][state] = before;
            best[at + 1][state] = value + step.gains[state];
        }
    }
    trace(known, &best, &from).into_iter().zip(all_points).map(|(reason, points)| Some((reason?, points))).collect()
}

/// Place of a line among the paragraphs.
struct Place {
    head: bool,
    middle: bool,
    /// Between the title and the first paragraph.
    headed: bool,
    tail: bool,
    /// Whether a certain line of boilerplate came after the last paragraph.
    sure_in_tail: bool,
}

/// Costs and gains at a line.
struct Step {
    /// Cost of the change from each state (first index) to each state.
    costs: [[f32; 3]; 3],
    /// Gain in each state.
    gains: [f32; 3],
}

impl Step {
    fn of(known: &Known<'_>, at: usize, place: Place, points: f32) -> Self {
        let line = &known.lines[at];
        let is_sure = known.sure[at].is_some();
        let enter = match place {
            Place { head: true, .. } => leaving::HEAD,
            Place { tail: true, .. } if line.hit.is_some() || is_sure => leaving::TAIL_AT_PHRASE,
            Place { tail: true, sure_in_tail: true, .. } => leaving::TAIL_AFTER_PHRASE,
            Place { tail: true, .. } => leaving::TAIL,
            _ if is_sure => leaving::MIDDLE_AT_SURE,
            _ => leaving::MIDDLE,
        };
        let opens = line.hit.is_some_and(|h| h.opens);
        let (open, reopen) = match (opens, is_sure) {
            (true, true) => (leaving::OPEN, leaving::REOPEN),
            (true, false) => (leaving::OPEN_UNSURE, f32::INFINITY),
            _ => (f32::INFINITY, f32::INFINITY),
        };
        // Only lines with a sign of their own count as boilerplate between the title and the last paragraph, after it
        // until another line has one, and in an article found by its markup: results, fixtures and programmes are short
        // lines too.
        let unsure = place.middle || place.headed || (place.tail && !place.sure_in_tail) || known.markup;
        let needs_sign = unsure && !is_sure && !has_sign(known, at);
        let in_boilerplate = if needs_sign { points.min(0.0) } else { points };
        let in_opened = if is_sure || line.is_prose() || line.bullet { points } else { points + signs::IN_OPENED };
        let back = leaving::BACK;
        Self {
            costs: [[0.0, enter, open], [back, 0.0, reopen], [back, leaving::ON, 0.0]],
            gains: [0.0, in_boilerplate, in_opened],
        }
    }
}

/// Traces the best path back, and gives the reasons for the lines that it leaves out.
fn trace(known: &Known<'_>, best: &[[f32; 3]], from: &[[usize; 3]]) -> Vec<Option<DropReason>> {
    let count = known.lines.len();
    let end = best[count];
    let mut state = [BOILERPLATE, OPENED].into_iter().fold(ARTICLE, |b, s| if end[s] > end[b] { s } else { b });
    let mut states = vec![ARTICLE; count];
    for at in (0..count).rev() {
        states[at] = state;
        state = from[at][state];
    }
    let mut opener = DropReason::Related;
    let mut reasons = vec![None; count];
    for at in 0..count {
        let hit = known.lines[at].hit;
        if let Some(hit) = hit.filter(|h| h.opens && (known.sure[at].is_some() || states[at] == OPENED)) {
            opener = hit.reason;
        }
        if known.sure[at].is_some() || states[at] == ARTICLE {
            continue;
        }
        reasons[at] = Some(match (states[at], hit) {
            (_, Some(hit)) => hit.reason,
            (OPENED, None) => opener,
            _ => DropReason::Navigation,
        });
    }
    reasons
}

/// Whether anything besides its length speaks against a line.
fn has_sign(known: &Known<'_>, at: usize) -> bool {
    let line = &known.lines[at];
    line.hit.is_some() || line.link_share > 0.6 || is_repeated(known, at) || known.meta[at]
}

/// Whether a line of few words occurs more than once, as buttons do; repeated numbers are cells of a table.
fn is_repeated(known: &Known<'_>, at: usize) -> bool {
    let line = &known.lines[at];
    known.repeats[at] > 1 && line.words <= 6 && line.text.chars().filter(|c| c.is_alphabetic()).count() >= 3
}

/// Points for a line being outside the article; negative if it looks like part of it.
fn points(known: &Known<'_>, at: usize, is_tail: bool) -> f32 {
    let line = &known.lines[at];
    if known.title == Some(at) {
        return signs::TITLE;
    }
    let mut points = 0.0;
    if line.is_prose() {
        // A paragraph ends any block of boilerplate; a one-sentence teaser may be inside one.
        points += if line.words >= PARAGRAPH_WORDS { -PARAGRAPH } else { signs::SENTENCE };
        if line.link_share > 0.8 && !line.terminal {
            points += signs::LINKED_PARAGRAPH;
        }
    } else {
        points += signs::of_length(line.words);
        if line.terminal {
            points += if line.words >= 3 { signs::TERMINAL } else { signs::SHORT_TERMINAL };
        }
        if line.words >= 3 && line.lower_share >= 0.6 && line.lower_share < 1.0 {
            points += signs::SMALL_LETTERS;
        }
        if line.text.ends_with([',', ';', ':', '—', '–', '،']) {
            points += signs::GOES_ON;
        }
        if is_tail && !line.terminal && !line.bullet {
            points += signs::TAIL_LABEL;
        }
        points += signs::LINKED * line.link_share;
        if is_repeated(known, at) {
            points += signs::REPEATED;
        }
    }
    if known.meta[at] {
        points += signs::META;
    }
    if line.quoted {
        points += signs::QUOTED;
    }
    if line.bullet {
        points += if line.link_share > 0.6 { 0.0 } else { signs::ITEM };
    }
    points += match line.hit {
        Some(hit) if hit.reason == DropReason::PhotoCredit && hit.how == How::Label => signs::CAPTION_LABEL,
        Some(hit) if hit.strength == Strength::Maybe => signs::MAYBE_PHRASE,
        Some(_) => signs::PHRASE,
        None => 0.0,
    };
    points += match line.kind {
        Some(SegmentKind::Title | SegmentKind::Quote | SegmentKind::Caption) => signs::MARKED,
        Some(SegmentKind::Heading) => signs::MARKED_HEADING,
        Some(SegmentKind::Table) => signs::MARKED_TABLE,
        Some(SegmentKind::Body) if known.markup => signs::MARKED_BODY,
        Some(SegmentKind::List) if known.markup => signs::MARKED_LIST,
        _ => 0.0,
    };
    if line.marks != super::line::Marks::default() {
        points += signs::MARKS;
    }
    let next = known.lines.get(at + 1).filter(|_| known.sure[at + 1].is_none());
    if next.is_some_and(|n| n.is_prose() || (n.bullet && n.link_share < 0.5)) && line.is_headline() && line.words <= 8 {
        points += signs::HEADING;
    }
    points
}
