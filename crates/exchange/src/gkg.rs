//! GDELT Global Knowledge Graph 2.1; its codebook is at <http://data.gdeltproject.org/documentation/>.
//!
//! All 27 columns are written. Those that a row has nothing for are empty: counts, locations (which need coordinates),
//! tone and GCAM (counts from GDELT's own dictionaries), dates, media, amounts and translation.

use pressmark_core::EntityType;
use pressmark_jsonl::{CodePoints, Record};

/// Number of columns in the format.
const COLUMNS: usize = 27;

/// Formats a row as a line; `number` is its index in the export.
pub(crate) fn line(row: &Record<'_>, number: usize) -> String {
    cells(row, number).map(|cell| cell.replace(['\t', '\n', '\r'], " ")).join("\t") + "\n"
}

fn cells(row: &Record<'_>, number: usize) -> [String; COLUMNS] {
    let points = CodePoints::new(&row.text);
    let date = date(row.meta.published.as_deref().unwrap_or_default());
    let mut cells: [String; COLUMNS] = Default::default();
    cells[0] = format!("{}-{number}", if date.is_empty() { "0" } else { &date });
    cells[1] = date;
    // Collection type 1 is the web: the next columns are a site and a URL.
    cells[2] = "1".to_owned();
    cells[3] = row.meta.site.as_deref().unwrap_or_default().to_owned();
    cells[4] = row.source.url.as_deref().unwrap_or(&row.id).to_owned();
    let themes = || row.frames.iter().filter(|frame| frame.is_assigned());
    let theme = |frame: &pressmark_jsonl::Frame<'_>| plain(&frame.label.to_uppercase().replace([' ', '-'], "_"));
    cells[7] = themes().map(|frame| theme(frame) + ";").collect();
    let places =
        themes().flat_map(|frame| frame.evidence.iter().map(move |e| format!("{},{};", theme(frame), e.start)));
    cells[8] = places.collect();
    let is_org = |label: &EntityType| *label == EntityType::Org;
    for (column, is_of) in [(11, EntityType::is_person as fn(&EntityType) -> bool), (13, is_org)] {
        let entities = row.entities.iter().filter(|entity| is_of(&entity.label));
        cells[column] = entities.map(|entity| plain(&entity.name).to_lowercase() + ";").collect();
        let mentions = row.ents.iter().filter(|ent| is_of(&ent.label));
        cells[column + 1] = mentions.map(|ent| format!("{},{};", name_of(row, ent, &points), ent.start)).collect();
    }
    let quote = |quote: &pressmark_jsonl::Quote<'_>| {
        let cue = quote.cue_start.zip(quote.cue_end).map(|(start, end)| points.slice(start, end)).unwrap_or_default();
        let words = points.slice(quote.start, quote.end);
        format!("{}|{}|{}|{}", quote.start, quote.end - quote.start, plain(cue), plain(words))
    };
    cells[22] = row.quotes.iter().map(quote).collect::<Vec<_>>().join("#");
    let names = row.ents.iter().filter(|ent| !ent.label.is_value());
    cells[23] = names.map(|ent| format!("{},{};", plain(points.slice(ent.start, ent.end)), ent.start)).collect();
    let extra = |name: &str, value: Option<String>| {
        value.map(|value| format!("<{name}>{}</{name}>", crate::xml::attribute(&value))).unwrap_or_default()
    };
    let authors = (!row.meta.authors.is_empty()).then(|| row.meta.authors.join("; "));
    cells[26] = extra("PAGE_AUTHORS", authors) + &extra("PAGE_TITLE", row.meta.title.as_deref().map(str::to_owned));
    cells
}

/// Returns the fullest name of a mention's entity.
fn name_of(row: &Record<'_>, ent: &pressmark_jsonl::Ent<'_>, points: &CodePoints<'_>) -> String {
    let entity = row.entities.iter().find(|entity| Some(&entity.id) == ent.entity.as_ref());
    plain(entity.map_or_else(|| points.slice(ent.start, ent.end), |entity| &entity.name))
}

/// Replaces separator characters by spaces.
fn plain(text: &str) -> String {
    text.replace([';', ',', '|', '#'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Formats an RFC 3339 date or time as `YYYYMMDDHHMMSS`, in its own time zone; empty if there is none.
fn date(published: &str) -> String {
    // An RFC 3339 time has 19 characters up to its seconds, a date alone has 8 digits.
    let digits: String = published.chars().take(19).filter(char::is_ascii_digit).collect();
    if digits.len() < 8 { String::new() } else { format!("{digits:0<14}") }
}
