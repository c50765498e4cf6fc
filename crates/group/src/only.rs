//! Finds passages that only one outlet reports.

use std::collections::HashSet;

use pressmark_jsonl::Score;
use pressmark_jsonl::story::Only;

use crate::align::{Alignment, RARITY_UNIT};
use crate::outlets::by_outlet;
use crate::view::View;

/// Most passages per outlet. Set by hand for readers.
const MOST: usize = 6;
/// Most sentences per passage. Chosen with [`TOLD`].
const LONGEST: usize = 3;
/// Quantile of an outlet's sentence weights below which a sentence joins no passage. Chosen with [`TOLD`].
const PLAIN: f32 = 0.3;
/// Penalty per unit of a sentence's best alignment score with another outlet, against the rarity of its exclusive
/// words. Chosen, with the two above, on eleven of the 22 coded events of BASIL.
const TOLD: f32 = 0.67;

/// A sentence with its exclusivity.
struct Told {
    view: usize,
    sentence: usize,
    weight: f32,
    best: f32,
}

/// Passages that no other outlet reports, the most salient of each outlet first.
pub(crate) fn only(views: &[View<'_>], compared: &[usize], alignment: &Alignment) -> Vec<Only> {
    let outlets = by_outlet(views);
    let mut found = Vec::new();
    for (outlet, documents) in &outlets {
        let ours: Vec<usize> = documents.iter().copied().filter(|at| compared.contains(at)).collect();
        let of_others = compared.iter().filter(|at| !documents.contains(at));
        let theirs: HashSet<&String> =
            of_others.filter_map(|&at| alignment.sentences.get(at)).flatten().flat_map(|s| s.terms.keys()).collect();
        if theirs.is_empty() {
            continue;
        }
        let mut told = Vec::new();
        for &view in &ours {
            for (sentence, of) in alignment.sentences.get(view).into_iter().flatten().enumerate() {
                let new = of
                    .terms
                    .iter()
                    .filter(|(stem, _)| !theirs.contains(stem))
                    .map(|(_, (rarity, _))| rarity / RARITY_UNIT);
                // The floor of -6 is set by hand: sentences that match nothing all count alike.
                let best = alignment.best.get(&(view, sentence)).copied().unwrap_or(f32::NEG_INFINITY).max(-6.0);
                told.push(Told { view, sentence, weight: new.sum::<f32>() - TOLD * best, best });
            }
        }
        found.extend(passages(views, alignment, outlet, told));
    }
    found
}

/// Grows passages from the most exclusive sentences, adding neighbours that are exclusive enough.
fn passages(views: &[View<'_>], alignment: &Alignment, outlet: &str, told: Vec<Told>) -> Vec<Only> {
    let mut weights: Vec<f32> = told.iter().map(|one| one.weight).collect();
    weights.sort_by(f32::total_cmp);
    let plain = weights.get((weights.len() as f32 * PLAIN) as usize).copied().unwrap_or(f32::INFINITY);
    let mut order: Vec<usize> = (0..told.len()).collect();
    let weight = |at: usize| told.get(at).map_or(f32::NEG_INFINITY, |one| one.weight);
    order.sort_by(|&a, &b| weight(b).total_cmp(&weight(a)).then(a.cmp(&b)));
    let mut taken = vec![false; told.len()];
    let mut passages: Vec<(f32, usize, usize)> = Vec::new();
    for seed in order {
        let joins = |at: usize| {
            let same_text = told.get(at).zip(told.get(seed)).is_some_and(|(a, b)| a.view == b.view);
            same_text && !taken.get(at).copied().unwrap_or(true) && weight(at) >= plain
        };
        if !joins(seed) {
            continue;
        }
        let (mut first, mut last) = (seed, seed);
        while last - first + 1 < LONGEST {
            let before = first.checked_sub(1).filter(|&at| joins(at));
            let behind = Some(last + 1).filter(|&at| joins(at));
            match (before, behind) {
                (Some(before), Some(behind)) if weight(before) >= weight(behind) => first = before,
                (Some(before), None) => first = before,
                (_, Some(behind)) => last = behind,
                (None, None) => break,
            }
        }
        taken.iter_mut().take(last + 1).skip(first).for_each(|taken| *taken = true);
        passages.push(((first..=last).map(weight).sum(), first, last));
    }
    passages.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    passages.truncate(MOST);
    let most = passages.first().map_or(1.0, |passage| passage.0.max(f32::MIN_POSITIVE));
    let only = |(weight, first, last): (f32, usize, usize)| {
        let sentences = told.iter().take(last + 1).skip(first);
        let best = sentences.clone().map(|one| one.best).fold(f32::NEG_INFINITY, f32::max);
        let passage = |one: &Told| {
            let sentence = alignment.sentence((one.view, one.sentence))?;
            Some(views.get(one.view)?.passage(sentence.start, sentence.end))
        };
        Only {
            outlet: outlet.to_owned(),
            sentences: sentences.filter_map(passage).collect(),
            score: Score::from(1.0 / (1.0 + best.exp())),
            salience: Score::from(weight / most),
        }
    };
    passages.into_iter().map(only).collect()
}
