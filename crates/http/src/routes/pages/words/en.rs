use elizabeth_core::{ErrorCode, media_kind::MediaKind, permission::Permission};

use super::{Often, Words};

pub(super) const WORDS: Words = Words {
    tag: "en",
    kind: |kind| match kind {
        MediaKind::Picture => "Picture",
        MediaKind::Video => "Video",
        MediaKind::Audio => "Sound",
        MediaKind::Document => "Document",
        MediaKind::Archive => "Archive",
        MediaKind::Code => "Code",
        MediaKind::Text => "Text",
        MediaKind::Link => "Link",
        MediaKind::Other => "File",
    },
    what: "{kind}, {size} from the room {room}.",
    invited: "You are invited to the room {room}",
    download: "Download",
    enter: "Enter",
    downloads: Often {
        any: "It can be downloaded until {time}.",
        once: "It can be downloaded once more, until {time}.",
        more: "It can be downloaded {n} more times, until {time}.",
    },
    uses: Often {
        any: "It can be used until {time}.",
        once: "It can be used once more, until {time}.",
        more: "It can be used {n} more times, until {time}.",
    },
    may: [
        (Permission::VIEW, "look at everything"),
        (Permission::EDIT, "add to it"),
        (Permission::SHARE, "invite others"),
        (Permission::DELETE, "delete"),
    ],
    comma: ", ",
    and: " and ",
    may_all: "You may {list}.",
    may_blind: "You may {list}; you will see what you add yourself, and nothing else.",
    used_up: "This link has been used up.",
    opens_nothing: "This link opens nothing",
    ask_for_another: "Ask the person who sent it to you for a new one.",
    refusals: &[
        (ErrorCode::TicketInvalid, "It is unknown, over, or was ended."),
        (ErrorCode::TicketSpent, "It has been used up."),
        (ErrorCode::TicketIdle, "It is for what guests of the room may not do now. It was not used up."),
        (ErrorCode::RoomExpired, "The room’s time is over."),
        (ErrorCode::RoomClosed, "The room is closed."),
        (ErrorCode::RoomLocked, "The room is locked: nobody else may enter."),
        (ErrorCode::EntriesExhausted, "The room lets nobody else in: all its entries are used up."),
        (ErrorCode::ContentExpired, "The time of what it opens is over."),
        (ErrorCode::DownloadsSpent, "All downloads of what it opens are used up."),
    ],
};
