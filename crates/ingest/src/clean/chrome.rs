//! Lines that are dropped for what they say, whatever their neighbours. The limits in words were set by hand on the
//! pages of `corpus.txt`: prompts and labels are short, and raising a limit drops sentences of articles.

use pressmark_core::{DropReason, SegmentKind};

use super::{
    credit, dates,
    fold::Folded,
    lexicon::{Hit, How, LEXICON, Strength},
    line::Line,
};
use crate::phrases::{Phrases, phrases};

/// Reporting verbs: a line that reports somebody's words does not prompt the reader.
static REPORTING: Phrases = phrases!(Report);
/// Labels of contact details, besides the names of social networks.
static CONTACT_LABELS: Phrases = phrases!(ContactLabel);
const NETWORK_LABELS: &[&str] = &["twitter:", "twitter", "x:", "instagram:", "facebook:"];
/// Words of writers' biographies: professions, verbs, phrases.
static CALLINGS: Phrases = phrases!(Calling);
static BIOGRAPHY_VERBS: Phrases = phrases!(BiographyVerb);
static BIOGRAPHY: Phrases = phrases!(Biography);
/// Names of social networks: with one of them, "Follow …" and "Find …" prompt the reader.
const NETWORKS: &[&str] = &[
    "twitter",
    "facebook",
    "instagram",
    "linkedin",
    "youtube",
    "telegram",
    "tiktok",
    "whatsapp",
    "bluesky",
    "mastodon",
    "threads",
    "x",
    "newsletter",
    "google",
    "email",
    "mail",
    "social",
];

/// The reason to drop a line for its text alone; [`placed`] also considers its place.
pub(super) fn reason(line: &Line<'_>) -> Option<DropReason> {
    let text = line.text;
    // A row of a table may read like a counter.
    if line.kind == Some(SegmentKind::Table) {
        return None;
    }
    if text.is_empty() || !text.chars().any(char::is_alphanumeric) {
        return is_decoration(text).then_some(DropReason::Separator);
    }
    if credit::copyright(text, &line.folded).is_some() {
        return Some(DropReason::Copyright);
    }
    if let Some(reason) = line.hit.and_then(|hit| by_phrase(line, hit)) {
        return Some(reason);
    }
    if credit::is_sign_off(text) {
        return Some(DropReason::SourceCredit);
    }
    let is_clock = text.len() <= 24 && text.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '/' | ' ' | '-'));
    if is_clock && text.contains(':') && text.contains('/') {
        return Some(DropReason::Player);
    }
    // A photographer's name with its label glued to it by the page's layout.
    if line.words <= 12 && credit::is_glued(text) {
        return Some(DropReason::PhotoCredit);
    }
    by_form(text).or_else(|| by_parts(line))
}

/// Whether a text consists of rules, arrows and stars only.
fn is_decoration(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_whitespace()
            || (!matches!(c, '?' | '!' | '…')
                && !super::line::is_quote(c)
                && (c.is_ascii_punctuation() || !c.is_ascii()))
    })
}

/// The reason, if the phrase found is decisive.
fn by_phrase(line: &Line<'_>, hit: Hit) -> Option<DropReason> {
    // A list in the article may have items such as "Share"; items of a menu are found by their neighbours.
    let is_item = line.bullet && hit.how == How::Line && line.words <= 2;
    if hit.strength == Strength::Maybe || is_item {
        return None;
    }
    // "More." and "Related." are parts of a sentence.
    if hit.how == How::Line && line.words <= 2 && line.text.ends_with(['.', '。']) {
        return None;
    }
    match hit.how {
        How::Line | How::End | How::Bag => Some(hit.reason),
        How::Start => start_decides(line, hit).then_some(hit.reason),
        How::Label => label_decides(line, hit).then_some(hit.reason),
    }
}

fn start_decides(line: &Line<'_>, hit: Hit) -> bool {
    let speaks = line.words > 8 && line.folded.words().any(|w| REPORTING.contains(&w));
    let quotes = quotes_speech(line.text);
    match hit.reason {
        DropReason::FollowUs => {
            line.text.contains('@')
                || credit::host(line.text).is_some()
                || line.folded.words().any(|w| NETWORKS.contains(&w))
                || (!line.terminal && line.words <= 8)
        }
        DropReason::Tags => !line.terminal,
        // These describe the article in the third person and the past tense.
        DropReason::SourceCredit | DropReason::Legal | DropReason::CommentForm => !quotes || line.words <= 12,
        _ => !speaks && !quotes,
    }
}

/// Whether more than the name of a button, three words, is in quotation marks.
fn quotes_speech(text: &str) -> bool {
    let Some((_, rest)) = text.split_once(['“', '„', '«', '"']) else { return false };
    let inner = rest.split(['”', '“', '»', '"']).next().unwrap_or_default();
    inner.split_whitespace().count() > 3
}

fn label_decides(line: &Line<'_>, hit: Hit) -> bool {
    let rest = line.rest();
    let words = Folded::new(rest).len();
    let sentence = rest.ends_with(['.', '。']) && words >= 5;
    match hit.reason {
        DropReason::Byline => {
            !rest.ends_with(['.', '?', '!', '”', '"']) && (!rest.is_ascii() || credit::names(rest, true).is_some())
        }
        DropReason::SourceCredit => !sentence || credit::host(rest).is_some(),
        DropReason::Tags | DropReason::Counter | DropReason::ReadingTime => {
            !sentence && !rest.ends_with(['?', '!', '”', '"'])
        }
        // A longer text after "Photo:" is a caption (set by hand).
        DropReason::PhotoCredit => !sentence && words <= 8,
        // A headline may end with a full stop, but then it is a link.
        DropReason::Related => words >= 1 && (!sentence || line.link_share > 0.5),
        _ => !sentence,
    }
}

/// The reason to drop a line that consists of URLs, handles, hashtags or e-mail addresses.
fn by_form(text: &str) -> Option<DropReason> {
    let mut words = text.split_whitespace();
    let (mut handles, mut tags, mut links, mut mails, mut others) = (0, 0, 0, 0, 0);
    for word in words.by_ref().take(40) {
        let bare = word.trim_matches([',', '.', '(', ')', '|', '•', '·', ':', ';']);
        if bare.is_empty() {
            continue;
        }
        if bare.len() > 1 && bare.starts_with('@') {
            handles += 1;
        } else if bare.len() > 1 && bare.starts_with('#') && !bare[1..].bytes().all(|b| b.is_ascii_digit()) {
            tags += 1;
        } else if bare.contains("://") || bare.to_lowercase().starts_with("www.") {
            links += 1;
        } else if bare.split_once('@').is_some_and(|(name, host)| !name.is_empty() && credit::is_domain(host)) {
            mails += 1;
        } else {
            others += 1;
        }
    }
    let is_label = |word: &str| CONTACT_LABELS.contains(&word) || NETWORK_LABELS.contains(&word);
    let labelled =
        others == 1 && text.split_whitespace().next().is_some_and(|word| is_label(word.to_lowercase().as_str()));
    if others > 0 && !labelled {
        return None;
    }
    match (handles, tags, links, mails) {
        (_, _, _, 1..) => Some(DropReason::Contact),
        (1.., _, _, _) => Some(DropReason::SocialHandle),
        (_, 1.., _, _) => Some(DropReason::Tags),
        (_, _, 1.., _) => Some(DropReason::Link),
        _ => None,
    }
}

/// The reason to drop a line of separated parts: "By Jane Doe | 3 March 2025 | 5 min read", "Home » News » Politics",
/// "About · Contact · Privacy".
fn by_parts(line: &Line<'_>) -> Option<DropReason> {
    let separators = ['|', '•', '·', '»', '›', '>', '/', '∙', '—', '–'];
    if line.words > 30 || line.terminal || !line.text.contains(separators) {
        return None;
    }
    let mut reasons: Vec<DropReason> = Vec::new();
    let mut others = 0;
    let mut chevrons = 0;
    for part in line.text.split_inclusive(separators) {
        chevrons += usize::from(part.ends_with(['»', '›', '>']));
        let part = part.trim_end_matches(separators).trim();
        let folded = Folded::new(part);
        if folded.len() == 0 || folded.as_str() == "#" {
            continue;
        }
        if let Some(hit) = LEXICON.find(&folded) {
            reasons.push(hit.reason);
        } else if credit::byline(part).is_some() {
            reasons.push(DropReason::Byline);
        } else if dates::date(part).is_some() || credit::signed_date(part).is_some() {
            reasons.push(DropReason::Date);
        } else {
            others += 1;
        }
    }
    let lone = reasons.first().copied();
    let crumbs = chevrons >= 1 && reasons.first() == Some(&DropReason::Navigation);
    let two = reasons.len() >= 2;
    // One unknown part next to three known ones is a name or a place.
    (crumbs || (two && others == 0) || (reasons.len() > 2 * others && others > 0 && two))
        .then_some(if crumbs { Some(DropReason::Navigation) } else { lone })
        .flatten()
}

/// Whether a line is a byline, a date or a picture's credit, wherever it occurs.
pub(super) fn is_meta(line: &Line<'_>) -> bool {
    let text = line.text;
    dates::date(text).is_some()
        || credit::signed_date(text).is_some()
        || credit::byline(text).is_some_and(|names| names.iter().any(|n| n.contains(' ')))
        || credit::is_caption(text)
        || (dates::has_time(text) && text.chars().filter(char::is_ascii_digit).count() >= 5)
}

/// The place of a line, for what is chrome only at the head or foot of a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Before the first paragraph.
    pub(super) head: bool,
    /// After the last paragraph.
    pub(super) tail: bool,
    /// Next to a line that is a date, byline, reading time or share bar.
    pub(super) beside_meta: bool,
    /// Right after the title.
    pub(super) after_title: bool,
    /// One of the last three paragraphs.
    pub(super) near_end: bool,
    /// Right under a line such as "About the author".
    pub(super) under_author: bool,
}

/// The reason to drop a line for its text and its place.
pub(super) fn placed(line: &Line<'_>, place: Place, authors: &[String]) -> Option<DropReason> {
    if line.bullet {
        return None;
    }
    let under_author = place.under_author && line.words <= 120;
    if (place.tail || place.near_end) && (under_author || is_bio(line, authors)) {
        return Some(DropReason::AuthorBio);
    }
    if let Some(date) = dates::date(line.text) {
        // Days without a year belong to fixtures and programmes.
        let dated = date.has_year && (place.head || place.tail);
        return (date.sure || dated || place.beside_meta).then_some(DropReason::Date);
    }
    if credit::signed_date(line.text).is_some() && (place.head || place.tail || place.beside_meta || place.after_title)
    {
        return Some(DropReason::Byline);
    }
    let is_tail_name = place.tail && line.text.starts_with(['—', '–', '-']);
    if place.head || place.tail || place.beside_meta || place.after_title {
        let text = line.text.trim_start_matches(['—', '–', '-', ' ']);
        if let Some(names) = credit::byline(text) {
            // "By Land and Sea" is no byline: people have two names, and outlets follow a title.
            let sure = names.iter().all(|n| n.contains(' ')) || place.after_title || place.beside_meta;
            return sure.then_some(DropReason::Byline);
        }
        let names = credit::names(text, false);
        if names.is_some_and(|names| place.beside_meta || is_tail_name || names.iter().any(|n| authors.contains(n))) {
            return Some(DropReason::Byline);
        }
    }
    None
}

/// Whether a line is a biography: "Jane Doe is a reporter at …", "Jane Doe writes about …". The limits in words were
/// set by hand.
fn is_bio(line: &Line<'_>, authors: &[String]) -> bool {
    let words: Vec<&str> = line.folded.words().take(40).collect();
    let text = line.text.trim_start_matches(['—', '–', '-', ' ']);
    let name: Vec<&str> =
        text.split_whitespace().take_while(|w| credit::is_name(w.trim_end_matches(','))).take(5).collect();
    let verb = words.get(name.len()).is_some_and(|w| BIOGRAPHY_VERBS.contains(w));
    if name.len() < 2 || !verb || line.words > 120 {
        return false;
    }
    let known = authors.iter().any(|a| Folded::new(a) == Folded::new(&name.join(" ")));
    let role = words.iter().skip(name.len()).take(12).any(|w| CALLINGS.contains(w));
    // Phrases match at the start of a word: "our" not in "hour", but "follow" in "following".
    let folded = format!(" {}", line.folded.as_str());
    let has =
        |phrase: &str| folded.match_indices(phrase).any(|(at, _)| folded.get(..at).is_some_and(|t| t.ends_with(' ')));
    let sign = text.contains('@') || has("twitter") || BIOGRAPHY.iter().any(|phrase| has(phrase));
    (known && (role || sign)) || (role && sign)
}
