//! Conversion of corrected marks to rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use pressmark_core::{Document, EntityType, ProblemKind, Tone, Voice, hex};
use pressmark_jsonl::{
    CodePoints, Ent, Entity, Frame, Provenance, Quote, Record, Score, Sentiment, StageProvenance, Token,
};

use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::files::FileNames;
use crate::format::Format;
use crate::marks::{Mark, Marks, REFERS_TO, TO_CUE, TO_SPEAKER, frame_name, kind_of, parse_frame_name};
use crate::xml::expressible;

/// Name of the stage recorded in the provenance of a corrected row.
const STAGE: &str = "corrections";

/// Codebook of an added frame that no codebook of the row defines.
const NO_CODEBOOK: &str = "corrections";

/// The exported rows, found again by id, file name or text.
#[derive(Clone, Debug, Default)]
pub struct Originals {
    rows: Vec<Record<'static>>,
    by_id: HashMap<String, usize>,
    by_name: HashMap<String, usize>,
    by_text: HashMap<String, usize>,
}

impl Originals {
    /// Indexes these rows.
    #[must_use]
    pub fn new(rows: Vec<Record<'static>>) -> Self {
        let index = |keys: &mut dyn Iterator<Item = String>| {
            let mut index = HashMap::new();
            keys.enumerate().for_each(|(number, key)| {
                index.entry(key).or_insert(number);
            });
            index
        };
        // Names are allocated as in the export, which skips rows without text.
        let with_text: Vec<usize> =
            (0..rows.len()).filter(|i| rows.get(*i).is_some_and(|r| !r.text.is_empty())).collect();
        let mut names = FileNames::default();
        let names: Vec<String> = with_text.iter().filter_map(|i| rows.get(*i)).map(|row| names.name(&row.id)).collect();
        Self {
            by_id: index(&mut rows.iter().map(|row| row.id.to_string())),
            by_name: names.into_iter().zip(with_text).collect(),
            by_text: index(&mut rows.iter().map(|row| row.text.to_string())),
            rows,
        }
    }

    fn find(&self, marks: &Marks) -> Option<usize> {
        let named = self.by_id.get(&marks.id).or_else(|| self.by_name.get(&marks.id));
        named.or_else(|| self.by_text.get(&marks.text)).copied()
    }

    /// Applies corrections and returns the rows, in the order of the original rows if there are any, else of the
    /// documents.
    pub(crate) fn correct(
        &self,
        found: Vec<(String, Marks)>,
        from: Format,
        notes: &mut Vec<String>,
    ) -> Result<Vec<Record<'static>>, Error> {
        let mut rows = BTreeMap::new();
        for (number, (place, mut marks)) in found.into_iter().enumerate() {
            let (key, mut row) = if self.rows.is_empty() {
                (number, bare(&place, &marks))
            } else {
                let found = self.find(&marks).and_then(|index| Some((index, self.rows.get(index)?.clone())));
                found.ok_or_else(|| Error::NoRow { place: place.clone(), id: marks.id.clone() })?
            };
            if from == Format::Cas && expressible(&row.text) == marks.text {
                marks.text = row.text.to_string();
            }
            if row.text != marks.text {
                let same = row.text.chars().zip(marks.text.chars()).take_while(|(a, b)| a == b).count();
                return Err(Error::TextDiffers { id: row.id.into_owned(), at: same });
            }
            Corrections { marks: &marks, place: &place, notes }.apply(&mut row, from);
            if rows.insert(key, row).is_some() {
                notes.push(format!("{place} repeats an earlier document: the last one is used"));
            }
        }
        Ok(rows.into_values().collect())
    }
}

/// Builds a row with text only, for a document without an original row; its source is the place where it was read.
fn bare(place: &str, marks: &Marks) -> Record<'static> {
    let provenance = Provenance {
        pressmark: env!("CARGO_PKG_VERSION").into(),
        stages: Vec::new(),
        layers: Some(["entities", "quotes", "frames"].map(Into::into).to_vec()),
    };
    let mut document = Document::from_text(&*marks.id, &*marks.text);
    document.source.path = place.into();
    document.source.sha256 = hex(&Sha256::digest(marks.text.as_bytes()));
    Record::of(&document, &provenance).into_owned()
}

/// Corrections of one document, to be applied to its row.
struct Corrections<'a> {
    marks: &'a Marks,
    place: &'a str,
    notes: &'a mut Vec<String>,
}

impl Corrections<'_> {
    fn apply(&mut self, row: &mut Record<'static>, from: Format) {
        let mentions = self.mentions();
        let ids = entity_ids(row, &self.marks.text, &mentions);
        let mut gone: BTreeSet<String> = row.entities.iter().map(|entity| entity.id.to_string()).collect();
        let tones: Vec<Option<Tone>> = mentions.iter().map(|mention| self.tone(mention)).collect();
        row.ents = mentions.iter().zip(&ids).map(|(mention, id)| ent(mention, id.clone())).collect();
        row.entities = entities(row, &self.marks.text, &tones);
        split_tokens(row);
        let entity_of: HashMap<&str, &str> =
            mentions.iter().zip(&ids).filter_map(|(mention, id)| Some((&*mention.key, id.as_deref()?))).collect();
        let quotes = self.quotes(&entity_of);
        let old = std::mem::replace(&mut row.quotes, quotes);
        row.frames = frames(row, &self.marks.frames, &old);
        row.entities.iter().for_each(|entity| _ = gone.remove(&*entity.id));
        // A target may be a text of the form of an id.
        row.stances.retain(|stance| !gone.contains(stance.holder.as_str()) && !gone.contains(&*stance.target));
        // A person has confirmed where every quotation ends.
        row.problems.retain(|problem| problem.kind != ProblemKind::UnclosedQuote.as_str());
        row.status = row.status_due();
        row.provenance.stages.retain(|stage| stage.stage != STAGE);
        row.provenance.stages.push(StageProvenance {
            stage: STAGE.into(),
            model: None,
            sha256: None,
            licence: None,
            settings: format!("{{\"format\":\"{}\"}}", from.as_str()).into(),
        });
        if let Some(layers) = &mut row.provenance.layers {
            for layer in ["entities", "quotes", "frames"] {
                if !layers.iter().any(|known| known == layer) {
                    layers.push(layer.into());
                }
            }
        }
    }

    /// Returns the mentions in text order; of overlapping ones the first is kept, or else the longer.
    fn mentions(&mut self) -> Vec<Mark> {
        let mut all: Vec<&Mark> = self.marks.spans.iter().filter(|span| span.is_mention()).collect();
        all.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
        let (mut kept, mut done): (Vec<Mark>, usize) = (Vec::new(), 0);
        for span in all {
            if span.start < done {
                let note = format!(
                    "{} has a mention {} from {} to {} that overlaps another: skipped",
                    self.place, span.label, span.start, span.end
                );
                self.notes.push(note);
            } else {
                done = span.end;
                kept.push(span.clone());
            }
        }
        kept
    }

    /// Returns the tone of a mention; an unknown word is noted and ignored.
    fn tone(&mut self, mention: &Mark) -> Option<Tone> {
        let word = mention.tone.as_deref()?;
        let tone = Tone::named(word);
        if tone.is_none() {
            let known = Tone::ALL.iter().map(|tone| tone.as_str()).collect::<Vec<_>>().join(", ");
            let (place, start, end) = (self.place, mention.start, mention.end);
            let note =
                format!("{place} has the tone {word:?} from {start} to {end}, which is none of {known}: skipped");
            self.notes.push(note);
        }
        tone
    }

    fn quotes(&mut self, entity_of: &HashMap<&str, &str>) -> Vec<Quote<'static>> {
        let marks = self.marks;
        let target = |from: &str, label: &str| {
            let link = marks.links.iter().find(|link| link.from == from && link.label == label)?;
            marks.spans.iter().find(|span| span.key == link.to)
        };
        let quote = |span: &Mark| {
            let words = target(&span.key, TO_SPEAKER);
            let named = words.and_then(|words| entity_of.get(&*words.key));
            let referred = || words.map_or(&*span.key, |words| &*words.key);
            let named = named.or_else(|| entity_of.get(&*target(referred(), REFERS_TO)?.key));
            let cue = target(&span.key, TO_CUE);
            Some(Quote {
                start: span.start,
                end: span.end,
                kind: kind_of(&span.label)?,
                speaker: named.map(|id| (*id).to_owned().into()),
                speaker_start: words.map(|words| words.start),
                speaker_end: words.map(|words| words.end),
                cue_start: cue.map(|cue| cue.start),
                cue_end: cue.map(|cue| cue.end),
                closed: true,
            })
        };
        let mut quotes: Vec<Quote<'static>> = marks.spans.iter().filter_map(quote).collect();
        quotes.sort_by_key(|quote| (quote.start, std::cmp::Reverse(quote.end)));
        let before = quotes.len();
        quotes.dedup_by_key(|quote| (quote.start, quote.end));
        if quotes.len() < before {
            self.notes.push(format!(
                "{} marks {} quotations twice: the first one is used",
                self.place,
                before - quotes.len()
            ));
        }
        quotes
    }
}

fn ent(mention: &Mark, entity: Option<String>) -> Ent<'static> {
    Ent {
        start: mention.start,
        end: mention.end,
        label: mention.label.as_str().into(),
        score: Score::from(1.0),
        entity: entity.map(Into::into),
    }
}

/// Whether an id has the form that pressmark gives entities: `e` and digits.
fn is_entity_id(id: &str) -> bool {
    id.strip_prefix('e').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Assigns an entity to each mention: the one named in the tool, or that of the same mention in the row, or one with
/// the same name and label, or a new one.
fn entity_ids(row: &Record<'_>, text: &str, mentions: &[Mark]) -> Vec<Option<String>> {
    let points = CodePoints::new(text);
    let before: HashMap<(usize, usize), Option<&str>> =
        row.ents.iter().map(|ent| ((ent.start, ent.end), ent.entity.as_deref())).collect();
    let mut by_name: HashMap<(String, String), String> = HashMap::new();
    for entity in &row.entities {
        for name in [&entity.name].into_iter().chain(&entity.aliases) {
            by_name.entry((plain(name), entity.label.to_string())).or_insert_with(|| entity.id.to_string());
        }
    }
    let number =
        |id: &str| if is_entity_id(id) { id.get(1..).and_then(|digits| digits.parse::<usize>().ok()) } else { None };
    let named = mentions.iter().filter_map(|mention| mention.entity.as_deref());
    let taken = row.entities.iter().map(|entity| &*entity.id).chain(named).filter_map(number);
    let mut next = taken.max().map_or(0, |number| number.saturating_add(1));
    let mut ids = Vec::new();
    for mention in mentions {
        let place = (mention.start, mention.end);
        ids.push(match (&mention.entity, before.get(&place)) {
            (Some(id), _) => Some(id.clone()),
            (None, Some(id)) => id.map(str::to_owned),
            (None, None) => {
                let name = (plain(Marks::words(&points, mention)), mention.label.clone());
                let fresh = || {
                    next += 1;
                    format!("e{}", next - 1)
                };
                Some(by_name.entry(name).or_insert_with(fresh).clone())
            }
        });
    }
    ids
}

/// Collapses white space, as in names.
fn plain(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A mention with its normalised words and the tone given in the tool.
type Told<'a> = (String, &'a Ent<'a>, Option<Tone>);

/// Rebuilds the entities from the row's mentions: existing ones first, with the names still in use, then new ones.
fn entities(row: &Record<'static>, text: &str, tones: &[Option<Tone>]) -> Vec<Entity<'static>> {
    let points = CodePoints::new(text);
    let mut order: Vec<String> = row.entities.iter().map(|entity| entity.id.to_string()).collect();
    let mut mentions: HashMap<String, Vec<Told<'_>>> = HashMap::new();
    for (ent, tone) in row.ents.iter().zip(tones) {
        let Some(id) = ent.entity.as_deref() else { continue };
        if !order.iter().any(|known| known == id) {
            order.push(id.to_owned());
        }
        mentions.entry(id.to_owned()).or_default().push((plain(points.slice(ent.start, ent.end)), ent, *tone));
    }
    let entity = |id: String| {
        let mentions = mentions.get(&id)?;
        let before = row.entities.iter().find(|entity| entity.id == id);
        let reads = |name: &str| mentions.iter().any(|(words, ..)| words == &plain(name));
        let longest =
            mentions.iter().rev().max_by_key(|(words, ..)| words.chars().count()).map(|(words, ..)| words.clone());
        let kept = before.map(|entity| entity.name.to_string()).filter(|name| reads(name));
        let name = kept.or(longest)?;
        let mut forms: Vec<String> = Vec::new();
        let known =
            before.iter().flat_map(|entity| &entity.aliases).map(|alias| alias.to_string()).filter(|a| reads(a));
        for form in known.chain(mentions.iter().map(|(words, ..)| words.clone())) {
            if plain(&form) != plain(&name) && !forms.iter().any(|f| plain(f) == plain(&form)) {
                forms.push(form);
            }
        }
        let has = |label: &&EntityType| mentions.iter().any(|(_, ent, _)| ent.label == **label);
        let label = before.map(|entity| &entity.label).filter(has);
        let label = label.or_else(|| mentions.first().map(|(_, ent, _)| &ent.label))?.clone();
        let old = before.and_then(|entity| entity.sentiment.clone());
        let is_new = |tone: &Tone| old.as_ref().is_none_or(|old| old.label != *tone);
        let said = mentions.iter().filter_map(|(.., tone)| *tone).find(is_new);
        Some(Entity {
            id: id.into(),
            name: name.into(),
            label,
            aliases: forms.into_iter().map(Into::into).collect(),
            mentions: mentions.len(),
            sentiment: said.map(certain).or(old),
        })
    };
    order.into_iter().filter_map(entity).collect()
}

/// Sentiment for a tone given by a person: probability 1.
fn certain(tone: Tone) -> Sentiment {
    let of = |other| Score::from(f32::from(u8::from(other == tone)));
    Sentiment {
        label: tone,
        score: Score::from(1.0),
        positive: of(Tone::Positive),
        neutral: of(Tone::Neutral),
        negative: of(Tone::Negative),
    }
}

/// Splits tokens at mention boundaries: in a row every mention starts and ends with a token.
fn split_tokens(row: &mut Record<'static>) {
    let cuts: BTreeSet<usize> = row.ents.iter().flat_map(|ent| [ent.start, ent.end]).collect();
    let mut tokens = Vec::with_capacity(row.tokens.len());
    for token in &row.tokens {
        let mut start = token.start;
        for cut in cuts.range(token.start + 1..token.end.max(token.start + 1)).copied().chain([token.end]) {
            tokens.push(Token { id: tokens.len(), start, end: cut });
            start = cut;
        }
    }
    row.tokens = tokens;
}

/// Rebuilds the frames: every frame of the row, with score 1 if assigned and 0 if not, plus assigned ones that the row
/// did not have. Within a codebook, assigned frames come first.
fn frames(row: &Record<'static>, given: &[String], old: &[Quote<'static>]) -> Vec<Frame<'static>> {
    let full = |name: &String| match parse_frame_name(name) {
        ("", label) => {
            let codebook = row.frames.iter().find(|frame| frame.label == label).map(|frame| &*frame.codebook);
            frame_name(codebook.unwrap_or(NO_CODEBOOK), label)
        }
        _ => name.clone(),
    };
    let mut given: BTreeSet<String> = given.iter().map(full).collect();
    let same = |quote: &Quote<'_>| row.quotes.iter().position(|q| (q.start, q.end) == (quote.start, quote.end));
    let voice = |voice| match voice {
        Voice::Outlet => Voice::Outlet,
        Voice::Quote(number) => old.get(number).and_then(same).map_or(Voice::Outlet, Voice::Quote),
    };
    let mut books: Vec<(String, Vec<Frame<'static>>)> = Vec::new();
    let mut push = |frame: Frame<'static>| match books.iter_mut().find(|(book, _)| *book == frame.codebook) {
        Some((_, frames)) => frames.push(frame),
        None => books.push((frame.codebook.to_string(), vec![frame])),
    };
    for frame in &row.frames {
        let is_given = given.remove(&frame_name(&frame.codebook, &frame.label));
        let mut frame = Frame { score: Score::from(f32::from(u8::from(is_given))), ..frame.clone() };
        frame.evidence.retain(|_| is_given);
        frame.evidence.iter_mut().for_each(|evidence| evidence.voice = voice(evidence.voice));
        push(frame);
    }
    for name in &given {
        let (codebook, label) = parse_frame_name(name);
        let (codebook, label) = (codebook.to_owned().into(), label.to_owned().into());
        push(Frame { codebook, label, score: Score::from(1.0), evidence: Vec::new() });
    }
    let sorted = books.into_iter().flat_map(|(_, mut frames)| {
        frames.sort_by(|a, b| b.score.value().total_cmp(&a.score.value()));
        frames
    });
    sorted.collect()
}
