//! Turns one JSON object or one row of a table into an article.

use std::borrow::Cow;

use pressmark_core::{Document, DropReason, Meta, ProblemKind, SegmentKind};

use crate::article::{Article, Found, STAGE, line_block, over};
use crate::assemble::{Part, assemble};
use crate::block::Verdict;
use crate::clock::Clock;
use crate::date::{self, Order};
use crate::decode::{Decoded, decode_with};
use crate::failure::{Failure, failure};
use crate::fields::{self, Field, Quotes, Value};
use crate::names::{self, Picked};
use crate::{Format, Options, Record, fragment, language, references};

pub(crate) fn read(
    decoded: &Decoded<'_>,
    record: &Record,
    options: &Options,
    clock: &Clock,
    doc: &mut Document,
) -> Result<Found, Failure> {
    let source = match record.format {
        Format::Jsonl | Format::Json => fields::without_nan(&decoded.text),
        _ => Cow::Borrowed(decoded.text.as_ref()),
    };
    let fields = names::expand(fields_of(&source, record)?, &options.fields, &source);
    let picked = names::pick(&fields, &options.fields);
    let is_nameless = record.context.columns.is_some() && !record.context.has_header;
    let picked = match &picked.text {
        _ if is_nameless => by_content(&fields, picked, options),
        // Rows of a single column are most likely cut at the wrong delimiter.
        Err(_) if options.fields.text.is_none() && fields.len() > 1 => {
            Picked { text: names::running_text(&fields).map_or(picked.text, Ok), ..picked }
        }
        _ => picked,
    };
    if picked.text.is_err() && fields.len() < columns_of(record).len() {
        return Err(ragged(fields.len(), record));
    }
    let value = |place: Option<usize>| place.and_then(|i| fields.get(i)).map(|f| f.value);
    doc.source.url = value(picked.url).and_then(Value::scalar);
    if let Some(id) = value(picked.id).and_then(Value::scalar).or_else(|| doc.source.url.clone()) {
        doc.id = id;
    }
    let said = said(&fields, &picked, options, doc);
    doc.extra = names::extra(&fields, &picked, said.published.is_some());
    let title = value(picked.title).and_then(Value::text).filter(|t| !t.text.trim().is_empty());
    let title = title.map(fragment::headline);
    // Metadata is kept even if the text cannot be read.
    doc.meta = said.clone();
    let place = picked.text.map_err(|(kind, message)| match (kind, &doc.source.url) {
        (ProblemKind::NoText, Some(_)) => (kind, format!("{message}; pages at URLs are not downloaded")),
        _ => (kind, message),
    })?;
    doc.meta.language = None;

    let text = value(Some(place)).and_then(Value::body);
    let Some(text) = text else { return failure(ProblemKind::NoText, "there is no text") };
    if text.malformed > 0 {
        let message = format!("{} escapes are unpaired surrogates", text.malformed);
        doc.report(STAGE, ProblemKind::BadEncoding, message, None);
    }
    let (hint, url) = (said.title.as_deref(), doc.source.url.as_deref());
    let mut text = fragment::inside(text);
    if !picked.is_page && fragment::is_markup(&text.text) && fragment::is_inline(&text.text) {
        text = fragment::without_tags(text);
    }
    let is_markup = picked.is_page || fragment::is_markup(&text.text);
    let text = if is_markup { text } else { references::decode_field(text) };
    // Some databases hold markup whose tags are escaped.
    let is_page = is_markup || fragment::is_markup(&text.text);
    let article = if is_page {
        Article::of_page(&text.text, hint, url, options, clock)?
    } else {
        Article::of_text(&text.text, false, hint, url, clock)?
    };
    article.note(doc);
    let mut parts = vec![article.part(&text.text, Some(&text.map))];
    // The title comes first in the document's text; it is taken from its field unless the text contains it.
    let line = title.as_ref().map(|t| [line_block(&t.text)]);
    let keep = [Verdict::Keep { kind: SegmentKind::Title, cuts: Vec::new() }];
    if let (Some(title), Some(line), None) = (&title, &line, article.judged.title) {
        let (text, map) = (title.text.as_ref(), Some(&title.map));
        parts.push(Part {
            text,
            map,
            blocks: line,
            dropped: &[],
            verdicts: &keep,
            title: Some(0),
            between: DropReason::Markup,
        });
    }
    let assembled = assemble(record.bytes.len(), &decoded.map, &parts, DropReason::Record, options.explain);
    doc.source.url = doc.source.url.take().or(article.canonical);
    Ok(Found { assembled, meta: over(said, article.meta), judged: article.judged })
}

/// Names of a record's fields, including those of nested objects as dotted names; `None` if it cannot be read.
pub(crate) fn names_in(record: &Record) -> Option<Vec<String>> {
    let decoded = decode_with(&record.bytes, record.context.charset.as_deref());
    let mut found: Vec<String> = Vec::new();
    let mut fields = fields_of(&decoded.text, record).ok()?;
    let mut at = 0;
    // An object's own name comes before those of its fields. Nesting is followed four levels deep, enough for a person
    // to find the right name.
    while let Some(field) = fields.get(at) {
        found.push(field.name.to_string());
        if let Value::Json { raw, .. } = field.value
            && raw.starts_with('{')
            && field.name.matches('.').count() < 4
        {
            let outer = field.name.clone();
            let inner = fields::of_json_in(raw, &decoded.text).unwrap_or_default();
            fields.extend(
                inner.into_iter().map(|f| Field { name: format!("{outer}.{}", f.name).into(), value: f.value }),
            );
        }
        at += 1;
    }
    Some(found)
}

fn fields_of<'a>(text: &'a str, record: &Record) -> Result<Vec<Field<'a>>, Failure> {
    let delimiter = match record.format {
        Format::Jsonl | Format::Json | Format::Parquet | Format::Arrow if fields::is_json_but_no_object(text) => {
            return failure(ProblemKind::NoText, "the record is not a JSON object");
        }
        Format::Jsonl | Format::Json | Format::Parquet | Format::Arrow => {
            return fields::of_json(text).map_err(|error| malformed(&error, record));
        }
        Format::Tsv => b'\t',
        _ => record.context.delimiter.unwrap_or(b','),
    };
    let columns = columns_of(record);
    let cells = fields::of_row_in(text, delimiter, columns.len());
    // Spreadsheets leave out empty last cells, or add some. A row that ends in running text without quotes was rather
    // cut by a line end in that text.
    let is_cut = match cells.last() {
        Some(Value::Cell { raw, quotes: Quotes::Bare, .. }) => cells.len() < columns.len() && names::is_running(raw),
        _ => false,
    };
    if is_cut || cells.iter().skip(columns.len()).any(|cell| cell.scalar().is_some()) {
        return Err(ragged(cells.len(), record));
    }
    let pair = |(name, value): (&String, _)| Field { name: Cow::Owned(name.clone()), value };
    Ok(columns.iter().zip(cells).map(pair).collect())
}

fn columns_of(record: &Record) -> &[String] {
    record.context.columns.as_deref().map(Vec::as_slice).unwrap_or_default()
}

/// Describes a row with too few or too many cells.
fn ragged(cells: usize, record: &Record) -> Failure {
    let line = record.context.line.map(|line| format!("line {line}: ")).unwrap_or_default();
    let message = format!("{line}row has {cells} cells, the header {}", columns_of(record).len());
    (ProblemKind::Malformed, message)
}

/// Describes a JSON syntax error with its line in the file.
fn malformed(error: &serde_json::Error, record: &Record) -> Failure {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = error.to_string();
    let what = message.strip_suffix(&place).unwrap_or(&message);
    // Both the record's lines and the file's count from 1.
    let line = record.context.line.map_or(error.line() as u64, |first| first + error.line() as u64 - 1);
    (ProblemKind::Malformed, format!("{what} at line {line}, column {}", error.column()))
}

/// Identifies the columns of a table without a header by their content: a URL by its scheme, the text by its length,
/// the date by its form. Of several dates the first is taken: exports such as GDELT's have the day of the event in
/// front and the day of the database's own processing behind.
fn by_content(fields: &[Field<'_>], picked: Picked, options: &Options) -> Picked {
    let text = |i: usize| fields.get(i).and_then(|f| f.value.text()).map(|t| t.text).unwrap_or_default();
    let is_address = |i: &usize| text(*i).starts_with("http://") || text(*i).starts_with("https://");
    let url = picked.url.or_else(|| (0..fields.len()).find(is_address));
    let cell = |i: usize| fields.get(i).and_then(|f| f.value.scalar());
    let is_day = |i: &usize| cell(*i).is_some_and(|cell| date::is_plain_day(&cell));
    let day = picked.date.or_else(|| (0..fields.len()).find(is_day));
    let body = match picked.text {
        Err(_) if options.fields.text.is_none() => names::running_text(fields).ok_or_else(|| {
            let message = "no column holds running text, and the table has no header; see --text-field column_N";
            (ProblemKind::NoText, message.to_owned())
        }),
        found => found,
    };
    Picked { text: body, url, date: day, ..picked }
}

/// Metadata from the fields of a record.
fn said(fields: &[Field<'_>], picked: &Picked, options: &Options, doc: &mut Document) -> Meta {
    let value = |place: Option<usize>| place.and_then(|i| fields.get(i)).map(|f| f.value);
    let line = |place| {
        let text = value(place).and_then(Value::text).map(|t| line_block(&references::decode(&t.text)).text);
        text.filter(|t| !t.is_empty())
    };
    let language = line(picked.language).and_then(|language| language::primary(&language));
    // Longer values are names of languages rather than tags such as `en-US`.
    let tag = line(picked.language).filter(|tag| tag.len() <= 8);
    let day = value(picked.date).and_then(Value::scalar);
    let published = day.as_deref().and_then(|day| {
        let by_format = options.date_format.as_deref().and_then(|format| date::by_format(day, format));
        let name = picked.date.and_then(|i| fields.get(i)).map_or("", |f| f.name.as_ref());
        let order = match options.order(tag.as_deref().or(language.as_deref())) {
            Order::Unknown if names::has_day_first(name) => Order::DayFirst,
            order => order,
        };
        by_format.or_else(|| date::normalize(day, order))
    });
    if let (Some(day), None) = (day.as_deref().filter(|day| !day.trim().is_empty()), &published) {
        let is_asked_for = options.fields.date.is_some() || options.date_format.is_some();
        let kind = if is_asked_for { ProblemKind::BadDate } else { ProblemKind::UnreadDate };
        doc.report(STAGE, kind, bad_date(day, options), None);
    }
    Meta {
        title: value(picked.title)
            .and_then(Value::text)
            .map(|title| line_block(&fragment::headline(title).text).text)
            .filter(|title| !title.is_empty()),
        authors: value(picked.authors).map(names::authors).unwrap_or_default(),
        published,
        site: line(picked.site),
        language,
        ..Meta::default()
    }
}

/// Explains why a date could not be read, and how to help.
fn bad_date(day: &str, options: &Options) -> String {
    let short: String = day.chars().take(40).collect();
    let could_be_two = date::normalize(day, Order::DayFirst).is_some();
    match (could_be_two, &options.date_format) {
        (_, Some(format)) => format!("{short:?} is not a date in the format {format}"),
        (true, None) => format!("{short:?} could be two dates; see --day-first and --date-format"),
        (false, None) => format!("{short:?} is not a date; see --date-format"),
    }
}
