use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
};
use elizabeth_api::{Instant, PermissionInput, TicketAction};
use elizabeth_core::{id::ContentId, service::TicketRequest, ticket::TicketPurpose};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom, Json},
    links::segment,
    problem::{Problem, RequestCode},
    state::AppState,
};

/// What a ticket is to be for, how long it is to be good, and how often.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CreateTicket)]
pub(crate) struct Body {
    action: TicketAction,
    /// To download: the content that it reads, and nothing else.
    content_id: Option<i64>,
    /// To enter: the most that whoever it lets in may do, never more than the maker has; as much as the maker's
    /// session when left out. 2 alone is a drop box: who may only add sees nothing but what the own session added.
    permission: Option<PermissionInput>,
    /// Seconds, 600 when left out; never beyond the room's own end.
    #[schema(minimum = 1)]
    ttl_seconds: Option<u64>,
    /// Left out, once for an entry, without limit for downloads.
    #[schema(minimum = 1)]
    max_uses: Option<u64>,
}

/// A ticket that was just made.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedTicket<'a> {
    /// What its holder shows. It is told this once.
    ticket: &'a str,
    /// Its number, to revoke it by.
    id: i64,
    /// A page that says what it is for, and asks before it spends it.
    url: String,
    /// When it ends.
    expires_at: Instant,
    /// How often it may be used; null for no limit.
    max_uses: Option<u64>,
}

impl TryFrom<Body> for TicketRequest {
    type Error = Problem;

    fn try_from(body: Body) -> Result<Self, Problem> {
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
        Ok(Self::new(purpose).ttl_seconds(body.ttl_seconds).max_uses(body.max_uses))
    }
}

/// Make a ticket: for places where a token cannot go, or to invite somebody. One that lets somebody in needs SHARE.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/tickets", tag = "tickets",
    request_body = Body,
    responses(
        (status = 201, description = "The ticket", body = CreatedTicket),
        (status = 400, description = "`invalid_json`, `invalid_permission`, `invalid_ttl_seconds`, `invalid_max_uses`"),
        (status = 403, description = "`permission_denied`: also to allow more than one has"),
        (status = 404, description = "`content_not_found`"),
        (status = 410, description = "`content_expired`, `downloads_spent`"),
    ),
)]
pub(crate) async fn create_ticket(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    headers: HeaderMap,
    uri: Uri,
    Json(body): Json<Body>,
) -> Answer {
    let created = state.app().create_ticket(&room, credential.caller(), body.try_into()?).await?;
    let secret = created.secret.expose_secret();
    let mut response = reply(&CreatedTicket {
        ticket: secret,
        id: created.ticket.id.0,
        url: format!("{}/s/{}", state.links().base(&headers, &uri), segment(secret)),
        expires_at: Instant(created.ticket.expires_at),
        max_uses: created.ticket.max_uses,
    });
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}
