//! Language identification.
//!
//! Uses whatlang (trigrams, 69 languages) rather than lingua: the texts are articles, not chat lines, and lingua's
//! models for as many languages weigh more than all the rest of the program. Of 4,000 passages of one or two sentences
//! in English and French (the CCF set, see the data of the project), none was assigned a wrong language and 486, short
//! ones, none at all.

use unicode_script::{Script, UnicodeScript};
use whatlang::Lang;

use crate::calendar::unaccented;

/// An identified language.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Language {
    /// ISO 639-1, or 639-3 where there is none.
    pub code: &'static str,
    /// Confidence, in [0, 1].
    pub score: f32,
}

/// Fewest letters for which a language is identified, some twenty words. Set by hand: in a shorter text trigram counts
/// are mostly chance.
const FEWEST_LETTERS: usize = 100;

/// Fewest letters beyond Latin that suffice for a shorter text: the script alone leaves few languages. Set by hand.
const FEWEST_FOREIGN: usize = 15;

/// Bytes of a text that are examined: some 350 words are enough to be certain, and the cost does not grow with the
/// text.
const LOOKED_AT: usize = 2 << 10;

/// Identifies the language of `text`; `None` if it is too short or too mixed.
pub(crate) fn detect(text: &str) -> Option<Language> {
    let end = (0..=text.len().min(LOOKED_AT)).rev().find(|at| text.is_char_boundary(*at));
    let text = end.and_then(|end| text.get(..end)).unwrap_or(text);
    let letters = text.chars().filter(|c| c.is_alphabetic());
    let (ascii, other) = letters.fold((0, 0), |(a, o), c| if u32::from(c) < 0x250 { (a + 1, o) } else { (a, o + 1) });
    if ascii + other < FEWEST_LETTERS && other < FEWEST_FOREIGN {
        return None;
    }
    let info = whatlang::detect(text)?;
    let score = info.confidence() as f32;
    info.is_reliable().then(|| Language { code: two_letters(info.lang()), score: score.clamp(0.0, 1.0) })
}

/// Whether at least half of a text's letters belong to the scripts with these ISO 15924 codes; true for a text without
/// letters.
pub(crate) fn is_in_scripts(text: &str, codes: &[String]) -> bool {
    let scripts: Vec<Script> = codes.iter().filter_map(|code| script(code)).collect();
    let is_known = |c: char| {
        // Fast path: most letters need no table lookup.
        let script = if c < '\u{250}' { Script::Latin } else { c.script() };
        matches!(script, Script::Common | Script::Inherited) || scripts.contains(&script)
    };
    let letters = text.chars().filter(|c| c.is_alphabetic());
    let (known, other) = letters.fold((0, 0), |(k, o), c| if is_known(c) { (k + 1, o) } else { (k, o + 1) });
    known >= other
}

/// The script with an ISO 15924 code, such as `Latn`.
pub(crate) fn script(code: &str) -> Option<Script> {
    Script::from_short_name(code)
}

/// Folded names of languages as databases and tables write them: in English, French, German, Spanish and the language
/// itself.
const NAMES: &[(&str, &str)] = &[
    ("ar", "arabic arabe arabisch"),
    ("da", "danish danois danisch danes dansk"),
    ("de", "german allemand deutsch aleman"),
    ("en", "english anglais englisch ingles inglese"),
    ("es", "spanish espagnol spanisch espanol castellano"),
    ("fi", "finnish finnois finnisch suomi"),
    ("fr", "french francais franzosisch frances"),
    ("hi", "hindi"),
    ("it", "italian italien italienisch italiano"),
    ("ja", "japanese japonais japanisch japones"),
    ("ko", "korean coreen koreanisch coreano"),
    ("nl", "dutch neerlandais niederlandisch holandes nederlands"),
    ("nb", "norwegian norvegien norwegisch noruego norsk"),
    ("pl", "polish polonais polnisch polaco polski"),
    ("pt", "portuguese portugais portugiesisch portugues"),
    ("ru", "russian russe russisch ruso"),
    ("sv", "swedish suedois schwedisch sueco svenska"),
    ("sw", "swahili kiswahili suaheli"),
    ("tr", "turkish turc turkisch turco turkce"),
    ("uk", "ukrainian ukrainien ukrainisch ucraniano"),
    ("zh", "chinese chinois chinesisch chino mandarin"),
];

/// The ISO 639 code for a tag such as `en-US`, a three-letter code, or a name such as `English` or `FRENCH; FRANÇAIS`.
pub(crate) fn primary(tag: &str) -> Option<String> {
    let first = tag.split(['-', '_', ';', ',', '/', ' ', '(']).find(|part| !part.is_empty())?;
    let code = unaccented(first);
    if let Some((code, _)) = NAMES.iter().find(|(_, names)| names.split(' ').any(|name| name == code)) {
        return Some((*code).to_owned());
    }
    let is_code = matches!(code.len(), 2 | 3) && code.bytes().all(|b| b.is_ascii_lowercase());
    is_code.then(|| match code.as_str() {
        // Bibliographic codes of ISO 639-2, as libraries use them.
        "ger" => "de".into(),
        "fre" => "fr".into(),
        "dut" => "nl".into(),
        "chi" | "zho" => "zh".into(),
        "cze" => "cs".into(),
        "gre" => "el".into(),
        "nor" => "nb".into(),
        _ => two_letter_code(&code).map_or(code, str::to_owned),
    })
}

/// The ISO 639-1 code of a language of whatlang, or its 639-3 code if there is none.
fn two_letters(lang: Lang) -> &'static str {
    let code = lang.code();
    two_letter_code(code).unwrap_or(code)
}

/// The ISO 639-1 code for an ISO 639-3 code.
fn two_letter_code(code: &str) -> Option<&'static str> {
    const CODES: &[(&str, &str)] = &[
        ("afr", "af"),
        ("aka", "ak"),
        ("amh", "am"),
        ("ara", "ar"),
        ("aze", "az"),
        ("bel", "be"),
        ("ben", "bn"),
        ("bul", "bg"),
        ("cat", "ca"),
        ("ces", "cs"),
        ("cmn", "zh"),
        ("cym", "cy"),
        ("dan", "da"),
        ("deu", "de"),
        ("ell", "el"),
        ("eng", "en"),
        ("epo", "eo"),
        ("est", "et"),
        ("fin", "fi"),
        ("fra", "fr"),
        ("guj", "gu"),
        ("heb", "he"),
        ("hin", "hi"),
        ("hrv", "hr"),
        ("hun", "hu"),
        ("hye", "hy"),
        ("ind", "id"),
        ("ita", "it"),
        ("jav", "jv"),
        ("jpn", "ja"),
        ("kan", "kn"),
        ("kat", "ka"),
        ("khm", "km"),
        ("kor", "ko"),
        ("lat", "la"),
        ("lav", "lv"),
        ("lit", "lt"),
        ("mal", "ml"),
        ("mar", "mr"),
        ("mkd", "mk"),
        ("mya", "my"),
        ("nep", "ne"),
        ("nld", "nl"),
        ("nob", "nb"),
        ("ori", "or"),
        ("pan", "pa"),
        ("pes", "fa"),
        ("pol", "pl"),
        ("por", "pt"),
        ("ron", "ro"),
        ("rus", "ru"),
        ("sin", "si"),
        ("slk", "sk"),
        ("slv", "sl"),
        ("sna", "sn"),
        ("spa", "es"),
        ("srp", "sr"),
        ("swe", "sv"),
        ("tam", "ta"),
        ("tel", "te"),
        ("tgl", "tl"),
        ("tha", "th"),
        ("tuk", "tk"),
        ("tur", "tr"),
        ("ukr", "uk"),
        ("urd", "ur"),
        ("uzb", "uz"),
        ("vie", "vi"),
        ("yid", "yi"),
        ("zul", "zu"),
    ];
    CODES.binary_search_by_key(&code, |(three, _)| three).ok().map(|at| CODES[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_of_a_few_lines_are_told() {
        let check = |text: &str, expected: Option<&str>| assert_eq!(detect(text).map(|l| l.code), expected, "{text}");
        check(
            "The harbour was closed for a third day on Tuesday as engineers looked for the source of the leak, \
             and the mayor said that it would stay shut until the water was clean.",
            Some("en"),
        );
        check(
            "Le port est resté fermé mardi pour la troisième journée, les ingénieurs cherchant toujours l'origine \
             de la fuite, et le maire a dit qu'il ne rouvrirait pas avant que l'eau soit propre.",
            Some("fr"),
        );
        check("Порт был закрыт третий день подряд, пока инженеры искали место утечки воды.", Some("ru"));
        check("港は三日目も閉鎖され、技術者たちは水漏れの原因を探していた。市長はそう述べた。", Some("ja"));
        check("ظل الميناء مغلقا لليوم الثالث على التوالي بينما بحث المهندسون عن مصدر التسرب", Some("ar"));
        check("Rain.", None);
        check("", None);
    }

    #[test]
    fn a_script_is_told_by_most_letters() {
        let check = |text: &str, codes: &[&str], expected: bool| {
            let codes: Vec<String> = codes.iter().map(|&code| code.to_owned()).collect();
            assert_eq!(is_in_scripts(text, &codes), expected, "{text} {codes:?}");
        };
        check("Le port est resté fermé, ﬁn.", &["Latn"], true);
        check("Порт был закрыт", &["Latn"], false);
        check("Порт был закрыт", &["Cyrl"], true);
        check("The harbour was shut", &["Cyrl"], false);
        check("Порт Reuters был закрыт", &["Latn", "Grek"], false);
        check("Порт Reuters был закрыт", &["Latn", "Cyrl"], true);
        check("12:30 …", &["Arab"], true);
    }

    #[test]
    fn tags_codes_and_names_are_one_language() {
        for (tag, code) in [
            ("en-US", Some("en")),
            ("eng", Some("en")),
            ("English", Some("en")),
            ("FRENCH; FRANÇAIS", Some("fr")),
            ("Deutsch", Some("de")),
            ("ger", Some("de")),
            ("und", Some("und")),
            ("unknown language", None),
            ("", None),
        ] {
            assert_eq!(primary(tag).as_deref(), code, "{tag}");
        }
    }

    #[test]
    fn every_language_has_its_short_code() {
        assert!(Lang::all().iter().all(|lang| two_letters(*lang).len() == 2));
    }
}
