use elizabeth_core::{ErrorCode, media_kind::MediaKind, permission::Permission};

use super::{Often, Words};

pub(super) const WORDS: Words = Words {
    tag: "de",
    kind: |kind| match kind {
        MediaKind::Picture => "Bild",
        MediaKind::Video => "Video",
        MediaKind::Audio => "Audio",
        MediaKind::Document => "Dokument",
        MediaKind::Archive => "Archiv",
        MediaKind::Code => "Code",
        MediaKind::Text => "Text",
        MediaKind::Link => "Link",
        MediaKind::Other => "Datei",
    },
    what: "{kind}, {size}, aus dem Raum {room}.",
    invited: "Du bist in den Raum {room} eingeladen",
    download: "Herunterladen",
    enter: "Eintreten",
    downloads: Often {
        any: "Herunterladen geht bis {time}.",
        once: "Herunterladen geht noch einmal, bis {time}.",
        more: "Herunterladen geht noch {n}-mal, bis {time}.",
    },
    uses: Often {
        any: "Der Link gilt bis {time}.",
        once: "Der Link gilt noch einmal, bis {time}.",
        more: "Der Link gilt noch {n}-mal, bis {time}.",
    },
    may: [
        (Permission::VIEW, "alles ansehen"),
        (Permission::EDIT, "etwas hinzufügen"),
        (Permission::SHARE, "andere einladen"),
        (Permission::DELETE, "löschen"),
    ],
    comma: ", ",
    and: " und ",
    may_all: "Du darfst {list}.",
    may_blind: "Du darfst {list}; du siehst, was von dir ist, und sonst nichts.",
    used_up: "Dieser Link ist aufgebraucht.",
    opens_nothing: "Dieser Link öffnet nichts",
    ask_for_another: "Bitte um einen neuen, wo du ihn herhast.",
    refusals: &[
        (ErrorCode::TicketInvalid, "Er ist unbekannt, abgelaufen oder widerrufen."),
        (ErrorCode::TicketSpent, "Er ist aufgebraucht."),
        (
            ErrorCode::TicketIdle,
            "Er ist für etwas, das Gäste des Raums gerade nicht dürfen. Er wurde nicht verbraucht.",
        ),
        (ErrorCode::RoomExpired, "Die Zeit des Raums ist abgelaufen."),
        (ErrorCode::RoomClosed, "Der Raum ist geschlossen."),
        (ErrorCode::RoomLocked, "Der Raum ist verriegelt: Niemand Neues kann hinein."),
        (ErrorCode::EntriesExhausted, "Der Raum lässt niemanden mehr ein: Alle Eintritte sind aufgebraucht."),
        (ErrorCode::ContentExpired, "Die Zeit dessen, was er öffnet, ist abgelaufen."),
        (ErrorCode::DownloadsSpent, "Alle Downloads dessen, was er öffnet, sind aufgebraucht."),
    ],
};
