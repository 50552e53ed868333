//! The endpoints: one a file, with its types and its part of the OpenAPI document.

mod admin;
mod auth;
mod contents;
mod fallback;
mod files;
pub(crate) mod folder;
mod pages;
mod reservations;
mod rooms;
mod system;
mod texts;
mod tickets;
mod tokens;
mod uploads;
mod urls;

use axum::routing::get;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

pub(crate) use fallback::{method_not_allowed, not_found};

/// All endpoints, those of the interface with their documentation.
pub(crate) fn all() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(rooms::create::create_room))
        .routes(routes!(rooms::read::read_room))
        .routes(routes!(rooms::delete::delete_room))
        .routes(routes!(rooms::permissions::set_permissions))
        .routes(routes!(rooms::settings::change_settings))
        .routes(routes!(tokens::issue::issue_token))
        .routes(routes!(tokens::list::list_tokens))
        .routes(routes!(tokens::validate::validate_token))
        .routes(routes!(tokens::revoke::revoke_token))
        .routes(routes!(tokens::delete::delete_token))
        .routes(routes!(tickets::create::create_ticket))
        .routes(routes!(tickets::list::list_tickets))
        .routes(routes!(tickets::delete::delete_ticket))
        .routes(routes!(auth::refresh::refresh))
        .routes(routes!(auth::logout::logout))
        .routes(routes!(auth::revoke::revoke_refresh_token))
        .routes(routes!(auth::cleanup::clean_tokens))
        .routes(routes!(contents::list::list_contents))
        .routes(routes!(contents::upload::upload_contents))
        .routes(routes!(contents::delete::delete_contents))
        .routes(routes!(contents::prepare::prepare_upload))
        .routes(routes!(files::put::put_file))
        .routes(routes!(contents::view::view_content))
        .routes(routes!(contents::download::download_content))
        .routes(routes!(contents::meta::content_meta))
        .routes(routes!(contents::change::change_content))
        .routes(routes!(texts::create::add_text))
        .routes(routes!(urls::create::add_url))
        .routes(routes!(contents::archive::archive_contents))
        .routes(routes!(reservations::release::release_reservation))
        .routes(routes!(uploads::prepare::prepare_chunked_upload))
        .routes(routes!(uploads::put::put_chunk))
        .routes(routes!(uploads::status::upload_status))
        .routes(routes!(uploads::complete::complete_upload))
        .routes(routes!(admin::rooms::list_rooms))
        .routes(routes!(admin::gc::collect_garbage))
        .routes(routes!(system::health::health))
        .routes(routes!(system::ready::ready))
        .routes(routes!(system::status::status))
        .routes(routes!(system::config::config))
        .routes(routes!(system::openapi::openapi_document))
        .routes(routes!(system::docs::docs))
        .routes(routes!(system::docs::scalar))
        .route("/s/{ticket}", get(pages::ticket::ticket_page))
}
