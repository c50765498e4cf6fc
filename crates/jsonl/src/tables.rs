use schemars::schema_for;
use serde_json::{Value, json};

use crate::Record;

/// Returns the JSON Schema of a record, generated from the Rust types.
#[must_use]
pub fn json_schema() -> Value {
    schema_for!(Record<'static>).to_value()
}

/// Returns a dataset card for Hugging Face `datasets`: the record's columns as front matter of a `README.md`.
///
/// `datasets` infers types from the first rows, which may hold only empty lists and nulls; `dataset_info.features`
/// beside the data makes inference unnecessary.
#[must_use]
pub fn dataset_card(data_file: &str) -> String {
    let schema = json_schema();
    let mut out = String::from("---\nconfigs:\n- config_name: default\n  data_files: ");
    out.push_str(&Value::from(data_file).to_string());
    out.push_str("\ndataset_info:\n  features:\n");
    features(&schema, &schema, 1, &mut out);
    out.push_str("---\n\nNews documents annotated by pressmark, one JSON object a line (`pressmark/1`).\n");
    out
}

/// Follows `$ref`, and unwraps an optional value to its non-null alternative.
fn resolve<'a>(node: &'a Value, root: &'a Value) -> &'a Value {
    if let Some(name) = node["$ref"].as_str().and_then(|r| r.strip_prefix("#/$defs/")) {
        return resolve(&root["$defs"][name], root);
    }
    match node["anyOf"].as_array().and_then(|all| all.iter().find(|one| one["type"] != "null")) {
        Some(one) => resolve(one, root),
        None => node,
    }
}

fn features(node: &Value, root: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    // `required` lists columns in the order in which they are written.
    let order = node["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    for name in order {
        let field = resolve(&node["properties"][name], root);
        out.push_str(&format!("{indent}- name: {name}\n"));
        value(field, root, depth + 1, out);
    }
}

fn value(field: &Value, root: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    let types = &field["type"];
    let is = |name: &str| types == name || types.as_array().is_some_and(|all| all.contains(&json!(name)));
    if is("array") {
        let item = resolve(&field["items"], root);
        if item["type"] == "object" {
            out.push_str(&format!("{indent}list:\n"));
            features(item, root, depth, out);
        } else {
            out.push_str(&format!("{indent}list: string\n"));
        }
    } else if is("object") {
        out.push_str(&format!("{indent}struct:\n"));
        features(field, root, depth, out);
    } else {
        let dtype = if is("integer") {
            "int64"
        } else if is("number") {
            "float64"
        } else if is("boolean") {
            "bool"
        } else {
            "string"
        };
        out.push_str(&format!("{indent}dtype: {dtype}\n"));
    }
}
