//! Stays that last one call: how somebody without a token uses a room as a folder.

use futures::future::FutureExt;
use secrecy::SecretString;

use crate::{
    Elizabeth, Error, Result,
    client::Client,
    id::RoomId,
    name::{RoomName, RoomRef},
    ports::ContentPage,
    quota::Full,
    room::{Room, RoomOptions},
    service::{
        CreatedRoom,
        caller::{Caller, Visitor},
        room_tx::RoomTx,
        sessions::Entry,
    },
    settable::settable,
    time::Timestamp,
    token::TokenRecord,
};

settable! {
    /// What a visitor shows.
    #[derive(Clone, Debug, Default)]
    pub struct VisitRequest {
        /// The room's password.
        pub password: Option<SecretString>,
        /// Who comes, as far as the network tells.
        pub client: Option<Client>,
        /// Whether it is no more than a look at what there is, which is no entry.
        pub only_looks: bool,
    }
}

impl Elizabeth {
    /// Lets somebody into a room for one call. The answer is the caller to make it as; it leaves nothing behind when it
    /// is dropped.
    ///
    /// It is an entry as [`Elizabeth::issue_token`] has it, and counted, whatever comes of the call, unless it only
    /// looks; but nobody becomes the owner by it.
    ///
    /// # Errors
    ///
    /// What keeps the caller out; [`Error::WrongPassword`] also where none was given.
    pub async fn visit(&self, room: &RoomRef, request: &VisitRequest) -> Result<Caller> {
        let mut entry = Entry::new(request.password.as_ref(), request.client);
        if request.only_looks {
            let room = self.check_entry(room, &mut entry).await?;
            return Ok(self.visited(&room, false, self.now()));
        }
        let visit = |tx: RoomTx, room: Room, now| {
            async move {
                tx.commit().await?;
                Ok(self.visited(&room, false, now))
            }
            .boxed()
        };
        self.count_entry(room, entry, false, visit).await
    }

    /// The same for somebody who brings a file of `size` bytes, or of a length that nobody knows yet: where there is
    /// no room, one is made for it by the server's defaults, with the password where one was given. Its key alone
    /// makes an owner; the call itself has an owner's rights and is no entry. When the upload that follows fails, the
    /// room goes again; when none follows, it stays, empty.
    ///
    /// # Errors
    ///
    /// As [`Elizabeth::visit`]. No room is made for a file that would not fit: [`Error::RoomFull`],
    /// [`Error::StorageFull`]. [`Error::RoomNotFound`] when there is none and none can have this name.
    pub async fn visit_or_create(
        &self,
        room: &RoomRef,
        request: VisitRequest,
        size: Option<u64>,
    ) -> Result<(Caller, Option<CreatedRoom>)> {
        let mut taken = false;
        loop {
            match self.visit(room, &request).await {
                // It is kept, with its name, until it is clear that its time is over.
                Err(Error::RoomExpired) if taken => return Err(Error::RoomExpired),
                // The name of an expired room is free.
                Err(Error::RoomNotFound | Error::RoomExpired) => {}
                visited => return visited.map(|visited| (visited, None)),
            }
            let name = RoomName::parse(room.as_str()).map_err(|_| Error::RoomNotFound)?;
            let (requested, remaining) = (size.unwrap_or(0), self.policy().room_max_size);
            if requested > remaining {
                return Err(Full { requested, remaining }.into());
            }
            self.admit_alone(requested).await?;
            let VisitRequest { password, client, .. } = request.clone();
            let options = RoomOptions { password, client, claimed: true, ..RoomOptions::default() };
            match self.create_room(name, options).await {
                // Somebody else was first: this is a visit then.
                Err(Error::NameTaken) => taken = true,
                created => {
                    let created = created?;
                    return Ok((self.visited(&created.room, true, self.now()), Some(created)));
                }
            }
        }
    }

    fn visited(&self, room: &Room, made_room: bool, now: Timestamp) -> Caller {
        let session = self.new_session(made_room);
        let token = TokenRecord::issue(room, self.new_jti(), session, now, self.policy().token_ttl);
        Caller::Visitor(Visitor::new(token, made_room))
    }

    /// What came of a call: where it failed, the room goes again that was made for it.
    pub(crate) async fn or_unmake_room<T>(&self, caller: &Caller, done: Result<T>) -> Result<T> {
        if done.is_err() {
            self.unmake_room(caller.made_room()).await;
        }
        done
    }

    /// Takes a room back that was made for a call which came to nothing, unless somebody has used it by then. Never
    /// fails; what is left is an empty room that expires.
    pub(crate) async fn unmake_room(&self, made: Option<RoomId>) {
        let Some(id) = made else { return };
        let unmade: Result<()> = self
            .retried(|| async {
                let Some((mut tx, room, now)) = self.lock_room(id).await? else { return Ok(()) };
                let one = ContentPage { limit: Some(1), ..ContentPage::default() };
                let is_used = room.entries > 0
                    || room.current_size() > 0
                    || !tx.live_holds(id, now).await?.is_empty()
                    || !tx.contents(id, one).await?.is_empty();
                if !is_used {
                    tx.delete_room().await?;
                    tx.commit().await?;
                }
                Ok(())
            })
            .await;
        if let Err(error) = unmade {
            tracing::warn!(%error, "a room made for an upload that failed stays");
        }
    }
}
