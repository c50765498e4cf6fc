//! Tests on scraped pages written for this purpose, with a verdict for every line.

use pressmark_core::SegmentKind;
use proptest::prelude::*;

use crate::block::{Block, Hints, Judged, Verdict};
use crate::clock::Clock;

const CORPUS: &str = include_str!("corpus.txt");

/// The blocks of a text, without a time limit.
pub(super) fn split(text: &str, markdown: bool) -> Vec<Block> {
    super::split(text, markdown, &Clock::default()).expect("there is no limit")
}

fn judge(blocks: &[Block], hints: &Hints<'_>) -> Judged {
    super::judge(blocks, hints, &Clock::default()).expect("there is no limit")
}

/// A page of the corpus, with inputs and expectations.
#[derive(Default)]
struct Page {
    name: &'static str,
    text: String,
    expected: Vec<char>,
    facts: Vec<(&'static str, &'static str)>,
}

impl Page {
    fn facts(&self, key: &str) -> impl Iterator<Item = &'static str> {
        self.facts.iter().filter(move |(k, _)| *k == key).map(|(_, v)| *v)
    }

    fn run(&self) -> (Vec<Block>, Judged) {
        let blocks = split(&self.text, self.facts("markdown").next().is_some());
        let hints = Hints { title: self.facts("hint").next(), ..Hints::default() };
        let judged = judge(&blocks, &hints);
        (blocks, judged)
    }
}

fn pages() -> Vec<Page> {
    let mut pages: Vec<Page> = Vec::new();
    for line in CORPUS.lines().skip_while(|l| !l.starts_with("===")) {
        if let Some(name) = line.strip_prefix("=== ") {
            pages.push(Page { name, ..Page::default() });
            continue;
        }
        let page = pages.last_mut().unwrap();
        if let Some((key, value)) = line.strip_prefix('@').and_then(|l| l.split_once(' ')) {
            page.facts.push((key, value));
        } else if let Some((verdict, text)) = line.split_once('|') {
            page.expected.extend(verdict.chars());
            page.text.push_str(text);
            page.text.push('\n');
        }
    }
    pages
}

fn letter(verdict: &Verdict) -> char {
    match verdict {
        Verdict::Keep { kind, .. } | Verdict::Drop { kind, .. } => match kind {
            SegmentKind::Title => 't',
            SegmentKind::Heading => 'h',
            SegmentKind::Body => 'b',
            SegmentKind::List => 'l',
            SegmentKind::Quote => 'q',
            SegmentKind::Caption => 'c',
            SegmentKind::Table => 'k',
            SegmentKind::Chrome => 'x',
            SegmentKind::Duplicate => 'd',
        },
    }
}

/// The block's text after its cuts.
fn after_cuts(block: &Block, verdict: &Verdict) -> String {
    let Verdict::Keep { cuts, .. } = verdict else { return String::new() };
    let mut text = String::new();
    let mut at = 0;
    for (cut, _) in cuts {
        text.push_str(&block.text[at..cut.start]);
        at = cut.end;
    }
    text + &block.text[at..]
}

#[test]
fn every_line_of_the_corpus() {
    let pages = pages();
    assert!(pages.len() >= 25);
    let mut wrong = Vec::new();
    for page in &pages {
        let (blocks, judged) = page.run();
        assert_eq!(blocks.len(), page.expected.len(), "{}: {blocks:#?}", page.name);
        for ((block, verdict), expected) in blocks.iter().zip(&judged.verdicts).zip(&page.expected) {
            if letter(verdict) != *expected {
                wrong.push(format!("{}: expected {expected}, got {verdict:?}: {}", page.name, block.text));
            }
        }
        let title = judged.verdicts.iter().position(|v| letter(v) == 't');
        assert_eq!(judged.title, title, "{}", page.name);
        for cut in page.facts("cut") {
            let found = blocks.iter().zip(&judged.verdicts).any(|(b, v)| after_cuts(b, v) == cut);
            if !found {
                wrong.push(format!("{}: no line reads {cut:?}", page.name));
            }
        }
        let mut expect = |key: &str, found: Option<&str>| {
            if let Some(fact) = page.facts(key).next().filter(|f| Some(*f) != found) {
                wrong.push(format!("{}: {key} should be {fact:?}, is {found:?}", page.name));
            }
        };
        expect("source", judged.credited_source.as_deref());
        expect("site", judged.site.as_deref());
        expect("published", judged.published.as_deref());
        let authors: Vec<&str> = page.facts("author").collect();
        if judged.authors != authors && !authors.is_empty() {
            wrong.push(format!("{}: authors should be {authors:?}, are {:?}", page.name, judged.authors));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Boilerplate around an article does not change what is kept.
#[test]
fn boilerplate_around_an_article_does_not_change_it() {
    let head = "Skip to content\nHome\nNews\nContact\n";
    let foot = "\nRelated Posts\nShare this:\nLeave a Reply\nYour email address will not be published.\n";
    for page in pages().iter().filter(|p| p.expected.iter().all(|e| !matches!(e, 'x'))) {
        if page.facts("markdown").next().is_some() {
            continue;
        }
        let kept = |text: &str| -> Vec<(char, String)> {
            let blocks = split(text, false);
            let judged = judge(&blocks, &Hints::default());
            let verdicts = judged.verdicts.iter().map(letter);
            verdicts.zip(blocks.into_iter().map(|b| b.text)).filter(|(v, _)| *v != 'x').collect()
        };
        assert_eq!(kept(&format!("{head}{}{foot}", page.text)), kept(&page.text), "{}", page.name);
    }
}

proptest! {
    #[test]
    fn verdicts_fit_any_text(text in "(\\PC|[ \n*#()|:.–]|Share|Related|By Jane Doe|\\(a\\.net\\) – ){0,80}", markdown: bool) {
        let blocks = split(&text, markdown);
        let judged = judge(&blocks, &Hints { title: Some("Share"), site: Some("a.net"), url: None, ..Hints::default() });
        prop_assert_eq!(judged.verdicts.len(), blocks.len());
        prop_assert!(judged.title.is_none_or(|t| letter(&judged.verdicts[t]) == 't'));
        for (block, verdict) in blocks.iter().zip(&judged.verdicts) {
            if let Verdict::Keep { cuts, .. } = verdict {
                let mut at = 0;
                for (cut, _) in cuts {
                    prop_assert!(cut.start >= at && cut.end > cut.start);
                    prop_assert!(block.text.get(cut.clone()).is_some());
                    at = cut.end;
                }
                prop_assert!(!after_cuts(block, verdict).trim().is_empty());
            }
        }
    }

    /// A text of plain paragraphs is kept whole, whatever its words.
    #[test]
    fn running_text_is_never_lost(texts in proptest::collection::vec("[A-Z][a-z]{2,8}( [a-z]{1,9}){9,30}\\.", 1..8)) {
        let blocks = split(&texts.join("\n\n"), false);
        let judged = judge(&blocks, &Hints::default());
        prop_assert!(judged.verdicts.iter().all(|v| letter(v) == 'b'));
    }
}
