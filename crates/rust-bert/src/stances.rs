use std::collections::{BTreeMap, HashSet};

use pressmark_core::{
    Document, Explanation, Holder, Layer, Provenance, Sentence, Span, Stage, StageError, Stance, StanceLabel,
    StancePassage, Target,
};

use crate::frames::{about, provenance, share};
use crate::{Entailment, Error};

/// Settings of [`ZeroShotStances`].
#[derive(Clone, Debug, PartialEq)]
pub struct ZeroShotStancesOptions {
    /// Target texts in the user's words, in addition to the document's own entities. Default: none.
    pub targets: Vec<String>,
    /// Minimum score of "This text is about TARGET." for a sentence to bear on the target, in [0, 1]. Default: 0.5,
    /// more entailed than contradicted.
    pub relevance: f32,
    /// Minimum score of a side that is likelier than the other and than neither, in [0, 1]. Default: 0.6, set by hand
    /// above the bundled stage's 0.4: the sides are judged independently, and passages more easily entail both.
    pub confidence: f32,
    /// Most evidence passages per stance. Default: 3, set by hand for readers.
    pub max_evidence: usize,
}

impl Default for ZeroShotStancesOptions {
    fn default() -> Self {
        Self { targets: Vec::new(), relevance: 0.5, confidence: 0.6, max_evidence: 3 }
    }
}

/// The stage `stance`: who takes which stance, by entailment.
///
/// Each sentence is tested for being about the target, and for its speaker being in favor or against. Text inside a
/// quotation counts for its speaker, the rest for the outlet. Towards the document's own entities, a speaker's stance
/// comes from the quotations that mention them, and is only reported if it is not neutral. If no sentence bears on a
/// target text, the outlet is `neutral` without evidence.
pub struct ZeroShotStances {
    model: Entailment,
    options: ZeroShotStancesOptions,
}

fn favor(target: &str) -> String {
    format!("The speaker is in favor of {target}.")
}

fn against(target: &str) -> String {
    format!("The speaker is against {target}.")
}

impl ZeroShotStances {
    /// Creates the stage.
    ///
    /// # Errors
    /// [`Error::Setting`] if a target leaves no room for a sentence, or a score is out of range.
    pub fn new(model: Entailment, options: ZeroShotStancesOptions) -> Result<Self, Error> {
        share("relevance", options.relevance)?;
        share("confidence", options.confidence)?;
        let asked: Vec<String> = options.targets.iter().flat_map(|t| [about(t), favor(t), against(t)]).collect();
        model.check(asked.iter().map(String::as_str))?;
        Ok(Self { model, options })
    }

    fn towards_text(
        &self,
        target: &str,
        doc: &Document,
        notes: &mut Vec<Explanation>,
    ) -> Result<Vec<Stance>, StageError> {
        let sents: Vec<&Sentence> = doc.sents.iter().filter(|s| s.kind.is_prose()).collect();
        let premises: Vec<&str> = sents.iter().map(|s| doc.slice(s.span)).collect();
        let weights = self.model.judge(&premises, &[&about(target)], &doc.deadline)?;
        let mut passages: BTreeMap<Holder, Vec<StancePassage>> = BTreeMap::new();
        let bearing = sents.iter().zip(&weights).filter_map(|(s, w)| Some((*s, *w.first()?)));
        for (sent, weight) in bearing.filter(|(_, weight)| *weight >= self.options.relevance) {
            let passage = self.passage(doc, target, weight, sent.span, notes)?;
            passages.entry(doc.holder_of(sent.span)).or_default().push(passage);
        }
        if passages.is_empty() {
            passages.insert(Holder::Outlet, Vec::new());
        }
        let target = Target::Text(target.to_owned());
        Ok(passages.into_iter().map(|(holder, passages)| self.gather(holder, target.clone(), passages)).collect())
    }

    fn towards_entities(&self, doc: &Document, notes: &mut Vec<Explanation>) -> Result<Vec<Stance>, StageError> {
        let mut passages: BTreeMap<(Holder, usize), Vec<StancePassage>> = BTreeMap::new();
        let mut asked = HashSet::new();
        for mention in doc.ents.iter().filter(|m| !m.label.is_value()) {
            let holder = doc.holder_of(mention.span);
            let (Holder::Entity(speaker), Some(entity)) = (holder, mention.entity) else { continue };
            let Some(sent) = doc.sent_at(mention.span.start).and_then(|s| doc.sents.get(s)) else { continue };
            if speaker == entity || !asked.insert((holder, entity, sent.span)) {
                continue;
            }
            let Some(name) = doc.entities.get(entity).map(|e| e.name.as_str()) else { continue };
            let passage = self.passage(doc, name, 1.0, sent.span, notes)?;
            passages.entry((holder, entity)).or_default().push(passage);
        }
        let stances = passages.into_iter().map(|((holder, entity), s)| self.gather(holder, Target::Entity(entity), s));
        Ok(stances.filter(|stance| stance.label != StanceLabel::Neutral).collect())
    }

    /// Asks whether the speaker of a passage is for a target, and whether against it.
    fn passage(
        &self,
        doc: &Document,
        target: &str,
        weight: f32,
        span: Span,
        notes: &mut Vec<Explanation>,
    ) -> Result<StancePassage, StageError> {
        let judged = self.model.judge(&[doc.slice(span)], &[&favor(target), &against(target)], &doc.deadline)?;
        let of = |column: usize| judged.first().and_then(|row| row.get(column)).copied().unwrap_or(0.0);
        let (pro, contra) = (of(0), of(1));
        if doc.explanations.is_some() {
            let note = Explanation::new("stance", span, "entailment").deciding(format!("on {target}"));
            notes.push(note.with("about_target", weight).with("in_favor", pro).with("against", contra));
        }
        // A sentence that entails both sides takes neither.
        Ok(StancePassage { favor: pro * (1.0 - contra), against: contra * (1.0 - pro), weight, span })
    }

    fn gather(&self, holder: Holder, target: Target, passages: Vec<StancePassage>) -> Stance {
        Stance::from_passages(holder, target, passages, self.options.confidence, self.options.max_evidence)
    }
}

impl Stage for ZeroShotStances {
    fn name(&self) -> &'static str {
        "stance"
    }

    fn needs(&self) -> &'static [Layer] {
        &[Layer::Sents, Layer::Entities]
    }

    fn reads(&self) -> &'static [Layer] {
        &[Layer::Quotes]
    }

    fn provides(&self) -> &'static [Layer] {
        &[Layer::Stances]
    }

    fn provenance(&self) -> Provenance {
        let settings = serde_json::json!({
            "backend": "rust-bert",
            "targets": self.options.targets,
            "relevance": self.options.relevance,
            "confidence": self.options.confidence,
            "max_evidence": self.options.max_evidence,
        });
        provenance(self.name(), &self.model, &settings)
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        let (mut stances, mut notes) = (Vec::new(), Vec::new());
        for target in &self.options.targets {
            stances.extend(self.towards_text(target, doc, &mut notes)?);
        }
        stances.extend(self.towards_entities(doc, &mut notes)?);
        doc.stances = stances;
        doc.clear_explanations(self.name());
        doc.explain_all(notes);
        let prose = doc.sents.iter().filter(|s| s.kind.is_prose());
        let total = prose.map(|s| doc.slice(s.span).chars().count()).sum();
        doc.cover(self.name(), total, total);
        Ok(())
    }
}
