//! Renders a codebook as Markdown.

use crate::Codebook;
use crate::file::Remarks;

impl Codebook {
    /// Renders the codebook as Markdown for coders: its description, then each frame's definition, examples and
    /// exclusions.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut text = format!("# {}\n\n", line(&self.id()));
        let remarks = self.remarks();
        paragraphs(&mut text, &remarks.description);
        closing(&mut text, remarks);
        if let Some((examples, model)) = self.fitted() {
            text.push_str(&format!("Fitted to {examples} coded texts, for the model {}.\n\n", line(model)));
        }
        for label in &self.labels {
            text.push_str(&format!("## {}\n\n", line(&label.name)));
            paragraphs(&mut text, [&label.definition]);
            paragraphs(&mut text, &label.remarks.description);
            list(&mut text, "Examples", &label.examples);
            closing(&mut text, &label.remarks);
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }
}

/// The lists that end the codebook's own section and each frame's.
fn closing(text: &mut String, remarks: &Remarks) {
    list(text, "Does not count", &remarks.exclude);
    list(text, "Notes", &remarks.notes);
    list(text, "Source", &remarks.source);
    list(text, "Author", &remarks.author);
}

fn paragraphs<'a>(text: &mut String, all: impl IntoIterator<Item = &'a String>) {
    for paragraph in all {
        // Blank lines separate paragraphs; other line breaks come from the file's own wrapping.
        for part in paragraph.split("\n\n").map(line).filter(|part| !part.is_empty()) {
            text.push_str(&part);
            text.push_str("\n\n");
        }
    }
}

fn list(text: &mut String, title: &str, items: &[String]) {
    if !items.is_empty() {
        text.push_str(&format!("**{title}**\n\n"));
        items.iter().for_each(|item| text.push_str(&format!("- {}\n", line(item))));
        text.push('\n');
    }
}

/// A text on one line, with Markdown syntax escaped.
fn line(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !plain.is_empty() {
            plain.push(' ');
        }
        for c in word.chars() {
            if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|') {
                plain.push('\\');
            }
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_codebook_reads_as_a_document() {
        let codebook = Codebook::parse(
            "mine",
            r#"
            [codebook]
            name = "harbour_plans"
            version = 2
            kind = "frames"
            description = """How towns argue about their harbours.

            For headlines and whole articles."""
            author = ["A. Okoye", "B. Lind"]
            source = "Written for this test"

            [[label]]
            name = "jobs"
            definition = "Work that a harbour gives or takes."
            examples = ["The yard will hire *two hundred* welders."]
            exclude = "Wages alone."
            notes = ["Code both if in doubt.", "Ask before coding strikes."]

            [[label]]
            name = "noise"
            definition = "What neighbours hear."
            "#,
        );
        let expected = "\
# harbour\\_plans 2

How towns argue about their harbours.

For headlines and whole articles.

**Source**

- Written for this test

**Author**

- A. Okoye
- B. Lind

## jobs

Work that a harbour gives or takes.

**Examples**

- The yard will hire \\*two hundred\\* welders.

**Does not count**

- Wages alone.

**Notes**

- Code both if in doubt.
- Ask before coding strikes.

## noise

What neighbours hear.
";
        assert_eq!(codebook.expect("it is sound").to_markdown(), expected);
    }

    #[test]
    fn shipped_codebooks_print_every_frame() {
        let text = Codebook::policy_frames().to_markdown();
        assert_eq!(text.matches("\n## ").count(), 15);
        assert!(text.contains("\n## capacity\\_and\\_resources\n"));
    }
}
