//! Aggregates the annotations of each outlet's documents: frames, voices, sentiment, credits.

use std::collections::{BTreeMap, HashMap, HashSet};

use pressmark_core as core;
use pressmark_jsonl::story::{Credit, Framing, Interval, Outlet, Side, Tone, Voice};
use pressmark_jsonl::{Holder, Score};
use pressmark_lang::{FunctionWord, Language};

use crate::actors::Actors;
use crate::view::View;

/// Actors whose sentiment is reported, by weight. Set by hand for readers.
const MAIN_ACTORS: usize = 12;
/// Most evidence passages shown per frame. Set by hand for readers.
const SHOWN: usize = 3;

/// The outlets with the indices of their documents, in order of their first one.
pub(crate) fn by_outlet<'v>(views: &'v [View<'_>]) -> Vec<(&'v str, Vec<usize>)> {
    let mut outlets: Vec<(&str, Vec<usize>)> = Vec::new();
    for (at, view) in views.iter().enumerate() {
        match outlets.iter_mut().find(|(name, _)| *name == view.outlet) {
            Some((_, documents)) => documents.push(at),
            None => outlets.push((&view.outlet, vec![at])),
        }
    }
    outlets
}

pub(crate) fn outlets(views: &[View<'_>]) -> Vec<Outlet> {
    let outlet = |(name, documents): (&str, Vec<usize>)| {
        let docs = || documents.iter().filter_map(|&at| views.get(at));
        let words: usize = docs().map(|view| view.words.len()).sum();
        let quoted: usize = docs().map(quoted_words).sum();
        let speakers: HashSet<String> = docs()
            .flat_map(|view| {
                let speakers = view.record.quotes.iter().filter_map(|quote| view.entity(quote.speaker.as_deref()?));
                speakers.map(|entity| view.key(entity).unwrap_or_else(|| entity.name.to_string()))
            })
            .collect();
        Outlet {
            name: name.to_owned(),
            documents: docs().map(|view| view.record.id.to_string()).collect(),
            first_published: docs().find_map(|view| view.record.meta.published.as_deref().map(str::to_owned)),
            words,
            sentences: docs().map(|view| view.record.sents.len()).sum(),
            quotes: docs().map(|view| view.record.quotes.len()).sum(),
            voices: speakers.len(),
            quoted_share: Score::from(quoted as f32 / words.max(1) as f32),
        }
    };
    by_outlet(views).into_iter().map(outlet).collect()
}

/// Number of words within quotations, each counted once where these overlap.
fn quoted_words(view: &View<'_>) -> usize {
    let mut spans: Vec<(usize, usize)> = view.record.quotes.iter().map(|quote| (quote.start, quote.end)).collect();
    spans.sort_unstable();
    let mut end_of_last = 0;
    let mut words = 0;
    for (start, end) in spans {
        words += view.words_in(start.max(end_of_last), end).len();
        end_of_last = end_of_last.max(end);
    }
    words
}

/// A proportion of `n` (which may be fractional) with its 95 % Wilson score interval (Wilson 1927).
pub(crate) fn wilson(share: f32, n: f32) -> Interval {
    // The 97.5 % quantile of the standard normal distribution.
    const Z: f32 = 1.96;
    if n <= 0.0 {
        return Interval { share: Score::from(0.0), low: Score::from(0.0), high: Score::from(1.0) };
    }
    let share = share.clamp(0.0, 1.0);
    let scale = 1.0 + Z * Z / n;
    let middle = (share + Z * Z / (2.0 * n)) / scale;
    let half = Z / scale * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    Interval { share: Score::from(share), low: Score::from(middle - half), high: Score::from(middle + half) }
}

pub(crate) fn frames(views: &[View<'_>]) -> Vec<Framing> {
    let mut framings = Vec::new();
    for (outlet, documents) in by_outlet(views) {
        let docs: Vec<&View<'_>> = documents.iter().filter_map(|&at| views.get(at)).collect();
        let mut labels: Vec<(&str, &str)> = Vec::new();
        for frame in docs.iter().flat_map(|view| &view.record.frames) {
            if !labels.contains(&(&*frame.codebook, &*frame.label)) {
                labels.push((&frame.codebook, &frame.label));
            }
        }
        let mut of_outlet: Vec<Framing> =
            labels.into_iter().map(|(codebook, label)| framing(outlet, &docs, codebook, label)).collect();
        of_outlet.sort_by(|a, b| {
            a.codebook.cmp(&b.codebook).then(b.interval.share.value().total_cmp(&a.interval.share.value()))
        });
        framings.extend(of_outlet);
    }
    framings
}

fn framing(outlet: &str, docs: &[&View<'_>], codebook: &str, label: &str) -> Framing {
    let (mut scores, mut shares, mut counted) = (0.0, 0.0, 0.0_f64);
    let mut evidence = Vec::new();
    for view in docs {
        let of_codebook = || view.record.frames.iter().filter(|frame| frame.codebook == codebook);
        let sum: f64 = of_codebook().map(|frame| frame.score.value()).sum();
        let Some(frame) = of_codebook().find(|frame| frame.label == label) else { continue };
        counted += 1.0;
        scores += frame.score.value();
        shares += if sum > 0.0 { frame.score.value() / sum } else { 0.0 };
        evidence.extend(frame.evidence.iter().map(|passage| (*view, passage)));
    }
    evidence.sort_by(|a, b| b.1.score.value().total_cmp(&a.1.score.value()));
    let mean = |sum: f64| (sum / counted.max(1.0)) as f32;
    Framing {
        outlet: outlet.to_owned(),
        codebook: codebook.to_owned(),
        label: label.to_owned(),
        score: Score::from(mean(scores)),
        passages: evidence.len(),
        own_voice: evidence.iter().filter(|(_, passage)| passage.voice == core::Voice::Outlet).count(),
        interval: wilson(mean(shares), counted as f32),
        evidence: evidence.iter().take(SHOWN).map(|(view, passage)| view.passage(passage.start, passage.end)).collect(),
    }
}

/// A speaker in an outlet: an actor, or else an entity key or descriptive words from one document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Speaker {
    Actor(String),
    Named(String),
}

pub(crate) fn voices(views: &[View<'_>], actors: &Actors) -> Vec<Voice> {
    let mut voices = Vec::new();
    let mut outlets_of: BTreeMap<Speaker, HashSet<&str>> = BTreeMap::new();
    let mut speakers = Vec::new();
    for (outlet, documents) in by_outlet(views) {
        let mut of_outlet: BTreeMap<Speaker, Voice> = BTreeMap::new();
        for &at in &documents {
            let Some(view) = views.get(at) else { continue };
            for quote in &view.record.quotes {
                let Some((speaker, name)) = speaker(view, at, quote, actors) else { continue };
                outlets_of.entry(speaker.clone()).or_default().insert(outlet);
                let actor = if let Speaker::Actor(id) = &speaker { Some(id.clone()) } else { None };
                let voice = of_outlet.entry(speaker).or_insert_with(|| Voice {
                    outlet: outlet.to_owned(),
                    speaker: name.clone(),
                    actor,
                    stances: sides(view, quote.speaker.as_deref()),
                    ..Voice::default()
                });
                voice.quotes += 1;
                voice.words += view.words_in(quote.start, quote.end).len();
                voice.passages.push(view.passage(quote.start, quote.end));
                if name.split(' ').count() > voice.speaker.split(' ').count() {
                    voice.speaker = name;
                }
            }
        }
        let all: usize = of_outlet.values().map(|voice| voice.words).sum();
        let mut of_outlet: Vec<(Speaker, Voice)> = of_outlet.into_iter().collect();
        of_outlet.iter_mut().for_each(|(_, voice)| voice.share = Score::from(voice.words as f32 / all.max(1) as f32));
        of_outlet.sort_by(|a, b| b.1.words.cmp(&a.1.words).then_with(|| a.1.speaker.cmp(&b.1.speaker)));
        for (speaker, voice) in of_outlet {
            speakers.push(speaker);
            voices.push(voice);
        }
    }
    for (voice, speaker) in voices.iter_mut().zip(speakers) {
        voice.only_here = outlets_of.get(&speaker).is_none_or(|outlets| outlets.len() == 1);
    }
    voices
}

fn speaker(
    view: &View<'_>,
    at: usize,
    quote: &pressmark_jsonl::Quote<'_>,
    actors: &Actors,
) -> Option<(Speaker, String)> {
    if let Some(entity) = quote.speaker.as_deref().and_then(|id| view.entity(id)) {
        if let Some(actor) = actors.find(at, &entity.id) {
            return Some((Speaker::Actor(actor.id.clone()), actor.name.clone()));
        }
        let key = view.key(entity).unwrap_or_else(|| entity.name.to_lowercase());
        return Some((Speaker::Named(key), entity.name.to_string()));
    }
    let words = view.slice(quote.speaker_start?, quote.speaker_end?).trim();
    let lower = words.to_lowercase();
    // An unresolved pronoun names nobody, and "nobody" is no one.
    let is_pronoun = view.language.pronoun(&lower).next().is_some();
    let first = lower.split(char::is_whitespace).next().unwrap_or_default();
    let is_nobody = view.language.function_word(first).contains(FunctionWord::Nobody);
    (!words.is_empty() && !is_pronoun && !is_nobody).then(|| (Speaker::Named(lower), words.to_owned()))
}

/// A speaker's stances in a document.
fn sides(view: &View<'_>, speaker: Option<&str>) -> Vec<Side> {
    let Some(speaker) = speaker else { return Vec::new() };
    let of_speaker = view.record.stances.iter().filter(|stance| stance.holder == Holder::Entity(speaker.into()));
    let side = |stance: &pressmark_jsonl::Stance<'_>| Side {
        target: view.entity(&stance.target).map_or_else(|| stance.target.to_string(), |entity| entity.name.to_string()),
        label: stance.label,
        score: stance.score,
    };
    of_speaker.map(side).collect()
}

/// Mention-weighted sums of the sentiment towards an actor in an outlet.
#[derive(Clone, Copy, Default)]
struct Sum {
    mentions: f32,
    positive: f32,
    negative: f32,
}

pub(crate) fn tones(views: &[View<'_>], actors: &Actors) -> Vec<Tone> {
    let at_of: HashMap<&str, usize> = views.iter().enumerate().map(|(at, view)| (&*view.record.id, at)).collect();
    let order: Vec<&str> = by_outlet(views).into_iter().map(|(name, _)| name).collect();
    let mut tones = Vec::new();
    let mut told = 0;
    for actor in &actors.list {
        if !actor.label.is_actor() {
            continue;
        }
        let mut sums: BTreeMap<usize, Sum> = BTreeMap::new();
        for reference in &actor.entities {
            let Some(view) = at_of.get(&*reference.document).and_then(|&at| views.get(at)) else { continue };
            let Some(entity) = view.entity(&reference.entity) else { continue };
            let Some(sentiment) = &entity.sentiment else { continue };
            let Some(outlet) = order.iter().position(|name| *name == view.outlet) else { continue };
            let sum = sums.entry(outlet).or_default();
            let mentions = entity.mentions as f32;
            sum.mentions += mentions;
            sum.positive += mentions * sentiment.positive.value() as f32;
            sum.negative += mentions * sentiment.negative.value() as f32;
        }
        if sums.len() < 2 {
            continue;
        }
        tones.extend(sums.into_iter().map(|(outlet, sum)| tone(&actor.id, order.get(outlet).unwrap_or(&""), sum)));
        told += 1;
        if told == MAIN_ACTORS {
            break;
        }
    }
    tones
}

fn tone(actor: &str, outlet: &str, sum: Sum) -> Tone {
    let interval = |part: f32| wilson(part / sum.mentions.max(1.0), sum.mentions);
    let (positive, negative) = (interval(sum.positive), interval(sum.negative));
    let neutral = 1.0 - positive.share.value() - negative.share.value();
    let is_clear = |this: Interval, other: Interval| {
        this.share.value() > neutral
            && this.low.value() > other.share.value()
            && this.share.value() > other.high.value()
    };
    let label = if is_clear(positive, negative) {
        core::Tone::Positive
    } else if is_clear(negative, positive) {
        core::Tone::Negative
    } else {
        core::Tone::Neutral
    };
    let (actor, outlet, mentions) = (actor.to_owned(), outlet.to_owned(), sum.mentions as usize);
    Tone { actor, outlet, label, mentions, positive, negative }
}

/// Code points at the start of a paragraph within which a dateline may name an agency ("GENEVA (Reuters) -"). Set by
/// hand: longer than any dateline.
const DATELINE: usize = 120;

pub(crate) fn credits(views: &[View<'_>]) -> Vec<Credit> {
    let mut credits = Vec::new();
    let agencies: Vec<&str> = Language::agencies().collect();
    for view in views {
        let document = view.record.id.to_string();
        let by_page =
            view.record.meta.credited_source.as_deref().filter(|source| !source.eq_ignore_ascii_case(&view.outlet));
        credits.extend(by_page.map(|source| Credit {
            document: document.clone(),
            source: source.to_owned(),
            passage: None,
        }));
        let Some((source, start, end)) = agency(view, &agencies) else { continue };
        if !by_page.is_some_and(|page| page.eq_ignore_ascii_case(source)) {
            credits.push(Credit { document, source: source.to_owned(), passage: Some(view.passage(start, end)) });
        }
    }
    credits
}

/// The agency named by a dateline, in brackets or at the start, before a dash; with its code point offsets.
fn agency(view: &View<'_>, agencies: &[&'static str]) -> Option<(&'static str, usize, usize)> {
    for (start, end) in view.paragraphs() {
        let words = view.words_in(start, end.min(start + DATELINE));
        for (at, word) in words.iter().enumerate() {
            for &agency in agencies.iter().filter(|agency| agency.starts_with(word.text)) {
                let count = agency.split([' ', '-']).count();
                let Some(last) = words.get(at + count - 1) else { continue };
                if view.slice(word.start, last.end) != agency {
                    continue;
                }
                let before = view.slice(word.start.saturating_sub(1), word.start);
                // Four code points hold a closing bracket, spaces and the dash.
                let after = view.slice(last.end, end.min(last.end + 4)).trim_start_matches(')').trim_start();
                let is_dash = after.starts_with(['-', '–', '—']);
                if is_dash && (before == "(" || word.start == start) {
                    return Some((agency, word.start, last.end));
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use pressmark_core::Document;
    use pressmark_jsonl::{Provenance, Record};

    use super::*;

    #[test]
    fn an_interval_is_wide_where_little_was_counted() {
        let close = |found: Score, expected: f64| assert!((found.value() - expected).abs() < 0.001, "{found:?}");
        let one = wilson(0.5, 10.0);
        close(one.low, 0.2366);
        close(one.high, 0.7634);
        let none = wilson(1.0, 1.0);
        close(none.low, 0.2065);
        close(none.high, 1.0);
        close(wilson(0.5, 1000.0).low, 0.4691);
    }

    #[test]
    fn a_dateline_credits_its_agency() {
        let check = |text: &str, expected: Option<&str>| {
            let doc = Document::from_text("a", text);
            let record = Record::of(&doc, &Provenance::default());
            let credits = credits(&[View::new(&record)]);
            assert_eq!(credits.first().map(|credit| &*credit.source), expected, "{text}");
        };
        check("Rain\n\nOSLO (Reuters) - It rained on Monday.", Some("Reuters"));
        check("Rain\n\nAP — It rained on Monday.", Some("AP"));
        check("Rain\n\nThe minister told Reuters that it rained.", None);
    }
}
