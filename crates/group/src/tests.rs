//! Stories of small groups, from records to rows.

use pressmark_core::QuoteKind;
use pressmark_jsonl::Record;
use pressmark_jsonl::story::{FactKind, NamingKind, Relation, Story};

use crate::fixture::record;
use crate::{Grouper, Options};

/// The story of documents that are forced into one group by a tiny threshold.
fn story(records: &[Record<'_>]) -> Story {
    let options = Options::default().with_threshold(0.001).expect("a threshold");
    let mut grouper = Grouper::new(options);
    records.iter().for_each(|record| grouper.add(record));
    let grouping = grouper.finish();
    assert_eq!(grouping.groups().len(), 1, "{:?}", grouping.groups());
    grouping.story(0, records, None).expect("no vectors are asked for")
}

const FERRY: &[(&str, &str)] =
    &[("Lena Moe|Moe", "PERSON"), ("Halden Harbour Board|Harbour Board", "ORG"), ("Halden", "LOC")];

fn ferry(id: &str, site: &str, published: &str, text: &str) -> Record<'static> {
    record(id, site, published, text, FERRY)
}

#[test]
fn numbers_that_cannot_both_be_right_contradict() {
    let a = ferry(
        "a",
        "Post",
        "2024-03-02",
        "Lena Moe of the Halden Harbour Board said the strike stranded 340 passengers at the ferry terminal overnight. The crews want higher wages.",
    );
    let b = ferry(
        "b",
        "Wire",
        "2024-03-02",
        "The ferry strike stranded 410 passengers overnight at the terminal, according to Lena Moe of the Halden Harbour Board. Nobody was hurt.",
    );
    let story = story(&[a, b]);
    let [fact] = &story.facts[..] else { panic!("{:?}", story.facts) };
    assert_eq!((fact.kind, fact.relation), (FactKind::Number, Relation::Contradict));
    assert_eq!((fact.a.words.text.as_str(), fact.b.words.text.as_str()), ("340 passengers", "410 passengers"));
    assert_eq!(fact.a.words.document, fact.a.sentence.document);
    assert!(fact.a.sentence.start <= fact.a.words.start && fact.a.words.end <= fact.a.sentence.end);
}

#[test]
fn a_vague_count_does_not_contradict_a_count() {
    let a = ferry(
        "a",
        "Post",
        "",
        "Lena Moe of the Halden Harbour Board said the strike stranded hundreds of passengers at the ferry terminal overnight.",
    );
    let b = ferry(
        "b",
        "Wire",
        "",
        "The ferry strike stranded 410 passengers overnight at the terminal, according to Lena Moe of the Halden Harbour Board.",
    );
    let story = story(&[a, b]);
    let [fact] = &story.facts[..] else { panic!("{:?}", story.facts) };
    assert_eq!(fact.relation, Relation::Finer);
    assert_eq!(fact.b.words.text, "410 passengers");
    assert!(fact.what.starts_with("passengers "), "{}", fact.what);
}

#[test]
fn a_value_that_both_give_somewhere_is_no_contradiction() {
    let a = ferry(
        "a",
        "Post",
        "",
        "Lena Moe of the Halden Harbour Board said the strike stranded 340 passengers at the ferry terminal overnight. Later the board counted 410 passengers.",
    );
    let b = ferry(
        "b",
        "Wire",
        "",
        "The ferry strike stranded 410 passengers overnight at the terminal, according to Lena Moe of the Halden Harbour Board.",
    );
    assert!(story(&[a, b]).facts.iter().all(|fact| fact.relation != Relation::Contradict));
}

#[test]
fn days_of_one_act_contradict_and_days_of_two_do_not() {
    let a = ferry(
        "a",
        "Post",
        "",
        "The Halden Harbour Board resigned on Monday after the ferry strike paralysed the terminal, its chair Lena Moe said.",
    );
    let b = ferry(
        "b",
        "Wire",
        "",
        "Chair Lena Moe said the Halden Harbour Board resigned on Tuesday after the ferry strike paralysed the terminal.",
    );
    let told = story(&[a.clone(), b]);
    assert!(
        told.facts.iter().any(|f| f.kind == FactKind::Date && f.relation == Relation::Contradict),
        "{:?}",
        told.facts
    );
    let c = ferry(
        "c",
        "Wire",
        "",
        "Chair Lena Moe said on Tuesday that the Halden Harbour Board had to go after the ferry strike paralysed the terminal.",
    );
    assert!(story(&[a, c]).facts.iter().all(|fact| fact.relation != Relation::Contradict));
}

#[test]
fn an_office_held_and_an_office_that_was_held_contradict() {
    let a = ferry(
        "a",
        "Post",
        "",
        "The strike goes on, said former Governor Lena Moe, who met the crews of the ferry at the terminal in Halden.",
    );
    let b = ferry(
        "b",
        "Wire",
        "",
        "Governor Lena Moe met the ferry crews at the terminal in Halden and said the strike goes on.",
    );
    let story = story(&[a, b]);
    let title = story.facts.iter().find(|fact| fact.kind == FactKind::Title).expect("a title");
    assert_eq!(title.relation, Relation::Contradict);
    assert_eq!(title.a.words.text, "former Governor Lena Moe");
}

#[test]
fn what_outlets_call_a_person_stands_side_by_side() {
    let a = ferry("a", "Post", "", "Lena Moe, a former captain of the ferry, spoke to the crews.");
    let b = ferry("b", "Wire", "", "The crews heard union leader Lena Moe at the terminal.");
    let story = story(&[a, b]);
    let [naming] = &story.namings[..] else { panic!("{:?}", story.namings) };
    let words: Vec<&str> = naming.versions.iter().map(|version| version.words.text.as_str()).collect();
    assert_eq!(words, ["a former captain of the ferry", "union leader"]);
    assert_eq!(naming.actor.as_ref(), story.actors.first().map(|actor| &actor.id));
}

#[test]
fn what_one_outlet_tells_alone_is_its_passage_of_new_words() {
    let shared = "Lena Moe of the Halden Harbour Board said the strike stranded 340 passengers at the ferry terminal.";
    let a = ferry(
        "a",
        "Post",
        "",
        &format!("{shared} Divers found a corroded valve beneath the engine of the oldest vessel."),
    );
    let b = ferry(
        "b",
        "Wire",
        "",
        "Some 340 passengers were stranded by the ferry strike, Lena Moe of the Harbour Board said in Halden.",
    );
    let story = story(&[a, b]);
    assert_eq!(story.only.iter().filter(|only| only.outlet == "Post").count(), 1, "{:?}", story.only);
    assert!(story.only[0].sentences.iter().any(|passage| passage.text.starts_with("Divers found")));
}

/// Paragraphs long enough to count as copied.
fn paragraphs(count: usize) -> Vec<String> {
    let subject = ["crew", "captain", "mayor", "pilot", "harbour", "union", "tourist"];
    let paragraph = |at: usize| {
        let subject = subject[at % subject.len()];
        format!(
            "The {subject} number {at} waited near pier {at} while the {subject} of the other boat argued about rule {at} and about nothing else that the {subject} cared for."
        )
    };
    (0..count).map(paragraph).collect()
}

#[test]
fn seven_paragraphs_with_one_cut_are_a_copy() {
    let whole = paragraphs(7);
    let mut cut = whole.clone();
    cut.remove(4);
    let a = ferry("a", "Wire", "2024-03-02", &whole.join("\n\n"));
    let b = ferry("b", "Post", "2024-03-03", &cut.join("\n\n"));
    // In either input order.
    for records in [[a.clone(), b.clone()], [b, a]] {
        let story = story(&records);
        let [copy] = &story.copies[..] else { panic!("{:?}", story.copies) };
        assert_eq!((copy.from.as_str(), copy.to.as_str(), copy.paragraphs.len()), ("a", "b", 6));
        assert_eq!((copy.share.value(), copy.order_is_known), (1.0, true));
        assert!((0.8..0.9).contains(&copy.share_of_source.value()));
        assert_eq!(story.documents[1].copy_of.as_deref(), Some("a"));
        for paragraph in &copy.paragraphs {
            assert_eq!(paragraph.from.text, paragraph.to.text);
        }
    }
}

#[test]
fn one_sentence_quoted_by_two_is_no_copy() {
    let quotation =
        "“We waited for eleven hours in the rain and nobody from the board told us a single word about the boats”";
    let text = |opening: &str| format!("{opening}\n\n{quotation}, she said.");
    let mut records = [
        ferry("a", "Wire", "", &text("A passenger spoke of the ferry strike.")),
        ferry("b", "Post", "", &text("The strike of the ferry made people angry.")),
    ];
    for record in &mut records {
        let start = record.text.chars().position(|c| c == '“').expect("it opens");
        let end = record.text.chars().position(|c| c == '”').expect("it closes") + 1;
        record.quotes.push(pressmark_jsonl::Quote {
            start,
            end,
            kind: QuoteKind::Direct,
            speaker: None,
            speaker_start: None,
            speaker_end: None,
            cue_start: None,
            cue_end: None,
            closed: true,
        });
    }
    assert!(story(&records).copies.is_empty());
}

#[test]
fn nobody_is_no_voice() {
    let mut records = [
        ferry("a", "Wire", "", "Residents say the ferry was late. Nobody in the port says why."),
        ferry("b", "Post", "", "The strike of the ferry made people angry."),
    ];
    records[0].meta.language = Some("en".into());
    for (content, speaker) in [((14, 32), (0, 9)), ((59, 62), (34, 52))] {
        records[0].quotes.push(pressmark_jsonl::Quote {
            start: content.0,
            end: content.1,
            kind: QuoteKind::Indirect,
            speaker: None,
            speaker_start: Some(speaker.0),
            speaker_end: Some(speaker.1),
            cue_start: None,
            cue_end: None,
            closed: true,
        });
    }
    let voices = story(&records).voices;
    assert_eq!(voices.iter().map(|voice| voice.speaker.as_str()).collect::<Vec<_>>(), ["Residents"]);
}

#[test]
fn documents_far_apart_in_time_are_two_stories() {
    let text =
        "The Halden Harbour Board resigned after the ferry strike paralysed the terminal, its chair Lena Moe said.";
    let group = |second: &str| {
        let mut grouper = Grouper::new(Options::default());
        grouper.add(&ferry("a", "Post", "2024-03-02", text));
        grouper.add(&ferry("b", "Wire", second, text));
        grouper.finish().groups().len()
    };
    assert_eq!((group("2024-03-03"), group("2024-06-03")), (1, 2));
}

#[test]
fn a_story_does_not_depend_on_the_order_of_its_documents() {
    let a = ferry(
        "a",
        "Post",
        "2024-03-02",
        "Lena Moe of the Halden Harbour Board said the strike stranded 340 passengers at the ferry terminal.",
    );
    let b = ferry(
        "b",
        "Wire",
        "2024-03-03",
        "The ferry strike stranded 410 passengers, Lena Moe of the Halden Harbour Board said.",
    );
    let c = ferry(
        "c",
        "Mail",
        "2024-03-04",
        "Crews of the ferry in Halden end their strike, said the Harbour Board and Lena Moe.",
    );
    let one = story(&[a.clone(), b.clone(), c.clone()]);
    assert_eq!(one, story(&[c, b, a]));
}

#[test]
fn an_armed_group_is_what_stands_behind_its_name() {
    let names: &[(&str, &str)] = &[("R19", "ORG"), ("Halden", "LOC")];
    let one = "Halden asked for help against the R19 rebels, a militia backed by Norland, that took the port.";
    let other = "Halden asked for help against the R19 fighters, who took the port. The R19 business is closed.";
    let (a, b) = (record("a", "Post", "", one, names), record("b", "Wire", "", other, names));
    let story = story(&[a, b]);
    let [naming] = &story.namings[..] else { panic!("{:?}", story.namings) };
    let words: Vec<&str> = naming.versions.iter().map(|version| version.words.text.as_str()).collect();
    assert_eq!((naming.kind, words), (NamingKind::Actor, vec!["a militia backed by Norland", "fighters"]));
}

#[test]
fn a_statement_that_two_outlets_quote_is_one_however_short() {
    let a = ferry(
        "a",
        "Post",
        "",
        "“We will bring back our ferries, our quays and our wages,” she said. Rain fell on Halden all week.",
    );
    let b = ferry(
        "b",
        "Wire",
        "",
        "The crews waited at the quay. “We will bring back our ferries, our quays and our wages.” Nobody came.",
    );
    let story = story(&[a, b]);
    let [aligned] = &story.aligned[..] else { panic!("{:?}", story.aligned) };
    assert!(aligned.a.text.contains("bring back") && aligned.b.text.contains("bring back"));
    assert!(aligned.score.value() > 0.9, "{:?}", aligned.score);
}

#[test]
fn sentences_are_aligned_by_a_word_that_no_other_has() {
    let a = ferry(
        "a",
        "Post",
        "",
        "Lena Moe spoke in Halden about the ferry. She called the timetable of Halden anachronistic and promised another one. \
         The crews of the ferry waited at the terminal in Halden.",
    );
    let b = ferry(
        "b",
        "Wire",
        "",
        "The ferry terminal in Halden stayed shut all week. The board of Halden itself considers its timetable anachronistic. \
         Nobody in Halden knew when the crews would return.",
    );
    let story = story(&[a, b]);
    let aligned = story.aligned.iter().map(|pair| (&pair.a.text, &pair.b.text)).collect::<Vec<_>>();
    assert!(aligned.iter().any(|(a, b)| a.contains("anachronistic") && b.contains("anachronistic")), "{aligned:?}");
}

/// The words of the action namings, in alphabetical order.
fn verbs(a: &str, b: &str) -> Vec<String> {
    let story = story(&[ferry("a", "Post", "", a), ferry("b", "Wire", "", b)]);
    let actions = story.namings.iter().filter(|naming| naming.kind == NamingKind::Action);
    let mut words: Vec<String> =
        actions.flat_map(|naming| &naming.versions).map(|version| version.words.text.clone()).collect();
    words.sort();
    words
}

#[test]
fn what_outlets_say_that_an_actor_did_stands_side_by_side() {
    let proposed = "Lena Moe has proposed a ferry deal with Norland to the crews on Monday.";
    assert_eq!(
        verbs(proposed, "On Monday Lena Moe (57) is seeking a ferry deal with Norland for the crews, who wait."),
        ["proposed a ferry deal with Norland to the crews", "seeking a ferry deal with Norland for the crews"]
    );
    let none: [String; 0] = [];
    // Same verb; an irregular form of it; a denial; another actor's act; another object; plain verbs of speech.
    assert_eq!(verbs(proposed, "Lena Moe proposes a ferry deal with Norland for the crews."), none);
    assert_eq!(
        verbs(
            "Lena Moe sought a ferry deal with Norland for the crews.",
            "Lena Moe seeks a ferry deal with Norland for the crews."
        ),
        none
    );
    assert_eq!(verbs(proposed, "Lena Moe never sought a ferry deal with Norland for the crews."), none);
    assert_eq!(verbs(proposed, "A friend of Lena Moe seeks a ferry deal with Norland for the crews."), none);
    assert_eq!(verbs(proposed, "Lena Moe left the room, and a ferry deal with Norland for the crews is far."), none);
    assert_eq!(
        verbs(
            "Lena Moe said a ferry deal with Norland would help the crews.",
            "Lena Moe told the crews a ferry deal with Norland would help."
        ),
        none
    );
}

#[test]
fn a_sum_is_held_against_the_one_that_is_closest_to_it() {
    let a = ferry(
        "a",
        "Post",
        "",
        "Lena Moe and her board gave nearly $15 million to the ferry charity of Halden last year.",
    );
    let b = ferry(
        "b",
        "Wire",
        "",
        "Lena Moe and her board gave $15 million to the ferry charity of Halden, and paid $13.6 million to the charity bank.",
    );
    let story = story(&[a, b]);
    let told: Vec<(&str, &str)> = story.facts.iter().map(|fact| (&*fact.a.words.text, &*fact.b.words.text)).collect();
    assert_eq!(told, [("nearly $15 million", "15 million")]);
}
