use pressmark_core::{Explanation, Span, Subject};

/// Name of the stage.
pub(crate) const STAGE: &str = "quote";

/// Rejected candidates for quotations, with the reason; recorded only if explanations are requested.
#[derive(Debug)]
pub(crate) struct Refusals(Option<Vec<Explanation>>);

impl Refusals {
    /// Creates an empty list, which records what is added if `explain`.
    pub(crate) fn new(explain: bool) -> Self {
        Self(explain.then(Vec::new))
    }

    pub(crate) fn are_recorded(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn add(&mut self, span: Span, rule: &'static str, numbers: &[(&'static str, f32)]) {
        if let Some(kept) = &mut self.0 {
            let explanation = Explanation::new(STAGE, span, rule).deciding("no quotation");
            kept.push(numbers.iter().fold(explanation, |e, (name, number)| e.with(name, *number)));
        }
    }

    /// In text order.
    pub(crate) fn into_explanations(self) -> Vec<Explanation> {
        let mut kept = self.0.unwrap_or_default();
        kept.sort_by_key(|e| match e.subject {
            Subject::Text(span) => span.start,
            _ => 0,
        });
        kept
    }
}
