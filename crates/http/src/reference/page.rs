use std::fmt::Write;

use serde_json::Value;

use super::{
    schema::{kind, members},
    text::{Plain, Prose},
};

const STYLE: &str = include_str!("style.css");
const BASE: &str = "/api/v1";
/// What most readers come for.
const FIRST: &[&str] = &["rooms", "tokens", "contents"];

/// The page of a document as it is served, JSON.
pub(crate) fn page(document: &[u8]) -> String {
    let document: Value = serde_json::from_slice(document).unwrap_or_default();
    let (info, operations) = (&document["info"], operations(&document));
    let title = Plain(info["title"].as_str().unwrap_or_default());
    let mut out = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}: the interface</title><style>{STYLE}</style><h1>{title}</h1>\
         <p>Version {}. <a href=\"openapi.json\">openapi.json</a> says the same for programs. \
         All paths begin with <code>{BASE}</code>.</p><p>{}</p><nav>",
        Plain(info["version"].as_str().unwrap_or_default()),
        Prose(info["description"].as_str().unwrap_or_default()),
    );
    let mut tags: Vec<&str> = FIRST.to_vec();
    for operation in &operations {
        if !tags.contains(&operation.tag) {
            tags.push(operation.tag);
        }
    }
    for tag in tags.iter().copied().chain(["schemas"]) {
        _ = write!(out, "<a href=\"#{tag}\">{tag}</a> ", tag = Plain(tag));
    }
    out.push_str("</nav>");
    for tag in tags {
        _ = write!(out, "<h2 id=\"{tag}\">{tag}</h2>", tag = Plain(tag));
        operations.iter().filter(|operation| operation.tag == tag).for_each(|one| one.write(&mut out));
    }
    out.push_str("<h2 id=\"schemas\">Schemas</h2>");
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        let name = Plain(name);
        let description = Prose(schema["description"].as_str().unwrap_or_default());
        _ = write!(out, "<details id=\"schema-{name}\"><summary>{name}</summary><p>{description}</p>");
        members(&mut out, schema);
        out.push_str("</details>");
    }
    out
}

/// A method of a path.
struct Operation<'a> {
    method: String,
    path: &'a str,
    tag: &'a str,
    says: &'a Value,
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let of_path = paths.flat_map(|(path, item)| {
        let path = path.strip_prefix(BASE).unwrap_or(path);
        item.as_object().into_iter().flatten().map(move |(method, says)| Operation {
            method: method.to_uppercase(),
            path,
            tag: says["tags"][0].as_str().unwrap_or("other"),
            says,
        })
    });
    of_path.collect()
}

impl Operation<'_> {
    fn write(&self, out: &mut String) {
        let Self { method, path, says, .. } = self;
        let text = |name: &str| Prose(says[name].as_str().unwrap_or_default()).to_string();
        let path = Plain(path);
        _ = write!(
            out,
            "<details id=\"{method}{path}\"><summary><b>{method}</b> <code>{path}</code><small>{}</small></summary>\
             <p>{}</p><p>{}</p>",
            text("summary"),
            text("description"),
            credential(&says["security"])
        );
        self.write_parameters(out);
        for (media_type, content) in says["requestBody"]["content"].as_object().into_iter().flatten() {
            let description = Prose(says["requestBody"]["description"].as_str().unwrap_or_default());
            _ = write!(out, "<h3>Body, {}</h3><p>{description}</p>", Plain(media_type));
            body(out, content);
        }
        for (status, response) in says["responses"].as_object().into_iter().flatten() {
            let description = Prose(response["description"].as_str().unwrap_or_default());
            _ = write!(out, "<h3>{}</h3><p>{description}</p>", Plain(status));
            for (media_type, content) in response["content"].as_object().into_iter().flatten() {
                if media_type != "application/problem+json" {
                    body(out, content);
                }
            }
        }
        out.push_str("</details>");
    }

    fn write_parameters(&self, out: &mut String) {
        let Some(parameters) = self.says["parameters"].as_array() else { return };
        out.push_str("<h3>Parameters</h3><table>");
        for parameter in parameters {
            let text = |name: &str| parameter[name].as_str().unwrap_or_default();
            _ = write!(
                out,
                "<tr><td><code>{}</code> in {}<td>{}<td>{}",
                Plain(text("name")),
                Plain(text("in")),
                kind(&parameter["schema"]),
                Prose(text("description"))
            );
        }
        out.push_str("</table>");
    }
}

fn credential(security: &Value) -> String {
    let Some(choices) = security.as_array() else { return "No credential.".to_owned() };
    let named = |choice: &Value| match choice.as_object().and_then(|names| names.keys().next()) {
        Some(name) => format!("<code>{}</code>", Plain(name)),
        None => "none".to_owned(),
    };
    format!("Credential: {}.", choices.iter().map(named).collect::<Vec<_>>().join(" or "))
}

/// What a body is, with an example where there is one.
fn body(out: &mut String, content: &Value) {
    _ = write!(out, "<p>{}</p>", kind(&content["schema"]));
    if let Some(example) = content.get("example") {
        let example = serde_json::to_string_pretty(example).unwrap_or_default();
        _ = write!(out, "<pre>{}</pre>", Plain(&example));
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;
    use sha2::{Digest, Sha256};

    use super::STYLE;
    use crate::protection;

    #[test]
    fn the_policy_allows_the_style_there_is() {
        let hash = BASE64.encode(&Sha256::digest(STYLE));
        assert!(protection::REFERENCE.contains(&format!("'sha256-{hash}'")), "{hash}");
    }
}
