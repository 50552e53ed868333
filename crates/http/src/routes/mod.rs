//! The endpoints: one a file, with its types and its part of the OpenAPI document.

mod admin;
mod auth;
mod contents;
mod edits;
mod fallback;
mod files;
pub(crate) mod folder;
mod pages;
mod presence;
mod reservations;
mod rooms;
mod system;
mod texts;
mod tickets;
mod tokens;
pub(crate) mod tus;
mod uploads;
mod urls;

use axum::routing::get;
use tower_http::compression::{CompressionLayer, predicate::SizeAbove};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{document::described, state::AppState};

pub(crate) use fallback::{method_not_allowed, not_found};
pub(crate) use pages::app::routes as page_routes;
pub(crate) use system::metrics;

/// From how many bytes on it pays to compress.
const COMPRESSED: u16 = 1 << 10;

/// A router of endpoints, each described by its handler's arguments.
macro_rules! endpoints {
    ($($folder:ident::$file:ident::$handler:ident,)+) => {
        OpenApiRouter::new()
            $(.routes(described(routes!($folder::$file::$handler), $folder::$file::$handler)))+
    };
}

/// All endpoints, those of the interface with their documentation.
pub(crate) fn all() -> OpenApiRouter<AppState> {
    endpoints![
        rooms::create::create_room,
        rooms::read::read_room,
        rooms::delete::delete_room,
        rooms::permissions::set_permissions,
        rooms::settings::change_settings,
        rooms::events::follow_events,
        presence::list::list_present,
        presence::sign::be_present,
        presence::signal::send_signal,
        tokens::issue::issue_token,
        tokens::validate::validate_token,
        tokens::revoke::revoke_token,
        tokens::delete::delete_token,
        tickets::create::create_ticket,
        tickets::delete::delete_ticket,
        auth::refresh::refresh,
        auth::logout::logout,
        auth::revoke::revoke_refresh_token,
        auth::cleanup::clean_tokens,
        contents::upload::upload_contents,
        contents::delete::delete_contents,
        contents::prepare::prepare_upload,
        files::put::put_file,
        contents::bytes::view_content,
        contents::bytes::download_content,
        contents::meta::content_meta,
        contents::thumbnail::put_thumbnail,
        contents::thumbnail::view_thumbnail,
        contents::change::change_content,
        edits::make::make_edits,
        edits::since::edits_since,
        texts::create::add_text,
        urls::create::add_url,
        contents::archive::archive_contents,
        reservations::release::release_reservation,
        uploads::prepare::prepare_chunked_upload,
        uploads::send::send_chunk,
        uploads::put::put_chunk,
        uploads::status::upload_status,
        uploads::complete::complete_upload,
        uploads::abandon::abandon_upload,
        admin::gc::collect_garbage,
        system::health::health,
        system::ready::ready,
        system::status::status,
        system::config::config,
        system::docs::docs,
        system::docs::scalar,
    ]
    .merge(lists())
    .route("/s/{ticket}", get(pages::ticket::ticket_page))
}

/// What may be long and says much the same in each line: it is compressed where the client takes that.
fn lists() -> OpenApiRouter<AppState> {
    endpoints![
        tokens::list::list_tokens,
        tickets::list::list_tickets,
        contents::list::list_contents,
        uploads::list::list_uploads,
        admin::rooms::list_rooms,
        system::openapi::openapi_document,
    ]
    .layer(CompressionLayer::new().compress_when(SizeAbove::new(COMPRESSED)))
}
