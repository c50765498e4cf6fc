//! Explanations of why parts of an input were dropped.

use pressmark_core::{DropReason, Segment, Subject};
use pressmark_ingest::{Format, Options};

use super::{STORY, read_with};

/// The rule, the decision and the bytes of each explanation.
fn explained(format: Format, input: &str) -> Vec<(String, String, String)> {
    let doc = read_with(format, input, &Options { explain: true, ..Options::default() });
    let told = doc.explanations.unwrap().into_iter().map(|e| {
        let Subject::Raw(raw) = e.subject else { panic!("{:?} never became text", e.subject) };
        let holds = |s: &Segment| s.reason.is_some() && s.raw.start <= raw.start && raw.end <= s.raw.end;
        assert!(doc.segments.iter().any(holds), "{raw:?} is dropped");
        let numbers = e.numbers.iter().map(|(name, number)| format!(" {name} {number:.2}"));
        (e.rule.into_owned() + &numbers.collect::<String>(), e.decision, input[raw].to_owned())
    });
    told.collect()
}

/// The same without the decision.
fn rules(told: &[(String, String, String)]) -> Vec<(&str, &str)> {
    told.iter().map(|(rule, _, words)| (rule.as_str(), words.as_str())).collect()
}

#[test]
fn a_dropped_line_names_the_rule_that_spoke() {
    let told = explained(Format::Text, &format!("{STORY}\n\nShare this article\n\n{}", STORY.lines().next().unwrap()));
    assert_eq!(rules(&told), [("lexicon-line", "Share this article"), ("said-before", STORY.lines().next().unwrap())]);
    assert!(told[0].1.contains(DropReason::ShareBar.sentence()), "{}", told[0].1);
}

#[test]
fn a_dropped_part_of_a_page_names_what_gave_it_away() {
    let paragraphs: String = STORY.split("\n\n").map(|p| format!("<p>{p}</p>")).collect();
    let page = format!(
        "<nav><a href=/>Home of the paper</a></nav><article><h1>Harbour shut</h1>{paragraphs}
         <p><a href=/1>More of the harbour</a></p>
         <figure><figcaption>The quay</figcaption></figure><p>Boats lay there all week, and nobody paid for them.</p></article>
         <aside><p>Sign up</p></aside><aside><p>Follow us</p></aside>"
    );
    assert_eq!(
        rules(&explained(Format::Html, &page)),
        [
            ("element-by-name", "Home of the paper"),
            ("line-of-links link_share 1.00 words 4.00", "More of the harbour"),
            ("short-caption words 2.00", "The quay"),
            ("element-by-name", "Sign up</p></aside><aside><p>Follow us"),
        ]
    );
}

#[test]
fn lines_that_their_neighbours_decide_on_name_their_points() {
    let menu = "Ferries\n\nBridges\n\nTides\n\nLocks\n\nCanals";
    let told = explained(Format::Text, &format!("{menu}\n\n{STORY}"));
    let menu = "neighbouring-lines points 0.60";
    // The last one is taken for the heading of what follows.
    assert_eq!(rules(&told), [(menu, "Ferries"), (menu, "Bridges"), (menu, "Tides"), (menu, "Locks")]);
}

#[test]
fn nobody_who_does_not_ask_pays_for_explanations() {
    assert_eq!(read_with(Format::Text, STORY, &Options::default()).explanations, None);
}
