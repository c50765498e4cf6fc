//! Compares values (numbers, dates, titles, places) in aligned sentences.

use std::collections::{BTreeSet, HashSet};

use pressmark_core::EntityType;
use pressmark_jsonl::story::{Fact, FactKind, Relation, Version};
use pressmark_lang::{SpeechClass, WordClass};

use crate::actors::Actors;
use crate::align::{Alignment, Pair, Sentence};
use crate::features::{entity_key, term_stem};
use crate::naming::standings;
use crate::values::{Amount, AmountKind, Compared, Found, Value, compare, values};
use crate::view::View;

/// Log-odds above the alignment threshold from which differing values may contradict. Set by hand for precision over
/// recall: a wrong difference is worse than none.
const SURE: f32 = 0.5;

/// The facts in the aligned pairs, each reported once per pair of documents.
pub(crate) fn facts(views: &[View<'_>], actors: &Actors, alignment: &Alignment) -> Vec<Fact> {
    let all: Vec<Vec<Found>> = views
        .iter()
        .enumerate()
        .map(|(at, view)| {
            let is_compared = alignment.sentences.get(at).is_some_and(|sentences| !sentences.is_empty());
            if is_compared { values(view, 0, usize::MAX) } else { Vec::new() }
        })
        .collect();
    let finder = Finder { views, actors, all };
    let mut told = HashSet::new();
    let mut facts = Vec::new();
    for pair in &alignment.pairs {
        let Some((a, b)) = alignment.sentence(pair.a).zip(alignment.sentence(pair.b)) else { continue };
        for fact in finder.of_pair(pair, a, b) {
            let place = |version: &Version| (version.words.document.clone(), version.words.start);
            if told.insert((place(&fact.a), place(&fact.b))) {
                facts.push(fact);
            }
        }
    }
    for fact in standings(views, actors, &alignment.sentences) {
        if !facts
            .iter()
            .any(|known| known.kind == FactKind::Title && known.relation == fact.relation && known.what == fact.what)
        {
            facts.push(fact);
        }
    }
    // Contradictions first.
    let rank = |fact: &Fact| match fact.relation {
        Relation::Contradict => 0,
        Relation::Finer => 1,
        Relation::Same => 2,
    };
    facts.sort_by_key(rank);
    facts
}

struct Finder<'v, 'a> {
    views: &'v [View<'a>],
    actors: &'v Actors,
    /// All values of each document.
    all: Vec<Vec<Found>>,
}

impl Finder<'_, '_> {
    fn of_pair(&self, pair: &Pair, a: &Sentence, b: &Sentence) -> Vec<Fact> {
        let Some((ours, theirs)) = self.views.get(pair.a.0).zip(self.views.get(pair.b.0)) else { return Vec::new() };
        let (x, y) = (values(ours, a.start, a.end), values(theirs, b.start, b.end));
        let mut facts = Vec::new();
        for one in &x {
            for other in &y {
                if let Some((kind, compared, what)) = self.compare(pair, (one, &x), (other, &y)) {
                    let first = version(ours, (one.start, one.end), a);
                    let second = version(theirs, (other.start, other.end), b);
                    facts.push(fact(kind, compared, what, first, second));
                }
            }
        }
        facts.extend(self.titles(pair, a, b));
        facts.extend(self.places(pair, a, b));
        facts
    }

    /// How a value compares with one of the other sentence; `None` unless both are values of the same thing.
    fn compare(
        &self,
        pair: &Pair,
        (one, x): (&Found, &[Found]),
        (other, y): (&Found, &[Found]),
    ) -> Option<(FactKind, Compared, String)> {
        let shared = shared_words(one, other);
        match (&one.value, &other.value) {
            (Value::Amount(a), Value::Amount(b)) if a.kind == b.kind => {
                // Shared words needed, set by hand: a percentage does not say what it is a share of, so it needs two.
                let (kind, needed) = match a.kind {
                    AmountKind::Count => (FactKind::Number, 1),
                    AmountKind::Money => (FactKind::Money, 1),
                    AmountKind::Percent => (FactKind::Number, 2),
                };
                if shared.len() < needed || a.kind == AmountKind::Count && a.unit.is_disjoint(&b.unit) {
                    return None;
                }
                let compared = compare(a, b);
                // If a sentence has several amounts, only the closest one counts as the counterpart.
                let is_closer = |found: &&Found, to: &Amount, than: f64| matches!(&found.value, Value::Amount(v) if v.kind == to.kind && distance(v, to) < than);
                let apart = distance(a, b);
                if x.iter().any(|found| is_closer(&found, b, apart))
                    || y.iter().any(|found| is_closer(&found, a, apart))
                {
                    return None;
                }
                if compared == Compared::Contradict {
                    let alike = |found: &&Found| matches!(&found.value, Value::Amount(v) if v.kind == a.kind && (v.kind != AmountKind::Count || !v.unit.is_disjoint(&a.unit)));
                    let is_alone = x.iter().filter(alike).count() == 1 && y.iter().filter(alike).count() == 1;
                    // A document that gives the other's value elsewhere does not contradict it.
                    let given = |view: usize, value: &Value| {
                        self.all.get(view).is_some_and(|all| all.iter().any(|found| agrees(&found.value, value)))
                    };
                    let is_given = given(pair.a.0, &other.value) || given(pair.b.0, &one.value);
                    if !is_alone || is_given || pair.sum < SURE || shared.len() < needed + 1 {
                        return None;
                    }
                }
                let view = self.views.get(pair.a.0)?;
                let counted = view.words_in(one.start, one.end).iter().filter(|word| {
                    term_stem(&word.text.to_lowercase(), view.language).is_some_and(|stem| b.unit.contains(stem))
                });
                Some((kind, compared, what(counted.map(|word| word.text.to_owned()).chain(shared))))
            }
            (Value::Weekday(_), Value::Weekday(_)) | (Value::Day { .. }, Value::Day { .. }) => {
                if shared.is_empty() {
                    return None;
                }
                let of_kind =
                    |found: &&Found| std::mem::discriminant(&found.value) == std::mem::discriminant(&one.value);
                let is_alone = x.iter().filter(of_kind).count() == 1 && y.iter().filter(of_kind).count() == 1;
                let is_same = one.value == other.value;
                // Set by hand: a contradiction needs a second shared word, or a sure alignment.
                if !is_same && (!is_alone || shared.len() < 2 && pair.sum < SURE || !self.same_act(pair, one, other)) {
                    return None;
                }
                let compared = if is_same { Compared::Same } else { Compared::Contradict };
                Some((FactKind::Date, compared, what(shared.into_iter())))
            }
            _ => None,
        }
    }

    /// Whether the same word, which is no plain verb of speech, is right beside both days: "apologized on Friday".
    /// People speak on several days, and one sentence may report several acts.
    fn same_act(&self, pair: &Pair, one: &Found, other: &Found) -> bool {
        let beside = |view: usize, found: &Found| -> BTreeSet<String> {
            let Some(view) = self.views.get(view) else { return BTreeSet::new() };
            let from = view.words.partition_point(|word| word.start < found.start);
            let to = view.words.partition_point(|word| word.start < found.end);
            // Two words on either side, set by hand: an act is named right beside its day.
            let words = view.words.get(from.saturating_sub(2)..(to + 2).min(view.words.len())).unwrap_or_default();
            let acts = words
                .iter()
                .filter(|word| word.text.starts_with(char::is_lowercase))
                .map(|word| word.text.to_lowercase())
                .filter(|lower| {
                    let is_plain = view.language.speech(lower).contains(SpeechClass::Plain);
                    !is_plain && view.language.classes(lower).is_empty()
                });
            acts.filter_map(|lower| term_stem(&lower, view.language).map(str::to_owned)).collect()
        };
        !beside(pair.a.0, one).is_disjoint(&beside(pair.b.0, other))
    }

    /// Offices that one document calls current and the other former: "President" and "former President".
    fn titles(&self, pair: &Pair, a: &Sentence, b: &Sentence) -> Vec<Fact> {
        let Some((ours, theirs)) = self.views.get(pair.a.0).zip(self.views.get(pair.b.0)) else { return Vec::new() };
        let (x, y) = (titles_in(ours, a.start, a.end), titles_in(theirs, b.start, b.end));
        let mut facts = Vec::new();
        for (entity, one) in &x {
            let Some(actor) = self.actors.find(pair.a.0, entity) else { continue };
            let of_actor =
                y.iter().find(|(entity, _)| self.actors.find(pair.b.0, entity).is_some_and(|b| b.id == actor.id));
            let Some((theirs_id, other)) = of_actor else { continue };
            if one.title != other.title {
                continue;
            }
            let always = |view: &View<'_>, entity: &str, title: &Title| {
                titles_in(view, 0, usize::MAX)
                    .into_iter()
                    .filter(|(id, t)| id == entity && t.title == title.title)
                    .all(|(_, t)| t.is_former == title.is_former)
            };
            let is_same = one.is_former == other.is_former;
            if is_same || pair.sum >= SURE && always(ours, entity, one) && always(theirs, theirs_id, other) {
                let compared = if is_same { Compared::Same } else { Compared::Contradict };
                let first = version(ours, (one.start, one.end), a);
                let second = version(theirs, (other.start, other.end), b);
                facts.push(fact(FactKind::Title, compared, actor.name.clone(), first, second));
            }
        }
        facts
    }

    /// Places that differ, or of which one is finer: "in Ohio" and "in Columbus, Ohio".
    fn places(&self, pair: &Pair, a: &Sentence, b: &Sentence) -> Vec<Fact> {
        // In weakly aligned sentences, "prosecutors in Ohio" and "the harbour in Columbus, Ohio" are different places.
        if pair.sum < SURE {
            return Vec::new();
        }
        let Some((ours, theirs)) = self.views.get(pair.a.0).zip(self.views.get(pair.b.0)) else { return Vec::new() };
        let (mut x, mut y) = (places_in(ours, a), places_in(theirs, b));
        // Places that both name are no difference.
        let (in_x, in_y): (Vec<_>, Vec<_>) =
            (x.iter().map(|p| p.keys.clone()).collect(), y.iter().map(|p| p.keys.clone()).collect());
        x.retain(|place| !in_y.contains(&place.keys));
        y.retain(|place| !in_x.contains(&place.keys));
        let mut facts = Vec::new();
        for one in &x {
            for other in y.iter().filter(|other| other.preposition == one.preposition) {
                let compared = if one.keys.is_subset(&other.keys) {
                    Compared::SecondFiner
                } else if other.keys.is_subset(&one.keys) {
                    Compared::FirstFiner
                } else {
                    let unknown =
                        |view: &View<'_>, place: &PlaceName| !place.keys.iter().any(|key| mentions(view, key));
                    let is_alone = x.len() == 1 && y.len() == 1;
                    // Twice as sure as for other facts, set by hand: differing places are seldom a contradiction.
                    let is_other = is_alone && unknown(ours, other) && unknown(theirs, one) && pair.sum >= 2.0 * SURE;
                    if !is_other || one.keys.len() != other.keys.len() {
                        continue;
                    }
                    Compared::Contradict
                };
                let first = version(ours, (one.start, one.end), a);
                let second = version(theirs, (other.start, other.end), b);
                let shared = a.terms.iter().filter(|(stem, _)| b.terms.contains_key(*stem));
                let mut words: Vec<&(f32, String)> = shared.map(|(_, word)| word).collect();
                words.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
                let what = what(words.into_iter().map(|(_, word)| word.clone()));
                facts.push(fact(FactKind::Place, compared, what, first, second));
            }
        }
        facts
    }
}

/// Whether two values are compatible.
fn agrees(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Amount(a), Value::Amount(b)) => {
            a.kind == b.kind
                && (a.kind != AmountKind::Count || !a.unit.is_disjoint(&b.unit))
                && compare(a, b) != Compared::Contradict
        }
        _ => a == b,
    }
}

/// Distance of two amounts: the absolute logarithm of their ratio.
fn distance(a: &Amount, b: &Amount) -> f64 {
    // "More than 200" and "fewer than 200" count as 200, "about 200" as the middle of its range.
    let of = |amount: &Amount| match (amount.low, amount.high) {
        (low, f64::INFINITY) => low,
        (0.0, high) => high,
        (low, high) => f64::midpoint(low, high),
    };
    (of(a).ln() - of(b).ln()).abs()
}

/// Words near both values, in the first one's surface forms.
fn shared_words(one: &Found, other: &Found) -> Vec<String> {
    let theirs: HashSet<&String> = other.near.iter().map(|(stem, _)| stem).collect();
    let mut seen = HashSet::new();
    let shared = one.near.iter().filter(|(stem, _)| theirs.contains(stem) && seen.insert(stem));
    shared.map(|(_, word)| word.clone()).collect()
}

/// Describes the measured thing by up to four words.
fn what(words: impl Iterator<Item = String>) -> String {
    let mut told: Vec<String> = Vec::new();
    for word in words {
        if !told.iter().any(|known| known.to_lowercase().starts_with(&word.to_lowercase())) {
            told.push(word);
        }
    }
    told.truncate(4);
    told.join(" ")
}

fn version(view: &View<'_>, (start, end): (usize, usize), sentence: &Sentence) -> Version {
    view.version((start, end), (sentence.start, sentence.end))
}

/// Builds a fact, with the finer version second.
fn fact(kind: FactKind, compared: Compared, what: String, first: Version, second: Version) -> Fact {
    let (relation, a, b) = match compared {
        Compared::Same => (Relation::Same, first, second),
        Compared::Contradict => (Relation::Contradict, first, second),
        Compared::SecondFiner => (Relation::Finer, first, second),
        Compared::FirstFiner => (Relation::Finer, second, first),
    };
    Fact { kind, relation, what, a, b }
}

/// An office before a person's name ("former Senator").
struct Title {
    title: String,
    is_former: bool,
    start: usize,
    end: usize,
}

/// Offices before names of persons between two code point offsets, by entity id.
fn titles_in(view: &View<'_>, start: usize, end: usize) -> Vec<(String, Title)> {
    let mut found = Vec::new();
    for mention in view.record.ents.iter().filter(|ent| (start..end).contains(&ent.start)) {
        let Some(entity) = mention.entity.as_deref().filter(|_| mention.label.is_person()) else {
            continue;
        };
        // 60 code points, set by hand: room for a qualifier, an adjective and the office.
        let before = view.words_in(mention.start.saturating_sub(60), mention.start);
        let Some((last, rest)) = before.split_last() else { continue };
        let is_office = |title: pressmark_lang::Title| title.kind == pressmark_lang::TitleKind::Office;
        let lower = last.text.to_lowercase();
        let is_beside = view.slice(last.end, mention.start).trim_matches(['.', ' ']).is_empty();
        if !is_beside || !view.language.title(&lower).is_some_and(is_office) {
            continue;
        }
        // The qualifier may be two words before: "former Senator", "former U.S. Senator", "ex-President".
        let former = rest
            .iter()
            .rev()
            .take(2)
            .find(|word| view.language.classes(&word.text.to_lowercase()).contains(WordClass::Former));
        let first = former.unwrap_or(last);
        let title = Title { title: lower, is_former: former.is_some(), start: first.start, end: mention.end };
        found.push((entity.to_owned(), title));
    }
    found
}

/// A place after a preposition, with the larger places that follow it: "in Columbus, Ohio".
struct PlaceName {
    preposition: String,
    keys: BTreeSet<String>,
    start: usize,
    end: usize,
}

fn places_in(view: &View<'_>, sentence: &Sentence) -> Vec<PlaceName> {
    let ents: Vec<_> = view
        .record
        .ents
        .iter()
        .filter(|ent| (sentence.start..sentence.end).contains(&ent.start) && ent.label == EntityType::Loc)
        .collect();
    let key = |ent: &pressmark_jsonl::Ent<'_>| {
        let entity = ent.entity.as_deref().and_then(|id| view.entity(id));
        entity.and_then(|entity| view.key(entity))
    };
    let mut places: Vec<PlaceName> = Vec::new();
    for ent in ents {
        let Some(key) = key(ent) else { continue };
        if let Some(last) = places.last_mut().filter(|last| view.slice(last.end, ent.start).trim() == ",") {
            last.keys.insert(key);
            last.end = ent.end;
            continue;
        }
        // 20 code points, set by hand: longer than any preposition.
        let before = view.words_in(ent.start.saturating_sub(20), ent.start);
        let Some(preposition) = before.last().map(|word| word.text.to_lowercase()) else { continue };
        if view.language.classes(&preposition).contains(WordClass::Circumstance) {
            places.push(PlaceName { preposition, keys: BTreeSet::from([key]), start: ent.start, end: ent.end });
        }
    }
    places
}

/// Whether a document has an entity with this key, or one that contains it.
fn mentions(view: &View<'_>, key: &str) -> bool {
    let has = |name: &str, label: &EntityType| {
        entity_key(name, label, view.language).is_some_and(|found| found == key || found.contains(key))
    };
    view.record
        .entities
        .iter()
        .any(|entity| has(&entity.name, &entity.label) || entity.aliases.iter().any(|alias| has(alias, &entity.label)))
}
