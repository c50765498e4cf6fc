//! Countries by the names that news give them.
//!
//! General knowledge, after the short and formal names of ISO 3166-1: the current name first, then what
//! else is common in English. Formal names of the kind "Republic of X" need no entry: see [`FORMS_OF_STATE`].
//! Peoples ("Congolese") are no variants: they have a label of their own. "Congo" and "Korea" alone are two
//! countries each and stand in no row.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::name::fold;

/// Rows of variants, folded as [`fold`](crate::name::fold) does it.
const COUNTRIES: &str = "\
afghanistan
albania
algeria
andorra
angola
antigua and barbuda
argentina
armenia
australia
austria
azerbaijan
bahamas
bahrain
bangladesh
barbados
belarus
belgium
belize
benin
bhutan
bolivia
bosnia and herzegovina|bosnia herzegovina|bosnia|bih
botswana
brazil
brunei|brunei darussalam
bulgaria
burkina faso|burkina
burundi
cabo verde|cape verde
cambodia
cameroon
canada
central african republic
chad
chile
china|prc|mainland china
colombia
comoros|union of comoros
democratic republic of congo|dr congo|drc|congo kinshasa|dr kongo|congo drc|dem rep congo|rdc|d r congo
republic of congo|congo brazzaville|congo republic
costa rica
cote divoire|ivory coast
croatia
cuba
cyprus
czech republic|czechia
denmark
djibouti
dominica
dominican republic
ecuador
egypt|arab republic of egypt
el salvador
equatorial guinea
eritrea
estonia
eswatini|swaziland
ethiopia
fiji
finland
france|french republic
gabon
gambia
georgia
germany
ghana
greece|hellenic republic
grenada
guatemala
guinea|guinea conakry
guinea bissau
guyana
haiti
honduras
hong kong|hksar
hungary
iceland
india
indonesia
iran
iraq
ireland|irish republic
israel
italy|italian republic
jamaica
japan
jordan
kazakhstan
kenya
kiribati
kosovo
kuwait
kyrgyzstan|kyrgyz republic|kirghizia
laos|lao pdr|lao peoples democratic republic
latvia
lebanon|lebanese republic
lesotho
liberia
libya
liechtenstein
lithuania
luxembourg
macau|macao
madagascar
malawi
malaysia
maldives
mali
malta
marshall islands
mauritania
mauritius
mexico|united mexican states
micronesia|federated states of micronesia
moldova
monaco
mongolia
montenegro
morocco
mozambique
myanmar|burma
namibia
nauru
nepal
netherlands|holland
new zealand|nz|aotearoa
nicaragua
niger
nigeria
north korea|dprk|democratic peoples republic of korea|n korea
north macedonia|macedonia|fyrom
norway
oman
pakistan
palau
palestine|palestinian territories|occupied palestinian territory
panama
papua new guinea
paraguay
peru
philippines
poland
portugal|portuguese republic
qatar
romania
russia|russian federation
rwanda
saint kitts and nevis|st kitts and nevis
saint lucia|st lucia
saint vincent and grenadines|st vincent and grenadines|st vincent
samoa
san marino
sao tome and principe|sao tome
saudi arabia|ksa
senegal
serbia
seychelles
sierra leone
singapore
slovakia|slovak republic
slovenia
solomon islands
somalia
south africa
south korea|republic of korea|rok|s korea
south sudan
spain
sri lanka|ceylon
sudan
suriname
sweden
switzerland|swiss confederation
syria|syrian arab republic
taiwan|republic of china|chinese taipei
tajikistan
tanzania|united republic of tanzania
thailand
timor leste|east timor
togo|togolese republic
tonga
trinidad and tobago|trinidad
tunisia
turkey|turkiye
turkmenistan
tuvalu
uganda
ukraine
united arab emirates|uae
united kingdom|uk|britain|great britain|united kingdom of great britain and northern ireland
united states|us|usa|united states of america|america|u s|u s a
uruguay
uzbekistan
vanuatu
vatican|vatican city|holy see
venezuela
vietnam|viet nam
yemen
zambia
zimbabwe";

/// What formal names begin with, longest first where one begins another.
const FORMS_OF_STATE: &[&str] = &[
    "islamic republic of ",
    "federal republic of ",
    "federative republic of ",
    "federal democratic republic of ",
    "democratic republic of ",
    "democratic socialist republic of ",
    "socialist republic of ",
    "peoples democratic republic of ",
    "peoples republic of ",
    "bolivarian republic of ",
    "cooperative republic of ",
    "oriental republic of ",
    "plurinational state of ",
    "independent state of ",
    "hashemite kingdom of ",
    "commonwealth of ",
    "principality of ",
    "grand duchy of ",
    "sultanate of ",
    "republic of ",
    "kingdom of ",
    "state of ",
];

static ROWS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let row = |line: &'static str| line.split('|').map(move |v| (v, line.split('|').next().unwrap_or(line)));
    COUNTRIES.lines().flat_map(row).collect()
});

/// The current name of the country that a folded name stands for, if it is one.
pub(crate) fn country(folded: &str) -> Option<&'static str> {
    ROWS.get(folded).copied().or_else(|| {
        let short = FORMS_OF_STATE.iter().find_map(|form| folded.strip_prefix(form))?;
        ROWS.get(short).copied()
    })
}

/// How many of the `words`, from the first, are a country's name: the longest such; none when the first is not
/// written as a name.
pub(crate) fn country_at(words: &[&str]) -> Option<usize> {
    let first = *words.first()?;
    // "Us" and "Car" begin sentences; "US" does not stand for "us".
    let capitals = first.chars().filter(|c| c.is_uppercase()).count();
    if capitals == 0 || (capitals == 1 && first.chars().count() < 4) {
        return None;
    }
    let mut name = String::new();
    let mut longest = None;
    for (at, word) in words.iter().take(MAX_WORDS).enumerate() {
        let folded = fold(word).join(" ");
        if !folded.is_empty() {
            name.push_str(if name.is_empty() { "" } else { " " });
            name.push_str(&folded);
            longest = ROWS.contains_key(name.as_str()).then_some(at + 1).or(longest);
        }
    }
    longest
}

/// Words of the longest name that is looked for, hyphens and small words included.
const MAX_WORDS: usize = 6;

/// The two countries that "Congo" alone may be.
pub(crate) const CONGOS: [&str; 2] = ["democratic republic of congo", "republic of congo"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_of_a_country_are_one() {
        let check = |names: &[&str]| {
            let first = country(&fold(names[0]).join(" "));
            assert!(first.is_some(), "{names:?}");
            assert!(names.iter().all(|n| country(&fold(n).join(" ")) == first), "{names:?}");
        };
        check(&["US", "U.S.", "U.S", "USA", "United States", "the United States of America", "America"]);
        check(&["DRC", "DR Congo", "D.R. Congo", "Democratic Republic of the Congo", "Democratic Republic of Congo"]);
        check(&["Côte d’Ivoire", "Cote d'Ivoire", "Ivory Coast", "Republic of Côte d'Ivoire"]);
        check(&["China", "People’s Republic of China", "PRC"]);
        check(&["South Korea", "Republic of Korea"]);
        check(&["Iran", "Islamic Republic of Iran"]);
        check(&["Türkiye", "Turkey"]);
    }

    #[test]
    fn different_countries_are_told_apart() {
        let pairs =
            [("Niger", "Nigeria"), ("Guinea", "Guinea-Bissau"), ("Congo-Brazzaville", "DRC"), ("Taiwan", "China")];
        for (a, b) in pairs {
            assert_ne!(country(&fold(a).join(" ")), country(&fold(b).join(" ")), "{a} {b}");
        }
        assert_eq!(country("congo"), None);
        assert_eq!(country("eastern congo"), None);
    }

    #[test]
    fn countries_are_found_where_they_begin() {
        let check = |text: &str, expected: Option<usize>| {
            let words: Vec<&str> = text.split(' ').collect();
            assert_eq!(country_at(&words), expected, "{text:?}");
        };
        check("DR Congo said", Some(2));
        check("Democratic Republic of the Congo (", Some(5));
        check("Guinea - Bissau is", Some(3));
        check("Guinea is", Some(1));
        check("US troops", Some(1));
        check("Us too", None);
        check("turkey with rice", None);
        check("New hope", None);
    }

    #[test]
    fn no_variant_stands_twice() {
        assert_eq!(ROWS.len(), COUNTRIES.split(['|', '\n']).count());
        assert!(ROWS.keys().all(|k| fold(k).join(" ") == *k));
    }
}
