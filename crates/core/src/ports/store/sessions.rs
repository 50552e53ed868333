use async_trait::async_trait;

use super::error::StoreResult;
use crate::{
    id::{Jti, RoomId, SessionId},
    secret::KeyHash,
    time::Timestamp,
    token::{RefreshRecord, TokenRecord},
};

/// Credentials that a room keeps rows of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialKind {
    /// Tokens.
    Token,
    /// Refresh tokens.
    RefreshToken,
    /// Tickets.
    Ticket,
}

/// What can be asked about sessions: their tokens and refresh tokens.
#[async_trait]
pub trait ReadSessions: Send {
    /// A token by its identifier.
    async fn token(&mut self, room: RoomId, jti: Jti) -> StoreResult<Option<TokenRecord>>;

    /// The tokens of a room that are live at an instant, of one session where one is named; the oldest first.
    async fn live_tokens(
        &mut self,
        room: RoomId,
        sid: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<Vec<TokenRecord>>;

    /// How many credentials of a kind a room keeps, those that are over among them.
    async fn credential_count(&mut self, room: RoomId, kind: CredentialKind) -> StoreResult<u64>;

    /// How many tokens, refresh tokens and tickets have expired.
    async fn dead_tokens(&mut self, now: Timestamp) -> StoreResult<u64>;
}

/// What can be done to sessions: their tokens and refresh tokens.
#[async_trait]
pub trait WriteSessions: Send {
    /// Adds a token.
    async fn insert_token(&mut self, token: &TokenRecord) -> StoreResult<()>;

    /// Revokes a token that is not revoked yet.
    async fn revoke_token(&mut self, jti: Jti, now: Timestamp) -> StoreResult<()>;

    /// Revokes a session's tokens that are not revoked yet.
    async fn revoke_session_tokens(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<()>;

    /// Adds a refresh token.
    async fn insert_refresh(&mut self, refresh: &RefreshRecord) -> StoreResult<()>;

    /// A refresh token, locked until this transaction ends.
    async fn lock_refresh(&mut self, hash: KeyHash) -> StoreResult<Option<RefreshRecord>>;

    /// Marks a refresh token as used. `false` when it was already.
    async fn use_refresh(&mut self, hash: KeyHash, now: Timestamp) -> StoreResult<bool>;

    /// Revokes a session's refresh tokens that are not revoked yet.
    async fn revoke_session_refresh(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<()>;

    /// Revokes a room's tokens, refresh tokens and tickets that are not an owner's and not revoked yet, and ends
    /// uploads in pieces that are not an owner's.
    async fn revoke_guests(&mut self, room: RoomId, now: Timestamp) -> StoreResult<()>;

    /// Removes a session's tokens and refresh tokens.
    async fn delete_session_tokens(&mut self, room: RoomId, sid: SessionId) -> StoreResult<()>;

    /// Removes those credentials of a kind in a room that are over: expired, revoked or, of refresh tokens, used.
    async fn delete_dead_credentials(
        &mut self,
        room: RoomId,
        kind: CredentialKind,
        now: Timestamp,
    ) -> StoreResult<()>;

    /// Removes tokens, refresh tokens and tickets that have expired; revoked and used ones stay until then.
    async fn delete_dead_tokens(&mut self, now: Timestamp) -> StoreResult<()>;
}
