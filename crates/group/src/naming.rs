//! Finds the descriptions that outlets use for the same actor or thing.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use pressmark_core::EntityType;
use pressmark_jsonl::story::{Actor, Fact, FactKind, Naming, NamingKind, Relation, Version};
use pressmark_lang::WordClass;

use crate::actors::Actors;
use crate::align::{Alignment, Sentence};
use crate::features::term_stem;
use crate::text::Word;
use crate::view::View;

/// Most words of a description. Set by hand: longer ones are clauses, not descriptions.
const LONGEST: usize = 9;
/// Actors whose descriptions are compared, by weight. Set by hand; it bounds time and the row's size.
const MOST_ACTORS: usize = 20;

/// A description with its position and stems.
struct Description {
    view: usize,
    start: usize,
    end: usize,
    stems: BTreeSet<String>,
    sentence: (usize, usize),
}

/// How each outlet describes an actor beside its name: "the harbour chief Lena Moe", "Lena Moe, a former captain".
pub(crate) fn actor_namings(views: &[View<'_>], actors: &Actors) -> Vec<Naming> {
    let mut namings = Vec::new();
    let is_described = |actor: &&Actor| actor.label.is_person() || actor.label == EntityType::Org;
    for actor in actors.list.iter().filter(is_described).take(MOST_ACTORS) {
        let mut by_outlet: BTreeMap<&str, Description> = BTreeMap::new();
        for (at, view) in views.iter().enumerate() {
            let mut found = descriptions(view, at, actor);
            // The most specific description, by number of stems.
            found.sort_by_key(|description| std::cmp::Reverse(description.stems.len()));
            if let Some(description) = found.into_iter().next() {
                by_outlet.entry(&view.outlet).or_insert(description);
            }
        }
        namings.extend(naming(views, Some(actor.id.clone()), NamingKind::Actor, by_outlet.into_values().collect()));
    }
    namings
}

/// All descriptions of an actor in a document.
fn descriptions(view: &View<'_>, at: usize, actor: &Actor) -> Vec<Description> {
    let of_document = actor.entities.iter().filter(|reference| reference.document == view.record.id);
    let entities: HashSet<&str> = of_document.map(|reference| &*reference.entity).collect();
    let mentions = view.record.ents.iter().filter(|ent| ent.entity.as_deref().is_some_and(|id| entities.contains(id)));
    mentions.filter_map(|ent| describe(view, at, ent.start, ent.end)).collect()
}

/// The roles that a document ascribes to a person, and whether they are former ones.
struct Standing {
    roles: BTreeSet<String>,
    is_former: bool,
    description: Description,
}

/// Contradictions about offices: persons whom one document consistently calls holders of an office and another former
/// holders.
pub(crate) fn standings(views: &[View<'_>], actors: &Actors, compared: &[Vec<Sentence>]) -> Vec<Fact> {
    let is_compared = |at: usize| compared.get(at).is_some_and(|sentences| !sentences.is_empty());
    let mut facts = Vec::new();
    for actor in actors.list.iter().filter(|actor| actor.label.is_person()).take(MOST_ACTORS) {
        let found: Vec<(usize, &View<'_>, Vec<Standing>)> = views
            .iter()
            .enumerate()
            .filter(|(at, _)| is_compared(*at))
            .map(|(at, view)| {
                (at, view, descriptions(view, at, actor).into_iter().map(|d| standing(view, d)).collect())
            })
            .collect();
        for (number, (_, ours, mine)) in found.iter().enumerate() {
            for (_, theirs, others) in
                found.iter().skip(number + 1).filter(|(_, theirs, _)| theirs.outlet != ours.outlet)
            {
                facts.extend(contradiction(actor, (ours, mine), (theirs, others)));
            }
        }
    }
    facts
}

fn standing(view: &View<'_>, description: Description) -> Standing {
    let words = || view.words_in(description.start, description.end).iter().map(|word| word.text.to_lowercase());
    let is = |lower: &String, class| view.language.classes(lower).contains(class);
    Standing {
        roles: words().filter(|lower| is(lower, WordClass::Role)).collect(),
        is_former: words().any(|lower| is(&lower, WordClass::Former)),
        description,
    }
}

/// The contradiction between two documents, if there is one.
fn contradiction(
    actor: &Actor,
    (ours, mine): (&View<'_>, &[Standing]),
    (theirs, others): (&View<'_>, &[Standing]),
) -> Option<Fact> {
    let is_throughout = |standings: &[Standing]| {
        standings.windows(2).all(|two| two.iter().all(|s| s.is_former == standings.iter().any(|s| s.is_former)))
    };
    let one = mine.iter().find(|one| others.iter().any(|other| !one.roles.is_disjoint(&other.roles)))?;
    let other = others.iter().find(|other| !one.roles.is_disjoint(&other.roles))?;
    if one.is_former == other.is_former || !is_throughout(mine) || !is_throughout(others) {
        return None;
    }
    let version = |view: &View<'_>, description: &Description| {
        view.version((description.start, description.end), description.sentence)
    };
    Some(Fact {
        kind: FactKind::Title,
        relation: Relation::Contradict,
        what: actor.name.clone(),
        a: version(ours, &one.description),
        b: version(theirs, &other.description),
    })
}

/// A naming from descriptions that differ; `None` unless at least two say something the others do not.
fn naming(
    views: &[View<'_>],
    actor: Option<String>,
    kind: NamingKind,
    descriptions: Vec<Description>,
) -> Option<Naming> {
    let mut kept: Vec<Description> = Vec::new();
    for description in descriptions {
        let says_more = kept
            .iter()
            .all(|known| !description.stems.is_subset(&known.stems) && !known.stems.is_subset(&description.stems));
        if says_more {
            kept.push(description);
        }
    }
    kept.sort_by_key(|description| description.view);
    let version = |description: &Description| {
        Some(views.get(description.view)?.version((description.start, description.end), description.sentence))
    };
    let versions: Vec<Version> = kept.iter().filter_map(version).collect();
    (versions.len() > 1).then_some(Naming { actor, kind, versions })
}

/// The description beside a mention: an apposition after it, else a premodifier, else an armed body's noun.
fn describe(view: &View<'_>, at: usize, start: usize, end: usize) -> Option<Description> {
    let sentence = view.record.sents.iter().find(|sent| (sent.start..sent.end).contains(&start))?;
    let sentence = (sentence.start, sentence.end);
    let head = postmodifier(view, sentence, end);
    let (from, to) = apposition(view, sentence, head.map_or(end, |(_, to)| to))
        .or_else(|| premodifier(view, sentence, start))
        .or(head)?;
    let stems: BTreeSet<String> = view
        .words_in(from, to)
        .iter()
        .filter_map(|word| term_stem(&word.text.to_lowercase(), view.language).map(str::to_owned))
        .collect();
    (!stems.is_empty()).then_some(Description { view: at, start: from, end: to, stems, sentence })
}

/// The noun that says what an armed body is, right after its name: "the M9 rebels", "M9 rebel group". For other
/// entities, that noun is something else: "Harbour Board business".
fn postmodifier(view: &View<'_>, sentence: (usize, usize), end: usize) -> Option<(usize, usize)> {
    let words = view.words_in(end, sentence.1);
    let mut last = end;
    let is_noun = |word: &&Word<'_>| {
        let is_next = view.slice(last, word.start) == " " && word.text.starts_with(char::is_lowercase);
        last = word.end;
        let classes = view.language.classes(&word.text.to_lowercase());
        is_next && (classes.contains(WordClass::Armed) || classes.contains(WordClass::Body))
    };
    let found = words.get(..words.iter().take_while(is_noun).count())?;
    let is_armed = |word: &Word<'_>| view.language.classes(&word.text.to_lowercase()).contains(WordClass::Armed);
    let first = found.first().filter(|word| is_armed(word))?;
    Some((first.start, found.last()?.end))
}

/// "…, a former captain of the ferry, …": from the determiner to the next punctuation mark.
fn apposition(view: &View<'_>, sentence: (usize, usize), end: usize) -> Option<(usize, usize)> {
    let words = view.words_in(end, sentence.1);
    let first = words.first()?;
    if view.slice(end, first.start) != ", " {
        return None;
    }
    let lower = first.text.to_lowercase();
    let opens = view.language.classes(&lower);
    let is_opened = opens.contains(WordClass::Determiner) && !opens.contains(WordClass::Possessive);
    let mut last = first;
    for word in words.iter().skip(1) {
        let between = view.slice(last.end, word.start);
        if between.contains([',', ';', ':', '(', ')', '—', '–', '“', '”', '"']) {
            break;
        }
        last = word;
    }
    let closes = view.slice(last.end, last.end + 1);
    let count = view.words_in(first.start, last.end).len();
    // Relative clauses report events and lists continue; neither is a description.
    let is_phrase = view.words_in(first.start, last.end).iter().skip(1).all(|word| {
        let classes = view.language.classes(&word.text.to_lowercase());
        !classes.contains(WordClass::Auxiliary)
            && !classes.contains(WordClass::Finite)
            && !classes.contains(WordClass::Wh)
    });
    // The head noun comes before the first preposition: "a chance to meet the president" describes nobody.
    let is_preposition =
        |word: &&Word<'_>| view.language.classes(&word.text.to_lowercase()).contains(WordClass::Preposition);
    let phrase = view.words_in(first.start, last.end);
    let head =
        phrase.get(..phrase.iter().position(|word| is_preposition(&word)).unwrap_or(phrase.len())).unwrap_or(phrase);
    let head_end = head.last().map_or(first.start, |word| word.end);
    let is_people = view
        .record
        .ents
        .iter()
        .any(|ent| (first.start..head_end).contains(&ent.start) && ent.label == EntityType::Norp);
    let is_told = is_people || head.iter().any(|word| names_person(view, &word.text.to_lowercase()));
    (is_opened && is_phrase && is_told && (2..=LONGEST).contains(&count) && matches!(closes, "," | "."))
        .then_some((first.start, last.end))
}

/// Whether a lower-cased word says what somebody is: "captain", "spokeswoman", "senator", "company".
fn names_person(view: &View<'_>, lower: &str) -> bool {
    let classes = view.language.classes(lower);
    [WordClass::Role, WordClass::Representative, WordClass::Body, WordClass::StateBody, WordClass::Armed]
        .iter()
        .any(|c| classes.contains(*c))
        || view.language.title(lower).is_some()
}

/// "veteran ferry captain Lena Moe": the common words right before the name.
fn premodifier(view: &View<'_>, sentence: (usize, usize), start: usize) -> Option<(usize, usize)> {
    let words = view.words_in(sentence.0, start);
    let mut first = None;
    let mut next = start;
    for word in words.iter().rev().take(LONGEST) {
        let gap = view.slice(word.end, next);
        let lower = word.text.to_lowercase();
        let is_common = view.language.speech(&lower).is_empty();
        let classes = view.language.classes(&lower);
        let is_noun = classes.is_empty() || classes.contains(WordClass::Role) || classes.contains(WordClass::Former);
        if !matches!(gap, " " | "-") || !is_common || !is_noun {
            break;
        }
        first = Some(word.start);
        next = word.start;
    }
    let mut found = view.words_in(first?, start);
    let is = |word: &Word<'_>, class| view.language.classes(&word.text.to_lowercase()).contains(class);
    let is_small = |word: &Word<'_>| word.text.starts_with(char::is_lowercase);
    // A leading lower-case word may be a verb: "fired Harbour Board member Lena Moe".
    while let [one, next, ..] = found
        && is_small(one)
        && !is_small(next)
        && !is(one, WordClass::Role)
        && !is(one, WordClass::Former)
    {
        found = found.get(1..).unwrap_or_default();
    }
    let (one, last) = found.first().zip(found.last())?;
    // A single word may be a verb, but not if it is a role. A capitalized one is a title, and a word before it may be a
    // verb.
    let is_title = !is_small(last);
    let belongs = |word: &Word<'_>| !is_small(word) || is(word, WordClass::Role) || is(word, WordClass::Former);
    let is_whole = !is_title || found.len() > 1 && found.iter().all(belongs);
    (is(last, WordClass::Role) && is_whole).then_some((one.start, last.end))
}

/// Differing modifiers of the same noun in aligned sentences ("a bold plan", "a reckless plan").
pub(crate) fn event_namings(views: &[View<'_>], alignment: &Alignment) -> Vec<Naming> {
    let mut told = HashSet::new();
    let mut namings = Vec::new();
    for pair in &alignment.pairs {
        let Some((a, b)) = alignment.sentence(pair.a).zip(alignment.sentence(pair.b)) else { continue };
        let Some((ours, theirs)) = views.get(pair.a.0).zip(views.get(pair.b.0)) else { continue };
        let (x, y) = (phrases(ours, pair.a.0, a), phrases(theirs, pair.b.0, b));
        for (head, one) in x {
            let Some((_, other)) = y.iter().find(|(theirs, _)| *theirs == head) else { continue };
            let place = (pair.a.0, one.start, pair.b.0, other.start);
            let other = Description { stems: other.stems.clone(), ..*other };
            if told.insert(place) {
                namings.extend(naming(views, None, NamingKind::Event, vec![one, other]));
            }
        }
    }
    namings
}

/// Nouns with one common modifier: the noun's stem, and the phrase described by the modifier.
fn phrases(view: &View<'_>, at: usize, sentence: &Sentence) -> Vec<(String, Description)> {
    let words = view.words_in(sentence.start, sentence.end);
    let says = |text: &str| {
        let lower = text.to_lowercase();
        let is_plain = text.starts_with(char::is_lowercase)
            && view.language.classes(&lower).is_empty()
            && view.language.speech(&lower).is_empty()
            && view.language.numeral(&lower).is_none();
        term_stem(&lower, view.language).filter(|_| is_plain).map(str::to_owned)
    };
    let mut found = Vec::new();
    for (number, window) in words.windows(2).enumerate() {
        let [modifier, head] = window else { continue };
        let ends = words
            .get(number + 2)
            .is_none_or(|next| says(next.text).is_none() || view.slice(head.end, next.start) != " ");
        // A word before a determiner is no noun: "a wall along the border".
        let is_noun = words.get(number + 2).is_none_or(|next| {
            let is_determiner = view.language.classes(&next.text.to_lowercase()).contains(WordClass::Determiner);
            view.slice(head.end, next.start) != " " || !is_determiner && next.text.starts_with(char::is_lowercase)
        });
        let opens = number == 0
            || words.get(number - 1).is_some_and(|before| {
                view.language.classes(&before.text.to_lowercase()).contains(WordClass::Determiner)
            });
        let is_inside = view.slice(modifier.end, head.start) == " ";
        if let (true, true, true, Some(stem), Some(head_stem)) =
            (ends && is_noun, opens, is_inside, says(modifier.text), says(head.text))
        {
            let description = Description {
                view: at,
                start: modifier.start,
                end: head.end,
                stems: BTreeSet::from([stem]),
                sentence: (sentence.start, sentence.end),
            };
            found.push((head_stem, description));
        }
    }
    found
}
