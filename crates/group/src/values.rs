//! Extracts numbers, amounts of money and days from sentences, with the words around them.

use std::collections::BTreeSet;

use pressmark_lang::{Ending, Language, Numeral, WordClass};

use crate::features::term_stem;
use crate::text::Word;
use crate::view::View;

/// Words on either side of a value that say what it measures. Set by hand: about a clause.
const NEAR: usize = 6;
/// Words after a number that may be the unit it counts. Set by hand: an adjective and a noun.
const UNIT: usize = 2;
/// Four-digit numbers without a unit in this range are years, not counts. Set by hand: years that news writes about.
const YEARS: std::ops::RangeInclusive<u64> = 1900..=2100;

/// A value in a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// A count, percentage or amount of money.
    Amount(Amount),
    /// Day of the week; Monday is 1.
    Weekday(u8),
    /// Day of a month.
    Day {
        /// 1 to 12.
        month: u8,
        /// 1 to 31.
        day: u8,
    },
}

/// A quantity with its precision, as the inclusive range `low..=high`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Amount {
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Rounding step: 1 million for "43 million".
    pub(crate) step: f64,
    /// Whether words mark it as inexact ("about"), or it is a vague count ("dozens").
    pub(crate) is_vague: bool,
    /// Stems of the counted noun; empty if unknown, or for money and percentages.
    pub(crate) unit: BTreeSet<String>,
    pub(crate) kind: AmountKind,
}

/// Kind of an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AmountKind {
    Count,
    Money,
    Percent,
}

/// A value with its position in code points.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) value: Value,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Stems and surface forms of nearby words, in order.
    pub(crate) near: Vec<(String, String)>,
}

/// Values between two code point offsets of a document.
pub(crate) fn values(view: &View<'_>, start: usize, end: usize) -> Vec<Found> {
    let reader = Reader { view, words: view.words_in(start, end), language: view.language };
    let mut found = Vec::new();
    let mut at = 0;
    while at < reader.words.len() {
        match reader.day(at).or_else(|| reader.amount(at)) {
            Some((value, from, to)) => {
                found.extend(reader.found(value, from, to));
                at = to.max(at + 1);
            }
            None => at += 1,
        }
    }
    found
}

struct Reader<'v, 'a> {
    view: &'v View<'a>,
    words: &'v [Word<'a>],
    language: &'static Language,
}

/// A value with the index of its first word and the index after its last.
type Place = (Value, usize, usize);

impl<'a> Reader<'_, 'a> {
    fn word(&self, at: usize) -> Option<&'a str> {
        self.words.get(at).map(|word| word.text)
    }

    fn lower(&self, at: usize) -> String {
        self.word(at).unwrap_or_default().to_lowercase()
    }

    /// The text between a word and the next.
    fn between(&self, at: usize) -> &'a str {
        match (self.words.get(at), self.words.get(at + 1)) {
            (Some(one), Some(next)) => self.view.slice(one.end, next.start),
            _ => "",
        }
    }

    fn numeral(&self, at: usize) -> Option<Numeral> {
        self.language.numeral(&self.lower(at))
    }

    /// Parses "Friday", "March 2".
    fn day(&self, at: usize) -> Option<Place> {
        let word = self.word(at)?;
        // Abbreviated weekdays are also words ("sun"), so only names of five or more letters count; months have at
        // least three.
        if word.chars().count() < 3 {
            return None;
        }
        let is_capitalised = word.starts_with(char::is_uppercase);
        if is_capitalised
            && word.chars().count() > 4
            && let Some(day) = self.language.weekday(word)
        {
            return Some((Value::Weekday(day), at, at + 1));
        }
        let month = self.language.month(word).filter(|_| is_capitalised || !self.language.capitalises_months())?;
        let day_of = |at: usize| self.language.day_of_month(self.word(at)?);
        if let Some(day) = day_of(at + 1) {
            return Some((Value::Day { month, day }, at, at + 2));
        }
        let day = at.checked_sub(1).and_then(day_of)?;
        Some((Value::Day { month, day }, at - 1, at + 1))
    }

    /// Parses "7,000 deaths", "some twenty people", "$4.1 million", "35.7 percent", "hundreds of thousands".
    fn amount(&self, at: usize) -> Option<Place> {
        let (mut low, mut high, mut step, mut is_vague, mut to) = self.number(at)?;
        // A year counts nothing.
        let digits = self.word(at)?;
        let is_sum = self.currency(at);
        if digits.len() == 4 && digits.parse().is_ok_and(|year| YEARS.contains(&year)) && !is_sum && to == at + 1 {
            return None;
        }
        // Part of a date, a clock time, a score or a section number.
        let is_joined = |text: &str| matches!(text, ":" | "/" | "–") || text.ends_with('§');
        if is_joined(self.between(to.saturating_sub(1))) || at > 0 && is_joined(self.between(at - 1)) {
            return None;
        }
        let mut from = at;
        for before in [at.checked_sub(1), at.checked_sub(2)].into_iter().flatten() {
            match self.numeral(before) {
                // One and a half rounding steps on either side, set by hand.
                Some(Numeral::About) => (low, high) = (low - 1.5 * step, high + 1.5 * step),
                Some(Numeral::More) => high = f64::INFINITY,
                Some(Numeral::Less) => low = 0.0,
                _ => continue,
            }
            is_vague = true;
            from = before;
            break;
        }
        let mut unit = BTreeSet::new();
        let kind = if is_sum || self.language.classes(&self.lower(to)).contains(WordClass::Currency) {
            to += usize::from(!is_sum);
            AmountKind::Money
        } else if self.is_percent(to) {
            to += usize::from(!self.percent_sign(to));
            AmountKind::Percent
        } else {
            to = self.unit(to, &mut unit);
            AmountKind::Count
        };
        step = step.max(f64::MIN_POSITIVE);
        Some((Value::Amount(Amount { low, high, step, is_vague, unit, kind }), from, to))
    }

    /// Parses a number: (low, high, rounding step, whether it is vague, index after its last word).
    fn number(&self, at: usize) -> Option<(f64, f64, f64, bool, usize)> {
        let word = self.word(at)?;
        let (mut value, mut step, mut to) = if word.starts_with(|c: char| c.is_ascii_digit()) {
            let plain = word.replace(',', "");
            let value: f64 = plain.parse().ok().filter(|value: &f64| value.is_finite())?;
            let decimals = plain.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            (value, 10_f64.powi(-(decimals.min(9) as i32)), at + 1)
        } else {
            match self.numeral(at)? {
                // "one" is more often a pronoun than a number.
                Numeral::Number(value) if value > 1 => (value as f64, 1.0, at + 1),
                Numeral::Many(value) => return Some(self.many(at, value as f64)),
                _ => return None,
            }
        };
        while let Some(Numeral::Scale(scale)) = self.numeral(to) {
            value *= scale as f64;
            step *= scale as f64;
            to += 1;
        }
        Some((value, value, step, false, to))
    }

    /// Parses "thousands", "hundreds of thousands": a range of one order of magnitude.
    fn many(&self, at: usize, value: f64) -> (f64, f64, f64, bool, usize) {
        let (mut value, mut to) = (value, at + 1);
        if let Some(Numeral::Many(next)) = self.numeral(at + 2)
            && !self.lower(at + 1).is_empty()
        {
            value *= next as f64;
            to = at + 3;
        }
        (value, value * 10.0, value, true, to)
    }

    /// Whether the number is an amount of money: a currency sign precedes it.
    fn currency(&self, at: usize) -> bool {
        let start = self.words.get(at).map_or(0, |word| word.start);
        self.view.slice(start.saturating_sub(1), start).starts_with(['$', '€', '£', '¥'])
    }

    fn percent_sign(&self, to: usize) -> bool {
        let end = to.checked_sub(1).and_then(|last| self.words.get(last)).map_or(0, |word| word.end);
        self.view.slice(end, end + 1) == "%"
    }

    fn is_percent(&self, to: usize) -> bool {
        self.percent_sign(to)
            || self.language.is_percent(&self.lower(to))
            || self.language.is_percent(&format!("{} {}", self.lower(to), self.lower(to + 1)))
    }

    /// Adds the stems of the counted noun phrase, up to the first function word or mark; returns the index after it.
    fn unit(&self, from: usize, unit: &mut BTreeSet<String>) -> usize {
        let mut at = from;
        // A preposition may intervene: "thousands of deaths".
        let skips = self.language.classes(&self.lower(at)).contains(WordClass::Preposition) && self.between(at) == " ";
        let first = at + usize::from(skips && self.between(at.saturating_sub(1)) == " ");
        for next in first..first + UNIT {
            let gap = self.between(next.saturating_sub(1));
            let lower = self.lower(next);
            let is_said =
                !self.language.classes(&lower).is_empty() && !self.language.classes(&lower).contains(WordClass::Role);
            let Some(stem) = term_stem(&lower, self.language).filter(|_| matches!(gap, " " | "-") && !is_said) else {
                break;
            };
            unit.insert(stem.to_owned());
            at = next + 1;
            // A plural ends the noun phrase: "340 passengers overnight".
            if self.language.endings(&lower).contains(Ending::Plural) {
                break;
            }
        }
        at
    }

    fn found(&self, value: Value, from: usize, to: usize) -> Option<Found> {
        let range = from.saturating_sub(NEAR)..(to + NEAR).min(self.words.len());
        let mut near = Vec::new();
        for at in range.filter(|at| !(from..to).contains(at)) {
            let lower = self.lower(at);
            let is_number = lower.starts_with(|c: char| c.is_numeric()) || self.language.numeral(&lower).is_some();
            if let Some(stem) = term_stem(&lower, self.language).filter(|_| !is_number) {
                near.push((stem.to_owned(), self.word(at)?.to_owned()));
            }
        }
        Some(Found { value, start: self.words.get(from)?.start, end: self.words.get(to.checked_sub(1)?)?.end, near })
    }
}

impl Amount {
    fn is_exact(&self) -> bool {
        !self.is_vague && self.low == self.high
    }
}

/// How the second of two values relates to the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    Same,
    /// The first is more precise.
    FirstFiner,
    SecondFiner,
    Contradict,
}

/// Compares two amounts of one kind.
pub(crate) fn compare(a: &Amount, b: &Amount) -> Compared {
    if a.low == b.low && a.high == b.high {
        return Compared::Same;
    }
    // A rounded amount covers those it may have been rounded or truncated from; vague ones ("hundreds of thousands")
    // have their range instead.
    let covers = |coarse: &Amount, fine: &Amount| {
        let slack = if coarse.step > fine.step && !coarse.is_vague { coarse.step } else { 0.0 };
        fine.low >= coarse.low - slack && fine.high <= coarse.high + slack
    };
    match (covers(a, b), covers(b, a)) {
        (true, true) => Compared::Same,
        (true, false) => Compared::SecondFiner,
        (false, true) => Compared::FirstFiner,
        (false, false) if a.is_exact() && b.is_exact() || a.high < b.low || b.high < a.low => Compared::Contradict,
        // The ranges overlap.
        (false, false) => Compared::Same,
    }
}

#[cfg(test)]
mod tests {
    use pressmark_core::Document;
    use pressmark_jsonl::{Provenance, Record};

    use super::*;

    fn read(text: &str) -> Vec<(Value, String)> {
        let mut doc = Document::from_text("a", text);
        doc.meta.language = Some("en".into());
        let record = Record::of(&doc, &Provenance::default());
        let view = View::new(&record);
        let found = values(&view, 0, text.chars().count());
        found.into_iter().map(|found| (found.value, view.slice(found.start, found.end).to_owned())).collect()
    }

    fn amount(text: &str) -> Amount {
        match read(text).into_iter().next() {
            Some((Value::Amount(amount), _)) => amount,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn values_are_found_with_their_words() {
        let check = |text: &str, expected: &[&str]| {
            let found: Vec<String> = read(text).into_iter().map(|(_, words)| words).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("The storm killed about 7,000 people on Friday.", &["about 7,000 people", "Friday"]);
        check("They raised $4.5 million in 2019.", &["4.5 million"]);
        check("Thousands of homes lost power.", &["Thousands of homes"]);
        check("It fell 3.2 percent on March 2, at 10:30.", &["3.2 percent", "March 2"]);
        check("The sun may shine on one of us.", &[]);
    }

    #[test]
    fn amounts_are_compared_as_exactly_as_they_are_given() {
        let check = |a: &str, b: &str, expected: Compared| {
            assert_eq!(compare(&amount(a), &amount(b)), expected, "{a} / {b}");
        };
        check("7,000 deaths", "7,000 deaths", Compared::Same);
        check("7,000 deaths", "thousands of deaths", Compared::FirstFiner);
        check("dozens of arrests", "47 arrests", Compared::SecondFiner);
        check("more than 200 arrests", "217 arrests", Compared::SecondFiner);
        check("more than 200 arrests", "150 arrests", Compared::Contradict);
        check("14 houses", "17 houses", Compared::Contradict);
        check("$43 million", "$43,885,310", Compared::SecondFiner);
        check("nearly $44 million", "$43,885,310", Compared::SecondFiner);
        check("$38 million", "$43,885,310", Compared::Contradict);
        check("12 percent", "12.3 percent", Compared::SecondFiner);
        check("hundreds of thousands of people", "thousands of people", Compared::Contradict);
    }
}
