//! From the words that name a speaker to an entity of the document.

use pressmark_core::{Document, Quote};

use crate::finder::Found;
use crate::lexicon::Lexicon;
use crate::unit::Unit;

pub(crate) fn speakers(doc: &Document, lexicon: &Lexicon, units: &[Unit<'_>], found: Vec<Found>) -> Vec<Quote> {
    let _ = (doc, lexicon, units);
    found
        .into_iter()
        .map(|f| Quote { span: f.span, kind: f.kind, speaker: None, speaker_span: f.speaker, cue: f.cue, closed: f.closed })
        .collect()
}
