//! brat standoff: <https://brat.nlplab.org/standoff.html>. Offsets are code points.
//!
//! A span over several lines is written as one fragment per line. What brat has no notation for goes into notes: the
//! entity and tone of a mention, and the document's frames, on a `DOCUMENT` span over its first line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use pressmark_jsonl::CodePoints;

use crate::error::{Error, wrong};
use crate::files::File;
use crate::marks::{Link, Mark, Marks, OWN_LABELS, REFERS_TO, Read, SPEAKER, TO_CUE, TO_SPEAKER};

/// Label of the span that carries the note on frames.
const DOCUMENT: &str = "DOCUMENT";

pub(crate) fn document(marks: &Marks, name: &str) -> Vec<File> {
    vec![File::new(format!("{name}.txt"), marks.text.clone()), File::new(format!("{name}.ann"), annotations(marks))]
}

/// Restricts a label to what brat accepts: letters, digits, hyphens and underscores.
fn plain(label: &str) -> String {
    label.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' }).collect()
}

fn annotations(marks: &Marks) -> String {
    let points = CodePoints::new(&marks.text);
    let (mut out, mut notes) = (String::new(), Vec::new());
    for (number, span) in marks.spans.iter().enumerate().map(|(number, span)| (number + 1, span)) {
        let words = Marks::words(&points, span);
        let fragments = fragments(words, span.start);
        let places: Vec<String> = fragments.iter().map(|(start, end)| format!("{start} {end}")).collect();
        let words: Vec<&str> = fragments.iter().map(|(start, end)| points.slice(*start, *end)).collect();
        let _ = writeln!(out, "T{number}\t{} {}\t{}", plain(&span.label), places.join(";"), words.join(" "));
        let entity = span.entity.iter().map(|entity| format!("entity: {entity}"));
        let said: Vec<String> = entity.chain(span.tone.iter().map(|tone| format!("tone: {tone}"))).collect();
        if !said.is_empty() {
            notes.push((number, said.join("; ")));
        }
    }
    let first = marks.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if !marks.frames.is_empty() && !first.is_empty() {
        let number = marks.spans.len() + 1;
        let before = first.as_ptr() as usize - marks.text.as_ptr() as usize;
        let start = marks.text.get(..before).unwrap_or_default().chars().count();
        let _ = writeln!(out, "T{number}\t{DOCUMENT} {start} {}\t{first}", start + first.chars().count());
        notes.push((number, format!("frames: {}", marks.frames.join(" | "))));
    }
    for (number, (from, to, label)) in marks.numbered_links().into_iter().enumerate() {
        let _ = writeln!(out, "R{}\t{} Arg1:T{} Arg2:T{}", number + 1, plain(label), from + 1, to + 1);
    }
    for (number, (of, said)) in notes.into_iter().enumerate() {
        let _ = writeln!(out, "#{}\tAnnotatorNotes T{of}\t{said}", number + 1);
    }
    out
}

/// Splits a span at line ends; offsets in code points of the text.
fn fragments(words: &str, start: usize) -> Vec<(usize, usize)> {
    let (mut pieces, mut open) = (Vec::new(), None);
    let mut at = start;
    for c in words.chars() {
        match (matches!(c, '\n' | '\r'), open) {
            (true, Some(from)) => {
                pieces.push((from, at));
                open = None;
            }
            (false, None) => open = Some(at),
            _ => {}
        }
        at += 1;
    }
    pieces.extend(open.map(|from| (from, at)));
    pieces
}

/// Builds the configuration of a collection with these mention labels.
pub(crate) fn config(mentions: &BTreeSet<String>) -> String {
    let labels: BTreeSet<String> = mentions.iter().map(|label| plain(label)).collect();
    let mentions = "<MENTION>";
    let quotes = OWN_LABELS[..3].join("|");
    let all: Vec<&str> = labels.iter().map(String::as_str).collect();
    let mut config = String::from("[entities]\n");
    for label in all.iter().copied().chain(OWN_LABELS).chain([DOCUMENT]) {
        let _ = writeln!(config, "{label}");
    }
    let mention = if all.is_empty() { SPEAKER.to_owned() } else { all.join("|") };
    let _ = write!(
        config,
        "\n[relations]\n{mentions}={mention}\n<QUOTE>={quotes}\n\
         {TO_SPEAKER}\tArg1:<QUOTE>, Arg2:{mentions}|{SPEAKER}\n\
         {TO_CUE}\tArg1:<QUOTE>, Arg2:CUE\n\
         {REFERS_TO}\tArg1:<QUOTE>|{SPEAKER}, Arg2:{mentions}\n\
         <OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>\n\n[events]\n\n[attributes]\n"
    );
    config
}

pub(crate) fn read(files: &[File]) -> Result<Read, Error> {
    let texts: BTreeMap<&str, &File> =
        files.iter().filter(|file| file.ends_with("txt")).map(|file| (file.stem(), file)).collect();
    let (mut found, mut notes) = (Vec::new(), Vec::new());
    let is_of_brat = |file: &&File| ["ann", "txt", "conf"].iter().any(|ending| file.ends_with(ending));
    if let Some(other) = files.iter().find(|file| !is_of_brat(file)) {
        return Err(wrong(&other.name, "is neither .ann nor .txt"));
    }
    for file in files.iter().filter(|file| file.ends_with("ann")) {
        let text = texts.get(file.stem()).ok_or_else(|| wrong(&file.name, "has no text beside it"))?;
        // The text is taken as it is: brat counts a byte order mark as a character.
        let text = std::str::from_utf8(&text.bytes).map_err(|_| wrong(&text.name, "is not UTF-8"))?;
        let mut marks = Marks { id: file.stem().to_owned(), text: text.to_owned(), ..Marks::default() };
        let mut document = None;
        for (number, line) in file.text()?.split('\n').enumerate() {
            let line = line.strip_suffix('\r').unwrap_or(line);
            let place = format!("line {} of {}", number + 1, file.name);
            read_line(line, &place, &mut marks, &mut document, &mut notes)?;
        }
        marks.check(&file.name)?;
        found.push((file.name.clone(), marks));
    }
    Ok((found, notes))
}

fn read_line(
    line: &str,
    place: &str,
    marks: &mut Marks,
    document: &mut Option<String>,
    notes: &mut Vec<String>,
) -> Result<(), Error> {
    let mut fields = line.splitn(3, '\t');
    let (Some(id), Some(body)) = (fields.next(), fields.next()) else { return Ok(()) };
    match id.chars().next() {
        Some('T') => {
            let span = read_span(id, body, place, notes)?;
            if span.label == DOCUMENT {
                *document = Some(id.to_owned());
            } else {
                marks.spans.push(span);
            }
        }
        Some('R') => {
            let mut words = body.split_whitespace();
            let label = words.next().unwrap_or_default().to_owned();
            let mut end = || words.next().and_then(|end| end.split_once(':')).map(|(_, id)| id.to_owned());
            match (end(), end()) {
                (Some(from), Some(to)) => marks.links.push(Link { from, to, label }),
                _ => return Err(wrong(place, "has a relation without two ends")),
            }
        }
        // brat writes a note after its annotation. Attributes are ignored, since pressmark writes none.
        Some('#') => {
            let of = body.split_whitespace().nth(1).unwrap_or_default();
            read_note(of, fields.next().unwrap_or_default(), document.as_deref(), marks);
        }
        _ => {}
    }
    Ok(())
}

fn read_span(id: &str, body: &str, place: &str, notes: &mut Vec<String>) -> Result<Mark, Error> {
    let bad = || wrong(place, "has no label and offsets after its id");
    let (label, places) = body.split_once(' ').ok_or_else(bad)?;
    let mut fragments = Vec::new();
    for fragment in places.split(';') {
        let (start, end) = fragment.trim().split_once(' ').ok_or_else(bad)?;
        let (start, end): (usize, usize) = (start.parse().map_err(|_| bad())?, end.parse().map_err(|_| bad())?);
        fragments.push((start, end));
    }
    fragments.sort_unstable();
    let (Some((start, _)), Some((_, end))) = (fragments.first(), fragments.last()) else { return Err(bad()) };
    // A gap of up to four code points is a paragraph break (`\r\n\r\n`) that the export leaves out; a longer one is a
    // hole in the span.
    if fragments.windows(2).any(|pair| matches!(pair, [(_, end), (start, _)] if start.saturating_sub(*end) > 4)) {
        notes.push(format!("{place} has a discontinuous span: read from its start to its end"));
    }
    Ok(Mark { key: id.to_owned(), start: *start, end: *end, label: label.to_owned(), ..Mark::default() })
}

fn read_note(of: &str, said: &str, document: Option<&str>, marks: &mut Marks) {
    if document == Some(of) {
        let frames = said.trim().strip_prefix("frames:").unwrap_or(said);
        marks.frames = frames.split('|').map(|f| f.trim().to_owned()).filter(|f| !f.is_empty()).collect();
        return;
    }
    let Some(span) = marks.spans.iter_mut().find(|span| span.key == of) else { return };
    for part in said.split(';') {
        match part.split_once(':').map(|(key, value)| (key.trim(), value.trim())) {
            Some(("entity", id)) => span.entity = Some(id.to_owned()),
            Some(("tone", tone)) => span.tone = Some(tone.to_owned()),
            _ => {}
        }
    }
}
