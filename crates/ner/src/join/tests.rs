//! Joining on small documents whose mentions are marked in the text.

use pressmark_core::{Document, Entity, Mention, Span};
use proptest::prelude::*;

use super::join;

/// A document and its mentions from text such as "[LOC Oslo] is a city".
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
    (Document::from_text("a", text), mentions)
}

/// Each entity as "LABEL name (mentions): alias, alias".
fn entities(text: &str) -> Vec<String> {
    let (doc, mentions) = marked(text);
    let (mentions, entities) = join(&doc, mentions);
    assert!(mentions.iter().all(|m| m.entity.is_some_and(|e| e < entities.len())));
    let show = |e: &Entity| format!("{} {} ({}): {}", e.label, e.name, e.mentions, e.aliases.join(", "));
    entities.iter().map(show).collect()
}

fn check(text: &str, expected: &[&str]) {
    assert_eq!(entities(text), expected, "{text:?}");
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
        let (doc, mentions) = marked(&text);
        let count = mentions.len();
        let (mentions, entities) = join(&doc, mentions);
        prop_assert_eq!(mentions.len(), count);
        prop_assert_eq!(entities.iter().map(|e| e.mentions).sum::<usize>(), count);
        let mut first = 0;
        for mention in &mentions {
            let entity = mention.entity.expect("every mention has one");
            prop_assert!(entity <= first, "entities are in order of first mention");
            first = first.max(entity + 1);
            let text = doc.slice(mention.span);
            prop_assert!(entities[entity].name == text || entities[entity].aliases.iter().any(|a| a == text));
        }
    }
}
