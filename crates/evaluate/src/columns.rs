//! Gold entities in column format (CoNLL): one token with its tag per line, a blank line between sentences.

use std::collections::BTreeMap;

use pressmark_core::{Document, SegmentKind, Sentence, Span, Token};

use crate::error::{Error, gold, shown};
use crate::spacing::attached;

/// A sentence of a column file: its tokens with one BIO tag each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoldSentence {
    /// Tokens, from the first column (the second in numbered files).
    pub tokens: Vec<String>,
    /// `O`, `B-KIND` or `I-KIND`; every `I-` continues a mention.
    pub tags: Vec<String>,
}

/// The sentences of one article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoldDocument {
    /// In file order.
    pub sentences: Vec<GoldSentence>,
}

impl GoldDocument {
    /// Converts to a document with these sentences and tokens, one sentence per line. The column format loses spacing;
    /// punctuation and clitics are attached to the preceding word, as in print.
    ///
    /// The encoder's windows are not set; see `pressmark_tokenize::Tokenizer::windows`.
    #[must_use]
    pub fn to_document(&self, id: &str) -> Document {
        let (mut text, mut tokens, mut sents) = (String::new(), Vec::new(), Vec::new());
        for sentence in self.sentences.iter().filter(|s| !s.tokens.is_empty()) {
            let (first, start) = (tokens.len(), text.len());
            for (word, is_attached) in sentence.tokens.iter().zip(attached(&sentence.tokens)) {
                if !is_attached && text.len() > start {
                    text.push(' ');
                }
                let at = text.len();
                text.push_str(word);
                tokens.push(Token { span: Span::new(at, text.len()) });
            }
            let span = Span::new(start, text.len());
            sents.push(Sentence { span, tokens: first..tokens.len(), block: 0, kind: SegmentKind::Body });
            text.push('\n');
        }
        Document { sents, tokens, ..Document::from_text(id, text) }
    }

    /// Gold tags of all tokens, in document order.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.sentences.iter().flat_map(|s| s.tags.iter().map(String::as_str))
    }

    /// Renames entity kinds by `names`; a kind renamed to `O` is dropped.
    pub fn rename(&mut self, names: &BTreeMap<String, String>) {
        for tag in self.sentences.iter_mut().flat_map(|s| &mut s.tags) {
            if let Some((prefix, name)) = tag.split_once('-').and_then(|(p, kind)| Some((p, names.get(kind)?))) {
                *tag = if name == "O" { name.clone() } else { format!("{prefix}-{name}") };
            }
        }
    }
}

/// Reads a column file, one document per `-DOCSTART-` or `# newdoc`, or a single one.
///
/// Columns are separated by tabs, or by white space in files without tabs. The first is the token, the last its tag in
/// BIO, BIOES (also BILOU) or IO. If the second column of every line is a tag, that one is read: files with nested
/// mentions have the inner ones in further columns. If every first column is a number and every third one a tag, as in
/// Universal NER (`.iob2`), those are number, token and tag. A URL in the first line and lines that start with `#` and
/// have no tag are skipped.
///
/// # Errors
/// [`Error::Gold`] for the first line that is neither blank nor a token with its tag.
///
/// ```
/// use pressmark_evaluate::read_columns;
///
/// let documents = read_columns("Ana\tS-PER\nlives\tO\nin\tO\nNovi\tB-LOC\nSad\tE-LOC\n")?;
/// assert_eq!(documents[0].sentences[0].tags, ["B-PER", "O", "O", "B-LOC", "I-LOC"]);
/// # Ok::<(), pressmark_evaluate::Error>(())
/// ```
pub fn read_columns(text: &str) -> Result<Vec<GoldDocument>, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let tabs = text.contains('\t');
    let rows = || text.lines().enumerate().map(|(i, line)| (i + 1, line, split(line, tabs)));
    let second = rows().all(|(number, line, columns)| {
        columns.len() < 2 || is_passed_over(number, line, &columns) || is_tag(columns[1])
    });
    let is_numbered = |columns: &[&str]| columns.len() > 2 && columns[0].parse::<u32>().is_ok() && is_tag(columns[2]);
    let mut tokens = rows().filter(|(number, line, columns)| {
        !columns.is_empty() && !is_passed_over(*number, line, columns) && columns[0] != "-DOCSTART-"
    });
    let numbered = text.trim().lines().next().is_some() && tokens.all(|(.., columns)| is_numbered(&columns));
    let mut documents = Vec::new();
    let mut document = GoldDocument::default();
    let mut sentence = GoldSentence::default();
    for (number, line, columns) in rows() {
        if columns.is_empty() {
            finish(&mut sentence, &mut document);
        } else if columns[0] == "-DOCSTART-" || line.starts_with("# newdoc") {
            finish(&mut sentence, &mut document);
            documents.push(std::mem::take(&mut document));
        } else if !is_passed_over(number, line, &columns) {
            let columns = if numbered { columns.get(1..3).unwrap_or_default() } else { &columns[..] };
            let tag = if second && !numbered { columns.get(1) } else { columns.get(1..).and_then(<[_]>::last) };
            let tag = tag.filter(|t| is_tag(t)).ok_or_else(|| {
                let expected = match columns.len() {
                    0 | 1 => "a token and its tag",
                    _ => "a tag O, B-KIND, I-KIND, E-KIND or S-KIND",
                };
                let got = shown(line);
                gold(format_args!("line {number}"), format!("is {got:?}, expected {expected}"))
            })?;
            push(&mut sentence, columns[0], tag);
        }
    }
    finish(&mut sentence, &mut document);
    documents.push(document);
    documents.retain(|d| !d.sentences.is_empty());
    Ok(documents)
}

/// The columns of a line; empty if it is blank.
fn split(line: &str, tabs: bool) -> Vec<&str> {
    let columns: Vec<&str> =
        if tabs { line.split('\t').map(str::trim).collect() } else { line.split_whitespace().collect() };
    if columns.iter().all(|c| c.is_empty()) { Vec::new() } else { columns }
}

/// Whether a non-blank line is a comment, or a URL in the first line, and no token.
fn is_passed_over(number: usize, line: &str, columns: &[&str]) -> bool {
    let tagged = columns.len() > 1 && columns.last().is_some_and(|c| is_tag(c));
    let address = ["http://", "https://", "www."].iter().any(|p| line.starts_with(p));
    (number == 1 && address) || (line.starts_with('#') && !tagged)
}

fn is_tag(column: &str) -> bool {
    column == "O" || split_tag(column).is_some()
}

/// Prefix and kind of a tag; `None` for `O` and anything else.
fn split_tag(tag: &str) -> Option<(&str, &str)> {
    tag.split_once('-')
        .filter(|(prefix, kind)| matches!(*prefix, "B" | "I" | "E" | "S" | "L" | "U" | "M") && !kind.is_empty())
}

/// Appends a token, converting its tag to BIO.
fn push(sentence: &mut GoldSentence, token: &str, tag: &str) {
    let tag = match split_tag(tag) {
        None => "O".to_owned(),
        Some((prefix, kind)) => {
            let continues = sentence.tags.last().and_then(|t| t.split_once('-')).is_some_and(|(_, last)| last == kind);
            let begins = matches!(prefix, "B" | "S" | "U") || !continues;
            format!("{}-{kind}", if begins { 'B' } else { 'I' })
        }
    };
    sentence.tokens.push(token.to_owned());
    sentence.tags.push(tag);
}

fn finish(sentence: &mut GoldSentence, document: &mut GoldDocument) {
    if !sentence.tokens.is_empty() {
        document.sentences.push(std::mem::take(sentence));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(text: &str) -> Vec<Vec<String>> {
        let documents = read_columns(text).expect("a column file");
        documents.into_iter().flat_map(|d| d.sentences).map(|s| s.tags).collect()
    }

    #[test]
    fn every_scheme_becomes_bio() {
        let check = |text: &str, expected: &[&str]| assert_eq!(tags(text), [expected], "{text:?}");
        check("Oslo B-LOC\nand O\nBergen I-LOC\n", &["B-LOC", "O", "B-LOC"]);
        check("New I-LOC\nYork I-LOC\nTimes I-ORG\n", &["B-LOC", "I-LOC", "B-ORG"]);
        check("A NNP B-NP S-PER\nB NNP B-NP B-PER\nC NNP I-NP E-PER\n", &["B-PER", "B-PER", "I-PER"]);
        check("1\tBank\tB-ORG\t-\tann\n2\tof\tI-ORG\t-\tann\n3\t5\tO\n", &["B-ORG", "I-ORG", "O"]);
        check("Bank\tI-ORG\tO\nof\tI-ORG\nGhana\tI-ORG\tB-LOC\n", &["B-ORG", "I-ORG", "I-ORG"]);
    }

    #[test]
    fn documents_comments_and_addresses_are_told_from_tokens() {
        let text = "https://news.example/a\tO\n\nRain\tO\n\n-DOCSTART-\tO\n\n# a comment\nSun\tO\n#\tO\n\n\n";
        let documents = read_columns(text).expect("a column file");
        let tokens: Vec<Vec<&[String]>> =
            documents.iter().map(|d| d.sentences.iter().map(|s| s.tokens.as_slice()).collect()).collect();
        assert_eq!(tokens, [[["Rain".to_owned()].as_slice()], [&["Sun".to_owned(), "#".to_owned()]]]);
    }

    #[test]
    fn a_line_that_is_no_token_is_named() {
        let check = |text: &str, expected: &str| {
            assert_eq!(read_columns(text).expect_err("refused").to_string(), expected);
        };
        check("Rain O\nfell\n", "line 2 is \"fell\", expected a token and its tag");
        check("{\"a\": 1}\n", "line 1 is \"{\\\"a\\\": 1}\", expected a tag O, B-KIND, I-KIND, E-KIND or S-KIND");
        check("Rain\tNN\n", "line 1 is \"Rain\\tNN\", expected a tag O, B-KIND, I-KIND, E-KIND or S-KIND");
    }

    #[test]
    fn a_document_keeps_the_tokens_as_given() {
        let gold = read_columns("New B-LOC\nYork I-LOC\n's O\n\n's O\nU.S. B-LOC\n").expect("a column file");
        let doc = gold[0].to_document("a");
        let words: Vec<Vec<&str>> = (doc.sents.iter())
            .map(|s| doc.tokens[s.tokens.clone()].iter().map(|t| doc.slice(t.span)).collect())
            .collect();
        assert_eq!(words, [&["New", "York", "'s"][..], &["'s", "U.S."]]);
        assert_eq!(doc.slice(doc.sents[0].span), "New York's");
        assert_eq!(doc.slice(doc.sents[1].span), "'s U.S.");
        assert_eq!(gold[0].tags().count(), doc.tokens.len());
    }

    #[test]
    fn kinds_are_renamed_or_dropped() {
        let mut documents = read_columns("Oslo B-city\n1996 B-year\n").expect("a column file");
        let names = [("city", "LOC"), ("year", "O")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        documents[0].rename(&BTreeMap::from(names));
        assert_eq!(documents[0].sentences[0].tags, ["B-LOC", "O"]);
    }
}
