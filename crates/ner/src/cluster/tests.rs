//! Clustering on small documents whose mentions are marked in the text.

use pressmark_core::{Document, Entity, Mention, Span};
use proptest::prelude::*;

use super::fill;

/// Parses a document and its mentions from text such as "[LOC Oslo] is a city".
fn marked(marked: &str) -> (Document, Vec<Mention>) {
    let mut text = String::new();
    let mut mentions = Vec::new();
    let mut rest = marked;
    while let Some((before, after)) = rest.split_once('[') {
        let (inner, after) = after.split_once(']').expect("a bracket is closed");
        let (label, name) = inner.split_once(' ').expect("a label and a name");
        text.push_str(before);
        let start = text.len();
        text.push_str(name);
        mentions.push(Mention { span: Span::new(start, text.len()), label: label.into(), score: 0.9, entity: None });
        rest = after;
    }
    text.push_str(rest);
    let mut doc = Document::from_text("a", text);
    doc.meta.language = Some("en".into());
    (doc, mentions)
}

/// Formats each entity as "LABEL name (mentions): alias, alias".
fn entities(text: &str, language: &str) -> Vec<String> {
    let (mut doc, mentions) = marked(text);
    doc.meta.language = Some(language.into());
    fill(&mut doc, mentions);
    assert!(doc.ents.iter().all(|m| m.entity.is_some_and(|e| e < doc.entities.len())));
    let show = |e: &Entity| format!("{} {} ({}): {}", e.label, e.name, e.mentions, e.aliases.join(", "));
    doc.entities.iter().map(show).collect()
}

fn check(text: &str, expected: &[&str]) {
    assert_eq!(entities(text, "en"), expected, "{text:?}");
}

fn check_french(text: &str, expected: &[&str]) {
    assert_eq!(entities(text, "fr"), expected, "{text:?}");
}

#[test]
fn french_names_are_joined_by_french_words() {
    check_french(
        "[LOC République démocratique du Congo], [LOC Congo] et [LOC RDC]",
        &["LOC République démocratique du Congo (3): Congo, RDC"],
    );
    check_french(
        "[LOC République du Congo], [LOC RD Congo], [LOC Congo]",
        &["LOC République du Congo (1): ", "LOC RD Congo (1): ", "LOC Congo (1): "],
    );
    check_french("[LOC Goma]; [LOC Goma ville]", &["LOC Goma (2): Goma ville"]);
    check_french("[ORG Ports & Quais]; [ORG Ports et Quais]", &["ORG Ports & Quais (2): Ports et Quais"]);
    check_french("[ORG Le Quai]; [ORG Quai]", &["ORG Le Quai (2): Quai"]);
}

#[test]
fn a_person_is_one_by_any_part_of_the_name() {
    check(
        "[PERSON José Abreu], [PERSON Abreu], [PERSON Jose], [PERSON Mr. Abreu] and [PERSON ABREU]",
        &["PERSON José Abreu (5): Abreu, Jose, Mr. Abreu, ABREU"],
    );
    check("[PERSON Lin Wei-ming] spoke; [PERSON Lin] left", &["PERSON Lin Wei-ming (2): Lin"]);
    check(
        "[PERSON Anke van der Meer]; [PERSON van der Meer]; [PERSON Meer]",
        &["PERSON Anke van der Meer (3): van der Meer, Meer"],
    );
    check(
        "[PERSON J. Okoro]; [PERSON Joy A. Okoro]; [PERSON Joy Okoro]",
        &["PERSON Joy A. Okoro (3): J. Okoro, Joy Okoro"],
    );
    check("[PERSON Okoro] and, in full, [PERSON Joy Okoro]", &["PERSON Joy Okoro (2): Okoro"]);
}

#[test]
fn two_persons_of_a_surname_stay_two() {
    check(
        "[PERSON Ann Silva] met [PERSON Bob Silva]. [PERSON Silva] left. [PERSON Ann Silva] and [PERSON Silva] stayed.",
        &["PERSON Ann Silva (3): Silva", "PERSON Bob Silva (2): Silva"],
    );
    check(
        "[PERSON A. Silva]; [PERSON Ann Silva]; [PERSON Ada Silva]",
        &["PERSON A. Silva (1): ", "PERSON Ann Silva (1): ", "PERSON Ada Silva (1): "],
    );
}

#[test]
fn he_and_she_of_one_surname_are_two() {
    check(
        "Mr. [PERSON Okafor] met Mrs. [PERSON Okafor]. Mrs. [PERSON Okafor] left.",
        &["PERSON Okafor (1): ", "PERSON Okafor (2): "],
    );
    check("[PERSON Ms. Reis] sued. [PERSON Reis] won.", &["PERSON Ms. Reis (2): Reis"]);
    check(
        "Mr. [PERSON Paul Okafor] and Mrs. [PERSON Ada Okafor]. Mrs. [PERSON Okafor] left. Mr. [PERSON Okafor] stayed.",
        &["PERSON Paul Okafor (2): Okafor", "PERSON Ada Okafor (2): Okafor"],
    );
    check(
        "[PERSON Paul Okafor] met Mr. [PERSON Okafor]. Mrs. [PERSON Okafor] left.",
        &["PERSON Paul Okafor (2): Okafor", "PERSON Okafor (1): "],
    );
}

#[test]
fn titles_and_nicknames_are_no_other_person() {
    check(
        "[PERSON Edward “Ted” Lund] spoke. [PERSON Ted Lund] left. Sen. [PERSON Lund] stayed.",
        &["PERSON Edward “Ted” Lund (3): Ted Lund, Lund"],
    );
    check("[PERSON Maj Gen Tom Hale]; [PERSON Hale]", &["PERSON Maj Gen Tom Hale (2): Hale"]);
}

#[test]
fn father_and_son_of_one_name_are_two() {
    check(
        "[PERSON Tom Hale Jr.] left. [PERSON Tom Hale Sr.] stayed. [PERSON Hale Jr.] said so; [PERSON Hale Sr.] slept.",
        &["PERSON Tom Hale Jr. (2): Hale Jr.", "PERSON Tom Hale Sr. (2): Hale Sr."],
    );
    check(
        "[PERSON Tom Hale III] sued [PERSON Tom Hale II]. [PERSON Hale] waits.",
        &["PERSON Tom Hale III (1): ", "PERSON Tom Hale II (2): Hale"],
    );
    check("[PERSON Tom Hale]; [PERSON Tom Hale Jr.]; [PERSON Hale]", &["PERSON Tom Hale Jr. (3): Tom Hale, Hale"]);
    check("[PERSON Tom Hale Snr]; [PERSON T. Hale Jnr]", &["PERSON Tom Hale Snr (1): ", "PERSON T. Hale Jnr (1): "]);
    check(
        "[PERSON Ana Hale Jr.]; [PERSON Tom Hale]; [PERSON Hale Jr.]",
        &["PERSON Ana Hale Jr. (2): Hale Jr.", "PERSON Tom Hale (1): "],
    );
}

#[test]
fn a_monarch_is_one_with_and_without_the_number() {
    check("King [PERSON Osei II]; [PERSON Osei]; King [PERSON Osei]", &["PERSON Osei II (3): Osei"]);
    check("[PERSON Osei II]; King [PERSON Osei]; [PERSON Osei]", &["PERSON Osei II (3): Osei"]);
    check("[PERSON Osei II]; [PERSON Osei III]", &["PERSON Osei II (1): ", "PERSON Osei III (1): "]);
}

#[test]
fn the_name_of_a_person_is_the_full_one() {
    check("[PERSON ANA REIS], host; [PERSON Ana]; [PERSON REIS]; [PERSON Ana]", &["PERSON ANA REIS (4): Ana, REIS"]);
    check("[PERSON REIS-LIMA]; [PERSON Reis-Lima]", &["PERSON Reis-Lima (2): REIS-LIMA"]);
    check("[PERSON ANA REIS]; [PERSON Ana Reis]; [PERSON Reis]", &["PERSON Ana Reis (3): ANA REIS, Reis"]);
}

#[test]
fn the_noun_of_a_body_stands_for_it() {
    check("the [ORG World Bank] lends. The [ORG Bank] said so.", &["ORG World Bank (2): Bank"]);
    check(
        "the [ORG World Bank], the [ORG Bank of Ghana]; the [ORG Bank] said so. The [ORG World Bank], then the [ORG Bank].",
        &["ORG World Bank (3): Bank", "ORG Bank of Ghana (2): Bank"],
    );
    check("the [ORG Bank] said so", &["ORG Bank (1): "]);
    check("[ORG Marlow Shop] and [ORG Shop]", &["ORG Marlow Shop (1): ", "ORG Shop (1): "]);
}

#[test]
fn the_first_word_of_one_organisation_stands_for_it() {
    check("[ORG Barlow Works] grew. [ORG Barlow] paid.", &["ORG Barlow Works (2): Barlow"]);
    check(
        "[ORG Barlow Works], [ORG Barlow Air], [ORG Barlow]",
        &["ORG Barlow Works (1): ", "ORG Barlow Air (1): ", "ORG Barlow (1): "],
    );
    check("[ORG Kenya Airways] and [ORG Kenya]", &["ORG Kenya Airways (1): ", "LOC Kenya (1): "]);
}

#[test]
fn each_merge_names_its_rule() {
    let (mut doc, mentions) =
        marked("[PERSON Joy Okoro] of the [ORG River League] ([ORG RL]); [PERSON Okoro]; [MISC Peru]");
    doc.explanations = Some(Vec::new());
    fill(&mut doc, mentions);
    let notes: Vec<String> = doc.explanations.iter().flatten().map(ToString::to_string).collect();
    assert_eq!(notes, ["country: LOC", "introduced-acronym: RL = River League", "part-of-name: Okoro = Joy Okoro"]);
}

#[test]
fn a_person_is_no_place_and_no_company() {
    check(
        "[LOC Jordan]; [PERSON Eve Jordan]; [PERSON Jordan]; [ORG Jordan administration]",
        &["LOC Jordan (1): ", "PERSON Eve Jordan (2): Jordan", "ORG Jordan administration (1): "],
    );
}

#[test]
fn countries_are_one_by_any_name() {
    check(
        "[LOC DRC], [LOC DR Congo], [LOC Democratic Republic of the Congo], [LOC Congo], [LOC eastern Congo], [NORP Congolese]",
        &[
            "LOC Democratic Republic of the Congo (4): DRC, DR Congo, Congo",
            "LOC eastern Congo (1): ",
            "NORP Congolese (1): ",
        ],
    );
    check(
        "[LOC US], [LOC U.S.], [LOC United States], [ORG US], [LOC America]",
        &["LOC United States (5): US, U.S., America"],
    );
    check(
        "[LOC Congo], [LOC DRC], [LOC Congo-Brazzaville]",
        &["LOC Congo (1): ", "LOC DRC (1): ", "LOC Congo-Brazzaville (1): "],
    );
    check(
        "[LOC Kuwait], [LOC Kuwait City], [LOC Juba], [LOC Juba city]",
        &["LOC Kuwait (1): ", "LOC Kuwait City (1): ", "LOC Juba (2): Juba city"],
    );
}

#[test]
fn acronyms_join_the_names_they_stand_for() {
    check("[ORG World Food Programme] ([ORG WFP]) ... [ORG WFP]", &["ORG World Food Programme (3): WFP"]);
    check("[ORG UN] ... [ORG United Nations]", &["ORG United Nations (2): UN"]);
    check("[ORG Northern River League] (NRL) said", &["ORG Northern River League (2): NRL"]);
    check("[ORG Ligue du Fleuve Nord] ([ORG NRF])", &["ORG Ligue du Fleuve Nord (2): NRF"]);
    check("[ORG Council for Peace] in [LOC Accra] ([ORG CPA])", &["ORG Council for Peace (2): CPA", "LOC Accra (1): "]);
    check("[LOC Accra] ([ORG AP])", &["LOC Accra (1): ", "ORG AP (1): "]);
    check(
        "[ORG NB], [ORG National Bank], [ORG Northern Brewery]",
        &["ORG NB (1): ", "ORG National Bank (1): ", "ORG Northern Brewery (1): "],
    );
}

#[test]
fn a_body_is_one_with_and_without_what_it_is() {
    check(
        "[ORG M19], [ORG M19 rebels], [ORG M-19], [ORG May 19 Movement]",
        &["ORG May 19 Movement (4): M19, M19 rebels, M-19"],
    );
    check("[ORG U.S. Works Department], [ORG Works Department]", &["ORG U.S. Works Department (2): Works Department"]);
    check(
        "[ORG Kenya Supreme Court], [ORG Ghana Supreme Court], [ORG Supreme Court]",
        &["ORG Kenya Supreme Court (1): ", "ORG Ghana Supreme Court (1): ", "ORG Supreme Court (1): "],
    );
}

#[test]
fn labels_follow_what_is_known_and_said() {
    check("[ORG UAE], [MISC Peru]", &["LOC UAE (1): ", "LOC Peru (1): "]);
    check("[MISC K9] rebels took a town. [MISC K9] left.", &["ORG K9 (2): "]);
    check("the armed group [MISC K9]", &["ORG K9 (1): "]);
    check("[LOC Norwood] CEO Ann Lee; [MISC Norwood]", &["ORG Norwood (2): "]);
    check("[ORG K9] left. [ORG K9] saw [MONEY K9]’s rise.", &["ORG K9 (3): "]);
    check("[LOC Minas] rebels", &["LOC Minas (1): "]);
    check("[MISC Copa] winners", &["MISC Copa (1): "]);
}

#[test]
fn other_labels_join_what_reads_the_same() {
    check(
        "[NORP American], [NORP Americans], [MINERAL Ores], [MINERAL ore]",
        &["NORP American (2): Americans", "MINERAL Ores (2): ore"],
    );
    check(
        "[DATE Friday], [DATE friday], [MONEY $5], [MONEY €5]",
        &["DATE Friday (2): friday", "MONEY $5 (1): ", "MONEY €5 (1): "],
    );
    check("[ORG White Hall], [LOC White Hall], [ORG White Hall]", &["ORG White Hall (3): "]);
}

#[test]
fn the_name_is_no_headline() {
    check("[LOC NEW HAVEN], [LOC New Haven]", &["LOC New Haven (2): NEW HAVEN"]);
}

proptest! {
    #[test]
    fn every_mention_has_an_entity_and_counts_add_up(
        names in prop::collection::vec(("PERSON|ORG|LOC|NORP|DATE|X", "[A-C][a-b]?( [A-Cab]\\.?){0,3}"), 0..24),
    ) {
        let text: String = names.iter().map(|(label, name)| format!("[{label} {name}] ")).collect();
        let (mut doc, mentions) = marked(&text);
        let count = mentions.len();
        fill(&mut doc, mentions);
        let (mentions, entities) = (&doc.ents, &doc.entities);
        prop_assert_eq!(mentions.len(), count);
        prop_assert_eq!(entities.iter().map(|e| e.mentions).sum::<usize>(), count);
        let mut first = 0;
        for mention in mentions {
            let entity = mention.entity.expect("every mention has one");
            prop_assert!(entity <= first, "entities are in order of first mention");
            first = first.max(entity + 1);
            let text = doc.slice(mention.span);
            prop_assert!(entities[entity].name == text || entities[entity].aliases.iter().any(|a| a == text));
        }
    }
}
