//! Sentences as sequences of words, with every stretch in quotation marks as one item.

use std::borrow::Cow;
use std::ops::Range;

use pressmark_core::{Document, Span};

use crate::lexicon::{
    self, ADVERB, BE, CLITIC_SUBJECT, Class, LEXICAL, Lexicon, NEEDS_AUXILIARY, PERFECT, PUNCTUATION, REFLEXIVE,
    REFLEXIVE_PARTICIPLE, REFLEXIVE_VERB, SAYS,
};
use crate::marks::Quoted;

/// A word, a punctuation mark or a whole stretch in quotation marks.
#[derive(Clone, Debug)]
pub(crate) struct Item<'d> {
    pub(crate) span: Span,
    /// Lowercase text; empty for a quotation.
    pub(crate) lower: Cow<'d, str>,
    pub(crate) class: Class,
    /// Index of the quotation among the document's quoted stretches, where the item is one.
    pub(crate) quoted: Option<usize>,
}

impl Item<'_> {
    pub(crate) fn is(&self, class: Class) -> bool {
        self.class & class != 0
    }

    /// Whether it has no class by word list or shape, so that only its ending or its function can classify it.
    pub(crate) fn is_open(&self) -> bool {
        self.class & LEXICAL == 0
    }

    pub(crate) fn is_word(&self) -> bool {
        self.quoted.is_none() && !self.is(lexicon::PUNCTUATION)
    }
}

/// A sentence, or several that one quotation spans.
#[derive(Clone, Debug)]
pub(crate) struct Unit<'d> {
    pub(crate) lexicon: &'d Lexicon,
    pub(crate) items: Vec<Item<'d>>,
    /// Index of its paragraph, from 0.
    pub(crate) paragraph: usize,
    /// Whether it is running text rather than a title, heading, caption or table.
    pub(crate) prose: bool,
}

impl<'d> Unit<'d> {
    /// Running text of these tokens, without regard to quotation marks.
    pub(crate) fn of_words(doc: &'d Document, tokens: Range<usize>, lexicon: &'d Lexicon, paragraph: usize) -> Self {
        let tokens = doc.tokens.get(tokens).unwrap_or_default();
        let mut items: Vec<_> = tokens.iter().map(|token| word(doc.slice(token.span), token.span, lexicon)).collect();
        classify_reflexive_verbs(&mut items);
        Self { lexicon, items, paragraph, prose: true }
    }
}

impl Unit<'_> {
    pub(crate) fn item(&self, index: usize) -> Option<&Item<'_>> {
        self.items.get(index)
    }

    /// Whether the item at `index` has any of the classes.
    pub(crate) fn is(&self, index: usize, class: Class) -> bool {
        self.items.get(index).is_some_and(|item| item.is(class))
    }

    /// Lowercase word at `index`, `""` for a quotation or past the end.
    pub(crate) fn word(&self, index: usize) -> &str {
        self.items.get(index).map_or("", |item| item.lower.as_ref())
    }

    /// Span from the first to the last of the items; `None` when the range is empty.
    pub(crate) fn span(&self, range: Range<usize>) -> Option<Span> {
        let items = self.items.get(range)?;
        Some(Span::new(items.first()?.span.start, items.last()?.span.end))
    }
}

/// Splits a document into units. Every word and every quotation is in exactly one.
pub(crate) fn units<'d>(
    doc: &'d Document,
    paragraphs: &[Span],
    quoted: &[Quoted],
    lexicon: &'d Lexicon,
) -> Vec<Unit<'d>> {
    let mut units: Vec<Unit<'d>> = Vec::new();
    let mut next_quote = 0_usize;
    for sentence in &doc.sents {
        let continues = quoted
            .get(next_quote.saturating_sub(1))
            .is_some_and(|q| next_quote > 0 && q.span.start < sentence.span.start && sentence.span.start < q.span.end);
        // "…?” she asked": a sentence that starts in lowercase right behind a quotation is its tail.
        let tail = units.last().and_then(|u| u.items.last()).is_some_and(|i| {
            i.quoted.is_some()
                && doc.text.get(i.span.end..sentence.span.start).is_some_and(|gap| !gap.contains('\n'))
                && doc.slice(sentence.span).starts_with(char::is_lowercase)
        });
        if !(continues || tail) || units.is_empty() {
            let paragraph = paragraphs.partition_point(|p| p.end <= sentence.span.start);
            let items = Vec::with_capacity(sentence.tokens.len());
            units.push(Unit { lexicon, items, paragraph, prose: sentence.kind.is_prose() });
        }
        let Some(unit) = units.last_mut() else { continue };
        for token in doc.tokens.get(sentence.tokens.clone()).unwrap_or_default() {
            // Quotations that start before this token ends.
            while let Some(q) = quoted.get(next_quote).filter(|q| q.span.start < token.span.end) {
                unit.items.push(Item { span: q.span, lower: "".into(), class: 0, quoted: Some(next_quote) });
                next_quote += 1;
            }
            let inside =
                next_quote.checked_sub(1).and_then(|i| quoted.get(i)).is_some_and(|q| token.span.start < q.span.end);
            if !inside {
                unit.items.push(word(doc.slice(token.span), token.span, lexicon));
            }
        }
    }
    units.retain(|u| !u.items.is_empty());
    units.iter_mut().for_each(|unit| classify_reflexive_verbs(&mut unit.items));
    units
}

/// Furthest that a participle may be from its auxiliary, in items: *s’est-il aussi vivement indigné*. Set by hand.
const PARTICIPLE_REACH: usize = 7;

/// Gives verbs that speak only with a reflexive pronoun the classes of verbs of speech where one precedes them:
/// *s’étonne*, *s’est étonné*.
fn classify_reflexive_verbs(items: &mut [Item<'_>]) {
    for verb in 1..items.len() {
        if !items[verb - 1].is(REFLEXIVE) {
            continue;
        }
        if items[verb].is(REFLEXIVE_VERB) {
            items[verb].class |= SAYS;
        }
        if items[verb].is(BE) {
            items[verb].class |= PERFECT;
            // The subject of an inversion and adverbs may come between.
            let mut behind = items.iter_mut().skip(verb + 1).take(PARTICIPLE_REACH);
            let next = behind.find(|item| !item.is(ADVERB | PUNCTUATION | CLITIC_SUBJECT));
            if let Some(participle) = next.filter(|item| item.is(REFLEXIVE_PARTICIPLE)) {
                participle.class |= NEEDS_AUXILIARY;
            }
        }
    }
}

fn word<'d>(text: &'d str, span: Span, lexicon: &Lexicon) -> Item<'d> {
    let lower = lexicon::lower(text);
    let class = lexicon.class(text, &lower);
    Item { span, lower, class, quoted: None }
}

/// Index of the unit that contains the byte at `offset`, or of the last one before it.
pub(crate) fn unit_at(units: &[Unit<'_>], offset: usize) -> Option<usize> {
    let start = |u: &Unit<'_>| u.items.first().map_or(0, |i| i.span.start);
    units.partition_point(|u| start(u) <= offset).checked_sub(1)
}
