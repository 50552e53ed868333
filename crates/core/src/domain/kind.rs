//! What kinds of contents there are.

/// What a content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentKind {
    /// Bytes with a name and a type.
    File,
    /// A text that people edit.
    Text,
    /// A link.
    Url,
}

impl ContentKind {
    /// `file`, `text` or `url`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Text => "text",
            Self::Url => "url",
        }
    }

    /// The kind of a [`ContentKind::as_str`].
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "file" => Some(Self::File),
            "text" => Some(Self::Text),
            "url" => Some(Self::Url),
            _ => None,
        }
    }
}
