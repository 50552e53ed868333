//! The words of the command line for what are numbers to a server.

use clap::ValueEnum;
use elizabeth_api::{PermissionInput, StatusCode};
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
    /// What guests may do where nothing else is asked for.
    pub(crate) const USUAL: [Self; 3] = [Self::View, Self::Edit, Self::Share];

    fn permission(self) -> Permission {
        match self {
            Self::View => Permission::VIEW,
            Self::Edit => Permission::EDIT,
            Self::Share => Permission::SHARE,
            Self::Delete => Permission::DELETE,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Edit => "edit",
            Self::Share => "share",
            Self::Delete => "delete",
        }
    }

    /// Some of them together; `None` for none.
    pub(crate) fn all(some: &[Self]) -> Option<PermissionInput> {
        some.iter().map(|one| one.permission()).reduce(|all, one| all | one).map(PermissionInput::from)
    }

    /// The words that a number stands for.
    pub(crate) fn words(bits: u8) -> String {
        let held = Self::value_variants().iter().filter(|one| bits & one.permission().bits() != 0);
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

impl From<Status> for StatusCode {
    fn from(status: Status) -> Self {
        Self(match status {
            Status::Open => RoomStatus::Open,
            Status::Locked => RoomStatus::Locked,
            Status::Closed => RoomStatus::Closed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_numbers_to_the_server() {
        use Permissions::{Delete, Edit, Share, View};
        let bits = |some: &[Permissions]| Permissions::all(some).map(|all| all.invitation().unwrap().bits());
        assert_eq!(bits(&[View, Share, Share]), Some(5));
        assert_eq!(bits(&[Edit, Delete]), Some(10));
        assert_eq!(bits(&[]), None);
        assert_eq!(Permissions::words(15), "view,edit,share,delete");
        assert_eq!(Permissions::words(9), "view,delete");
    }
}
