use pressmark_core::{Document, Quote, QuoteKind, Span};

use pressmark_quote::Gold;

use crate::Counts;
use crate::measure::ratio;

/// Accuracy of a span prediction.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Share {
    /// Number of spans equal to the gold's.
    pub exact: usize,
    /// Number of spans that share a token with the gold's.
    pub overlap: usize,
    /// Number of gold spans.
    pub total: usize,
}

impl Share {
    /// Share of spans that overlap the gold's, in [0, 1].
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        ratio(self.overlap as f64, self.total as f64)
    }

    /// Share of spans equal to the gold's, in [0, 1].
    #[must_use]
    pub fn exact_accuracy(&self) -> f64 {
        ratio(self.exact as f64, self.total as f64)
    }
}

/// Scores of quotations against gold, for one kind or all.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct KindScores {
    /// Content spans that are equal up to quotation marks and white space at their ends.
    pub exact: Counts,
    /// Partial credit: each quotation earns the share of its tokens covered by the best one of the other side.
    pub overlap: Counts,
    /// Speaker spans, over gold quotations with a source whose content was found.
    pub source: Share,
    /// Cue spans, over gold quotations with a cue whose content was found.
    pub cue: Share,
}

/// Scores of quotations against gold, accumulated over documents.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct QuotationScores {
    /// Direct quotations only, predicted and gold.
    pub direct: KindScores,
    /// Indirect quotations only.
    pub indirect: KindScores,
    /// Mixed quotations only.
    pub mixed: KindScores,
    /// All quotations, regardless of kind.
    pub all: KindScores,
}

impl QuotationScores {
    /// Adds one document's predicted quotations against the gold of the same text.
    ///
    /// A discontinuous gold quotation counts once per piece. A piece is found if a prediction has the same span (for
    /// `exact`, and for `source` and `cue` of direct quotations) or covers at least half of its tokens (for `source`
    /// and `cue` of the other kinds).
    pub fn add(&mut self, doc: &Document, gold: &[Gold]) {
        for (kind, scores) in [
            (Some(QuoteKind::Direct), &mut self.direct),
            (Some(QuoteKind::Indirect), &mut self.indirect),
            (Some(QuoteKind::Mixed), &mut self.mixed),
            (None, &mut self.all),
        ] {
            let predicted: Vec<&Quote> =
                doc.quotes.iter().filter(|q| kind.is_none_or(|k| kind_by_marks(doc, q) == k)).collect();
            let wanted: Vec<Wanted<'_>> = gold
                .iter()
                .flat_map(|g| g.content.iter().map(move |(span, k)| (g, *span, *k)))
                .filter(|(_, _, k)| kind.is_none_or(|kind| *k == kind))
                .map(|(g, span, k)| Wanted { gold: g, span, kind: k })
                .collect();
            scores.add(doc, &predicted, &wanted);
        }
    }
}

/// A piece of a gold quotation.
struct Wanted<'a> {
    gold: &'a Gold,
    span: Span,
    kind: QuoteKind,
}

impl KindScores {
    fn add(&mut self, doc: &Document, predicted: &[&Quote], wanted: &[Wanted<'_>]) {
        let text = &doc.text;
        self.exact.found += predicted.len() as f64;
        self.overlap.found += predicted.len() as f64;
        self.exact.gold += wanted.len() as f64;
        self.overlap.gold += wanted.len() as f64;
        for quote in predicted {
            let own = bare(text, quote.span);
            self.exact.right += f64::from(u8::from(wanted.iter().any(|w| bare(text, w.span) == own)));
            self.overlap.right += best(doc, quote.span, wanted.iter().map(|w| w.span)).0;
        }
        for Wanted { gold, span, kind } in wanted {
            let own = bare(text, *span);
            let same = predicted.iter().find(|q| bare(text, q.span) == own);
            self.exact.recalled += f64::from(u8::from(same.is_some()));
            let (share, index) = best(doc, *span, predicted.iter().map(|q| q.span));
            self.overlap.recalled += share;
            let near = if *kind == QuoteKind::Direct { None } else { index.filter(|_| share >= 0.5) };
            let Some(quote) = same.or_else(|| predicted.get(near?)) else { continue };
            self.source.add(doc, &gold.source, quote.speaker_span);
            // The second piece of “A,” he said. “B.” has no cue of its own.
            if gold.content.first().is_some_and(|(first, _)| first == span) {
                self.cue.add(doc, &gold.cue, quote.cue);
            }
        }
    }
}

impl Share {
    fn add(&mut self, doc: &Document, gold: &[Span], predicted: Option<Span>) {
        let (Some(first), Some(last)) = (gold.first(), gold.last()) else { return };
        self.total += 1;
        let Some(span) = predicted else { return };
        let whole = Span::new(first.start, last.end.max(first.start));
        self.exact += usize::from(bare(&doc.text, whole) == bare(&doc.text, span));
        self.overlap += usize::from(gold.iter().any(|g| shared(doc, *g, span) > 0));
    }
}

/// The kind by quotation marks, as in the gold data: a turn of a transcript, which has none, counts as indirect.
fn kind_by_marks(doc: &Document, quote: &Quote) -> QuoteKind {
    let marked = doc.slice(quote.span).starts_with(MARKS);
    if quote.kind == QuoteKind::Direct && !marked { QuoteKind::Indirect } else { quote.kind }
}

/// The largest share of `span`'s tokens covered by one of the others, and the index of that one.
fn best(doc: &Document, span: Span, others: impl Iterator<Item = Span>) -> (f64, Option<usize>) {
    let size = doc.tokens_in(span).len();
    let mut best = (0.0, None);
    for (i, other) in others.enumerate().filter(|(_, o)| o.overlaps(span)) {
        let share = ratio(shared(doc, span, other) as f64, size as f64);
        if share > best.0 {
            best = (share, Some(i));
        }
    }
    best
}

/// Number of tokens in both spans.
fn shared(doc: &Document, a: Span, b: Span) -> usize {
    let (a, b) = (doc.tokens_in(a), doc.tokens_in(b));
    a.end.min(b.end).saturating_sub(a.start.max(b.start))
}

/// Strips quotation marks and white space from a span's ends, since annotators differ on whether to include them.
fn bare(text: &str, span: Span) -> Span {
    let slice = span.slice(text);
    let strip = |c: char| c.is_whitespace() || MARKS.contains(&c);
    let start = span.start + (slice.len() - slice.trim_start_matches(strip).len());
    Span::new(start, start + slice.trim_matches(strip).len())
}

/// Quotation marks of all kinds, including the apostrophe.
const MARKS: &[char] =
    &['“', '”', '„', '‟', '"', '＂', '`', '‘', '’', '‚', '‛', '\'', '«', '»', '‹', '›', '「', '」', '『', '』'];
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_and_overlap() {
        let mut doc = Document::from_text("1", "a b c d e f");
        doc.tokens = (0..6).map(|i| pressmark_core::Token { span: Span::new(2 * i, 2 * i + 1) }).collect();
        let quote = |start, end| Quote {
            span: Span::new(start, end),
            kind: QuoteKind::Indirect,
            speaker: None,
            speaker_span: Some(Span::new(0, 1)),
            cue: Some(Span::new(2, 3)),
            closed: true,
        };
        doc.quotes = vec![quote(4, 11)];
        let gold = |start, end| Gold {
            content: vec![(Span::new(start, end), QuoteKind::Indirect)],
            source: vec![Span::new(0, 3)],
            cue: vec![Span::new(2, 3)],
        };
        let mut scores = QuotationScores::default();
        scores.add(&doc, &[gold(4, 11), gold(8, 11)]);
        let KindScores { exact, overlap, source, cue } = scores.indirect;
        assert_eq!((exact.precision(), exact.recall()), (1.0, 0.5));
        assert_eq!((overlap.precision(), overlap.recall()), (1.0, 1.0));
        assert_eq!((source.exact, source.overlap, source.total), (0, 2, 2));
        assert_eq!((cue.exact_accuracy(), cue.accuracy()), (1.0, 1.0));
        assert_eq!(scores.direct, KindScores::default());
        assert_eq!(scores.all, scores.indirect);
    }
}
