use std::borrow::Cow;
use std::ops::Range;

use crate::Span;

/// One decision of a stage: its subject, the rule or head that made it, and the numbers it rests on.
///
/// Explanations are kept only for a document that asks for them
/// ([`Document::explanations`](crate::Document::explanations) is `Some`) and are never written to the wire format.
///
/// ```
/// use pressmark_core::{Document, Explanation, Span};
///
/// let mut doc = Document::from_text("1", "“Go home,” said Ines Duarte.");
/// // Nobody asked: the closure is not even called.
/// doc.explain(|_| unreachable!());
///
/// doc.explanations = Some(Vec::new());
/// doc.explain(|_| {
///     Explanation::new("quote", Span::new(0, 14), "said-name").deciding("Ines Duarte").with("cue_share", 0.93)
/// });
/// assert_eq!(doc.explanations.unwrap()[0].to_string(), "said-name (cue_share 0.93): Ines Duarte");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Explanation {
    /// [`Name`](crate::Stage::name) of the stage that decided, or `"ingest"`.
    pub stage: &'static str,
    /// Subject of the decision.
    pub subject: Subject,
    /// Rule or head that decided: a short name in kebab case, the same for every document.
    pub rule: Cow<'static, str>,
    /// Outcome in words: a speaker's name, a label, a reason; empty where the rule says it all.
    pub decision: String,
    /// Numbers that the decision rests on, each with its name, in display order.
    pub numbers: Vec<(&'static str, f32)>,
}

/// Subject of an [`Explanation`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A span of [`Document::text`](crate::Document::text), in bytes.
    Text(Span),
    /// A byte range of the input record, half-open, for input that is not in the text.
    Raw(Range<usize>),
    /// An entity: an index into [`Document::entities`](crate::Document::entities).
    Entity(usize),
    /// The document as a whole.
    Document,
}

impl From<Span> for Subject {
    fn from(span: Span) -> Self {
        Self::Text(span)
    }
}

impl Explanation {
    /// Creates an explanation of a decision about `subject` by the named rule of a stage.
    #[must_use]
    pub fn new(stage: &'static str, subject: impl Into<Subject>, rule: impl Into<Cow<'static, str>>) -> Self {
        Self { stage, subject: subject.into(), rule: rule.into(), decision: String::new(), numbers: Vec::new() }
    }

    /// Sets the decision.
    #[must_use]
    pub fn deciding(self, decision: impl Into<String>) -> Self {
        Self { decision: decision.into(), ..self }
    }

    /// Adds a number.
    #[must_use]
    pub fn with(mut self, name: &'static str, number: f32) -> Self {
        self.numbers.push((name, number));
        self
    }
}

/// Formats as `rule (name number, …): decision`.
impl std::fmt::Display for Explanation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.rule)?;
        for (i, (name, number)) in self.numbers.iter().enumerate() {
            let open = if i == 0 { " (" } else { ", " };
            // Three decimals, without trailing zeros.
            let number = format!("{number:.3}");
            write!(f, "{open}{name} {}", number.trim_end_matches('0').trim_end_matches('.'))?;
        }
        if !self.numbers.is_empty() {
            f.write_str(")")?;
        }
        if self.decision.is_empty() { Ok(()) } else { write!(f, ": {}", self.decision) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;

    #[test]
    fn a_decision_reads_as_one_line() {
        let check = |e: Explanation, expected: &str| assert_eq!(e.to_string(), expected);
        let new = || Explanation::new("ner", Subject::Entity(3), "surname");
        check(new(), "surname");
        check(new().with("cosine", 0.5), "surname (cosine 0.5)");
        check(
            new().with("cosine", 0.25).with("votes", 12.0).deciding("Ana Reis"),
            "surname (cosine 0.25, votes 12): Ana Reis",
        );
    }

    #[test]
    fn a_stage_that_runs_again_explains_anew() {
        let mut doc = Document::from_text("1", "Rain.");
        doc.explanations = Some(Vec::new());
        for stage in ["quote", "ner", "quote"] {
            doc.explain(|_| Explanation::new(stage, Subject::Document, "rule"));
        }
        doc.clear_explanations("quote");
        assert_eq!(doc.explanations.unwrap().iter().map(|e| e.stage).collect::<Vec<_>>(), ["ner"]);
    }
}
