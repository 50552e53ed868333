use futures::future::{BoxFuture, FutureExt};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::{
    Elizabeth, Error, Result,
    client::Client,
    id::{RoomId, SessionId},
    name::RoomRef,
    ports::{CredentialKind, WriteTx},
    room::{Password, Room, RoomChange},
    secret::{KeyHash, REFRESH_TOKEN_PREFIX, opaque_secret},
    service::{
        authorize::{Requirement, check_enterable},
        caller::Caller,
        growth::FreeSpace,
        room_tx::RoomTx,
    },
    settable::settable,
    time::Timestamp,
    token::{Claims, RefreshRecord, Session, TokenRecord},
};

settable! {
    /// What somebody shows to get a token. The first that is there decides: a token (renewal), an owner key, a ticket,
    /// else it is an entry with the password where the room has one.
    #[derive(Clone, Debug, Default)]
    pub struct TokenRequest {
        /// The room's password.
        pub password: Option<SecretString>,
        /// A live token of the room, to be renewed.
        pub token: Option<SecretString>,
        /// The room's owner key.
        pub owner_key: Option<SecretString>,
        /// A ticket that lets somebody in.
        pub ticket: Option<SecretString>,
        /// Whether a refresh token is wanted too.
        pub with_refresh_token: bool,
        /// Who asks, as far as the network tells.
        pub client: Option<Client>,
    }
}

/// A token that was just issued.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The signed token.
    pub token: SecretString,
    /// What it says.
    pub claims: Claims,
    /// The first instant at which it is no good.
    pub expires_at: Timestamp,
    /// Its refresh token, where one was asked for.
    pub refresh: Option<IssuedRefresh>,
}

/// A refresh token that was just issued.
#[derive(Clone, Debug)]
pub struct IssuedRefresh {
    /// The opaque token. It is kept as a hash only.
    pub token: SecretString,
    /// The first instant at which it is no good.
    pub expires_at: Timestamp,
}

/// What somebody enters with.
pub(crate) struct Entry {
    password: Option<Password>,
    client: Option<Client>,
    /// The hash that the password fits.
    verified: Option<String>,
}

impl Entry {
    /// A password that is none cannot be the right one; what it is wrong with is not for a stranger to know.
    pub(crate) fn new(password: Option<&SecretString>, client: Option<Client>) -> Self {
        let password = password.and_then(|text| Password::parse(text).ok());
        Self { password, client, verified: None }
    }
}

impl Elizabeth {
    /// Lets somebody into a room, or renews a token.
    ///
    /// An entry is counted, and refused when the room is locked, closed, out of entries, or the password is wrong.
    /// The first token ever issued for a room is its owner's, where it is issued within a minute of the room's making
    /// ([`FIRST_ENTRY`](crate::room::FIRST_ENTRY)). An entry by owner key is not counted and refused by
    /// nothing but the room's expiry. A ticket stands in for the password and for the private slug: such an entry is
    /// counted and refused like any other, in one step with the ticket's use, so that one that is refused costs
    /// neither; its session never does more than the ticket says. A renewal is not counted; it keeps the session and its kind, and takes the
    /// permission as the room has it now.
    ///
    /// # Errors
    ///
    /// What keeps the caller out, as above; [`Error::TooMany`] tokens, [`Error::StorageFull`], but with an owner key.
    pub async fn issue_token(&self, room: &RoomRef, request: TokenRequest) -> Result<Issued> {
        let refresh = request.with_refresh_token;
        if let Some(token) = &request.token {
            let caller = Caller::Token(token.clone());
            let free = self.free_space().await?;
            return self
                .retried(|| async {
                    let (tx, grant, now) = self.authorize_locked(room, &caller, Requirement::Token).await?;
                    self.finish_issue(tx, &grant.room, grant.token.session(), now, refresh, free).await
                })
                .await;
        }
        if let Some(key) = &request.owner_key {
            return self.retried(|| self.enter_as_owner(room, key, refresh)).await;
        }
        match &request.ticket {
            Some(ticket) => self.retried(|| self.enter_by_ticket(room, ticket, refresh)).await,
            None => self.enter(room, &request).await,
        }
    }

    /// The key of a room always opens it: where nothing may grow, on a full disk or in a room of too many tokens, an owner
    /// gets the one session that is kept for this, whose tokens take the place of those from the last time.
    async fn enter_as_owner(&self, address: &RoomRef, key: &SecretString, refresh: bool) -> Result<Issued> {
        let free = self.free_space().await?;
        let mut tx = self.ports.store.begin().await?;
        let access = tx.lock_room(address, None, self.now()).await?;
        let now = self.now();
        let room = self.live_room(access, now)?.room;
        let mut tx = self.in_room(tx, room.id, now);
        if !room.owner_key_hash.matches(key.expose_secret()) {
            return Err(Error::WrongOwnerKey);
        }
        if !room.owner_claimed {
            let change = RoomChange { owner_claimed: Some(true), ..RoomChange::default() };
            tx.as_mut().change_room(room.id, &change).await?;
        }
        let mut session = self.new_session(true);
        match self.admit_issue(tx.as_mut(), &room, now, refresh, free).await {
            Ok(()) => {}
            Err(Error::StorageFull | Error::TooMany(_)) => {
                session.sid = spare_session(room.id);
                tx.note_revoked();
                tx.delete_session_tokens(room.id, session.sid).await?;
            }
            Err(error) => return Err(error),
        }
        self.issue(tx, &room, session, now, refresh).await
    }

    async fn enter(&self, address: &RoomRef, request: &TokenRequest) -> Result<Issued> {
        let refresh = request.with_refresh_token;
        let free = self.free_space().await?;
        let issue = |tx, room: Room, now| {
            async move {
                let session = self.new_session(room.first_entry_owns(now));
                self.finish_issue(tx, &room, session, now, refresh, free).await
            }
            .boxed()
        };
        let entry = Entry::new(request.password.as_ref(), request.client);
        self.count_entry(address, entry, true, issue).await
    }

    /// Whether somebody may come in: the room as it was then. Hashing is slow: it is done before the room is locked,
    /// against the hash as read.
    pub(crate) async fn check_entry(&self, address: &RoomRef, entry: &mut Entry) -> Result<Room> {
        let now = self.now();
        let access = self.ports.store.read().await?.access(address, None, now).await?;
        let room = self.live_room(access, now)?.room;
        check_enterable(&room, address)?;
        if room.password_hash == entry.verified {
            return Ok(room);
        }
        if let Some(hash) = &room.password_hash {
            let right = match &entry.password {
                Some(password) => self.ports.passwords.verify(password, hash, entry.client).await?,
                None => false,
            };
            if !right {
                return Err(Error::WrongPassword);
            }
            entry.verified = Some(hash.clone());
        }
        Ok(room)
    }

    /// Lets somebody in and counts it. What else belongs to it, the end of the transaction too, is done by `finish`,
    /// which is given the room as it was before. With `claims` the first to come has claimed the room.
    pub(crate) async fn count_entry<'a, T: Send>(
        &'a self,
        address: &RoomRef,
        mut entry: Entry,
        claims: bool,
        finish: impl Fn(RoomTx, Room, Timestamp) -> BoxFuture<'a, Result<T>> + Send + Sync,
    ) -> Result<T> {
        loop {
            self.check_entry(address, &mut entry).await?;
            let counted = self
                .retried(|| async {
                    let mut tx = self.ports.store.begin().await?;
                    let access = tx.lock_room(address, None, self.now()).await?;
                    let now = self.now();
                    let room = self.live_room(access, now)?.room;
                    let mut tx = self.in_room(tx, room.id, now);
                    check_enterable(&room, address)?;
                    if room.password_hash.is_some() && room.password_hash != entry.verified {
                        // The password was changed between the two: once more, with the new hash.
                        return Ok(None);
                    }
                    let change = RoomChange {
                        entries: Some(room.entries.saturating_add(1)),
                        owner_claimed: claims.then_some(true),
                        ..RoomChange::default()
                    };
                    tx.as_mut().change_room(room.id, &change).await?;
                    finish(tx, room, now).await.map(Some)
                })
                .await?;
            if let Some(counted) = counted {
                return Ok(counted);
            }
        }
    }

    /// Adds the token, and its refresh token where wanted, if there may be one more, and ends the transaction.
    pub(crate) async fn finish_issue(
        &self,
        mut tx: RoomTx,
        room: &Room,
        session: Session,
        now: Timestamp,
        refresh: bool,
        free: FreeSpace,
    ) -> Result<Issued> {
        self.admit_issue(tx.as_mut(), room, now, refresh, free).await?;
        self.issue(tx, room, session, now, refresh).await
    }

    async fn admit_issue(
        &self,
        tx: &mut dyn WriteTx,
        room: &Room,
        now: Timestamp,
        refresh: bool,
        free: FreeSpace,
    ) -> Result<()> {
        self.admit_row(free)?;
        self.admit_credential(tx, room.id, CredentialKind::Token, now).await?;
        if refresh {
            self.admit_credential(tx, room.id, CredentialKind::RefreshToken, now).await?;
        }
        Ok(())
    }

    async fn issue(
        &self,
        mut tx: RoomTx,
        room: &Room,
        session: Session,
        now: Timestamp,
        refresh: bool,
    ) -> Result<Issued> {
        self.observer.in_room(room.id);
        self.observer.by_session(session.sid, session.owner);
        let record = TokenRecord::issue(room, self.new_jti(), session, now, self.policy().token_ttl);
        let claims = record.claims(room);
        let token = self.ports.signer.sign(&claims)?;
        tx.insert_token(&record).await?;
        let refresh = if refresh {
            let secret = opaque_secret(REFRESH_TOKEN_PREFIX, self.ports.entropy.bytes());
            let hash = KeyHash::of(&secret);
            let record = RefreshRecord::issue(room, hash, session, now, self.policy().refresh_ttl);
            tx.insert_refresh(&record).await?;
            Some(IssuedRefresh { token: secret.into(), expires_at: record.expires_at })
        } else {
            None
        };
        tx.commit().await?;
        Ok(Issued { token, claims, expires_at: record.expires_at, refresh })
    }
}

/// The session of a room's owners where no other may begin. It is nobody's secret.
fn spare_session(room: RoomId) -> SessionId {
    let KeyHash(hash) = KeyHash::of(&format!("the spare session of room {room}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    SessionId(Uuid::from_bytes(bytes))
}
