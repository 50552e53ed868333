//! Texts and links: what people write into a room, and how it becomes bytes.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::{
    content::{BlobLocation, Body, ContentKind, NewContent, Segment, Sha256Hash},
    domain::{
        content_limits::{check_expire_at, check_max_downloads},
        invalid::Invalid,
        language, link,
    },
    id::{RoomId, SessionId},
    name::FileName,
    policy::TEXT_MAX,
    settable::settable,
    time::Timestamp,
};

pub use crate::domain::{language::InvalidLanguage, link::InvalidUrl};

settable! {
    /// A text as a client sends it.
    #[derive(Clone, Debug, Default)]
    pub struct TextRequest {
        /// Its text, of at most [`TEXT_MAX`] bytes; may be empty.
        pub text: String,
        /// Its name, as [`FileName::parse`] reads it.
        pub file_name: Option<String>,
        /// Its language: a word such as `rust` or `de`.
        pub language: Option<String>,
        /// Whether it is kept at the top.
        pub pinned: bool,
        /// How many downloads it is to allow; at least 1.
        pub max_downloads: Option<u64>,
        /// The first instant at which it is to be gone.
        pub expire_at: Option<Timestamp>,
    }
}

settable! {
    /// A link as a client sends it.
    #[derive(Clone, Debug, Default)]
    pub struct LinkRequest {
        /// Where it leads: http, https or mailto.
        pub url: String,
        /// Its name, as [`FileName::parse`] reads it.
        pub file_name: Option<String>,
    }
}

impl TextRequest {
    /// A text without a name or limits.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

impl LinkRequest {
    /// A link without a name.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }
}

/// A text of too many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a text has at most {TEXT_MAX} bytes of UTF-8, this one {0}")]
pub struct TextTooLong(pub usize);

/// The media type of a link (RFC 2483, section 5).
const URI_LIST: &str = "text/uri-list";

/// A text or a link that was read and can be added to a room.
#[derive(Clone)]
pub(crate) struct ParsedText {
    kind: ContentKind,
    file_name: Option<FileName>,
    mime_type: String,
    language: Option<String>,
    pinned: bool,
    max_downloads: Option<u64>,
    expire_at: Option<Timestamp>,
    body: Result<Body, TextTooLong>,
}

impl ParsedText {
    /// Reads a text. That it is too long is reported by [`ParsedText::into_new`] only: sizes are judged last.
    ///
    /// # Errors
    ///
    /// What is wrong with its name, language, downloads or expiry.
    pub(crate) fn text(request: TextRequest, now: Timestamp) -> Result<Self, Invalid> {
        let file_name = request.file_name.as_deref().map(FileName::parse).transpose()?;
        Ok(Self {
            kind: ContentKind::Text,
            mime_type: text_type(file_name.as_ref()),
            file_name,
            language: request.language.map(language::parse).transpose()?,
            pinned: request.pinned,
            max_downloads: check_max_downloads(request.max_downloads)?,
            expire_at: check_expire_at(request.expire_at, now)?,
            body: text_body(request.text),
        })
    }

    /// Reads a link.
    ///
    /// # Errors
    ///
    /// What is wrong with its address or its name.
    pub(crate) fn link(request: &LinkRequest) -> Result<Self, Invalid> {
        Ok(Self {
            kind: ContentKind::Url,
            mime_type: URI_LIST.to_owned(),
            file_name: request.file_name.as_deref().map(FileName::parse).transpose()?,
            language: None,
            pinned: false,
            max_downloads: None,
            expire_at: None,
            body: Ok(link_body(&request.url)?),
        })
    }
    /// As it is added to a room.
    ///
    /// # Errors
    ///
    /// [`TextTooLong`].
    pub(crate) fn into_new(
        self,
        room_id: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> Result<NewContent, TextTooLong> {
        let Body { sha256, segments } = self.body?;
        Ok(NewContent {
            file_name: self.file_name,
            mime_type: self.mime_type,
            sha256,
            max_downloads: self.max_downloads,
            expire_at: self.expire_at,
            language: self.language,
            pinned: self.pinned,
            segments,
            ..NewContent::empty(room_id, sid, self.kind, now)
        })
    }
}

/// A text's bytes.
///
/// # Errors
///
/// [`TextTooLong`].
pub(crate) fn text_body(text: String) -> Result<Body, TextTooLong> {
    if text.len() > TEXT_MAX { Err(TextTooLong(text.len())) } else { Ok(whole(text)) }
}

/// A link's bytes: what the person wrote, without white space around it.
///
/// # Errors
///
/// The first rule of [`InvalidUrl`] that it breaks.
pub(crate) fn link_body(url: &str) -> Result<Body, InvalidUrl> {
    link::check(url).map(|url| whole(url.to_owned()))
}

/// The bytes of a text or a link, as [`crate::content::StoredContent::text`] reads them.
fn whole(text: String) -> Body {
    let sha256 = Sha256Hash(Sha256::digest(&text).into());
    let segment = Segment { size: text.len() as u64, location: BlobLocation::Inline(Bytes::from(text)) };
    Body { sha256, segments: Vec::from_iter((segment.size > 0).then_some(segment)) }
}

/// The media type of a text: plain, or of another kind of text where its name has the ending of one; always UTF-8.
pub(crate) fn text_type(name: Option<&FileName>) -> String {
    let guessed = name.and_then(|name| mime_guess::from_path(name.last_segment()).first());
    let essence = guessed.filter(|guess| guess.type_() == mime::TEXT);
    let essence = essence.as_ref().map_or("text/plain", |guess| guess.essence_str());
    format!("{essence}; charset=utf-8")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;
    use crate::policy::URL_MAX_BYTES;

    fn bytes(body: &Body) -> Vec<u8> {
        let [Segment { location: BlobLocation::Inline(bytes), .. }] = body.segments.as_slice() else {
            return vec![];
        };
        bytes.to_vec()
    }

    #[test]
    fn links_lead_somewhere_and_do_nothing_else() {
        for good in [
            "http://example.org",
            "HTTPS://Example.ORG/a b?q=ä#x",
            "https://例え.jp/",
            "https://user@host:8080/",
            "mailto:ada@example.org?subject=hi",
            "http://[::1]:4092/",
        ] {
            assert_eq!(bytes(&link_body(&format!(" {good}\n")).unwrap()), good.as_bytes());
        }
        let longest = format!("https://a/{}", "x".repeat(URL_MAX_BYTES - 10));
        assert_eq!(link_body(&longest).unwrap().size(), URL_MAX_BYTES as u64);
        assert_eq!(link_body(&format!("{longest}x")), Err(InvalidUrl::TooLong));
    }

    #[test]
    fn links_that_are_none_say_why() {
        for (bad, why) in [
            ("javascript:alert(1)", InvalidUrl::Scheme("javascript".into())),
            ("JaVaScRiPt:alert(1)", InvalidUrl::Scheme("javascript".into())),
            ("data:text/html,x", InvalidUrl::Scheme("data".into())),
            ("file:///etc/passwd", InvalidUrl::Scheme("file".into())),
            ("vbscript:x", InvalidUrl::Scheme("vbscript".into())),
            ("blob:https://a/b", InvalidUrl::Scheme("blob".into())),
            ("java\nscript:alert(1)", InvalidUrl::Character('\n')),
            ("https://a/\u{0}", InvalidUrl::Character('\0')),
            ("https://a/\u{202E}gpj.exe", InvalidUrl::Character('\u{202E}')),
            ("http:a", InvalidUrl::Slashes("http".into())),
            ("https:/a", InvalidUrl::Slashes("https".into())),
            ("https:\\\\a", InvalidUrl::Slashes("https".into())),
        ] {
            assert_eq!(link_body(bad), Err(why), "{bad:?}");
        }
        for bad in ["", "/a/b", "example.org", "//example.org", "http://", "https://a b/", "http://a:99999/"]
        {
            assert!(matches!(link_body(bad), Err(InvalidUrl::Malformed(_))), "{bad:?}");
        }
    }

    #[test]
    fn a_text_is_of_the_kind_of_text_that_its_name_says() {
        let of = |name: &str| text_type(Some(&FileName::parse(name).unwrap()));
        assert_eq!(text_type(None), "text/plain; charset=utf-8");
        for (name, essence) in [
            ("notes", "text/plain"),
            ("dir/notes.md", "text/markdown"),
            ("table.csv", "text/csv"),
            ("a.png", "text/plain"),
            ("a.svg", "text/plain"),
            ("a.pdf", "text/plain"),
        ] {
            assert_eq!(of(name), format!("{essence}; charset=utf-8"), "{name}");
        }
    }

    #[test]
    fn an_empty_text_has_no_segment_and_one_too_long_is_refused() {
        let empty = text_body(String::new()).unwrap();
        assert_eq!((empty.size(), empty.segments.len()), (0, 0));
        assert!(empty.sha256.to_hex().starts_with("e3b0c44298fc1c14"));
        assert_eq!(text_body("x".repeat(TEXT_MAX)).unwrap().size(), TEXT_MAX as u64);
        assert_eq!(text_body("x".repeat(TEXT_MAX + 1)), Err(TextTooLong(TEXT_MAX + 1)));
    }

    proptest! {
        /// What passes is an address that any reader finds to be of one of three kinds.
        #[test]
        fn no_link_does_anything(text in "\\PC{0,12}(https?|mailto|javascript|data):?/?/?\\PC{0,20}") {
            if let Ok(body) = link_body(&text) {
                let kept = String::from_utf8(bytes(&body)).unwrap();
                prop_assert!(matches!(Url::parse(&kept).unwrap().scheme(), "http" | "https" | "mailto"));
                prop_assert_eq!(kept.as_str(), text.trim());
            }
        }
    }
}
