//! Reads one article of a media database's export.

use pressmark_core::{Document, DropReason, Meta, ProblemKind, SegmentKind};

use crate::article::{Found, STAGE, line_block};
use crate::assemble::{Part, assemble};
use crate::block::{Block, Judged, Verdict};
use crate::clock::Clock;
use crate::date::{self, Order};
use crate::decode::Decoded;
use crate::exports::{Article, Maker};
use crate::failure::Failure;
use crate::map::OffsetMap;
use crate::{Options, Record, clean, language};

pub(crate) fn read(
    decoded: &Decoded<'_>,
    record: &Record,
    options: &Options,
    clock: &Clock,
    (maker, article): (Maker, &Article),
    doc: &mut Document,
) -> Result<Found, Failure> {
    let text = decoded.text.as_ref();
    let slice = |range: &std::ops::Range<usize>| text.get(range.clone()).unwrap_or_default();
    let title = article.title.as_ref().map(slice);
    // Databases deliver clean text, so everything is kept: there is no page chrome in it.
    let keep = |kind| Verdict::Keep { kind, cuts: Vec::new() };
    let mut pieces: Vec<(usize, Vec<Block>, bool)> = Vec::new();
    if let (Some(range), Some(title)) = (&article.title, title) {
        pieces.push((range.start, vec![line_block(title)], true));
    }
    for range in &article.body {
        pieces.push((range.start, clean::split(slice(range), false, clock)?, false));
    }
    pieces.sort_by_key(|(start, ..)| *start);
    let maps: Vec<_> = pieces
        .iter()
        .map(|(start, blocks, _)| OffsetMap::identity(*start, blocks.last().map_or(0, |b| b.input.end)))
        .collect();
    let verdicts: Vec<Vec<Verdict>> = pieces
        .iter()
        .map(|(_, blocks, is_title)| {
            let kind = if *is_title { SegmentKind::Title } else { SegmentKind::Body };
            blocks.iter().map(|_| keep(kind)).collect()
        })
        .collect();
    let parts: Vec<Part<'_>> = pieces
        .iter()
        .zip(maps.iter().zip(&verdicts))
        .map(|((start, blocks, is_title), (map, verdicts))| {
            let end = blocks.last().map_or(*start, |b| start + b.input.end);
            let text = text.get(*start..end).unwrap_or_default();
            let title = is_title.then_some(0);
            Part { text, map: Some(map), blocks, dropped: &[], verdicts, title, between: DropReason::Metadata }
        })
        .collect();
    let assembled = assemble(record.bytes.len(), &decoded.map, &parts, DropReason::Metadata, options.explain);
    if article.is_abstract {
        let message = "the export holds only an abstract of the article";
        doc.report(STAGE, ProblemKind::Incomplete, message, None);
    }
    if let Some(id) = &article.id {
        doc.id.clone_from(id);
    }
    doc.source.url = doc.source.url.take().or_else(|| article.url.clone());
    doc.extra = Some(extra(maker, article));
    let language = article.language.as_deref().and_then(language::primary);
    // Exports write months in words or dates in ISO form; numeric dates follow the interface, where the day mostly
    // comes first.
    let order = match options.order(language.as_deref()) {
        Order::Unknown => Order::DayFirst,
        order => order,
    };
    let meta = Meta {
        title: title.map(|title| title.split_whitespace().collect::<Vec<_>>().join(" ")),
        authors: article.authors.clone(),
        published: article.published.as_deref().and_then(|day| date::normalize(day, order)),
        site: article.site.clone(),
        language,
        ..Meta::default()
    };
    Ok(Found { assembled, meta, judged: Judged::default() })
}

/// The export's other fields as one JSON object.
fn extra(maker: Maker, article: &Article) -> String {
    let mut fields = serde_json::Map::new();
    fields.insert("export".into(), maker.as_str().into());
    for (key, value) in &article.extra {
        fields.entry(*key).or_insert_with(|| value.as_str().into());
    }
    serde_json::Value::Object(fields).to_string()
}
