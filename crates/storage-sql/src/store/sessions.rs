use async_trait::async_trait;
use elizabeth_core::{
    id::{Jti, RoomId, SessionId},
    ports::{CredentialKind, ReadSessions, StoreResult, WriteSessions},
    secret::KeyHash,
    time::Timestamp,
    token::{RefreshRecord, TokenRecord},
};

use crate::{
    connection::{Connection, Transaction},
    statement::Dialect,
    tables::{refresh_tokens, tickets, tokens, uploads},
    tx::SqlTx,
};

#[async_trait]
impl<C: Connection> ReadSessions for SqlTx<C> {
    async fn token(&mut self, room: RoomId, jti: Jti) -> StoreResult<Option<TokenRecord>> {
        self.first(tokens::ByJti { room, jti }).await
    }

    async fn live_tokens(
        &mut self,
        room: RoomId,
        sid: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<Vec<TokenRecord>> {
        match sid {
            Some(sid) => self.all(tokens::LiveOfSession { room, now, sid }).await,
            None => self.all(tokens::Live { room, now }).await,
        }
    }

    async fn credential_count(&mut self, room: RoomId, kind: CredentialKind) -> StoreResult<u64> {
        match kind {
            CredentialKind::Token => self.one(tokens::CountOfRoom { room }).await,
            CredentialKind::RefreshToken => self.one(refresh_tokens::CountOfRoom { room }).await,
            CredentialKind::Ticket => self.one(tickets::CountOfRoom { room }).await,
        }
    }

    async fn dead_tokens(&mut self, now: Timestamp) -> StoreResult<u64> {
        let tokens = self.one(tokens::CountDead { now }).await?;
        let refresh = self.one(refresh_tokens::CountDead { now }).await?;
        let tickets = self.one(tickets::CountDead { now }).await?;
        Ok(tokens + refresh + tickets)
    }
}

#[async_trait]
impl<C: Transaction> WriteSessions for SqlTx<C> {
    async fn insert_token(&mut self, token: &TokenRecord) -> StoreResult<()> {
        self.run(tokens::Insert(token)).await.map(drop)
    }

    async fn revoke_token(&mut self, jti: Jti, now: Timestamp) -> StoreResult<()> {
        self.run(tokens::Revoke { now, jti }).await.map(drop)
    }

    async fn revoke_session_tokens(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<()> {
        self.run(tokens::RevokeOfSession { now, room, sid }).await.map(drop)
    }

    async fn insert_refresh(&mut self, refresh: &RefreshRecord) -> StoreResult<()> {
        self.run(refresh_tokens::Insert(refresh)).await.map(drop)
    }

    async fn lock_refresh(&mut self, hash: KeyHash) -> StoreResult<Option<RefreshRecord>> {
        match self.conn.dialect() {
            Dialect::Sqlite => {}
            // The room first, as everybody who changes its tokens does.
            Dialect::Postgres => {
                self.first(refresh_tokens::LockRoom { hash }).await?;
            }
        }
        self.first(refresh_tokens::Lock { hash }).await
    }

    async fn use_refresh(&mut self, hash: KeyHash, now: Timestamp) -> StoreResult<bool> {
        Ok(self.run(refresh_tokens::Use { now, hash }).await? == 1)
    }

    async fn revoke_session_refresh(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<()> {
        self.run(refresh_tokens::RevokeOfSession { now, room, sid }).await.map(drop)
    }

    async fn revoke_guests(&mut self, room: RoomId, now: Timestamp) -> StoreResult<()> {
        // Holds first, as the sweeper does, which locks no room.
        self.run(uploads::LapseOfGuests { now, room }).await?;
        self.run(tokens::RevokeOfGuests { now, room }).await?;
        self.run(refresh_tokens::RevokeOfGuests { now, room }).await?;
        self.run(tickets::RevokeOfGuests { now, room }).await.map(drop)
    }

    async fn delete_session_tokens(&mut self, room: RoomId, sid: SessionId) -> StoreResult<()> {
        self.run(tokens::DeleteOfSession { room, sid }).await?;
        self.run(refresh_tokens::DeleteOfSession { room, sid }).await.map(drop)
    }

    async fn delete_dead_credentials(
        &mut self,
        room: RoomId,
        kind: CredentialKind,
        now: Timestamp,
    ) -> StoreResult<()> {
        match kind {
            CredentialKind::Token => self.run(tokens::DeleteDeadOfRoom { room, now }).await.map(drop),
            CredentialKind::RefreshToken => {
                self.run(refresh_tokens::DeleteDeadOfRoom { room, now }).await.map(drop)
            }
            CredentialKind::Ticket => self.run(tickets::DeleteDeadOfRoom { room, now }).await.map(drop),
        }
    }

    async fn delete_dead_tokens(&mut self, now: Timestamp) -> StoreResult<()> {
        self.run(tokens::DeleteDead { now }).await?;
        self.run(refresh_tokens::DeleteDead { now }).await?;
        self.run(tickets::DeleteDead { now }).await.map(drop)
    }
}
