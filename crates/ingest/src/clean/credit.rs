//! Reads bylines, dates, copyright and source lines. The limits in words, characters and bytes were set by hand: longer
//! lines are sentences, which are never read as credits.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use pressmark_lang::{Language, NameClass, PagePhrase};

use super::{
    dates::date,
    fold::{Folded, Words, words},
};
use crate::phrases::{COPYRIGHT, JOINERS, Phrases, RIGHTS, behind, behind_byline, of_all_languages, phrases};

/// Lower-case words inside the names of writers and of outlets, besides the particles of all names.
static WRITER_PARTICLES: Phrases = phrases!(WriterParticle);
static OUTLET_PARTICLES: Phrases = phrases!(OutletParticle);

/// Marks by which agencies end captions.
static CAPTION_MARKS: Phrases = LazyLock::new(|| Language::neutral().caption_marks().collect());

/// Words before the owner of a copyright.
static BEFORE_OWNER: Phrases = phrases!(BeforeOwner);

/// Labels of photographers' names, capitalized.
static PHOTO_CREDITS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let capitalised = |label: &str| {
        let mut chars = label.chars();
        chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
    };
    of_all_languages(PagePhrase::PhotoCredit).into_iter().map(capitalised).collect()
});

/// Job titles of writers, folded.
static ROLES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let phrases = of_all_languages(PagePhrase::Role).into_iter().chain(of_all_languages(PagePhrase::RoleWord));
    phrases.map(|phrase| Folded::new(phrase).as_str().to_owned()).collect()
});

/// Words that start a title rather than a name, and words that end the name of an outlet.
static NO_NAMES: Phrases = phrases!(NoName);
static OUTLETS: Phrases = phrases!(OutletWord);

/// Words before and after the outlet in a line that credits one.
static BEFORE_OUTLET: Phrases = phrases!(BeforeOutlet);
static BEHIND_OUTLET: Phrases = phrases!(BehindOutlet);

/// First words of the credits at the end of an article.
static REPORTED_BY: Phrases = phrases!(ReportedBy);
static EDITED_BY: Phrases = phrases!(EditedBy);
/// Most bytes of such a credit. Set by hand: room for a dozen names and their places.
const SIGN_OFF_BYTES: usize = 400;

/// First words of captions.
static CAPTIONS: Phrases = phrases!(Caption);

/// Top-level domains that are accepted without a scheme or `www.`; a dot inside a name alone makes no domain.
static DOMAINS: LazyLock<Words> = LazyLock::new(|| {
    words(
        "com net org info news co io tv fm me africa online today press media eu uk us fr de es it nl be ch \
         at pt br mx ar cl ru cn jp kr in au ca za ke ug tz rw ng gh cd zm zw et eg ma pl se no fi dk ie int \
         edu gov biz cc ly live blog site digital world ph pk tr ir il",
    )
});

/// Prefixes of words that say that something was published elsewhere.
static PUBLISHED: Phrases = phrases!(Republished);

/// Whether a line claims a copyright, and its owner if it names one. The limits in words were set by hand: longer lines
/// are about copyright.
pub(super) fn copyright(text: &str, folded: &Folded) -> Option<Option<String>> {
    let first = folded.word(0);
    let mark = first == "©"
        || COPYRIGHT.contains(&first) && folded.word(1) == "©"
        || text.starts_with("(c) ")
        || text.starts_with("(C) ");
    let year = folded.words().take(4).any(|w| w == "#");
    if folded.cut || folded.len() > 45 || !(mark || (COPYRIGHT.contains(&first) && year && folded.len() <= 25)) {
        return None;
    }
    let is_year = |w: &str| w.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '–' | ',' | '.'));
    let is_lead = |word: &str| {
        let lower = word.to_lowercase();
        let bare = lower.trim_end_matches([',', '.', ':']);
        is_year(word)
            || word.starts_with('©')
            || matches!(bare, "(c)" | "&copy;" | "-" | "–" | "|")
            || COPYRIGHT.contains(&bare)
            || BEFORE_OWNER.contains(&bare)
            || RIGHTS.iter().any(|rights| rights.split(' ').any(|right| right == bare))
    };
    let ends = |word: &str| {
        let lower = word.to_lowercase();
        matches!(word, "|" | "-" | "–" | "·" | "•")
            || RIGHTS.iter().any(|rights| rights.split(' ').next() == Some(&lower))
    };
    let owner: Vec<&str> =
        text.split_whitespace().skip_while(|word| is_lead(word)).take_while(|word| !ends(word)).take(7).collect();
    let mut owner = owner.join(" ");
    if let Some(end) = owner.find(". ") {
        owner.truncate(end);
    }
    let owner = owner.trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ',' | ';')).to_owned();
    Some(
        (!owner.is_empty() && owner.len() <= 60 && owner.chars().next().is_some_and(char::is_alphanumeric))
            .then_some(owner),
    )
}

/// The names in a byline: "By" and names, with roles or employers.
pub(super) fn byline(text: &str) -> Option<Vec<String>> {
    behind_byline(text).and_then(|(rest, _)| names(rest, true))
}

/// The people in a text that its page marks as a byline, with or without "By": of at least two words each, since a single
/// one may be an outlet or a family name.
pub(crate) fn marked_byline(text: &str) -> Option<Vec<String>> {
    let rest = behind_byline(text).or_else(|| behind(text, &REPORTED_BY)).map_or(text, |(rest, _)| rest);
    names(rest, true).filter(|names| names.iter().all(|name| name.contains(' ')))
}

/// The people in a text that only names people; after "By" (`marked`) a single word will do, and a place or an outlet
/// may follow a name.
pub(super) fn names(text: &str, marked: bool) -> Option<Vec<String>> {
    if text.len() > 160 || (text.ends_with('.') && !ends_in_initial(text)) {
        return None;
    }
    let mut found = Vec::new();
    for part in text.split([',', '|', '·', '•', '&', ';', '/', '\n']).flat_map(|p| split_words(p, &JOINERS)) {
        let part = part.trim().trim_matches(['(', ')', '-', '–', '—', ' ']);
        if behind(part, &EDITED_BY).is_some() {
            break;
        }
        if part.is_empty() || is_role(part) {
            continue;
        }
        let part = if marked { without_place(part) } else { part };
        // "By Jane Doe, Harbour Gazette".
        if !found.is_empty() && is_outlet(part) {
            continue;
        }
        let tokens = part.split_whitespace().count();
        let is_name = is_name(part) && (tokens >= 2 || (marked && found.is_empty()));
        if is_name {
            found.push(part.to_owned());
        } else if found.is_empty() || (tokens > 1 && !is_name_like_place(part)) {
            return None;
        }
    }
    (!found.is_empty()).then_some(found)
}

/// A name without what a preposition joins to it: "Ada Okoye in Nairobi", "Ada Okoye for The Daily Post".
fn without_place(part: &str) -> &str {
    if is_name(part) {
        return part;
    }
    let is_preposition = |word: &str| {
        let word = word.to_lowercase();
        let word = word.as_str();
        (BEFORE_OUTLET.contains(&word) || OUTLET_PARTICLES.contains(&word)) && !is_particle(word)
    };
    let name = part.match_indices(' ').find_map(|(at, _)| {
        let (name, rest) = (&part[..at], &part[at + 1..]);
        let (word, place) = rest.split_once(' ')?;
        (is_preposition(word) && name.contains(' ') && is_name(name) && is_name_like_place(place)).then_some(name)
    });
    name.unwrap_or(part)
}

/// Whether a name is an outlet's, by its last word.
pub(crate) fn is_outlet(part: &str) -> bool {
    Folded::new(part).words().last().is_some_and(|word| OUTLETS.contains(&word))
}

/// Whether what follows a name is an outlet or a place: "The Daily Post", "Nairobi".
fn is_name_like_place(part: &str) -> bool {
    part.split_whitespace().count() <= 5
        && part
            .split_whitespace()
            .all(|w| w.chars().next().is_some_and(char::is_uppercase) || OUTLET_PARTICLES.contains(&w))
}

fn split_words<'a>(text: &'a str, seps: &[&str]) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let (mut from, mut at) = (0, 0);
    for word in text.split_inclusive(char::is_whitespace) {
        if seps.contains(&word.trim_end().to_lowercase().as_str()) {
            parts.push(&text[from..at]);
            from = at + word.len();
        }
        at += word.len();
    }
    parts.push(&text[from..]);
    parts
}

/// Whether a part of a byline is a job title: "Staff Writer".
pub(crate) fn is_role(part: &str) -> bool {
    let folded = Folded::new(part);
    folded.len() <= 7 && folded.words().any(|w| ROLES.contains(w))
}

fn ends_in_initial(text: &str) -> bool {
    let word = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    word.chars().count() <= 3 && word.chars().next().is_some_and(char::is_uppercase)
}

/// Whether a text has the form of a name: one to five capitalized words, with particles inside.
pub(super) fn is_name(text: &str) -> bool {
    let tokens: Vec<&str> = text.split_whitespace().collect();
    let capital = |w: &str| {
        let mut chars = w.chars();
        chars.next().is_some_and(char::is_uppercase)
            && chars.all(|c| c.is_alphabetic() || matches!(c, '.' | '\'' | '’' | '-'))
    };
    let last = tokens.len().saturating_sub(1);
    !tokens.is_empty()
        && tokens.len() <= 5
        && tokens.iter().enumerate().all(|(i, w)| capital(w) || (i > 0 && i < last && is_particle(w)))
        && !starts_title(tokens[0])
}

/// Whether a word is a lower-case particle of names.
fn is_particle(word: &str) -> bool {
    Language::neutral().name_word(word).contains(NameClass::Particle) || WRITER_PARTICLES.contains(&word)
}

/// Whether a text starts with a photographer's label glued to the name: "CreditAda Okoye".
pub(super) fn is_glued(text: &str) -> bool {
    PHOTO_CREDITS.iter().any(|label| text.strip_prefix(label).is_some_and(|rest| rest.starts_with(char::is_uppercase)))
}

/// Whether a capitalized word starts a title rather than a name: "Why". All capitals leave it open.
fn starts_title(word: &str) -> bool {
    let lower = word.to_lowercase();
    let is_capitals = lower.chars().count() > 1 && word == word.to_uppercase();
    !is_capitals && NO_NAMES.contains(&lower.as_str())
}

/// The names and the date in a line of both: "Posted on 9 April 2021 by Lena Fox", "Lena Fox - 9 April 2021".
pub(super) fn signed_date(text: &str) -> Option<(Vec<String>, &str)> {
    if text.len() > 160 || !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let dash = |c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | '|' | ',' | '•' | '·' | '/');
    text.match_indices([' ', '\n']).find_map(|(at, _)| {
        let (head, tail) = (text[..at].trim_matches(dash), text[at..].trim_matches(dash));
        let written = |t: &str| byline(t).or_else(|| names(t, false));
        if let (Some(names), Some(date)) = (written(head), date(tail)) {
            return Some((names, date.date));
        }
        byline(tail).zip(date(head)).map(|(names, date)| (names, date.date))
    })
}

/// The outlet that a line credits: the host of a URL, or the name after the phrase.
pub(super) fn credited(rest: &str) -> Option<String> {
    if let Some(host) = host(rest) {
        return Some(host);
    }
    let mut name = rest.trim();
    // Cut at what follows a name: "The Daily Post, 3 March", "The Daily Post under a licence".
    if let Some((head, _)) = name.split_once(", ").filter(|(_, tail)| tail.chars().any(|c| c.is_ascii_digit())) {
        name = head;
    }
    let behind = BEHIND_OUTLET.iter().filter_map(|phrase| place_of(name, phrase));
    let marks = [" – ", " - ", " | ", ". ", " ("].into_iter().filter_map(|mark| name.find(mark));
    if let Some(at) = behind.chain(marks).filter(|at| *at > 0).min() {
        name = name.get(..at).unwrap_or(name);
    }
    let name = name.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, '.' | ',' | ':' | ';' | ')' | '(' | '"' | '“' | '”' | '*' | '[' | ']' | '–' | '-' | '—')
    });
    let fits = !name.is_empty() && name.chars().count() <= 60 && name.split_whitespace().count() <= 7;
    let first = name.chars().next().unwrap_or('a');
    (fits && !first.is_lowercase() && !first.is_numeric()).then(|| name.to_owned())
}

/// Offset of the end of the text before a phrase that matches whole words.
fn place_of(text: &str, phrase: &str) -> Option<usize> {
    text.match_indices(phrase).find_map(|(at, _)| {
        let rest = text.get(at + phrase.len()..)?;
        let before = text.get(..at)?.strip_suffix(' ')?;
        (!rest.starts_with(char::is_alphanumeric)).then_some(before.len())
    })
}

/// The host of the first URL in the text, without `www.`.
pub(super) fn host(text: &str) -> Option<String> {
    text.split_whitespace().find_map(|word| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '/');
        let word = word.split([')', ']']).next()?;
        // A label may be glued to the scheme: "Source:https://".
        let url = word.find("://").map_or(word, |at| &word[at + 1..]);
        let name = pressmark_core::host(url)?.trim_end_matches('.').to_lowercase();
        // After a scheme or "www.", anything in the form of a domain is a host, whatever its top-level domain.
        let said_so = url.starts_with("//") || url.get(..4).is_some_and(|www| www.eq_ignore_ascii_case("www."));
        (is_domain(&name) || said_so && has_domain_form(&name)).then_some(name)
    })
}

/// Whether the text is a domain name such as `example.co.uk`, with a known top-level domain.
pub(super) fn is_domain(text: &str) -> bool {
    has_domain_form(text) && text.rsplit('.').next().is_some_and(|l| DOMAINS.contains(l.to_lowercase().as_str()))
}

/// Whether the text consists of labels separated by full stops, the last of letters only.
fn has_domain_form(text: &str) -> bool {
    let labels: Vec<&str> = text.split('.').collect();
    labels.len() >= 2
        && labels.iter().all(|l| !l.is_empty() && l.chars().all(|c| c.is_alphanumeric() || c == '-'))
        && labels[0].chars().count() >= 2
        && labels[0].chars().any(char::is_alphabetic)
        && labels.last().is_some_and(|l| l.len() >= 2 && l.chars().all(char::is_alphabetic))
}

/// The outlet in a sentence about the source: what follows "published on", "appeared in", "from".
pub(super) fn credited_in_sentence(text: &str) -> Option<String> {
    if let Some(host) = host(text) {
        return Some(host);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    // The outlet comes after the word for publishing; other lines credit people.
    let verb = words.iter().position(|w| {
        let word = w.to_lowercase();
        PUBLISHED.iter().any(|p| word.starts_with(p))
    })?;
    let at = words.iter().enumerate().position(|(i, w)| {
        i > verb
            && BEFORE_OUTLET.contains(&w.to_lowercase().as_str())
            && words.get(i + 1).is_some_and(|n| {
                n.chars().next().is_some_and(char::is_uppercase)
                    || (Language::neutral().is_article(n)
                        && words.get(i + 2).is_some_and(|n| n.starts_with(char::is_uppercase)))
            })
            && date(words[i + 1..].iter().take(3).copied().collect::<Vec<_>>().join(" ").as_str()).is_none()
    })?;
    credited(&words[at + 1..].join(" "))
}

/// The credit that ends a paragraph, with the white space before it: "(Reporting by Ana Reis; editing by Tom Kern)", in
/// brackets or as a sentence of its own.
pub(super) fn sign_off(text: &str) -> Option<Range<usize>> {
    let end = text.trim_end().len();
    let from = (end.saturating_sub(SIGN_OFF_BYTES)..end).find(|at| text.is_char_boundary(*at))?;
    let tail = text.get(from..end)?;
    let opening = if tail.ends_with([')', ']']) { tail.rfind(['(', '[']) } else { None };
    let ends = [". ", "! ", "? ", "” ", "\" ", "» "]
        .into_iter()
        .flat_map(|mark| tail.match_indices(mark).map(move |(i, _)| i + mark.len()));
    let start = opening.into_iter().chain(ends).filter(|i| tail.get(*i..).is_some_and(is_sign_off)).min()?;
    let kept = text.get(..from + start)?.trim_end().len();
    (kept > 0).then_some(kept..text.len())
}

/// Whether a text only says who reported, wrote and edited an article.
pub(super) fn is_sign_off(text: &str) -> bool {
    let is_clause = |clause: &str| {
        behind_credit(clause)
            .is_some_and(|rest| rest.split_whitespace().all(may_be_signed) && rest.contains(char::is_uppercase))
    };
    text.len() <= SIGN_OFF_BYTES && clauses(text).next().is_some() && clauses(text).all(is_clause)
}

/// The reporters that such a credit names.
pub(super) fn reporters(text: &str) -> Vec<String> {
    let reported = clauses(text).filter_map(|clause| behind(clause, &REPORTED_BY));
    let parts = reported.flat_map(|(rest, _)| rest.split(',').take_while(|part| behind_credit(part.trim()).is_none()));
    let names = parts.flat_map(|part| split_words(part, &JOINERS)).filter_map(|name| {
        // "Ana Reis in Sandoy".
        let name = split_words(name, &BEFORE_OUTLET).first().map(|name| name.trim())?;
        (name.contains(' ') && is_name(name)).then(|| name.to_owned())
    });
    names.collect()
}

/// The parts of a credit: who reported, who edited.
fn clauses(text: &str) -> impl Iterator<Item = &str> {
    let text = text.trim().trim_matches(['(', ')', '[', ']']).trim_end_matches('.');
    text.split(';').map(str::trim).filter(|clause| !clause.is_empty())
}

/// The text behind the words with which a credit begins.
fn behind_credit(text: &str) -> Option<&str> {
    behind(text, &REPORTED_BY).or_else(|| behind(text, &EDITED_BY)).map(|(rest, _)| rest)
}

/// Whether a word may be in a credit: one of a name or a place, one that joins them, or one that begins another credit.
fn may_be_signed(word: &str) -> bool {
    let word = word.trim_matches([',', '(', ')']);
    let lower = word.to_lowercase();
    let lower = lower.as_str();
    let in_phrase = |phrases: &Phrases| phrases.iter().any(|phrase| phrase.split(' ').any(|w| w == lower));
    word.starts_with(char::is_uppercase)
        || JOINERS.contains(&lower)
        || BEFORE_OUTLET.contains(&lower)
        || OUTLET_PARTICLES.contains(&lower)
        || is_particle(word)
        || in_phrase(&REPORTED_BY)
        || in_phrase(&EDITED_BY)
        || matches!(word, "" | "&" | "/" | "-" | "–")
}

/// A site's own name before the first sentence: "(Example.net) –", "EXAMPLE NEWS —".
///
/// Datelines and agencies ("GOMA, Congo (AP) —", "KINSHASA (Reuters) –") are part of the story and stay; only a domain
/// or one of the page's own names is cut. Returns the range to cut and the name.
pub(super) fn self_credit(text: &str, sites: &[String]) -> Option<(Range<usize>, String)> {
    let own = |name: &str| sites.iter().any(|site| is_same_site(name, site));
    let dash_after = |from: usize| {
        let rest = text.get(from..)?;
        let trimmed = rest.trim_start();
        let dash = trimmed.chars().next().filter(|c| matches!(c, '-' | '–' | '—' | '―' | ':' | '|'))?;
        let after = trimmed.get(dash.len_utf8()..)?;
        let body = after.trim_start_matches([' ', '\u{a0}', '-', '–', '—']);
        (!body.is_empty() && (after.len() > body.len() || dash != '-'))
            .then_some((rest.len() - trimmed.len(), text.len() - body.len()))
    };
    let head_end = text.char_indices().nth(70).map_or(text.len(), |(i, _)| i);
    let head = &text[..head_end];
    if let Some(open) = head.find(['(', '[']) {
        let close = open + head[open..].find([')', ']'])?;
        let inner = head[open + 1..close].trim();
        let (_, end) = dash_after(close + 1)?;
        let place = head[..open].trim();
        let dateline = !place.is_empty()
            && place.chars().count() <= 40
            && place
                .split_whitespace()
                .all(|w| w.chars().next().is_some_and(|c| c.is_uppercase() || c.is_ascii_digit()));
        if !(is_domain(&inner.to_lowercase()) || own(inner)) {
            return None;
        }
        return if place.is_empty() {
            Some((0..end, inner.to_owned()))
        } else if dateline {
            // The place and its dash stay.
            Some((place.len()..close + 1, inner.to_owned()))
        } else {
            None
        };
    }
    let dash = head.find([':', '–', '—']).or_else(|| head.find(" - ").map(|at| at + 1))?;
    let name = head[..dash].trim();
    let (_, end) = dash_after(dash)?;
    (own(name) && name.split_whitespace().count() <= 5).then(|| (0..end, name.to_owned()))
}

/// Whether two names denote one site, with or without the article: "The Example News", "Example News".
fn is_same_site(one: &str, other: &str) -> bool {
    let (one, other) = (squash(one), squash(other));
    [0, 1].into_iter().any(|form| !one[form].is_empty() && one[form] == other[form])
}

/// A name in lower case without spaces and punctuation, so that "Example News" equals "examplenews.com"; as it is and
/// without its article.
fn squash(name: &str) -> [String; 2] {
    let lower = name.to_lowercase();
    let lower = lower.strip_prefix("www.").unwrap_or(&lower);
    let bare = if is_domain(lower) { lower.split('.').next().unwrap_or(lower) } else { lower };
    [bare, Language::neutral().without_article(bare)].map(|name| name.chars().filter(|c| c.is_alphanumeric()).collect())
}

/// Whether a text is a caption, by its first words or by an agency's mark at its end.
pub(super) fn is_caption(text: &str) -> bool {
    let head: String = text.chars().take(24).flat_map(char::to_lowercase).collect();
    let begins = !text.starts_with(char::is_lowercase)
        && CAPTIONS.iter().any(|start| {
            head.strip_prefix(start).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric) || *start == "(photo")
        });
    let tail = text.char_indices().rev().nth(60).map_or(0, |(i, _)| i);
    begins || (text.len() < 400 && CAPTION_MARKS.iter().any(|mark| text[tail..].contains(mark)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bylines_name_people() {
        for (text, expected) in [
            ("By Jane Doe", Some(vec!["Jane Doe"])),
            ("By JANE DOE and Juan de la Cruz, Staff Writers", Some(vec!["JANE DOE", "Juan de la Cruz"])),
            ("Par Anne Petit", Some(vec!["Anne Petit"])),
            // Told apart by its place, not here.
            ("By Land and Sea", Some(vec!["Land"])),
            ("By the Numbers", None),
            ("By noon the rain had stopped.", None),
            ("By Sam O’Neil, The Daily Post", Some(vec!["Sam O’Neil"])),
            ("By Sam O’Neil, Harbour Gazette", Some(vec!["Sam O’Neil"])),
            ("By Ida Falk in Port Ellis and Rui da Costa in Sandoy", Some(vec!["Ida Falk", "Rui da Costa"])),
            ("By Ida Falk for The Harbour Gazette", Some(vec!["Ida Falk"])),
            ("By Ida Falk in the rain", None),
            ("Reported by Ida Falk; edited by Ole Rask", Some(vec!["Ida Falk"])),
            ("By\nIda Falk\nDeputy Sports Editor", Some(vec!["Ida Falk"])),
        ] {
            assert_eq!(byline(text), expected.map(|v| v.into_iter().map(str::to_owned).collect()), "{text}");
        }
    }

    #[test]
    fn a_date_may_be_on_the_line_below_the_name() {
        let found = signed_date("By Ida Falk\n9 April 2021");
        assert_eq!(found, Some((vec!["Ida Falk".to_owned()], "9 April 2021")));
        assert_eq!(signed_date("By Ida Falk\nThe harbour has been shut since 9 April 2021"), None);
    }

    #[test]
    fn a_line_that_names_a_place_without_by_names_nobody() {
        assert_eq!(names("Ferry Crews in Sandoy", false), None);
        assert_eq!(marked_byline("Reuters and AP"), None);
        assert_eq!(marked_byline("Falk, Ida"), None);
        assert_eq!(
            marked_byline("Ida Falk and Ole Rask, staff reporters"),
            Some(vec!["Ida Falk".to_owned(), "Ole Rask".to_owned()])
        );
    }

    #[test]
    fn credits_at_the_end_are_told_from_sentences() {
        let check = |text: &str, kept: Option<&str>, names: &[&str]| {
            let found = sign_off(text);
            assert_eq!(found.clone().map(|credit| &text[..credit.start]), kept, "{text}");
            assert_eq!(found.map(|credit| reporters(&text[credit])).unwrap_or_default(), names, "{text}");
        };
        check("It rained. (Reporting by Ana Reis; Editing by Tom Kern)", Some("It rained."), &["Ana Reis"]);
        check(
            "It rained. Reporting by Ana Reis in Sandoy and Ole Rask.",
            Some("It rained."),
            &["Ana Reis", "Ole Rask"],
        );
        check(
            "“It rained.” (Reporting by Ana Reis, additional reporting by Ole Rask, writing by Lea de Moss; editing by Tom Kern)",
            Some("“It rained.”"),
            &["Ana Reis"],
        );
        check("Il pleut. (Reportage de Anne Petit ; édité par Paul Roux)", Some("Il pleut."), &["Anne Petit"]);
        check("It rained. (Editing by Tom Kern)", Some("It rained."), &[]);
        check("It rained. Reporting by Ana Reis showed that the port was shut.", None, &[]);
        check("It rained (reporting by the Post said so).", None, &[]);
        check("The paper won a prize for reporting by Ana Reis.", None, &[]);
        check("(Reporting by Ana Reis)", None, &[]);
        assert!(is_sign_off("(Reporting by Ana Reis)") && !is_sign_off("Reporting by phone was common."));
    }

    #[test]
    fn a_line_that_begins_like_a_title_is_no_name() {
        assert_eq!(["Why Ferries", "THE TIMES", "Ada Okoye"].map(is_name), [false, true, true]);
    }

    #[test]
    fn the_name_of_an_outlet_ends_where_a_phrase_stands_alone() {
        let check = |text: &str, expected: &str| assert_eq!(credited(text).as_deref(), Some(expected), "{text}");
        check("The Daily Post under a licence", "The Daily Post");
        check("The Daily Post here.", "The Daily Post");
        check("The Daily Post hereabouts", "The Daily Post hereabouts");
        check("Herald on Sunday", "Herald");
    }

    #[test]
    fn captions_begin_so_in_any_case_but_running_text() {
        let all =
            ["FILE - The quay.", "File photo: the quay", "Légende : le quai", "Pictured: Ada Okoye", "(Photo: AP)"];
        assert_eq!(all.map(is_caption), [true; 5]);
        assert_eq!(["file - the quay", "Captioned", "Image captions are short"].map(is_caption), [false; 3]);
    }

    #[test]
    fn credits_name_outlets() {
        for (text, expected) in [
            ("www.example.com", "example.com"),
            ("www.daily.example", "daily.example"),
            ("https://news.example.co.uk/a/b", "news.example.co.uk"),
            ("Source:https://www.daily.example/a", "daily.example"),
            ("来源：http://daily.example", "daily.example"),
            ("The Daily Post", "The Daily Post"),
        ] {
            assert_eq!(credited(text).as_deref(), Some(expected));
        }
        let line = "This article was originally published in The Daily Post on 3 March.";
        assert_eq!(credited_in_sentence(line).as_deref(), Some("The Daily Post"));
    }

    #[test]
    fn only_the_sites_own_name_is_cut() {
        let sites = vec!["Example News".to_owned()];
        for (text, expected) in [
            ("(Another.net) – The rain", Some("The rain")),
            ("EXAMPLE NEWS — The rain", Some("The rain")),
            ("KINSHASA (Reuters) – The rain", None),
            ("GOMA, Congo (AP) — The rain", None),
            ("(Reuters) - The rain", None),
            ("The rain – as always – fell", None),
        ] {
            let cut = self_credit(text, &sites).map(|(range, _)| &text[range.end..]);
            assert_eq!(cut, expected, "{text}");
        }
        let text = "GOMA (example.com) – The rain";
        let (range, _) = self_credit(text, &sites).unwrap();
        assert_eq!(format!("{}{}", &text[..range.start], &text[range.end..]), "GOMA – The rain");
    }
}
