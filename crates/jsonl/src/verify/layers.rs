use std::collections::{HashMap, HashSet};

use pressmark_core::{ProblemKind, QuoteKind, SegmentKind, Voice};

use super::findings::Findings;
use super::settings::Settings;
use crate::holder::Holder;
use crate::record::{Ent, Entity, Frame, Record, Sent, Stance};
use crate::{CodePoints, RowLayer};

/// Checks the annotations of all stages.
pub(super) fn check(record: &Record<'_>, text: &CodePoints<'_>, settings: &Settings, found: &mut Findings) {
    // If a stage failed, timed out or saw only part of the text, its annotations need not cover everything.
    let whole = |stage: &str| {
        record.provenance.stages.iter().any(|s| s.stage == stage)
            && record.problems.iter().all(|p| p.stage != stage)
            && record.coverage.iter().all(|c| c.stage != stage || c.seen == c.total)
            && record.problems.iter().all(|p| p.kind != ProblemKind::Timeout.as_str())
    };
    let tokenized = whole("tokenize");
    sents(record, text, tokenized, found);
    tokens(record, text, tokenized && record.holds(RowLayer::Tokens), found);
    let entities: HashMap<&str, usize> = record.entities.iter().enumerate().map(|(i, e)| (&*e.id, i)).collect();
    let unique = entities.len() == record.entities.len();
    found.require(unique && !entities.contains_key(""), "entities", "an id is empty or repeated");
    mentions(record, text, &entities, settings, found);
    quotes(record, text, &entities, found);
    let sents: HashSet<(usize, usize)> = record.sents.iter().map(|s| (s.start, s.end)).collect();
    summary(record, &sents, found);
    frames(record, &sents, settings, found);
    let mut pairs = HashSet::new();
    for (i, stance) in record.stances.iter().enumerate() {
        let once = pairs.insert((&stance.holder, &stance.target));
        found.require(once, format_args!("stances[{i}]"), "holder and target are repeated");
        self::stance(i, stance, &entities, &sents, settings, found);
    }
}

/// Maximum characters of a list item's marker that lies outside all sentences, such as "•" or "12.)". Set by hand: the
/// longest marker expected, with room to spare; larger values let a skipped word pass as a marker.
const LONGEST_MARK: usize = 6;

/// Checks that sentences are in order, each within one segment, and skip nothing but white space and list markers.
fn sents(record: &Record<'_>, text: &CodePoints<'_>, whole: bool, found: &mut Findings) {
    let mut blocks: Vec<_> = record.segments.iter().filter_map(|s| s.start.zip(s.end)).collect();
    blocks.sort_unstable();
    let lists: HashSet<usize> =
        record.segments.iter().filter(|s| s.kind == SegmentKind::List.as_str()).filter_map(|s| s.start).collect();
    let is_gap = |from: usize, to: usize| {
        let Some(gap) = text.get(from, to) else { return true };
        let mark = gap.trim();
        let at = from + gap.chars().take_while(|c| c.is_whitespace()).count();
        mark.is_empty() || lists.contains(&at) && mark.chars().nth(LONGEST_MARK).is_none()
    };
    let (mut done, mut block) = (0, 0);
    for (i, sent) in record.sents.iter().enumerate() {
        let place = format_args!("sents[{i}]");
        let words = text.words(sent.start, sent.end, place, found);
        found.require(words.is_none_or(|w| w.trim() == w), place, "has white space around it");
        found.require(sent.start >= done, place, "does not follow the sentence before it");
        found.require(!whole || is_gap(done, sent.start), place, "leaves out text before it");
        done = done.max(sent.end);
        while blocks.get(block).is_some_and(|(_, end)| *end <= sent.start) {
            block += 1;
        }
        let inside = blocks.get(block).is_some_and(|(start, end)| *start <= sent.start && sent.end <= *end);
        found.require(inside, place, "does not lie in one segment");
    }
    found.require(!whole || is_gap(done, text.total()), "sents", "leave out the end of the text");
}

/// Checks that tokens and single spaces reproduce the text, and that no token crosses a sentence boundary.
fn tokens(record: &Record<'_>, text: &CodePoints<'_>, whole: bool, found: &mut Findings) {
    let (mut done, mut sents) = (0, record.sents.iter().peekable());
    let mut is_first = true;
    for (i, token) in record.tokens.iter().enumerate() {
        let place = format_args!("tokens[{i}]");
        found.require(token.id == i, place, format_args!("has the id {:?}", token.id.to_string()));
        let words = text.words(token.start, token.end, place, found).unwrap_or_default();
        let pure = words.trim() == words || words.trim().is_empty();
        found.require(pure, place, "has white space at one end");
        let space = token.start == done + 1 && !is_first && text.get(done, token.start) == Some(" ");
        found.require(token.start == done || space, place, "does not follow the token before it");
        while sents.next_if(|s| s.end <= token.start).is_some() {}
        let crosses = sents.peek().is_some_and(|s| {
            let inside = s.start <= token.start && token.end <= s.end;
            !inside && s.start < token.end
        });
        found.require(!crosses, place, "crosses the edge of a sentence");
        (done, is_first) = (token.end, false);
    }
    let rest = text.get(done, text.total());
    let ends = if is_first { !whole || text.total() == 0 } else { matches!(rest, Some("" | " ")) };
    found.require(ends, "tokens", "leave out the end of the text");
}

/// Checks mentions and the entities they refer to.
fn mentions(
    record: &Record<'_>,
    text: &CodePoints<'_>,
    ids: &HashMap<&str, usize>,
    settings: &Settings,
    found: &mut Findings,
) {
    let mut of: Vec<Vec<(&Ent<'_>, &str)>> = vec![Vec::new(); record.entities.len()];
    let starts: HashSet<usize> = record.tokens.iter().map(|t| t.start).collect();
    let ends: HashSet<usize> = record.tokens.iter().map(|t| t.end).collect();
    let mut done = 0;
    for (i, ent) in record.ents.iter().enumerate() {
        let place = format_args!("ents[{i}]");
        let words = text.words(ent.start, ent.end, place, found);
        // spaCy rejects spans that do not align with tokens.
        let whole = starts.contains(&ent.start) && ends.contains(&ent.end);
        found.require(whole || !record.holds(RowLayer::Tokens), place, "does not start and end with a token");
        found.require(ent.start >= done, place, "overlaps or precedes the mention before it");
        done = done.max(ent.end);
        found.score(ent.score, format_args!("ents[{i}].score"));
        let known = settings.labels.map_or(!ent.label.as_str().is_empty(), |labels| labels.contains(&ent.label));
        found.require(known, place, format_args!("label {:?} is not of the scheme", ent.label.as_str()));
        match ent.entity.as_deref().map(|id| ids.get(id)) {
            Some(Some(&entity)) => of[entity].extend(words.map(|words| (ent, words))),
            Some(None) => found.add(place, "points to no entity"),
            None => {}
        }
    }
    for (i, (one, mentions)) in record.entities.iter().zip(&of).enumerate() {
        entity(i, one, mentions, found);
    }
}

fn entity(i: usize, entity: &Entity<'_>, mentions: &[(&Ent<'_>, &str)], found: &mut Findings) {
    let place = format_args!("entities[{i}]");
    let count = mentions.len();
    found.require(count == entity.mentions, place, format_args!("has {count} mentions, not {}", entity.mentions));
    let label = mentions.iter().any(|(ent, _)| ent.label == entity.label);
    found.require(label, place, format_args!("none of its mentions has the label {:?}", entity.label.as_str()));
    // A name that spans a line break is written with a space.
    let plain = |words: &str| words.split_whitespace().collect::<Vec<_>>().join(" ");
    let forms: HashSet<String> = mentions.iter().map(|(_, words)| plain(words)).collect();
    let mut told = HashSet::new();
    for name in [&entity.name].into_iter().chain(&entity.aliases) {
        found.require(forms.contains(&plain(name)), place, format_args!("no mention of it reads {name:?}"));
        found.require(told.insert(plain(name)), place, format_args!("{name:?} is repeated in it"));
    }
    let untold = forms.iter().filter(|form| !told.contains(*form)).count();
    found.require(untold == 0, place, format_args!("{untold} forms of its mentions are not among its aliases"));

    let Some(said) = &entity.sentiment else { return };
    let place = format_args!("entities[{i}].sentiment");
    let parts = [said.positive, said.neutral, said.negative];
    for part in parts {
        found.score(part, place);
    }
    let sum: f64 = parts.iter().map(|part| part.value()).sum();
    // Tolerance for three numbers rounded to six decimals, computed as f32.
    found.require((sum - 1.0).abs() < 1e-4, place, format_args!("the three add up to {sum}"));
    let own = said.probability(said.label);
    let best = parts.iter().map(|part| part.value()).fold(0.0, f64::max);
    let fits = own == said.score && own.value() >= best;
    found.require(fits, place, format_args!("{} {} is not the most probable", said.label, said.score.value()));
}

/// Characters that can open a quotation, in any script.
const MARKS: &str = "\"'`´“”„‟‘’‚‛«»‹›「」『』〝〞〟＂＇｢｣";

fn quotes(record: &Record<'_>, text: &CodePoints<'_>, ids: &HashMap<&str, usize>, found: &mut Findings) {
    let mut last = 0;
    let mut spans = HashSet::new();
    for (i, quote) in record.quotes.iter().enumerate() {
        let place = format_args!("quotes[{i}]");
        let words = text.words(quote.start, quote.end, place, found).unwrap_or_default();
        found.require(quote.start >= last, place, "precedes the quotation before it");
        last = last.max(quote.start);
        found.require(spans.insert((quote.start, quote.end)), place, "is repeated");
        let marked = match quote.kind {
            // Layout can attribute words too: a turn of a transcript, a block quotation with its source.
            QuoteKind::Direct => words.starts_with(|c| MARKS.contains(c)) || quote.speaker_start.is_some(),
            QuoteKind::Mixed => words.contains(|c| MARKS.contains(c)),
            QuoteKind::Indirect => true,
        };
        found.require(
            marked,
            place,
            format_args!("is {} and has neither marks nor the words that name a speaker", quote.kind),
        );
        text.optional(quote.speaker_start, quote.speaker_end, format_args!("quotes[{i}].speaker_start"), found);
        text.optional(quote.cue_start, quote.cue_end, format_args!("quotes[{i}].cue_start"), found);
        let known = quote.speaker.as_deref().is_none_or(|id| ids.contains_key(id));
        found.require(known, format_args!("quotes[{i}].speaker"), "points to no entity");
    }
    let open = record.quotes.iter().filter(|q| !q.closed).count();
    let told = record.problems.iter().filter(|p| p.kind == ProblemKind::UnclosedQuote.as_str()).count();
    found.require(open == told, "quotes", format_args!("{open} are not closed, problems report {told}"));
}

fn summary(record: &Record<'_>, sents: &HashSet<(usize, usize)>, found: &mut Findings) {
    let mut last = None;
    let mut ranks = HashSet::new();
    for (i, chosen) in record.summary.iter().enumerate() {
        let place = format_args!("summary[{i}]");
        found.require(sents.contains(&(chosen.start, chosen.end)), place, "is not a sentence of the text");
        found.require(last.is_none_or(|last| last < chosen.start), place, "is not in text order");
        last = Some(chosen.start);
        let fits = (1..=record.summary.len()).contains(&chosen.rank) && ranks.insert(chosen.rank);
        found.require(fits, place, format_args!("rank {} is repeated or out of range", chosen.rank));
        found.score(chosen.score, format_args!("summary[{i}].score"));
    }
}

fn frames(record: &Record<'_>, sents: &HashSet<(usize, usize)>, settings: &Settings, found: &mut Findings) {
    let (mut at, mut codebooks) = (0, HashSet::new());
    for group in record.frames.chunk_by(|a, b| a.codebook == b.codebook) {
        let place = format_args!("frames[{at}].codebook");
        found.require(codebooks.insert(&group[0].codebook), place, "is separate from its other labels");
        let mut labels = HashSet::new();
        let mut best = f64::INFINITY;
        for (i, frame) in group.iter().enumerate().map(|(i, frame)| (at + i, frame)) {
            let place = format_args!("frames[{i}]");
            let own = !frame.label.is_empty() && labels.insert(&frame.label);
            found.require(own, place, format_args!("label {:?} is repeated", frame.label));
            found.score(frame.score, format_args!("frames[{i}].score"));
            found.require(frame.score.value() <= best, place, "is not in order of score");
            best = frame.score.value();
            evidence(record, i, frame, sents, found);
        }
        at += group.len();
    }
    if let Some(known) = settings.codebooks.as_ref().filter(|_| !record.frames.is_empty()) {
        let same = known.len() == codebooks.len() && known.iter().all(|k| codebooks.iter().any(|c| *c == k));
        found.require(same, "frames", format_args!("the codebooks are not those of the settings, {known:?}"));
    }
}

fn evidence(record: &Record<'_>, i: usize, frame: &Frame<'_>, sents: &HashSet<(usize, usize)>, found: &mut Findings) {
    let mut seen = HashSet::new();
    for (j, shown) in frame.evidence.iter().enumerate() {
        let place = format_args!("frames[{i}].evidence[{j}]");
        let own = sents.contains(&(shown.start, shown.end)) && seen.insert(shown.start);
        found.require(own, place, "is not a sentence of the text, or is repeated");
        found.score(shown.score, place);
        let heard = match shown.voice {
            Voice::Outlet => true,
            Voice::Quote(index) => {
                record.quotes.get(index).is_some_and(|quote| quote.start < shown.end && shown.start < quote.end)
            }
        };
        found.require(heard, place, format_args!("voice {} does not speak there", shown.voice));
    }
}

fn stance(
    i: usize,
    stance: &Stance<'_>,
    ids: &HashMap<&str, usize>,
    sents: &HashSet<(usize, usize)>,
    settings: &Settings,
    found: &mut Findings,
) {
    let place = format_args!("stances[{i}]");
    let held = match &stance.holder {
        Holder::Outlet => true,
        Holder::Entity(id) => ids.contains_key(&**id),
    };
    found.require(held, place, format_args!("holder {:?} is neither outlet nor an entity", stance.holder.as_str()));
    let given = settings.targets.as_ref().is_none_or(|targets| targets.iter().any(|t| *t == stance.target));
    let aimed = ids.contains_key(&*stance.target) || given && !stance.target.is_empty();
    found.require(aimed, place, format_args!("target {:?} is neither an entity nor one given", stance.target));
    found.score(stance.score, format_args!("stances[{i}].score"));
    if let Some(said) = &stance.probabilities {
        for probability in [said.bears_on_target, said.takes_a_side, said.in_favor] {
            found.score(probability, format_args!("stances[{i}].probabilities"));
        }
    }
    let mut seen = HashSet::new();
    for (j, Sent { start, end }) in stance.evidence.iter().enumerate() {
        let shown = sents.contains(&(*start, *end)) && seen.insert(start);
        found.require(
            shown,
            format_args!("stances[{i}].evidence[{j}]"),
            "is not a sentence of the text, or is repeated",
        );
    }
}
