//! Names that people choose: of rooms and of files. Neither is ever used as a path by the server.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
use uuid::Uuid;

/// The most characters (Unicode scalar values, after NFC) a room's name may have.
pub const ROOM_NAME_MAX_CHARS: usize = 64;
/// The most bytes of UTF-8 a room's name may have.
pub const ROOM_NAME_MAX_BYTES: usize = 200;
/// The most bytes of UTF-8 a file's name may have.
pub const FILE_NAME_MAX_BYTES: usize = 1024;
/// The most parts between slashes that a file's name may have.
pub const FILE_NAME_MAX_SEGMENTS: usize = 32;

/// First path segments that the server itself answers, now or later, and names that browsers and crawlers ask for.
const RESERVED: &[&str] = &[
    "about",
    "admin",
    "api",
    "apple-touch-icon.png",
    "assets",
    "docs",
    "favicon.ico",
    "favicon.svg",
    "health",
    "help",
    "index.html",
    "login",
    "logout",
    "manifest.json",
    "manifest.webmanifest",
    "metrics",
    "new",
    "ready",
    "robots.txt",
    "s",
    "scalar",
    "service-worker.js",
    "settings",
    "share",
    "sitemap.xml",
    "static",
    "status",
    "sw.js",
];

/// A room's name: after NFC 1 to 64 characters and at most 200 bytes; letters, digits and combining marks of any
/// script and `-` `_` `.` `~`; not starting with a dot or a mark; no reserved word. Case-sensitive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomName(String);

/// Why a text is no room name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRoomName {
    /// Nothing at all.
    #[error("a room name has at least one character")]
    Empty,
    /// Too many characters or bytes.
    #[error("a room name has at most 64 characters and 200 bytes")]
    TooLong,
    /// A character that names do not have.
    #[error("a room name has letters, digits and - _ . ~ only: U+{:04X} is none of them", u32::from(*.0))]
    Character(char),
    /// A dot or a combining mark in front.
    #[error("a room name does not start with a dot or a combining mark")]
    Start,
    /// A word that the server needs itself.
    #[error("this name is reserved")]
    Reserved,
}

impl RoomName {
    /// Reads a name as a person gave it; it is brought to NFC first (Unicode Standard Annex 15).
    ///
    /// # Errors
    ///
    /// The first rule of [`InvalidRoomName`] that it breaks.
    pub fn parse(text: &str) -> Result<Self, InvalidRoomName> {
        let name = nfc_of_address(text)?;
        let first = name.chars().next().ok_or(InvalidRoomName::Empty)?;
        if name.len() > ROOM_NAME_MAX_BYTES || name.chars().count() > ROOM_NAME_MAX_CHARS {
            return Err(InvalidRoomName::TooLong);
        }
        if let Some(bad) = name.chars().find(|&c| !allowed_in_room_name(c)) {
            return Err(InvalidRoomName::Character(bad));
        }
        if first == '.' || is_mark(first) {
            return Err(InvalidRoomName::Start);
        }
        if RESERVED.contains(&name.as_str()) {
            return Err(InvalidRoomName::Reserved);
        }
        Ok(Self(name))
    }

    /// Takes a name back from a store that keeps only names that were parsed.
    pub fn from_stored(name: String) -> Self {
        Self(name)
    }

    /// The name in NFC.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The slug of a room with SHARE off: `name_<uuid>`, the uuid without hyphens.
    pub fn private_slug(&self, uuid: Uuid) -> String {
        format!("{}_{}", self.0, uuid.simple())
    }
}

impl fmt::Display for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a request calls a room by: its name or its slug, in NFC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomRef(String);

impl RoomRef {
    /// Reads a reference. What can be neither name nor slug is refused; whether a room answers to it is for the
    /// store to say.
    ///
    /// # Errors
    ///
    /// The first rule of [`InvalidRoomName`] that it breaks; a slug may be 33 characters longer than a name.
    pub fn parse(text: &str) -> Result<Self, InvalidRoomName> {
        let whole = nfc_of_address(text)?;
        // A name may itself look like a slug, and what stands before its uuid need not be a name then.
        let as_name = RoomName::parse(&whole).map(drop);
        match named_in_slug(&whole) {
            Some(name) => as_name.or_else(|_| RoomName::parse(name).map(drop))?,
            None => as_name?,
        }
        Ok(Self(whole))
    }

    /// Whether it has the form of a private slug, which nobody comes upon by chance.
    pub fn is_private(&self) -> bool {
        named_in_slug(&self.0).is_some()
    }

    /// The reference in NFC.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<RoomName> for RoomRef {
    fn from(name: RoomName) -> Self {
        Self(name.0)
    }
}

/// The name in front of a slug's UUID.
fn named_in_slug(text: &str) -> Option<&str> {
    let (name, uuid) = text.rsplit_once('_')?;
    (uuid.len() == 32 && uuid.bytes().all(|b| b.is_ascii_hexdigit())).then_some(name)
}

/// NFC of a name or a slug, refused before any work is spent on a text far too long.
fn nfc_of_address(text: &str) -> Result<String, InvalidRoomName> {
    if text.len() > 4 * ROOM_NAME_MAX_BYTES {
        return Err(InvalidRoomName::TooLong);
    }
    let name: String = text.nfc().collect();
    if name.len() > ROOM_NAME_MAX_BYTES + 33 { Err(InvalidRoomName::TooLong) } else { Ok(name) }
}

fn is_mark(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Mark
}

fn allowed_in_room_name(c: char) -> bool {
    use unicode_properties::GeneralCategory::DecimalNumber;
    matches!(c, '-' | '_' | '.' | '~')
        || is_mark(c)
        || c.general_category_group() == GeneralCategoryGroup::Letter
        || c.general_category() == DecimalNumber
}

/// A file's name: NFC, 1 to 1,024 bytes, perhaps a relative path with `/`; no empty, `.` or `..` segment, no
/// backslash, no control character.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName(String);

/// Why a text is no file name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidFileName {
    /// Nothing at all.
    #[error("a file name is not empty")]
    Empty,
    /// Too many bytes.
    #[error("a file name has at most 1024 bytes")]
    TooLong,
    /// An empty, `.` or `..` segment.
    #[error("no part of a file name between slashes is empty, \".\" or \"..\"")]
    Segment,
    /// Too many folders.
    #[error("a file name has at most {FILE_NAME_MAX_SEGMENTS} parts between slashes")]
    TooDeep,
    /// A backslash or a control character.
    #[error("a file name has no backslash and no control character: U+{:04X}", u32::from(*.0))]
    Character(char),
}

impl FileName {
    /// Reads a name as a person or a browser gave it; it is brought to NFC first.
    ///
    /// # Errors
    ///
    /// The first rule of [`InvalidFileName`] that it breaks.
    pub fn parse(text: &str) -> Result<Self, InvalidFileName> {
        if text.len() > 4 * FILE_NAME_MAX_BYTES {
            return Err(InvalidFileName::TooLong);
        }
        let name: String = text.nfc().collect();
        if name.is_empty() {
            return Err(InvalidFileName::Empty);
        }
        if name.len() > FILE_NAME_MAX_BYTES {
            return Err(InvalidFileName::TooLong);
        }
        if let Some(bad) = name.chars().find(|&c| c == '\\' || is_control(c)) {
            return Err(InvalidFileName::Character(bad));
        }
        if name.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
            return Err(InvalidFileName::Segment);
        }
        if name.split('/').count() > FILE_NAME_MAX_SEGMENTS {
            return Err(InvalidFileName::TooDeep);
        }
        Ok(Self(name))
    }

    /// Takes a name back from a store that keeps only names that were parsed.
    pub fn from_stored(name: String) -> Self {
        Self(name)
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a download is called: the part behind the last slash.
    pub fn last_segment(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
}

/// Control characters, line and paragraph separators, and the marks that turn the direction of a text: these make
/// a name look like another one (Unicode Technical Report 36, section 2.10).
pub(crate) fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn room_names_of_any_script_are_welcome() {
        for good in
            ["team-lunch", "会议室", "комната", "हिन्दी", "a", "7", "a.b_c~d-e", "Ünïcödé", &"x".repeat(64)]
        {
            assert!(RoomName::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn room_names_that_are_none_say_why() {
        use InvalidRoomName::*;
        let long = "x".repeat(65);
        let wide = "\u{20000}".repeat(51);
        for (bad, why) in [
            ("", Empty),
            ("..", Start),
            (".hidden", Start),
            ("\u{301}a", Start),
            ("a/b", Character('/')),
            ("a b", Character(' ')),
            ("a\u{202E}b", Character('\u{202E}')),
            ("a\u{200F}b", Character('\u{200F}')),
            ("a\u{200D}b", Character('\u{200D}')),
            ("a%b", Character('%')),
            ("\0", Character('\0')),
            ("api", Reserved),
            ("robots.txt", Reserved),
            (&long, TooLong),
            (&wide, TooLong),
        ] {
            assert_eq!(RoomName::parse(bad), Err(why), "{bad:?}");
        }
    }

    #[test]
    fn one_name_in_two_normal_forms_is_one_name() {
        assert_eq!(RoomName::parse("cafe\u{301}"), RoomName::parse("caf\u{e9}"));
    }

    #[test]
    fn a_reference_is_a_name_or_a_slug() {
        let name = RoomName::parse(&"y".repeat(64)).unwrap();
        let slug = name.private_slug(Uuid::from_u128(1));
        assert_eq!(RoomRef::parse(&slug).unwrap().as_str(), slug);
        assert!(RoomRef::parse("../x_00000000000000000000000000000001").is_err());
        // Names that look like the slug of a room with no name, or with a reserved one.
        for name in ["_00000000000000000000000000000001", "api_00000000000000000000000000000001"] {
            assert!(RoomName::parse(name).is_ok() && RoomRef::parse(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn file_names_may_be_folders_but_never_climb() {
        for good in ["a.pdf", "photos/2026/été.jpg", "名前.txt", " spaced ", "a:b*c?", "..."] {
            assert!(FileName::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a\\b", "a\nb", "\0", "a\u{202E}b"] {
            assert!(FileName::parse(bad).is_err(), "{bad:?}");
        }
        assert!(FileName::parse(&vec!["a"; FILE_NAME_MAX_SEGMENTS].join("/")).is_ok());
        let deeper = vec!["a"; FILE_NAME_MAX_SEGMENTS + 1].join("/");
        assert_eq!(FileName::parse(&deeper), Err(InvalidFileName::TooDeep));
        assert_eq!(FileName::parse("a/b/c.txt").unwrap().last_segment(), "c.txt");
    }

    proptest! {
        #[test]
        fn parsing_is_idempotent(text in "\\PC{0,70}") {
            if let Ok(name) = RoomName::parse(&text) {
                prop_assert_eq!(RoomName::parse(name.as_str()), Ok(name));
            }
            if let Ok(name) = FileName::parse(&text) {
                prop_assert_eq!(FileName::parse(name.as_str()), Ok(name));
            }
        }

        #[test]
        fn no_room_name_is_a_path(text in any::<String>()) {
            if let Ok(name) = RoomName::parse(&text) {
                prop_assert!(!name.as_str().contains(['/', '\\']) && !name.as_str().starts_with('.'));
            }
        }
    }
}
