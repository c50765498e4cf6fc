//! Detects pages that show only the start of an article, and pages with several articles.

use pressmark_core::{ProblemKind, SegmentKind};

use super::meta::Found;
use super::tree::{Attr, Tag, Tree};
use crate::block::Block;
use crate::markup::decode;
use crate::phrases::{Phrases, phrases};

/// Words below which the text of a page with a paywall is the start of an article. Set by hand: leads before a paywall
/// have up to some 150 words, and news in brief has no paywall.
const LEAD_WORDS: usize = 200;
/// Most bytes of text in a paywall's element. Set by hand: a longer one contains the article.
const LARGEST_GATE: usize = 1500;
/// Words from which an element of a page is a separate article. Set by hand: teasers in lists have fewer.
const ARTICLE_WORDS: usize = 60;

/// Parts of class names and ids that mark a paywall.
const GATES: &[&str] = &[
    "paywall",
    "pay-wall",
    "regwall",
    "reg-wall",
    "subscription-wall",
    "subscriber-wall",
    "premium-wall",
    "paid-content-gate",
    "article-gate",
    "content-gate",
    "locked-content",
    "content-locked",
    "article-locked",
    "piano-offer",
    "metered-content",
    "subscribe-to-read",
    "abo-wall",
    "plus-offer",
    "subscribers-only-offer",
];
/// Lower-case phrases with which a paywall asks its readers to pay.
static OFFERS: Phrases = phrases!(Offer);

/// Reports a text that is only the free start of a paywalled article.
pub(super) fn paywalled(html: &str, tree: &Tree, found: &Found, blocks: &[Block]) -> Option<(ProblemKind, String)> {
    let words: usize = running_text(blocks).map(|b| b.text.split_whitespace().count()).sum();
    let is_short = words < LEAD_WORDS;
    // JSON-LD may give the length of the whole article; less than two thirds of it is a part.
    let is_part = found.words.is_some_and(|all| words * 3 < all * 2);
    if words == 0 || !(is_short || (is_part && found.is_gated)) {
        return None;
    }
    let sign = if found.is_gated { Some("the page says that it is not free") } else { gate(html, tree) }?;
    let message = format!("{sign}: the {words} words shown may be only its beginning");
    Some((ProblemKind::Paywalled, message))
}

fn running_text(blocks: &[Block]) -> impl Iterator<Item = &Block> {
    blocks.iter().filter(|b| !matches!(b.kind, Some(SegmentKind::Title | SegmentKind::Heading | SegmentKind::Caption)))
}

/// Finds a paywall, and describes it for the message.
fn gate(html: &str, tree: &Tree) -> Option<&'static str> {
    for (index, node) in tree.nodes().iter().enumerate() {
        let index = index as u32;
        match node.tag {
            Tag::Script | Tag::Style | Tag::Meta | Tag::Link => {}
            Tag::Text => {
                let parent = node.parent as usize;
                let is_seen = tree.nodes().get(parent).is_some_and(|p| !p.tag.is_silent() && p.tag != Tag::Script);
                let text = html.get(node.bytes.start as usize..node.bytes.end as usize).unwrap_or_default();
                // Longer lines are articles about paywalls. Both limits, in bytes, were set by hand.
                if is_seen && text.len() < 300 {
                    let line = decode(text).trim().to_lowercase();
                    if OFFERS.iter().any(|offer| line.starts_with(offer) || line.contains(offer) && line.len() < 120) {
                        return Some("a line asks to subscribe for the rest");
                    }
                }
            }
            _ => {
                let named = [Attr::Class, Attr::Id, Attr::Component].into_iter().filter_map(|a| tree.attr(index, a));
                let is_gate = |name: &str| {
                    let name = name.to_ascii_lowercase().replace('_', "-");
                    GATES.iter().any(|gate| name.contains(gate)) && !name.contains("no-paywall")
                };
                let is_hidden = tree.attr(index, Attr::Hidden).is_some()
                    || tree.attr(index, Attr::Style).is_some_and(|s| s.replace(' ', "").contains("display:none"));
                // A paywall around the article itself is open.
                let is_box = || tree.text_bytes(index, LARGEST_GATE).is_some_and(|bytes| bytes > 0);
                if named.into_iter().any(is_gate) && !is_hidden && is_box() {
                    return Some("a block asks to subscribe for the rest");
                }
            }
        }
    }
    None
}

/// Reports a page with several articles, as exports contain them.
pub(super) fn several(tree: &Tree, found: &Found, blocks: &[Block]) -> Option<(ProblemKind, String)> {
    if found.is_live {
        return None;
    }
    let is_article = |index: u32| {
        let class = tree.attr(index, Attr::Class).unwrap_or_default();
        let mut classes = class.split_ascii_whitespace();
        let is_named = classes.any(|c| matches!(c, "article" | "enArticle" | "frArticle" | "deArticle" | "esArticle"));
        let lower = class.to_ascii_lowercase();
        let is_post = ["live", "comment", "update", "teaser", "related"].iter().any(|word| lower.contains(word));
        (tree.node(index).tag == Tag::Article || (tree.node(index).tag == Tag::Div && is_named)) && !is_post
    };
    let has_heading = |nodes: std::ops::Range<u32>| {
        nodes.into_iter().any(|i| tree.node(i).tag.heading_level().is_some_and(|level| level <= 3))
    };
    let mut articles: Vec<std::ops::Range<u32>> = Vec::new();
    let mut at = 0;
    while at < tree.len() {
        let index = at as u32;
        if is_article(index) {
            let end = tree.node(index).end;
            let last = end.saturating_sub(1);
            if has_heading(index..end) {
                articles.push(tree.node(index).bytes.start..tree.node(last).bytes.end);
            }
            at = end as usize;
        } else {
            at += 1;
        }
    }
    let holds_one = |bytes: &&std::ops::Range<u32>| {
        let inside = |b: &&Block| b.input.start >= bytes.start as usize && b.input.end <= bytes.end as usize;
        let words: usize = running_text(blocks).filter(inside).map(|b| b.text.split_whitespace().count()).sum();
        words >= ARTICLE_WORDS
    };
    // Each is compared with all blocks, hence the bound: pages with thousands of articles are lists.
    let count = articles.iter().take(50).filter(holds_one).count();
    let message = || format!("the page holds {count} articles: they were kept as one text");
    (count > 1).then(|| (ProblemKind::SeveralArticles, message()))
}
