use std::io;

use axum::{body::Body, extract::State};
use bytes::Bytes;
use elizabeth_api::{ContentList, ContentObject};
use elizabeth_core::{
    Caller, Elizabeth, Result, content::Content, id::ContentId, name::RoomRef, ports::ContentPage,
    service::ListVersion,
};
use futures::stream;

use crate::{
    body::{Answer, of_json, reply},
    extract::{Credential, InRoom, Paging},
    headers::{tagged, weak_tag},
    live::last_event_id,
    state::AppState,
};

/// Contents that are fetched and written at a time: a room may hold any number of empty ones.
const PAGE: u64 = 1000;
/// What the texts and links among them have together at most, in bytes. They are there twice while they are read, and
/// up to six times as long in JSON (a control character is `\u0001`), of which one page is being sent and the next one
/// written: with the rest of a page less than 16 MiB at the worst, however much a room says.
const PAGE_TEXTS: u64 = 512 << 10;

/// List a room's contents, by ascending id.
#[utoipa::path(
    get, path = "/api/v1/rooms/{room}/contents", tag = "contents",
    params(
        ("limit" = Option<u64>, Query, description = "At most so many: 1000 when left out, 10000 at most"),
        ("after" = Option<i64>, Query, minimum = 0, description = "Only those with a greater id"),
    ),
    responses(
        (status = 200, description = "The contents. `Link` with `rel=\"next\"` says where the list goes on", body = Vec<ContentObject>,
            headers(("Last-Event-ID" = String, description = "Of the event that the list shows last, to follow the room's events from there on"))),
        (status = 400, description = "`invalid_query`"),
        (status = 403, description = "`permission_denied`"),
    ),
)]
pub(crate) async fn list_contents(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    paging: Paging,
) -> Answer {
    let after = paging.after_number()?.map(ContentId);
    let caller = credential.into_caller();
    let version = state.app().contents_version(&room, &caller).await?;
    let tag = tag_of(&version);
    if let Some(unchanged) = paging.unless_known(&tag) {
        return Ok(unchanged);
    }
    let last = state.app().contents_go_on(&room, &caller, after, paging.limit).await?;
    let mut listing = Listing::new(state.app().clone(), room, caller);
    listing.after = after;
    listing.until = last;
    listing.left = paging.limit;
    let mut answer = tagged(send_list(listing).await?, weak_tag(&tag));
    answer.headers_mut().extend(last_event_id(version.room, version.event));
    Ok(paging.with_next(answer, last.map(|id| id.to_string())))
}

fn tag_of(version: &ListVersion) -> String {
    let ListVersion { room, event, downloads, visible } = version;
    let own = visible.map(|sid| format!(".{sid}")).unwrap_or_default();
    format!("{room}.{event}.{downloads}{own}")
}

/// Answers with a list as an array.
pub(crate) async fn send_list(mut listing: Listing) -> Answer {
    listing.next_page().await?;
    if !listing.goes_on {
        return Ok(reply(&ContentList(&listing.page)));
    }
    let body = Body::from_stream(stream::try_unfold(Some(listing), write_page));
    Ok(of_json(body))
}

/// A list on its way out, page by page.
pub(crate) struct Listing {
    app: Elizabeth,
    room: RoomRef,
    caller: Caller,
    after: Option<ContentId>,
    /// Up to which one it goes, where it is a part of a longer list.
    until: Option<ContentId>,
    /// How many more are wanted behind this page.
    left: u64,
    /// Whether there may be something behind this page.
    goes_on: bool,
    /// What stands in front of this page.
    lead: u8,
    page: Vec<Content>,
}

impl Listing {
    /// A whole list; no page of it is fetched yet.
    pub(crate) fn new(app: Elizabeth, room: RoomRef, caller: Caller) -> Self {
        Self {
            app,
            room,
            caller,
            after: None,
            until: None,
            left: u64::MAX,
            goes_on: true,
            lead: b'[',
            page: Vec::new(),
        }
    }

    /// This page's contents.
    pub(crate) fn page(&self) -> &[Content] {
        &self.page
    }

    /// Fetches the next page; one with nothing in it is the end. The token is judged anew.
    pub(crate) async fn next_page(&mut self) -> Result<()> {
        self.page = Vec::new();
        while self.page.is_empty() && self.goes_on {
            let limit = Some(self.left.min(PAGE));
            let page = ContentPage { after: self.after, limit, ..ContentPage::default() };
            let part = self.app.contents_within(&self.room, &self.caller, page, PAGE_TEXTS).await?;
            self.left -= (part.contents.len() as u64).min(self.left);
            self.goes_on = part.next.is_some() && self.left > 0;
            self.after = part.next;
            self.page = part.contents;
            if let Some(until) = self.until {
                // Others may have been deleted meanwhile: what would come in their place is on the next part.
                self.goes_on &= self.after.is_some_and(|after| after < until);
                self.page.retain(|content| content.id <= until);
            }
        }
        Ok(())
    }

    /// The same while the answer is on its way: what goes wrong breaks the connection.
    pub(crate) async fn turn_on(&mut self) -> io::Result<()> {
        self.next_page().await.map_err(|error| {
            tracing::warn!(%error, "a list broke off");
            io::Error::other("a list broke off")
        })
    }

    /// Whether there is nothing behind this page.
    pub(crate) fn is_last(&self) -> bool {
        !self.goes_on
    }
}

/// Writes a page without the array's end, and fetches the next one. A list that cannot be fetched to its end breaks
/// the connection: it never ends as if it were whole.
async fn write_page(listing: Option<Listing>) -> io::Result<Option<(Bytes, Option<Listing>)>> {
    let Some(mut listing) = listing else { return Ok(None) };
    let mut text = serde_json::to_vec(&ContentList(&listing.page))?;
    if let Some(first) = text.first_mut() {
        *first = listing.lead;
    }
    if !listing.goes_on {
        return Ok(Some((text.into(), None)));
    }
    text.pop();
    listing.turn_on().await?;
    if listing.page.is_empty() {
        text.push(b']');
        return Ok(Some((text.into(), None)));
    }
    listing.lead = b',';
    Ok(Some((text.into(), Some(listing))))
}
