use elizabeth_core::media_kind::MediaKind;

/// What stands on top of the page of a ticket.
pub(super) enum Look {
    /// A picture at an address.
    Picture(String),
    /// A drawing: the path of an SVG of 24 by 24.
    Drawing(&'static str),
    Nothing,
}

/// An open door.
pub(super) const DOOR: &str = "M6 21V4h9v17M3 21h18M15 7h4v14M12 12.5h.01";

/// A drawing of a content's kind.
pub(super) const fn of_kind(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Picture => "M4 5h16v14H4zM4 16l4.5-4.5 5 5 3-3 3.5 3.5M15.5 9.5h.01",
        MediaKind::Video => "M4 5h16v14H4zM10 9v6l5-3z",
        MediaKind::Audio => {
            "M9 17.5V6l10-2v11.5M9 17.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM19 15.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z"
        }
        MediaKind::Document => "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
        MediaKind::Archive => "M4 8h16v12H4zM3 4h18v4H3zM10 12h4",
        MediaKind::Code => "M8 7l-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14",
        MediaKind::Text => "M5 6h14M5 10h14M5 14h14M5 18h9",
        MediaKind::Link => "M10 14l4-4M9 8l2-2a4.2 4.2 0 0 1 6 6l-2 2M15 16l-2 2a4.2 4.2 0 0 1-6-6l2-2",
        MediaKind::Other => "M6 3h8l4 4v14H6zM14 3v4h4",
    }
}
