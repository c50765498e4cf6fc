//! English.

mod inflect;

use crate::pack::Pack;
use crate::{DateOrder, Language};

pub(crate) static LANGUAGE: Language = Language::new(Pack {
    code: "en",
    name: "English",
    abbreviations: include_str!("abbreviations.tsv"),
    attributions: include_str!("attributions.txt"),
    boilerplate: include_str!("boilerplate.txt"),
    calendar: include_str!("calendar.tsv"),
    clitics: include_str!("clitics.tsv"),
    caption_marks: include_str!("caption_marks.txt"),
    closings: include_str!("closings.txt"),
    countries: include_str!("countries.txt"),
    endings: include_str!("endings.tsv"),
    first_names: include_str!("first_names.tsv"),
    function_words: include_str!("function_words.tsv"),
    cues: include_str!("cues.tsv"),
    marks: include_str!("marks.tsv"),
    name_words: include_str!("name_words.tsv"),
    numerals: include_str!("numerals.tsv"),
    openers: include_str!("openers.tsv"),
    page_phrases: include_str!("page_phrases.tsv"),
    percent: include_str!("percent.txt"),
    pronouns: include_str!("pronouns.tsv"),
    shared_names: include_str!("shared_names.txt"),
    speech: include_str!("speech.tsv"),
    state_forms: include_str!("state_forms.txt"),
    stop_words: include_str!("stop_words.txt"),
    titles: include_str!("titles.tsv"),
    words: include_str!("words.tsv"),
    date_order,
    inflect: inflect::forms,
    stem: inflect::stem,
    plural: inflect::plural,
    singular: inflect::singular,
    ..Pack::EMPTY
});

/// The United States and the Philippines write the month first. Canada uses both orders, and a tag without a region
/// ("en") is ambiguous.
fn date_order(region: Option<&str>) -> Option<DateOrder> {
    match region {
        Some("us" | "ph") => Some(DateOrder::MonthFirst),
        None | Some("ca") => None,
        _ => Some(DateOrder::DayFirst),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Abbreviation, Case, Ending, FunctionWord, Gender, Language, NameClass, Opener, SpeechClass, TitleKind};

    fn english() -> &'static Language {
        Language::of(Some("en"))
    }

    #[test]
    fn words_lean_on_the_sentence_before_or_on_what_was_left_out() {
        let opens = |word: &str| english().classes(word).contains(crate::WordClass::Anaphoric);
        assert!(opens("however") && opens("she") && !opens("elle") && !opens("mayor"));
        assert!(Language::neutral().classes("elle").contains(crate::WordClass::Anaphoric));
        let is_elided = |word: &str| english().clitic(word).contains(crate::Clitic::Elided);
        assert!(is_elided("Tis") && !is_elided("s"));
    }

    #[test]
    fn abbreviations_mind_their_case() {
        let check = |word: &str, expected| assert_eq!(english().abbreviation(word), expected, "{word}");
        check("Gen", Some(Abbreviation::Leads));
        check("GEN", Some(Abbreviation::Leads));
        check("No", Some(Abbreviation::BeforeNumber));
        check("Inc", Some(Abbreviation::MayEnd));
        check("INC", Some(Abbreviation::MayEnd));
        check("etc", Some(Abbreviation::Ends));
        check("Mass", Some(Abbreviation::AfterComma));
        check("v", Some(Abbreviation::Leads));
        check("V", None);
        check("sun", None);
        check("president", None);
        check("", None);
    }

    #[test]
    fn openers_are_graded() {
        let check = |word: &str, expected| assert_eq!(english().opener(word), expected, "{word}");
        check("They", Some(Opener::Sure));
        check("Several", Some(Opener::Likely));
        check("they", None);
        check("Senate", None);
    }

    #[test]
    fn titles_tell_kind_and_gender() {
        let check = |words: &str, expected| {
            assert_eq!(english().title(words).map(|t| (t.kind, t.gender)), expected, "{words}");
        };
        check("Gen.", Some((TitleKind::Rank, None)));
        check("prime minister", Some((TitleKind::Office, None)));
        check("MRS.", Some((TitleKind::Address, Some(Gender::Feminine))));
        check("Queen", Some((TitleKind::Honour, Some(Gender::Feminine))));
        check("harbour", None);
    }

    #[test]
    fn verbs_of_speech_are_inflected() {
        let check = |word: &str, class: SpeechClass, expected| {
            assert_eq!(english().speech(word).contains(class), expected, "{word}");
        };
        check("denied", SpeechClass::Says, true);
        check("denying", SpeechClass::Participle, true);
        check("asked", SpeechClass::Follows, true);
        check("shoots", SpeechClass::Follows, false);
        check("walked", SpeechClass::Says, false);
    }

    #[test]
    fn function_words_and_endings_tell_what_they_do() {
        let does = |word: &str, class| english().function_word(word).contains(class);
        assert!(does("whether", FunctionWord::Whether) && does("whether", FunctionWord::Telling));
        assert!(does("by", FunctionWord::By) && !does("harbour", FunctionWord::By));
        assert!(english().endings("known").contains(Ending::Passive) && !english().endings("known").contains(Ending::Past));
        assert_eq!(english().without_ending("21st", Ending::Ordinal), Some("21"));
        assert_eq!(english().stem("denying"), Language::neutral().stem("denies"));
        assert!(english().capitalises_months());
    }

    #[test]
    fn pronouns_agree() {
        let her: Vec<Case> = english().pronoun("her").map(|p| p.case).collect();
        assert_eq!(her, [Case::Object, Case::Possessive]);
        assert!(english().pronoun("her").all(|p| p.gender == Some(Gender::Feminine)));
        assert_eq!(english().pronoun("harbour").count(), 0);
    }

    #[test]
    fn possessive_endings_and_clitics_of_two_parts() {
        assert_eq!(["Kenya’s", "KENYA'S", "Kenya’ll", "Kenya"].map(|n| english().without_possessive(n)), [
            Some("Kenya"),
            Some("KENYA"),
            None,
            None
        ]);
        assert!(english().clitic("N't").contains(crate::Clitic::Behind) && english().clitic("t").contains(crate::Clitic::PartedBehind));
        assert_eq!((english().and(), Language::neutral().and()), ("and", "and"));
        assert!(english().is_percent("per cent") && !english().is_percent("pour cent"));
    }

    #[test]
    fn names_have_small_words_and_ends() {
        assert!(english().name_word("jr").contains(NameClass::Generation));
        assert!(english().name_word("plc").contains(NameClass::Body));
        assert!(english().name_word("lisbon").is_empty());
    }
}
