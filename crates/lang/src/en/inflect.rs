//! The forms of regular verbs.

use crate::verb_form::VerbForm;

/// The -s, -ed and -ing forms by the rules of spelling. Doubled consonants ("admitted") are listed in the file.
pub(super) fn forms(base: &str) -> Vec<(String, VerbForm)> {
    let stem = base.strip_suffix('e').unwrap_or(base);
    // "deny" becomes "denies"; "betray" keeps its y.
    let y = base.strip_suffix('y').filter(|y| !y.ends_with(['a', 'e', 'o', 'u']));
    let third = match y {
        Some(y) => format!("{y}ies"),
        None if ["sh", "ch", "ss"].iter().any(|end| base.ends_with(end)) => format!("{base}es"),
        None => format!("{base}s"),
    };
    let past = y.map_or_else(|| format!("{stem}ed"), |y| format!("{y}ied"));
    vec![(third, VerbForm::ThirdPerson), (past, VerbForm::Past), (format!("{stem}ing"), VerbForm::PresentParticiple)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_follow_the_rules_of_spelling() {
        let made = |base| forms(base).into_iter().map(|(form, _)| form).collect::<Vec<_>>().join(" ");
        assert_eq!(made("stress"), "stresses stressed stressing");
        assert_eq!(made("deny"), "denies denied denying");
        assert_eq!(made("betray"), "betrays betrayed betraying");
        assert_eq!(made("argue"), "argues argued arguing");
    }
}
