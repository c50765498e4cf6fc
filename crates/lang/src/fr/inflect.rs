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

#[cfg(test)]
mod tests {
    use super::*;

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
