//! The lexicon of interface phrases, and lookup in it.

use std::{collections::HashMap, sync::LazyLock};

use pressmark_core::DropReason;
use pressmark_lang::Language;

use super::fold::Folded;

/// How certain a phrase is to be interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Could also be a heading or an item of the article.
    Maybe,
    /// Interface wherever it occurs.
    Sure,
}

/// A phrase that matches a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    /// Reason for dropping the line.
    pub(super) reason: DropReason,
    pub(super) strength: Strength,
    /// Whether it opens a block to which the short lines after it belong.
    pub(super) opens: bool,
    pub(super) how: How,
}

/// The part of a line that a phrase must match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    Line,
    Label,
    Start,
    End,
    Bag,
}

#[derive(Debug)]
enum Slot {
    Word(Box<str>),
    /// A number of arbitrary words, from least to most (inclusive).
    Any(usize, usize),
}

#[derive(Debug)]
struct Phrase {
    slots: Vec<Slot>,
    hit: Hit,
    limit: usize,
}

/// The phrases, indexed by their first word (for `end`, by their last).
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    /// Phrases without slots that match a whole line or label.
    lines: HashMap<Box<str>, Hit>,
    labels: HashMap<Box<str>, (Hit, usize)>,
    /// Phrases with slots or matching a start, by first word (`""` if they start with a slot).
    open: HashMap<Box<str>, Vec<Phrase>>,
    ends: HashMap<Box<str>, Vec<Phrase>>,
    /// Phrases of bags, by first word.
    bags: HashMap<Box<str>, Vec<BagEntry>>,
}

/// The reason of a bag, and the words of one of its phrases after the first.
type BagEntry = (DropReason, Vec<Box<str>>);

/// The phrases of all languages: the interface may be in another language than the article, whose language is not known
/// here.
pub(super) static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::parse(Language::neutral().boilerplate()));

/// Most words in a line, or after a label, if its section sets no limit. Set by hand: longer lines are sentences.
const DEFAULT_LIMIT: usize = 12;

impl Lexicon {
    /// Parses the files of all languages; the first one defines the order of the sections.
    fn parse(files: impl Iterator<Item = &'static str>) -> Self {
        let mut sections: Vec<(&str, Vec<&str>)> = Vec::new();
        for file in files {
            let mut at = None;
            for line in file.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with("//")) {
                let header = line.strip_prefix('[').and_then(|l| l.strip_suffix(']'));
                match (header, at) {
                    (Some(header), _) => {
                        let known = sections.iter().position(|(known, _)| *known == header);
                        at = Some(known.unwrap_or(sections.len()));
                        if known.is_none() {
                            sections.push((header, Vec::new()));
                        }
                    }
                    (None, Some(at)) => sections[at].1.push(line),
                    (None, None) => debug_assert!(false, "{line} stands in no section"),
                }
            }
        }
        let mut lexicon = Self::default();
        for (header, lines) in sections {
            let Some((hit, limit)) = parse_header(header) else {
                debug_assert!(false, "boilerplate section [{header}]");
                continue;
            };
            for phrase in lines.iter().flat_map(|line| line.split(';')).map(str::trim).filter(|p| !p.is_empty()) {
                lexicon.add(phrase, hit, limit);
            }
        }
        lexicon
    }

    fn add(&mut self, phrase: &str, hit: Hit, limit: usize) {
        let (phrase, stands_alone) = phrase.strip_suffix('!').map_or((phrase, false), |p| (p, true));
        for variant in expand(phrase) {
            let slots = parse_slots(&variant);
            let mut hit = hit;
            let words: Vec<&str> =
                slots.iter().filter_map(|s| if let Slot::Word(w) = s { Some(&**w) } else { None }).collect();
            if words.is_empty() {
                continue;
            }
            if slots.len() == 1 && hit.how == How::Line && !stands_alone && is_ambiguous_alone(hit.reason) {
                hit.strength = Strength::Maybe;
                hit.opens = false;
            }
            let is_open = words.len() < slots.len();
            let first = if let Some(Slot::Word(w)) = slots.first() { w.clone() } else { "".into() };
            match hit.how {
                How::Line if !is_open => {
                    self.lines.entry(words.join(" ").into()).or_insert(hit);
                }
                How::Label if !is_open => {
                    self.labels.entry(words.join(" ").into()).or_insert((hit, limit));
                }
                How::Bag => {
                    let rest = words.iter().skip(1).map(|&w| w.into()).collect();
                    self.bags.entry(first).or_default().push((hit.reason, rest));
                }
                How::End => {
                    let last = words.last().copied().unwrap_or_default().into();
                    self.ends.entry(last).or_default().push(Phrase { slots, hit, limit });
                }
                How::Line | How::Label | How::Start => {
                    self.open.entry(first).or_default().push(Phrase { slots, hit, limit });
                }
            }
        }
    }

    /// Finds a phrase that is the whole line, starts it or ends it.
    pub(super) fn find(&self, line: &Folded) -> Option<Hit> {
        if line.len() == 0 || line.cut {
            return None;
        }
        if let Some(hit) = self.lines.get(line.as_str()) {
            return Some(*hit);
        }
        let words: Vec<&str> = line.words().collect();
        let starting = [words[0], ""].into_iter().filter_map(|w| self.open.get(w)).flatten();
        let whole = |p: &&Phrase| match p.hit.how {
            How::Line => fits(&p.slots, &words, true),
            How::Start => words.len() <= p.limit && fits(&p.slots, &words, false),
            _ => false,
        };
        // A match of the whole line is stronger than one of its start.
        let mut best: Option<Hit> = None;
        for phrase in starting.filter(whole) {
            if phrase.hit.how == How::Line {
                return Some(phrase.hit);
            }
            best = best.or(Some(phrase.hit));
        }
        best.or_else(|| self.find_bag(&words)).or_else(|| self.find_end(&words))
    }

    fn find_end(&self, words: &[&str]) -> Option<Hit> {
        let phrases = self.ends.get(*words.last()?)?;
        let fits_end = |p: &&Phrase| {
            let start = words.len().checked_sub(p.slots.len());
            words.len() <= p.limit && start.is_some_and(|start| fits(&p.slots, &words[start..], true))
        };
        phrases.iter().find(fits_end).map(|p| p.hit)
    }

    /// Matches lines of only interface words, at least two of them besides numbers; up to 40 words (set by hand).
    fn find_bag(&self, words: &[&str]) -> Option<Hit> {
        if words.len() > 40 {
            return None;
        }
        let mut counts: Vec<(DropReason, usize)> = Vec::new();
        let mut at = 0;
        while at < words.len() {
            if words[at] == "#" {
                at += 1;
                continue;
            }
            let fitting = |rest: &[Box<str>]| {
                words.get(at + 1..at + 1 + rest.len()).is_some_and(|w| w.iter().zip(rest).all(|(a, b)| **a == **b))
            };
            let entries = self.bags.get(words[at])?.iter().filter(|(_, rest)| fitting(rest));
            // Take the longest phrase; it counts for every bag with one of that length.
            let longest = entries.clone().map(|(_, rest)| rest.len()).max()?;
            for (reason, _) in entries.filter(|(_, rest)| rest.len() == longest) {
                match counts.iter_mut().find(|(r, _)| r == reason) {
                    Some((_, n)) => *n += 1,
                    None => counts.push((*reason, 1)),
                }
            }
            at += 1 + longest;
        }
        let (reason, count) = counts.into_iter().max_by_key(|(_, n)| *n)?;
        (count >= 2).then_some(Hit { reason, strength: Strength::Sure, opens: false, how: How::Bag })
    }

    /// Finds the phrase that is the label of a line with `rest` words after it.
    pub(super) fn find_label(&self, label: &Folded, rest: usize) -> Option<Hit> {
        if let Some((hit, limit)) = self.labels.get(label.as_str()) {
            return (rest <= *limit).then_some(*hit);
        }
        let words: Vec<&str> = label.words().collect();
        let phrases = self.open.get(*words.first()?)?;
        let fit = |p: &&Phrase| p.hit.how == How::Label && rest <= p.limit && fits(&p.slots, &words, true);
        phrases.iter().find(fit).map(|p| p.hit)
    }
}

/// Whether one-word phrases of a reason ("Cookies", "Privacy", "Stop") could be a heading in an article.
fn is_ambiguous_alone(reason: DropReason) -> bool {
    use DropReason::{Advertisement, BackToTop, Related, ShareBar};
    !matches!(reason, ShareBar | Related | Advertisement | BackToTop)
}

fn parse_header(header: &str) -> Option<(Hit, usize)> {
    let mut parts = header.split_whitespace();
    let reason = DropReason::named(parts.next()?)?;
    let how = match parts.next()? {
        "line" => How::Line,
        "label" => How::Label,
        "start" => How::Start,
        "end" => How::End,
        "bag" => How::Bag,
        _ => return None,
    };
    let strength = match parts.next()? {
        "sure" => Strength::Sure,
        "maybe" => Strength::Maybe,
        _ => return None,
    };
    let (mut limit, mut opens) = (DEFAULT_LIMIT, false);
    for part in parts {
        match part {
            "opens" => opens = true,
            number => limit = number.parse().ok()?,
        }
    }
    Some((Hit { reason, strength, opens, how }, limit))
}

/// Expands the choices `(a|b)` of a phrase.
fn expand(phrase: &str) -> Vec<String> {
    let mut done = vec![String::new()];
    let mut rest = phrase;
    while let Some((before, after)) = rest.split_once('(') {
        let Some((choices, tail)) = after.split_once(')') else { break };
        done = done
            .iter()
            .flat_map(|head| choices.split('|').map(move |choice| format!("{head}{before}{choice}")))
            .collect();
        rest = tail;
    }
    done.iter_mut().for_each(|head| head.push_str(rest));
    done
}

/// Parses a phrase into slots. `{x}` stands for a name, `{any}` for the rest of a line: their lengths of 6 and 40 words
/// were set by hand.
fn parse_slots(phrase: &str) -> Vec<Slot> {
    let mut slots = Vec::new();
    for part in phrase.split_whitespace() {
        match part {
            "{x}" => slots.push(Slot::Any(1, 6)),
            "{x?}" => slots.push(Slot::Any(0, 6)),
            "{any}" => slots.push(Slot::Any(1, 40)),
            "#" => slots.push(Slot::Word("#".into())),
            word => slots.extend(Folded::new(word).words().map(|w| Slot::Word(w.into()))),
        }
    }
    slots
}

/// Whether the slots match the words from the first on, up to the last if `whole`.
///
/// Slots are short and few, so the backtracking stays small.
fn fits(slots: &[Slot], words: &[&str], whole: bool) -> bool {
    match slots.split_first() {
        None => !whole || words.is_empty(),
        Some((Slot::Word(word), rest)) => {
            words.split_first().is_some_and(|(first, tail)| **first == **word && fits(rest, tail, whole))
        }
        Some((Slot::Any(least, most), rest)) => {
            (*least..=(*most).min(words.len())).any(|n| fits(rest, &words[n..], whole))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(line: &str) -> Option<&'static str> {
        LEXICON.find(&Folded::new(line)).map(|h| h.reason.as_str())
    }

    #[test]
    fn every_section_is_well_formed() {
        let headers = Language::neutral().boilerplate().flat_map(str::lines).filter(|l| l.starts_with('['));
        for header in headers {
            let inner = header.trim().strip_prefix('[').and_then(|l| l.strip_suffix(']')).unwrap();
            // An unknown reason would drop the whole section.
            let (hit, _) = parse_header(inner).unwrap_or_else(|| panic!("{header}"));
            assert!(!matches!(hit.reason, DropReason::Problem(_)), "{header}");
        }
        assert!(LEXICON.lines.len() > 2000, "{}", LEXICON.lines.len());
    }

    #[test]
    fn a_section_names_a_reason_of_the_list() {
        assert!(parse_header("share_bar line sure").is_some());
        assert!(parse_header("sharebar line sure").is_none());
    }

    #[test]
    fn whole_lines_and_starts_but_no_substrings() {
        for (line, expected) in [
            ("Share on Facebook", Some("share_bar")),
            ("Share Tweet Pin 12", Some("share_bar")),
            ("Leave a Reply", Some("comment_form")),
            ("34 Comments", Some("comment_form")),
            ("Lire aussi", Some("related")),
            ("相关阅读", Some("related")),
            ("اقرأ أيضاً", Some("related")),
            ("Читайте также", Some("related")),
            ("Home News Sports Business", Some("navigation")),
            ("To read the rest of this story, please subscribe to The Lantern.", Some("subscription")),
            ("Already a subscriber? Sign in and read on.", Some("subscription")),
            ("Pour lire la suite, abonnez-vous : un mois pour un euro, sans engagement.", Some("subscription")),
            ("Dieser Artikel ist nur für Abonnenten lesbar", Some("subscription")),
            ("Subscribers to the concert hall fell by a third, the board said.", None),
            ("Share prices fell on Tuesday as traders waited.", None),
            ("They asked readers to leave a reply", None),
            ("More trouble ahead", None),
            ("Follow the money", None),
        ] {
            assert_eq!(reason(line), expected, "{line}");
        }
    }

    #[test]
    fn choices_and_slots_expand() {
        assert_eq!(expand("a (b|c) d(e|)"), ["a b de", "a b d", "a c de", "a c d"]);
        assert!(fits(&parse_slots("share on {x}"), &["share", "on", "my", "wall"], true));
        assert!(!fits(&parse_slots("share on {x}"), &["share", "on"], true));
        assert!(fits(&parse_slots("get {x?} app"), &["get", "app", "now"], false));
    }
}
