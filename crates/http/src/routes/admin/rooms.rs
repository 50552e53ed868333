use std::io;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::IntoResponse,
};
use bytes::Bytes;
use elizabeth_api::RoomObject;
use elizabeth_core::{Elizabeth, id::RoomId};
use futures::{StreamExt, stream};

use crate::{
    body::Answer,
    extract::{Admin, Query},
    problem::Problem,
    state::AppState,
};

/// Rooms that are fetched and written at a time.
const PAGE: u64 = 1000;

/// List all rooms by ascending id, expired ones that were not collected among them.
#[utoipa::path(
    get, path = "/api/v1/admin/rooms", tag = "admin",
    params(
        ("limit" = Option<u64>, Query, description = "At most so many; all when left out"),
        ("after" = Option<i64>, Query, minimum = 0, description = "Only those with a greater id"),
    ),
    responses(
        (status = 200, description = "The rooms", body = Vec<RoomObject>),
        (status = 400, description = "`invalid_query`"),
    ),
)]
pub(crate) async fn list_rooms(State(state): State<AppState>, _: Admin, query: Query) -> Answer {
    // Read as signed: what does not fit a store's column is out of range.
    let limit = query.number::<i64>("limit")?.map(i64::unsigned_abs);
    let mut listing = Listing {
        app: state.app().clone(),
        after: query.number("after")?.map(RoomId),
        left: limit.unwrap_or(u64::MAX),
        lead: b'[',
        over: false,
    };
    // What goes wrong with the first page is still a problem; later failures can only break the connection.
    let first = listing.next_page().await?;
    let rest = stream::try_unfold(listing, next_page);
    let json = HeaderValue::from_static("application/json");
    let body = Body::from_stream(stream::iter([Ok(first)]).chain(rest));
    Ok(([(header::CONTENT_TYPE, json)], body).into_response())
}

/// A list on its way out.
struct Listing {
    app: Elizabeth,
    after: Option<RoomId>,
    /// How many more are wanted.
    left: u64,
    /// What stands in front of the next room.
    lead: u8,
    over: bool,
}

impl Listing {
    /// Fetches and writes the next page, behind the last one the array's end.
    async fn next_page(&mut self) -> Result<Bytes, Problem> {
        let limit = self.left.min(PAGE);
        let rooms = self.app.rooms(self.after, limit).await?;
        let now = self.app.now();
        let mut text = Vec::new();
        for room in &rooms {
            text.push(self.lead);
            self.lead = b',';
            serde_json::to_writer(&mut text, &RoomObject::new(room, now)).map_err(|_| Problem::internal())?;
        }
        let count = rooms.len() as u64;
        self.left -= count.min(self.left);
        self.after = rooms.last().map_or(self.after, |room| Some(room.id));
        self.over = count < PAGE || self.left == 0;
        if self.over {
            text.extend_from_slice(if self.lead == b'[' { b"[]" } else { b"]" });
        }
        Ok(text.into())
    }
}

/// A list that cannot be fetched to its end breaks the connection: it never ends as if it were whole.
async fn next_page(mut listing: Listing) -> io::Result<Option<(Bytes, Listing)>> {
    if listing.over {
        return Ok(None);
    }
    match listing.next_page().await {
        Ok(page) => Ok(Some((page, listing))),
        Err(problem) => {
            tracing::warn!(?problem, "a list broke off");
            Err(io::Error::other("a list broke off"))
        }
    }
}
