//! Any text passes all stages with the bundled model, and `verify` accepts the result.
//!
//! A case is a folder of documents, so that the command starts twice per case instead of per document. `PROPTEST_CASES`
//! sets the number of cases.

use std::fs;

use crate::command::pressmark;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Text with fragments that some stage reacts to, mixed with arbitrary Unicode.
fn text() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "Mayor Ada Okoye said on Tuesday that the harbour of Port Alder was shut. ",
        "“We will open it,” she said. “When?” ",
        "according to the Ministry of Water, ",
        "U.S. Sen. J. R. Smith paid $3.5 million (about €3m) on March 3, 2024. ",
        "“Never closed. ",
        "\n\n",
        "\n",
        "\r\n",
        " ",
        "• ",
        "1. ",
        "# ",
        "**",
        "<p>",
        "</p>",
        "<b",
        "&amp;",
        "&#x1F600;",
        "Share on Facebook\n",
        "By Ada Nwosu\n",
        "© 2024 Alder Post\n",
        "\u{feff}",
        "\u{200b}",
        "\u{202e}",
        "\u{ad}",
        "\u{301}",
        "港は閉鎖された。",
        "ظل الميناء مغلقا. ",
        "👩‍👩‍👧",
        "\"",
        "’",
        "\u{fffd}",
        "\u{0}",
    ]);
    let any = prop_oneof![8 => known.prop_map(str::to_owned), 1 => "\\PC{0,12}", 1 => any::<String>()];
    prop::collection::vec(any, 0..30).prop_map(|pieces| pieces.concat())
}

fn document() -> impl Strategy<Value = (&'static str, Vec<u8>)> {
    let json = |text: String| (serde_json::json!({ "text": text, "id": 1 }).to_string() + "\n").into_bytes();
    let cell = |text: String| format!("title,text\n\"a\",\"{}\"\n", text.replace('"', "\"\"")).into_bytes();
    let wide =
        |text: String| [&b"\xFF\xFE"[..], &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat();
    prop_oneof![
        text().prop_map(|text| ("txt", text.into_bytes())),
        text().prop_map(|text| ("html", text.into_bytes())),
        text().prop_map(|text| ("md", text.into_bytes())),
        text().prop_map(move |text| ("jsonl", json(text))),
        text().prop_map(move |text| ("csv", cell(text))),
        text().prop_map(move |text| ("txt", wide(text))),
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_comes_in_what_comes_out_holds(documents in prop::collection::vec(document(), 1..60)) {
        let folder = tempfile::tempdir().expect("a folder");
        for (i, (extension, bytes)) in documents.iter().enumerate() {
            fs::write(folder.path().join(format!("{i:02}.{extension}")), bytes).expect("it can be written");
        }
        let lines = tempfile::NamedTempFile::new().expect("a file");
        let (inputs, lines) = (folder.path().to_str().expect("Unicode"), lines.path().to_str().expect("Unicode"));
        let run = pressmark(&["annotate", "-q", inputs, "-o", lines, "--target", "the harbour"]);
        prop_assert!(run.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&run.stderr));
        let verified = pressmark(&["verify", lines, "--inputs", inputs]);
        prop_assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
    }
}

/// Few cases, since each has up to 60 documents, and the same ones every time; an explicit `PROPTEST_CASES` gets random
/// ones.
fn config() -> ProptestConfig {
    let more = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let rng_seed = if more.is_some() { RngSeed::Random } else { RngSeed::Fixed(11) };
    ProptestConfig { cases: more.unwrap_or(4), rng_seed, max_shrink_iters: 200, ..ProptestConfig::default() }
}
