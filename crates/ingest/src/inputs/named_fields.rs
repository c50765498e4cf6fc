//! Checks that the first table among the inputs has the fields that the user named.

use std::path::PathBuf;
use std::sync::Arc;

use super::columnar;
use super::reader::{Next, Reader, Told, is_table};
use super::walk::{Met, Walk};
use crate::{Error, Format, Options, names, tabular};

/// Most field names listed in a message. Set by hand: what a person can scan.
const MOST_LISTED: usize = 60;
/// Records of a table searched for a named field. Set by hand: optional fields are absent from some records, and a
/// wrong name should fail fast.
const CHECKED: usize = 100;

/// Rejects a named field that the first table among the inputs does not have.
///
/// # Errors
/// [`Error::NoField`] with the fields that exist.
pub(super) fn check_fields(paths: &[PathBuf], options: &Options) -> Result<(), Error> {
    let wanted = options.fields.named();
    if wanted.is_empty() {
        return Ok(());
    }
    let is_of_fields = |format: Option<Format>| format.is_some_and(is_table);
    let first = Walk::new(paths, options.format).find_map(|met| match met {
        Met::File(target) if is_of_fields(target.format) && (target.member.is_some() || target.path.is_file()) => {
            Some(target)
        }
        _ => None,
    });
    let Some(target) = first else { return Ok(()) };
    let stream = columnar::open(&target, options, Arc::default());
    let path = target.path.to_string_lossy().into_owned();
    let mut reader = Reader::new(path, stream, Told::ByName(target.format), options);
    let mut missing = wanted;
    let mut seen: Vec<String> = Vec::new();
    for _ in 0..CHECKED {
        let Some(Next::Record(record)) = reader.next() else { break };
        if record.problem.is_some() {
            continue;
        }
        let Some(found) = tabular::names_in(&record) else { continue };
        missing.retain(|name| !names::has(&found, name));
        if missing.is_empty() {
            return Ok(());
        }
        // Enough for a person to find the right one.
        let room = MOST_LISTED.saturating_sub(seen.len());
        let new: Vec<_> = found.into_iter().take(MOST_LISTED).filter(|name| !seen.contains(name)).take(room).collect();
        seen.extend(new);
    }
    let Some(field) = missing.first().filter(|_| !seen.is_empty()) else { return Ok(()) };
    Err(Error::NoField { field: (*field).to_owned(), path: target.path, fields: seen.join(", ") })
}
