//! Schemas: what a value may be, in words and as a table of members.

use std::fmt::Write;

use serde_json::Value;

use super::text::{Plain, Prose};

/// What a value may be, in a few words, with links to the schemas that have a name.
pub(super) fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        let name = Plain(name);
        return format!("<a href=\"#schema-{name}\">{name}</a>");
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        if let Some(choices) = schema[choice].as_array() {
            return choices.iter().map(kind).collect::<Vec<_>>().join(" or ");
        }
    }
    if schema["type"] == "array" {
        return format!("array of {}", kind(&schema["items"]));
    }
    let of = |one: &Value| match (one.as_str().unwrap_or("any"), schema["format"].as_str()) {
        ("string", Some(format)) => Plain(format).to_string(),
        (other, _) => Plain(other).to_string(),
    };
    match schema["type"].as_array() {
        Some(types) => types.iter().map(of).collect::<Vec<_>>().join(" or "),
        None => of(&schema["type"]),
    }
}

/// A schema's members, or its words.
pub(super) fn members(out: &mut String, schema: &Value) {
    let parts = schema["allOf"].as_array().into_iter().flatten();
    for part in std::iter::once(schema).chain(parts) {
        if part.get("$ref").is_some() {
            _ = write!(out, "<p>All of {}, and</p>", kind(part));
        }
        table(out, part);
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<String> = words
            .iter()
            .filter_map(Value::as_str)
            .map(|word| format!("<code>{}</code>", Plain(word)))
            .collect();
        _ = write!(out, "<p>{}</p>", words.join(" "));
    } else if schema["properties"].is_null() && schema["allOf"].is_null() {
        _ = write!(out, "<p>{}</p>", kind(schema));
    }
}

fn table(out: &mut String, schema: &Value) {
    let Some(properties) = schema["properties"].as_object() else { return };
    out.push_str("<table>");
    for (name, property) in properties {
        let required = schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
        let optional = if required { "" } else { " <i>optional</i>" };
        let description = Prose(property["description"].as_str().unwrap_or_default());
        _ = write!(
            out,
            "<tr><td><code>{}</code>{optional}<td>{}<td>{description}",
            Plain(name),
            kind(property)
        );
    }
    out.push_str("</table>");
}
