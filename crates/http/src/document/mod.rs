//! What the OpenAPI document says about all endpoints alike, so that no endpoint has to say it.

mod examples;

use utoipa::{
    PartialSchema,
    openapi::{
        Components, ContentBuilder, InfoBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder,
        path::{Operation, ParameterIn, PathItem},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use self::examples::Examples;
use crate::problem::{Code, ProblemBody};

const PROBLEM: &str = "application/problem+json";

/// Adds the problems, the credentials and the title.
pub(crate) fn complete(mut document: OpenApi) -> OpenApi {
    document.info = InfoBuilder::new()
        .title("Elizabeth")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Rooms that hold files, without accounts. Every status of 400 and above is a problem (RFC 9457) whose \
             `code` says which. At any address: 400 `invalid_path`, 404 `not_found`, 405 `method_not_allowed`. Where a room is used as a folder, which is not described here, also 401 `password_required`. In uploads by the tus protocol, which are not described here either, also 400 `invalid_parts`, 403 `upload_final`, 409 `offset_conflict`, 412 `tus_version`, 413 `too_many_pieces` and 460 `checksum_mismatch`.",
        ))
        .build();
    let components = document.components.get_or_insert_with(Components::new);
    components.schemas.insert("Problem".into(), ProblemBody::schema());
    components.schemas.insert("Code".into(), Code::schema());
    for (name, description) in [
        ("room_token", "A room token; it may be sent as `?token=` instead, the header wins."),
        ("upload_token", "The token of an upload in pieces, as `prepare` answered it: `upl_…`."),
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
    let examples =
        Examples::read().inspect_err(|error| tracing::error!(%error, "the examples cannot be read"));
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            add_problems(operation);
            if let Ok(examples) = &examples {
                examples.add_to(operation, method, path.strip_prefix("/api/v1").unwrap_or(path));
            }
        }
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let PathItem { get, put, post, delete, head, patch, .. } = item;
    let named =
        [("GET", get), ("PUT", put), ("POST", post), ("DELETE", delete), ("HEAD", head), ("PATCH", patch)];
    named.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Gives each answer of 400 and above its body, and each operation those answers that all of its kind may give.
fn add_problems(operation: &mut Operation) {
    let schemes: Vec<String> = operation
        .security
        .iter()
        .flatten()
        .filter_map(|one| serde_json::to_value(one).ok()?.as_object()?.keys().next().cloned())
        .collect();
    let has = |scheme: &str| schemes.iter().any(|name| name == scheme);
    let parameters = operation.parameters.iter().flatten();
    let parameters: Vec<(&ParameterIn, &str)> = parameters
        .filter_map(|one| match one {
            RefOr::T(parameter) => Some((&parameter.parameter_in, parameter.name.as_str())),
            RefOr::Ref(_) => None,
        })
        .collect();
    let in_path = |room: bool| {
        parameters.iter().any(|(place, name)| **place == ParameterIn::Path && (*name == "room") == room)
    };
    let in_query = parameters.iter().any(|(place, _)| **place == ParameterIn::Query);
    let has_json_body = operation
        .request_body
        .as_ref()
        .is_some_and(|body| matches!(body, RefOr::T(body) if body.content.contains_key("application/json")));
    // Whatever is done in a room or for an admin asks the store.
    let stored = in_path(true) || has_json_body || has("admin_token");
    let common = [
        ("400", "invalid_room_name", in_path(true)),
        ("400", "invalid_path", in_path(false)),
        // A token may stand in the query.
        ("400", "invalid_query", in_query || has("room_token")),
        ("400", "invalid_json", has_json_body),
        ("408", "request_timeout", has_json_body),
        ("413", "body_too_large", has_json_body),
        ("415", "unsupported_media_type", has_json_body),
        ("500", "internal", true),
        ("503", "unavailable", stored),
    ];
    let responses = &mut operation.responses.responses;
    for (status, code, _) in common.into_iter().filter(|(_, _, applies)| *applies) {
        let code = format!("`{code}`");
        let response = responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(Response::new("")));
        match response {
            RefOr::T(Response { description, .. }) if description.contains(&code) => {}
            RefOr::T(Response { description, .. }) if description.is_empty() => *description = code,
            RefOr::T(Response { description, .. }) => description.insert_str(0, &format!("{code}, ")),
            RefOr::Ref(_) => {}
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
