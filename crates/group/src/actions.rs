//! Which verbs outlets use for an actor's act in sentences that state the same: "proposed a deal", "seeks a deal".

use std::collections::{BTreeMap, BTreeSet};

use pressmark_jsonl::story::{Naming, NamingKind};
use pressmark_lang::{Ending, SpeechClass, WordClass};

use crate::actors::Actors;
use crate::align::{Alignment, Sentence};
use crate::features::{term_stem, title_end};
use crate::text::Word;
use crate::view::View;

/// Words after an actor among which its verb must be. Set by hand: "has now quietly proposed" needs all four; more
/// would reach verbs of other subjects.
const REACH: usize = 4;
/// Words after a verb that are taken for its object. Set by hand: about one clause; more would reach the next act.
const OBJECT: usize = 10;
/// Object stems that two verbs must share. Set by hand: a single shared word is too often chance.
const SHARED: usize = 2;

/// A verb whose subject is the actor before it.
#[derive(Clone)]
struct Action<'v> {
    view: usize,
    actor: &'v str,
    verb: Word<'v>,
    /// Passive, so that the subject is the object ("was fired").
    is_passive: bool,
    /// Stems of the words after the verb, with their end offsets.
    object: BTreeMap<String, usize>,
    sentence: (usize, usize),
}

/// Differing verbs of an actor in aligned sentences with a shared object; pairs with an action in common form one
/// naming.
pub(crate) fn action_namings(views: &[View<'_>], actors: &Actors, alignment: &Alignment) -> Vec<Naming> {
    let mut groups: Vec<Vec<(Action<'_>, usize)>> = Vec::new();
    for pair in &alignment.pairs {
        let Some((a, b)) = alignment.sentence(pair.a).zip(alignment.sentence(pair.b)) else { continue };
        let (x, y) = (actions(views, actors, pair.a.0, a), actions(views, actors, pair.b.0, b));
        let differ = x.iter().flat_map(|one| y.iter().map(move |other| (one, other)));
        for (one, other) in differ.filter(|(one, other)| is_other_verb(views, one, other)) {
            let Some((of_one, of_other)) = shared_ends(one, other) else { continue };
            let found = [(one.clone(), of_one), (other.clone(), of_other)];
            let is_known = |known: &(Action<'_>, usize), action: &Action<'_>| {
                known.0.view == action.view && known.0.verb.start == action.verb.start
            };
            let group = groups
                .iter_mut()
                .find(|group| group.iter().any(|known| is_known(known, one) || is_known(known, other)));
            let Some(group) = group else {
                groups.push(found.into());
                continue;
            };
            for (action, end) in found {
                let outlet = |action: &Action<'_>| views.get(action.view).map(|view| &view.outlet);
                let is_new = |known: &(Action<'_>, usize)| {
                    outlet(&known.0) != outlet(&action) && is_other_verb(views, &known.0, &action)
                };
                if group.iter().all(is_new) {
                    group.push((action, end));
                }
            }
        }
    }
    groups.into_iter().filter_map(|group| naming(views, group)).collect()
}

fn naming(views: &[View<'_>], mut group: Vec<(Action<'_>, usize)>) -> Option<Naming> {
    group.sort_by_key(|(action, _)| (action.view, action.verb.start));
    let actor = group.first()?.0.actor.to_owned();
    let version = |(action, end): &(Action<'_>, usize)| {
        Some(views.get(action.view)?.version((action.verb.start, *end), action.sentence))
    };
    let versions = group.iter().filter_map(version).collect();
    Some(Naming { actor: Some(actor), kind: NamingKind::Action, versions })
}

/// Ends of the last words that two actions share after their verbs; `None` if they share fewer than [`SHARED`].
fn shared_ends(one: &Action<'_>, other: &Action<'_>) -> Option<(usize, usize)> {
    let shared: BTreeSet<&String> = one.object.keys().filter(|stem| other.object.contains_key(*stem)).collect();
    let end = |action: &Action<'_>| shared.iter().filter_map(|stem| action.object.get(*stem)).copied().max();
    (shared.len() >= SHARED).then(|| end(one).zip(end(other)))?
}

/// Whether two actions have the same actor but different verbs. Two plain verbs of speech ("said", "told") do not count
/// as different.
fn is_other_verb(views: &[View<'_>], one: &Action<'_>, other: &Action<'_>) -> bool {
    let Some((ours, theirs)) = views.get(one.view).zip(views.get(other.view)) else { return false };
    let (a, b) = (one.verb.text.to_lowercase(), other.verb.text.to_lowercase());
    let is_plain = |view: &View<'_>, lower: &str| view.language.speech(lower).contains(SpeechClass::Plain);
    // No rule relates "sought" to "seek", so a common first letter is taken to mean forms of one irregular verb.
    let is_irregular = |view: &View<'_>, lower: &str| {
        let classes = view.language.classes(lower);
        classes.contains(WordClass::Finite) || classes.contains(WordClass::Act)
    };
    let may_be_one = (is_irregular(ours, &a) || is_irregular(theirs, &b)) && a.chars().next() == b.chars().next();
    one.actor == other.actor
        && one.is_passive == other.is_passive
        && ours.language.stem(&a) != theirs.language.stem(&b)
        && !may_be_one
        && !(is_plain(ours, &a) && is_plain(theirs, &b))
}

/// The actions in a sentence whose subjects are known actors.
fn actions<'v>(views: &'v [View<'_>], actors: &'v Actors, at: usize, sentence: &Sentence) -> Vec<Action<'v>> {
    let Some(view) = views.get(at) else { return Vec::new() };
    let (start, end) = (sentence.start, sentence.end);
    let mentions = view.record.ents.iter().filter(|ent| (start..end).contains(&ent.start));
    let of_mention = |ent: &pressmark_jsonl::Ent<'_>| {
        let actor = actors.find(at, ent.entity.as_deref()?)?;
        let (verb, is_passive) = verb_behind(view, (start, end), (ent.start, ent.end))?;
        let stems = object(view, verb.end, end).filter_map(|word| {
            let lower = word.text.to_lowercase();
            let is_time = view.language.classes(&lower).contains(WordClass::Time);
            Some((term_stem(&lower, view.language).filter(|_| !is_time)?.to_owned(), word.end))
        });
        Some(Action { view: at, actor: &actor.id, verb, is_passive, object: stems.collect(), sentence: (start, end) })
    };
    mentions.filter_map(of_mention).collect()
}

/// The words after a verb, up to the first punctuation mark, where another act may begin.
fn object<'v>(view: &'v View<'_>, start: usize, end: usize) -> impl Iterator<Item = &'v Word<'v>> {
    let mut last = start;
    let is_next = move |word: &&Word<'_>| {
        let gap = view.slice(last, word.start);
        last = word.end;
        !gap.contains([',', ';', ':', '—', '–', '(', ')'])
    };
    view.words_in(start, end).iter().take(OBJECT).take_while(is_next)
}

/// The verb whose subject is the name at `start..end`, and whether it is passive.
fn verb_behind<'v>(
    view: &'v View<'_>,
    sentence: (usize, usize),
    (start, end): (usize, usize),
) -> Option<(Word<'v>, bool)> {
    // A name after a preposition is no subject: "A letter to President Moe said".
    let before = view.words_in(sentence.0, start);
    let is_small = |word: &&Word<'_>| word.text.starts_with(char::is_lowercase);
    let opener = before.iter().rev().find(is_small).map(|word| view.language.classes(word.text)).unwrap_or_default();
    if opener.contains(WordClass::Preposition) || opener.contains(WordClass::Coordinator) {
        return None;
    }
    // Skip an abbreviation in brackets: "The Harbour Board (HB) proposed".
    let behind = view.slice(end, sentence.1);
    let in_brackets = behind.strip_prefix(" (").and_then(|behind| behind.split_once(')'));
    let end = in_brackets.map_or(end, |(short, _)| end + short.chars().count() + " ()".len());
    let (mut last, mut is_be) = (end, false);
    for word in view.words_in(end, sentence.1).iter().take(REACH) {
        if view.slice(last, word.start) != " " {
            return None;
        }
        last = word.end;
        let lower = word.text.to_lowercase();
        let (classes, endings) = (view.language.classes(&lower), view.language.endings(&lower));
        if classes.contains(WordClass::Negation) {
            return None;
        }
        is_be = is_be || classes.contains(WordClass::Be);
        let is_beside = classes.contains(WordClass::Auxiliary)
            || classes.contains(WordClass::Be)
            || classes.contains(WordClass::Adverb)
            || classes.is_empty() && endings.contains(Ending::Adverb);
        if is_beside {
            continue;
        }
        let is_listed = classes.contains(WordClass::Finite)
            || classes.contains(WordClass::Act)
            || !view.language.speech(&lower).is_empty();
        let is_spelled = is_small(&word) && classes.is_empty() && endings.contains(Ending::Past);
        let is_gerund = endings.contains(Ending::Gerund);
        let is_verb = is_listed && (is_small(&word) || is_title(view, sentence)) || is_spelled;
        // "Moe saying so" is no clause, "Moe is saying so" is.
        return (is_verb && (is_be || !is_gerund)).then_some((*word, is_be && !is_gerund));
    }
    None
}

/// Whether a sentence is in the headline, where verbs may be capitalized.
fn is_title(view: &View<'_>, sentence: (usize, usize)) -> bool {
    sentence.1 <= title_end(view.record)
}
