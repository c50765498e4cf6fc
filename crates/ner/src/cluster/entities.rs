//! Entities from clusters: name, label and aliases.

use std::collections::{BTreeMap, HashMap};

use pressmark_core::{Entity, EntityType, Mention};
use pressmark_lang::Language;

use super::Context;
use super::forms::{Class, winner};
use crate::name::{fold, is_small, personal};

/// A written form of an entity, its count and its highest score.
struct Written {
    text: String,
    count: usize,
    score: f32,
}

/// Running totals over an entity's mentions.
#[derive(Default)]
struct Tally {
    forms: Vec<Written>,
    index: HashMap<String, usize>,
    votes: BTreeMap<EntityType, f32>,
    mentions: usize,
}

/// Builds entities in order of first mention and sets each mention's entity index.
///
/// `groups` has the cluster id of each mention.
pub(super) fn build(context: &Context<'_>, mentions: &mut [Mention], groups: &[usize]) -> Vec<Entity> {
    let mut numbers: HashMap<usize, usize> = HashMap::new();
    let mut tallies: Vec<Tally> = Vec::new();
    for (mention, group) in mentions.iter_mut().zip(groups) {
        let number = *numbers.entry(*group).or_insert(tallies.len());
        if number == tallies.len() {
            tallies.push(Tally::default());
        }
        tallies[number].add(context.doc.slice(mention.span), mention.score, &mention.label);
        mention.entity = Some(number);
    }
    tallies.into_iter().filter_map(|tally| tally.finish(context.language)).collect()
}

impl Tally {
    fn add(&mut self, text: &str, score: f32, label: &EntityType) {
        // A name may be wrapped across lines.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let next = self.forms.len();
        let form = *self.index.entry(text.clone()).or_insert(next);
        if form == next {
            self.forms.push(Written { text, count: 0, score: 0.0 });
        }
        let written = &mut self.forms[form];
        written.count += 1;
        written.score = written.score.max(score);
        *self.votes.entry(label.clone()).or_default() += score;
        self.mentions += 1;
    }

    /// `None` without mentions, which cannot happen: a tally is created with its first one.
    fn finish(self, language: &Language) -> Option<Entity> {
        let label = winner(&self.votes)?.clone();
        let class = Class::of(&label);
        let mut fullest = 0;
        for (at, form) in self.forms.iter().enumerate().skip(1) {
            if fullness(form, class, language) > fullness(&self.forms[fullest], class, language) {
                fullest = at;
            }
        }
        let mut aliases: Vec<String> = self.forms.into_iter().map(|w| w.text).collect();
        let name = if aliases.is_empty() { String::new() } else { aliases.remove(fullest) };
        Some(Entity { name, label, aliases, mentions: self.mentions, sentiment: None })
    }
}

/// Longest single word in capitals, in bytes, that is an acronym rather than shouted. Set by hand.
const MAX_ACRONYM: usize = 6;

/// Sort key for the fullest form, in order of precedence: first name and surname of a person, confident for the model,
/// not all capitals as in a headline, number of content words, number of occurrences, length in words.
///
/// The first name stands above the rest: "ANA REIS" in capitals or doubtful says more of who it is than a sure "Reis".
fn fullness(form: &Written, class: Class, language: &Language) -> (bool, bool, bool, usize, usize, usize) {
    let words: Vec<&str> = form.text.split([' ', '-']).filter(|w| !w.is_empty()).collect();
    let shouted = (words.len() > 1 || form.text.len() > MAX_ACRONYM) && !form.text.chars().any(char::is_lowercase);
    let weighs = |w: &&&str| {
        let small = is_small(&w.to_lowercase(), language);
        let initial = class == Class::Person && w.trim_end_matches('.').chars().count() == 1;
        !small && !initial && w.starts_with(|c: char| !c.is_lowercase())
    };
    let weight = if class == Class::Literal || class == Class::Term { 0 } else { words.iter().filter(weighs).count() };
    let length = words.iter().filter(|w| weighs(w) || is_small(&w.to_lowercase(), language)).count();
    let full = class == Class::Person && has_first_name(&form.text, language);
    // 0.5: more likely a mention than not.
    (full, form.score >= 0.5, !shouted, weight, form.count, length)
}

/// Whether a person's name has two words besides titles, suffixes and initials. "Reis-Lima" is one word.
fn has_first_name(name: &str, language: &Language) -> bool {
    let words = personal(fold(&name.replace('-', ""), language), language);
    words.iter().filter(|w| w.chars().count() > 1 && !is_small(w, language)).count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubtful_full_name_names_the_person() {
        let english = Language::of(Some("en"));
        let fuller = |long: &str, long_score, short: &str| {
            let form = |text: &str, score| Written { text: text.into(), count: 1, score };
            fullness(&form(long, long_score), Class::Person, english)
                > fullness(&form(short, 0.9), Class::Person, english)
        };
        assert!(fuller("Ana Reis", 0.3, "Reis"));
        assert!(!fuller("Reis-Lima", 0.3, "Reis"));
        assert!(!fuller("Mrs. Reis", 0.3, "Reis"));
        assert!(!fuller("Reis Jr.", 0.3, "Reis"));
        assert!(!fuller("Ana Reis Lima", 0.3, "Ana Reis"));
    }
}
