//! What happens in a room: numbered, kept for a while, and seen by those whom it concerns.

use std::time::Duration;

use crate::{
    id::{ContentId, SessionId, UploadId},
    limits::{Limit, Limits},
    time::Timestamp,
};

/// So many of a room's newest events are kept however old they are.
pub const EVENTS_KEPT: u64 = 1000;
/// Events younger than this are kept, up to [`Limit::RoomEvents`] of a room.
pub const EVENTS_KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// Something that happened in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomEvent {
    /// Its number: from 1 on, ascending in its room without a gap.
    pub seq: u64,
    /// When it happened, by the clock of the process that did it.
    pub at: Timestamp,
    /// The session whose content or upload it is about; `None` for what is nobody's.
    pub sid: Option<SessionId>,
    /// What it was.
    pub what: Happening,
}

impl RoomEvent {
    /// Whether somebody is told of it who sees only what one session added, or, with `None`, everything.
    pub fn is_seen_by(&self, visible: Option<SessionId>) -> bool {
        visible.is_none() || self.sid.is_none() || self.sid == visible
    }
}

/// What happened. It names what changed and copies nothing of it: whoever is told reads how that stands by then, so that
/// nothing which was deleted comes back. As JSON it is a stored format: never rename anything.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind")]
pub enum Happening {
    /// A content was added.
    #[serde(rename = "content.created")]
    ContentCreated {
        /// Which.
        id: ContentId,
    },
    /// A content was changed, or one of the downloads was used that it allows.
    #[serde(rename = "content.updated")]
    ContentUpdated {
        /// Which.
        id: ContentId,
    },
    /// Contents were deleted, or their time was over.
    #[serde(rename = "content.deleted")]
    ContentDeleted {
        /// Which, ascending.
        ids: Vec<ContentId>,
    },
    /// A text was edited by several at once.
    #[serde(rename = "content.edited")]
    ContentEdited {
        /// Which.
        id: ContentId,
        /// The version that the edits start from.
        from: u64,
        /// The version that they end at.
        to: u64,
    },
    /// An upload in pieces was announced.
    #[serde(rename = "upload.started")]
    UploadStarted {
        /// Which.
        id: UploadId,
    },
    /// More of it has arrived.
    #[serde(rename = "upload.progress")]
    UploadProgress {
        /// Which.
        id: UploadId,
        /// Bytes that had arrived.
        uploaded: u64,
    },
    /// It is complete, was given up, or was silent for too long.
    #[serde(rename = "upload.ended")]
    UploadEnded {
        /// Which.
        id: UploadId,
    },
    /// The room's settings, permission or address changed.
    #[serde(rename = "room.updated")]
    RoomUpdated,
}

impl Happening {
    /// Its word. It never changes.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ContentCreated { .. } => "content.created",
            Self::ContentUpdated { .. } => "content.updated",
            Self::ContentDeleted { .. } => "content.deleted",
            Self::ContentEdited { .. } => "content.edited",
            Self::UploadStarted { .. } => "upload.started",
            Self::UploadProgress { .. } => "upload.progress",
            Self::UploadEnded { .. } => "upload.ended",
            Self::RoomUpdated => "room.updated",
        }
    }
}

/// Which events of a room are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventRange {
    /// The number of the first one; behind the newest where none is kept.
    pub oldest: u64,
    /// The room's newest number; 0 before the first.
    pub newest: u64,
}

impl EventRange {
    /// Whether all that happened behind a number is kept. Otherwise whoever has seen that much has to list the room anew.
    pub fn replays(self, after: u64) -> bool {
        after <= self.newest && after.saturating_add(1) >= self.oldest
    }

    /// Up to which number the events of a room may be removed, where `first_young` is the first of those kept that is
    /// younger than [`EVENTS_KEPT_FOR`]; 0 for none of them. Those that are left follow each other without a gap.
    pub fn prunable(self, first_young: Option<u64>, limits: &Limits) -> u64 {
        let many = self.newest.saturating_sub(limits.get(Limit::RoomEvents));
        let old = self.newest.saturating_sub(EVENTS_KEPT);
        many.max(old.min(first_young.map_or(self.newest, |first| first.saturating_sub(1))))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_drop_box_sees_its_own_and_what_is_nobodys() {
        let [mine, other] = [1, 2].map(|n| Some(SessionId(Uuid::from_u128(n))));
        let of = |sid| RoomEvent { seq: 1, at: Timestamp::EPOCH, sid, what: Happening::RoomUpdated };
        assert!(of(mine).is_seen_by(mine) && of(None).is_seen_by(mine) && !of(other).is_seen_by(mine));
        assert!(of(mine).is_seen_by(None) && of(None).is_seen_by(None));
    }

    #[test]
    fn a_cursor_is_replayed_from_where_nothing_is_missing() {
        let range = EventRange { oldest: 11, newest: 20 };
        assert!(range.replays(10) && range.replays(20) && !range.replays(9) && !range.replays(21));
        let new = EventRange { oldest: 1, newest: 0 };
        assert!(new.replays(0) && !new.replays(1));
        let bare = EventRange { oldest: 21, newest: 20 };
        assert!(bare.replays(20) && !bare.replays(19));
    }

    #[test]
    fn the_newest_and_the_young_are_kept_up_to_a_limit() {
        let limits = Limits::default();
        let most = limits.get(Limit::RoomEvents);
        let range = |newest| EventRange { oldest: 1, newest };
        assert_eq!(range(EVENTS_KEPT).prunable(None, &limits), 0);
        assert_eq!(range(EVENTS_KEPT + 7).prunable(None, &limits), 7);
        assert_eq!(range(EVENTS_KEPT + 7).prunable(Some(4), &limits), 3);
        assert_eq!(range(EVENTS_KEPT + 7).prunable(Some(1), &limits), 0);
        assert_eq!(range(most + 7).prunable(Some(1), &limits), 7);
        // An operator who keeps fewer than that decides.
        let few = Limits::default().with(Limit::RoomEvents, 5);
        assert_eq!(range(9).prunable(Some(1), &few), 4);
    }

    #[test]
    fn the_stored_text_stays() {
        let (id, upload) = (ContentId(7), UploadId(Uuid::nil()));
        let all = [
            (Happening::ContentCreated { id }, r#"{"kind":"content.created","id":7}"#),
            (Happening::ContentUpdated { id }, r#"{"kind":"content.updated","id":7}"#),
            (Happening::ContentDeleted { ids: vec![id] }, r#"{"kind":"content.deleted","ids":[7]}"#),
            (
                Happening::ContentEdited { id, from: 3, to: 5 },
                r#"{"kind":"content.edited","id":7,"from":3,"to":5}"#,
            ),
            (
                Happening::UploadStarted { id: upload },
                r#"{"kind":"upload.started","id":"00000000-0000-0000-0000-000000000000"}"#,
            ),
            (
                Happening::UploadProgress { id: upload, uploaded: 5 },
                r#"{"kind":"upload.progress","id":"00000000-0000-0000-0000-000000000000","uploaded":5}"#,
            ),
            (
                Happening::UploadEnded { id: upload },
                r#"{"kind":"upload.ended","id":"00000000-0000-0000-0000-000000000000"}"#,
            ),
            (Happening::RoomUpdated, r#"{"kind":"room.updated"}"#),
        ];
        for (what, text) in all {
            assert_eq!(serde_json::to_string(&what).unwrap(), text);
            assert_eq!(serde_json::from_str::<Happening>(text).unwrap(), what);
            assert!(text.contains(what.kind()));
        }
    }
}
