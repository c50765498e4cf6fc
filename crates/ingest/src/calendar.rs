//! Names of months, days of the week and time zones, in the languages of pages and of exports.

/// Names of the months, from January on, folded to small letters without accents; a name may be cut short to
/// three letters or more where that is no other word.
const MONTHS: [&str; 12] = [
    "january jan janvier janv enero ene janeiro januar gennaio januari",
    "february feb fevrier fevr fev febrero fevereiro februar febbraio februari",
    "march mar mars marzo marco marz maart mrz",
    "april apr avril avr abril abr aprile",
    "may mai mayo maio maggio mei",
    "june jun juin junio junho juni giugno",
    "july jul juillet juil julio julho juli luglio",
    "august aug aout agosto ago augustus",
    "september sept sep septembre septiembre setiembre setembro settembre",
    "october oct octobre octubre outubro oktober okt ottobre",
    "november nov novembre noviembre novembro",
    "december dec decembre diciembre dic dezembro dezember dez dicembre",
];

/// Names of the days of the week, from Monday on.
const WEEKDAYS: [&str; 7] = [
    "monday mon lundi lun lunes montag lunedi maandag",
    "tuesday tue tues mardi martes dienstag martedi dinsdag",
    "wednesday wed mercredi miercoles mittwoch mercoledi woensdag",
    "thursday thu thur thurs jeudi jueves donnerstag giovedi donderdag",
    "friday fri vendredi viernes freitag venerdi vrijdag",
    "saturday sat samedi sabado samstag sonnabend sabato zaterdag",
    "sunday sun dimanche domingo sonntag domenica zondag",
];

/// Time zones whose names mean one offset everywhere, in hours.
const ZONES: &[(&str, i8)] = &[
    ("UTC", 0),
    ("GMT", 0),
    ("Z", 0),
    ("WET", 0),
    ("CET", 1),
    ("CEST", 2),
    ("MEZ", 1),
    ("MESZ", 2),
    ("EET", 2),
    ("EEST", 3),
    ("MSK", 3),
    ("EST", -5),
    ("EDT", -4),
    ("CDT", -5),
    ("MST", -7),
    ("MDT", -6),
    ("PST", -8),
    ("PDT", -7),
    ("WAT", 1),
    ("CAT", 2),
    ("SAST", 2),
    ("EAT", 3),
    ("HKT", 8),
    ("SGT", 8),
    ("JST", 9),
    ("KST", 9),
    ("AEST", 10),
    ("AEDT", 11),
    ("NZST", 12),
    ("NZDT", 13),
];

/// The month, counted from 1, that a word names.
pub(crate) fn month_named(word: &str) -> Option<i8> {
    position(&MONTHS, word)
}

/// The day of the week that a word names: 1 for Monday to 7 for Sunday.
pub(crate) fn weekday_named(word: &str) -> Option<i8> {
    position(&WEEKDAYS, word)
}

/// Hours that a time zone is ahead of UTC, by its abbreviation.
pub(crate) fn offset_named(word: &str) -> Option<i8> {
    ZONES.iter().find(|(name, _)| *name == word).map(|(_, hours)| *hours)
}

fn position(names: &[&str], word: &str) -> Option<i8> {
    // The longest name has ten letters.
    if word.len() > 24 {
        return None;
    }
    let word = unaccented(word);
    let at = names.iter().position(|names| names.split(' ').any(|name| name == word))?;
    i8::try_from(at + 1).ok()
}

/// Small letters without accents.
pub(crate) fn unaccented(word: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    use unicode_normalization::char::is_combining_mark;
    word.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_whole_and_nothing_else() {
        for (word, month) in
            [("May", Some(5)), ("SEPT", Some(9)), ("März", Some(3)), ("août", Some(8)), ("Mayor", None), ("Marc", None)]
        {
            assert_eq!(month_named(word), month, "{word}");
        }
        assert_eq!(weekday_named("Miércoles"), Some(3));
        assert_eq!((offset_named("PDT"), offset_named("IST")), (Some(-7), None));
    }
}
