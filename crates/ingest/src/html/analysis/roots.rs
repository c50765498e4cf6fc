//! Finds the elements that contain the article, following Readability.

use std::collections::HashMap;

use pressmark_core::SegmentKind;

use super::{ARTICLE_PROSE, PageAnalysis, Style, prose};
use crate::html::tree::{Attr, NONE, Tag};

// Constants of Readability's `grabArticle` (mozilla/readability 0.5), by its names if it has them.
/// Number of candidates compared (`DEFAULT_N_TOP_CANDIDATES`).
const TOP_CANDIDATES: usize = 5;
/// Levels of ancestors that share a paragraph's score.
const LEVELS: usize = 5;
/// Candidates besides the best that must score nearly as high for their common ancestor to be taken
/// (`MINIMUM_TOPCANDIDATES`).
const NEAR_CANDIDATES: usize = 3;
/// Share of the best score from which another candidate scores nearly as high.
const NEAR_BEST: f32 = 0.75;
/// Factor by which a parent's score may fall below the chosen element's for the climb to go on.
const CLIMB_LOSS: f32 = 3.0;
/// Share of the chosen element's score, and least score, for a sibling to continue the article
/// (`siblingScoreThreshold`).
const SIBLING_SHARE: f32 = 0.2;
const SIBLING_SCORE: f32 = 10.0;
/// Score that a name such as `sidebar` subtracts (`_getClassWeight`).
const CLASS_WEIGHT: f32 = 25.0;
/// Score that a name such as `article-body` adds, where Readability adds 25 for any good name: it has to win against
/// the parent element, which gets half of the paragraphs' scores and 10 for being an `article`.
const BODY_WEIGHT: f32 = 40.0;
/// Score that a name such as `post` adds. Set by hand, below [`BODY_WEIGHT`]: wrappers of whole pages have such names
/// as well.
const ARTICLE_WEIGHT: f32 = 15.0;
/// Words from which a row of a table is running text. Set by hand: rows of names and figures have fewer, a list of films
/// with their plots has more.
const ROW_WORDS: usize = 20;
/// Prose of an ancestor, in tenths of the chosen element's, from which the ancestor is the article. Set by hand: twice
/// as much.
const GATHER: usize = 20;

impl PageAnalysis<'_> {
    /// The elements that together contain the article, in page order; empty if there is no prose.
    ///
    /// `title` is the text node of the heading that is the page's title, if there is one.
    pub(in crate::html) fn roots(&self, title: Option<u32>) -> Vec<u32> {
        let scores = self.scores();
        let scaled = |i: u32| scores[i as usize] * (1.0 - self.link_share_in(i));
        let mut ranked: Vec<u32> = (0..self.tree.len() as u32).filter(|i| scores[*i as usize] > 0.0).collect();
        ranked.sort_by(|a, b| scaled(*b).total_cmp(&scaled(*a)).then(a.cmp(b)));
        ranked.truncate(TOP_CANDIDATES);
        let Some(&best) = ranked.first() else { return Vec::new() };
        let mut top = self.common(&ranked, scaled(best), &scaled).unwrap_or(best);
        // A parent that scores higher, or that has no other prose, is the better choice.
        let mut last = scores[top as usize];
        let threshold = last / CLIMB_LOSS;
        for parent in self.tree.ancestors(self.tree.node(top).parent).take_while(|p| !self.is_page(*p)) {
            let score = scores[parent as usize];
            if score == 0.0 {
                continue;
            }
            if score < threshold {
                break;
            }
            if score > last {
                top = parent;
                break;
            }
            last = score;
        }
        while let Some(parent) = Some(self.tree.node(top).parent).filter(|p| *p != NONE && !self.is_page(*p)) {
            if self.prose_in(parent) > self.prose_in(top) {
                break;
            }
            top = parent;
        }
        let top = title.and_then(|title| self.titled(title, top)).unwrap_or_else(|| self.widen(top));
        // A page with a date is one story, with others around it.
        let top = if self.is_dated { top } else { self.gather(top) };
        self.with_siblings(top, &scores)
    }

    /// The article between the title and the next heading like it, if the one that was chosen is another, further down:
    /// on pages that load one story below the other, a later one is often longer.
    fn titled(&self, title: u32, top: u32) -> Option<u32> {
        let own = self.tree.ancestors(title).find_map(|a| self.tree.node(a).tag.heading_level())?;
        let is_like = |i: &u32| self.tree.node(*i).tag.heading_level() == Some(own);
        let is_prose = |line: &usize| prose(self.lines[*line].counts) > 0;
        let mut texts = (0..self.lines.len()).filter(is_prose).filter_map(|line| self.first_text(line));
        let first = texts.find(|text| (top..self.tree.node(top).end).contains(text))?;
        let next = (title + 1..first).find(is_like)?;
        (title + 1..next).find(|i| {
            let (hints, node) = (self.hints[*i as usize], self.tree.node(*i));
            let is_named = hints.body || hints.article || node.tag == Tag::Article;
            is_named && self.aside[*i as usize].is_none() && node.end <= top && self.prose_in(*i) >= ARTICLE_PROSE
        })
    }

    /// Climbs until the element contains nine tenths of the paragraphs in the article's style.
    ///
    /// In an article split into several blocks (by a picture, an advertisement), no element directly contains most of
    /// the paragraphs; but all of them have the same style.
    fn widen(&self, top: u32) -> u32 {
        let mut styles: HashMap<Style<'_>, (usize, usize)> = HashMap::new();
        let range = top..self.tree.node(top).end;
        for (index, line) in self.lines.iter().enumerate() {
            let (Some(first), chars) = (self.first_text(index), prose(line.counts)) else { continue };
            if chars > 0 && line.block != NONE {
                let (all, own) = styles.entry(self.style(line.block)).or_default();
                *all += chars;
                *own += if range.contains(&first) { chars } else { 0 };
            }
        }
        let most = styles.iter().filter(|(style, _)| style.iter().any(|(_, class)| !class.is_empty()));
        let Some((style, &(all, own))) = most.max_by_key(|(style, (_, own))| (*own, **style)) else { return top };
        // Set by hand: the element counts as complete with nine tenths.
        if own == 0 || own * 10 >= all * 9 {
            return top;
        }
        let alike: Vec<(u32, usize)> = (0..self.lines.len())
            .filter_map(|i| Some((i, self.first_text(i)?, prose(self.lines[i].counts))))
            .filter(|(i, _, chars)| {
                *chars > 0 && self.lines[*i].block != NONE && self.style(self.lines[*i].block) == *style
            })
            .map(|(_, first, chars)| (first, chars))
            .collect();
        let article = self.tree.ancestors(top).find(|a| self.tree.node(*a).tag == Tag::Article);
        for parent in self.tree.ancestors(self.tree.node(top).parent).take_while(|p| !self.is_page(*p)) {
            if article.is_some_and(|a| parent < a) {
                break;
            }
            let range = parent..self.tree.node(parent).end;
            let held: usize = alike.iter().filter(|(first, _)| range.contains(first)).map(|(_, chars)| chars).sum();
            if held * 10 >= all * 9 {
                return parent;
            }
        }
        top
    }

    /// Climbs to an ancestor with at least [`GATHER`] tenths of the prose and few links, as on pages made of many
    /// sections.
    fn gather(&self, top: u32) -> u32 {
        let mut best = top;
        for parent in
            self.tree.ancestors(self.tree.node(top).parent).take_while(|p| self.tree.node(*p).tag != Tag::Html)
        {
            let (own, all) = (self.prose_in(best), self.prose_in(parent));
            if all * 10 < own * GATHER {
                continue;
            }
            let (chars, linked) = self.chars_in(parent);
            // Set by hand: with three tenths of links an element is rather a list.
            if linked * 10 < chars * 3 {
                best = parent;
            }
        }
        best
    }

    fn is_page(&self, index: u32) -> bool {
        matches!(self.tree.node(index).tag, Tag::Html | Tag::Body)
    }

    /// Scores every element by the paragraphs in it, as Readability's `grabArticle` does.
    ///
    /// Short rows of data tables count only on pages that are mostly tables: a long one outweighs the article around it.
    fn scores(&self) -> Vec<f32> {
        let is_row = |line: usize| {
            let (block, words) = (self.lines[line].block, self.lines[line].counts.words);
            let may_be_row = block != NONE && self.tree.node(block).tag == Tag::Tr && words < ROW_WORDS;
            may_be_row && self.kind(line) == SegmentKind::Table
        };
        let (mut in_rows, mut in_text) = (0, 0);
        for line in (0..self.lines.len()).filter(|line| self.first_text(*line).is_some()) {
            *(if is_row(line) { &mut in_rows } else { &mut in_text }) += prose(self.lines[line].counts);
        }
        // Set by hand: a third of the prose.
        let has_text = in_text >= ARTICLE_PROSE && in_text * 2 >= in_rows;
        let mut scores = vec![0.0_f32; self.tree.len()];
        let mut touched = vec![false; self.tree.len()];
        for (index, line) in self.lines.iter().enumerate() {
            if self.first_text(index).is_none()
                || prose(line.counts) == 0
                || line.block == NONE
                || self.kind(index) == SegmentKind::Caption
                || has_text && is_row(index)
            {
                continue;
            }
            let counts = line.counts;
            // Readability's points: one, one for each comma, one for each 100 characters up to three.
            let length = (counts.chars as f32 / 100.0).min(3.0);
            let score = (1.0 + counts.commas as f32 + length) * (1.0 - counts.link_share());
            let tag = self.tree.node(line.block).tag;
            let (chars, _) = self.chars_in(line.block);
            let leaf = tag.heading_level().is_some() || tag == Tag::P || chars <= counts.chars;
            let from = if leaf && !self.is_page(line.block) { self.tree.node(line.block).parent } else { line.block };
            for (level, element) in
                self.tree.ancestors(from).filter(|e| self.counts_as_level(*e)).take(LEVELS).enumerate()
            {
                // Readability's `scoreDivider`: all of it for the parent, half for the grandparent, less and less
                // above.
                let share = match level {
                    0 => 1.0,
                    1 => 0.5,
                    level => 1.0 / (level as f32 * 3.0),
                };
                if !std::mem::replace(&mut touched[element as usize], true) {
                    scores[element as usize] += self.start_score(element);
                }
                scores[element as usize] += score * share;
            }
        }
        scores
    }

    /// Whether an ancestor counts as a level; inline elements do not.
    fn counts_as_level(&self, index: u32) -> bool {
        self.tree.node(index).tag.is_block()
    }

    /// The initial score of an element: Readability's `_initializeNode` and `_getClassWeight`, with the elements of
    /// HTML 5 added. An element named as the body outweighs a dozen paragraphs, since such names are seldom wrong;
    /// names that wrappers may have (`post`, `story`) weigh less.
    fn start_score(&self, index: u32) -> f32 {
        let tag = match self.tree.node(index).tag {
            Tag::Article | Tag::Main => 10.0,
            Tag::Div | Tag::Section => 5.0,
            Tag::Pre | Tag::Td | Tag::Blockquote => 3.0,
            Tag::Ul | Tag::Ol | Tag::Dl | Tag::Li | Tag::Dd | Tag::Dt | Tag::Form | Tag::Address => -3.0,
            _ => 0.0,
        };
        let hints = self.hints[index as usize];
        let good = match (hints.body, hints.article) {
            (true, _) => BODY_WEIGHT,
            (false, true) => ARTICLE_WEIGHT,
            (false, false) => 0.0,
        };
        let bad = hints.chrome.is_some() || hints.related || hints.comments || hints.credits || hints.caption;
        tag + good - if bad { CLASS_WEIGHT } else { 0.0 }
    }

    /// The common ancestor of several candidates that score nearly as high, as when sections contain an article.
    fn common(&self, ranked: &[u32], best: f32, scaled: &impl Fn(u32) -> f32) -> Option<u32> {
        let &top = ranked.first()?;
        let near: Vec<u32> = ranked.iter().skip(1).copied().filter(|i| scaled(*i) >= best * NEAR_BEST).collect();
        if near.len() < NEAR_CANDIDATES {
            return None;
        }
        self.tree.ancestors(self.tree.node(top).parent).take_while(|p| !self.is_page(*p)).find(|p| {
            let range = *p..self.tree.node(*p).end;
            near.iter().filter(|i| range.contains(*i)).count() >= NEAR_CANDIDATES
        })
    }

    /// The chosen element and the siblings that continue it.
    fn with_siblings(&self, top: u32, scores: &[f32]) -> Vec<u32> {
        let parent = self.tree.node(top).parent;
        if parent == NONE {
            return vec![top];
        }
        let threshold = (scores[top as usize] * SIBLING_SHARE).max(SIBLING_SCORE);
        let class = self.tree.attr(top, Attr::Class).filter(|c| !c.is_empty());
        let mut roots = Vec::new();
        for child in self.tree.children(parent) {
            let bonus = if class.is_some() && self.tree.attr(child, Attr::Class) == class {
                scores[top as usize] * SIBLING_SHARE
            } else {
                0.0
            };
            let node = self.tree.node(child);
            let joined = child == top
                || scores[child as usize] + bonus >= threshold
                // Readability's rule for sibling paragraphs.
                || (node.tag == Tag::P && {
                    let (chars, linked) = self.chars_in(child);
                    (chars > 80 && linked * 4 < chars) || (chars > 0 && linked == 0 && self.prose_in(child) > 0)
                });
            if joined && self.aside[child as usize].is_none() {
                roots.push(child);
            }
        }
        roots
    }
}
