//! Cleans scraped text: decides for each line what it is and whether to drop it.
//!
//! [`split`] splits plain text into blocks; [`judge`] decides for each block, from plain text or from a page's markup,
//! whether it belongs to the article. There are four steps, each linear in the text:
//!
//! 1. `chrome`: lines identified by a phrase of the lexicon, a URL or a copyright claim.
//! 2. `title`: the title line, by shape, place, repetition and the page's metadata.
//! 3. `regions`: runs of short lines that only their neighbours explain, such as menus and lists of links.
//! 4. The rest is kept: repeated paragraphs are dropped, marks around lines and the site's name before the first
//!    sentence are cut, and each block gets its kind.
//!
//! A sentence of running text is dropped only for a phrase that addresses the reader, for a copyright claim, or if it
//! repeats earlier text. A dateline ("GOMA, Congo (AP) —") is part of the text; a site's own name before the first
//! sentence is not.

mod build;
mod chrome;
mod comments;
mod credit;
mod dates;
mod extent;
mod fold;
mod lexicon;
mod line;
mod markdown;
mod regions;
mod row;
mod split;
#[cfg(test)]
mod tests;
mod title;
mod wrap;

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
    sync::LazyLock,
};

use pressmark_core::{DropReason, EditKind, SegmentKind};

pub(crate) use split::split;

/// The names of the people in a byline, with or without "By"; empty if it is no byline.
pub(crate) fn people(byline: &str) -> Vec<String> {
    credit::byline(byline).or_else(|| credit::names(byline, true)).unwrap_or_default()
}

/// Whether a line is a date, alone or beside the names of writers.
pub(crate) fn is_dated(line: &str) -> bool {
    dates::date(line).is_some() || credit::signed_date(line).is_some()
}

/// Whether a line is a phrase or label of the page rather than of an article: "Read more:", "Share".
pub(crate) fn is_interface(line: &str) -> bool {
    let folded = Folded::new(line);
    lexicon::LEXICON.find(&folded).or_else(|| lexicon::LEXICON.find_label(&folded, 0)).is_some()
}

pub(crate) use self::credit::{is_outlet, is_role, marked_byline};
use self::{
    chrome::Place,
    fold::Folded,
    lexicon::How,
    line::{Line, Marks},
};
use crate::block::{Block, Hints, Judged, Verdict, Why};
use crate::clock::Clock;
use crate::failure::Failure;

/// Words from which a repeated line is a doubled paragraph rather than a refrain. Set by hand: lowering it drops
/// refrains and repeated short answers. A line that is not prose needs twice as many.
const DOUBLE_WORDS: usize = 10;
/// Paragraphs at the end of a text that are searched for a writer's biography. Set by hand: one earlier is part of the
/// story.
const END_PARAGRAPHS: usize = 3;
/// Paragraphs at the start of a text that may begin with the site's name. Set by hand: a lead or a caption may come
/// before the first sentence.
const CREDIT_PARAGRAPHS: usize = 3;

/// Loads the phrase lists ahead of the first record, which would otherwise wait for them, some 15 ms. A program that
/// loads other things meanwhile calls this in a thread of its own.
pub fn warm_up() {
    LazyLock::force(&lexicon::LEXICON);
}

/// Most lines of a text that may be a brief. Set by hand: see its use.
const BRIEF_LINES: usize = 3;

/// Decides for each block whether it belongs to the article, and collects metadata from the others.
///
/// # Errors
/// When the time limit has passed.
pub(crate) fn judge(blocks: &[Block], hints: &Hints<'_>, clock: &Clock) -> Result<Judged, Failure> {
    let in_time = |done| clock.check_at(done);
    let lines: Vec<Line<'_>> =
        blocks.iter().enumerate().map(|(i, block)| in_time(i).map(|()| Line::new(block))).collect::<Result<_, _>>()?;
    let mut sure: Vec<Option<DropReason>> = lines
        .iter()
        .enumerate()
        .map(|(i, line)| in_time(i).map(|()| chrome::reason(line)))
        .collect::<Result<_, _>>()?;
    if hints.markup {
        // URLs that survived the extraction from markup are among the paragraphs: they are sources.
        sure.iter_mut().filter(|s| **s == Some(DropReason::Link)).for_each(|s| *s = None);
    }
    for (line, sure) in lines.iter().zip(&mut sure).filter(|(l, _)| l.kind == Some(SegmentKind::Chrome)) {
        *sure = sure.or(Some(if line.link_share > 0.5 { DropReason::Navigation } else { DropReason::Markup }));
    }
    let main = extent::main_part(&lines, &sure);
    clock.check()?;
    let title = title::find(&lines, &sure, &main, hints);
    let mut judged = Judged { title, ..Judged::default() };
    let prose = Prose::of(&lines, &sure);
    place(&lines, &mut sure, title, &prose, &mut judged);
    clock.check()?;
    let repeats = repeats(&lines);
    let meta: Vec<bool> = lines.iter().map(|l| !l.is_prose() && chrome::is_meta(l)).collect();
    let known =
        regions::Known { meta: &meta, lines: &lines, sure: &sure, title, repeats: &repeats, markup: hints.markup };
    let around = regions::judge(&known);
    clock.check()?;
    let by_neighbours = around.iter().map(|known| known.map(|(reason, _)| reason));
    let mut dropped: Vec<Option<DropReason>> = sure.iter().zip(by_neighbours).map(|(a, b)| a.or(b)).collect();
    comments::drop_comments(&lines, &mut dropped);
    // In pages the article has already been located by the markup.
    if !hints.markup {
        extent::drop_outskirts(&lines, &mut dropped, &main, title);
    }
    // A few lines under a declared title are a brief without a page around it.
    if hints.declared && lines.len() <= BRIEF_LINES && dropped.iter().all(Option::is_some) {
        dropped.clone_from(&sure);
    }
    tell(&lines, &sure, &prose, hints, &mut judged);
    clock.check()?;
    let why = |at: usize, reason| why(&lines[at], reason, sure[at].is_some(), around[at].map(|(_, points)| points));
    keep(&lines, &dropped, why, hints, &mut judged);
    Ok(judged)
}

/// Positions of the paragraphs.
struct Prose {
    lines: Vec<usize>,
}

impl Prose {
    fn of(lines: &[Line<'_>], sure: &[Option<DropReason>]) -> Self {
        Self { lines: (0..lines.len()).filter(|&i| sure[i].is_none() && lines[i].is_prose()).collect() }
    }

    fn first(&self) -> usize {
        self.lines.first().copied().unwrap_or(usize::MAX)
    }

    fn last(&self) -> usize {
        self.lines.last().copied().unwrap_or(usize::MAX)
    }
}

/// Finds bylines, dates and biographies, which are chrome only in certain places.
fn place(
    lines: &[Line<'_>],
    sure: &mut [Option<DropReason>],
    title: Option<usize>,
    prose: &Prose,
    judged: &mut Judged,
) {
    let near_end = prose.lines.len().checked_sub(END_PARAGRAPHS).and_then(|i| prose.lines.get(i)).copied();
    let meta = |reason: Option<DropReason>| {
        matches!(
            reason,
            Some(
                DropReason::Byline
                    | DropReason::Date
                    | DropReason::ReadingTime
                    | DropReason::ShareBar
                    | DropReason::Counter
            )
        )
    };
    // Two passes, so that a name above a date is found as well as one below.
    for _ in 0..2 {
        for at in 0..lines.len() {
            if sure[at].is_some() || title == Some(at) {
                continue;
            }
            let place = Place {
                head: at < prose.first(),
                tail: at > prose.last() && !prose.lines.is_empty(),
                beside_meta: (at > 0 && meta(sure[at - 1])) || sure.get(at + 1).copied().is_some_and(meta),
                after_title: title.is_some_and(|t| at == t + 1),
                near_end: near_end.is_some_and(|n| at >= n),
                under_author: (at > 0 && is_author_heading(&lines[at - 1], sure[at - 1]))
                    || (at > 1
                        && matches!(sure[at - 1], Some(DropReason::Byline | DropReason::AuthorBio))
                        && is_author_heading(&lines[at - 2], sure[at - 2])),
            };
            sure[at] = chrome::placed(&lines[at], place, &judged.authors);
            if sure[at] == Some(DropReason::Byline) {
                note_authors(lines[at].text, judged);
            }
        }
    }
}

/// Whether a line is a heading such as "About the author" or "Über den Autor".
fn is_author_heading(line: &Line<'_>, reason: Option<DropReason>) -> bool {
    let about =
        ["about", "a propos", "sobre", "acerca", "uber", "zum", "over", "kuhusu", "об", "عن", "关 于", "作 者 简"];
    reason == Some(DropReason::Byline) && line.words <= 5 && about.iter().any(|a| line.folded.as_str().starts_with(a))
}

fn note_authors(text: &str, judged: &mut Judged) {
    let text = text.trim_start_matches(['—', '–', '-', ' ']);
    let signed = credit::signed_date(text);
    if let Some((_, date)) = signed.as_ref().filter(|_| judged.published.is_none()) {
        judged.published = Some((*date).to_owned());
    }
    let names = signed.map(|(names, _)| names).or_else(|| credit::byline(text));
    for name in names.or_else(|| credit::names(text, false)).unwrap_or_default() {
        if !judged.authors.contains(&name) {
            judged.authors.push(name);
        }
    }
}

/// How often each line occurs in the page.
fn repeats(lines: &[Line<'_>]) -> Vec<usize> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for line in lines {
        *counts.entry(line.folded.as_str()).or_default() += 1;
    }
    lines.iter().map(|l| counts.get(l.folded.as_str()).copied().unwrap_or(0)).collect()
}

/// Collects metadata from the dropped lines: authors, date, site, credited source.
fn tell(lines: &[Line<'_>], sure: &[Option<DropReason>], prose: &Prose, hints: &Hints<'_>, judged: &mut Judged) {
    let foot = prose.lines.len().checked_sub(END_PARAGRAPHS).and_then(|i| prose.lines.get(i)).copied().unwrap_or(0);
    for (at, line) in lines.iter().enumerate() {
        match sure[at] {
            Some(DropReason::Copyright) if judged.site.is_none() => {
                judged.site = credit::copyright(line.text, &line.folded).flatten();
            }
            // Between paragraphs, such a line credits a chart or a table.
            Some(DropReason::SourceCredit)
                if judged.credited_source.is_none() && (at >= foot || at < prose.first()) =>
            {
                judged.credited_source = if line.label_end.is_some() {
                    credit::credited(line.rest())
                } else {
                    credit::credited_in_sentence(line.text)
                };
            }
            Some(DropReason::Date) if judged.published.is_none() => {
                judged.published = dates::date(line.text).map(|d| d.date.to_owned());
            }
            Some(DropReason::Byline) => {
                let named = if line.label_end.is_some() { credit::names(line.rest(), true) } else { None };
                for name in named.or_else(|| credit::byline(line.text)).unwrap_or_default() {
                    if !judged.authors.contains(&name) && at < prose.first().max(1) {
                        judged.authors.push(name);
                    }
                }
                note_parts(line.text, judged);
            }
            Some(_) => note_parts(line.text, judged),
            None => {}
        }
    }
    let credits = lines.iter().zip(sure).filter(|(_, reason)| **reason == Some(DropReason::SourceCredit));
    for (line, _) in credits.filter(|(line, _)| credit::is_sign_off(line.text)) {
        note_reporters(line.text, judged);
    }
    if judged.site.is_none() {
        judged.site = hints.site.map(str::to_owned);
    }
}

/// Takes the reporters of a credit at the end for the authors if no byline names one.
fn note_reporters(credit: &str, judged: &mut Judged) {
    if judged.authors.is_empty() {
        judged.authors = credit::reporters(credit);
    }
}

/// Reads the parts of a line such as "By Jane Doe | 3 March 2025 | 5 min read".
fn note_parts(text: &str, judged: &mut Judged) {
    if text.len() > 200 || !text.contains(['|', '•', '·']) {
        return;
    }
    for part in text.split(['|', '•', '·']).map(str::trim) {
        if let Some(date) = dates::date(part).filter(|_| judged.published.is_none()) {
            judged.published = Some(date.date.to_owned());
        }
        for name in credit::byline(part).unwrap_or_default() {
            if !judged.authors.contains(&name) {
                judged.authors.push(name);
            }
        }
    }
}

/// The evidence for dropping a line. `points` are the line's own if its neighbours decided; see [`regions`].
fn why(line: &Line<'_>, reason: DropReason, is_sure: bool, points: Option<f32>) -> Why {
    let rule = match line.hit.filter(|hit| hit.reason == reason).map(|hit| hit.how) {
        Some(How::Line) => "lexicon-line",
        Some(How::Label) => "lexicon-label",
        Some(How::Start) => "lexicon-start",
        Some(How::End) => "lexicon-end",
        Some(How::Bag) => "lexicon-words",
        None if is_sure => "form-and-place-of-the-line",
        None if points.is_some() => "neighbouring-lines",
        None if reason == DropReason::Comment => "under-a-heading-of-comments",
        None => "before-or-after-the-article",
    };
    points.into_iter().fold(Why::new(rule), |why, points| why.with("points", points))
}

/// Records a verdict for every block.
fn keep(
    lines: &[Line<'_>],
    dropped: &[Option<DropReason>],
    why: impl Fn(usize, DropReason) -> Why,
    hints: &Hints<'_>,
    judged: &mut Judged,
) {
    let mut sites: Vec<String> =
        [hints.site, judged.site.as_deref()].into_iter().flatten().map(str::to_owned).collect();
    sites.extend(hints.url.and_then(credit::host));
    let title = judged.title.map(|t| Folded::new(lines[t].text));
    let base_indent = base_indent(lines, dropped);
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut paragraphs = 0;
    let mut lead = None;
    let kept_backwards = (0..lines.len()).rev().filter(|&at| dropped[at].is_none());
    let foot = kept_backwards.take(END_PARAGRAPHS).last().unwrap_or(lines.len());
    for (at, line) in lines.iter().enumerate() {
        if let Some(reason) = dropped[at] {
            let why = why(at, reason);
            judged.verdicts.push(Verdict::Drop { kind: SegmentKind::Chrome, reason, why });
            continue;
        }
        let is_title = judged.title == Some(at);
        let doubles_title = !is_title && title.as_ref().is_some_and(|t| is_double_title(line, t));
        let first = if !is_title && is_long(line) { seen.insert(line.text, at) } else { None };
        // Pages repeat their lead, and scraped text repeats anything; other repetition within markup is mostly meant.
        let is_double = first.is_some_and(|f| !hints.markup || f + 1 == at || Some(f) == lead);
        if lead.is_none() && line.is_prose() {
            lead = Some(at);
        }
        if doubles_title || is_double {
            let reason = if doubles_title { DropReason::DoubledTitle } else { DropReason::DoubledParagraph };
            let why = Why::new("said-before");
            judged.verdicts.push(Verdict::Drop { kind: SegmentKind::Duplicate, reason, why });
            continue;
        }
        let mut cuts = mark_cuts(line);
        if line.is_prose() && paragraphs < CREDIT_PARAGRAPHS && !is_title {
            paragraphs += 1;
            if let Some((range, site)) = credit::self_credit(line.text, &sites) {
                let range = range.start + line.core.start..range.end + line.core.start;
                cuts.push((range, EditKind::Chrome));
                judged.site.get_or_insert(site);
            }
        }
        if at >= foot
            && !is_title
            && let Some(range) = credit::sign_off(line.text)
        {
            note_reporters(&line.text[range.clone()], judged);
            cuts.push((range.start + line.core.start..range.end + line.core.start, EditKind::Chrome));
        }
        cuts.sort_by_key(|(range, _)| range.start);
        let kind = if is_title { SegmentKind::Title } else { kind(lines, dropped, at, base_indent) };
        judged.verdicts.push(Verdict::Keep { kind, cuts });
    }
}

/// Whether a line is so long that its repetition is an error of the page.
fn is_long(line: &Line<'_>) -> bool {
    line.words >= DOUBLE_WORDS && (line.is_prose() || line.words >= DOUBLE_WORDS * 2)
}

/// Whether a line repeats the title, with or without the site's name after it. Titles of one or two words may be
/// ordinary lines.
fn is_double_title(line: &Line<'_>, title: &Folded) -> bool {
    if line.folded == *title {
        return title.len() >= 3 || line.kind == Some(SegmentKind::Title);
    }
    let cut = [" | ", " - ", " – ", " — ", " :: "].iter().filter_map(|s| line.text.rfind(s)).max();
    title.len() >= 4 && !line.terminal && cut.is_some_and(|at| Folded::new(&line.text[..at]) == *title)
}

/// Cuts for the Markdown around a line.
fn mark_cuts(line: &Line<'_>) -> Vec<(Range<usize>, EditKind)> {
    let mut cuts = Vec::new();
    if line.marks != Marks::default() {
        let end = line.core.end;
        cuts.extend((line.core.start > 0).then_some((0..line.core.start, EditKind::Markup)));
        cuts.extend((end < line.whole).then_some((end..line.whole, EditKind::Markup)));
    }
    cuts
}

/// The most common indentation of paragraphs.
fn base_indent(lines: &[Line<'_>], dropped: &[Option<DropReason>]) -> usize {
    // An ordered map, so that ties go to the smallest indentation deterministically.
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for line in lines.iter().zip(dropped).filter(|(l, d)| d.is_none() && l.is_prose()).map(|(l, _)| l) {
        *counts.entry(line.indent).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(indent, n)| (*n, std::cmp::Reverse(*indent))).map_or(0, |(indent, _)| indent)
}

/// The kind of a kept block.
fn kind(lines: &[Line<'_>], dropped: &[Option<DropReason>], at: usize, base_indent: usize) -> SegmentKind {
    let line = &lines[at];
    match line.kind {
        Some(SegmentKind::Title) => return SegmentKind::Heading,
        Some(kind) if kind.is_kept() && kind != SegmentKind::Body => return kind,
        _ => {}
    }
    if line.marks.quote {
        return SegmentKind::Quote;
    }
    if line.marks.hashes > 0 {
        return SegmentKind::Heading;
    }
    // A lone number numbers a section or begins a sentence; list items come in groups.
    let beside = [at.checked_sub(1), Some(at + 1)].into_iter().flatten().filter_map(|i| lines.get(i)).any(|l| l.bullet);
    let is_numbered = line.text.starts_with(|c: char| c.is_ascii_digit());
    if line.bullet && (beside || !is_numbered) {
        return SegmentKind::List;
    }
    if line.hit.is_some_and(|h| h.reason == DropReason::PhotoCredit) || credit::is_caption(line.text) {
        return SegmentKind::Caption;
    }
    if line.text.matches('\t').count() >= 2 || line.text.matches(" | ").count() >= 2 {
        return SegmentKind::Table;
    }
    if line.is_prose() {
        // One tab or four spaces, as for indented blocks in Markdown.
        let set_off = line.indent >= base_indent + 4 && line.kind.is_none();
        return if set_off { SegmentKind::Quote } else { SegmentKind::Body };
    }
    let next = (at + 1..lines.len()).find(|&i| dropped[i].is_none()).map(|i| &lines[i]);
    let above_text = next
        .is_some_and(|n| n.words > line.words && (n.is_prose() || n.bullet || n.terminal || n.words >= 8))
        || next.is_some_and(|n| n.bullet || n.kind == Some(SegmentKind::List));
    let is_heading = (line.is_headline() || (line.bullet && !line.terminal))
        && line.words <= 14
        && !line.quoted
        && above_text
        && (!line.terminal || (line.text.ends_with('?') && line.words >= 3))
        && line.kind != Some(SegmentKind::Body);
    if is_heading { SegmentKind::Heading } else { SegmentKind::Body }
}
