//! Each rule applies to its example, and explanations give its name.

use pressmark_core::{Document, Entity, Explanation, Mention, SegmentKind, Span, Stage, Subject};
use pressmark_quote::{Options, QuoteFinder, rules};
use pressmark_tokenize::Splitter;

/// A document whose words in capitals are entities: Acme an organisation, Chad a country, the others people.
///
/// Lines that begin with `> ` are a block quotation.
fn document(example: &str) -> Document {
    let text = example.replace("\n>\n> ", "\n").replace("> ", "");
    let mut doc = Document::from_text("t", &*text);
    if example.starts_with("> ") {
        doc.segments.iter_mut().take(1).for_each(|segment| segment.kind = SegmentKind::Quote);
    }
    let text = &*text;
    Splitter.run(&mut doc).expect("the splitter never fails");
    let mut start = 0;
    let capitals = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_uppercase());
    let spans: Vec<Span> = doc.tokens.iter().map(|t| t.span).collect();
    while start < spans.len() {
        let run = spans[start..].iter().take_while(|s| capitals(s.slice(text))).count();
        if run > 0 {
            let span = Span::new(spans[start].start, spans[start + run - 1].end);
            let label = match span.slice(text) {
                "ACME" => "ORG",
                "CHAD" => "LOC",
                _ => "PERSON",
            };
            let name = span.slice(text).to_owned();
            let entity = doc.entities.iter().position(|e| e.name == name).unwrap_or_else(|| {
                let aliases = Vec::new();
                doc.entities.push(Entity { name, label: label.into(), aliases, mentions: 1, sentiment: None });
                doc.entities.len() - 1
            });
            doc.ents.push(Mention { span, label: label.into(), score: 1.0, entity: Some(entity) });
        }
        start += run.max(1);
    }
    doc
}

fn explanations(text: &str) -> (Document, Vec<Explanation>) {
    explained(document(text))
}

fn explained(mut doc: Document) -> (Document, Vec<Explanation>) {
    doc.explanations = Some(Vec::new());
    QuoteFinder::new(Options::default()).run(&mut doc).expect("the finder never fails");
    let explanations = doc.explanations.take().expect("asked for");
    (doc, explanations)
}

#[test]
fn each_rule_speaks_in_its_example_and_names_the_speaker() {
    let mut names: Vec<&str> = Vec::new();
    for rule in rules() {
        assert!(!names.contains(&rule.name), "two rules are called {}", rule.name);
        names.push(rule.name);
        let (doc, explanations) = explanations(rule.example);
        let said: Vec<(&str, &str)> = explanations
            .iter()
            .map(|e| {
                let Subject::Text(span) = e.subject else { panic!("{e} is about no place of the text") };
                let words = doc.quotes.iter().find(|q| q.span == span).map(|q| q.speaker_span);
                (&*e.rule, words.unwrap_or(Some(span)).map_or("", |s| doc.slice(s)))
            })
            .collect();
        assert!(said.contains(&(rule.name, rule.speaker)), "{}: {said:?}", rule.name);
    }
}

#[test]
fn an_explanation_tells_the_rule_its_numbers_and_what_it_decided() {
    let (doc, explanations) = explanations("According to ACME, sales fell. INES DUARTE said that it rained.");
    let lines: Vec<String> = explanations.iter().map(ToString::to_string).collect();
    assert_eq!(lines.len(), 2 * doc.quotes.len());
    assert_eq!(lines[1], "named-body: ACME");
    assert!(
        lines[2].starts_with("reported-behind-cue (cue_probability ") && lines[2].ends_with("): INES DUARTE"),
        "{lines:?}"
    );
    assert_eq!(lines[3], "named-person: INES DUARTE");
}

#[test]
fn nobody_asks_and_nothing_is_explained() {
    let mut doc = document("“The road is shut,” said INES DUARTE.");
    QuoteFinder::new(Options::default()).run(&mut doc).expect("the finder never fails");
    assert_eq!((doc.quotes.len(), doc.explanations), (1, None));
}

#[test]
fn what_is_refused_says_why() {
    let check = |text: &str, expected: &str| {
        let mut doc = document(text);
        doc.meta.language = Some("en".into());
        let (doc, explanations) = explained(doc);
        let refused = |e: &Explanation| match e.subject {
            Subject::Text(span) => format!("{} {}", e.rule, doc.slice(span)),
            _ => panic!("{e} is about no place of the text"),
        };
        let refusals: Vec<&Explanation> = explanations.iter().filter(|e| e.decision == "no quotation").collect();
        assert!(refusals.iter().map(|e| refused(e)).any(|r| r == expected), "{refusals:?}");
    };
    check("The “golden hour” came.", "nobody-beside-the-marks “golden hour”");
    check("ACME and PAUL KERN signed an agreement on the dam.", "unlikely-cue the dam");
    check("It was said that the dam was old.", "cue-without-speaker that the dam was old");
    check("Roads show that the dam was old. CHAD paid.", "subject-that-cannot-speak that the dam was old");
    // Marks that another step takes into a quotation are not rejected as well.
    let (doc, all) = explanations("INES DUARTE said, “we have three weeks” until the vote.");
    assert!(!doc.quotes.is_empty() && all.iter().all(|e| e.rule != "nobody-beside-the-marks"), "{all:?}");
    check("Q: Who said “no”?\n\nA: He did.\n\nQ: When?\n\nA: In May.", "within-a-turn-or-block “no”");
}
