//! The text of an article that only JSON-LD has: pages that a script builds.

use crate::block::{Block, Piece};
use crate::clock::Clock;
use crate::fields::{FieldText, unescape_json};
use crate::{clean, references};
use pressmark_core::{EditKind, SegmentKind};

use super::meta::Found;
use super::tree::{Attr, Tag, Tree};

/// Characters from which the text of JSON-LD is an article and no teaser: three sentences.
const ARTICLE_FROM: usize = 280;
/// Words from which a block of the page is running text.
const RUNNING_TEXT: usize = 8;

/// The blocks of the text that JSON-LD gives, where the page shows less than half of it; `None` where it shows more,
/// as nearly every page does.
pub(super) fn body(html: &str, tree: &Tree, found: &Found, blocks: &[Block], clock: &Clock) -> Option<Vec<Block>> {
    let body = found.body.as_deref().filter(|body| body.chars().count() >= ARTICLE_FROM)?;
    let shown: usize = blocks
        .iter()
        .filter(|b| b.kind != Some(SegmentKind::Title) && b.text.split_whitespace().count() >= RUNNING_TEXT)
        .map(|b| b.text.len())
        .sum();
    if shown * 2 >= body.len() {
        return None;
    }
    let field = references::decode_field(source(html, tree)?);
    // Markup within the string would have to be read as a page of its own.
    if field.text.contains("</") {
        return None;
    }
    let mut made: Vec<Block> =
        clean::split(&field.text, false, clock).ok()?.into_iter().map(|b| traced(b, &field)).collect();
    let inside = made.first()?.input.start..made.last()?.input.end;
    let apart = |b: &&Block| b.input.end <= inside.start || b.input.start >= inside.end;
    made.extend(blocks.iter().filter(|b| b.kind == Some(SegmentKind::Title)).filter(apart).cloned());
    made.sort_by_key(|b| b.input.start);
    Some(made)
}

/// The string of `articleBody` as it stands in the page.
fn source<'a>(html: &'a str, tree: &Tree) -> Option<FieldText<'a>> {
    let scripts = tree.nodes().iter().enumerate().filter(|(_, n)| n.tag == Tag::Script).map(|(i, _)| i as u32);
    let linked =
        scripts.filter(|i| tree.attr(*i, Attr::Type).is_some_and(|t| t.trim().starts_with("application/ld+json")));
    linked.flat_map(|i| tree.texts(i)).find_map(|range| {
        let script = html.get(range.clone())?;
        let key = "\"articleBody\"";
        let at = script.find(key)? + key.len();
        let rest = script.get(at..)?;
        let value = rest.trim_start().strip_prefix(':')?.trim_start();
        let inside = value.strip_prefix('"')?;
        let end = closing_quote(inside)?;
        let start = range.start + (script.len() - inside.len());
        Some(unescape_json(inside.get(..end)?, start))
    })
}

/// Where a JSON string ends whose opening quote was read.
fn closing_quote(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// A block of the string as a block of the page.
fn traced(block: Block, field: &FieldText<'_>) -> Block {
    let mut pieces = Vec::with_capacity(block.pieces.len());
    for piece in &block.pieces {
        if piece.edit.is_some() {
            pieces.push(Piece { input: field.map.source(piece.input.clone()), ..piece.clone() });
            continue;
        }
        for stretch in field.map.stretches(piece.input.clone()) {
            let start = piece.span.start + (stretch.out.start - piece.input.start);
            let edit = stretch.edit.map(|_| EditKind::Escape);
            pieces.push(Piece { span: start..start + stretch.out.len(), input: stretch.src, edit });
        }
    }
    Block { input: field.map.source(block.input.clone()), kind: Some(SegmentKind::Body), pieces, ..block }
}
