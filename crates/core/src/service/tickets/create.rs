use secrecy::SecretString;

use crate::{
    Elizabeth, Error, Result,
    id::ContentId,
    name::RoomRef,
    permission::Permission,
    ports::{CredentialKind, ReadTx},
    secret::{KeyHash, TICKET_PREFIX, opaque_secret},
    service::{
        authorize::{Grant, Requirement},
        caller::Caller,
        contents::get::check_live,
    },
    settable::settable,
    ticket::{NewTicket, Ticket, TicketPurpose, TicketTerms},
    time::Timestamp,
};

settable! {
    /// A ticket as a client asks for it.
    #[derive(Clone, Copy, Debug)]
    pub struct TicketRequest {
        /// What it is for.
        pub purpose: TicketPurpose,
        /// How long it is good, in seconds from 1 on; 600 when left out. Never beyond the room's own end.
        pub ttl_seconds: Option<u64>,
        /// How often it is good, from 1 on; left out, once for an entry, without limit for downloads.
        pub max_uses: Option<u64>,
    }
}

impl TicketRequest {
    /// A ticket for a purpose, on the usual terms.
    pub fn new(purpose: TicketPurpose) -> Self {
        Self { purpose, ttl_seconds: None, max_uses: None }
    }
}

/// A ticket that was just made.
#[derive(Clone, Debug)]
pub struct CreatedTicket {
    /// What its holder shows. It is kept as a hash only, and given this once.
    pub secret: SecretString,
    /// The ticket.
    pub ticket: Ticket,
}

impl Elizabeth {
    /// Makes a ticket: one that reads a content the caller sees, or one that lets somebody in, who may then do no
    /// more than the caller. An owner may give more than guests have by default, and what an owner names holds whatever
    /// that becomes; what a guest gives is theirs as far as the room allows it to all.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for its terms. To read a content: without a token that sees it;
    /// [`Error::ContentNotFound`], [`Error::ContentExpired`], [`Error::DownloadsSpent`]. To let somebody in: without
    /// a token that has SHARE; [`Error::PermissionDenied`] with what the caller does not have either, or was granted alone. For both
    /// [`Error::TooMany`] tickets; [`Error::StorageFull`].
    pub async fn create_ticket(
        &self,
        room: &RoomRef,
        caller: &Caller,
        request: TicketRequest,
    ) -> Result<CreatedTicket> {
        let TicketRequest { purpose, ttl_seconds, max_uses } = request;
        let terms = TicketTerms::parse(purpose, ttl_seconds, max_uses)?;
        let need = match purpose {
            TicketPurpose::Download(_) => Requirement::Look,
            TicketPurpose::Enter(_) => Requirement::Permission(Permission::SHARE),
        };
        let secret = opaque_secret(TICKET_PREFIX, self.ports.entropy.bytes());
        let hash = KeyHash::of(&secret);
        let free = self.free_space().await?;
        let ticket = self
            .retried(|| async {
                let (mut tx, grant, now) = self.authorize_locked(room, caller, need).await?;
                match purpose {
                    TicketPurpose::Download(id) => check_readable(tx.as_mut(), &grant, id, now).await?,
                    TicketPurpose::Enter(Some(asked)) if !grant.may_give().contains(asked) => {
                        return Err(Error::PermissionDenied(asked - grant.may_give()));
                    }
                    TicketPurpose::Enter(_) => {}
                }
                self.admit_row(free)?;
                self.admit_credential(tx.as_mut(), grant.room.id, CredentialKind::Ticket, now).await?;
                let new = NewTicket::issue(&grant.room, hash, grant.token.session(), purpose, terms, now);
                let id = tx.insert_ticket(&new).await?;
                tx.commit().await?;
                Ok(new.into_ticket(id))
            })
            .await?;
        Ok(CreatedTicket { secret: secret.into(), ticket })
    }
}

async fn check_readable<T: ReadTx + ?Sized>(
    tx: &mut T,
    grant: &Grant,
    id: ContentId,
    now: Timestamp,
) -> Result<()> {
    let found = tx.contents_by_id(grant.room.id, &[id]).await?.into_iter().next();
    let content = found.filter(|content| grant.sees(content)).ok_or(Error::ContentNotFound(id))?;
    check_live(&content, now)
}
