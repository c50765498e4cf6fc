//! Tables of short texts with the quotations a careful reader would mark, and properties over any text.

mod support;

use pressmark_core::{Entity, Mention, ProblemKind, Span, Stage};
use pressmark_quote::{Options, QuoteFinder};
use support::{ALL, DIRECT, check, document};

#[test]
fn speakers_before_after_and_in_the_middle() {
    let names = &[("Ines Duarte", "PERSON"), ("=Duarte", "PERSON")];
    let said = |content, cue, words| [(content, "direct", cue, words, "Ines Duarte")];
    check("“The road is shut,” Ines Duarte said.", names, DIRECT, &said("“The road is shut,”", "said", "Ines Duarte"));
    check(
        "“The road is shut,” said Ines Duarte on Monday.",
        names,
        DIRECT,
        &said("“The road is shut,”", "said", "Ines Duarte"),
    );
    check("Duarte told reporters: “The road is shut.”", names, DIRECT, &said("“The road is shut.”", "told", "Duarte"));
    check("\"Is it shut?\" asked Duarte.", names, DIRECT, &said("\"Is it shut?\"", "asked", "Duarte"));
    check(
        "“The road,” Duarte said, “will stay shut until spring.”",
        names,
        DIRECT,
        &[
            ("“The road,”", "direct", "said", "Duarte", "Ines Duarte"),
            ("“will stay shut until spring.”", "direct", "said", "Duarte", "Ines Duarte"),
        ],
    );
    check("“Is it shut?” Duarte asked.", names, DIRECT, &said("“Is it shut?”", "asked", "Duarte"));
    check(
        "“It is shut,” according to Ines Duarte, the mayor.",
        names,
        DIRECT,
        &said("“It is shut,”", "according to", "Ines Duarte, the mayor"),
    );
    check(
        "Ines Duarte, a lawyer from Porto, said in a statement, “We will appeal.”",
        names,
        DIRECT,
        &said("“We will appeal.”", "said", "Ines Duarte, a lawyer from Porto"),
    );
    check(
        "Duarte confirmed that talks went on, adding, “We are close.”",
        names,
        DIRECT,
        &said("“We are close.”", "adding", "Duarte"),
    );
}

#[test]
fn a_second_part_without_a_cue_has_the_same_speaker() {
    check(
        "“The road is shut,” Duarte said. “Our plan is to open it.”\n\nRain fell.",
        &[("Duarte", "PERSON")],
        DIRECT,
        &[
            ("“The road is shut,”", "direct", "said", "Duarte", "Duarte"),
            ("“Our plan is to open it.”", "direct", "-", "Duarte", "Duarte"),
        ],
    );
}

#[test]
fn pronouns_stand_for_the_person_last_spoken_of() {
    let names = &[("Ines Duarte", "PERSON"), ("=Duarte", "PERSON"), ("Paul Kern", "PERSON"), ("Acme", "ORG")];
    check(
        "Ines Duarte met Paul Kern of Acme.\n\n“It went well,” she said.",
        names,
        DIRECT,
        &[("“It went well,”", "direct", "said", "she", "Ines Duarte")],
    );
    check(
        "“We waited,” said Paul Kern.\n\nThe rain went on.\n\n“Nobody came,” he added.",
        names,
        DIRECT,
        &[
            ("“We waited,”", "direct", "said", "Paul Kern", "Paul Kern"),
            ("“Nobody came,”", "direct", "added", "he", "Paul Kern"),
        ],
    );
}

#[test]
fn those_who_speak_for_others() {
    let names = &[
        ("River Union", "ORG"),
        ("Ines Duarte", "PERSON"),
        ("=Duarte", "PERSON"),
        ("Tom Reis", "PERSON"),
        ("Chad", "LOC"),
    ];
    check(
        "“We fight on,” said a spokesman for the River Union (RU).",
        names,
        DIRECT,
        &[("“We fight on,”", "direct", "said", "a spokesman for the River Union (RU)", "River Union")],
    );
    check(
        "“She is well,” Duarte’s spokeswoman stated.",
        names,
        DIRECT,
        &[("“She is well,”", "direct", "stated", "Duarte’s spokeswoman", "-")],
    );
    check(
        "“She is well,” Duarte spokesman Tom Reis said.",
        names,
        DIRECT,
        &[("“She is well,”", "direct", "said", "Duarte spokesman Tom Reis", "Tom Reis")],
    );
    check(
        "“No troops crossed,” the government of Chad said.",
        names,
        DIRECT,
        &[("“No troops crossed,”", "direct", "said", "the government of Chad", "Chad")],
    );
}

#[test]
fn documents_speak_for_their_authors() {
    check(
        "In his letter to Ana Reis, Paul Kern praised the harbour. “Your port is a model,” the letter read. “Others will follow.”",
        &[("Ana Reis", "PERSON"), ("Paul Kern", "PERSON")],
        DIRECT,
        &[
            ("“Your port is a model,”", "direct", "read", "the letter", "Paul Kern"),
            ("“Others will follow.”", "direct", "-", "the letter", "Paul Kern"),
        ],
    );
}

#[test]
fn scare_quotes_and_titles_are_no_quotations() {
    for text in [
        "The “green wave” policy of the town has costs.",
        "She hosts the show “Early Risers” on Sundays.",
        "It is a so-called “ghost bike” near the bridge.",
        "Rita “Red” Olsen won the ’98 race in 5'10\" shoes.",
        "His novel, “A Year of Rain,” was a success.",
    ] {
        check(text, &[], DIRECT, &[]);
    }
}

#[test]
fn a_verbatim_part_makes_a_mixed_quotation() {
    let names = &[("City Hall", "ORG"), ("Duarte", "PERSON")];
    check(
        "City Hall called the bridge “a disgrace” without further comment.",
        names,
        ALL,
        &[("the bridge “a disgrace”", "mixed", "called", "City Hall", "City Hall")],
    );
    check(
        "Duarte said that the bridge was “a disgrace” to the town.",
        names,
        ALL,
        &[("that the bridge was “a disgrace” to the town", "mixed", "said", "Duarte", "Duarte")],
    );
}

#[test]
fn indirect_quotations() {
    let names = &[("Ines Duarte", "PERSON"), ("=Duarte", "PERSON"), ("Acme", "ORG")];
    let one = |content, cue, words, name| [(content, "indirect", cue, words, name)];
    check(
        "Duarte stressed that the talks must go on.",
        names,
        ALL,
        &one("that the talks must go on", "stressed", "Duarte", "Ines Duarte"),
    );
    check(
        "Acme said it would close two plants.",
        names,
        ALL,
        &one("it would close two plants", "said", "Acme", "Acme"),
    );
    check(
        "According to Acme, sales fell by a third.",
        names,
        ALL,
        &one("sales fell by a third", "According to", "Acme", "Acme"),
    );
    check("Sales fell by a third, Acme said.", names, ALL, &one("Sales fell by a third", "said", "Acme", "Acme"));
}

#[test]
fn french() {
    let names = &[("Claire Morin", "PERSON"), ("=Morin", "PERSON")];
    check(
        "« La route est fermée », a déclaré Claire Morin.",
        names,
        DIRECT,
        &[("« La route est fermée »", "direct", "a déclaré", "Claire Morin", "Claire Morin")],
    );
    check(
        "Claire Morin est venue lundi. « La route est fermée », dit-elle.",
        names,
        DIRECT,
        &[("« La route est fermée »", "direct", "dit", "elle", "Claire Morin")],
    );
    check(
        "Claire Morin a expliqué : « Nous attendons. »",
        names,
        DIRECT,
        &[("« Nous attendons. »", "direct", "a expliqué", "Claire Morin", "Claire Morin")],
    );
    let closed = |cue, words| [("« La route est fermée »", "direct", cue, words, "Claire Morin")];
    for (behind, cue, words) in [
        ("assure-t-elle", "assure", "elle"),
        ("regrette-t-elle", "regrette", "elle"),
        ("a-t-elle ajouté", "a-t-elle ajouté", "elle"),
        ("s’exclame-t-elle", "s’exclame", "elle"),
        ("s’est-elle étonnée", "s’est-elle étonnée", "elle"),
        ("s'est indignée Claire Morin", "s'est indignée", "Claire Morin"),
        ("s’étonne Claire Morin", "s’étonne", "Claire Morin"),
        ("se félicite Claire Morin", "se félicite", "Claire Morin"),
        ("a déclaré lundi Claire Morin", "a déclaré", "Claire Morin"),
        ("a lancé, hier encore, Claire Morin", "a lancé", "Claire Morin"),
    ] {
        let text = format!("Claire Morin est venue lundi. « La route est fermée », {behind}.");
        check(&text, names, DIRECT, &closed(cue, words));
    }
    check(
        "Claire Morin s’est indignée : « Nous attendons. »",
        names,
        DIRECT,
        &[("« Nous attendons. »", "direct", "s’est indignée", "Claire Morin", "Claire Morin")],
    );
    check(
        "Paul Kern est venu avec Claire Morin. « La route est fermée », selon lui.",
        &[("Paul Kern", "PERSON"), names[0]],
        DIRECT,
        &[("« La route est fermée »", "direct", "selon", "lui", "Paul Kern")],
    );
    // Without its pronoun the verb is none of speech: who is surprised does not speak.
    check("« La route fermée », étonne Claire Morin.", names, DIRECT, &[]);
}

#[test]
fn finding_or_making_a_thing_reports_nothing() {
    let names = &[("Ines Duarte", "PERSON"), ("=Duarte", "PERSON")];
    for text in [
        "Duarte found a crack in the bridge.",
        "Duarte built the town’s last lighthouse.",
        "Duarte created the harbour’s first choir.",
    ] {
        check(text, names, ALL, &[]);
    }
    check(
        "Duarte found that the bridge was cracked.",
        names,
        ALL,
        &[("that the bridge was cracked", "indirect", "found", "Duarte", "Ines Duarte")],
    );
    check(
        "The study found no link between salt and sleep.",
        names,
        ALL,
        &[("no link between salt and sleep", "indirect", "found", "The study", "-")],
    );
}

#[test]
fn a_clause_that_goes_on_behind_the_marks_is_reported_whole() {
    let names = &[("Ines Duarte", "PERSON"), ("=Duarte", "PERSON")];
    let one = |content, kind| [(content, kind, "said", "Duarte", "Ines Duarte")];
    let check = |text: &str, content, kind| check(text, names, ALL, &one(content, kind));
    check("Duarte said, “we have three weeks” until the vote.", "“we have three weeks” until the vote", "mixed");
    check("Duarte said “we have three weeks” on Monday.", "“we have three weeks”", "direct");
    check("Duarte said “we have three weeks.”", "“we have three weeks.”", "direct");
}

#[test]
fn the_subject_before_a_colon_is_that_of_the_clause_behind_the_last_quotation() {
    let names = &[("Ines Duarte", "PERSON"), ("=Duarte", "PERSON"), ("Paul Kern", "PERSON"), ("=Kern", "PERSON")];
    check(
        "Duarte was “the terror of the harbour”, and Kern lost his temper: “Nobody asked me about it.”",
        names,
        DIRECT,
        &[("“Nobody asked me about it.”", "direct", ":", "Kern", "Paul Kern")],
    );
}

#[test]
fn a_quotation_over_paragraphs_is_one_and_an_open_one_is_noted() {
    let text = "“It began in May.\n\n“It ended in June,” Duarte said.";
    check(
        text,
        &[("Duarte", "PERSON")],
        DIRECT,
        &[("“It began in May.\n\n“It ended in June,”", "direct", "said", "Duarte", "Duarte")],
    );

    let mut doc = document("Duarte said, “It began in May.\n\nRain fell.", &[("Duarte", "PERSON")]);
    QuoteFinder::new(Options::default()).run(&mut doc).expect("the stage never fails");
    assert_eq!(doc.slice(doc.quotes[0].span), "“It began in May.");
    assert!(!doc.quotes[0].closed);
    assert_eq!(doc.problems[0].kind, ProblemKind::UnclosedQuote);
}

#[test]
fn a_million_characters_of_marks_take_linear_time() {
    // No clock: with anything quadratic this would not finish.
    for unit in ["“", "\"", "‘a ", "'a' ", "« ", "“a,” he said. ", "he said “a ", "said ", "x said that "] {
        let mut doc = document(&unit.repeat(1_000_000 / unit.len() / 4), &[]);
        QuoteFinder::new(Options::default()).run(&mut doc).expect("the stage never fails");
    }
}

#[test]
fn a_mention_may_begin_before_the_phrase_that_names_the_speaker() {
    // An underflow: a mention at the very start of the text, whose first word is not part of the speaker's phrase.
    let text = "Yes Old Ana Reis told Acme “the road is shut,” she said. Reis said that it rained.";
    let words: Vec<usize> = text.match_indices(' ').map(|(i, _)| i).collect();
    for &end in &words {
        let mut doc = document(text, &[]);
        doc.entities.push(Entity {
            name: text[..end].into(),
            label: "PERSON".into(),
            aliases: Vec::new(),
            mentions: 1,
            sentiment: None,
        });
        doc.ents.push(Mention { span: Span::new(0, end), label: "PERSON".into(), score: 1.0, entity: Some(0) });
        QuoteFinder::new(Options::default()).run(&mut doc).expect("the finder never fails");
        assert!(!doc.quotes.is_empty(), "{end}");
    }
}

#[test]
fn what_stands_before_its_cue_is_reported_whatever_follows_the_cue() {
    let check = |text: &str, expected: &[(&str, &str)]| {
        let found = pressmark_quote::quotes_in(text, pressmark_lang::Language::of(Some("en")));
        let found: Vec<(&str, &str)> =
            found.iter().map(|q| (q.span.slice(text), q.speaker_span.map_or("-", |s| s.slice(text)))).collect();
        assert_eq!(found, expected, "{text}");
    };
    check(
        "The northern bridge will not open before June, Ines Duarte told reporters.",
        &[("The northern bridge will not open before June", "Ines Duarte")],
    );
    check(
        "The northern bridge will not open before June, Ines Duarte said at a meeting.",
        &[("The northern bridge will not open before June", "Ines Duarte")],
    );
    // A continuation behind the cue that cannot be a clause of the outlet's.
    check(
        "The outcome is hard to foresee, many farmers say, because nobody has tried it before.",
        &[("The outcome is hard to foresee", "many farmers"), ("because nobody has tried it before", "many farmers")],
    );
    check(
        "According to Paul Kern, who runs the harbour, the lock was never safe.",
        &[("the lock was never safe", "Paul Kern")],
    );
    check("Critics say the lock was never safe, and Ines Duarte agrees.", &[("the lock was never safe", "Critics")]);
    check("Ines Duarte said last week that the bridge would open.", &[("that the bridge would open", "Ines Duarte")]);
    check("Ines Duarte added, that the bridge would open.", &[("that the bridge would open", "Ines Duarte")]);
    check("Ines Duarte said during Monday's meeting that it would open.", &[("that it would open", "Ines Duarte")]);
}

#[test]
fn nobody_says_what_is_expected_or_sought_or_alleged_of_him() {
    let check = |text: &str| {
        let found = pressmark_quote::quotes_in(text, pressmark_lang::Language::of(Some("en")));
        let found: Vec<&str> = found.iter().map(|q| q.span.slice(text)).collect();
        assert!(found.is_empty(), "{text}: {found:?}");
    };
    check("In the coming weeks, results of the talks are not expected.");
    check("In the coming weeks, results of the talks are expected.");
    check("The town seeks help from the army against the flood.");
    check("The town tried to find the owner of the barge.");
    check("Investigators looked at the mayor's alleged gifts to the builder.");
}

#[test]
fn what_is_reported_ends_where_the_sentence_goes_on() {
    let names = &[("Ines Duarte", "PERSON"), ("=Duarte", "PERSON"), ("Paul Kern", "PERSON")];
    check(
        "Duarte’s claim that she never saw the letter surprised her friends.",
        names,
        ALL,
        &[("that she never saw the letter", "indirect", "claim", "Duarte", "Ines Duarte")],
    );
    check(
        "The clerk was accused of lying by the mayor, Ines Duarte, who said he “must go”.",
        names,
        ALL,
        &[
            ("lying", "indirect", "was accused of", "the mayor, Ines Duarte", "Ines Duarte"),
            ("he “must go”", "mixed", "said", "Ines Duarte", "Ines Duarte"),
        ],
    );
    check(
        "Nobody who knew her would say that, said Paul Kern.",
        names,
        ALL,
        &[("Nobody who knew her would say that", "indirect", "said", "Paul Kern", "Paul Kern")],
    );
    check(
        "The road is shut, according to its annual report.",
        names,
        ALL,
        &[("The road is shut", "indirect", "according to", "its annual report", "-")],
    );
}

#[test]
fn what_is_done_is_not_said() {
    let names = &[("Duarte", "PERSON")];
    check("Duarte had called the police on Sunday. Duarte wrote a letter to the town.", names, ALL, &[]);
    check(
        "Duarte, a farmer, called the plan 'a rock 'n' roll swindle'.",
        names,
        ALL,
        &[("the plan 'a rock 'n' roll swindle'", "mixed", "called", "Duarte, a farmer", "Duarte")],
    );
    check(
        "Talks led by Duarte highlighted a plan for a “military partnership”.",
        names,
        DIRECT,
        &[("a plan for a “military partnership”", "mixed", "highlighted", "Duarte", "Duarte")],
    );
}

#[test]
fn straight_marks_hold_curly_ones() {
    let names = &[("Duarte", "PERSON")];
    check(
        "\"The road was empty.\n\n“Go home,” Duarte said. “It is late.”",
        names,
        DIRECT,
        &[
            ("\"The road was empty.", "direct", "-", "-", "-"),
            ("“Go home,”", "direct", "said", "Duarte", "Duarte"),
            ("“It is late.”", "direct", "-", "Duarte", "Duarte"),
        ],
    );
}
