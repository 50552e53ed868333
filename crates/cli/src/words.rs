//! The words of the command line for what are numbers to a server.

use clap::ValueEnum;
use elizabeth_core::{permission::Permission, room::RoomStatus};

/// What is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Permissions {
    /// List, read, download
    View,
    /// Add and change contents
    Edit,
    /// The room answers to its plain name
    Share,
    /// Delete contents and the room
    Delete,
}

impl Permissions {
    fn bit(self) -> u8 {
        let permission = match self {
            Self::View => Permission::VIEW,
            Self::Edit => Permission::EDIT,
            Self::Share => Permission::SHARE,
            Self::Delete => Permission::DELETE,
        };
        permission.bits()
    }

    fn word(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Edit => "edit",
            Self::Share => "share",
            Self::Delete => "delete",
        }
    }

    /// The number that stands for some of them.
    pub(crate) fn bits(all: &[Self]) -> u8 {
        all.iter().fold(0, |bits, one| bits | one.bit())
    }

    /// The words that a number stands for.
    pub(crate) fn words(bits: u8) -> String {
        let held = Self::value_variants().iter().filter(|one| bits & one.bit() != 0);
        held.map(|one| one.word()).collect::<Vec<_>>().join(",")
    }
}

/// Who is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Status {
    /// Everybody who knows the address, and the password
    Open,
    /// Nobody new
    Locked,
    /// Nobody but the owner
    Closed,
}

impl Status {
    /// The number that stands for it.
    pub(crate) fn code(self) -> u8 {
        let status = match self {
            Self::Open => RoomStatus::Open,
            Self::Locked => RoomStatus::Locked,
            Self::Closed => RoomStatus::Closed,
        };
        status.code()
    }

    /// The word that a number stands for.
    pub(crate) fn word(code: u8) -> &'static str {
        match RoomStatus::from_code(code.into()) {
            Some(RoomStatus::Open) => "open",
            Some(RoomStatus::Locked) => "locked",
            Some(RoomStatus::Closed) => "closed",
            None => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_numbers_to_the_server() {
        use Permissions::{Delete, Edit, Share, View};
        assert_eq!(Permissions::bits(&[View, Share, Share]), 5);
        assert_eq!(Permissions::bits(&[Edit, Delete]), 10);
        assert_eq!(Permissions::words(15), "view,edit,share,delete");
        assert_eq!(Permissions::words(9), "view,delete");
    }
}
