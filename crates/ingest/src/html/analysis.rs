//! Analyzes which parts of a page may be its article.
//!
//! Three steps: elements whose names, roles or looks identify them as chrome are set aside, unless they contain too
//! much of the page's prose; the element with the densest prose is found as in Readability (each paragraph gives its
//! score to the elements around it, Arc90 2010); and every line inside has to qualify for the article.

mod roots;

use std::collections::HashMap;

use pressmark_core::{DropReason, SegmentKind};

use super::hints::{NameHints, hints};
use super::text::{Counts, Line, is_unspaced, lines};
use super::tree::{Attr, NONE, Node, Tag, Tree};
use crate::markup::decode;

/// Tag and class of an element and of the two around it, innermost first.
pub(super) type Style<'a> = [(Tag, &'a str); 3];

/// A page under analysis.
pub(super) struct PageAnalysis<'a> {
    pub tree: &'a Tree,
    pub lines: Vec<Line>,
    pub hints: Vec<NameHints>,
    /// For each node, why it and its subtree were set aside; `None` if they were not.
    pub aside: Vec<Option<DropReason>>,
    /// Whether the page declares a date of publication.
    is_dated: bool,
    /// The elements named as an article or its body, the few with most prose.
    articles: Vec<u32>,
    /// The elements named as the body of an article, the few with most prose.
    bodies: Vec<u32>,
    /// Number of buttons before every node.
    buttons_before: Vec<u32>,
    /// Number of `h1` elements before every node.
    main_headings_before: Vec<u32>,
    /// Number of block quotations before every node.
    quotes_before: Vec<u32>,
    /// For every node, the sum of the counts of the lines that start before it.
    before: Vec<Counts>,
    /// For every node, the characters of prose that start before it.
    prose_before: Vec<usize>,
    /// For every node, the number of lines before it that are one link.
    links_before: Vec<usize>,
    /// Characters of prose in all elements with the same tag and class.
    of_class: HashMap<(Tag, &'a str), usize>,
}

/// Fewest characters of a line of prose (Readability's `grabArticle` skips paragraphs below 25).
const PROSE_CHARS: usize = 25;
/// Fewest words of a line of prose, in scripts that separate words. Set by hand: captions and labels have fewer.
const PROSE_WORDS: usize = 6;

/// Fewest characters of a link that is the title of another story. Set by hand: shorter ones are names of sections.
const CARD_TITLE_CHARS: usize = 15;
/// Most characters of a card: a title, a summary of two sentences, a date. Set by hand.
const CARD_CHARS: usize = 500;
/// Share of a page's prose above which a name does not disqualify an element. Set by hand: an article whose only
/// wrapper is called `promo` is most of its page, while a sidebar with a summary of each story stays below a third.
const SMALL_PART: f32 = 0.3;
/// The same for names that also occur on parts of articles (`meta`, `author`), which contain a sentence or two. Set by
/// hand.
const MINOR_PART: f32 = 0.2;
/// Characters of prose from which an element named as an article contains one. Set by hand: a teaser has one sentence
/// or two.
const ARTICLE_PROSE: usize = 300;
/// Most elements named as articles that are considered. Set by hand: each is compared with every element of the page.
const LONGEST: usize = 8;
/// Share of the prose from which an element is the page rather than a part of it: most of it.
const MOST: f32 = 0.5;
/// Characters of prose outside a gallery that show that the gallery is not the article. Set by hand: twice
/// [`ARTICLE_PROSE`].
const GALLERY_REST: usize = 600;

/// Characters of prose in a line: its unlinked characters, or 0 if it is too short or mostly links.
fn prose(counts: Counts) -> usize {
    let long = counts.chars >= PROSE_CHARS && (counts.words >= PROSE_WORDS || is_unspaced(counts));
    if long && counts.link_share() < 0.5 { counts.chars - counts.linked } else { 0 }
}

/// How readily elements are set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strictness {
    /// By their names too.
    Names,
    /// Only if they are hidden or comments.
    Lenient,
}

impl<'a> PageAnalysis<'a> {
    pub(super) fn new(html: &str, tree: &'a Tree, strictness: Strictness, is_dated: bool) -> Self {
        let mut hints: Vec<NameHints> = (0..tree.len() as u32)
            .map(|i| if tree.node(i).tag == Tag::Text { NameHints::default() } else { hints(tree, i) })
            .collect();
        show_initials(html, tree, &mut hints);
        let shown = shown(html, tree);
        let data = data_cells(html, tree);
        let lines = lines(html, tree, &shown, &data);
        let mut analysis = Self {
            tree,
            lines,
            hints,
            aside: vec![None; tree.len()],
            is_dated,
            articles: Vec::new(),
            bodies: Vec::new(),
            buttons_before: count_before(tree, Tag::Button),
            main_headings_before: count_before(tree, Tag::H1),
            quotes_before: count_before(tree, Tag::Blockquote),
            before: Vec::new(),
            prose_before: Vec::new(),
            links_before: Vec::new(),
            of_class: HashMap::new(),
        };
        analysis.set_anchors_aside(html);
        analysis.count();
        analysis.bodies = analysis.longest(|hints, _| hints.body && !hints.comments, 1);
        analysis.set_aside(Strictness::Lenient);
        if strictness == Strictness::Names {
            analysis.count();
            analysis.count_classes();
            analysis.find_articles();
            analysis.set_aside(Strictness::Names);
            analysis.count();
            analysis.set_cards_aside();
        }
        analysis.count();
        analysis
    }

    /// Recomputes the running sums over what is not set aside.
    fn count(&mut self) {
        let nodes = self.tree.len();
        let mut starts: Vec<(usize, Counts)> = Vec::with_capacity(self.lines.len());
        for index in 0..self.lines.len() {
            if let Some(first) = self.first_text(index) {
                starts.push((first as usize, self.lines[index].counts));
            }
        }
        let (mut counts, mut sum, mut links) = (Counts::default(), 0, 0);
        self.before = Vec::with_capacity(nodes + 1);
        self.prose_before = Vec::with_capacity(nodes + 1);
        self.links_before = Vec::with_capacity(nodes + 1);
        let mut starts = starts.into_iter().peekable();
        for node in 0..=nodes {
            self.before.push(counts);
            self.prose_before.push(sum);
            self.links_before.push(links);
            while let Some((_, c)) = starts.next_if(|(at, _)| *at == node) {
                counts.add(c);
                sum += prose(c);
                links += usize::from(c.link_share() > 0.8 && c.chars >= CARD_TITLE_CHARS);
            }
        }
    }

    /// Collects the elements named as articles.
    fn find_articles(&mut self) {
        let called = |hints: NameHints, tag: Tag| {
            let good = hints.body || hints.article || tag == Tag::Article;
            good && hints.chrome.is_none() && !hints.related && !hints.comments
        };
        self.articles = self.longest(called, ARTICLE_PROSE);
    }

    /// Of the elements for which `called` holds and that have at least `prose` characters of it, the [`LONGEST`] with
    /// most.
    fn longest(&self, called: impl Fn(NameHints, Tag) -> bool, prose: usize) -> Vec<u32> {
        let nodes = self.tree.nodes().iter().enumerate();
        let fits = nodes.filter(|(i, node)| called(self.hints[*i], node.tag)).map(|(i, _)| i as u32);
        let mut longest: Vec<u32> = fits.filter(|i| self.prose_in(*i) >= prose).collect();
        longest.sort_by_key(|i| (std::cmp::Reverse(self.prose_in(*i)), *i));
        longest.truncate(LONGEST);
        longest
    }

    fn count_classes(&mut self) {
        let mut of_class: HashMap<(Tag, &'a str), usize> = HashMap::new();
        for index in 0..self.tree.len() as u32 {
            let prose = self.prose_in(index);
            if let Some(class) = self.tree.attr(index, Attr::Class).filter(|c| prose > 0 && !c.is_empty()) {
                *of_class.entry((self.tree.node(index).tag, class)).or_default() += prose;
            }
        }
        self.of_class = of_class;
    }

    /// Characters of prose in all elements with the same tag and class.
    fn prose_of_class(&self, index: u32) -> usize {
        let class = self.tree.attr(index, Attr::Class).unwrap_or("");
        let all = self.of_class.get(&(self.tree.node(index).tag, class)).copied().unwrap_or(0);
        all.max(self.prose_in(index))
    }

    /// Sets aside the links that headings have to themselves, shown as a sign: `Background ¶`.
    fn set_anchors_aside(&mut self, html: &str) {
        let is_heading = |index: &u32| self.tree.node(*index).tag.heading_level().is_some();
        let mut heading_end = 0;
        for index in 0..self.tree.len() as u32 {
            let node = self.tree.node(index);
            if is_heading(&index) {
                heading_end = heading_end.max(node.end);
            }
            if node.tag != Tag::A || index >= heading_end {
                continue;
            }
            let within = self.tree.attr(index, Attr::Href).is_some_and(|href| href.contains('#'));
            let text: String = self.tree.texts(index).map(|text| decode(html.get(text).unwrap_or_default())).collect();
            if within && matches!(text.trim(), "¶" | "#" | "§" | "🔗" | "⚓") {
                self.aside[index as usize..node.end as usize].fill(Some(DropReason::Navigation));
            }
        }
    }

    /// Sets aside rows of cards: three or more siblings with the same tag and class, most of them with a link for a
    /// title.
    fn set_cards_aside(&mut self) {
        let total = self.total();
        for parent in 0..self.tree.len() as u32 {
            let node = self.tree.node(parent);
            if node.tag == Tag::Text || self.aside[parent as usize].is_some() || node.end < parent + 6 {
                continue;
            }
            let mut group: Vec<u32> = Vec::new();
            let mut groups: Vec<Vec<u32>> = Vec::new();
            for child in self.tree.children(parent).filter(|c| self.tree.node(*c).tag != Tag::Text) {
                let make = |i: u32| (self.tree.node(i).tag, self.tree.attr(i, Attr::Class));
                if group.first().is_some_and(|first| make(*first) != make(child)) {
                    groups.push(std::mem::take(&mut group));
                }
                group.push(child);
            }
            groups.push(group);
            for group in groups {
                let cards = if self.are_cards(&group, total) { group } else { Vec::new() };
                for card in cards {
                    let end = self.tree.node(card).end as usize;
                    self.aside[card as usize..end].fill(Some(DropReason::Related));
                }
            }
        }
    }

    fn are_cards(&self, group: &[u32], total: usize) -> bool {
        let box_like =
            |i: &u32| matches!(self.tree.node(*i).tag, Tag::Div | Tag::Article | Tag::Section | Tag::Li | Tag::A);
        if group.len() < 3 || !group.iter().all(box_like) {
            return false;
        }
        let titled = |i: &&u32| {
            let end = self.tree.node(**i).end as usize;
            let chars = self.chars_in(**i).0;
            self.links_before[end] > self.links_before[**i as usize] && chars < CARD_CHARS
        };
        let prose: usize = group.iter().map(|i| self.prose_in(*i)).sum();
        let (chars, linked) = group.iter().map(|i| self.chars_in(*i)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        // Set by hand: seven in ten have a title, a quarter of the characters is linked, and they hold less than three
        // tenths of the prose.
        group.iter().filter(titled).count() * 10 >= group.len() * 7 && linked * 4 > chars && prose * 10 < total * 3
    }

    /// The first text node of a line that is not set aside.
    pub(super) fn first_text(&self, line: usize) -> Option<u32> {
        let items = &self.lines.get(line)?.items;
        items.iter().copied().find(|i| self.tree.node(*i).tag == Tag::Text && self.aside[*i as usize].is_none())
    }

    /// Characters of prose inside an element.
    pub(super) fn prose_in(&self, index: u32) -> usize {
        let end = self.tree.node(index).end as usize;
        self.prose_before[end] - self.prose_before[index as usize]
    }

    fn total(&self) -> usize {
        self.prose_before.last().copied().unwrap_or(0)
    }

    /// All characters and linked characters inside an element, without white space.
    fn chars_in(&self, index: u32) -> (usize, usize) {
        let (end, start) = (self.before[self.tree.node(index).end as usize], self.before[index as usize]);
        (end.chars - start.chars, end.linked - start.linked)
    }

    fn link_share_in(&self, index: u32) -> f32 {
        let (chars, linked) = self.chars_in(index);
        if chars == 0 { 0.0 } else { linked as f32 / chars as f32 }
    }

    fn set_aside(&mut self, strictness: Strictness) {
        let nodes = self.tree.len() as u32;
        let total = self.total();
        let mut index = 0;
        while index < nodes {
            let node = self.tree.node(index);
            let is_element = node.tag != Tag::Text;
            let why = self.aside[index as usize]
                .or_else(|| if is_element { self.why_aside(index, total, strictness) } else { None });
            if why.is_some() {
                self.aside[index as usize..node.end as usize].fill(why);
                index = node.end;
            } else {
                index += 1;
            }
        }
    }

    /// Decides whether to set an element aside, and why; `None` if it may contain the article.
    fn why_aside(&self, index: u32, total: usize, strictness: Strictness) -> Option<DropReason> {
        let node = self.tree.node(index);
        if matches!(node.tag, Tag::Html | Tag::Body | Tag::Main) {
            return None;
        }
        let mut hints = self.hints[index as usize];
        let prose = self.prose_in(index);
        // A bar that asks to follow quotes nothing: this is a post that the story shows.
        if self.has_quote(index) {
            hints.chrome = hints.chrome.filter(|reason| *reason != DropReason::FollowUs);
            hints.doubtful = false;
        }
        // Teasers of other stories have links; a paragraph called `teaser` without any belongs to this story.
        hints.related &= self.chars_in(index).1 > 0 || self.is_in_link(index);
        let below = |limit: f32| (prose as f32) < limit * total.max(1) as f32;
        if strictness == Strictness::Lenient {
            // A page that reveals its article by a script hides most of its prose until then.
            let hidden = (hints.hidden && below(MOST)).then_some(DropReason::Hidden);
            let comments = hints.comments && below(0.9) && !self.holds_article(index);
            return hidden.or(comments.then_some(DropReason::Comment));
        }
        if hints == NameHints::default() && !node.tag.is_block() {
            return None;
        }
        if !node.tag.is_block() && self.is_part_of_line(index) {
            return None;
        }
        // Next to an element named as an article, a sidebar may be long.
        let limit = if self.has_article_beside(index, total) { MOST } else { SMALL_PART };
        let small = below(limit);
        match node.tag {
            Tag::Nav => return small.then_some(DropReason::Navigation),
            Tag::Form | Tag::Label | Tag::Legend => return small.then_some(DropReason::Form),
            // The footer of a quotation names its source.
            Tag::Footer if self.tree.ancestors(node.parent).any(|a| self.tree.node(a).tag == Tag::Blockquote) => {
                return None;
            }
            Tag::Footer | Tag::Aside => return small.then_some(hints.chrome.unwrap_or(DropReason::Boilerplate)),
            Tag::Header => {
                let inside =
                    self.tree.ancestors(node.parent).any(|a| matches!(self.tree.node(a).tag, Tag::Article | Tag::Main));
                return (small && !inside && !hints.article).then_some(DropReason::Boilerplate);
            }
            Tag::Article => return (hints.related && small).then_some(DropReason::Related),
            tag if tag.heading_level().is_some() => return None,
            _ => {}
        }
        if hints.pullquote {
            return below(MINOR_PART).then_some(DropReason::PullQuote);
        }
        if hints.gallery && !hints.body {
            return (below(0.4) || total - prose >= GALLERY_REST).then_some(DropReason::Gallery);
        }
        // A class that most paragraphs share distinguishes nothing (`paywall`, `print-only`).
        let share = self.prose_of_class(index) as f32 / total.max(1) as f32;
        if (hints.chrome.is_some() || hints.related) && !hints.body {
            // Inside an article, related links may be long if the rest is long enough too.
            let rest = hints.related && share < MOST && total - prose >= GALLERY_REST && !self.holds_article(index);
            return (share < limit || rest).then_some(hints.chrome.unwrap_or(DropReason::Related));
        }
        if hints.credits && !hints.body && !hints.article {
            return (share < MINOR_PART).then_some(DropReason::Credits);
        }
        let doubtful = hints.doubtful && !hints.body && !hints.caption;
        // Set by hand: a doubtful name counts only for a small part of the page with many links.
        (doubtful && share < 0.1 && self.link_share_in(index) > 0.4).then_some(DropReason::Boilerplate)
    }

    /// Whether an inline element is less than half of its line: names inside running text say little.
    fn is_part_of_line(&self, index: u32) -> bool {
        let own: usize = self.tree.texts(index).map(|t| t.len()).sum();
        let block = self.tree.ancestors(index).find(|a| self.tree.node(*a).tag.is_block());
        block.is_some_and(|b| self.chars_in(b).0 > own * 2)
    }

    /// Whether an element is inside a link or contains a button.
    fn is_in_link(&self, index: u32) -> bool {
        let node = self.tree.node(index);
        node.linked || self.buttons_before[node.end as usize] > self.buttons_before[index as usize]
    }

    /// Whether an element is a block quotation or contains one.
    fn has_quote(&self, index: u32) -> bool {
        let end = self.tree.node(index).end as usize;
        self.quotes_before[end] > self.quotes_before[index as usize]
    }

    /// Whether a line is in a block quotation that the code of a social network embeds.
    pub(super) fn is_post(&self, line: usize) -> bool {
        let mut around = self.tree.ancestors(self.lines[line].block);
        around.any(|a| self.tree.node(a).tag == Tag::Blockquote && self.hints[a as usize].post)
    }

    /// Whether the page has an element named as an article, with enough prose and a fifth of the page's, next to this
    /// one, and this one contains none.
    fn has_article_beside(&self, index: u32, total: usize) -> bool {
        let end = self.tree.node(index).end;
        if self.articles.iter().any(|a| (index..end).contains(a)) {
            return false;
        }
        self.articles.iter().any(|a| {
            let beside = *a >= end || self.tree.node(*a).end <= index;
            let prose = self.prose_in(*a);
            beside && prose >= ARTICLE_PROSE && prose * 5 >= total
        })
    }

    /// Whether an element contains an `h1`, or an article body with more than a third of the prose.
    fn holds_article(&self, index: u32) -> bool {
        let end = self.tree.node(index).end;
        let total = self.total();
        let heads = self.main_headings_before[end as usize] > self.main_headings_before[index as usize];
        // Set by hand: a smaller "body" may be a teaser's.
        let is_body = |i: &u32| self.hints[*i as usize].body && self.prose_in(*i) * 3 > total;
        heads || self.bodies.iter().filter(|i| (index..end).contains(i)).any(is_body)
    }

    /// Tag and class of an element and of the two around it, innermost first.
    pub(super) fn style(&self, index: u32) -> Style<'_> {
        let mut style = [(Tag::Text, ""); 3];
        for (slot, element) in style.iter_mut().zip(self.tree.ancestors(index)) {
            *slot = (self.tree.node(element).tag, self.tree.attr(element, Attr::Class).unwrap_or(""));
        }
        style
    }

    /// The style of most of the page's prose.
    pub(super) fn paragraph_style(&self) -> Option<Style<'_>> {
        let mut styles: HashMap<Style<'_>, usize> = HashMap::new();
        for (index, line) in self.lines.iter().enumerate() {
            if line.block != NONE && prose(line.counts) > 0 && self.first_text(index).is_some() {
                *styles.entry(self.style(line.block)).or_default() += prose(line.counts);
            }
        }
        styles.into_iter().max_by_key(|(style, chars)| (*chars, *style)).map(|(style, _)| style)
    }

    /// Kind of a line according to the markup.
    pub(super) fn kind(&self, line: usize) -> SegmentKind {
        let mut kind = SegmentKind::Body;
        let Some(block) = self.lines.get(line).map(|l| l.block).filter(|b| *b != NONE) else { return kind };
        for element in self.tree.ancestors(block) {
            let tag = self.tree.node(element).tag;
            let pictured = tag == Tag::Figure && kind == SegmentKind::Body;
            // Set by hand: a "caption" with a fifth of the prose is the article's wrapper.
            if (self.hints[element as usize].caption || pictured) && self.prose_in(element) * 5 < self.total() {
                return SegmentKind::Caption;
            }
            let found = match tag {
                t if t.heading_level().is_some() => SegmentKind::Heading,
                Tag::Li | Tag::Dd | Tag::Dt => SegmentKind::List,
                Tag::Blockquote => SegmentKind::Quote,
                Tag::Tr if element == block => SegmentKind::Table,
                _ => continue,
            };
            if kind == SegmentKind::Body {
                kind = found;
            }
        }
        kind
    }
}

/// For each node and the end of the page, the number of elements with this tag before it.
fn count_before(tree: &Tree, tag: Tag) -> Vec<u32> {
    let mut before = vec![0; tree.len() + 1];
    for (index, node) in tree.nodes().iter().enumerate() {
        before[index + 1] = before[index] + u32::from(node.tag == tag);
    }
    before
}

/// Shows the initial that a page hides from screen readers only, for which it gives them a copy.
///
/// `<i aria-hidden=true>A</i><i class=sr-only>A</i>fter` is displayed as "After": one of the two is the text, and it is
/// the one displayed, unless only the copy has the whole word.
fn show_initials(html: &str, tree: &Tree, hints: &mut [NameHints]) {
    let is_silenced = |index: u32| tree.attr(index, Attr::AriaHidden).is_some_and(|value| value.trim() == "true");
    let text = |elements: &[u32]| -> String {
        let texts = elements.iter().flat_map(|element| tree.texts(*element));
        texts.map(|text| decode(html.get(text).unwrap_or_default())).collect()
    };
    let mut run: Vec<u32> = Vec::new();
    for parent in (0..tree.len() as u32).filter(|i| tree.node(*i).tag != Tag::Text) {
        for child in tree.children(parent).map(Some).chain([None]) {
            if let Some(child) = child.filter(|c| hints[*c as usize].hidden && !tree.node(*c).tag.is_block()) {
                run.push(child);
                continue;
            }
            let (silenced, copies): (Vec<u32>, Vec<u32>) = run.drain(..).partition(|i| is_silenced(*i));
            if silenced.is_empty() || copies.is_empty() {
                continue;
            }
            let (displayed, copy) = (text(&silenced), text(&copies));
            let is_word = !displayed.is_empty() && !displayed.contains(char::is_whitespace);
            let is_letter = displayed.chars().count() == 1 && copy.len() > displayed.len();
            if is_word && displayed == copy {
                silenced.iter().for_each(|i| hints[*i as usize].hidden = false);
            } else if is_letter && displayed.chars().all(char::is_alphabetic) && copy.starts_with(&displayed) {
                copies.iter().for_each(|i| hints[*i as usize].hidden = false);
            }
        }
    }
}

/// Whether an inline element stands among the words of a sentence: the text before it is open, and the text after it
/// goes on.
fn is_in_sentence(html: &str, tree: &Tree, index: u32) -> bool {
    let node = tree.node(index);
    let text = |at: u32| {
        let node =
            tree.nodes().get(at as usize).filter(|n| n.tag == Tag::Text && n.parent == tree.node(index).parent)?;
        html.get(node.bytes.start as usize..node.bytes.end as usize)
    };
    let (Some(before), Some(after)) = (index.checked_sub(1).and_then(text), text(node.end)) else { return false };
    let ends_open = before.trim_end().ends_with(|c: char| c.is_alphanumeric() || matches!(c, ',' | '’' | '\''));
    ends_open && after.trim_start().starts_with(|c: char| c.is_lowercase() || matches!(c, ',' | '.' | ';' | ')' | '?'))
}

/// For each node, whether its text can be displayed at all.
fn shown(html: &str, tree: &Tree) -> Vec<bool> {
    let mut shown = vec![true; tree.len()];
    let mut index = 0;
    while index < tree.len() {
        let node = tree.node(index as u32);
        let end = node.end as usize;
        // A button may explain a word of the sentence.
        if node.tag.is_silent() && !(node.tag == Tag::Button && is_in_sentence(html, tree, index as u32)) {
            shown[index..end].fill(false);
            index = end;
        } else {
            index += 1;
        }
    }
    shown
}

/// For each table cell and its contents, whether it belongs to a data table, whose rows are lines.
///
/// Layout tables contain other tables, headings or long cells.
fn data_cells(html: &str, tree: &Tree) -> Vec<bool> {
    let mut data = vec![false; tree.len()];
    for (index, node) in tree.nodes().iter().enumerate().filter(|(_, n)| n.tag == Tag::Table) {
        let inside = index + 1..node.end as usize;
        let nodes = &tree.nodes()[inside.clone()];
        let lays_out = |n: &Node| matches!(n.tag, Tag::Table | Tag::H1 | Tag::Article | Tag::Section | Tag::Form);
        // Checked before counting, so that nested tables do not cost quadratic time.
        if nodes.iter().any(lays_out) {
            continue;
        }
        let cells = nodes.iter().filter(|n| matches!(n.tag, Tag::Td | Tag::Th)).count();
        let rows = nodes.iter().filter(|n| n.tag == Tag::Tr).count();
        let chars: usize = tree.texts(index as u32).map(|t| html.get(t).unwrap_or_default().trim().len()).sum();
        // Cells of a data table hold a figure or a phrase: 120 bytes on average at most, set by hand.
        if rows >= 2 && cells > rows && chars < cells * 120 {
            for (cell, flag) in tree.nodes()[inside.clone()].iter().zip(&mut data[inside]) {
                use Tag::{Caption, Col, Colgroup, Tbody, Text, Tfoot, Thead, Tr};
                *flag = !matches!(cell.tag, Caption | Col | Colgroup | Tbody | Text | Tfoot | Thead | Tr);
            }
        }
    }
    data
}
