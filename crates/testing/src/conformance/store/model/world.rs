//! A store with what was given to it, so that operations can name it again; and what can be seen of it.

use std::{fmt::Debug, sync::Arc};

use elizabeth_core::{
    change::ContentChange,
    content::{BlobLocation, Body, Content, NewContent, Reservation, Segment, Sha256Hash},
    event::Happening,
    id::{BlobKey, ContentId, LeaseHolder, ReservationId, RoomId, TicketId, UploadId},
    name::FileName,
    permission::Permission,
    ports::{ContentPage, LapsedUpload, ReadTx, Store, StoreResult, UploadRange, WriteTx},
    quota::Hold,
    room::{NewRoom, Room, RoomChange, RoomStatus},
    ticket::{NewTicket, Ticket},
    token::{RefreshRecord, TokenRecord},
    upload::{ChunkedUpload, HashProgress, NewUpload},
};
use uuid::Uuid;

use super::ops::{Change, Op, Transaction};
use crate::conformance::store::given::{
    address, at, blob, chunk, hash, hold, inline, jti, key, manifest, new_content, new_room, new_upload,
    refresh, sid, thumbnail, ticket, token,
};

const ADDRESSES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// Two stores number as they like, so in answers a number stands for the place in these lists.
pub(super) struct World {
    store: Arc<dyn Store>,
    given: Given,
}

#[derive(Clone, Default)]
struct Given {
    rooms: Vec<RoomId>,
    contents: Vec<(RoomId, ContentId)>,
    reservations: Vec<(RoomId, ReservationId)>,
    uploads: Vec<(RoomId, UploadId, ReservationId)>,
    upload_hashes: u128,
    announced: Vec<BlobKey>,
    tickets: Vec<(RoomId, TicketId)>,
    ticket_hashes: u128,
    tokens: u128,
    refresh: u128,
    blobs: u128,
}

fn pick<T: Copy>(of: &[T], by: u8) -> Option<T> {
    of.get(usize::from(by) % of.len().max(1)).copied()
}

fn address_of(by: u8) -> &'static str {
    ADDRESSES[usize::from(by) % ADDRESSES.len()]
}

fn pick_number(count: u128, by: u8) -> u128 {
    u128::from(by) % (count + 1)
}

fn reported(what: &str, answer: impl Debug) -> String {
    format!("{what}: {answer:?}")
}

impl Given {
    fn room_no(&self, id: RoomId) -> RoomId {
        RoomId(self.rooms.iter().position(|known| *known == id).map_or(-1, |n| n as i64))
    }

    fn content_no(&self, id: ContentId) -> ContentId {
        ContentId(self.contents.iter().position(|known| known.1 == id).map_or(-1, |n| n as i64))
    }

    fn reservation_no(&self, id: ReservationId) -> ReservationId {
        ReservationId(self.reservations.iter().position(|known| known.1 == id).map_or(-1, |n| n as i64))
    }

    fn room(&self, room: Room) -> Room {
        Room { id: self.room_no(room.id), ..room }
    }

    fn content(&self, content: Content) -> Content {
        Content { id: self.content_no(content.id), room_id: self.room_no(content.room_id), ..content }
    }

    fn token(&self, token: TokenRecord) -> TokenRecord {
        TokenRecord { room_id: self.room_no(token.room_id), ..token }
    }

    fn refresh(&self, token: RefreshRecord) -> RefreshRecord {
        RefreshRecord { room_id: self.room_no(token.room_id), ..token }
    }

    fn ticket_no(&self, id: TicketId) -> TicketId {
        TicketId(self.tickets.iter().position(|known| known.1 == id).map_or(-1, |n| n as i64))
    }

    fn ticket(&self, ticket: Ticket) -> Ticket {
        Ticket {
            id: self.ticket_no(ticket.id),
            room_id: self.room_no(ticket.room_id),
            content_id: ticket.content_id.map(|id| self.content_no(id)),
            ..ticket
        }
    }

    fn lapsed(&self, upload: LapsedUpload) -> LapsedUpload {
        let reservation = self.reservation_no(upload.reservation);
        LapsedUpload { room: self.room_no(upload.room), reservation, ..upload }
    }

    fn reservation(&self, held: Reservation) -> Reservation {
        Reservation { id: self.reservation_no(held.id), room_id: self.room_no(held.room_id), ..held }
    }

    fn upload(&self, mut upload: ChunkedUpload) -> ChunkedUpload {
        for progress in &mut upload.progress {
            progress.content = progress.content.map(|id| self.content_no(id));
        }
        let reservation = self.reservation_no(upload.reservation);
        ChunkedUpload { reservation, room_id: self.room_no(upload.room_id), ..upload }
    }

    fn fresh_blobs(&mut self, count: u8) -> Vec<BlobKey> {
        (0..count).map(|_| self.fresh_blob()).map(key).collect()
    }

    fn fresh_segments(&mut self, segments: &[(bool, u8)]) -> Vec<Segment> {
        let fresh = |(in_blob, size): &(bool, u8)| match in_blob {
            true => blob(self.fresh_blob(), u64::from(*size)),
            false => inline(vec![*size; usize::from(*size)]),
        };
        segments.iter().map(fresh).collect()
    }

    fn fresh_blob(&mut self) -> u128 {
        self.blobs += 1;
        // Spread, so that the order of keys is not that of their making.
        self.blobs.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
    }
}

impl World {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, given: Given::default() }
    }

    /// Runs a transaction; returns each answer, and then all that can be seen.
    pub(super) async fn run(&mut self, transaction: &Transaction) -> Vec<String> {
        let before = self.given.clone();
        let mut tx = self.store.begin().await.unwrap();
        let mut answers = Vec::new();
        for op in &transaction.ops {
            let answer = self.apply(&mut *tx, op).await;
            answers.push(reported(&format!("{op:?}"), answer));
            if let Err(error) = tx.counts().await {
                // No operation makes the model's transaction useless, so the answers part here.
                answers.push(reported("the transaction is of no more use", error));
                return answers;
            }
        }
        self.see(&mut *tx, &mut answers).await;
        if transaction.commit {
            tx.commit().await.unwrap();
        } else {
            drop(tx);
            // Numbers that were not committed may be given again.
            self.given = Given {
                tokens: self.given.tokens,
                refresh: self.given.refresh,
                ticket_hashes: self.given.ticket_hashes,
                upload_hashes: self.given.upload_hashes,
                blobs: self.given.blobs,
                ..before
            };
        }
        let mut read = self.store.read().await.unwrap();
        self.see(&mut *read, &mut answers).await;
        drop(read);
        let mut tx = self.store.begin().await.unwrap();
        for n in 1..=self.given.refresh {
            let found = tx.lock_refresh(hash(n)).await.unwrap();
            answers.push(reported("refresh token", found.map(|found| self.given.refresh(found))));
        }
        answers
    }

    /// A room that is there: core locks a room before it changes it or adds to it, so what a store does with one
    /// that is gone is not asked.
    async fn live_room(&self, tx: &mut dyn WriteTx, by: u8) -> Option<RoomId> {
        let id = pick(&self.given.rooms, by)?;
        tx.lock_room_by_id(id, at(0)).await.unwrap().map(|room| room.id)
    }

    /// `None` when there is nothing to do it with.
    async fn apply(&mut self, tx: &mut dyn WriteTx, op: &Op) -> Option<String> {
        let given = &mut self.given;
        let answer = match op {
            Op::AddRoom { name, slug, expire_at } => {
                let new = NewRoom {
                    slug: address_of(*slug).into(),
                    expire_at: expire_at.map(at),
                    ..new_room(address_of(*name))
                };
                let added = tx.insert_room(&new).await;
                given.rooms.extend(added.as_ref().ok());
                reported("", added.map(|id| given.room_no(id)))
            }
            Op::ChangeRoom { room, change } => {
                let id = self.live_room(tx, *room).await?;
                reported("", tx.change_room(id, &as_change(change)).await)
            }
            Op::DeleteRoom { room } => reported("", tx.delete_room(pick(&given.rooms, *room)?).await),
            Op::AddToken { room, session, owner, expires_at } => {
                let room = self.live_room(tx, *room).await?;
                self.given.tokens += 1;
                let new = TokenRecord {
                    owner: *owner,
                    expires_at: at(*expires_at),
                    ..token(room, self.given.tokens, u128::from(*session))
                };
                reported("", tx.insert_token(&new).await)
            }
            Op::RevokeToken { token, now } => {
                reported("", tx.revoke_token(jti(pick_number(given.tokens, *token)), at(*now)).await)
            }
            Op::RevokeSession { room, session, now } => {
                let room = pick(&given.rooms, *room)?;
                reported("", tx.revoke_session_tokens(room, sid(u128::from(*session)), at(*now)).await)
            }
            Op::RevokeSessionRefresh { room, session, now } => {
                let room = pick(&given.rooms, *room)?;
                reported("", tx.revoke_session_refresh(room, sid(u128::from(*session)), at(*now)).await)
            }
            Op::RevokeGuests { room, now } => {
                reported("", tx.revoke_guests(pick(&given.rooms, *room)?, at(*now)).await)
            }
            Op::AddRefresh { room, session, owner, expires_at } => {
                let room = self.live_room(tx, *room).await?;
                self.given.refresh += 1;
                let new = RefreshRecord {
                    owner: *owner,
                    expires_at: at(*expires_at),
                    ..refresh(room, self.given.refresh, u128::from(*session))
                };
                reported("", tx.insert_refresh(&new).await)
            }
            Op::UseRefresh { token, now } => {
                let hash = hash(pick_number(given.refresh, *token));
                // Whether a revoked one can be used is not asked: core asks for the good ones only.
                tx.lock_refresh(hash).await.unwrap().filter(|found| found.revoked_at.is_none())?;
                reported("", tx.use_refresh(hash, at(*now)).await)
            }
            Op::AddTicket { room, content, session, owner, max_uses, expires_at } => {
                let room = self.live_room(tx, *room).await?;
                let named = content.and_then(|by| pick(&self.given.contents, by)).map(|(_, id)| id);
                let content = match named {
                    Some(id) => Some(tx.contents_by_id(room, &[id]).await.unwrap().first()?.id),
                    None => None,
                };
                self.given.ticket_hashes += 1;
                let new = NewTicket {
                    content_id: content,
                    owner: *owner,
                    max_uses: *max_uses,
                    expires_at: at(*expires_at),
                    ..ticket(room, self.given.ticket_hashes, u128::from(*session))
                };
                let id = tx.insert_ticket(&new).await;
                self.given.tickets.extend(id.as_ref().ok().map(|id| (room, *id)));
                reported("", id.map(|id| self.given.ticket_no(id)))
            }
            Op::UseTicket { ticket } => reported("", tx.use_ticket(pick(&given.tickets, *ticket)?.1).await),
            Op::RevokeTicket { ticket, now } => {
                reported("", tx.revoke_ticket(pick(&given.tickets, *ticket)?.1, at(*now)).await)
            }
            Op::Reserve { room, size, deadline } => {
                let room = self.live_room(tx, *room).await?;
                let (hold, files) = (hold((*size).into(), at(*deadline)), manifest(&[("a", (*size).into())]));
                let id = tx.insert_reservation(room, sid(1), hold, &files, at(0)).await;
                self.given.reservations.extend(id.as_ref().ok().map(|id| (room, *id)));
                reported("", id.map(|id| self.given.reservation_no(id)))
            }
            Op::UpdateHold { reservation, size, deadline, state } => {
                let (_, id) = pick(&given.reservations, *reservation)?;
                let (size, state) = (u64::from(*size), *state);
                reported("", tx.update_hold(id, Hold::new(size, at(*deadline), state)).await)
            }
            Op::LapseSession { room, session, now } => {
                let room = pick(&given.rooms, *room)?;
                reported("", tx.lapse_session_holds(room, sid(u128::from(*session)), at(*now)).await)
            }
            Op::AddUpload { room, session, owner, deadline } => {
                let room = self.live_room(tx, *room).await?;
                let given = &mut self.given;
                given.upload_hashes += 1;
                let new = NewUpload {
                    owner: *owner,
                    hold: hold(100, at(*deadline)),
                    ..new_upload(room, given.upload_hashes, u128::from(*session))
                };
                let id = tx.insert_upload(&new).await;
                given.reservations.extend(id.as_ref().ok().map(|id| (room, *id)));
                given.uploads.extend(id.as_ref().ok().map(|id| (room, new.id, *id)));
                reported("", id.map(|id| given.reservation_no(id)))
            }
            Op::AddChunk { upload, file, index, size, hashed } => {
                let (room, id, reservation) = pick(&given.uploads, *upload)?;
                // Core updates the hold first, and asks whether the chunk is there.
                let hold = tx.upload(room, id).await.unwrap()?.hold;
                assert_eq!(tx.update_hold(reservation, hold).await, Ok(true));
                if tx.chunk(reservation, *file, *index).await.unwrap().is_some() {
                    return None;
                }
                let hash_progress = hashed.then(|| HashProgress { chunks: index + 1, state: vec![*size; 9] });
                let new = chunk(*file, *index, u64::from(*size), given.fresh_blob());
                reported("", tx.insert_chunk(reservation, &new, hash_progress.as_ref()).await)
            }
            Op::SettleFile { upload, file } => {
                let (room, id, reservation) = pick(&given.uploads, *upload)?;
                let found = tx.upload(room, id).await.unwrap()?;
                if found.progress[*file as usize].content.is_some() {
                    return None;
                }
                let chunks = tx.chunks(reservation, Some(*file)).await.unwrap().into_iter();
                let segments = chunks.filter_map(|chunk| {
                    Some(Segment { size: chunk.size, location: BlobLocation::Blob(chunk.blob?) })
                });
                let content = tx.insert_content(&new_content(room, segments.collect())).await.unwrap();
                given.contents.push((room, content));
                reported("", tx.settle_file(reservation, *file, content).await)
            }
            Op::DeleteReservation { reservation } => {
                reported("", tx.delete_reservation(pick(&given.reservations, *reservation)?.1).await)
            }
            Op::Announce { reservation, blobs, until } => {
                let (room, id) = pick(&given.reservations, *reservation)?;
                tx.reservation(room, id).await.unwrap()?;
                let fresh = given.fresh_blobs(*blobs);
                given.announced.extend_from_slice(&fresh);
                reported("", tx.announce(id, &fresh, at(*until)).await)
            }
            Op::ExtendOne { blob, until } => {
                let key = given.announced.get(usize::from(*blob) % given.announced.len().max(1))?;
                reported("", tx.extend_announcement(key, at(*until)).await)
            }
            Op::RetractOne { blob } => {
                let key = given.announced.get(usize::from(*blob) % given.announced.len().max(1))?;
                reported("", tx.retract_announcement(key).await)
            }
            Op::Extend { reservation, until } => {
                let (_, id) = pick(&given.reservations, *reservation)?;
                reported("", tx.extend_announcements(id, at(*until)).await)
            }
            Op::Retract { reservation } => {
                reported("", tx.retract_announcements(pick(&given.reservations, *reservation)?.1).await)
            }
            Op::AddContent { room, segments, max_downloads, expire_at } => {
                let room = self.live_room(tx, *room).await?;
                let given = &mut self.given;
                let new = NewContent {
                    max_downloads: *max_downloads,
                    expire_at: expire_at.map(at),
                    ..new_content(room, given.fresh_segments(segments))
                };
                let id = tx.insert_content(&new).await;
                given.contents.extend(id.as_ref().ok().map(|id| (room, *id)));
                reported("", id.map(|id| given.content_no(id)))
            }
            Op::ChangeContent { content, change, now } => {
                let (_, id) = pick(&given.contents, *content)?;
                let change = ContentChange {
                    file_name: change.named.map(|named| FileName::parse("b").ok().filter(|_| named)),
                    mime_type: change.named.map(|named| format!("text/{named}")),
                    language: change.language.map(|word| word.map(|n| n.to_string())),
                    pinned: change.pinned,
                    max_downloads: change.max_downloads,
                    expire_at: change.expire_at.map(|end| end.map(at)),
                    body: change.segments.as_ref().map(|segments| Body {
                        sha256: Sha256Hash([segments.len() as u8; 32]),
                        segments: given.fresh_segments(segments),
                    }),
                    versions: 1,
                };
                reported("", tx.change_content(id, &change, at(*now)).await)
            }
            Op::PutThumbnail { content, size } => {
                let (_, id) = pick(&given.contents, *content)?;
                reported("", tx.put_thumbnail(id, &thumbnail((*size).into())).await)
            }
            Op::DeleteContents { room, contents } => {
                let room = pick(&given.rooms, *room)?;
                let named: Vec<_> =
                    contents.iter().filter_map(|by| pick(&given.contents, *by)).map(|(_, id)| id).collect();
                reported("", tx.delete_contents(room, &named).await)
            }
            Op::Download { content } => {
                let (room, id) = pick(&given.contents, *content)?;
                let found = tx.contents_by_id(room, &[id]).await.unwrap();
                match found.first()?.max_downloads {
                    Some(_) => reported("counted", tx.count_download(id).await),
                    None => reported("added", tx.add_downloads(id, 2).await),
                }
            }
            Op::SweepReservations { now } => reported("", tx.delete_lapsed_reservations(at(*now)).await),
            Op::SweepAnnouncements { now } => reported("", tx.queue_lapsed_announcements(at(*now)).await),
            Op::SweepTokens { now } => reported("", tx.delete_dead_tokens(at(*now)).await),
            Op::Record { room, events, now } => {
                let room = self.live_room(tx, *room).await?;
                let happened: Vec<_> = (1..)
                    .zip(events)
                    .map(|(n, session)| {
                        let id = ContentId(n);
                        (session.map(|session| sid(session.into())), Happening::ContentUpdated { id })
                    })
                    .collect();
                reported("", tx.record(room, &happened, at(*now)).await)
            }
            Op::DeleteEvents { room, up_to } => {
                reported("", tx.delete_events(pick(&given.rooms, *room)?, *up_to).await)
            }
            Op::Queue { blobs } => reported("", tx.queue_blobs(&given.fresh_blobs(*blobs)).await),
            Op::Unqueue { blobs } => {
                let waiting = tx.queued_blobs(None, 1_000).await.unwrap();
                let taken: Vec<_> = blobs
                    .iter()
                    .filter_map(|by| waiting.get(usize::from(*by) % waiting.len().max(1)).cloned())
                    .collect();
                reported("", tx.unqueue_blobs(&taken).await)
            }
            Op::TakeLease { name, holder, now, until } => {
                let holder = LeaseHolder(Uuid::from_u128((*holder).into()));
                reported("", tx.take_lease(&name.to_string(), holder, at(*now), at(*until)).await)
            }
            Op::ReleaseLease { name, holder } => {
                let holder = LeaseHolder(Uuid::from_u128((*holder).into()));
                reported("", tx.release_lease(&name.to_string(), holder).await)
            }
        };
        Some(answer)
    }

    /// Everything a reader can ask, at some instants.
    async fn see<T: ReadTx + ?Sized>(&self, tx: &mut T, answers: &mut Vec<String>) {
        let given = &self.given;
        for now in [0, 7, 20].map(at) {
            for text in ADDRESSES {
                let jti = jti(pick_number(given.tokens, text.as_bytes()[0]));
                let found = tx.access(&address(text), Some(jti), now).await.unwrap();
                let found = found.map(|found| (given.room(found.room), found.token.map(|t| given.token(t))));
                answers.push(reported(text, found));
            }
            for room in &given.rooms {
                answers
                    .push(reported("room", tx.room(*room, now).await.unwrap().map(|room| given.room(room))));
                let mut holds = tx.live_holds(*room, now).await.unwrap();
                holds.sort_by_key(|(id, _)| *id);
                let holds: Vec<_> =
                    holds.into_iter().map(|(id, hold)| (given.reservation_no(id), hold)).collect();
                answers.push(reported("holds", holds));
                let mut tokens = tx.live_tokens(*room, None, now).await.unwrap();
                tokens.sort_by_key(|token| token.jti);
                answers
                    .push(reported("tokens", tokens.into_iter().map(|t| given.token(t)).collect::<Vec<_>>()));
                let mine = tx.live_tokens(*room, Some(sid(1)), now).await.unwrap();
                answers.push(reported("tokens of a session", mine.len()));
                let tickets = tx.live_tickets(*room, None, now).await.unwrap();
                let tickets: Vec<_> = tickets.into_iter().map(|ticket| given.ticket(ticket)).collect();
                answers.push(reported("tickets", tickets));
                let mine = tx.live_tickets(*room, Some(sid(1)), now).await.unwrap();
                answers.push(reported("tickets of a session", mine.len()));
            }
            // Rooms and contents of the same end may come in any order.
            let mut rooms = tx.expired_rooms(now, 100).await.unwrap();
            rooms.sort();
            answers.push(reported("expired", rooms.iter().map(|id| given.room_no(*id)).collect::<Vec<_>>()));
            let mut dead = tx.dead_contents(now, 100).await.unwrap();
            dead.sort();
            let dead: Vec<_> =
                dead.iter().map(|(room, id)| (given.room_no(*room), given.content_no(*id))).collect();
            answers.push(reported("dead contents", dead));
            answers.push(reported("lapsed reservations", tx.lapsed_reservations(now).await));
            answers.push(reported("lapsed announcements", tx.lapsed_announcements(now).await));
            answers.push(reported("dead tokens", tx.dead_tokens(now).await));
            let lapsed = tx.lapsed_uploads(now, 100).await.unwrap().into_iter();
            let lapsed: Vec<_> = lapsed.map(|upload| given.lapsed(upload)).collect();
            answers.push(reported("lapsed uploads", lapsed));
        }
        for room in &given.rooms {
            answers.push(reported("events", tx.events(*room, 0, 100).await));
            let ranges = tx.event_ranges(&[*room]).await.unwrap();
            answers.push(reported("range", ranges.into_iter().map(|(_, range)| range).collect::<Vec<_>>()));
            answers.push(reported("first since", tx.first_event_since(*room, at(7)).await));
            let name = FileName::from_stored("a.bin".into());
            for now in [0, 7, 20].map(at) {
                let newest = tx.newest_content(*room, &name, None, now).await;
                answers.push(reported("newest", newest.map(|id| id.map(|id| given.content_no(id)))));
            }
            for session in [None, Some(sid(1))] {
                let uploads =
                    tx.live_uploads(*room, session, UploadRange::default(), at(7)).await.unwrap().into_iter();
                answers.push(reported(
                    "uploads",
                    uploads.map(|upload| given.upload(upload)).collect::<Vec<_>>(),
                ));
            }
            let contents = tx.contents(*room, ContentPage::default()).await.unwrap();
            answers.push(reported(
                "contents",
                contents.into_iter().map(|c| given.content(c)).collect::<Vec<_>>(),
            ));
        }
        for (room, id) in &given.tickets {
            let found = tx.ticket(*room, *id).await.unwrap();
            answers.push(reported("ticket", found.map(|found| given.ticket(found))));
        }
        for n in 1..=given.ticket_hashes {
            let found = tx.ticket_by_hash(hash(n)).await.unwrap();
            answers.push(reported("ticket by hash", found.map(|found| given.ticket(found))));
        }
        for (room, id) in &given.reservations {
            let found = tx.reservation(*room, *id).await.unwrap();
            answers.push(reported("reservation", found.map(|found| given.reservation(found))));
        }
        for (room, id, reservation) in &given.uploads {
            let found = tx.upload(*room, *id).await.unwrap();
            answers.push(reported("upload", found.map(|found| given.upload(found))));
            answers.push(reported("chunks", tx.chunks(*reservation, None).await));
        }
        for (room, id) in &given.contents {
            answers.push(reported("thumbnail", tx.thumbnail(*room, *id).await));
            for text in &ADDRESSES[..3] {
                let found = tx.content_access(&address(text), None, *id, at(7)).await.unwrap();
                let stored = found.and_then(|found| found.content);
                answers.push(reported("segments", stored.map(|s| (given.content(s.content), s.segments))));
            }
        }
        answers.push(reported("queue", tx.queued_blobs(None, 1_000).await));
        answers.push(reported("queue", tx.queued_blob_count().await));
        let counts: StoreResult<_> = tx.counts().await;
        answers.push(reported("counts", counts));
    }
}

fn as_change(change: &Change) -> RoomChange {
    RoomChange {
        permission: change.permission.map(Permission::from_bits_truncate),
        slug: change.slug.map(|by| address_of(by).into()),
        status: change.status.and_then(|code| RoomStatus::from_code(code.into())),
        password_hash: change.password.map(|hash| hash.map(|n| n.to_string())),
        max_size: change.max_size.map(u64::from),
        max_entries: change.max_entries,
        entries: change.entries,
        expire_at: change.expire_at.map(|end| end.map(at)),
        owner_claimed: change.owner_claimed,
        updated_at: change.updated_at.map(at),
    }
}
