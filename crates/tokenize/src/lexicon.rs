//! Abbreviations and function words: what a full stop after a word may mean.
//!
//! The lists hold the common forms of English, French, German, Spanish, Italian, Portuguese and Dutch news text.
//! A word that is missing costs a false boundary when a capital follows; a word too many costs a missed one.

/// What a word says about the full stop behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Abbreviation {
    /// Something always follows: a title before a name, "vs.", "e.g.".
    Leads,
    /// An abbreviation only where a number follows ("No. 5"); otherwise a word like any other.
    BeforeNumber,
    /// It may end a sentence, and does when the next word is one that opens sentences ("Inc. The").
    MayEnd,
    /// It ends a sentence when a capital follows ("etc. Others").
    Ends,
    /// A place, if a comma stands before it ("Boston, Mass."); otherwise a word like any other.
    AfterComma,
}

/// The class of `word`, given without its final full stop.
pub(crate) fn abbreviation(word: &str) -> Option<Abbreviation> {
    // Longer than the longest entry.
    if word.len() > 12 {
        return None;
    }
    cased(word).or_else(|| {
        // "GEN. SMITH": headlines shout.
        let mut chars = word.chars();
        let title = chars.next().into_iter().chain(chars.flat_map(char::to_lowercase)).collect::<String>();
        if title != word && word.chars().all(char::is_uppercase) {
            cased(&title).or_else(|| uncased(&title.to_lowercase()))
        } else {
            uncased(&word.to_lowercase())
        }
    })
}

/// Entries that are other words when written small ("gen", "sun", "mar").
fn cased(word: &str) -> Option<Abbreviation> {
    Some(match word {
        "Adj" | "Adm" | "Amb" | "Asst" | "Atty" | "Bish" | "Brig" | "Capt" | "Card" | "Cdr" | "Cmdr" | "Col"
        | "Comdr" | "Cpl" | "Dr" | "Ens" | "Fr" | "Gen" | "Gov" | "Hon" | "Ing" | "Insp" | "Judge" | "Lic" | "Lt"
        | "Maj" | "Messrs" | "Mlle" | "Mlles" | "Mme" | "Mmes" | "Mr" | "Mrs" | "Ms" | "Msgr" | "Mt" | "Mx" | "Pfc"
        | "Pr" | "Pres" | "Prof" | "Pvt" | "Rep" | "Reps" | "Rev" | "Sen" | "Sens" | "Sgt" | "Sgts" | "Spc" | "Sr"
        | "Sra" | "Srta" | "Supt" | "Ste" | "M" | "MM" | "Ft" | "Dra" | "Gral" | "Hr" | "Exmo" | "Sig" | "Dott"
        | "Avv" | "Sgto" | "Cap" | "Tte" | "Cnel" | "Alm" | "Arq" | "Dña" | "Mgr" | "Cmdt" | "PS" | "Pte" | "Cst"
        | "Det" => Abbreviation::Leads,
        "Mar" | "Sat" | "Sun" | "Art" | "Fig" | "No" | "Nos" | "Nr" | "Op" | "Sec" | "Vol" | "Ch" | "Ver" | "Par" => {
            Abbreviation::BeforeNumber
        }
        "Jan" | "Feb" | "Apr" | "Jun" | "Jul" | "Aug" | "Sep" | "Sept" | "Oct" | "Nov" | "Dec" | "Mon" | "Tue"
        | "Tues" | "Wed" | "Thu" | "Thur" | "Thurs" | "Fri" | "St" | "Jr" | "Inc" | "Ltd" | "Co" | "Cos" | "Corp"
        | "Bros" | "Ave" | "Blvd" | "Rd" | "Hwy" | "Univ" | "Assn" | "Dept" | "Dist" | "Intl" | "Natl" | "Govt"
        | "Ala" | "Ariz" | "Ark" | "Calif" | "Colo" | "Conn" | "Fla" | "Ga" | "Kan" | "Ky" | "Md" | "Mich" | "Minn"
        | "Mont" | "Neb" | "Nev" | "Okla" | "Ont" | "Penn" | "Que" | "Tenn" | "Tex" | "Va" | "Vt" | "Wash" | "Wis"
        | "Wyo" | "Cie" | "Sté" | "Ges" | "Str" | "Abs" | "Mio" | "Mrd" | "Ltda" | "Bhd" | "Sdn" | "Pty" | "Plc" => {
            Abbreviation::MayEnd
        }
        "Del" | "Ill" | "Ind" | "La" | "Mass" | "Me" | "Miss" | "Mo" | "Ore" | "Pa" => Abbreviation::AfterComma,
        _ => return None,
    })
}

/// Entries in small letters that hold in any case.
fn uncased(word: &str) -> Option<Abbreviation> {
    Some(match word {
        "approx" | "cf" | "eg" | "ie" | "resp" | "viz" | "vs" | "v" | "messrs" | "mr" | "mrs" | "dr" | "bzw"
        | "vgl" | "evtl" | "ggf" | "bijv" | "dhr" | "mevr" | "drs" | "prof" | "gen" | "sr" | "sra" | "ex" | "env"
        | "nb" => Abbreviation::Leads,
        "no" | "nos" | "n°" | "nº" | "nr" | "núm" | "num" | "p" | "pp" | "pg" | "pág" | "blz" | "vol" | "vols"
        | "art" | "arts" | "fig" | "figs" | "ch" | "chap" | "sec" | "op" | "para" | "paras" | "tel" | "tél" | "ext"
        | "c" | "ca" | "circa" | "av" | "ver" | "eq" | "cap" | "rs" | "cl" | "reg" | "§" => Abbreviation::BeforeNumber,
        "inc" | "ltd" | "corp" | "co" | "bros" | "jr" | "st" | "ave" | "blvd" | "dept" | "depts" | "govt" | "univ"
        | "assn" | "al" | "est" | "misc" | "incl" | "excl" | "max" | "avg" | "ed" | "eds" | "trans" | "lit"
        | "orig" | "janv" | "févr" | "avr" | "juill" | "déc" | "éd" | "bd" | "boul" => Abbreviation::MayEnd,
        "etc" | "usw" | "ecc" | "enz" | "ft" | "lb" | "lbs" | "oz" | "hrs" | "mins" | "esq" | "plc" => {
            Abbreviation::Ends
        }
        _ => return None,
    })
}

/// Whether `word`, written with a capital, opens sentences and is seldom part of a name.
///
/// It decides after an abbreviation that may end a sentence: "in the U.S. The" against "in the U.S. Senate".
pub(crate) fn opens_sentences(word: &str) -> bool {
    matches!(
        word,
        "A" | "About" | "According" | "After" | "Again" | "All" | "Also" | "Although" | "Among" | "An" | "And"
            | "Another" | "Any" | "Are" | "As" | "At" | "Because" | "Before" | "Being" | "Both" | "But" | "By" | "Can"
            | "Could" | "Despite" | "Did" | "Do" | "Does" | "During" | "Each" | "Either" | "Even" | "Every" | "Few"
            | "For" | "From" | "Further" | "Had" | "Has" | "Have" | "He" | "Her" | "Here" | "His" | "How" | "However"
            | "I" | "If" | "In" | "Instead" | "Is" | "It" | "Its" | "Just" | "Last" | "Later" | "Many" | "Meanwhile"
            | "More" | "Moreover" | "Most" | "Much" | "My" | "Neither" | "Never" | "No" | "Nobody" | "Nor" | "Not"
            | "Nothing" | "Now" | "Of" | "On" | "Once" | "Only" | "Or" | "Other" | "Others" | "Our" | "Over"
            | "Perhaps" | "Please" | "Several" | "She" | "Should" | "Since" | "So" | "Some" | "Such" | "Than" | "That"
            | "The" | "Their" | "Them" | "Then" | "There" | "Therefore" | "These" | "They" | "This" | "Those"
            | "Though" | "Through" | "Thus" | "To" | "Today" | "Under" | "Unless" | "Unlike" | "Until" | "Was" | "We"
            | "Were" | "What" | "When" | "Where" | "Whether" | "Which" | "While" | "Who" | "Whose" | "Why" | "With"
            | "Within" | "Without" | "Would" | "Yes" | "Yet" | "You" | "Your"
            // French, then German and Spanish where the word is no name.
            | "Au" | "Aux" | "Avec" | "Ce" | "Cela" | "Ces" | "Cet" | "Cette" | "Dans" | "Depuis" | "Des" | "Donc"
            | "Elle" | "Elles" | "En" | "Et" | "Il" | "Ils" | "Je" | "Les" | "Leur" | "Leurs" | "Mais" | "Nous" | "Or,"
            | "Où" | "Par" | "Pour" | "Quand" | "Que" | "Qui" | "Sa" | "Selon" | "Ses" | "Si" | "Son" | "Sur" | "Un"
            | "Une" | "Vous" | "À" | "Das" | "Der" | "Die" | "Ein" | "Eine" | "Er" | "Sie" | "Wir" | "Aber" | "Und"
            | "El" | "Los" | "Pero" | "Según" | "Una" | "Y"
    )
}

/// Whether `word`, written with a capital, opens sentences so surely that it does even without a full stop before
/// it, as where a line break was lost: "on Friday It rained".
pub(crate) fn surely_opens(word: &str) -> bool {
    matches!(
        word,
        "After"
            | "Also"
            | "But"
            | "He"
            | "How"
            | "If"
            | "It"
            | "My"
            | "Our"
            | "She"
            | "The"
            | "There"
            | "These"
            | "They"
            | "This"
            | "We"
            | "When"
            | "Why"
    )
}

/// Whether `word` is a verb of speech in a form that follows its speaker: "…?" Marta Kovac asked.
pub(crate) fn is_speech_verb(word: &str) -> bool {
    matches!(
        word,
        "added"
            | "adds"
            | "announced"
            | "answered"
            | "argued"
            | "asked"
            | "asks"
            | "called"
            | "continued"
            | "cried"
            | "declared"
            | "demanded"
            | "exclaimed"
            | "explained"
            | "insisted"
            | "inquired"
            | "joked"
            | "noted"
            | "pleaded"
            | "posted"
            | "quipped"
            | "recalled"
            | "remarked"
            | "replied"
            | "responded"
            | "said"
            | "says"
            | "screamed"
            | "shouted"
            | "stated"
            | "thought"
            | "told"
            | "tweeted"
            | "urged"
            | "warned"
            | "whispered"
            | "wondered"
            | "wrote"
            | "yelled"
    )
}

/// Whether `word` (without its final full stop) is letters and full stops in turn: "U.S", "a.m", "Ph.D", "EE.UU".
pub(crate) fn is_dotted(word: &str) -> bool {
    // No part of such an abbreviation is longer than "Ph" in "Ph.D"; "example.com" is none.
    word.contains('.')
        && word.split('.').all(|part| {
            let part = part.strip_prefix('-').unwrap_or(part);
            (1..=2).contains(&part.chars().count()) && part.chars().all(char::is_alphabetic)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes() {
        for (word, class) in [
            ("Gen", Some(Abbreviation::Leads)),
            ("GEN", Some(Abbreviation::Leads)),
            ("No", Some(Abbreviation::BeforeNumber)),
            ("Inc", Some(Abbreviation::MayEnd)),
            ("INC", Some(Abbreviation::MayEnd)),
            ("etc", Some(Abbreviation::Ends)),
            ("Mass", Some(Abbreviation::AfterComma)),
            ("sun", None),
            ("president", None),
            ("", None),
        ] {
            assert_eq!(abbreviation(word), class, "{word}");
        }
    }

    #[test]
    fn dotted() {
        for word in ["U.S", "a.m", "Ph.D", "EE.UU", "J.-C", "LL.AA.II.RR"] {
            assert!(is_dotted(word), "{word}");
        }
        for word in ["US", "example.com", "3.5", "U..S", ""] {
            assert!(!is_dotted(word), "{word}");
        }
    }
}
