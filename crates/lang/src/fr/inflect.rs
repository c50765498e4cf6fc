//! Plurals of regular nouns.

/// Words after which a term is invariable: "mine d’or", "aide à la presse".
const LINKS: &[&str] = &["à", "au", "aux", "de", "des", "du", "en", "par", "pour", "sans", "sur"];

/// Spells the plural of a term: of its noun and adjectives, up to the first linking preposition.
pub(super) fn plural(term: &str) -> Option<String> {
    let mut inside = true;
    let words = term.split(' ').map(|word| {
        inside &= !LINKS.contains(&word) && !word.starts_with("d'") && !word.starts_with("d’");
        if inside { plural_word(word) } else { word.to_owned() }
    });
    let plural = words.collect::<Vec<_>>().join(" ");
    (plural != term).then_some(plural)
}

fn plural_word(word: &str) -> String {
    match word {
        "festival" | "carnaval" | "bal" | "récital" | "pneu" | "bleu" => format!("{word}s"),
        "travail" | "bail" | "vitrail" | "corail" => format!("{}ux", word.trim_end_matches("il")),
        _ if word.ends_with(['s', 'x', 'z']) => word.to_owned(),
        // Words of up to two characters, such as "UE", are abbreviations: none of the rules below applies.
        _ if word.chars().nth(2).is_none() => format!("{word}s"),
        _ if word.ends_with("au") || word.ends_with("eu") => format!("{word}x"),
        _ => word.strip_suffix("al").map_or_else(|| format!("{word}s"), |stem| format!("{stem}aux")),
    }
}

/// Strips the -s of a plural, or its -x behind -au and -eu.
pub(super) fn singular(word: &str) -> &str {
    let plain = word.strip_suffix('s').filter(|stem| !stem.ends_with(['s', 'u', 'i']));
    let stem = plain.or_else(|| word.strip_suffix('x').filter(|stem| stem.ends_with("au") || stem.ends_with("eu")));
    // "Français", "virus" and "les" are not plurals of a noun.
    stem.filter(|stem| stem.len() > 2).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_singular_loses_its_s_or_x() {
        let check = |word: &str, expected: &str| assert_eq!(singular(word), expected, "{word}");
        check("maliens", "malien");
        check("français", "français");
        check("bureaux", "bureau");
        check("prix", "prix");
        check("les", "les");
    }

    #[test]
    fn plurals_are_those_of_the_noun() {
        let check = |term: &str, expected: Option<&str>| assert_eq!(plural(term).as_deref(), expected, "{term}");
        check("impôt", Some("impôts"));
        check("journal", Some("journaux"));
        check("festival", Some("festivals"));
        check("bureau", Some("bureaux"));
        check("travail", Some("travaux"));
        check("banque centrale", Some("banques centrales"));
        check("mine d’or", Some("mines d’or"));
        check("président de région", Some("présidents de région"));
        check("prix", None);
    }
}
