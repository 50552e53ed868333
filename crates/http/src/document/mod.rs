//! The OpenAPI document: what it says of all endpoints alike, so that no endpoint has to say it.

mod described;
mod examples;
mod limits;
mod operation;
mod schema;

use std::collections::HashSet;

use elizabeth_core::ErrorCode;
use utoipa::{
    PartialSchema,
    openapi::{
        Components, ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, Ref, RefOr, Response,
        ResponseBuilder, Schema, Server,
        path::{Operation, PathItem},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
        tag::TagBuilder,
    },
};

use self::examples::Examples;
use crate::problem::{Code, ProblemBody};

pub(crate) use described::{Described, described};
pub(crate) use operation::{
    add_not_modified, add_path_parameter, add_query_parameter, add_refusal_because, add_refusal_last,
    add_refusals, secure,
};
pub(crate) use schema::{Binary, Files, id, text, uuid};

const PROBLEM: &str = "application/problem+json";

/// What operations are sorted by.
const TAGS: [(&str, &str); 7] = [
    ("rooms", "Rooms: making them, looking at them, what may be done in them"),
    ("tokens", "Entering a room, and the tokens that one has then"),
    ("tickets", "One-time and narrow credentials"),
    ("contents", "Files, texts and links"),
    ("uploads", "Files that come in chunks"),
    ("admin", "What only the operator may do"),
    ("system", "The server itself"),
];

/// Adds the problems, the credentials and the title.
pub(crate) fn complete(mut document: OpenApi) -> OpenApi {
    document.info = InfoBuilder::new()
        .title("Elizabeth")
        .version(env!("CARGO_PKG_VERSION"))
        .license(Some(
            LicenseBuilder::new()
                .name(env!("CARGO_PKG_LICENSE"))
                .identifier(Some(env!("CARGO_PKG_LICENSE")))
                .build(),
        ))
        .description(Some(
            "Rooms that hold files, without accounts. Every status of 400 and above is a problem (RFC 9457) whose \
             `code` says which. At any address: 400 `invalid_path` and `invalid_host`, 421 `host_not_allowed`, 404 `not_found`, 405 `method_not_allowed`, 429 `too_many_requests` and, after too many wrong guesses, `too_many_attempts`, each with `Retry-After`. Where a room is used as a folder, which is not described here, also 401 `password_required`. In uploads by the tus protocol, which are not described here either, also 400 `invalid_parts`, 403 `upload_final`, 409 `offset_conflict`, 412 `tus_version`, 413 `too_many_pieces` and 460 `checksum_mismatch`.",
        ))
        .build();
    document.servers = Some(vec![Server::new("/")]);
    let tags = TAGS.map(|(name, about)| TagBuilder::new().name(name).description(Some(about)).build());
    document.tags = Some(tags.into());
    add_components(document.components.get_or_insert_with(Components::new));
    limits::limit_requests(&mut document);
    // The router's way to write a parameter that takes the rest of a path is not the document's.
    let paths = std::mem::take(&mut document.paths.paths);
    document.paths.paths = paths.into_iter().map(|(path, item)| (path.replace("{*", "{"), item)).collect();
    let examples =
        Examples::read().inspect_err(|error| tracing::error!(%error, "the examples cannot be read"));
    for (path, item) in &mut document.paths.paths {
        let mut ids = HashSet::new();
        for (method, operation) in operations(item) {
            // One handler may serve several methods.
            if let Some(id) = &mut operation.operation_id
                && !ids.insert(id.clone())
            {
                *id = format!("{id}_{}", method.to_ascii_lowercase());
            }
            add_problems(operation);
            if let Ok(examples) = &examples {
                examples.add_to(operation, method, path.strip_prefix("/api/v1").unwrap_or(path));
            }
        }
    }
    document
}

/// The problem, and the credentials.
fn add_components(components: &mut Components) {
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
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let PathItem { get, put, post, delete, head, patch, .. } = item;
    let named =
        [("GET", get), ("PUT", put), ("POST", post), ("DELETE", delete), ("HEAD", head), ("PATCH", patch)];
    named.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Gives each answer of 400 and above its body. Anything may meet a defect.
fn add_problems(operation: &mut Operation) {
    add_refusals(operation, &[ErrorCode::Internal.into()]);
    let responses = &mut operation.responses.responses;
    for (_, response) in responses.iter_mut().filter(|(status, _)| status.as_str() >= "400") {
        if let RefOr::T(response) = response
            && response.content.is_empty()
        {
            *response = problem(response);
        }
    }
}

fn problem(response: &Response) -> Response {
    let schema = RefOr::<Schema>::Ref(Ref::from_schema_name("Problem"));
    ResponseBuilder::from(response.clone())
        .content(PROBLEM, ContentBuilder::new().schema(Some(schema)).build())
        .build()
}
