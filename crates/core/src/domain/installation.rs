//! What belongs together knows it: the database and the blob store of one installation hold the same identifier.

use std::fmt;

use uuid::Uuid;

use crate::time::Timestamp;

/// What an installation is known by: drawn at its first start, kept in the database and in the blob store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstallationId(pub Uuid);

impl InstallationId {
    /// Reads back what `Display` wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text.trim_end()).ok().map(Self)
    }
}

impl fmt::Display for InstallationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What the store knows of the installation that it belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Installation {
    /// Its identifier; `None` until the first start that knows of such.
    pub id: Option<InstallationId>,
    /// Whether a blob store holds the same one.
    pub blobs_marked: bool,
    /// Up to which instant the last sweep removed what was over: see [`RemovalClock`](crate::leap::RemovalClock).
    pub removed_until: Option<Timestamp>,
}

/// Why a database and a blob store do not belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// Each belongs to another installation.
    #[error("the database and the blobs belong to different installations")]
    Differ,
    /// The database holds rooms and knows its blobs, and these are others or gone.
    #[error("the blobs that belong to this database are not here: they were emptied, moved or left behind")]
    BlobsGone,
    /// The blobs belong to a database, and this one is new.
    #[error("the database that belongs to these blobs is not here: it was emptied, moved or left behind")]
    DatabaseGone,
}

/// What has to be done so that database and blobs hold the same identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Join {
    /// Nothing: they do.
    Joined,
    /// Neither holds one: a new installation, or one of before there were identifiers.
    Draw,
    /// This one goes where it is missing, or in place of another.
    Both(InstallationId),
}

impl Installation {
    /// Holds what the database knows against what the blob store holds. With `adopt` whatever is there is joined.
    pub(crate) fn join(
        &self,
        blobs: Option<InstallationId>,
        holds_rooms: bool,
        adopt: bool,
    ) -> Result<Join, Mismatch> {
        match (self.id, blobs) {
            (None, None) => Ok(Join::Draw),
            (Some(id), Some(other)) if id == other && self.blobs_marked => Ok(Join::Joined),
            (Some(id), Some(other)) if id == other || adopt => Ok(Join::Both(id)),
            (Some(_), Some(_)) => Err(Mismatch::Differ),
            // The first start was cut off between the two, or there is nothing to lose.
            (Some(id), None) if adopt || !self.blobs_marked || !holds_rooms => Ok(Join::Both(id)),
            (Some(_), None) => Err(Mismatch::BlobsGone),
            (None, Some(id)) if adopt => Ok(Join::Both(id)),
            (None, Some(_)) => Err(Mismatch::DatabaseGone),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id() -> impl Strategy<Value = Option<InstallationId>> {
        proptest::option::of((1u128..3).prop_map(|id| InstallationId(Uuid::from_u128(id))))
    }

    proptest! {
        /// Two different identifiers are never joined unasked, nor is a database that holds rooms with blobs that know
        /// nothing; what is joined ends with the same one on both sides.
        #[test]
        fn what_does_not_belong_together_is_refused(
            known in id(), marked in any::<bool>(), blobs in id(), rooms in any::<bool>(), adopt in any::<bool>()
        ) {
            let marked = marked && known.is_some();
            let here = Installation { id: known, blobs_marked: marked, removed_until: None };
            let joined = here.join(blobs, rooms, adopt);
            let differs = known.is_some() && blobs.is_some() && known != blobs;
            let lost = (known.is_none() && blobs.is_some()) || (marked && rooms && blobs.is_none());
            prop_assert_eq!(joined.is_err(), !adopt && (differs || lost));
            if let Ok(Join::Both(id)) = joined {
                prop_assert!(known.is_none_or(|known| known == id));
                prop_assert!(known.is_some() || blobs == Some(id));
            }
            prop_assert_eq!(joined == Ok(Join::Draw), known.is_none() && blobs.is_none());
        }
    }

    #[test]
    fn an_identifier_is_read_back() {
        let id = InstallationId(Uuid::from_u128(7));
        assert_eq!(InstallationId::parse(&format!("{id}\n")), Some(id));
        assert_eq!(InstallationId::parse("7"), None);
    }
}
