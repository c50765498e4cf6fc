//! Invariants for any text: spans in bounds, in order and on character boundaries; nothing but white space left out.

use std::sync::LazyLock;

use pressmark_core::{Document, SegmentKind, Span, Stage, Status};
use pressmark_tokenize::{Options, Splitter, Subwords, Tokenizer, sentences, words};
use proptest::prelude::*;

/// A WordPiece vocabulary of single letters: small, and every longer word takes many rows.
static VOCABULARY: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut vocab = serde_json::json!({"[UNK]": 0, "[CLS]": 1, "[SEP]": 2});
    for (i, c) in ('a'..='z').chain('0'..='9').chain(['.', ',', '-', '\'', '$', '/', ':', 'é']).enumerate() {
        vocab[c.to_string()] = (2 * i + 3).into();
        vocab[format!("##{c}")] = (2 * i + 4).into();
    }
    let json = serde_json::json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                       "strip_accents": null, "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": null, "decoder": null,
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100, "vocab": vocab},
    });
    serde_json::to_vec(&json).expect("JSON can be written")
});

fn tokenizer(max_window: usize) -> Tokenizer {
    let subwords = Subwords::from_json(&VOCABULARY).expect("the vocabulary is whole");
    Tokenizer::new(subwords, Options { max_window, ..Options::default() }).expect("the window has room")
}

/// Text of every script, rich in what the rules look at.
fn text() -> impl Strategy<Value = String> {
    let mark = prop::sample::select(vec![
        ".",
        "!",
        "?",
        "…",
        " ",
        " ",
        " ",
        "\n",
        "\n\n",
        "“",
        "”",
        "\"",
        "'",
        "’",
        "(",
        ")",
        "[",
        "]",
        "«",
        "»",
        "-",
        "--",
        "@",
        "/",
        "://",
        "www.",
        ":)",
        "----",
        "•",
        "1.",
        "2.)",
        "a.",
        "U.S.",
        "Mr.",
        "p.m.",
        "No.",
        "Inc.",
        "l'",
        "n't",
        "'s",
        "_",
        "#",
        "&",
        "3,000",
        "。",
        "؟",
        "।",
        "The",
        "\u{301}",
        "\u{200d}",
        "👩‍👧",
        "\u{ad}",
        "\u{feff}",
        "\r",
    ]);
    let piece =
        prop_oneof![4 => mark.prop_map(str::to_owned), 3 => "[a-zA-Z]{1,9}", 2 => "\\PC{1,6}", 1 => any::<String>()];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Checks that the spans are in order, in bounds, on character boundaries, and leave out nothing but white space.
fn check_cover(text: &str, spans: &[Span]) {
    let mut at = 0;
    for span in spans {
        assert!(span.start >= at && span.end <= text.len() && !span.is_empty(), "{span:?} after {at} in {text:?}");
        let slice = text.get(span.start..span.end).expect("a span lies on character boundaries");
        assert_eq!(slice.trim(), slice);
        assert_eq!(text[at..span.start].trim(), "", "left out of {text:?}");
        at = span.end;
    }
    assert_eq!(text[at..].trim(), "", "left out of {text:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn sentences_cover_the_text(text in text()) {
        let sents = sentences(&text);
        check_cover(&text, &sents);
        for sent in sents {
            let sentence = sent.slice(&text);
            let found = words(sentence);
            check_cover(sentence, &found);
            prop_assert!(found.iter().all(|w| !w.slice(sentence).contains(char::is_whitespace)));
        }
    }

    #[test]
    fn stage_keeps_its_layers_together(text in text(), max_window in 3_usize..40, kind in 0_usize..5) {
        let mut doc = Document::from_text("1", text);
        let kinds = [SegmentKind::Body, SegmentKind::Title, SegmentKind::List, SegmentKind::Caption, SegmentKind::Table];
        doc.segments.iter_mut().filter(|s| s.kind.is_kept()).for_each(|s| s.kind = kinds[kind]);
        tokenizer(max_window).run(&mut doc).unwrap();
        let blocks = doc.blocks();
        let mut next = 0;
        for sent in &doc.sents {
            prop_assert!(blocks[sent.block].0.contains(sent.span));
            prop_assert_eq!(blocks[sent.block].1, sent.kind);
            prop_assert_eq!(sent.tokens.start, next);
            prop_assert!(!sent.tokens.is_empty());
            next = sent.tokens.end;
            prop_assert!(doc.tokens[sent.tokens.clone()].iter().all(|t| sent.span.contains(t.span)));
            prop_assert_eq!(doc.tokens_in(sent.span), sent.tokens.clone());
        }
        prop_assert_eq!(next, doc.tokens.len());

        let windows = &doc.windows;
        prop_assert_eq!(windows.ids.len(), windows.shapes.len());
        prop_assert_eq!(windows.token_rows.len(), doc.tokens.len());
        prop_assert_eq!(windows.starts.last().copied().unwrap_or(0), windows.ids.len());
        let mut rows = 0;
        for pair in windows.starts.windows(2) {
            prop_assert!(pair[1] - pair[0] <= max_window && pair[1] - pair[0] > 2);
            prop_assert_eq!((windows.ids[pair[0]], windows.ids[pair[1] - 1]), (1, 2));
            prop_assert_eq!((windows.shapes[pair[0]], windows.shapes[pair[1] - 1]), (0, 0));
        }
        for token in &windows.token_rows {
            prop_assert!(token.start >= rows && token.end > token.start);
            let window = windows.starts.partition_point(|&s| s <= token.start);
            prop_assert!(token.start > windows.starts[window - 1] && token.end < windows.starts[window]);
            prop_assert!(windows.shapes[token.clone()].iter().all(|&s| s == windows.shapes[token.start] && s > 0));
            rows = token.end;
        }
    }

    #[test]
    fn a_word_has_a_shape_of_the_table(word in "\\PC{1,12}") {
        let shape = pressmark_tokenize::shape(&word);
        prop_assert!(shape > 0 && usize::from(shape) < pressmark_tokenize::SHAPES.len());
    }
}

#[test]
fn sentences_are_packed_whole_as_long_as_they_fit() {
    // Seven rows for words. The first two sentences fill a window; the third is cut between words, into parts of
    // four and seven rows; the last finds no room behind it.
    let mut doc = Document::from_text("1", "ab.\n\nabc.\n\nabcd abcd ab.\n\nab.");
    tokenizer(9).run(&mut doc).unwrap();
    assert_eq!(doc.windows.starts, [0, 9, 15, 24, 29]);
    let rows = [1..3, 3..4, 4..7, 7..8, 10..14, 16..20, 20..22, 22..23, 25..27, 27..28];
    assert_eq!(doc.windows.token_rows, rows);
}

#[test]
fn what_stands_behind_the_last_token_is_said_to_be_unread() {
    let text = "Rain fell. The river rose.\n\nÉté came.";
    let check = |max_tokens: usize, sents: &[&str], unread: Option<&str>| {
        let subwords = Subwords::from_json(&VOCABULARY).unwrap();
        let options = Options { max_tokens, ..Options::default() };
        let mut doc = Document::from_text("1", text);
        Tokenizer::new(subwords, options).unwrap().run(&mut doc).unwrap();
        let found: Vec<_> = doc.sents.iter().map(|s| doc.slice(s.span)).collect();
        assert_eq!(found, sents, "{max_tokens}");
        assert!(doc.tokens.len() <= max_tokens);
        let rest = unread.unwrap_or_default();
        assert_eq!(doc.problems.first().and_then(|p| p.span).map(|span| doc.slice(span)), unread);
        let (seen, total) = (doc.coverage[0].seen, doc.coverage[0].total);
        assert_eq!(total, 35);
        // White space before the unread rest counts as read where it is inside a block.
        assert_eq!(total - seen, rest.replace("\n\n", "").chars().count(), "{max_tokens}");
        assert_eq!(doc.status(), if unread.is_some() { Status::Partial } else { Status::Ok });
    };
    check(11, &["Rain fell.", "The river rose.", "Été came."], None);
    check(10, &["Rain fell.", "The river rose.", "Été came."], None);
    check(9, &["Rain fell.", "The river rose.", "Été came"], Some("."));
    check(7, &["Rain fell.", "The river rose."], Some("Été came."));
    check(5, &["Rain fell.", "The river"], Some("rose.\n\nÉté came."));
    check(3, &["Rain fell."], Some("The river rose.\n\nÉté came."));
}

#[test]
fn list_markers_are_no_part_of_their_item() {
    for (item, expected) in [
        ("• First. Second.", vec!["First.", "Second."]),
        ("- One thing", vec!["One thing"]),
        ("12. Rain", vec!["Rain"]),
        ("(iv) Snow", vec!["Snow"]),
        ("b) Hail", vec!["Hail"]),
        ("-5 degrees", vec!["-5 degrees"]),
        ("In 2020. Later", vec!["In 2020.", "Later"]),
        ("•", vec!["•"]),
    ] {
        let mut doc = Document::from_text("1", item);
        doc.segments[0].kind = SegmentKind::List;
        Splitter.run(&mut doc).unwrap();
        let found: Vec<_> = doc.sents.iter().map(|s| doc.slice(s.span)).collect();
        assert_eq!(found, expected, "{item:?}");
    }
}

#[test]
fn hostile_text_takes_linear_time() {
    // A quadratic scan of any of these would run for hours, so finishing is the test.
    for unit in [
        "a",
        "\"",
        ".",
        ". ",
        "… ☺ ",
        "(",
        "“a. ",
        "? X",
        "a.\n",
        "-",
        "http://",
        "a@",
        "x'",
        "'s",
        "at 5 p.m. Mr x ",
        "____ ",
        "1. 2. ",
    ] {
        let text = unit.repeat((1 << 19) / unit.len());
        let sents = sentences(&text);
        assert!(!sents.is_empty());
        let found: usize = sents.iter().map(|s| words(s.slice(&text)).len()).sum();
        assert!(found > 0);
    }
}
