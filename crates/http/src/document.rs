//! What the OpenAPI document says about all endpoints alike, so that no endpoint has to say it.

use utoipa::{
    PartialSchema,
    openapi::{
        Components, ContentBuilder, InfoBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder,
        path::{Operation, PathItem},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::problem::{Code, ProblemBody};

const PROBLEM: &str = "application/problem+json";

/// Adds the problems, the credentials and the title.
pub(crate) fn complete(mut document: OpenApi) -> OpenApi {
    document.info = InfoBuilder::new()
        .title("Elizabeth")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Rooms that hold files, without accounts. Every status of 400 and above is a problem (RFC 9457) whose \
             `code` says which.",
        ))
        .build();
    let components = document.components.get_or_insert_with(Components::new);
    components.schemas.insert("Problem".into(), ProblemBody::schema());
    components.schemas.insert("Code".into(), Code::schema());
    for (name, description) in [
        ("room_token", "A room token; it may be sent as `?token=` instead, the header wins."),
        ("admin_token", "The server's admin token."),
    ] {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(description)).build();
        components.add_security_scheme(name, SecurityScheme::Http(scheme));
    }
    let ticket =
        ApiKeyValue::with_description("ticket", "A ticket for this content; a room token wins over it.");
    components.add_security_scheme("ticket", SecurityScheme::ApiKey(ApiKey::Query(ticket)));
    // The router's way to write a parameter that takes the rest of a path is not the document's.
    let paths = std::mem::take(&mut document.paths.paths);
    document.paths.paths = paths.into_iter().map(|(path, item)| (path.replace("{*", "{"), item)).collect();
    for item in document.paths.paths.values_mut() {
        operations(item).for_each(add_problems);
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, head, patch, .. } = item;
    [get, put, post, delete, head, patch].into_iter().flatten()
}

/// Gives each answer of 400 and above its body, and each operation those answers that any may give.
fn add_problems(operation: &mut Operation) {
    let responses = &mut operation.responses.responses;
    for (status, description) in [
        ("400", "`invalid_path`, `invalid_query`, `invalid_json`, `invalid_room_name`"),
        ("500", "`internal`"),
        ("503", "`unavailable`"),
    ] {
        responses
            .entry(status.to_owned())
            .or_insert_with(|| RefOr::T(ResponseBuilder::new().description(description).build()));
    }
    let has_json_body = operation
        .request_body
        .as_ref()
        .is_some_and(|body| matches!(body, RefOr::T(body) if body.content.contains_key("application/json")));
    if has_json_body {
        for (status, code) in
            [("408", "`request_timeout`"), ("413", "`body_too_large`"), ("415", "`unsupported_media_type`")]
        {
            match responses.entry(status.to_owned()) {
                std::collections::btree_map::Entry::Vacant(vacant) => {
                    vacant.insert(RefOr::T(ResponseBuilder::new().description(code).build()));
                }
                std::collections::btree_map::Entry::Occupied(mut occupied) => {
                    if let RefOr::T(response) = occupied.get_mut() {
                        response.description.push_str(", ");
                        response.description.push_str(code);
                    }
                }
            }
        }
    }
    for (_, response) in responses.iter_mut().filter(|(status, _)| status.as_str() >= "400") {
        if let RefOr::T(response) = response
            && response.content.is_empty()
        {
            *response = problem(response);
        }
    }
}

fn problem(response: &Response) -> Response {
    let schema = RefOr::<utoipa::openapi::schema::Schema>::Ref(Ref::from_schema_name("Problem"));
    ResponseBuilder::from(response.clone())
        .content(PROBLEM, ContentBuilder::new().schema(Some(schema)).build())
        .build()
}
