use serde_json::Value;

use super::findings::Findings;
use crate::record::Record;

/// Checks that a line has every key of the schema and writes its numbers as their types require. Unknown keys are
/// ignored, as the contract demands.
///
/// A line that is byte for byte what this version writes needs no closer look; other programs may order keys and place
/// white space differently.
pub(super) fn check(line: &[u8], record: &Record<'_>, found: &mut Findings) {
    let Ok(own) = serde_json::to_vec(record) else { return };
    if own == line {
        return;
    }
    let (Ok(theirs), Ok(ours)) = (serde_json::from_slice::<Value>(line), serde_json::from_slice::<Value>(&own)) else {
        return;
    };
    compare(&theirs, &ours, "", found);
}

fn compare(theirs: &Value, ours: &Value, place: &str, found: &mut Findings) {
    match (theirs, ours) {
        (Value::Object(theirs), Value::Object(ours)) => {
            let inside = |key: &str| if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") };
            for (key, value) in ours {
                match theirs.get(key) {
                    Some(their) => compare(their, value, &inside(key), found),
                    None => found.add(inside(key), "the key is missing"),
                }
            }
        }
        (Value::Array(theirs), Value::Array(ours)) => {
            for (i, (their, our)) in theirs.iter().zip(ours).enumerate() {
                compare(their, our, &format!("{place}[{i}]"), found);
            }
        }
        (Value::Number(their), Value::Number(our)) => {
            found.require(their == our, place, format_args!("{their} is written {our} in pressmark/1"));
        }
        _ => {}
    }
}
