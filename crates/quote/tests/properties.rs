//! Invariants for any text: spans are in bounds, on character boundaries, in order, and reproducible.

use pressmark_core::{Document, Span, Stage};
use pressmark_quote::{Options, QuoteFinder};
use pressmark_tokenize::Splitter;
use proptest::prelude::*;

/// Words, names, cues and every kind of mark, in any order.
fn jumble() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "“",
        "”",
        "\"",
        "'",
        "''",
        "``",
        "‘",
        "’",
        "«",
        "»",
        "‹",
        "›",
        "„",
        "「",
        "」",
        "(",
        ")",
        ".",
        ",",
        ":",
        "?",
        "—",
        "\n\n",
        "\n",
        " ",
        "said",
        "told",
        "that",
        "according to",
        "Duarte",
        "he",
        "she said",
        "the letter read",
        "a spokesman for Acme",
        "dit-il",
        "a déclaré",
        "called",
        "the road",
        "5'10\"",
        "’s",
        "and",
        "é",
        "😀",
        "我们",
        "added, “",
        "stating,",
    ]);
    let glue = prop::sample::select(vec![" ", " ", "", "\u{a0}"]);
    prop::collection::vec((piece, glue), 0..60)
        .prop_map(|parts| parts.into_iter().map(|(a, b)| format!("{a}{b}")).collect())
}

fn holds(text: &str) -> Result<(), TestCaseError> {
    let mut doc = Document::from_text("p", text);
    Splitter.run(&mut doc).map_err(|e| TestCaseError::fail(e.to_string()))?;
    let finder = QuoteFinder::new(Options::default());
    finder.run(&mut doc).map_err(|e| TestCaseError::fail(e.to_string()))?;
    prop_assert_eq!(&doc.quotes, &finder.quotes(&doc));
    let mut last = Span::default();
    for quote in &doc.quotes {
        for span in [Some(quote.span), quote.cue, quote.speaker_span].into_iter().flatten() {
            prop_assert!(doc.text.get(span.start..span.end).is_some_and(|s| !s.is_empty()), "{span:?} of {text:?}");
        }
        prop_assert!(last.start <= quote.span.start, "order in {text:?}");
        last = quote.span;
    }
    let open = doc.quotes.iter().filter(|q| !q.closed).count();
    prop_assert_eq!(open, doc.problems.len());
    Ok(())
}

proptest! {
    #[test]
    fn spans_hold_in_a_jumble_of_marks(text in jumble()) {
        holds(&text)?;
    }

    #[test]
    fn spans_hold_in_any_text(text in "\\PC{0,200}") {
        holds(&text)?;
    }
}
