use async_trait::async_trait;
use elizabeth_core::{
    id::{Jti, RoomId, SessionId},
    ports::{ReadSessions, StoreResult, WriteSessions},
    secret::KeyHash,
    time::Timestamp,
    token::{RefreshRecord, TokenRecord},
};

use crate::{
    connection::{Connection, Transaction},
    rows::{self, Cells},
    statement::Dialect,
    statements::{sweep, tickets, tokens, uploads},
    tx::SqlTx,
};

#[async_trait]
impl<C: Connection> ReadSessions for SqlTx<C> {
    async fn token(&mut self, room: RoomId, jti: Jti) -> StoreResult<Option<TokenRecord>> {
        let row = self.first(&tokens::BY_JTI, vec![rows::int(room.0), rows::uuid(jti.0)]).await?;
        row.map(|row| Cells::of(row).token()).transpose()
    }

    async fn live_tokens(
        &mut self,
        room: RoomId,
        sid: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<Vec<TokenRecord>> {
        let mut values = vec![rows::int(room.0), rows::time(now)];
        let statement = match sid {
            Some(sid) => {
                values.push(rows::uuid(sid.0));
                &tokens::LIVE_OF_SESSION
            }
            None => &tokens::LIVE,
        };
        self.list(statement, values, Cells::token).await
    }

    async fn dead_tokens(&mut self, now: Timestamp) -> StoreResult<u64> {
        let tokens = self.one(&sweep::DEAD_TOKENS, vec![rows::time(now)], Cells::size).await?;
        let refresh = self.one(&sweep::DEAD_REFRESH, vec![rows::time(now)], Cells::size).await?;
        let tickets = self.one(&sweep::DEAD_TICKETS, vec![rows::time(now)], Cells::size).await?;
        Ok(tokens + refresh + tickets)
    }
}

#[async_trait]
impl<C: Transaction> WriteSessions for SqlTx<C> {
    async fn insert_token(&mut self, token: &TokenRecord) -> StoreResult<()> {
        let values = vec![
            rows::uuid(token.jti.0),
            rows::int(token.room_id.0),
            rows::uuid(token.sid.0),
            rows::int(token.permission.bits().into()),
            rows::int(token.owner.into()),
            rows::int(token.scope.bits().into()),
            rows::time(token.created_at),
            rows::time(token.expires_at),
            rows::opt_time(token.revoked_at),
        ];
        self.run(&tokens::INSERT, values).await.map(drop)
    }

    async fn revoke_token(&mut self, jti: Jti, now: Timestamp) -> StoreResult<()> {
        self.run(&tokens::REVOKE, vec![rows::time(now), rows::uuid(jti.0)]).await.map(drop)
    }

    async fn revoke_session_tokens(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<()> {
        let values = vec![rows::time(now), rows::int(room.0), rows::uuid(sid.0)];
        self.run(&tokens::REVOKE_SESSION, values).await.map(drop)
    }

    async fn insert_refresh(&mut self, refresh: &RefreshRecord) -> StoreResult<()> {
        let values = vec![
            rows::bytes(&refresh.hash.0),
            rows::int(refresh.room_id.0),
            rows::uuid(refresh.sid.0),
            rows::int(refresh.owner.into()),
            rows::int(refresh.scope.bits().into()),
            rows::time(refresh.created_at),
            rows::time(refresh.expires_at),
            rows::opt_time(refresh.used_at),
            rows::opt_time(refresh.revoked_at),
        ];
        self.run(&tokens::INSERT_REFRESH, values).await.map(drop)
    }

    async fn lock_refresh(&mut self, hash: KeyHash) -> StoreResult<Option<RefreshRecord>> {
        let hash = || vec![rows::bytes(&hash.0)];
        match self.conn.dialect() {
            Dialect::Sqlite => {}
            // The room first, as everybody who changes its tokens does.
            Dialect::Postgres => {
                self.first(&tokens::LOCK_ROOM_OF_REFRESH, hash()).await?;
            }
        }
        let row = self.first(&tokens::LOCK_REFRESH, hash()).await?;
        row.map(|row| Cells::of(row).refresh()).transpose()
    }

    async fn use_refresh(&mut self, hash: KeyHash, now: Timestamp) -> StoreResult<bool> {
        let values = vec![rows::time(now), rows::bytes(&hash.0)];
        Ok(self.run(&tokens::USE_REFRESH, values).await? == 1)
    }

    async fn revoke_session_refresh(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<()> {
        let values = vec![rows::time(now), rows::int(room.0), rows::uuid(sid.0)];
        self.run(&tokens::REVOKE_SESSION_REFRESH, values).await.map(drop)
    }

    async fn revoke_guests(&mut self, room: RoomId, now: Timestamp) -> StoreResult<()> {
        let values = || vec![rows::time(now), rows::int(room.0)];
        // Holds first, as the sweeper does, which locks no room.
        self.run(&uploads::LAPSE_GUESTS, values()).await?;
        self.run(&tokens::REVOKE_GUESTS, values()).await?;
        self.run(&tokens::REVOKE_GUESTS_REFRESH, values()).await?;
        self.run(&tickets::REVOKE_OF_GUESTS, values()).await.map(drop)
    }

    async fn delete_dead_tokens(&mut self, now: Timestamp) -> StoreResult<()> {
        self.run(&sweep::DELETE_DEAD_TOKENS, vec![rows::time(now)]).await?;
        self.run(&sweep::DELETE_DEAD_REFRESH, vec![rows::time(now)]).await?;
        self.run(&sweep::DELETE_DEAD_TICKETS, vec![rows::time(now)]).await.map(drop)
    }
}
