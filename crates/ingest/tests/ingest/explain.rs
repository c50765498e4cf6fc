//! What a document tells of why parts of its input were dropped.

use pressmark_core::{DropReason, Subject};
use pressmark_ingest::{Format, Options};

use super::{STORY, read_with};

/// The rule, the decision and the bytes of each explanation.
fn explained(format: Format, input: &str) -> Vec<(String, String, String)> {
    let doc = read_with(format, input, &Options { explain: true, ..Options::default() });
    let told = doc.explanations.unwrap().into_iter().map(|e| {
        let Subject::Raw(raw) = e.subject else { panic!("{:?} never became text", e.subject) };
        assert!(doc.segments.iter().any(|s| s.raw == raw && s.reason.is_some()), "{raw:?} is a segment");
        assert_eq!(e.numbers.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["words", "link_share"]);
        (e.rule.into_owned(), e.decision, input[raw].to_owned())
    });
    told.collect()
}

#[test]
fn a_dropped_line_names_the_rule_that_spoke() {
    let told = explained(Format::Text, &format!("{STORY}\n\nShare this article\n\n{}", STORY.lines().next().unwrap()));
    let rules: Vec<(&str, &str)> = told.iter().map(|(rule, _, words)| (rule.as_str(), words.as_str())).collect();
    assert_eq!(rules, [("lexicon-line", "Share this article"), ("said-before", STORY.lines().next().unwrap())]);
    assert!(told[0].1.contains(DropReason::ShareBar.sentence()), "{}", told[0].1);
}

#[test]
fn a_dropped_part_of_a_page_names_what_gave_it_away() {
    let paragraphs: String = STORY.split("\n\n").map(|p| format!("<p>{p}</p>")).collect();
    let page = format!(
        "<nav><a href=/>Home of the paper</a></nav><article><h1>Harbour shut</h1>{paragraphs}
         <figure><figcaption>The quay</figcaption></figure><p>Boats lay there all week, and nobody paid for them.</p></article>"
    );
    let told = explained(Format::Html, &page);
    let rules: Vec<(&str, &str)> = told.iter().map(|(rule, _, words)| (rule.as_str(), words.as_str())).collect();
    assert_eq!(rules, [("element-by-name", "Home of the paper"), ("short-caption", "The quay")]);
}

#[test]
fn nobody_who_does_not_ask_pays_for_explanations() {
    assert_eq!(read_with(Format::Text, STORY, &Options::default()).explanations, None);
}
