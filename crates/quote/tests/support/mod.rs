//! Short texts with their names as mentions, and the quotations a careful reader would mark.

use pressmark_core::{Document, Entity, Mention, QuoteKind, Span, Stage};
use pressmark_quote::{Options, QuoteFinder};
use pressmark_tokenize::Splitter;

/// Content, kind, cue, words that name the speaker, entity.
pub(crate) type Expected<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

/// A document with every occurrence of the names as mentions; a name after `=` is another form of the one before.
pub(crate) fn document(text: &str, names: &[(&str, &str)]) -> Document {
    let mut doc = Document::from_text("t", text);
    Splitter.run(&mut doc).expect("the splitter never fails");
    for (name, label) in names {
        let name = match name.strip_prefix('=') {
            Some(form) => form,
            None => {
                let entity = Entity {
                    name: (*name).into(),
                    label: (*label).into(),
                    aliases: Vec::new(),
                    mentions: 1,
                    sentiment: None,
                };
                doc.entities.push(entity);
                name
            }
        };
        for (start, _) in text.match_indices(name) {
            let span = Span::new(start, start + name.len());
            if !doc.ents.iter().any(|m| m.span.overlaps(span)) {
                let entity = Some(doc.entities.len() - 1);
                doc.ents.push(Mention { span, label: (*label).into(), score: 1.0, entity });
            }
        }
    }
    doc.ents.sort_by_key(|m| m.span);
    doc
}

#[track_caller]
pub(crate) fn check(text: &str, names: &[(&str, &str)], kinds: &[QuoteKind], expected: &[Expected<'_>]) {
    check_document(document(text, names), kinds, expected);
}

#[track_caller]
pub(crate) fn check_document(mut doc: Document, kinds: &[QuoteKind], expected: &[Expected<'_>]) {
    QuoteFinder::new(Options::default()).run(&mut doc).expect("the stage never fails");
    let part = |span: Option<Span>| span.map_or("-", |s| doc.slice(s));
    let found: Vec<_> = doc
        .quotes
        .iter()
        .filter(|q| kinds.contains(&q.kind))
        .map(|q| {
            let name = q.speaker.map_or("-", |e| doc.entities[e].name.as_str());
            (doc.slice(q.span), q.kind.as_str(), part(q.cue), part(q.speaker_span), name)
        })
        .collect();
    assert_eq!(found, expected, "{}", doc.text);
}

pub(crate) const DIRECT: &[QuoteKind] = &[QuoteKind::Direct, QuoteKind::Mixed];
pub(crate) const ALL: &[QuoteKind] = &[QuoteKind::Direct, QuoteKind::Indirect, QuoteKind::Mixed];
