use std::sync::Arc;

use async_trait::async_trait;

use super::{
    state::{State, keys},
    view::{Draft, Sees, View},
};
use crate::{
    id::{Jti, RoomId, SessionId},
    ports::{CredentialKind, ReadSessions, StoreResult, WriteSessions},
    secret::KeyHash,
    time::Timestamp,
    token::{RefreshRecord, TokenRecord},
};

impl State {
    pub(super) fn token_of(&self, room: RoomId, jti: Jti) -> Option<TokenRecord> {
        let token = self.tokens.get(&jti).filter(|token| token.room_id == room)?;
        Some(TokenRecord::clone(token))
    }
}

impl View<Draft> {
    /// Changes tokens that are not revoked yet.
    fn revoke(&mut self, tokens: Vec<Arc<TokenRecord>>, now: Timestamp) {
        for token in tokens.into_iter().filter(|token| token.revoked_at.is_none()) {
            self.state().tokens.put(TokenRecord { revoked_at: Some(now), ..TokenRecord::clone(&token) });
        }
    }

    /// Changes refresh tokens that are not revoked yet.
    fn revoke_refresh(&mut self, tokens: Vec<Arc<RefreshRecord>>, now: Timestamp) {
        for token in tokens.into_iter().filter(|token| token.revoked_at.is_none()) {
            self.state().refresh.put(RefreshRecord { revoked_at: Some(now), ..RefreshRecord::clone(&token) });
        }
    }
}

#[async_trait]
impl<S: Sees> ReadSessions for View<S> {
    async fn token(&mut self, room: RoomId, jti: Jti) -> StoreResult<Option<TokenRecord>> {
        Ok(self.now().token_of(room, jti))
    }

    async fn live_tokens(
        &mut self,
        room: RoomId,
        sid: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<Vec<TokenRecord>> {
        let of_room = self.now().tokens.owned(room, None);
        let of_session = of_room.filter(|token| sid.is_none_or(|sid| token.sid == sid));
        let mut live: Vec<_> =
            of_session.filter(|token| token.is_live(now)).map(|token| TokenRecord::clone(token)).collect();
        live.sort_by_key(|token| (token.created_at, token.jti));
        Ok(live)
    }

    async fn credential_count(&mut self, room: RoomId, kind: CredentialKind) -> StoreResult<u64> {
        let state = self.now();
        let count = match kind {
            CredentialKind::Token => state.tokens.owned(room, None).count(),
            CredentialKind::RefreshToken => state.refresh.owned(room, None).count(),
            CredentialKind::Ticket => state.tickets.owned(room, None).count(),
        };
        Ok(count as u64)
    }

    async fn dead_tokens(&mut self, now: Timestamp) -> StoreResult<u64> {
        let state = self.now();
        let tokens = state.tokens.ended(now).count() + state.refresh.ended(now).count();
        Ok((tokens + state.tickets.ended(now).count()) as u64)
    }
}

#[async_trait]
impl WriteSessions for View<Draft> {
    async fn insert_token(&mut self, token: &TokenRecord) -> StoreResult<()> {
        self.state().check_room(token.room_id)?;
        self.state().tokens.put(token.clone());
        Ok(())
    }

    async fn revoke_token(&mut self, jti: Jti, now: Timestamp) -> StoreResult<()> {
        let named = self.state().tokens.get(&jti).cloned();
        self.revoke(Vec::from_iter(named), now);
        Ok(())
    }

    async fn revoke_session_tokens(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<()> {
        let session = self.state().tokens.owned(room, None).filter(|token| token.sid == sid);
        let session = session.cloned().collect();
        self.revoke(session, now);
        Ok(())
    }

    async fn insert_refresh(&mut self, refresh: &RefreshRecord) -> StoreResult<()> {
        self.state().check_room(refresh.room_id)?;
        self.state().refresh.put(refresh.clone());
        Ok(())
    }

    async fn lock_refresh(&mut self, hash: KeyHash) -> StoreResult<Option<RefreshRecord>> {
        Ok(self.state().refresh.get(&hash).map(|found| RefreshRecord::clone(found)))
    }

    async fn use_refresh(&mut self, hash: KeyHash, now: Timestamp) -> StoreResult<bool> {
        let refresh = &mut self.state().refresh;
        let Some(found) = refresh.get(&hash).filter(|found| found.used_at.is_none()) else {
            return Ok(false);
        };
        let used = RefreshRecord { used_at: Some(now), ..RefreshRecord::clone(found) };
        refresh.put(used);
        Ok(true)
    }

    async fn revoke_session_refresh(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<()> {
        let session = self.state().refresh.owned(room, None).filter(|token| token.sid == sid);
        let session = session.cloned().collect();
        self.revoke_refresh(session, now);
        Ok(())
    }

    async fn revoke_guests(&mut self, room: RoomId, now: Timestamp) -> StoreResult<()> {
        let guests = self.state().tokens.owned(room, None).filter(|token| !token.owner);
        let guests = guests.cloned().collect();
        self.revoke(guests, now);
        let guests = self.state().refresh.owned(room, None).filter(|token| !token.owner);
        let guests = guests.cloned().collect();
        self.revoke_refresh(guests, now);
        let guests = self.state().tickets.owned(room, None).filter(|ticket| !ticket.owner);
        let guests = guests.cloned().collect();
        self.revoke_tickets(guests, now);
        self.state()
            .lapse(room, now, |state, held| state.uploads.get(&held.id).is_some_and(|row| !row.upload.owner));
        Ok(())
    }

    async fn delete_session_tokens(&mut self, room: RoomId, sid: SessionId) -> StoreResult<()> {
        let state = self.state();
        for jti in keys(state.tokens.owned(room, None).filter(|token| token.sid == sid)) {
            state.tokens.remove(&jti);
        }
        for hash in keys(state.refresh.owned(room, None).filter(|token| token.sid == sid)) {
            state.refresh.remove(&hash);
        }
        Ok(())
    }

    async fn delete_dead_credentials(
        &mut self,
        room: RoomId,
        kind: CredentialKind,
        now: Timestamp,
    ) -> StoreResult<()> {
        let state = self.state();
        match kind {
            CredentialKind::Token => {
                let dead = |token: &&Arc<TokenRecord>| token.revoked_at.is_some() || token.expires_at <= now;
                for jti in keys(state.tokens.owned(room, None).filter(dead)) {
                    state.tokens.remove(&jti);
                }
            }
            CredentialKind::RefreshToken => {
                let dead = |token: &&Arc<RefreshRecord>| {
                    token.revoked_at.is_some() || token.used_at.is_some() || token.expires_at <= now
                };
                for hash in keys(state.refresh.owned(room, None).filter(dead)) {
                    state.refresh.remove(&hash);
                }
            }
            CredentialKind::Ticket => {
                for ticket in keys(state.tickets.owned(room, None).filter(|ticket| !ticket.is_live(now))) {
                    state.remove_ticket(ticket);
                }
            }
        }
        Ok(())
    }

    async fn delete_dead_tokens(&mut self, now: Timestamp) -> StoreResult<()> {
        let state = self.state();
        for jti in keys(state.tokens.ended(now)) {
            state.tokens.remove(&jti);
        }
        for hash in keys(state.refresh.ended(now)) {
            state.refresh.remove(&hash);
        }
        for ticket in keys(state.tickets.ended(now)) {
            state.remove_ticket(ticket);
        }
        Ok(())
    }
}
