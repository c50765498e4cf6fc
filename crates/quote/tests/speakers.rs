//! Speakers: agreement, offices, interruptions, lines and turns.

mod support;

use support::{ALL, DIRECT, check};

const NAMES: &[(&str, &str)] = &[
    ("Ines Duarte", "PERSON"),
    ("=Duarte", "PERSON"),
    ("Paul Kern", "PERSON"),
    ("=Kern", "PERSON"),
    ("Acme Rail", "ORG"),
    ("=Acme", "ORG"),
];

/// A direct quotation: content, cue, words that name the speaker, entity.
fn direct<'a>(
    content: &'a str,
    cue: &'a str,
    words: &'a str,
    name: &'a str,
) -> (&'a str, &'a str, &'a str, &'a str, &'a str) {
    (content, "direct", cue, words, name)
}

#[test]
fn he_and_she_are_two_people() {
    check(
        "Paul Kern met Ines Duarte on Monday.\n\n“It went well,” he said.\n\n“We agreed on all of it,” she said.\n\n\
         “We meet again in May,” she added.",
        NAMES,
        DIRECT,
        &[
            direct("“It went well,”", "said", "he", "Paul Kern"),
            direct("“We agreed on all of it,”", "said", "she", "Ines Duarte"),
            direct("“We meet again in May,”", "added", "she", "Ines Duarte"),
        ],
    );
    // No first name shows the gender: later pronouns use what an earlier one established.
    let names = &[("Tolk", "PERSON"), ("Mr. Varga", "PERSON"), ("=Varga", "PERSON")];
    check(
        "Mr. Varga faced Tolk in court.\n\n“I never saw the letter,” she said.",
        names,
        DIRECT,
        &[direct("“I never saw the letter,”", "said", "she", "Tolk")],
    );
}

#[test]
fn offices_stand_for_those_who_hold_them() {
    check(
        "Harbour master Paul Kern met Ines Duarte, the mayor of the town.\n\n“The quay is safe,” the harbour master said.\n\n\
         “We shall see,” the mayor replied.",
        NAMES,
        DIRECT,
        &[
            direct("“The quay is safe,”", "said", "the harbour master", "Paul Kern"),
            direct("“We shall see,”", "replied", "the mayor", "Ines Duarte"),
        ],
    );
    check(
        "Acme Rail closed two lines in June. “We regret it,” the company said.",
        NAMES,
        DIRECT,
        &[direct("“We regret it,”", "said", "the company", "Acme Rail")],
    );
    check(
        "Ines Duarte and Paul Kern have two children. “We are proud,” the father said.",
        NAMES,
        DIRECT,
        &[direct("“We are proud,”", "said", "the father", "Paul Kern")],
    );
}

#[test]
fn an_office_is_told_apart_by_the_words_before_its_noun() {
    let names = &[("Rita Voss", "PERSON"), ("Emil Hart", "PERSON"), ("Noa Lind", "PERSON"), ("French", "NORP")];
    let says = |text: &str, words: &str, name: &str| {
        check(
            &format!("{text}\n\n“It holds,” {words} said."),
            names,
            DIRECT,
            &[direct("“It holds,”", "said", words, name)],
        );
    };
    let ministers = "Transport Minister Rita Voss met Interior Minister Emil Hart on Monday.";
    says(ministers, "the transport minister", "Rita Voss");
    says(ministers, "the interior minister", "Emil Hart");
    says(ministers, "the minister of the interior", "Emil Hart");
    // Without a word that tells them apart, the one named last; a third ministry is nobody's here.
    says(ministers, "the minister", "Emil Hart");
    says(ministers, "the labour minister", "-");
    let council = "Mayor Rita Voss came with Deputy Mayor Emil Hart.";
    says(council, "the mayor", "Rita Voss");
    says(council, "the deputy mayor", "Emil Hart");
    says("Mayor Rita Voss came.", "the deputy mayor", "-");
    says("French president Rita Voss and Danish president Emil Hart came.", "the French president", "Rita Voss");
    says("Former governor Rita Voss and Governor Emil Hart came.", "the former governor", "Rita Voss");
    says("Rita Voss, mayor of Lowmoor, met former mayor Emil Hart.", "the mayor", "Rita Voss");
    says("Head coach Rita Voss and assistant coach Emil Hart came.", "the head coach", "Rita Voss");
    says(
        "Rita Voss, the transport minister, met Emil Hart, minister of justice.",
        "the transport minister",
        "Rita Voss",
    );
}

#[test]
fn an_office_is_said_around_the_name() {
    let names = &[("Rita Voss", "PERSON"), ("Emil Hart", "PERSON"), ("Acme Rail", "ORG")];
    let says = |text: &str, words: &str, name: &str| {
        check(
            &format!("{text}\n\n“It holds,” {words} said."),
            names,
            DIRECT,
            &[direct("“It holds,”", "said", words, name)],
        );
    };
    for text in [
        "The mayor of Lowmoor, Rita Voss, came.",
        "The town’s mayor, Rita Voss, came.",
        "As mayor of Lowmoor, Rita Voss came.",
        "Rita Voss, 61, mayor of Lowmoor, came.",
        "Rita Voss (the mayor) came.",
        "Rita Voss, who is mayor of Lowmoor, came.",
        "Rita Voss is the mayor of Lowmoor.",
        "Rita Voss was elected mayor of Lowmoor.",
        "Rita Voss became mayor in May.",
        "Rita Voss serves as mayor.",
    ] {
        says(text, "the mayor", "Rita Voss");
    }
    for text in [
        "Rita Voss is not the mayor of Lowmoor.",
        "Rita Voss met the mayor of Lowmoor.",
        "Rita Voss will meet the mayor of Lowmoor.",
        "Rita Voss named Emil Hart as mayor of Lowmoor.",
        "Rita Voss, the mayor’s daughter, came.",
        "Rita Voss’s mayor came.",
        "The day before the mayor came, Rita Voss left.",
        "In the town of the mayor, Rita Voss left.",
    ] {
        says(text, "the mayor", "-");
    }
    says("Rita Voss was named chair of Acme Rail.", "the chair", "Rita Voss");
    says("Rita Voss told police in Lowmoor.", "the police", "-");
    says("Rita Voss left office in May.", "the office", "-");
    says("Rita Voss, 61, is chair.", "the 61-year-old", "Rita Voss");
    // A body does not belong to the name behind it.
    says("Acme Rail grew. The company, Rita Voss, is strong.", "the company", "Acme Rail");
}

#[test]
fn french_offices_are_told_apart_as_well() {
    let names = &[("Claire Morin", "PERSON"), ("Luc Bayle", "PERSON")];
    let says = |text: &str, words: &str, name: &str| {
        let text = format!("{text}\n\n« Le pont tient », a déclaré {words}.");
        let mut doc = support::document(&text, names);
        doc.meta.language = Some("fr".into());
        support::check_document(doc, DIRECT, &[direct("« Le pont tient »", "a déclaré", words, name)]);
    };
    let ministers = "Le ministre des Finances, Luc Bayle, et la ministre de la Culture, Claire Morin, sont venus.";
    says(ministers, "le ministre des Finances", "Luc Bayle");
    says(ministers, "la ministre de la Culture", "Claire Morin");
    says(ministers, "le ministre du Travail", "-");
    let mayors = "Le maire du bourg, Luc Bayle, et l’ancien maire, Claire Morin, sont venus.";
    says(mayors, "le maire", "Luc Bayle");
    says(mayors, "l’ancien maire", "Claire Morin");
    says("Claire Morin, 44 ans, est maire de Lanvec.", "la maire", "Claire Morin");
    says("Claire Morin a vu le maire de Lanvec.", "le maire", "-");
}

#[test]
fn a_spouse_tells_the_gender_of_both() {
    let names = &[("Robin Hale", "PERSON"), ("Kim Hale", "PERSON"), ("Paul Kern", "PERSON")];
    let pair = |text: &str, she: &str, he: &str| {
        check(
            &format!("{text}\n\n“We saw it,” she said.\n\n“We did,” he said."),
            names,
            DIRECT,
            &[direct("“We saw it,”", "said", "she", she), direct("“We did,”", "said", "he", he)],
        );
    };
    pair("Robin Hale and his wife, Kim Hale, came.", "Kim Hale", "Robin Hale");
    pair("Robin Hale met her older brother, Kim Hale.", "Robin Hale", "Kim Hale");
    pair("Robin Hale came with her husband Kim Hale.", "Robin Hale", "Kim Hale");
    // One known to agree comes before one who may; of those who may, the subject.
    let he = |text: &str, name: &str| {
        check(&format!("{text}\n\n“We did,” he said."), names, DIRECT, &[direct("“We did,”", "said", "he", name)]);
    };
    he("Robin Hale met Paul Kern.", "Paul Kern");
    he("Robin Hale met Kim Hale.", "Robin Hale");
}

#[test]
fn french_sets_the_attribution_into_the_marks() {
    let names = &[("Claire Morin", "PERSON"), ("Luc Bayle", "PERSON")];
    let says = |text: &str, content: &str, cue: &str, words: &str, name: &str| {
        let mut doc = support::document(text, names);
        doc.meta.language = Some("fr".into());
        support::check_document(doc, DIRECT, &[direct(content, cue, words, name)]);
    };
    for (cue, inner) in [
        ("a déclaré", "« Le pont est trop vieux, a déclaré Claire Morin. Il faut le fermer. »"),
        ("explique", "« Le pont, explique Claire Morin, est trop vieux pour nos camions. »"),
        ("s’étonne", "« Qui paiera ? s’étonne Claire Morin. Nous n’avons rien. »"),
        ("rétorque", "« Nous n’avons rien, rétorque Claire Morin, maire de Lanvec. »"),
    ] {
        let text = format!("Luc Bayle a quitté la salle lundi. {inner}");
        let words = if inner.contains("maire") { "Claire Morin, maire de Lanvec" } else { "Claire Morin" };
        says(&text, inner, cue, words, "Claire Morin");
    }
    // What is said without a break, within other marks or by nobody in particular is no attribution.
    for inner in [
        "« Nous sommes venus et Luc Bayle a dit non. »",
        "« Le pont est, dit-on, trop vieux pour nos camions. »",
        "« Nos voisins, disent nos enfants et nous aussi, ont raison. »",
        "“Nous sommes venus, a dit Luc Bayle, pour le pont.”",
    ] {
        let mut doc = support::document(inner, names);
        doc.meta.language = Some("fr".into());
        support::check_document(doc, DIRECT, &[direct(inner, "-", "-", "-")]);
    }
    says("« Nous n’avons rien », riposte Luc Bayle.", "« Nous n’avons rien »", "riposte", "Luc Bayle", "Luc Bayle");
}

#[test]
fn the_subject_speaks_and_not_the_nearest_name() {
    check(
        "Acme Rail sued Ines Duarte, saying, “She broke her contract with us.”",
        NAMES,
        DIRECT,
        &[direct("“She broke her contract with us.”", "saying", "Acme Rail", "Acme Rail")],
    );
    check(
        "Duarte lashed out at Paul Kern on Friday, calling him “a coward and a liar.”",
        NAMES,
        DIRECT,
        &[("him “a coward and a liar.”", "mixed", "calling", "Duarte", "Ines Duarte")],
    );
    check(
        "The paper quoted Paul Kern, a retired pilot, as saying “the runway is too short.”",
        NAMES,
        DIRECT,
        &[direct("“the runway is too short.”", "saying", "Paul Kern, a retired pilot", "Paul Kern")],
    );
    check(
        "The report’s author, river engineer Paul Kern, said, “The dam will hold.”",
        NAMES,
        DIRECT,
        &[direct("“The dam will hold.”", "said", "The report’s author, river engineer Paul Kern", "Paul Kern")],
    );
}

#[test]
fn an_attribution_between_two_parts_is_that_of_both() {
    check(
        "'We'll open the gates,' said the town's engineer, Paul Kern, 'and we won't wait 'til spring.'",
        NAMES,
        DIRECT,
        &[
            direct("'We'll open the gates,'", "said", "the town's engineer, Paul Kern", "Paul Kern"),
            direct("'and we won't wait 'til spring.'", "said", "the town's engineer, Paul Kern", "Paul Kern"),
        ],
    );
}

#[test]
fn lines_below_and_before_name_the_speaker() {
    check(
        "“Nobody in this town knows the river better than she does.” – Paul Kern, harbour master\n\nRain fell.",
        NAMES,
        DIRECT,
        &[direct(
            "“Nobody in this town knows the river better than she does.”",
            "-",
            "Paul Kern, harbour master",
            "Paul Kern",
        )],
    );
    check(
        "“Nobody in this town knows the river better than she does.”\n\nPaul Kern, harbour master\n\nRain fell.",
        NAMES,
        DIRECT,
        &[direct(
            "“Nobody in this town knows the river better than she does.”",
            "-",
            "Paul Kern, harbour master",
            "Paul Kern",
        )],
    );
    check(
        "And from chief engineer Ines Duarte:\n\n“She found the leak in one night.”",
        NAMES,
        DIRECT,
        &[direct("“She found the leak in one night.”", ":", "chief engineer Ines Duarte", "Ines Duarte")],
    );
}

#[test]
fn who_acts_before_a_quotation_speaks_it() {
    check(
        "Asked about the leak, Paul Kern shrugged. “It happens to every dam sooner or later.”\n\nDuarte took the floor. \
         “We all know that.”",
        NAMES,
        DIRECT,
        &[
            direct("“It happens to every dam sooner or later.”", "-", "Paul Kern", "Paul Kern"),
            direct("“We all know that.”", "-", "Duarte", "Ines Duarte"),
        ],
    );
}

#[test]
fn a_line_end_inside_of_a_quotation_does_not_hide_it() {
    for end in ["\n", "\r\n"] {
        let text = "“We thank the crews, who worked through a winter{E}without one day of rest, and we thank the{E}town,” \
                    Kern said. He then left.";
        let text = text.replace("{E}", end);
        let content = &text[..text.find(" Kern").expect("is there")];
        check(&text, NAMES, DIRECT, &[direct(content, "said", "Kern", "Paul Kern")]);
    }
}

#[test]
fn turns_of_transcripts_and_interviews_are_speech() {
    let names = &[("INES DUARTE", "PERSON"), ("=DUARTE", "PERSON"), ("PAUL KERN", "PERSON")];
    check(
        "INES DUARTE, HOST: Good evening. Is the dam safe?\n\nPAUL KERN (via phone): It is.\n\nWe “tested” it twice.\n\n\
         DUARTE: Thank you.",
        names,
        ALL,
        &[
            direct("Good evening. Is the dam safe?", ":", "INES DUARTE", "INES DUARTE"),
            direct("It is.\n\nWe “tested” it twice.", ":", "PAUL KERN", "PAUL KERN"),
            direct("Thank you.", ":", "DUARTE", "INES DUARTE"),
        ],
    );
    check(
        "Q: Is the dam safe?\n\nA: It is.",
        &[],
        ALL,
        &[direct("Is the dam safe?", ":", "Q", "-"), direct("It is.", ":", "A", "-")],
    );
    // A single label heads a note, and a list of places is not a conversation.
    check("NOTE: The dam is safe.\n\nRain fell.", &[], ALL, &[]);
}

#[test]
fn nothing_is_said_beyond_what_was_read() {
    let mut doc = support::document("Q: Is the dam safe?\n\nA: It is.\n\nQ: Since when?\n\nA: Since May.", &[]);
    doc.sents.truncate(2);
    support::check_document(doc, ALL, &[direct("Is the dam safe?", ":", "Q", "-"), direct("It is.", ":", "A", "-")]);
}

#[test]
fn titles_nicknames_and_measures_stand_in_marks_and_are_not_said() {
    for text in [
        "Her novel “The Lock Keeper” won the “Best First Work” prize.",
        "Rita “Red” Olsen, 6'2\" tall, rowed the “Grey Lady” home.",
        "The villagers' boats and the farmers' carts met in the summer of '76.",
    ] {
        check(text, NAMES, DIRECT, &[]);
    }
}

#[test]
fn marks_of_other_languages_are_read_in_an_english_text() {
    check(
        "„Wir warten auf den Regen“, Kern said. « Nous aussi », Duarte replied.",
        NAMES,
        DIRECT,
        &[
            direct("„Wir warten auf den Regen“", "said", "Kern", "Paul Kern"),
            direct("« Nous aussi »", "replied", "Duarte", "Ines Duarte"),
        ],
    );
}

#[test]
fn reports_that_cue_and_speaker_interrupt_have_two_parts() {
    let indirect = |content, cue, words, name| (content, "indirect", cue, words, name);
    check(
        "Ten years ago, Kern said, the dam kept the valley dry.",
        NAMES,
        ALL,
        &[
            indirect("Ten years ago", "said", "Kern", "Paul Kern"),
            indirect("the dam kept the valley dry", "said", "Kern", "Paul Kern"),
        ],
    );
    check(
        "As Duarte noted, the dam is old.",
        NAMES,
        ALL,
        &[indirect("the dam is old", "noted", "Duarte", "Ines Duarte")],
    );
    check(
        "When Kern said that the dam was old, nobody listened.",
        NAMES,
        ALL,
        &[indirect("that the dam was old", "said", "Kern", "Paul Kern")],
    );
    check("History shows Acme that old dams fail.", NAMES, ALL, &[]);
    check("Acme has shown a growing interest in the dam.", NAMES, ALL, &[]);
    check("Acme and Paul Kern signed an agreement on the dam.", NAMES, ALL, &[]);
    check("Duarte spoke to the crowd that night.", NAMES, ALL, &[]);
    check(
        "Duarte explained to the crews that the dam was old.",
        NAMES,
        ALL,
        &[indirect("that the dam was old", "explained", "Duarte", "Ines Duarte")],
    );
}

#[test]
fn the_subject_of_a_report_is_found_across_what_stands_between() {
    let reports = |text, content, cue, words, name| check(text, NAMES, ALL, &[(content, "indirect", cue, words, name)]);
    // A relative clause without commas, a name behind a noun and a comma, a participle, an adverb that no list has.
    reports(
        "Reporters who met Acme Rail said that the quay was full.",
        "that the quay was full",
        "said",
        "Reporters",
        "-",
    );
    reports(
        "Paul Kern, a harbour pilot, said boats collide there every year.",
        "boats collide there every year",
        "said",
        "Paul Kern, a harbour pilot",
        "Paul Kern",
    );
    reports(
        "Ines Duarte has long argued that the dam is old.",
        "that the dam is old",
        "has long argued",
        "Ines Duarte",
        "Ines Duarte",
    );
    // The infinitive's subject is that of the verb before it.
    reports(
        "Kern has no boat, but Ines Duarte is expected to argue that the quay is full.",
        "that the quay is full",
        "to argue",
        "Ines Duarte",
        "Ines Duarte",
    );
    // A dateline is neither a subject nor part of the content.
    reports(
        "PORTO, May 2 (AP) — The dam is nearly full, Ines Duarte said.",
        "The dam is nearly full",
        "said",
        "Ines Duarte",
        "Ines Duarte",
    );
    reports("The dam is old, as Kern noted.", "The dam is old", "noted", "Kern", "Paul Kern");
    // Shares of the respondents.
    reports(
        "Twenty-four percent said they were afraid of the dam.",
        "they were afraid of the dam",
        "said",
        "Twenty-four percent",
        "-",
    );
}

#[test]
fn fragments_in_marks_have_the_speaker_beside_them() {
    // A long quotation before a name is not a nickname; a speaker need not be a known entity.
    check(
        "He was a “careful master and loved by all of his crew,” Tolk said in a letter.",
        NAMES,
        ALL,
        &[("He was a “careful master and loved by all of his crew,”", "mixed", "said", "Tolk", "-")],
    );
    check(
        "Still, Kern conceded, “the whole of the quay” may sink.",
        NAMES,
        ALL,
        &[("“the whole of the quay” may sink", "mixed", "conceded", "Kern", "Paul Kern")],
    );
    check(
        "“He never missed a tide,” a friend, Ines Duarte told the paper.",
        NAMES,
        DIRECT,
        &[direct("“He never missed a tide,”", "told", "a friend, Ines Duarte", "Ines Duarte")],
    );
}

#[test]
fn a_language_without_counts_reports_what_its_verbs_of_speech_say() {
    let names = &[("Claire Morin", "PERSON"), ("=Morin", "PERSON")];
    let indirect = |content, cue| [(content, "indirect", cue, "Claire Morin", "Claire Morin")];
    let mut doc = support::document("Claire Morin a déclaré que la route était fermée.", names);
    doc.meta.language = Some("fr".into());
    support::check_document(doc, ALL, &indirect("que la route était fermée", "a déclaré"));
    let mut doc = support::document("Selon Claire Morin, la route est fermée.", names);
    doc.meta.language = Some("fr".into());
    support::check_document(doc, ALL, &indirect("la route est fermée", "Selon"));
}

#[test]
fn a_quotation_goes_on_with_who_spoke_last_in_the_text() {
    // A report in the sentence precedes the quotation's own attribution.
    check(
        "Paul Kern said he doubted the plan. “Not now,” Duarte said. “Not ever.”",
        NAMES,
        DIRECT,
        &[direct("“Not now,”", "said", "Duarte", "Ines Duarte"), direct("“Not ever.”", "-", "Duarte", "Ines Duarte")],
    );
    check(
        "“When the ice breaks it won't hold,” Duarte warned, and Kern thought it would hold. “It never has.”",
        NAMES,
        &[pressmark_core::QuoteKind::Direct],
        &[
            direct("“When the ice breaks it won't hold,”", "warned", "Duarte", "Ines Duarte"),
            direct("“It never has.”", "-", "Kern", "Paul Kern"),
        ],
    );
}

#[test]
fn the_subject_is_found_beside_infinitives_participles_and_dates() {
    check(
        "Ines Duarte was prompted to say, “The road is shut.”",
        NAMES,
        DIRECT,
        &[direct("“The road is shut.”", "to say", "Ines Duarte", "Ines Duarte")],
    );
    check(
        "Eight years ago, Ines Duarte left the board and said, “The road is shut.”",
        NAMES,
        DIRECT,
        &[direct("“The road is shut.”", "said", "Ines Duarte", "Ines Duarte")],
    );
    check(
        "But, said Ines Duarte, “the road is shut and nobody told us.”",
        NAMES,
        DIRECT,
        &[direct("“the road is shut and nobody told us.”", "said", "Ines Duarte", "Ines Duarte")],
    );
    check(
        "The town is split over the road, with Paul Kern telling reporters that it was unsafe.",
        NAMES,
        ALL,
        &[("that it was unsafe", "indirect", "telling", "Paul Kern", "Paul Kern")],
    );
}

#[test]
fn a_dashed_line_of_one_name_and_a_full_stop_is_a_signature() {
    check(
        "“The road is shut, and nobody told us about it.”\n\n- Duarte.\n\nThe council meets in May.",
        NAMES,
        DIRECT,
        &[direct("“The road is shut, and nobody told us about it.”", "-", "Duarte", "Ines Duarte")],
    );
}

#[test]
fn a_crowd_does_not_speak_for_itself() {
    check(
        "Several hundred people marched on Sunday, most of them farmers. “We want our pay and nothing else from them.”",
        NAMES,
        DIRECT,
        &[direct("“We want our pay and nothing else from them.”", "-", "-", "-")],
    );
}

#[test]
fn answers_are_those_of_the_person_whom_the_introduction_names() {
    check(
        "Ines Duarte runs the harbour.\n\nQ: Is the quay safe?\n\nA: It is, for now.",
        NAMES,
        DIRECT,
        &[direct("Is the quay safe?", ":", "Q", "-"), direct("It is, for now.", ":", "A", "Ines Duarte")],
    );
    // Two people were named: whose answer it is, is unknown.
    check(
        "Ines Duarte and Paul Kern run the harbour.\n\nQ: Is the quay safe?\n\nA: It is, for now.",
        NAMES,
        DIRECT,
        &[direct("Is the quay safe?", ":", "Q", "-"), direct("It is, for now.", ":", "A", "-")],
    );
}

#[test]
fn who_asks_in_an_interview_is_no_person() {
    check(
        "Herald: Is the quay safe?\n\nDuarte: It is.\n\nHerald: For how long?\n\nDuarte: Until May.",
        NAMES,
        DIRECT,
        &[
            direct("Is the quay safe?", ":", "Herald", "-"),
            direct("It is.", ":", "Duarte", "Ines Duarte"),
            direct("For how long?", ":", "Herald", "-"),
            direct("Until May.", ":", "Duarte", "Ines Duarte"),
        ],
    );
    check("Duarte: It is.\n\nNote: The quay is old.\n\nWeather: Rain.", NAMES, DIRECT, &[]);
}

#[test]
fn a_question_is_answered_by_somebody_else() {
    check(
        "“Is the quay safe?” Duarte asked.\n\n“It is.”\n\n“Then open it,” she said.",
        NAMES,
        DIRECT,
        &[
            direct("“Is the quay safe?”", "asked", "Duarte", "Ines Duarte"),
            direct("“It is.”", "-", "-", "-"),
            direct("“Then open it,”", "said", "she", "Ines Duarte"),
        ],
    );
}

#[test]
fn a_heading_below_a_quotation_is_not_its_source() {
    check(
        "“The quay is safe,” Duarte said. “We looked at every stone of it.”\n\nA Long Winter\n\nIt froze.",
        NAMES,
        DIRECT,
        &[
            direct("“The quay is safe,”", "said", "Duarte", "Ines Duarte"),
            direct("“We looked at every stone of it.”", "-", "Duarte", "Ines Duarte"),
        ],
    );
}

#[test]
fn lines_that_end_with_a_name_are_a_list() {
    check(
        "“The quay is not safe, and everybody who has ever moored a boat at it in a storm from the west knows it as well as I \
         do, whatever the office says.” – Ines Duarte\n“It is a fine quay, and it was a fine quay when my father built the \
         better half of it in the year of the great flood.” – Paul Kern\n“No.” – Ines Duarte",
        NAMES,
        DIRECT,
        &[
            direct(
                "“The quay is not safe, and everybody who has ever moored a boat at it in a storm from the west knows it as \
                 well as I do, whatever the office says.”",
                "-",
                "Ines Duarte",
                "Ines Duarte",
            ),
            direct(
                "“It is a fine quay, and it was a fine quay when my father built the better half of it in the year of the \
                 great flood.”",
                "-",
                "Paul Kern",
                "Paul Kern",
            ),
            direct("“No.”", "-", "Ines Duarte", "Ines Duarte"),
        ],
    );
}

#[test]
fn their_own_nouns_and_deputies_speak() {
    check(
        "“It is safe,” added her deputy, Paul Kern.",
        NAMES,
        DIRECT,
        &[direct("“It is safe,”", "added", "her deputy, Paul Kern", "Paul Kern")],
    );
    check(
        "“It is safe,” said fire chief Ines Duarte.",
        NAMES,
        DIRECT,
        &[direct("“It is safe,”", "said", "fire chief Ines Duarte", "Ines Duarte")],
    );
    check(
        "The deputy said that the quay was safe. Many said that it was not.",
        NAMES,
        ALL,
        &[
            ("that the quay was safe", "indirect", "said", "The deputy", "-"),
            ("that it was not", "indirect", "said", "Many", "-"),
        ],
    );
}

#[test]
fn what_stands_before_a_colon_and_can_speak_does() {
    check(
        "One thing was clear to Paul Kern: “We need a crane.”",
        NAMES,
        DIRECT,
        &[direct("“We need a crane.”", ":", "Paul Kern", "Paul Kern")],
    );
    check(
        "Kern’s reply: “We need a crane.”",
        NAMES,
        DIRECT,
        &[direct("“We need a crane.”", "reply", "Kern", "Paul Kern")],
    );
    check(
        "On July 6, 2015, Kern made this remark: “We need a crane.”",
        NAMES,
        DIRECT,
        &[direct("“We need a crane.”", ":", "Kern", "Paul Kern")],
    );
    check(
        "The film ends with footage of Kern saying, “We need a crane.”",
        NAMES,
        DIRECT,
        &[direct("“We need a crane.”", "saying", "Kern", "Paul Kern")],
    );
}

#[test]
fn a_place_where_somebody_is_does_not_speak() {
    let names = &[("Lowmoor", "ORG"), ("Black", "NORP"), ("Kim Varga", "PERSON"), ("=Varga", "PERSON")];
    check(
        "“It is safe,” a teacher in Lowmoor said.",
        names,
        DIRECT,
        &[direct("“It is safe,”", "said", "a teacher in Lowmoor", "-")],
    );
    check(
        "Hundreds of people, most of them Black, met. “We want a crane,” they said.",
        names,
        DIRECT,
        &[direct("“We want a crane,”", "said", "they", "-")],
    );
    check(
        "Varga won on Friday. “It is a joy,” they said.",
        names,
        DIRECT,
        &[direct("“It is a joy,”", "said", "they", "Kim Varga")],
    );
}

#[test]
fn a_quotation_in_another_language_has_its_speaker() {
    check(
        "„Die Brücke bleibt zu“, sagte Ines Duarte.",
        NAMES,
        DIRECT,
        &[direct("„Die Brücke bleibt zu“", "sagte", "Ines Duarte", "Ines Duarte")],
    );
    check(
        "«El puente está cerrado», dijo Ines Duarte.",
        NAMES,
        DIRECT,
        &[direct("«El puente está cerrado»", "dijo", "Ines Duarte", "Ines Duarte")],
    );
}

#[test]
fn a_second_verb_with_its_own_subject_has_the_next_quotation() {
    check(
        "“The line stays open,” Paul Kern said, to which Ines Duarte replied, “Then show us the trains.”",
        NAMES,
        DIRECT,
        &[
            direct("“The line stays open,”", "said", "Paul Kern", "Paul Kern"),
            direct("“Then show us the trains.”", "replied", "Ines Duarte", "Ines Duarte"),
        ],
    );
    check(
        "“The line is shut,” Kern told Ines Duarte, who answered, “It was shut in May.”",
        NAMES,
        DIRECT,
        &[
            direct("“The line is shut,”", "told", "Kern", "Paul Kern"),
            direct("“It was shut in May.”", "answered", "Ines Duarte", "Ines Duarte"),
        ],
    );
    // The rest of a sentence stays with its speaker, whoever else is mentioned.
    check(
        "“The line,” said Kern, whose deputy had asked for it, “is shut for good.”",
        NAMES,
        DIRECT,
        &[
            direct("“The line,”", "said", "Kern", "Paul Kern"),
            direct("“is shut for good.”", "said", "Kern", "Paul Kern"),
        ],
    );
}

#[test]
fn who_puts_it_speaks() {
    let said = |words| [direct("“A port without a train is a beach.”", "put", words, "Ines Duarte")];
    check("Ines Duarte put it this way: “A port without a train is a beach.”", NAMES, DIRECT, &said("Ines Duarte"));
    check(
        "As the mayor Ines Duarte put it, “A port without a train is a beach.”",
        NAMES,
        DIRECT,
        &said("the mayor Ines Duarte"),
    );
    check(
        "Here is how Ines Duarte, who runs the port, put it:\n\n“A port without a train is a beach.”",
        NAMES,
        DIRECT,
        &said("Ines Duarte"),
    );
    check(
        "“A port without a train is a beach,” as Duarte once put it.",
        NAMES,
        DIRECT,
        &[direct("“A port without a train is a beach,”", "once put", "Duarte", "Ines Duarte")],
    );
    // A noun before its clause is no verb.
    check("The report it made in May was “long and dull”.", NAMES, DIRECT, &[]);
}

#[test]
fn a_warning_from_somebody_is_no_verb() {
    check(
        "And a word of warning from Ines Duarte:\n\n“A port without a train is a beach.”",
        NAMES,
        DIRECT,
        &[direct("“A port without a train is a beach.”", ":", "Ines Duarte", "Ines Duarte")],
    );
}

#[test]
fn signatures_behind_dashes_have_two_hyphens_work_and_clauses() {
    let said = |words| [direct("“I walk to work, and I like it.”", "-", words, "Ines Duarte")];
    check("“I walk to work, and I like it.” -- Ines Duarte, baker", NAMES, DIRECT, &said("Ines Duarte, baker"));
    check("“I walk to work, and I like it.”\n\n-- Ines Duarte, baker", NAMES, DIRECT, &said("Ines Duarte, baker"));
    check(
        "“I walk to work, and I like it.” – pastry cook Ines Duarte",
        NAMES,
        DIRECT,
        &said("pastry cook Ines Duarte"),
    );
    check(
        "“I walk to work, and I like it.” — Ines Duarte, a miner’s niece",
        NAMES,
        DIRECT,
        &said("Ines Duarte, a miner’s niece"),
    );
    check("“I walk to work, and I like it.” — Ines Duarte, who has no car", NAMES, DIRECT, &said("Ines Duarte"));
    // A sentence that a dash parts off names nobody.
    let nobody = [direct("“I walk to work, and I like it.”", "-", "-", "-")];
    check("“I walk to work, and I like it.” – so went the song of Ines Duarte", NAMES, DIRECT, &nobody);
    check("“I walk to work, and I like it.” – Ines’s the baker", NAMES, DIRECT, &nobody);
}

#[test]
fn several_asides_stand_between_a_subject_and_its_verb() {
    let said = [direct("“Stay at home tonight.”", "warned", "Ines Duarte", "Ines Duarte")];
    check("Ines Duarte, of the Acme works, who was on the quay, warned: “Stay at home tonight.”", NAMES, DIRECT, &said);
    check(
        "On Monday, Ines Duarte, 44, a pilot from Porto, who was on the quay, warned: “Stay at home tonight.”",
        NAMES,
        DIRECT,
        &said,
    );
    // What is fronted is no subject.
    check(
        "In Porto, a pilot, who was on the quay, warned: “Stay at home tonight.”",
        NAMES,
        DIRECT,
        &[direct("“Stay at home tonight.”", "warned", "a pilot", "-")],
    );
}

#[test]
fn turns_begin_behind_arrows_and_time_stamps() {
    for before in [">> ", "[00:12] ", "(01:02:03) "] {
        let text = format!("{before}INES DUARTE: The road is shut.\n\n{before}PAUL KERN: It was open in May.");
        check(
            &text,
            &[("INES DUARTE", "PERSON"), ("PAUL KERN", "PERSON")],
            DIRECT,
            &[
                direct("The road is shut.", ":", "INES DUARTE", "INES DUARTE"),
                direct("It was open in May.", ":", "PAUL KERN", "PAUL KERN"),
            ],
        );
    }
    // A programme is no transcript.
    check("09:00 Ines Duarte: Roads\n\n10:00 Paul Kern: Rails\n\n11:00 Ines Duarte: Ports", NAMES, DIRECT, &[]);
}

#[test]
fn questions_and_answers_are_labelled_by_words() {
    let mut doc = support::document("Question: Is the road shut?\n\nAnswer: It is, and it stays so.", NAMES);
    doc.meta.language = Some("en".into());
    support::check_document(
        doc,
        DIRECT,
        &[direct("Is the road shut?", ":", "Question", "-"), direct("It is, and it stays so.", ":", "Answer", "-")],
    );
    // One of them alone labels nothing.
    check("Question: Is the road shut?\n\nNobody knows.", NAMES, DIRECT, &[]);
}

#[test]
fn a_name_in_brackets_signs_a_sentence() {
    let said = |words| [direct("“I could see the quay and nothing else.”", "-", words, "Ines Duarte")];
    check("“I could see the quay and nothing else.” (Ines Duarte, diver)", NAMES, DIRECT, &said("Ines Duarte, diver"));
    check("“I could see the quay and nothing else.” (Ines Duarte).", NAMES, DIRECT, &said("Ines Duarte"));
    // The maker of a work.
    check("They showed “A Road in the Rain” (Ines Duarte).", NAMES, DIRECT, &[]);
    check("They showed “We left the road in the rain” (Ines Duarte, 1999).", NAMES, DIRECT, &[]);
}

#[test]
fn who_acts_behind_a_quotation_keeps_it_from_the_one_before() {
    check(
        "“The road is shut,” Paul Kern said.\n\n“They told nobody about it.” Ines Duarte shrugged and left.",
        NAMES,
        DIRECT,
        &[
            direct("“The road is shut,”", "said", "Paul Kern", "Paul Kern"),
            direct("“They told nobody about it.”", "-", "-", "-"),
        ],
    );
    check(
        "“The road is shut,” Paul Kern said.\n\n“They told nobody about it.” That is the view of Ines Duarte.",
        NAMES,
        DIRECT,
        &[
            direct("“The road is shut,”", "said", "Paul Kern", "Paul Kern"),
            direct("“They told nobody about it.”", "-", "-", "-"),
        ],
    );
    check(
        "“It stays shut,” Kern said.\n\n“Will it ever open?” “Nobody knows,” muttered Kern.",
        NAMES,
        DIRECT,
        &[
            direct("“It stays shut,”", "said", "Kern", "Paul Kern"),
            direct("“Will it ever open?”", "-", "-", "-"),
            direct("“Nobody knows,”", "muttered", "Kern", "Paul Kern"),
        ],
    );
    // What somebody does not do leaves the speech to whoever had it.
    check(
        "“The road is shut,” Paul Kern said.\n\n“They told nobody about it.” The road is to open in May.",
        NAMES,
        DIRECT,
        &[
            direct("“The road is shut,”", "said", "Paul Kern", "Paul Kern"),
            direct("“They told nobody about it.”", "-", "Paul Kern", "Paul Kern"),
        ],
    );
}
