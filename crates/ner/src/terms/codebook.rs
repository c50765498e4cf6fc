//! Codebook files: every error names the line and what was expected.

use std::collections::{BTreeSet, HashSet};

use aho_corasick::{AhoCorasick, MatchKind};
use pressmark_core::EntityType;
use pressmark_lang::Language;
use regex::{Regex, RegexBuilder};
use serde::Deserialize;
use toml::Spanned;

use super::folded::Folded;
use crate::Error;

/// Limits on a codebook. Set by hand: far above any list that a person maintains, low enough that building the search
/// takes a moment and some megabytes.
const MAX_BYTES: usize = 4 << 20;
const MAX_LABELS: usize = 256;
const MAX_TERMS: usize = 100_000;
const MAX_TERM_BYTES: usize = 200;
const MAX_PATTERNS: usize = 1000;
const MAX_PATTERN_BYTES: usize = 1000;
/// Longest name or version of a codebook, in bytes. Set by hand: they are in every record.
const MAX_NAME_BYTES: usize = 64;
/// Longest label, in bytes. Set by hand: it is in every record.
const MAX_LABEL_BYTES: usize = 32;
/// Characters that an error shows of a wrong value: enough to identify it in a line.
const SHOWN: usize = 40;
/// Size limit of one compiled pattern, in bytes.
const MAX_COMPILED_BYTES: usize = 1 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    codebook: Header,
    label: Vec<Label>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    name: Spanned<String>,
    version: Spanned<String>,
    kind: Spanned<String>,
    #[serde(default, rename = "description")]
    _description: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    name: Spanned<String>,
    #[serde(default, rename = "description")]
    _description: Option<String>,
    #[serde(default)]
    terms: Vec<Spanned<String>>,
    #[serde(default)]
    patterns: Vec<Spanned<String>>,
    #[serde(default)]
    except: Vec<Spanned<String>>,
    #[serde(default)]
    case_sensitive: bool,
    #[serde(default = "yes")]
    plural: bool,
}

fn yes() -> bool {
    true
}

/// File name and text, for locating errors.
struct Place<'a> {
    name: &'a str,
    toml: &'a str,
}

impl Place<'_> {
    fn error(&self, offset: usize, problem: impl Into<String>) -> Error {
        let before = self.toml.as_bytes().get(..offset).unwrap_or_default();
        let line = 1 + before.iter().filter(|&&b| b == b'\n').count();
        Error::Codebook { name: self.name.to_owned(), line, problem: problem.into() }
    }

    fn wrong(&self, value: &Spanned<String>, what: &str, expected: &str) -> Error {
        let shown: String = value.get_ref().chars().take(SHOWN).collect();
        self.error(value.span().start, format!("{what} is {shown:?}, expected {expected}"))
    }
}

/// A parsed codebook, ready to search.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) labels: Vec<EntityType>,
    pub(super) folded: Option<Automaton>,
    pub(super) cased: Option<Automaton>,
    /// Patterns, each with the index of its label.
    pub(super) patterns: Vec<(Regex, usize)>,
}

/// Terms of one casing, found in one pass.
#[derive(Clone, Debug)]
pub(super) struct Automaton {
    pub(super) search: AhoCorasick,
    /// Label of each term by index; `None` for an exception.
    pub(super) means: Vec<Option<usize>>,
}

pub(super) fn parse(name: &str, toml: &str) -> Result<Read, Error> {
    let place = Place { name, toml };
    if toml.len() > MAX_BYTES {
        return Err(place.error(0, format!("the file has {} bytes, expected at most {MAX_BYTES}", toml.len())));
    }
    let file: File = toml::from_str(toml).map_err(|e| {
        if is_of_frames(toml) {
            return place.error(0, "it is a codebook of frames, not of terms: give it with --codebook");
        }
        let message = e.message().lines().collect::<Vec<_>>().join(" ");
        place.error(e.span().map_or(0, |s| s.start), message)
    })?;
    header(&place, &file.codebook)?;
    if file.label.is_empty() || file.label.len() > MAX_LABELS {
        return Err(place.error(0, format!("there are {} labels, expected 1 to {MAX_LABELS}", file.label.len())));
    }
    let mut builder =
        Builder { place, folded: Lists::default(), cased: Lists::default(), patterns: Vec::new(), terms: 0 };
    let mut labels = Vec::new();
    for (index, label) in file.label.iter().enumerate() {
        builder.label(index, label, &labels)?;
        labels.push(EntityType::from(label.name.get_ref().as_str()));
    }
    Ok(Read {
        name: file.codebook.name.into_inner(),
        version: file.codebook.version.into_inner(),
        labels,
        folded: builder.folded.build(&builder.place)?,
        cased: builder.cased.build(&builder.place)?,
        patterns: builder.patterns,
    })
}

/// Whether a file that is not a codebook of terms is one of frames: by its stated kind, or by fields that only frames
/// have.
fn is_of_frames(toml: &str) -> bool {
    let Ok(file) = toml.parse::<toml::Table>() else { return false };
    let kind = file.get("codebook").and_then(|codebook| codebook.get("kind")).and_then(toml::Value::as_str);
    let mut labels = file.get("label").and_then(toml::Value::as_array).into_iter().flatten();
    kind == Some("frames") || labels.any(|label| label.get("definition").is_some() || label.get("examples").is_some())
}

fn header(place: &Place<'_>, header: &Header) -> Result<(), Error> {
    let plain = |s: &str, more: &str| {
        (1..=MAX_NAME_BYTES).contains(&s.len())
            && s.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || more.contains(c))
    };
    if header.kind.get_ref() != "terms" {
        return Err(place.wrong(&header.kind, "kind", "\"terms\""));
    }
    if !plain(header.name.get_ref(), "-_") {
        return Err(place.wrong(
            &header.name,
            "name",
            &format!("1 to {MAX_NAME_BYTES} lower-case letters, digits, - or _"),
        ));
    }
    if !plain(header.version.get_ref(), ".-+") {
        return Err(place.wrong(&header.version, "version", "a version such as \"1.0\""));
    }
    Ok(())
}

/// Terms of one casing and the label of each.
#[derive(Default)]
struct Lists {
    terms: Vec<String>,
    means: Vec<Option<usize>>,
    seen: HashSet<(String, Option<usize>)>,
}

impl Lists {
    fn push(&mut self, term: String, means: Option<usize>) -> bool {
        let new = self.seen.insert((term.clone(), means));
        if new {
            self.terms.push(term);
            self.means.push(means);
        }
        new
    }

    fn build(self, place: &Place<'_>) -> Result<Option<Automaton>, Error> {
        if self.terms.is_empty() {
            return Ok(None);
        }
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(&self.terms)
            .map_err(|e| place.error(0, format!("too many terms: {e}")))?;
        Ok(Some(Automaton { search, means: self.means }))
    }
}

struct Builder<'a> {
    place: Place<'a>,
    folded: Lists,
    cased: Lists,
    patterns: Vec<(Regex, usize)>,
    /// Count of terms and exceptions read.
    terms: usize,
}

/// Regular plurals of a term in every language: a codebook does not state its language, nor need it have one.
fn plurals(term: &str) -> impl Iterator<Item = String> {
    Language::neutral().plurals(term)
}

impl Builder<'_> {
    fn label(&mut self, index: usize, label: &Label, before: &[EntityType]) -> Result<(), Error> {
        let name = label.name.get_ref();
        let shaped = (1..=MAX_LABEL_BYTES).contains(&name.len())
            && name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        if !shaped {
            return Err(self.place.wrong(
                &label.name,
                "label",
                &format!("1 to {MAX_LABEL_BYTES} capital letters, digits or _"),
            ));
        }
        if before.iter().any(|label| label.as_str() == name) {
            return Err(self.place.wrong(&label.name, "label", "each label once"));
        }
        if label.terms.is_empty() && label.patterns.is_empty() {
            return Err(self.place.wrong(&label.name, "label", "at least one term or pattern under it"));
        }
        let mut once = BTreeSet::new();
        for term in &label.terms {
            if !once.insert(self.fold(term, "term", !label.case_sensitive)?) {
                return Err(self.place.wrong(term, "term", "each term of a label once"));
            }
        }
        for term in once {
            let lists = if label.case_sensitive { &mut self.cased } else { &mut self.folded };
            if label.plural {
                plurals(&term).for_each(|plural| _ = lists.push(plural, Some(index)));
            }
            lists.push(term, Some(index));
        }
        for exception in &label.except {
            let folded = self.fold(exception, "exception", !label.case_sensitive)?;
            let lists = if label.case_sensitive { &mut self.cased } else { &mut self.folded };
            plurals(&folded).for_each(|plural| _ = lists.push(plural, None));
            lists.push(folded, None);
        }
        self.terms += label.terms.len() + label.except.len();
        if self.terms > MAX_TERMS {
            return Err(self.place.wrong(&label.name, "label", &format!("at most {MAX_TERMS} terms in a codebook")));
        }
        label.patterns.iter().try_for_each(|p| self.pattern(p, index, label.case_sensitive))
    }

    /// Term in its folded form.
    fn fold(&self, term: &Spanned<String>, what: &str, lower: bool) -> Result<String, Error> {
        let text = term.get_ref();
        if text.len() > MAX_TERM_BYTES || !text.contains(char::is_alphanumeric) {
            return Err(self.place.wrong(
                term,
                what,
                &format!("a letter or digit, and at most {MAX_TERM_BYTES} bytes"),
            ));
        }
        Ok(Folded::new(text.trim(), lower).as_str().to_owned())
    }

    fn pattern(&mut self, pattern: &Spanned<String>, label: usize, case_sensitive: bool) -> Result<(), Error> {
        let text = pattern.get_ref();
        if text.len() > MAX_PATTERN_BYTES || self.patterns.len() == MAX_PATTERNS {
            let expected = format!("at most {MAX_PATTERNS} patterns of at most {MAX_PATTERN_BYTES} bytes");
            return Err(self.place.wrong(pattern, "pattern", &expected));
        }
        let compiled = RegexBuilder::new(text)
            .case_insensitive(!case_sensitive)
            .size_limit(MAX_COMPILED_BYTES)
            .build()
            .map_err(|e| {
                // The `regex` crate draws the position under the pattern; the last line has the reason.
                let message = e.to_string();
                let reason = message.lines().last().unwrap_or_default().trim_start_matches("error: ").to_lowercase();
                self.place.wrong(pattern, "pattern", &format!("a regular expression ({reason})"))
            })?;
        if compiled.is_match("") {
            return Err(self.place.wrong(pattern, "pattern", "one that does not match the empty text"));
        }
        self.patterns.push((compiled, label));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_named_with_their_line() {
        let head = "[codebook]\nname = \"a\"\nversion = \"1\"\nkind = \"terms\"\n";
        let check = |toml: String, expected: &str| {
            let error = parse("b.toml", &toml).expect_err(expected);
            assert_eq!(error.to_string(), format!("codebook b.toml, line {expected}"));
        };
        check(String::new(), "1: missing field `codebook`");
        check(
            head.replace("\"terms\"", "\"frames\"") + "[[label]]\nname = \"X\"",
            "4: kind is \"frames\", expected \"terms\"",
        );
        let frames = "1: it is a codebook of frames, not of terms: give it with --codebook";
        let without_kind = head.replace("kind = \"terms\"\n", "");
        check(format!("{without_kind}[[label]]\nname = \"work\"\ndefinition = \"Jobs and wages.\""), frames);
        check(format!("{}[fit]", head.replace("\"terms\"", "\"frames\"")), frames);
        check(
            head.replace("\"a\"", "\"A b\"") + "[[label]]\nname = \"X\"",
            "2: name is \"A b\", expected 1 to 64 lower-case letters, digits, - or _",
        );
        check(
            format!("{head}[[label]]\nname = \"x\"\nterms = [\"a\"]"),
            "6: label is \"x\", expected 1 to 32 capital letters, digits or _",
        );
        check(
            format!("{head}[[label]]\nname = \"X\""),
            "6: label is \"X\", expected at least one term or pattern under it",
        );
        check(
            format!("{head}[[label]]\nname = \"X\"\nterms = [\n\"a\",\n\"A\"]"),
            "9: term is \"A\", expected each term of a label once",
        );
        check(
            format!("{head}[[label]]\nname = \"X\"\nterms = [\"-\"]"),
            "7: term is \"-\", expected a letter or digit, and at most 200 bytes",
        );
        check(
            format!("{head}[[label]]\nname = \"X\"\npatterns = [\"(a\"]"),
            "7: pattern is \"(a\", expected a regular expression (unclosed group)",
        );
        check(
            format!("{head}[[label]]\nname = \"X\"\npatterns = [\"a*\"]"),
            "7: pattern is \"a*\", expected one that does not match the empty text",
        );
        check(
            format!("{head}[[label]]\nname = \"X\"\nterm = [\"a\"]"),
            "7: unknown field `term`, expected one of `name`, `description`, `terms`, `patterns`, `except`, `case_sensitive`, `plural`",
        );
    }
}
