//! French.

mod inflect;

use crate::Language;
use crate::pack::Pack;

pub(crate) static LANGUAGE: Language = Language::new(Pack {
    code: "fr",
    name: "French",
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
    plural: inflect::plural,
    singular: inflect::singular,
    ..Pack::EMPTY
});

#[cfg(test)]
mod tests {
    use crate::{Abbreviation, Clitic, Ending, FunctionWord, Gender, Language, SpeechClass, TitleKind, WordClass};

    fn french() -> &'static Language {
        Language::of(Some("fr"))
    }

    #[test]
    fn months_and_days_with_and_without_accents() {
        assert_eq!(["février", "fevrier", "Févr.", "AOÛT"].map(|m| french().month(m)), [2, 2, 2, 8].map(Some));
        assert_eq!(french().weekday("dimanche"), Some(7));
        assert_eq!(french().month("dimanche"), None);
    }

    #[test]
    fn titles_and_abbreviations() {
        assert_eq!(french().abbreviation("Mme"), Some(Abbreviation::Leads));
        assert_eq!(french().abbreviation("bzw"), None);
        let title = french().title("Présidente").map(|t| (t.kind, t.gender));
        assert_eq!(title, Some((TitleKind::Office, Some(Gender::Feminine))));
    }

    #[test]
    fn a_past_participle_needs_its_auxiliary() {
        assert!(french().speech("déclaré").contains(SpeechClass::NeedsAuxiliary));
        assert!(!french().speech("déclaré").contains(SpeechClass::Says));
        assert!(french().speech("déclare").contains(SpeechClass::Says));
    }

    #[test]
    fn function_words_and_endings_are_those_of_the_language() {
        let does = |word: &str, class| french().function_word(word).contains(class);
        assert!(does("qu’", FunctionWord::That) && does("par", FunctionWord::By) && !does("on", FunctionWord::On));
        assert_eq!(french().without_ending("1er", Ending::Ordinal), Some("1"));
        assert!(french().endings("asked").is_empty() && french().stem("denies") == "denies");
        assert!(!french().capitalises_months());
    }

    #[test]
    fn countries_go_by_their_french_names() {
        let named = |name: &str| french().countries().iter().find(|c| c.names().any(|n| n == name)).map(|c| c.name());
        assert_eq!(named("grande bretagne"), Some("royaume uni"));
        assert_eq!(named("germany"), None);
        assert!(french().state_forms().any(|form| form == "republique de"));
    }

    #[test]
    fn first_names_have_the_gender_of_the_language() {
        assert_eq!(french().first_name("jean"), Some(Gender::Masculine));
        assert_eq!(french().first_name("hélène"), Some(Gender::Feminine));
        assert_eq!(Language::of(Some("en")).first_name("jean"), None);
    }

    #[test]
    fn names_lose_their_articles_and_shares_are_told_in_words() {
        assert!(french().classes("l’").contains(WordClass::Article));
        assert!(french().without_possessive("Lloyd’s").is_none());
        assert_eq!(["l’union", "la cour", "Le Quai", "lac"].map(|n| french().without_article(n)), [
            "union", "cour", "Le Quai", "lac"
        ]);
        assert!(french().is_percent("pour cent") && french().and() == "et");
        assert_eq!(Language::neutral().plurals("canal").collect::<Vec<_>>(), ["canals", "canaux"]);
    }

    #[test]
    fn elision_and_determiners() {
        assert!(french().clitic("Qu").contains(Clitic::Before) && !french().clitic("s").contains(Clitic::Behind));
        let both = Language::neutral().clitic("d");
        assert!(both.contains(Clitic::Before) && both.contains(Clitic::Behind), "{both:?}");
        assert!(french().classes("l’").contains(WordClass::Determiner));
    }
}
