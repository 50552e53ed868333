//! Events with what they are about, as it stands.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Elizabeth, Result,
    content::Content,
    edits::{EditsSince, TextEdit},
    event::{Happening, RoomEvent},
    id::{ContentId, RoomId, UploadId},
    ports::ReadTx,
    room::Room,
    time::Timestamp,
    upload::ChunkedUpload,
};

/// The most bytes that the texts and links of events which are read at once have together, and their edits, if it is not one
/// alone.
const TEXTS_AT_ONCE: u64 = 512 << 10;

/// Something that happened, with what it was about as that stood when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HydratedEvent {
    /// What happened.
    pub event: RoomEvent,
    /// What it was about.
    pub about: About,
}

/// What an event was about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// What is gone, or what the event says by itself.
    Nothing,
    /// A content as a list has it; `None` when it was gone by then.
    Content(Option<Content>),
    /// Edits of a text; `None` when they were not all kept by then.
    Edits(Option<Vec<TextEdit>>),
    /// An upload in pieces; `None` when it was under way no more by then.
    Upload(Option<ChunkedUpload>),
    /// The room.
    Room(Option<Room>),
}

impl Elizabeth {
    /// What happened in a room behind a number, for everybody: whoever passes it on asks
    /// [`RoomEvent::is_seen_by`] of each. At most so many, by ascending number, and fewer where their texts are much. The
    /// first may have a higher number than the next one: then what is between them is kept no more.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn room_events(&self, room: RoomId, after: u64, limit: u64) -> Result<Vec<HydratedEvent>> {
        let mut tx = self.ports.store.read().await?;
        self.hydrated(tx.as_mut(), room, after, limit, self.now()).await
    }

    pub(super) async fn hydrated(
        &self,
        tx: &mut dyn ReadTx,
        room: RoomId,
        after: u64,
        limit: u64,
        now: Timestamp,
    ) -> Result<Vec<HydratedEvent>> {
        let mut events = tx.events(room, after, limit).await?;
        let contents = contents_within(tx, room, &mut events).await?;
        let mut uploads: BTreeMap<UploadId, Option<ChunkedUpload>> = BTreeMap::new();
        let mut as_it_is = None;
        let mut edits_size: u64 = 0;
        let mut hydrated = Vec::with_capacity(events.len());
        for event in events {
            let about = match &event.what {
                Happening::ContentCreated { id } | Happening::ContentUpdated { id } => {
                    About::Content(contents.get(id).cloned())
                }
                Happening::UploadStarted { id } | Happening::UploadProgress { id, .. } => {
                    if !uploads.contains_key(id) {
                        let listed = tx.upload(room, *id).await?.filter(|upload| upload.is_under_way(now));
                        uploads.insert(*id, listed);
                    }
                    About::Upload(uploads.get(id).cloned().flatten())
                }
                Happening::RoomUpdated => {
                    if as_it_is.is_none() {
                        as_it_is = Some(tx.room(room, now).await?);
                    }
                    About::Room(as_it_is.clone().flatten())
                }
                Happening::ContentEdited { id, from, to } => {
                    let kept = tx.edits(*id, *from, *to).await?;
                    let edits = EditsSince::whole(*from, *to, kept).map(|since| since.edits);
                    let costs = edits.iter().flatten().map(TextEdit::cost);
                    edits_size = costs.fold(edits_size, u64::saturating_add);
                    if edits_size > TEXTS_AT_ONCE && !hydrated.is_empty() {
                        break;
                    }
                    About::Edits(edits)
                }
                Happening::ContentDeleted { .. } | Happening::UploadEnded { .. } => About::Nothing,
            };
            hydrated.push(HydratedEvent { event, about });
        }
        Ok(hydrated)
    }
}

/// The contents that events are about, with their texts; the events are cut where these are too much to be read at once.
async fn contents_within(
    tx: &mut dyn ReadTx,
    room: RoomId,
    events: &mut Vec<RoomEvent>,
) -> Result<BTreeMap<ContentId, Content>> {
    let ids: BTreeSet<ContentId> = events.iter().filter_map(content_of).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids = Vec::from_iter(ids);
    let bare = tx.contents_by_id(room, &ids).await?;
    let bare: BTreeMap<ContentId, Content> = bare.into_iter().map(|content| (content.id, content)).collect();
    let mut texts: u64 = 0;
    let mut with_texts = BTreeSet::new();
    let beyond = events.iter().position(|event| {
        let content = content_of(event).and_then(|id| bare.get(&id));
        let Some(content) = content.filter(|content| content.is_listed_with_text()) else { return false };
        texts = texts.saturating_add(content.size);
        let fits = texts <= TEXTS_AT_ONCE || with_texts.is_empty();
        if fits {
            with_texts.insert(content.id);
        }
        !fits
    });
    events.truncate(beyond.unwrap_or(events.len()).max(1));
    let mut contents = bare;
    if !with_texts.is_empty() {
        let texts = Vec::from_iter(with_texts);
        for id in &texts {
            contents.remove(id);
        }
        // What was deleted since is gone.
        let read = tx.listed_by_id(room, &texts).await?;
        contents.extend(read.into_iter().map(|content| (content.id, content)));
    }
    Ok(contents)
}

/// The content that an event comes with.
fn content_of(event: &RoomEvent) -> Option<ContentId> {
    match event.what {
        Happening::ContentCreated { id } | Happening::ContentUpdated { id } => Some(id),
        Happening::ContentDeleted { .. }
        | Happening::ContentEdited { .. }
        | Happening::UploadStarted { .. }
        | Happening::UploadProgress { .. }
        | Happening::UploadEnded { .. }
        | Happening::RoomUpdated => None,
    }
}
