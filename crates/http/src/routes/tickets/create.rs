use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
};
use elizabeth_api::{CreateTicket, CreatedTicket, Instant, PermissionInput, TicketAction};
use elizabeth_core::{id::ContentId, service::TicketRequest, ticket::TicketPurpose};
use secrecy::ExposeSecret;

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom, Json},
    links::segment,
    problem::{Problem, RequestCode},
    state::AppState,
};

/// Make a ticket: for places where a token cannot go, or to invite somebody. One that lets somebody in needs SHARE.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/tickets", tag = "tickets",
    request_body = CreateTicket,
    responses(
        (status = 201, description = "The ticket", body = CreatedTicket),
        (status = 400, description = "`invalid_json`, `invalid_permission`, `invalid_ttl_seconds`, `invalid_max_uses`"),
        (status = 403, description = "`permission_denied`: also to allow more than one has, or than a guest was granted alone"),
        (status = 404, description = "`content_not_found`"),
        (status = 409, description = "`too_many_tickets`"),
        (status = 410, description = "`content_expired`, `downloads_spent`"),
        (status = 507, description = "`storage_full`"),
    ),
)]
pub(crate) async fn create_ticket(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    headers: HeaderMap,
    uri: Uri,
    Json(body): Json<CreateTicket>,
) -> Answer {
    let created = state.app().create_ticket(&room, credential.caller(), request(body)?).await?;
    let url = format!("{}/s/{}", state.links().base(&headers, &uri), segment(created.secret.expose_secret()));
    let mut response = reply(&CreatedTicket {
        ticket: created.secret.into(),
        id: created.ticket.id.0,
        url: url.into(),
        expires_at: Instant(created.ticket.expires_at),
        max_uses: created.ticket.max_uses,
    });
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

fn request(body: CreateTicket) -> Result<TicketRequest, Problem> {
    let purpose = match (body.action, body.content_id) {
        (TicketAction::Download, Some(id)) => TicketPurpose::Download(ContentId(id)),
        (TicketAction::Download, None) => {
            let text = "body: content_id: a ticket to download names a content";
            return Err(Problem::new(RequestCode::InvalidJson, text));
        }
        (TicketAction::Enter, _) => {
            TicketPurpose::Enter(body.permission.map(PermissionInput::invitation).transpose()?)
        }
    };
    Ok(TicketRequest::new(purpose).ttl_seconds(body.ttl_seconds).max_uses(body.max_uses))
}
