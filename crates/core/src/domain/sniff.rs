//! What the first bytes of a file are, whatever its name and its declared type say.

use infer::MatcherType;

/// How many bytes are looked at.
pub const HEAD_BYTES: usize = 4096;

/// What bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sniffed {
    /// A still or moving image.
    Picture,
    /// A film, or sound in a container for films.
    Video,
    /// Sound.
    Audio,
    /// Pages: PDF, office formats, books.
    Document,
    /// Files packed or compressed.
    Archive,
    /// Characters.
    Text,
    /// Something else that people do not read.
    Binary,
}

impl Sniffed {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Picture, Self::Video, Self::Audio, Self::Document, Self::Archive, Self::Text, Self::Binary];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Document => "document",
            Self::Archive => "archive",
            Self::Text => "text",
            Self::Binary => "binary",
        }
    }

    /// The one of a [`Sniffed::as_str`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sniffed| sniffed.as_str() == name)
    }

    /// What a file is by its first [`HEAD_BYTES`] bytes, or all of them where it has fewer; what stands behind is not looked
    /// at. `None` where they do not tell.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let head = &bytes[..bytes.len().min(HEAD_BYTES)];
        if head.is_empty() {
            return None;
        }
        // EBML, in which Matroska and WebM are written: these four bytes are UTF-8 too, and the library wants more than them.
        if head.starts_with(b"\x1a\x45\xdf\xa3") {
            return Some(Self::Video);
        }
        if let Some(text) = as_text(head) {
            return Some(of_text(text));
        }
        if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
            return Some(Self::Text);
        }
        if let Some(known) = infer::get(head) {
            return of_known(known);
        }
        head.contains(&0).then_some(Self::Binary)
    }
}

/// Characters of UTF-8 without NUL. Where the head ends within one, that one is left out.
fn as_text(head: &[u8]) -> Option<&str> {
    if head.contains(&0) {
        return None;
    }
    match std::str::from_utf8(head) {
        Ok(text) => Some(text),
        Err(cut) if cut.error_len().is_none() && head.len() == HEAD_BYTES => {
            std::str::from_utf8(&head[..cut.valid_up_to()]).ok()
        }
        Err(_) => None,
    }
}

/// Formats that begin with characters.
fn of_text(text: &str) -> Sniffed {
    if ["%PDF-", "%!PS", "{\\rtf"].into_iter().any(|magic| text.starts_with(magic)) {
        return Sniffed::Document;
    }
    if is_svg(text) { Sniffed::Picture } else { Sniffed::Text }
}

/// Whether the root element is SVG's, behind declarations and comments.
fn is_svg(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = if rest.starts_with("<?") {
            "?>"
        } else if rest.starts_with("<!--") {
            "-->"
        } else if rest.starts_with("<!") {
            let tag = rest.find('>').map_or(rest, |end| &rest[..end]);
            if tag.contains('[') { "]>" } else { ">" }
        } else {
            return rest.starts_with("<svg") || rest.starts_with("<svg:svg");
        };
        match rest.split_once(end) {
            Some((_, behind)) => rest = behind.trim_start(),
            None => return false,
        }
    }
}

/// What the library knows bytes to be. It counts some among archives that are none.
fn of_known(known: infer::Type) -> Option<Sniffed> {
    match (known.matcher_type(), known.mime_type()) {
        (_, "application/pdf" | "application/rtf" | "application/postscript") => Some(Sniffed::Document),
        (
            MatcherType::Archive,
            "application/x-ole-storage"
            | "application/vnd.sqlite3"
            | "application/x-nintendo-nes-rom"
            | "application/x-shockwave-flash"
            | "application/octet-stream"
            | "application/dicom",
        ) => Some(Sniffed::Binary),
        (MatcherType::Image, _) => Some(Sniffed::Picture),
        (MatcherType::Video, _) => Some(Sniffed::Video),
        (MatcherType::Audio, _) => Some(Sniffed::Audio),
        (_, "application/epub+zip") | (MatcherType::Doc | MatcherType::Book, _) => Some(Sniffed::Document),
        (MatcherType::Archive, _) => Some(Sniffed::Archive),
        (MatcherType::App | MatcherType::Font, _) => Some(Sniffed::Binary),
        // Text of another encoding than those that can be told.
        (MatcherType::Text | MatcherType::Custom, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Sniffed::*, *};

    /// Bytes with some zeros behind them, as larger files have them.
    fn with_zeros(bytes: &[u8]) -> Vec<u8> {
        [bytes, &[0; 300]].concat()
    }

    #[test]
    fn bytes_are_what_they_are() {
        let mut tar = vec![b'a'; 257];
        tar.extend_from_slice(b"ustar\x0000");
        let zip_of = |entry: &[u8], rest: &[u8]| {
            let mut zip = b"PK\x03\x04\x14\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
            zip.extend_from_slice(&(entry.len() as u16).to_le_bytes());
            zip.extend_from_slice(&[0, 0]);
            [&zip, entry, rest].concat()
        };
        let epub = zip_of(b"mimetype", b"application/epub+zip");
        let odt = zip_of(b"mimetype", b"application/vnd.oasis.opendocument.text");
        let table: &[(&str, &[u8], Option<Sniffed>)] = &[
            ("empty", b"", None),
            ("text", b"Hello", Some(Text)),
            ("with a byte order mark", "\u{feff}x".as_bytes(), Some(Text)),
            ("UTF-16", b"\xff\xfeH\0i\0", Some(Text)),
            ("UTF-16, the other way", b"\xfe\xff\0H\0i", Some(Text)),
            ("begins as a bitmap does", b"BMW, used", Some(Text)),
            ("a log with colours", b"\x1b[31mERROR\x1b[0m\n", Some(Text)),
            ("Latin-1", b"Gr\xfc\xdfe", None),
            ("zeros", &[0; 100], Some(Binary)),
            ("PDF", b"%PDF-1.7\n1 0 obj", Some(Document)),
            ("PDF with bytes", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", Some(Document)),
            ("RTF", b"{\\rtf1 Hello}", Some(Document)),
            ("SVG", b"<svg xmlns='http://www.w3.org/2000/svg'/>", Some(Picture)),
            (
                "SVG behind much",
                b"\n<?xml version='1.0'?><!-- a --><!DOCTYPE svg [<!ENTITY a \"b\">]>\n<svg>",
                Some(Picture),
            ),
            ("a page with an SVG in it", b"<!DOCTYPE html><html><svg>", Some(Text)),
            ("XML", b"<?xml version='1.0'?><rss>", Some(Text)),
            ("a comment without an end", b"<!-- <svg>", Some(Text)),
            ("PNG", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Some(Picture)),
            ("JPEG", b"\xff\xd8\xff\xe0\0\x10JFIF", Some(Picture)),
            ("GIF", b"GIF89a\x01\0\x01\0", Some(Picture)),
            ("WebP", b"RIFF\x24\0\0\0WEBPVP8 ", Some(Picture)),
            ("AVIF", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", Some(Picture)),
            ("HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Some(Picture)),
            ("TIFF", b"II*\0\x08\0\0\0\x01\0", Some(Picture)),
            ("BMP", b"BM\x46\0\0\0\0\0\0\0", Some(Picture)),
            ("MP4", b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2mp41", Some(Video)),
            ("QuickTime", b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", Some(Video)),
            ("Matroska", b"\x1a\x45\xdf\xa3\xa3\x42\x82\x88matroska", Some(Video)),
            ("WebM", b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", Some(Video)),
            ("AVI", b"RIFF\x24\0\0\0AVI LIST", Some(Video)),
            ("MP3", b"ID3\x03\0\0\0\0\0", Some(Audio)),
            ("Ogg", b"OggS\0\x02\0\0\0\0", Some(Audio)),
            ("FLAC", b"fLaC\0\0\0\x22", Some(Audio)),
            ("WAV", b"RIFF\x24\0\0\0WAVEfmt ", Some(Audio)),
            ("M4A", b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42", Some(Audio)),
            ("EPUB", &epub, Some(Document)),
            ("ODT", &odt, Some(Document)),
            ("zip", b"PK\x03\x04\x14\0\0\0", Some(Archive)),
            ("gzip", b"\x1f\x8b\x08\0\0\0\0\0", Some(Archive)),
            ("tar", &tar, Some(Archive)),
            ("7z", b"7z\xbc\xaf\x27\x1c\0\x04", Some(Archive)),
            ("rar", b"Rar!\x1a\x07\x01\0", Some(Archive)),
            ("xz", b"\xfd7zXZ\0\0\x04", Some(Archive)),
            ("zstd", b"\x28\xb5\x2f\xfd\x04\0", Some(Archive)),
            ("ELF", b"\x7fELF\x02\x01\x01\0", Some(Binary)),
            ("SQLite", b"SQLite format 3\0", Some(Binary)),
        ];
        for (what, bytes, sniffed) in table {
            let text = !matches!(sniffed, Some(Picture | Video | Audio | Archive | Binary))
                || *what == "SVG"
                || *what == "SVG behind much";
            let bytes = if text { bytes.to_vec() } else { with_zeros(bytes) };
            assert_eq!(Sniffed::of(&bytes), *sniffed, "{what}");
        }
    }

    #[test]
    fn only_the_head_is_looked_at_and_may_end_within_a_character() {
        let long = [&[b'x'; HEAD_BYTES - 1][..], "é\0".as_bytes()].concat();
        assert_eq!(Sniffed::of(&long), Some(Text));
        assert_eq!(Sniffed::of(&long[HEAD_BYTES - 3..HEAD_BYTES]), None);
        assert_eq!(Sniffed::of(&[&[b'x'; HEAD_BYTES][..], &[0; 9]].concat()), Some(Text));
        assert_eq!(Sniffed::of(&[&[b'x'; HEAD_BYTES - 1][..], &[0; 9]].concat()), Some(Binary));
    }

    proptest! {
        #[test]
        fn any_bytes_have_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            Sniffed::of(&bytes);
        }

        #[test]
        fn whatever_is_typed_is_text_or_begins_as_a_format(text in "[a-zA-Z0-9 äß語\n]{1,600}") {
            prop_assert_eq!(Sniffed::of(text.as_bytes()), Some(Text));
        }
    }
}
