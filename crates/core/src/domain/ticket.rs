//! Tickets: what opens one content, or lets somebody in, where a token cannot go or would be too much.

use std::time::Duration;

use crate::{
    domain::{invalid::Invalid, unauthorized::Unauthorized},
    id::{ContentId, RoomId, SessionId, TicketId},
    permission::Permission,
    policy::{SIZE_MAX, TICKET_TTL},
    room::Room,
    secret::KeyHash,
    time::Timestamp,
    token::Session,
};

/// What a ticket is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketPurpose {
    /// To read one content.
    Download(ContentId),
    /// To let somebody in, who may then do this at most; without it, as much as the maker's session. What an owner
    /// names holds whatever guests may do by default, then and later; what is not named, or a guest's, follows that.
    Enter(Option<Permission>),
}

/// How long a ticket is good, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketTerms {
    /// From its making on.
    pub lifetime: Duration,
    /// `None` for no limit.
    pub max_uses: Option<u64>,
}

impl TicketTerms {
    /// Reads what a client asks for. Left out, it is ten minutes, and one entry or any number of downloads.
    ///
    /// # Errors
    ///
    /// [`Invalid::TicketTtl`], [`Invalid::TicketUses`] below 1.
    pub fn parse(
        purpose: TicketPurpose,
        ttl_seconds: Option<u64>,
        max_uses: Option<u64>,
    ) -> Result<Self, Invalid> {
        if ttl_seconds == Some(0) {
            return Err(Invalid::TicketTtl);
        }
        if max_uses.is_some_and(|max| !(1..=SIZE_MAX).contains(&max)) {
            return Err(Invalid::TicketUses);
        }
        let usual = match purpose {
            TicketPurpose::Download(_) => None,
            TicketPurpose::Enter(_) => Some(1),
        };
        let lifetime = ttl_seconds.map_or(TICKET_TTL, Duration::from_secs);
        Ok(Self { lifetime, max_uses: max_uses.or(usual) })
    }
}

/// A ticket about to be added. The store gives it its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTicket {
    /// The hash of what its holder shows.
    pub hash: KeyHash,
    /// The room it opens, or whose content it reads.
    pub room_id: RoomId,
    /// The content it reads; `None` for one that lets somebody in.
    pub content_id: Option<ContentId>,
    /// The most that the session it buys may ever do.
    pub scope: Permission,
    /// What of it an owner granted: it holds whatever guests may do by default.
    pub granted: Permission,
    /// The session that made it.
    pub sid: SessionId,
    /// Whether that session is an owner's.
    pub owner: bool,
    /// How often it may be used; `None` for no limit.
    pub max_uses: Option<u64>,
    /// The instant of its making.
    pub created_at: Timestamp,
    /// The first instant at which it is invalid.
    pub expires_at: Timestamp,
}

impl NewTicket {
    /// A new ticket of a session, never living beyond the room, never allowing more than the session itself.
    pub fn issue(
        room: &Room,
        hash: KeyHash,
        session: Session,
        purpose: TicketPurpose,
        terms: TicketTerms,
        now: Timestamp,
    ) -> Self {
        let (content_id, scope, granted) = match purpose {
            TicketPurpose::Download(id) => (Some(id), Permission::VIEW, Permission::empty()),
            TicketPurpose::Enter(Some(asked)) if session.owner => {
                (None, asked & session.scope, Permission::granted_by_owner(asked & session.scope))
            }
            TicketPurpose::Enter(asked) => {
                (None, asked.unwrap_or(session.scope) & session.scope, Permission::empty())
            }
        };
        let end = now.saturating_add(terms.lifetime);
        Self {
            hash,
            room_id: room.id,
            content_id,
            scope,
            granted,
            sid: session.sid,
            owner: session.owner,
            max_uses: terms.max_uses,
            created_at: now,
            expires_at: room.expire_at.map_or(end, |room_end| end.min(room_end)),
        }
    }

    /// As it stands once the store has numbered it.
    pub fn into_ticket(self, id: TicketId) -> Ticket {
        Ticket {
            id,
            hash: self.hash,
            room_id: self.room_id,
            content_id: self.content_id,
            scope: self.scope,
            granted: self.granted,
            sid: self.sid,
            owner: self.owner,
            max_uses: self.max_uses,
            uses: 0,
            created_at: self.created_at,
            expires_at: self.expires_at,
            revoked_at: None,
        }
    }
}

/// A ticket whose uses are used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this ticket has been used up")]
pub struct TicketSpent;

/// A ticket that allows nothing that the room allows guests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this link is for what guests of the room may not do now: {scope}")]
pub struct TicketIdle {
    /// What it is for.
    pub scope: Permission,
}

/// A ticket as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The number the store gave it: ascending, never used again.
    pub id: TicketId,
    /// The hash of what its holder shows.
    pub hash: KeyHash,
    /// The room it opens, or whose content it reads.
    pub room_id: RoomId,
    /// The content it reads; `None` for one that lets somebody in.
    pub content_id: Option<ContentId>,
    /// The most that the session it buys may ever do.
    pub scope: Permission,
    /// What of it an owner granted: it holds whatever guests may do by default.
    pub granted: Permission,
    /// The session that made it.
    pub sid: SessionId,
    /// Whether that session is an owner's.
    pub owner: bool,
    /// How often it may be used; `None` for no limit.
    pub max_uses: Option<u64>,
    /// How often it was used.
    pub uses: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// The first instant at which it is invalid.
    pub expires_at: Timestamp,
    /// When it was revoked; `None` as long as it is not.
    pub revoked_at: Option<Timestamp>,
}

impl Ticket {
    /// Whether it is neither expired nor revoked.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }

    /// Whether its uses are used up.
    pub fn is_spent(&self) -> bool {
        self.max_uses.is_some_and(|max| self.uses >= max)
    }

    /// Whether it opens something of this room at an instant. Whether it is spent is asked later: see
    /// [`Ticket::check_uses`].
    ///
    /// # Errors
    ///
    /// [`Unauthorized::Ticket`] when it is expired or revoked, or a guest's invitation to a room that guests may not
    /// share any more.
    pub fn check_credential(&self, room: &Room, now: Timestamp) -> Result<(), Unauthorized> {
        let is_shared =
            self.content_id.is_some() || self.owner || room.permission.contains(Permission::SHARE);
        if self.is_live(now) && is_shared { Ok(()) } else { Err(Unauthorized::Ticket) }
    }

    /// Whether whoever it lets in could do anything in this room as it is now.
    ///
    /// # Errors
    ///
    /// [`TicketIdle`] when not: there, a use would be spent for nothing.
    pub fn check_worth(&self, room: &Room) -> Result<(), TicketIdle> {
        let would_be = Permission::effective(self.scope, self.granted, room.permission, false);
        if would_be.is_empty() { Err(TicketIdle { scope: self.scope }) } else { Ok(()) }
    }

    /// Whether it has a use left.
    ///
    /// # Errors
    ///
    /// [`TicketSpent`] when it has none.
    pub fn check_uses(&self) -> Result<(), TicketSpent> {
        if self.is_spent() { Err(TicketSpent) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(secs: u64) -> Timestamp {
        Timestamp::from_secs(i64::try_from(secs).unwrap())
    }

    fn room(expire_at: Option<Timestamp>) -> Room {
        Room {
            id: RoomId(1),
            name: crate::name::RoomName::parse("room").unwrap(),
            slug: "room".into(),
            password_hash: None,
            owner_key_hash: KeyHash::of("key"),
            owner_claimed: true,
            status: crate::room::RoomStatus::Open,
            permission: Permission::all(),
            max_size: 0,
            stored_size: 0,
            reserved_size: 0,
            contents: 0,
            rows_size: 0,
            event_seq: 0,
            max_entries: None,
            entries: 0,
            expire_at,
            created_at: at(0),
            updated_at: at(0),
        }
    }

    fn new_ticket() -> NewTicket {
        NewTicket {
            hash: KeyHash::of("x"),
            room_id: RoomId(1),
            content_id: None,
            scope: Permission::all(),
            granted: Permission::empty(),
            sid: SessionId(uuid::Uuid::nil()),
            owner: false,
            max_uses: None,
            created_at: at(0),
            expires_at: at(10),
        }
    }

    #[test]
    fn left_out_terms_are_those_of_the_contract() {
        let terms = |purpose, ttl, uses| TicketTerms::parse(purpose, ttl, uses);
        let (download, enter) = (TicketPurpose::Download(ContentId(1)), TicketPurpose::Enter(None));
        let ten_minutes = Duration::from_secs(600);
        assert_eq!(terms(download, None, None), Ok(TicketTerms { lifetime: ten_minutes, max_uses: None }));
        assert_eq!(terms(enter, None, None), Ok(TicketTerms { lifetime: ten_minutes, max_uses: Some(1) }));
        let minute = TicketTerms { lifetime: Duration::from_secs(60), max_uses: Some(7) };
        assert_eq!(terms(enter, Some(60), Some(7)), Ok(minute));
        assert_eq!(terms(enter, Some(0), None), Err(Invalid::TicketTtl));
        assert_eq!(terms(download, None, Some(0)), Err(Invalid::TicketUses));
        assert_eq!(terms(download, None, Some(u64::MAX)), Err(Invalid::TicketUses));
    }

    #[test]
    fn a_guest_invites_only_while_the_room_is_shared() {
        let private = Room { permission: Permission::VIEW, ..room(None) };
        let guests = new_ticket().into_ticket(TicketId(1));
        let owners = Ticket { owner: true, ..guests.clone() };
        let download = Ticket { content_id: Some(ContentId(1)), ..guests.clone() };
        for (ticket, good) in [(guests, false), (owners, true), (download, true)] {
            assert!(ticket.check_credential(&room(None), at(1)).is_ok());
            assert_eq!(ticket.check_credential(&private, at(1)).is_ok(), good);
        }
    }

    proptest! {
        #[test]
        fn a_ticket_is_good_only_unrevoked_in_time_and_unspent(
            revoked in proptest::option::of(0u64..9), expires in 0u64..20, now in 0u64..20,
            uses in 0u64..4, max_uses in proptest::option::of(1u64..4),
        ) {
            let ticket = Ticket {
                revoked_at: revoked.map(at),
                uses,
                ..NewTicket { expires_at: at(expires), max_uses, ..new_ticket() }.into_ticket(TicketId(1))
            };
            let in_time = revoked.is_none() && now < expires;
            let left = max_uses.is_none_or(|max| uses < max);
            prop_assert_eq!(ticket.check_credential(&room(None), at(now)).is_ok(), in_time);
            prop_assert_eq!(ticket.check_uses().is_ok(), left);
        }

        #[test]
        fn a_ticket_never_exceeds_its_makers_session_nor_its_room(
            asked in proptest::option::of(1u8..16), owner: bool, scope in 0u8..16, ttl in 1u64.., now in 0u64..100, end in 100u64..200,
        ) {
            let scope = Permission::from_bits_retain(scope);
            let purpose = TicketPurpose::Enter(asked.map(Permission::from_bits_retain));
            let session = Session { sid: SessionId(uuid::Uuid::nil()), owner, scope, granted: scope };
            let terms = TicketTerms::parse(purpose, Some(ttl), None).unwrap();
            let ticket = NewTicket::issue(&room(Some(at(end))), KeyHash::of("x"), session, purpose, terms, at(now));
            prop_assert!(scope.contains(ticket.scope) && ticket.scope.contains(ticket.granted));
            prop_assert!(ticket.granted.is_empty() || (owner && asked.is_some()), "a guest grants nothing");
            prop_assert_eq!(ticket.expires_at, at(now.saturating_add(ttl).min(end)));
        }
    }
}
