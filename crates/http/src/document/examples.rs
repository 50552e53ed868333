//! Examples of requests and answers, one file for all endpoints: `examples.json`.

use serde_json::{Map, Value};
use utoipa::openapi::{Content, RefOr, path::Operation};

const JSON: &str = "application/json";

/// The examples by `METHOD /path`; where a value stands in several of them, `"@name"` takes it from `values`.
pub(crate) struct Examples(Map<String, Value>);

impl Examples {
    /// Reads the file, which is part of the program.
    pub(crate) fn read() -> Result<Self, serde_json::Error> {
        serde_json::from_str(include_str!("examples.json")).map(Self)
    }

    /// Gives an operation's JSON bodies their examples.
    pub(crate) fn add_to(&self, operation: &mut Operation, method: &str, path: &str) {
        let Some(example) = self.0.get(&format!("{method} {path}")) else { return };
        if let Some(RefOr::T(body)) = &mut operation.request_body {
            self.set(body.content.get_mut(JSON), example.get("request"));
        }
        for (_, response) in
            operation.responses.responses.iter_mut().filter(|(status, _)| status.starts_with('2'))
        {
            if let RefOr::T(response) = response {
                self.set(response.content.get_mut(JSON), example.get("answer"));
            }
        }
    }

    fn set(&self, content: Option<&mut RefOr<Content>>, example: Option<&Value>) {
        if let (Some(RefOr::T(content)), Some(example)) = (content, example) {
            content.example = Some(self.whole(example));
        }
    }

    fn whole(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => {
                match text.strip_prefix('@').and_then(|name| self.0.get("values")?.get(name)) {
                    Some(shared) => shared.clone(),
                    None => value.clone(),
                }
            }
            Value::Array(values) => values.iter().map(|value| self.whole(value)).collect(),
            Value::Object(members) => {
                Value::Object(members.iter().map(|(name, value)| (name.clone(), self.whole(value))).collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }
}
