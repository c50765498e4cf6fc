use std::cell::OnceCell;
use std::sync::OnceLock;

use pressmark_core::{Document, Layer, ProblemKind, Provenance, Quote, QuoteKind, Span, Stage, StageError};
use pressmark_lang::Language;
use pressmark_tokenize::Splitter;

use crate::candidate::Candidate;
use crate::form::Form;
use crate::indirect;
use crate::lexicon::Lexicon;
use crate::marks::{self, Quoted};
use crate::nearby;
use crate::paragraph::paragraphs;
use crate::place::{Place, Verdict};
use crate::refusals::{Refusals, STAGE};
use crate::resolve::{self, Resolved};
use crate::rule::Step;
use crate::rules::{ATTRIBUTIONS, Attribute, CONTINUATIONS, REPORTS, SPEAKERS};
use crate::turns;
use crate::unit::{Unit, units};

/// Settings of [`QuoteFinder`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// Whether to find indirect quotations besides direct and mixed ones. Default: true.
    pub indirect: bool,
    /// Least probability of an indirect quotation, in [0, 1]. Default: 0.25. With weights from 630 of PolNeAR's
    /// training articles, the contents of the other 210 overlap the gold with a precision and recall of 82.2 and 71.3
    /// at 0.2, 84.3 and 69.7 at 0.25, 86.0 and 67.8 at 0.3, 87.5 and 65.7 at 0.35.
    pub min_probability: f32,
}

impl Default for Options {
    fn default() -> Self {
        Self { indirect: true, min_probability: 0.25 }
    }
}

/// The stage `quote`: quotations with their cues and speakers.
///
/// It needs sentences and tokens and finds quotations in text order. It uses entities if there are any; without them
/// the words that name the speaker are still found. The document's language
/// ([`Meta::language`](pressmark_core::Meta::language)) selects the word lists.
#[derive(Debug)]
pub struct QuoteFinder {
    options: Options,
    /// Word lists by language, each built for the first document in the language.
    lexicons: Vec<(&'static Language, OnceLock<Lexicon>)>,
}

impl QuoteFinder {
    /// Creates a finder with these settings.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let languages = Language::all().iter().copied().chain([Language::neutral()]);
        Self { options, lexicons: languages.map(|language| (language, OnceLock::new())).collect() }
    }

    /// Finds the quotations of a document that has sentences and tokens, in text order.
    #[must_use]
    pub fn quotes(&self, doc: &Document) -> Vec<Quote> {
        self.resolved(doc, &mut Refusals::new(false)).into_iter().map(|resolved| resolved.quote).collect()
    }

    fn resolved(&self, doc: &Document, refusals: &mut Refusals) -> Vec<Resolved> {
        let language = Language::of(doc.meta.language.as_deref());
        let known = self.lexicons.iter().find(|(l, _)| l.code() == language.code()).or(self.lexicons.last());
        let Some((language, lexicon)) = known else { return Vec::new() };
        let lexicon = lexicon.get_or_init(|| Lexicon::new(language));
        let paragraphs = paragraphs(&doc.text);
        let quoted = marks::find(&doc.text, &paragraphs);
        let units = units(doc, &paragraphs, &quoted, lexicon);
        let candidates = self.find(doc, &paragraphs, &quoted, &units, refusals);
        resolve::speakers(SPEAKERS, doc, lexicon, &units, candidates, refusals)
    }

    pub(crate) fn find(
        &self,
        doc: &Document,
        paragraphs: &[Span],
        quoted: &[Quoted],
        units: &[Unit<'_>],
        refusals: &mut Refusals,
    ) -> Vec<Candidate> {
        let mut found: Vec<Candidate> = Vec::new();
        for (index, unit) in units.iter().enumerate() {
            let first = found.len();
            in_marks(doc, quoted, units, index, &mut found);
            // A headline that somebody "seeks" or "vows" something is the outlet's summary, not a report.
            if self.options.indirect && unit.prose {
                // The attribution of a question may be in the next unit.
                let direct = found.get(first.saturating_sub(1)..).unwrap_or_default();
                let used: Vec<Span> = direct.iter().flat_map(|f| [Some(f.span), f.cue, f.speaker]).flatten().collect();
                let taken = indirect::taken(unit, &used);
                let min_probability = self.options.min_probability;
                found.extend(indirect::reports(REPORTS, unit, index, &taken, min_probability, refusals));
                // In text order, as the next unit looks up the last speaker.
                found.get_mut(first..).unwrap_or_default().sort_by_key(|f| f.span);
            }
        }
        // Turns and block quotations absorb the quotations inside them.
        let mut whole = turns::turns(doc, paragraphs, units);
        whole.extend(turns::blocks(doc, units));
        // Where a document was truncated, nothing is found beyond its last sentence.
        let read = doc.sents.last().map_or(0, |sentence| sentence.span.end);
        whole.retain(|w| w.span.end <= read);
        whole.sort_by_key(|w| w.span);
        found.retain(|f| {
            let at = whole.partition_point(|w| w.span.end <= f.span.start);
            let stays = whole.get(at).is_none_or(|w| !w.span.overlaps(f.span));
            if !stays {
                refusals.add(f.span, "within-a-turn-or-block", &[]);
            }
            stays
        });
        found.extend(whole);
        found.sort_by_key(|f| (f.span.start, f.span.end));
        if refusals.are_recorded() {
            // Words in marks that are in no quotation, whichever step could have found one.
            let marks = units.iter().flat_map(|unit| &unit.items).filter_map(|item| quoted.get(item.quoted?));
            let alone = marks.filter(|marks| !found.iter().any(|f| f.span.overlaps(marks.span)));
            alone.for_each(|marks| refusals.add(marks.span, "nobody-beside-the-marks", &[]));
        }
        found
    }
}

/// Finds the quotations of plain text in any language, in text order.
///
/// The words that name a speaker are found, but not resolved, as no entities are known: for that, fill a [`Document`]'s
/// `ents` and `entities` and run a [`QuoteFinder`] over it. Where the language is known, use [`quotes_in`].
///
/// ```
/// let text = "“The road is shut,” said the mayor.";
/// let quotes = pressmark_quote::quotes(text);
/// assert_eq!(quotes[0].span.slice(text), "“The road is shut,”");
/// assert_eq!(quotes[0].speaker_span.unwrap().slice(text), "the mayor");
/// ```
#[must_use]
pub fn quotes(text: &str) -> Vec<Quote> {
    quotes_in(text, Language::neutral())
}

/// Finds the quotations of plain text by the rules of one language; see [`quotes`].
#[must_use]
pub fn quotes_in(text: &str, language: &Language) -> Vec<Quote> {
    let mut doc = Document::from_text("", text);
    doc.meta.language = (!language.is_neutral()).then(|| language.code().to_owned());
    match Splitter.run(&mut doc) {
        Ok(()) => QuoteFinder::new(Options::default()).quotes(&doc),
        Err(_) => Vec::new(),
    }
}

/// Finds the attributed quotations in quotation marks of one unit.
fn in_marks(doc: &Document, quoted: &[Quoted], units: &[Unit<'_>], index: usize, found: &mut Vec<Candidate>) {
    let Some(unit) = units.get(index) else { return };
    // Start of the items before the next quotation that may attribute it.
    let mut floor = 0;
    for (at, item) in unit.items.iter().enumerate() {
        let Some(q) = item.quoted.and_then(|i| quoted.get(i)) else { continue };
        let before = std::mem::replace(&mut floor, at + 1)..at;
        let form = Form::of(q.inner.slice(&doc.text));
        let place = Place { doc, units, index, unit, at, before, form, single: q.single, found, lead: OnceCell::new() };
        let Some((rule, Verdict { cue, speaker, start })) = attribute(&place) else { continue };
        let kind = if start < at { QuoteKind::Mixed } else { QuoteKind::Direct };
        let start = unit.item(start).map_or(q.span.start, |i| i.span.start.min(q.span.start));
        let span = Span::new(start, q.span.end);
        found.push(Candidate { span, kind, cue, speaker, closed: q.closed, unit: index, rule, cue_probability: None });
    }
}

/// The first rule that applies, with its verdict.
fn attribute(place: &Place<'_>) -> Option<(&'static str, Verdict)> {
    let ask = |steps: &[Step<Attribute>]| steps.iter().find_map(|step| Some((step.rule.name, (step.read)(place)?)));
    ask(ATTRIBUTIONS).or_else(|| if nearby::speaks_alone(place) { ask(CONTINUATIONS) } else { None })
}

impl Stage for QuoteFinder {
    fn name(&self) -> &'static str {
        STAGE
    }

    fn needs(&self) -> &'static [Layer] {
        &[Layer::Sents, Layer::Tokens]
    }

    fn reads(&self) -> &'static [Layer] {
        &[Layer::Entities]
    }

    fn provides(&self) -> &'static [Layer] {
        &[Layer::Quotes]
    }

    fn provenance(&self) -> Provenance {
        let Options { indirect, min_probability } = self.options;
        let settings = format!("{{\"indirect\":{indirect},\"min_probability\":{min_probability}}}");
        Provenance { stage: self.name(), model: None, sha256: None, settings }
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        doc.clear_explanations(self.name());
        let mut refusals = Refusals::new(doc.explanations.is_some());
        let resolved = self.resolved(doc, &mut refusals);
        for found in &resolved {
            found.explanations(self.name()).for_each(|explain| doc.explain(explain));
        }
        doc.explain_all(refusals.into_explanations());
        doc.quotes = resolved.into_iter().map(|r| r.quote).collect();
        let open: Vec<Span> = doc.quotes.iter().filter(|q| !q.closed).map(|q| q.span).collect();
        for span in open {
            doc.report(self.name(), ProblemKind::UnclosedQuote, "a quotation is opened and never closed", Some(span));
        }
        let seen = doc.sents.iter().map(|sent| doc.slice(sent.span).chars().count()).sum();
        doc.cover(self.name(), seen, seen);
        Ok(())
    }
}
