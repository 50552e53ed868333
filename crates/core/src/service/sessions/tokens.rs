use crate::{
    Elizabeth, Error, Result, Unauthorized,
    id::{Jti, RoomId},
    name::RoomRef,
    service::{
        Page,
        authorize::{Presented, Requirement},
        caller::Caller,
        sessions::end::end_session,
    },
    time::Timestamp,
    token::{Claims, TokenRecord},
};

/// Tokens that a caller may see.
#[derive(Clone, Debug)]
pub struct TokenList {
    /// The caller's own.
    pub current: Jti,
    /// The live ones, the oldest first.
    pub tokens: Page<TokenRecord, TokenPlace>,
}

/// A token's place in a list: when it was issued, and which of those of that instant it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenPlace(pub Timestamp, pub Jti);

impl TokenPlace {
    fn of(token: &TokenRecord) -> Self {
        Self(token.created_at, token.jti)
    }
}

impl Elizabeth {
    /// What a token says, when it is good for this room now.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub async fn validate_token(&self, room: &RoomRef, token: &str) -> Result<Claims> {
        let presented = self.present_token(token);
        let now = self.now();
        let jti = presented.claims().map(|claims| claims.jti);
        let access = self.ports.store.read().await?.access(room, jti, now).await?;
        self.judge(access, &presented, Requirement::Token, now)?;
        match presented {
            Presented::Signed(claims) => Ok(claims),
            Presented::Nothing | Presented::Garbage | Presented::Visitor(_) => {
                Err(Unauthorized::Invalid.into())
            }
        }
    }

    /// The live tokens of a room: all of them for an owner, those of the caller's session for a guest. Those behind `after`
    /// where that is given; at most `limit` and [`PAGE_MAX`](crate::policy::PAGE_MAX).
    ///
    /// # Errors
    ///
    /// Without a good token.
    pub async fn tokens(
        &self,
        room: &RoomRef,
        caller: &Caller,
        after: Option<TokenPlace>,
        limit: u64,
    ) -> Result<TokenList> {
        let (mut tx, grant, now) = self.authorize_reading(room, caller, Requirement::Token).await?;
        let sid = (!grant.token.owner).then_some(grant.token.sid);
        let mut live = tx.live_tokens(grant.room.id, sid, now).await?;
        live.retain(|token| after.is_none_or(|after| TokenPlace::of(token) > after));
        Ok(TokenList { current: grant.token.jti, tokens: Page::cut(live, limit, TokenPlace::of) })
    }

    /// Revokes a token: an owner any, a guest one of its own session's. An owner who revokes somebody else's ends
    /// that whole session: its other tokens, its refresh tokens, tickets and uploads go with it, or it would only have to
    /// come in again. Twice is as good as once.
    ///
    /// # Errors
    ///
    /// [`Error::TokenNotFound`]; [`Error::NotYourToken`]; without a good token.
    pub async fn revoke_token(&self, room: &RoomRef, caller: &Caller, jti: Jti) -> Result<()> {
        self.retried(|| async {
            let (mut tx, grant, now) = self.authorize_locked(room, caller, Requirement::Token).await?;
            let target = tx.token(grant.room.id, jti).await?.ok_or(Error::TokenNotFound)?;
            if target.sid == grant.token.sid {
                tx.note_revoked();
                tx.revoke_token(jti, now).await?;
            } else if grant.token.owner {
                end_session(&mut tx, grant.room.id, target.sid, now).await?;
            } else {
                return Err(Error::NotYourToken);
            }
            tx.commit().await
        })
        .await
    }

    /// Ends a session's hold on a room: the token is revoked, and its session's refresh tokens die.
    ///
    /// # Errors
    ///
    /// When the token is not good now.
    pub async fn logout(&self, access_token: &str) -> Result<()> {
        let presented = self.present_token(access_token);
        let claims = presented.claims().ok_or(Unauthorized::Invalid)?;
        let room = RoomId(claims.room_id);
        self.retried(|| async {
            let (mut tx, _, now) = self.lock_room(room).await?.ok_or(Unauthorized::Invalid)?;
            let token = tx.token(room, claims.jti).await?.ok_or(Unauthorized::Invalid)?;
            if token.revoked_at.is_some() {
                return Err(Unauthorized::Revoked.into());
            }
            if !token.is_live(now) {
                return Err(Unauthorized::Expired.into());
            }
            tx.note_revoked();
            tx.revoke_token(token.jti, now).await?;
            tx.revoke_session_refresh(room, token.sid, now).await?;
            tx.commit().await
        })
        .await
    }

    /// Removes expired tokens, refresh tokens and tickets; says how many there were.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn clean_tokens(&self) -> Result<u64> {
        self.retried(|| async {
            let mut tx = self.ports.store.begin().await?;
            let now = self.now();
            let dead = tx.dead_tokens(now).await?;
            tx.delete_dead_tokens(now).await?;
            tx.commit().await?;
            Ok(dead)
        })
        .await
    }
}
