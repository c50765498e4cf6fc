use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use pressmark_core::{
    Document, Holder, Layer, Mention, Provenance, Span, Stage, StageError, Stance, StanceLabel, Target,
};
use pressmark_encoder::{EncodedText, Model, PackedWindows, dot};
use pressmark_tokenize::Tokenizer;

use crate::Error;
use crate::sentiment::{Tone, has_sides};

/// How stances are found.
#[derive(Clone, Debug, PartialEq)]
pub struct StancesOptions {
    /// What to take a stance towards, in the user's words, beside the document's own entities. Default: none.
    pub targets: Vec<String>,
    /// Cosine from which a passage bears on a target, in [0, 1]. Default: 0.3; lower takes in
    /// passages about something else, higher misses those in other words than the target's.
    pub relevance: f32,
    /// Probability from which a side that is likelier than the other and than neither is taken, in
    /// [0, 1]. Default: 0.4, which the likeliest of three nearly always has; at 0.6 eight in ten
    /// stances of VAST were missed.
    pub confidence: f32,
    /// Evidence passages a stance at most. Default: 3.
    pub max_evidence: usize,
}

impl Default for StancesOptions {
    fn default() -> Self {
        Self { targets: Vec::new(), relevance: 0.3, confidence: 0.4, max_evidence: 3 }
    }
}

/// The stage that finds who stands where.
///
/// Towards a target text, the passages that bear on it are judged with the target beside them and
/// gathered by holder: the speaker of the quotation that a passage stands in, else the outlet. It
/// abstains (`neutral`, without evidence) where no passage bears on the target. Towards the
/// document's entities, a speaker's stance is the tone of the speaker's own quotations about
/// them, given only where it is not neutral.
pub struct Stances {
    model: Arc<Model>,
    targets: Vec<Prepared>,
    options: StancesOptions,
}

struct Prepared {
    text: String,
    /// Its unit vector: what bears on the target is near to it.
    vector: Vec<f32>,
    /// Its mean hidden state: what the head reads.
    hidden: Vec<f32>,
    words: HashSet<String>,
}

/// One passage's say: probabilities of against and favor, how much it bears on the target, where.
struct Say {
    against: f32,
    favor: f32,
    weight: f32,
    span: Span,
}

impl Stances {
    /// The bundle's head for a passage beside a target.
    pub const HEAD: &str = "stance";

    /// A stage on this model; the targets are encoded here, once.
    ///
    /// # Errors
    /// When a target cannot be encoded, or the bundle lacks the `stance` or `sentiment` head.
    pub fn new(model: Arc<Model>, tokenizer: &Tokenizer, options: StancesOptions) -> Result<Self, Error> {
        model.head(Self::HEAD)?;
        Tone::of(&model)?;
        let targets = options
            .targets
            .iter()
            .map(|text| {
                let encoded = encode(&model, tokenizer, text)?;
                let (vector, hidden) = (encoded.embedding.to_vec(), encoded.mean.to_vec());
                Ok(Prepared { text: text.clone(), vector, hidden, words: content_words(text).collect() })
            })
            .collect::<Result<_, Error>>()?;
        Ok(Self { model, targets, options })
    }

    fn towards_text(&self, target: &Prepared, doc: &Document) -> Result<Vec<Stance>, Error> {
        let head = self.model.head(Self::HEAD)?;
        let index = |name: &str| head.labels().iter().position(|label| label == name);
        let (Some(against), Some(favor)) = (index("against"), index("favor")) else { return Ok(Vec::new()) };
        let mut says: BTreeMap<Holder, Vec<Say>> = BTreeMap::new();
        for (sent, unit) in doc.sents.iter().enumerate().filter(|(_, s)| s.kind.is_prose()) {
            let vector = doc.sent_vectors.row(sent);
            if vector.len() != target.vector.len() {
                continue;
            }
            let weight = dot(&vector, &target.vector) + self.shared_words(target, doc.slice(unit.span));
            if weight < self.options.relevance {
                continue;
            }
            let passage = doc.hidden.mean(doc.rows_of(unit.tokens.clone()));
            let mut scores = head.apply(&pair(&passage, &target.hidden));
            head.calibrate(&mut scores);
            let say = Say { against: scores[against], favor: scores[favor], weight, span: unit.span };
            says.entry(holder_of(doc, unit.span)).or_default().push(say);
        }
        if says.is_empty() {
            says.insert(Holder::Outlet, Vec::new());
        }
        let target = Target::Text(target.text.clone());
        Ok(says.into_iter().map(|(holder, says)| self.gather(holder, target.clone(), says)).collect())
    }

    /// What a passage gains by naming the target: up to half, by the share of its words that it holds.
    fn shared_words(&self, target: &Prepared, passage: &str) -> f32 {
        if target.words.is_empty() {
            return 0.0;
        }
        let found: HashSet<String> = content_words(passage).filter(|word| target.words.contains(word)).collect();
        0.5 * found.len() as f32 / target.words.len() as f32
    }

    fn towards_entities(&self, doc: &Document) -> Result<Vec<Stance>, Error> {
        let tone = Tone::of(&self.model)?;
        let mut says: BTreeMap<(Holder, usize), Vec<Say>> = BTreeMap::new();
        let held = |mention: &Mention| {
            let holder = holder_of(doc, mention.span);
            let (Holder::Entity(speaker), Some(entity)) = (holder, mention.entity) else { return None };
            (speaker != entity).then_some((holder, entity))
        };
        let quoted: Vec<_> =
            doc.ents.iter().filter(|m| has_sides(m)).filter_map(|mention| Some((mention, held(mention)?))).collect();
        let tones = tone.towards(&self.model, doc, quoted.iter().map(|(mention, _)| *mention));
        for ((mention, key), sentiment) in quoted.into_iter().zip(tones) {
            let Some(sentiment) = sentiment else { continue };
            let span = doc.sent_at(mention.span.start).map_or(mention.span, |sent| doc.sents[sent].span);
            let say = Say { against: sentiment.negative, favor: sentiment.positive, weight: 1.0, span };
            says.entry(key).or_default().push(say);
        }
        let stances =
            says.into_iter().map(|((holder, entity), says)| self.gather(holder, Target::Entity(entity), says));
        Ok(stances.filter(|stance| stance.label != StanceLabel::Neutral).collect())
    }

    /// The weighted mean of what the passages say, and the passages that say it loudest.
    fn gather(&self, holder: Holder, target: Target, mut says: Vec<Say>) -> Stance {
        let total: f32 = says.iter().map(|say| say.weight).sum();
        let mean = |part: fn(&Say) -> f32| says.iter().map(|say| part(say) * say.weight).sum::<f32>() / total.max(1e-6);
        let (against, favor) = (mean(|say| say.against), mean(|say| say.favor));
        let neither = 1.0 - favor - against;
        let (side, score) = if favor > against { (StanceLabel::Favor, favor) } else { (StanceLabel::Against, against) };
        let (label, score) = match score >= self.options.confidence && score > neither {
            true => (side, score),
            false if says.is_empty() => (StanceLabel::Neutral, 0.0),
            false => (StanceLabel::Neutral, neither),
        };
        let loudness = |say: &Say| match label {
            StanceLabel::Favor => say.favor * say.weight,
            StanceLabel::Against => say.against * say.weight,
            StanceLabel::Neutral => say.weight,
        };
        says.sort_by(|a, b| loudness(b).total_cmp(&loudness(a)).then(a.span.cmp(&b.span)));
        let mut evidence: Vec<Span> = says.iter().map(|say| say.span).collect();
        let mut seen = HashSet::new();
        evidence.retain(|span| seen.insert(*span));
        evidence.truncate(self.options.max_evidence);
        evidence.sort_unstable();
        Stance { holder, target, label, score: score.clamp(0.0, 1.0), evidence }
    }
}

fn encode(model: &Model, tokenizer: &Tokenizer, text: &str) -> Result<EncodedText, Error> {
    let unreadable = |source| Error::Target { text: text.chars().take(60).collect(), source };
    let mut doc = Document::from_text("", text);
    tokenizer.run(&mut doc).map_err(unreadable)?;
    if doc.windows.ids.is_empty() {
        return Err(unreadable(StageError::new("there is no word in it")));
    }
    let windows = PackedWindows { ids: &doc.windows.ids, shapes: &doc.windows.shapes, starts: &doc.windows.starts };
    let rows: Vec<usize> = doc.rows_of(doc.tokens_in(Span::new(0, doc.text.len()))).collect();
    Ok(model.encode_text(windows, &rows)?)
}

fn holder_of(doc: &Document, span: Span) -> Holder {
    let speaker = doc.quote_holding(span).and_then(|quote| doc.quotes[quote].speaker);
    speaker.map_or(Holder::Outlet, Holder::Entity)
}

/// What the stance head reads: passage, target, their product and their distance, place by place.
fn pair(passage: &[f32], target: &[f32]) -> Vec<f32> {
    let both = || passage.iter().zip(target);
    let product = both().map(|(p, t)| p * t);
    let distance = both().map(|(p, t)| (p - t).abs());
    passage.iter().chain(target).copied().chain(product).chain(distance).collect()
}

/// Words of four letters or more, folded: the shorter ones are mostly glue.
fn content_words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 4).map(str::to_lowercase)
}

impl Stage for Stances {
    fn name(&self) -> &'static str {
        "stance"
    }

    fn needs(&self) -> &'static [Layer] {
        &[Layer::Sents, Layer::Hidden, Layer::SentVectors, Layer::Entities]
    }

    fn reads(&self) -> &'static [Layer] {
        &[Layer::Quotes]
    }

    fn provides(&self) -> &'static [Layer] {
        &[Layer::Stances]
    }

    fn provenance(&self) -> Provenance {
        let settings = serde_json::json!({
            "targets": self.options.targets,
            "relevance": self.options.relevance,
            "confidence": self.options.confidence,
            "max_evidence": self.options.max_evidence,
        });
        Provenance {
            stage: self.name(),
            model: Some(self.model.id()),
            sha256: Some(self.model.sha256().to_owned()),
            settings: settings.to_string(),
        }
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        let failed = |error: Error| StageError::new("the head does not fit").with_source(error);
        let mut stances = Vec::new();
        for target in &self.targets {
            stances.extend(self.towards_text(target, doc).map_err(failed)?);
        }
        stances.extend(self.towards_entities(doc).map_err(failed)?);
        doc.stances = stances;
        doc.cover_sentences(self.name(), |sent| sent.kind.is_prose());
        Ok(())
    }
}
