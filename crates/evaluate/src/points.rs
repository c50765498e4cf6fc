use pressmark_core::Span;
use serde_json::{Value, json};

/// Code points before each byte offset of a text: what other programs count in.
pub(crate) struct Points(Vec<usize>);

impl Points {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.char_indices().map(|(i, _)| i).collect())
    }

    /// `[start, end]` in code points.
    pub(crate) fn pair(&self, span: Span) -> Value {
        let at = |byte: usize| self.0.partition_point(|&i| i < byte);
        json!([at(span.start), at(span.end)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_in_code_points() {
        let text = "Été à Nice";
        let points = Points::new(text);
        assert_eq!(points.pair(Span::new(9, 13)), json!([6, 10]));
        assert_eq!(points.pair(Span::new(0, 5)), json!([0, 3]));
    }
}
