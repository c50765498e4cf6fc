//! Reads article text that only JSON-LD contains, on pages built by a script.

use crate::block::{Block, Piece};
use crate::clock::Clock;
use crate::failure::Failure;
use crate::fields::{FieldText, unescape_json};
use crate::{clean, references};
use pressmark_core::{EditKind, SegmentKind};

use super::meta::{Found, plain};
use super::tree::{Attr, Tag, Tree};

/// Characters from which the text in JSON-LD is an article rather than a teaser. Set by hand: about three sentences.
const ARTICLE_FROM: usize = 280;
/// Keys of the text in JSON-LD.
const KEYS: [&str; 2] = ["\"articleBody\"", "\"reviewBody\""];
/// Words from which a block of the page counts as running text. Set by hand.
const RUNNING_TEXT: usize = 8;

/// The blocks of the text in JSON-LD, if the page shows less than half of it; `None` otherwise, as on nearly every
/// page.
///
/// # Errors
/// When the time limit has passed.
pub(super) fn body(
    html: &str,
    tree: &Tree,
    found: &Found,
    blocks: &[Block],
    clock: &Clock,
) -> Result<Option<Vec<Block>>, Failure> {
    let Some(body) = found.body.as_deref().filter(|body| body.chars().count() >= ARTICLE_FROM) else {
        return Ok(None);
    };
    let shown: usize = blocks
        .iter()
        .filter(|b| b.kind != Some(SegmentKind::Title) && b.text.split_whitespace().count() >= RUNNING_TEXT)
        .map(|b| b.text.len())
        .sum();
    if shown * 2 >= body.len() {
        return Ok(None);
    }
    // Markup in the string would need to be read as a page of its own.
    let field = source(html, tree, body).map(references::decode_field).filter(|field| !field.text.contains("</"));
    let Some(field) = field else { return Ok(None) };
    let mut made: Vec<Block> =
        clean::split(&field.text, false, clock)?.into_iter().map(|b| traced(b, &field)).collect();
    let (Some(first), Some(last)) = (made.first(), made.last()) else { return Ok(None) };
    let inside = first.input.start..last.input.end;
    let apart = |b: &&Block| b.input.end <= inside.start || b.input.start >= inside.end;
    made.extend(blocks.iter().filter(|b| b.kind == Some(SegmentKind::Title)).filter(apart).cloned());
    made.sort_by_key(|b| b.input.start);
    Ok(Some(made))
}

/// The string in the page's source that `body` was read from: a page may describe several articles.
fn source<'a>(html: &'a str, tree: &Tree, body: &str) -> Option<FieldText<'a>> {
    let scripts = tree.nodes().iter().enumerate().filter(|(_, n)| n.tag == Tag::Script).map(|(i, _)| i as u32);
    let linked =
        scripts.filter(|i| tree.attr(*i, Attr::Type).is_some_and(|t| t.trim().starts_with("application/ld+json")));
    linked.flat_map(|i| tree.texts(i)).find_map(|range| {
        let script = html.get(range.clone())?;
        KEYS.iter().flat_map(|key| script.match_indices(key).map(|(at, _)| at + key.len())).find_map(|at| {
            let value = script.get(at..)?.trim_start().strip_prefix(':')?.trim_start();
            let inside = value.strip_prefix('"')?;
            let end = closing_quote(inside)?;
            let start = range.start + (script.len() - inside.len());
            Some(unescape_json(inside.get(..end)?, start)).filter(|field| plain(&field.text) == body)
        })
    })
}

/// Offset of the closing quote of a JSON string; `text` starts after the opening one.
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

/// Converts a block of the string to one of the page.
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
