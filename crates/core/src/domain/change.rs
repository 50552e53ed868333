//! Changing contents: from which version, what may change, and what a change leaves behind.

use crate::{
    content::{Body, Content, ContentKind, StoredContent},
    counts::Rows,
    domain::{
        content_limits::{check_expire_at, check_max_downloads},
        invalid::Invalid,
        language,
    },
    name::FileName,
    settable::settable,
    text::{TextTooLong, link_body, text_body, text_type},
    time::Timestamp,
};

/// Which versions of a content a change may start from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionPrecondition {
    /// Whichever there is.
    Any,
    /// One of these.
    Versions(Vec<u64>),
}

impl VersionPrecondition {
    /// Whether a version is one of them.
    pub fn holds(&self, version: u64) -> bool {
        match self {
            Self::Any => true,
            Self::Versions(versions) => versions.contains(&version),
        }
    }
}

settable! {
    /// What a person wants changed about a content. What is left out stays; `Some(None)` clears.
    #[derive(Clone, Debug, Default)]
    pub struct Edit {
        /// A text's new text.
        pub text: Option<String>,
        /// Where a link leads.
        pub url: Option<String>,
        /// Its name; files keep one.
        pub file_name: Option<Option<String>>,
        /// Its language.
        pub language: Option<Option<String>>,
        /// Whether it is kept at the top.
        pub pinned: Option<bool>,
        /// How many downloads it allows, those there were among them.
        pub max_downloads: Option<Option<u64>>,
        /// The first instant at which it is gone.
        pub expire_at: Option<Option<Timestamp>>,
    }
}

/// What changes about a content in the store. What is left out stays; `Some(None)` clears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentChange {
    /// Its name.
    pub file_name: Option<Option<FileName>>,
    /// Its media type.
    pub mime_type: Option<String>,
    /// Its language.
    pub language: Option<Option<String>>,
    /// Whether it is kept at the top.
    pub pinned: Option<bool>,
    /// How many downloads it allows.
    pub max_downloads: Option<Option<u64>>,
    /// The first instant at which it is gone.
    pub expire_at: Option<Option<Timestamp>>,
    /// All its bytes, with their size and hash.
    pub body: Option<Body>,
    /// How many versions further the content is by it: 1, or as many as the edits that it is made of.
    pub versions: u64,
}

impl Default for ContentChange {
    fn default() -> Self {
        Self {
            file_name: None,
            mime_type: None,
            language: None,
            pinned: None,
            max_downloads: None,
            expire_at: None,
            body: None,
            versions: 1,
        }
    }
}

impl ContentChange {
    /// What a longer name than the content has costs its room.
    pub(crate) fn longer_name(&self, content: &Content) -> Rows {
        let len = |name: &Option<FileName>| name.as_ref().map_or(0, |name| name.as_str().len() as u64);
        let longer =
            self.file_name.as_ref().map_or(0, |name| len(name).saturating_sub(len(&content.file_name)));
        Rows { count: 0, size: longer }
    }

    /// Whether the content has no thumbnail from here on: one whose downloads are limited is shown to nobody without one.
    pub fn drops_thumbnail(&self) -> bool {
        self.max_downloads.is_some_and(|max| max.is_some())
    }

    /// What it makes of a content.
    pub fn apply(&self, stored: &mut StoredContent, now: Timestamp) {
        fn set<T: Clone>(column: &mut T, value: &Option<T>) {
            if let Some(value) = value {
                column.clone_from(value);
            }
        }
        let content = &mut stored.content;
        set(&mut content.file_name, &self.file_name);
        set(&mut content.mime_type, &self.mime_type);
        set(&mut content.language, &self.language);
        set(&mut content.pinned, &self.pinned);
        set(&mut content.max_downloads, &self.max_downloads);
        set(&mut content.expire_at, &self.expire_at);
        if self.drops_thumbnail() {
            content.thumbnail_size = 0;
        }
        if let Some(body) = &self.body {
            content.size = body.size();
            content.sha256 = body.sha256;
            stored.segments.clone_from(&body.segments);
        }
        content.version += self.versions;
        content.updated_at = now;
    }
}

/// An [`Edit`] that was read, and is not held against a content yet.
#[derive(Clone)]
pub(crate) struct ReadEdit {
    text: Option<Result<Body, TextTooLong>>,
    link: Option<Body>,
    file_name: Option<Option<FileName>>,
    language: Option<Option<String>>,
    pinned: Option<bool>,
    max_downloads: Option<Option<u64>>,
    expire_at: Option<Option<Timestamp>>,
}

/// Why an edit cannot be made to a content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidChange {
    /// A content of this kind, or as it stands, cannot change so.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The new text is over the limit.
    #[error(transparent)]
    TextTooLong(#[from] TextTooLong),
}

impl Edit {
    /// Reads an edit. That a text is too long is reported by [`ReadEdit::decide`] only: sizes are judged last.
    ///
    /// # Errors
    ///
    /// The first member that can be no content's.
    pub(crate) fn read(self, now: Timestamp) -> Result<ReadEdit, Invalid> {
        let name = |name: Option<String>| name.as_deref().map(FileName::parse).transpose();
        Ok(ReadEdit {
            text: self.text.map(text_body),
            link: self.url.as_deref().map(link_body).transpose()?,
            file_name: self.file_name.map(name).transpose()?,
            language: self.language.map(|word| word.map(language::parse).transpose()).transpose()?,
            pinned: self.pinned,
            max_downloads: self.max_downloads.map(check_max_downloads).transpose()?,
            expire_at: self.expire_at.map(|at| check_expire_at(at, now)).transpose()?,
        })
    }
}

impl ReadEdit {
    /// Decides what an edit means for this content. A limit of downloads that is reached already is refused: the
    /// content would be gone at once, and to delete takes another permission.
    ///
    /// # Errors
    ///
    /// [`Invalid`] for what contents of this kind do not have, and for such a limit; [`TextTooLong`].
    pub(crate) fn decide(self, content: &Content) -> Result<ContentChange, InvalidChange> {
        let kind = content.kind;
        for (member, given, of) in
            [("text", self.text.is_some(), ContentKind::Text), ("url", self.link.is_some(), ContentKind::Url)]
        {
            if given && kind != of {
                return Err(Invalid::ContentMember { member, kind }.into());
            }
        }
        if kind == ContentKind::File && self.file_name == Some(None) {
            return Err(Invalid::FileWithoutName.into());
        }
        let count = content.download_count;
        if self.max_downloads.flatten().is_some_and(|max| max <= count) {
            return Err(Invalid::MaxDownloadsReached { count }.into());
        }
        let is_renamed_text = kind == ContentKind::Text;
        let mime_type = self.file_name.as_ref().filter(|_| is_renamed_text);
        Ok(ContentChange {
            mime_type: mime_type.map(|name| text_type(name.as_ref())),
            file_name: self.file_name,
            language: self.language,
            pinned: self.pinned,
            max_downloads: self.max_downloads,
            expire_at: self.expire_at,
            body: self.text.transpose()?.or(self.link),
            versions: 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Error, Result,
        content::NewContent,
        id::{ContentId, RoomId, SessionId},
        policy::TEXT_MAX,
    };

    fn content(kind: ContentKind) -> Content {
        let new = NewContent {
            file_name: FileName::parse("a.txt").ok(),
            mime_type: "text/plain".into(),
            ..NewContent::empty(RoomId(1), SessionId(uuid::Uuid::nil()), kind, Timestamp::EPOCH)
        };
        Content { download_count: 3, ..new.into_content(ContentId(1)) }
    }

    fn decide(kind: ContentKind, edit: Edit) -> Result<ContentChange> {
        Ok(edit.read(Timestamp::EPOCH).unwrap().decide(&content(kind))?)
    }

    #[test]
    fn a_text_says_something_and_a_link_leads_somewhere() {
        use ContentKind::{File, Text, Url};
        let text = || Edit { text: Some("x".into()), ..Edit::default() };
        let link = || Edit { url: Some("https://a".into()), ..Edit::default() };
        assert_eq!(decide(Text, text()).unwrap().body.unwrap().size(), 1);
        assert_eq!(decide(Url, link()).unwrap().body.unwrap().size(), 9);
        for (kind, edit) in [(File, text()), (Url, text()), (File, link()), (Text, link())] {
            assert!(matches!(decide(kind, edit), Err(Error::Invalid(Invalid::ContentMember { .. }))));
        }
        let long = Edit { text: Some("x".repeat(TEXT_MAX + 1)), ..Edit::default() };
        assert!(
            matches!(decide(Text, long), Err(Error::TextTooLong(TextTooLong(len))) if len == TEXT_MAX + 1)
        );
    }

    #[test]
    fn a_text_changes_its_type_with_its_name_and_a_file_does_not() {
        let name = |name: Option<&str>| Edit { file_name: Some(name.map(Into::into)), ..Edit::default() };
        let of = |kind, edit| decide(kind, edit).unwrap().mime_type;
        assert_eq!(
            of(ContentKind::Text, name(Some("b.md"))).as_deref(),
            Some("text/markdown; charset=utf-8")
        );
        assert_eq!(of(ContentKind::Text, name(None)).as_deref(), Some("text/plain; charset=utf-8"));
        assert_eq!(of(ContentKind::Text, Edit::default()), None);
        assert_eq!(of(ContentKind::File, name(Some("b.html"))), None);
        assert_eq!(of(ContentKind::Url, name(None)), None);
        let nameless = decide(ContentKind::File, name(None));
        assert!(matches!(nameless, Err(Error::Invalid(Invalid::FileWithoutName))));
    }

    #[test]
    fn a_limit_that_is_reached_already_is_refused() {
        let limit = |max| Edit { max_downloads: Some(max), ..Edit::default() };
        assert!(decide(ContentKind::File, limit(Some(4))).is_ok());
        assert!(decide(ContentKind::File, limit(None)).is_ok());
        let reached = decide(ContentKind::File, limit(Some(3)));
        assert!(matches!(reached, Err(Error::Invalid(Invalid::MaxDownloadsReached { count: 3 }))));
        assert!(limit(Some(0)).read(Timestamp::EPOCH).is_err());
    }
}
