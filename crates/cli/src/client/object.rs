use clap::ValueEnum;
use elizabeth_core::{archive::entry_name, content::ContentKind, id::ContentId};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::ClientError;

/// A room, as far as it is looked at here.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Room {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) slug: String,
    #[serde(default)]
    pub(crate) has_password: bool,
    #[serde(default)]
    pub(crate) status: u8,
    #[serde(default)]
    pub(crate) max_size: u64,
    #[serde(default)]
    pub(crate) current_size: u64,
    pub(crate) max_times_entered: Option<u64>,
    #[serde(default)]
    pub(crate) current_times_entered: u64,
    pub(crate) expire_at: Option<String>,
    #[serde(default)]
    pub(crate) permission: u8,
}

/// A content, as far as it is looked at here.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Content {
    pub(crate) id: i64,
    pub(crate) content_type: String,
    pub(crate) file_name: Option<String>,
    pub(crate) size: u64,
    pub(crate) sha256: String,
    #[serde(default)]
    pub(crate) download_count: u64,
    pub(crate) max_downloads: Option<u64>,
    pub(crate) expire_at: Option<String>,
    pub(crate) created_at: String,
}

impl Room {
    /// Reads what a server sent.
    pub(crate) fn of(value: &Value) -> Result<Self, ClientError> {
        read(value)
    }
}

impl Content {
    /// Reads what a server sent.
    pub(crate) fn of(value: &Value) -> Result<Self, ClientError> {
        read(value)
    }

    /// What it is called: its name, or its number.
    pub(crate) fn label(&self) -> String {
        self.file_name.clone().unwrap_or_else(|| format!("#{}", self.id))
    }

    /// What it is called among files: as in an archive of the room.
    pub(crate) fn entry_name(&self) -> String {
        // A kind that only later servers know is bytes to us.
        let kind = ContentKind::from_name(&self.content_type).unwrap_or(ContentKind::File);
        entry_name(self.file_name.as_deref(), kind, ContentId(self.id))
    }
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<T, ClientError> {
    T::deserialize(value).map_err(|_| ClientError::Foreign("its answer is not understood"))
}

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
        match self {
            Self::View => 1,
            Self::Edit => 2,
            Self::Share => 4,
            Self::Delete => 8,
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
        match self {
            Self::Open => 0,
            Self::Locked => 1,
            Self::Closed => 2,
        }
    }

    /// The word that a number stands for.
    pub(crate) fn word(code: u8) -> &'static str {
        match code {
            0 => "open",
            1 => "locked",
            2 => "closed",
            _ => "unknown",
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

    #[test]
    fn a_room_of_another_version_can_be_read_if_it_has_the_essence() {
        let read = Room::of(&serde_json::json!({"id": 1, "name": "a", "slug": "b", "colour": "red"}));
        assert_eq!(read.unwrap().slug, "b");
        assert!(Room::of(&serde_json::json!({"id": 1})).is_err());
    }
}
