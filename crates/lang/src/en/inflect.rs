//! Forms of regular verbs and nouns.

use std::borrow::Cow;

use crate::verb_form::VerbForm;

/// Spells the -s, -ed and -ing forms of a regular verb. Verbs with doubled consonants ("admitted") are listed in the
/// file.
pub(super) fn forms(base: &str) -> Vec<(String, VerbForm)> {
    let stem = base.strip_suffix('e').unwrap_or(base);
    // "deny" becomes "denies"; "betray" keeps its y.
    let y = base.strip_suffix('y').filter(|y| !y.ends_with(VOWELS));
    // "echo" becomes "echoes"; "boo" does not.
    let o = base.strip_suffix('o').is_some_and(|o| !o.ends_with(VOWELS));
    let third = match y {
        Some(y) => format!("{y}ies"),
        None if o || HISSING.iter().any(|end| base.ends_with(end)) => format!("{base}es"),
        None => format!("{base}s"),
    };
    let past = y.map_or_else(|| format!("{stem}ed"), |y| format!("{y}ied"));
    let participle = match base.strip_suffix("ie") {
        // "lie" becomes "lying"; "agree" and "canoe" keep their e.
        Some(stem) => format!("{stem}ying"),
        None if stem.ends_with(['e', 'o', 'y']) => format!("{base}ing"),
        None => format!("{stem}ing"),
    };
    vec![(third, VerbForm::ThirdPerson), (past, VerbForm::Past), (participle, VerbForm::PresentParticiple)]
}

const VOWELS: [char; 5] = ['a', 'e', 'i', 'o', 'u'];

/// Ends after which -s is spelled -es.
const HISSING: [&str; 5] = ["ch", "sh", "ss", "x", "z"];

/// Stem that the forms of a verb and its noun share: "claim" of claims, claimed and claiming.
pub(super) fn stem(word: &str) -> Cow<'_, str> {
    // Most words end in none of these letters.
    if !matches!(word.as_bytes().last(), Some(b'd' | b'e' | b'g' | b's')) {
        return word.into();
    }
    let y = ["ying", "ies", "ied"].iter().find_map(|ending| word.strip_suffix(ending)).filter(|stem| stem.len() > 1);
    if let Some(stem) = y {
        return format!("{stem}y").into();
    }
    for ending in ["ing", "ed", "es", "e", "s"] {
        let Some(stem) = word.strip_suffix(ending) else { continue };
        // Three bytes: shorter rests are words of their own ("bring", "used") rather than a stem and an ending.
        if stem.len() < 3 || ending == "s" && stem.ends_with('s') {
            continue;
        }
        // "admitted" has the stem "admit"; l and s stay doubled, as in "telling" and "passed".
        let mut letters = stem.chars().rev();
        let (last, before) = (letters.next(), letters.next());
        // Four bytes: shorter stems keep their double letter ("add", "egg").
        if last == before && stem.len() > 3 && !matches!(last, Some('l' | 's')) {
            return last.map_or(stem, |c| &stem[..stem.len() - c.len_utf8()]).into();
        }
        return stem.into();
    }
    word.into()
}

/// Spells the plural of a term; `None` where it already ends in "s".
pub(super) fn plural(term: &str) -> Option<String> {
    let consonant_y = term.strip_suffix('y').filter(|stem| !stem.ends_with(VOWELS) && !stem.is_empty());
    if let Some(stem) = consonant_y {
        Some(format!("{stem}ies"))
    } else if term.ends_with('s') {
        None
    } else if term.ends_with("ato") || HISSING.iter().any(|end| term.ends_with(end)) {
        Some(format!("{term}es"))
    } else {
        Some(format!("{term}s"))
    }
}

/// Strips the -s of a plural.
pub(super) fn singular(word: &str) -> &str {
    let stem = word.strip_suffix('s').unwrap_or(word);
    // "Swiss", "Cyprus" and "us" are not plurals.
    if stem.len() < 3 || stem.ends_with(['s', 'u', 'i']) { word } else { stem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_singular_loses_its_s() {
        let check = |word: &str, expected: &str| assert_eq!(singular(word), expected, "{word}");
        check("kenyans", "kenyan");
        check("kenyan", "kenyan");
        check("swiss", "swiss");
        check("cyprus", "cyprus");
        check("us", "us");
    }

    #[test]
    fn plurals_are_regular() {
        let check = |term: &str, expected: Option<&str>| assert_eq!(plural(term).as_deref(), expected, "{term}");
        check("ore", Some("ores"));
        check("ruby", Some("rubies"));
        check("clay", Some("clays"));
        check("quartz", Some("quartzes"));
        check("phosphates", None);
        check("sweet potato", Some("sweet potatoes"));
    }

    #[test]
    fn forms_follow_the_rules_of_spelling() {
        let made = |base| forms(base).into_iter().map(|(form, _)| form).collect::<Vec<_>>().join(" ");
        assert_eq!(made("stress"), "stresses stressed stressing");
        assert_eq!(made("deny"), "denies denied denying");
        assert_eq!(made("betray"), "betrays betrayed betraying");
        assert_eq!(made("argue"), "argues argued arguing");
        assert_eq!(made("agree"), "agrees agreed agreeing");
        assert_eq!(made("canoe"), "canoes canoed canoeing");
        assert_eq!(made("dye"), "dyes dyed dyeing");
        assert_eq!(made("lie"), "lies lied lying");
        assert_eq!(made("echo"), "echoes echoed echoing");
        assert_eq!(made("boo"), "boos booed booing");
        assert_eq!(made("fax"), "faxes faxed faxing");
        assert_eq!(made("buzz"), "buzzes buzzed buzzing");
    }

    #[test]
    fn the_forms_of_a_verb_share_a_stem() {
        let check = |forms: &[&str], expected: &str| {
            for form in forms {
                assert_eq!(stem(form), expected, "{form}");
            }
        };
        check(&["claim", "claims", "claimed", "claiming"], "claim");
        check(&["deny", "denies", "denied", "denying"], "deny");
        check(&["argue", "argues", "argued", "arguing"], "argu");
        check(&["admit", "admits", "admitted", "admitting"], "admit");
        check(&["tell", "tells", "telling"], "tell");
        check(&["stress", "stresses", "stressed"], "stress");
        check(&["say", "says"], "say");
        check(&["agree", "agrees", "agreed", "agreeing"], "agre");
        check(&["echo", "echoes", "echoed", "echoing"], "echo");
    }
}
