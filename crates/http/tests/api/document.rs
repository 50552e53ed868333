//! `GET /openapi.json`, and `GET /docs` and `GET /scalar`, which show it: that they say what is so.

use std::collections::{BTreeMap, BTreeSet};

use elizabeth_core::{
    name::FILE_NAME_MAX_BYTES,
    policy::{LANGUAGE_MAX_BYTES, PASSWORD_MAX_BYTES, TEXT_MAX, URL_MAX_BYTES},
};
use elizabeth_http::problem::Code;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::support::{TestServer, header};

const BASE: &str = "/api/v1";

/// All operations: path, method, and what is said of it.
fn operations(document: &Value) -> Vec<(&str, String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.map(move |(method, says)| (path.as_str(), method.to_uppercase(), says))
        })
        .collect()
}

/// Words in backticks.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Every code with its status.
fn codes() -> BTreeMap<&'static str, String> {
    Code::all().into_iter().map(|code| (code.as_str(), code.status().as_str().to_owned())).collect()
}

/// A path is served by just the methods that the document says: `Allow` names them all.
#[tokio::test(flavor = "multi_thread")]
async fn every_path_is_served_by_the_methods_documented() {
    let server = TestServer::start().await;
    let document = server.get("/openapi.json", None).await;
    let mut documented: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (path, method, _) in operations(&document) {
        documented.entry(path).or_default().insert(method.clone());
        if method == "GET" {
            // HTTP has it that what can be got can be asked about.
            documented.entry(path).or_default().insert("HEAD".into());
        }
    }
    for (path, methods) in documented {
        let path = path.replace(['{', '}'], "");
        let other = Method::from_bytes(b"PROPFIND").unwrap();
        let answer = server.client.request(other, format!("{}{path}", server.url)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
        let allowed: BTreeSet<String> =
            header(&answer, "allow").split(',').map(|m| m.trim().to_owned()).collect();
        assert_eq!(allowed, methods, "{path}");
    }
}

/// Every code of a problem is said where it may come, with its own status; and nothing else is.
#[tokio::test(flavor = "multi_thread")]
async fn every_code_is_documented_with_its_status() {
    let server = TestServer::start().await;
    let document = server.get("/openapi.json", None).await;
    let codes = codes();
    let listed = document["components"]["schemas"]["Code"]["enum"].as_array().unwrap();
    let listed: BTreeSet<&str> = listed.iter().map(|code| code.as_str().unwrap()).collect();
    assert_eq!(listed, codes.keys().copied().collect());
    let mut said: BTreeSet<&str> = words(document["info"]["description"].as_str().unwrap()).collect();
    for (path, method, says) in operations(&document) {
        for (status, response) in says["responses"].as_object().unwrap() {
            let ready = path.ends_with("/ready") && status == "503";
            let description = response["description"].as_str().unwrap();
            let named: Vec<&str> = words(description).filter(|word| codes.contains_key(*word)).collect();
            let is_problem = status.as_str() >= "400" && !ready;
            assert_eq!(!named.is_empty(), is_problem, "{method} {path} {status}: {description}");
            for code in named {
                assert_eq!(&codes[code], status, "{method} {path}: {code}");
                said.insert(code);
            }
        }
    }
    let unsaid: Vec<&&str> = codes.keys().filter(|code| !said.contains(**code)).collect();
    assert!(unsaid.is_empty(), "{unsaid:?} are nowhere");
}

/// What a value is by a schema: the schema itself behind references.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => {
            resolved(document, &document["components"]["schemas"][reference.rsplit('/').next().unwrap()])
        }
        None => schema,
    }
}

/// A schema, and what it is put together of or may be one of.
fn parts<'a>(document: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    let schema = resolved(document, schema);
    let within =
        ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|choice| schema[choice].as_array()).flatten();
    std::iter::once(schema).chain(within.flat_map(|part| parts(document, part))).collect()
}

/// Whether a value has the members that its schema says.
fn check(document: &Value, schema: &Value, value: &Value, what: &str) {
    let parts = parts(document, schema);
    let property =
        |name: &str| parts.iter().map(|part| &part["properties"][name]).find(|found| !found.is_null());
    match value {
        Value::Object(members) if parts.iter().any(|part| part["properties"].is_object()) => {
            for (name, member) in members {
                let Some(property) = property(name) else { panic!("{what}: no member {name}") };
                check(document, property, member, &format!("{what}.{name}"));
            }
            let required = parts.iter().flat_map(|part| part["required"].as_array().into_iter().flatten());
            for name in required.map(|name| name.as_str().unwrap()) {
                assert!(members.contains_key(name), "{what}: {name} is missing");
            }
        }
        Value::Array(values) => {
            assert!(is_a(&parts, &["array"]), "{what}");
            let items = parts.iter().map(|part| &part["items"]).find(|items| !items.is_null());
            values.iter().for_each(|value| check(document, items.unwrap_or(&Value::Null), value, what));
        }
        Value::Object(_) | Value::Null => {}
        Value::String(_) => assert!(is_a(&parts, &["string"]), "{what}: {value}"),
        Value::Bool(_) => assert!(is_a(&parts, &["boolean"]), "{what}: {value}"),
        Value::Number(_) => assert!(is_a(&parts, &["integer", "number"]), "{what}: {value}"),
    }
}

/// Whether one of a schema's parts is of one of these types.
fn is_a(parts: &[&Value], types: &[&str]) -> bool {
    parts.iter().any(|part| {
        let named = part["type"].as_array().cloned().unwrap_or_else(|| vec![part["type"].clone()]);
        named.iter().any(|name| name.as_str().is_some_and(|name| types.contains(&name)))
    })
}

/// Every JSON body has an example, and it has the members its schema says.
#[tokio::test(flavor = "multi_thread")]
async fn every_json_body_has_an_example() {
    let server = TestServer::start().await;
    let document = server.get("/openapi.json", None).await;
    for (path, method, says) in operations(&document) {
        let what = format!("{method} {}", path.strip_prefix(BASE).unwrap());
        let answers = says["responses"].as_object().unwrap().iter();
        let answers = answers.filter(|(status, _)| status.starts_with('2')).map(|(_, answer)| answer);
        for body in answers.chain([&says["requestBody"]]) {
            let json = &body["content"]["application/json"];
            if json.is_object() {
                let example = json.get("example");
                check(
                    &document,
                    &json["schema"],
                    example.unwrap_or_else(|| panic!("{what} has no example")),
                    &what,
                );
            }
        }
    }
}

/// Every text, number and list of a request's body has a limit, but what only this server makes: a secret, a date, an
/// id. Where core has a number for it, it is that number.
#[tokio::test(flavor = "multi_thread")]
async fn every_value_of_a_request_has_its_limits() {
    const SECRETS: [&str; 6] =
        ["token", "owner_key", "ticket", "refresh_token", "access_token", "upload_token"];
    let server = TestServer::start().await;
    let document = server.get("/openapi.json", None).await;
    let mut seen = BTreeSet::new();
    for (path, method, says) in operations(&document) {
        for (kind, body) in says["requestBody"]["content"].as_object().into_iter().flatten() {
            let whole = matches!(kind.as_str(), "application/json" | "multipart/form-data");
            let schemas = if whole { parts(&document, &body["schema"]) } else { Vec::new() };
            for (name, member) in schemas.iter().flat_map(|part| part["properties"].as_object()).flatten() {
                let items = resolved(&document, &member["items"]);
                let within = items["properties"].as_object().into_iter().flatten();
                for (name, member) in within.chain([(name, member)]) {
                    let limits = ["maxLength", "pattern", "format", "enum", "minimum", "maximum", "maxItems"];
                    let is_limited = parts(&document, member).iter().any(|part| {
                        limits.iter().any(|limit| !part[*limit].is_null()) || is_a(&[part], &["boolean"])
                    });
                    let named = format!("{method} {path}: {name}");
                    assert!(is_limited || SECRETS.contains(&name.as_str()) || name == "files", "{named}");
                    seen.insert((name.clone(), member["maxLength"].as_u64()));
                }
            }
        }
    }
    for (name, most) in [
        ("password", PASSWORD_MAX_BYTES),
        ("name", FILE_NAME_MAX_BYTES),
        ("file_name", FILE_NAME_MAX_BYTES),
        ("text", TEXT_MAX),
        ("url", URL_MAX_BYTES),
        ("language", LANGUAGE_MAX_BYTES),
    ] {
        assert!(seen.contains(&(name.to_owned(), Some(most as u64))), "{name}: {seen:?}");
    }
}

/// `GET /docs`, also `GET /scalar`: all of it on one page that fetches nothing and runs nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_shown_as_a_page() {
    let server = TestServer::start().await;
    let document = server.get("/openapi.json", None).await;
    for path in ["/docs", "/scalar"] {
        let answer = server.request(Method::GET, path, None).send().await.unwrap();
        assert_eq!(header(&answer, "content-type"), "text/html; charset=utf-8");
        let policy = header(&answer, "content-security-policy").to_owned();
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
        let page = answer.text().await.unwrap();
        for (path, method, _) in operations(&document) {
            let id = format!("<details id=\"{method}{}\">", path.strip_prefix(BASE).unwrap());
            assert!(page.contains(&id), "{id}");
        }
        for name in document["components"]["schemas"].as_object().unwrap().keys() {
            assert!(page.contains(&format!("id=\"schema-{name}\"")), "{name}");
        }
        for outside in ["<script", "<link", "src=", "href=\"http", "href=\"//", "url(", "@import"] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}

/// What the page's types are made from is this very document. `UPDATE_OPENAPI=1` writes it anew.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_typed_by_this_document() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../web-ui/ui/openapi.json");
    let server = TestServer::start().await;
    let document = server.get("/openapi.json", None).await;
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        let text = serde_json::to_string_pretty(&document).unwrap();
        std::fs::write(path, text + "\n").unwrap();
    }
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(kept == document, "run this test with UPDATE_OPENAPI=1 to write {path}");
}
