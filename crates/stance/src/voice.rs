use pressmark_core::{Document, Span};

/// The quotation that holds most of a span, if one does: then its speaker's voice, not the outlet's.
pub(crate) fn voice_of(doc: &Document, span: Span) -> Option<usize> {
    // Quotations are in text order and seldom nest, so the candidates stand side by side.
    let from = doc.quotes.partition_point(|quote| quote.span.end <= span.start);
    let shared = |quote: Span| quote.end.min(span.end).saturating_sub(quote.start.max(span.start));
    doc.quotes[from..]
        .iter()
        .take_while(|quote| quote.span.start < span.end)
        .position(|quote| 2 * shared(quote.span) > span.len())
        .map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use pressmark_core::{Quote, QuoteKind};

    use super::*;

    #[test]
    fn most_of_a_sentence_decides() {
        let mut doc = Document::from_text("a", "“It is cold and wet,” she said. Rain “fell” there.");
        let quote = |start, end| Quote {
            span: Span::new(start, end),
            kind: QuoteKind::Direct,
            speaker: None,
            speaker_span: None,
            cue: None,
            closed: true,
        };
        doc.quotes = vec![quote(0, 25), quote(41, 51)];
        assert_eq!(voice_of(&doc, Span::new(0, 35)), Some(0));
        assert_eq!(voice_of(&doc, Span::new(36, 58)), None);
    }
}
