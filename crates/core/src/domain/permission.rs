//! What may be done in a room.

use std::fmt;

bitflags::bitflags! {
    /// A set of permissions, as a room has it and a token carries it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Permission: u8 {
        /// List, read, download.
        const VIEW = 1;
        /// Add and change contents.
        const EDIT = 2;
        /// The room answers to its plain name; without it only to its slug.
        const SHARE = 4;
        /// Delete contents and the room.
        const DELETE = 8;
    }
}

impl Permission {
    /// A room's permission from its bits: 0 to 15, and VIEW is always among them.
    ///
    /// # Errors
    ///
    /// When a bit is set that has no meaning.
    pub fn for_room(bits: u64) -> Result<Self, InvalidPermission> {
        let known =
            u8::try_from(bits).ok().and_then(Self::from_bits).ok_or(InvalidPermission::Unknown(bits))?;
        Ok(known | Self::VIEW)
    }

    /// What an invitation allows, from its bits: 1 to 15, VIEW among them only when it is meant.
    ///
    /// # Errors
    ///
    /// When there is none, or one that has no meaning.
    pub fn for_invitation(bits: u64) -> Result<Self, InvalidPermission> {
        let known =
            u8::try_from(bits).ok().and_then(Self::from_bits).ok_or(InvalidPermission::Unknown(bits))?;
        if known.is_empty() { Err(InvalidPermission::Nothing) } else { Ok(known) }
    }

    /// What a session may do: an owner's everything; a guest's what its token was issued with, as far as the room allows
    /// it to all guests or an owner has `granted` it to this one.
    pub fn effective(token: Self, granted: Self, room: Self, owner: bool) -> Self {
        if owner { Self::all() } else { token & (room | granted) }
    }

    /// What an owner's invitation grants that names so much: it holds whatever guests may do by default. SHARE is the
    /// room's own, since it says by which address the room is found, and is never granted.
    pub fn granted_by_owner(named: Self) -> Self {
        named - Self::SHARE
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        bitflags::parser::to_writer(self, f)
    }
}

/// Why bits are no permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPermission {
    /// Some have no meaning.
    #[error("permission {0} has unknown bits: VIEW 1, EDIT 2, SHARE 4, DELETE 8")]
    Unknown(u64),
    /// There are none where one is needed.
    #[error("an invitation allows at least one of VIEW 1, EDIT 2, SHARE 4, DELETE 8")]
    Nothing,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bits_are_those_of_the_contract() {
        assert_eq!(Permission::all().bits(), 15);
        assert_eq!(Permission::for_room(7).unwrap(), Permission::VIEW | Permission::EDIT | Permission::SHARE);
        assert_eq!(Permission::for_room(0).unwrap(), Permission::VIEW);
        assert_eq!(Permission::for_room(16), Err(InvalidPermission::Unknown(16)));
        assert_eq!(Permission::for_room(257), Err(InvalidPermission::Unknown(257)));
        assert_eq!(Permission::for_invitation(2), Ok(Permission::EDIT));
        assert_eq!(Permission::for_invitation(0), Err(InvalidPermission::Nothing));
        assert_eq!(Permission::for_invitation(258), Err(InvalidPermission::Unknown(258)));
    }

    proptest! {
        #[test]
        fn a_guest_never_has_more_than_token_and_room_but_for_what_an_owner_granted(
            token in 0u8..16, granted in 0u8..16, room in 0u8..16,
        ) {
            let [token, granted, room] = [token, granted, room].map(Permission::from_bits_retain);
            let guest = Permission::effective(token, Permission::empty(), room, false);
            prop_assert!(token.contains(guest) && room.contains(guest));
            let guest = Permission::effective(token, granted, room, false);
            prop_assert!(token.contains(guest) && (room | granted).contains(guest) && guest.contains(token & granted));
            prop_assert_eq!(Permission::effective(token, granted, room, true), Permission::all());
            prop_assert!(!Permission::granted_by_owner(granted).contains(Permission::SHARE));
        }
    }
}
