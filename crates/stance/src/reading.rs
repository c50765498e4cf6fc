//! Stances by reading the relevant passages once more, together with the target.

use std::collections::{BTreeMap, HashMap, HashSet};

use pressmark_core::{Document, Explanation, Holder, Mention, Span, StageError, Stance, StanceLabel, Target, Tone};
use pressmark_encoder::Model;

use crate::Stances;
use crate::candidates::{Bearing, bearing_on, choose, holder_in, spoken_of};
use crate::combine::{Outcome, ReadPassage, stance_of};
use crate::pair::{Ends, PairHead, PairWindows, Words};
use crate::sentiment::SentimentHead;
use crate::stances::{STAGE, name_of};

/// A passage that may be read beside a target.
struct Candidate {
    target: Aim,
    holder: Holder,
    /// Index into [`Document::sents`].
    sent: usize,
    /// Its relevance to a target text; `None` for an entity, which the passage names.
    bearing: Option<Bearing>,
}

/// The target that a passage is read beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Aim {
    /// Index into the targets of the stage.
    Text(usize),
    /// Index into [`Document::entities`].
    Entity(usize),
}

/// Names of a document's entities in subwords, tokenized once each.
#[derive(Default)]
struct Names {
    holders: HashMap<usize, Words>,
    targets: HashMap<usize, Words>,
}

impl Stances {
    /// Reads the passages that are relevant to the targets and the speakers' words about the document's entities, at
    /// most [`StancesOptions::max_passages`](crate::StancesOptions::max_passages) in all, and aggregates them by
    /// holder.
    pub(crate) fn read_once_more(&self, head: &PairHead<'_>, doc: &mut Document) -> Result<Outcome, StageError> {
        let mut texts = Vec::new();
        for (index, target) in self.targets.iter().enumerate() {
            let bearing = bearing_on(doc, &target.topic, self.options.relevance)?;
            texts.extend(bearing.into_iter().filter_map(|bearing| {
                let holder = holder_in(doc, doc.sents.get(bearing.sent)?.span)?;
                Some(Candidate { target: Aim::Text(index), holder, sent: bearing.sent, bearing: Some(bearing) })
            }));
        }
        let entities = about_entities(&self.model, doc)?;
        let found = texts.len() + entities.len();
        // Requested targets take precedence over the document's entities.
        let mut chosen = best(texts, self.options.max_passages);
        let left = self.options.max_passages.saturating_sub(chosen.len());
        chosen.extend(best(entities, left));
        let read = chosen.len();
        let passages = self.read(head, doc, &chosen)?;
        Ok(Outcome { stances: self.gather_read(&passages), found, read })
    }

    /// Reads these passages; targets without any word are skipped.
    fn read(
        &self,
        head: &PairHead<'_>,
        doc: &mut Document,
        candidates: &[Candidate],
    ) -> Result<Vec<(Aim, Holder, ReadPassage)>, StageError> {
        let Some(ends) = Ends::of(doc) else { return Ok(Vec::new()) };
        let mut windows = PairWindows::new(ends, self.model.max_window());
        let mut names = Names::default();
        let mut pushed: Vec<(&Candidate, Span)> = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            let Some(sent) = doc.sents.get(candidate.sent) else { continue };
            let name = |entity: usize| doc.entities.get(entity).map_or("", |entity| entity.name.as_str());
            let nobody = Words::default();
            let holder = match candidate.holder {
                Holder::Outlet => &nobody,
                Holder::Entity(speaker) => {
                    names.holders.entry(speaker).or_insert_with(|| self.holder_words(name(speaker)))
                }
            };
            let target = match candidate.target {
                Aim::Text(index) => self.targets.get(index).map(|target| &target.words),
                Aim::Entity(entity) => {
                    Some(&*names.targets.entry(entity).or_insert_with(|| self.words_of(name(entity))))
                }
            };
            if let Some(target) = target.filter(|words| !words.is_empty()) {
                windows.push(target, holder, &Words::of(doc, sent.tokens.clone()));
                pushed.push((candidate, sent.span));
            }
        }
        let readings = head.read(&windows, || doc.in_time())?;
        let mut passages = Vec::with_capacity(pushed.len());
        for ((candidate, span), reading) in pushed.into_iter().zip(readings) {
            let passage = ReadPassage { span, reading };
            doc.explain(|doc| self.explanation(doc, candidate, &passage));
            passages.push((candidate.target, candidate.holder, passage));
        }
        Ok(passages)
    }

    /// Stances towards the targets in their order, then the non-neutral ones of speakers towards entities.
    fn gather_read(&self, passages: &[(Aim, Holder, ReadPassage)]) -> Vec<Stance> {
        let mut texts: BTreeMap<(usize, Holder), Vec<ReadPassage>> = BTreeMap::new();
        let mut entities: BTreeMap<(Holder, usize), Vec<ReadPassage>> = BTreeMap::new();
        for &(target, holder, passage) in passages {
            match target {
                Aim::Text(index) => texts.entry((index, holder)).or_default().push(passage),
                Aim::Entity(entity) => entities.entry((holder, entity)).or_default().push(passage),
            }
        }
        let most = self.options.max_evidence;
        let mut stances = Vec::new();
        for (index, target) in self.targets.iter().enumerate() {
            let target = || Target::Text(target.text.clone());
            let before = stances.len();
            let holders = texts.range((index, Holder::Outlet)..=(index, Holder::Entity(usize::MAX)));
            let found = holders.map(|((_, holder), passages)| stance_of(*holder, target(), passages, most));
            stances.extend(found.filter(|stance| stance.reading.is_some()));
            if stances.len() == before {
                // No passage bears on it.
                stances.push(stance_of(Holder::Outlet, target(), &[], most));
            }
        }
        let towards = |((holder, entity), passages): ((Holder, usize), Vec<ReadPassage>)| {
            stance_of(holder, Target::Entity(entity), &passages, most)
        };
        stances.extend(entities.into_iter().map(towards).filter(|stance| stance.label != StanceLabel::Neutral));
        stances
    }

    fn explanation(&self, doc: &Document, candidate: &Candidate, passage: &ReadPassage) -> Explanation {
        let target = match candidate.target {
            Aim::Text(index) => self.targets.get(index).map_or("", |target| &target.text),
            Aim::Entity(entity) => name_of(doc, Holder::Entity(entity)),
        };
        let mut explanation = Explanation::new(STAGE, passage.span, "target-beside-passage");
        if let Some(bearing) = &candidate.bearing {
            explanation = explanation.with("cosine", bearing.cosine).with("shared_words", bearing.shared_words);
        }
        let reading = &passage.reading;
        explanation
            .with("bears_on_target", reading.bears_on_target)
            .with("takes_a_side", reading.takes_a_side)
            .with("in_favor", reading.in_favor)
            .deciding(format!("{} on {target}: {}", name_of(doc, candidate.holder), reading.label().as_str()))
    }
}

/// The `most` best candidates, in their original order.
fn best(candidates: Vec<Candidate>, most: usize) -> Vec<Candidate> {
    let ranks: Vec<_> = candidates
        .iter()
        .map(|candidate| (candidate.target, candidate.bearing.map_or(0.0, |bearing| bearing.relevance())))
        .collect();
    let mut chosen = choose(&ranks, most).into_iter().peekable();
    let kept = candidates.into_iter().enumerate().filter(|(place, _)| chosen.next_if_eq(place).is_some());
    kept.map(|(_, candidate)| candidate).collect()
}

/// Sentences in which a speaker's words name another entity with a non-neutral tone, according to the sentiment head on
/// the document's hidden states; duplicates of a sentence, speaker and entity are dropped. Nine in ten mentions are
/// neutral: most quotations that name somebody are about something else.
fn about_entities(model: &Model, doc: &Document) -> Result<Vec<Candidate>, StageError> {
    let (mentions, keys): (Vec<&Mention>, Vec<_>) =
        spoken_of(doc).map(|(mention, holder, entity)| (mention, (holder, entity))).unzip();
    let tones = match SentimentHead::of(model) {
        Ok(head) => head.towards(doc, &mentions)?,
        // A bundle without a sentiment head cannot rank them: keep them all.
        Err(_) => Vec::new(),
    };
    let mut seen = HashSet::new();
    let named = mentions.into_iter().zip(keys).enumerate().filter_map(|(place, (mention, (holder, entity)))| {
        let is_neutral = tones.get(place).is_some_and(|tone| tone.is_none_or(|tone| tone.best().0 == Tone::Neutral));
        let sent = doc.sent_at(mention.span.start).filter(|_| !is_neutral)?;
        let candidate = Candidate { target: Aim::Entity(entity), holder, sent, bearing: None };
        seen.insert((sent, holder, entity)).then_some(candidate)
    });
    Ok(named.collect())
}
