//! Merges entities across documents by their names.

use std::collections::HashMap;

/// Normalizes a name: lower case, without "the", possessives and punctuation ("The U.S." → "us").
pub(crate) fn folded(name: &str) -> String {
    let lower = name.to_lowercase().replace('’', "'");
    let words = lower.split(|c: char| c.is_whitespace() || c == '-' || c == '–').map(|word| {
        let word = word.strip_suffix("'s").unwrap_or(word);
        word.chars().filter(|c| c.is_alphanumeric()).collect::<String>()
    });
    let words: Vec<String> = words.filter(|word| !word.is_empty() && word != "the").collect();
    if words.is_empty() { lower } else { words.join(" ") }
}

/// An entity of the corpus while documents are added.
#[derive(Debug, Default)]
pub(crate) struct Actor {
    /// Its name in the first document.
    pub(crate) name: String,
    pub(crate) label: String,
    /// Normalized aliases used by documents.
    aliases: Vec<String>,
}

/// Entities of the corpus by number.
#[derive(Debug, Default)]
pub(crate) struct Actors {
    pub(crate) all: Vec<Actor>,
    /// Numbers by label and normalized name.
    numbers: HashMap<(String, String), u32>,
}

/// Most aliases kept per entity. Set by hand; it bounds memory against documents with endless aliases.
const MOST_ALIASES: usize = 16;

impl Actors {
    /// The number of an entity; entities with the same label and normalized name share one.
    pub(crate) fn number<'a>(&mut self, name: &str, label: &str, aliases: impl Iterator<Item = &'a str>) -> u32 {
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let key = (label.to_owned(), folded(name));
        let number = *self.numbers.entry(key.clone()).or_insert(next);
        if number == next && next < u32::MAX {
            self.all.push(Actor { name: name.to_owned(), label: label.to_owned(), aliases: Vec::new() });
        }
        if let Some(actor) = self.all.get_mut(number as usize) {
            for alias in aliases.map(folded).filter(|alias| *alias != key.1) {
                if actor.aliases.len() < MOST_ALIASES && !actor.aliases.contains(&alias) {
                    actor.aliases.push(alias);
                }
            }
        }
        number
    }

    /// Maps each number to that of the entity it is merged into.
    ///
    /// An entity whose name is an alias of exactly one other entity with the same label is merged into it: "DRC" into
    /// the "Democratic Republic of the Congo". "Smith" stays alone if two Smiths are known.
    pub(crate) fn joined(&self) -> Vec<u32> {
        let mut holders: HashMap<(&str, &str), Vec<u32>> = HashMap::new();
        for (number, actor) in (0u32..).zip(&self.all) {
            for alias in &actor.aliases {
                holders.entry((&actor.label, alias)).or_default().push(number);
            }
        }
        let mut to: Vec<u32> = (0u32..).zip(&self.all).map(|(number, _)| number).collect();
        for ((label, name), &number) in &self.numbers {
            if let Some([only]) = holders.get(&(label.as_str(), name.as_str())).map(Vec::as_slice)
                && let Some(slot) = to.get_mut(number as usize)
            {
                *slot = *only;
            }
        }
        let follow = |mut number: u32| {
            // Two entities may be aliases of each other: merge into the one with the lowest number.
            let mut lowest = number;
            for _ in 0..MOST_STEPS {
                let next = to.get(number as usize).copied().unwrap_or(number);
                if next == number {
                    return number;
                }
                number = next;
                lowest = lowest.min(number);
            }
            lowest
        };
        (0u32..).zip(&self.all).map(|(number, _)| follow(number)).collect()
    }
}

/// Most steps along a chain of aliases. Set by hand: longer chains are not worth following, and the limit ends cycles.
const MOST_STEPS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_name_are_one() {
        let check = |name: &str, expected: &str| assert_eq!(folded(name), expected);
        check("the U.S.", "us");
        check("Lind’s", "lind");
        check("Jean-Luc  Reis", "jean luc reis");
        check("The", "the");
        check("…", "…");
    }

    #[test]
    fn an_alias_of_one_entity_is_that_entity() {
        let mut actors = Actors::default();
        let full = actors.number("Harbour Workers' Federation", "ORG", ["HWF"].into_iter());
        let short = actors.number("HWF", "ORG", [].into_iter());
        let place = actors.number("HWF", "LOC", [].into_iter());
        assert_eq!(actors.number("the HWF", "ORG", [].into_iter()), short);
        let joined = actors.joined();
        assert_eq!((joined[short as usize], joined[full as usize], joined[place as usize]), (full, full, place));
    }

    #[test]
    fn an_alias_of_two_entities_is_neither() {
        let mut actors = Actors::default();
        actors.number("Ada Lind", "PERSON", ["Lind"].into_iter());
        actors.number("Otto Lind", "PERSON", ["Lind"].into_iter());
        let alone = actors.number("Lind", "PERSON", [].into_iter());
        assert_eq!(actors.joined()[alone as usize], alone);
    }

    #[test]
    fn two_that_call_each_other_by_name_are_one() {
        let mut actors = Actors::default();
        let first = actors.number("Norland", "LOC", ["Republic of Norland"].into_iter());
        let second = actors.number("Republic of Norland", "LOC", ["Norland"].into_iter());
        let joined = actors.joined();
        assert_eq!(joined[first as usize], joined[second as usize]);
    }
}
