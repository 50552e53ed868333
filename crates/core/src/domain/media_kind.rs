//! What a content is to people: by its bytes, and by its name and type where they do not tell.

use crate::{domain::kind::ContentKind, sniff::Sniffed};

/// What a content is to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// An image.
    Picture,
    /// A film.
    Video,
    /// Sound.
    Audio,
    /// Pages: PDF, office formats, books.
    Document,
    /// Files packed or compressed.
    Archive,
    /// A program's source, or what programs read.
    Code,
    /// What people read.
    Text,
    /// A link.
    Link,
    /// Anything else.
    Other,
}

/// Names without an ending, in small letters.
const CODE_NAMES: &[&str] =
    &["makefile", "dockerfile", "containerfile", "jenkinsfile", "gemfile", "rakefile", "justfile"];
const CODE: &[&str] = &[
    "asm",
    "astro",
    "awk",
    "bash",
    "bat",
    "c",
    "cc",
    "cfg",
    "clj",
    "cljs",
    "cmake",
    "conf",
    "cpp",
    "cs",
    "css",
    "cxx",
    "d",
    "dart",
    "diff",
    "dockerfile",
    "el",
    "erl",
    "ex",
    "exs",
    "fish",
    "fs",
    "geojson",
    "go",
    "gql",
    "gradle",
    "graphql",
    "groovy",
    "h",
    "hcl",
    "hh",
    "hpp",
    "hs",
    "htm",
    "html",
    "hxx",
    "ini",
    "ipynb",
    "java",
    "jl",
    "js",
    "json",
    "json5",
    "jsonc",
    "jsonl",
    "jsx",
    "kt",
    "kts",
    "less",
    "lisp",
    "lua",
    "m",
    "mjs",
    "cjs",
    "mk",
    "ml",
    "mm",
    "mts",
    "cts",
    "ndjson",
    "nim",
    "nix",
    "patch",
    "php",
    "pl",
    "pm",
    "properties",
    "proto",
    "ps1",
    "py",
    "r",
    "rb",
    "rs",
    "sass",
    "scala",
    "scm",
    "scss",
    "sh",
    "sol",
    "sql",
    "svelte",
    "swift",
    "tcl",
    "tex",
    "tf",
    "toml",
    "ts",
    "tsx",
    "v",
    "vb",
    "vhd",
    "vim",
    "vue",
    "wat",
    "xml",
    "xsd",
    "xsl",
    "xslt",
    "yaml",
    "yml",
    "zig",
    "zsh",
];
const TEXT: &[&str] = &[
    "adoc", "asc", "csv", "eml", "ics", "log", "lrc", "markdown", "md", "mkd", "nfo", "org", "rst", "srt",
    "text", "tsv", "txt", "vcf", "vtt",
];
const DOCUMENTS: &[&str] = &[
    "azw3", "doc", "docm", "docx", "dot", "dotx", "epub", "fb2", "key", "mobi", "msg", "numbers", "odg",
    "odp", "ods", "odt", "pages", "pdf", "pot", "potx", "pps", "ppsx", "ppt", "pptm", "pptx", "ps", "rtf",
    "vsd", "vsdx", "xls", "xlsb", "xlsm", "xlsx", "xlt", "xltx", "xps",
];
const ARCHIVES: &[&str] = &[
    "7z", "ar", "br", "bz2", "cab", "cbr", "cbz", "cpio", "gz", "jar", "lz", "lz4", "lzma", "rar", "tar",
    "tbz2", "tgz", "txz", "tzst", "war", "whl", "xz", "z", "zip", "zst",
];
/// Subtypes of `application` that are written in characters.
const CODE_TYPES: &[&str] = &[
    "ecmascript",
    "javascript",
    "json",
    "sql",
    "toml",
    "typescript",
    "x-httpd-php",
    "x-ndjson",
    "x-sh",
    "x-yaml",
    "xml",
    "yaml",
];
const DOCUMENT_TYPES: &[&str] = &["epub+zip", "msword", "pdf", "postscript", "rtf"];
const ARCHIVE_TYPES: &[&str] = &[
    "gzip",
    "java-archive",
    "vnd.rar",
    "x-7z-compressed",
    "x-bzip",
    "x-bzip2",
    "x-gzip",
    "x-rar-compressed",
    "x-tar",
    "x-xz",
    "zip",
    "zstd",
];

impl MediaKind {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Document => "document",
            Self::Archive => "archive",
            Self::Code => "code",
            Self::Text => "text",
            Self::Link => "link",
            Self::Other => "other",
        }
    }

    /// What a content is, by what its bytes were found to be, if they were looked at and told, its name and its media type.
    /// The bytes decide where they tell; a name that says otherwise is not believed.
    pub fn of(kind: ContentKind, sniffed: Option<Sniffed>, name: Option<&str>, media_type: &str) -> Self {
        let hinted = hinted(name, media_type);
        match kind {
            ContentKind::Url => Self::Link,
            ContentKind::Text => readable(hinted),
            ContentKind::File => match (sniffed, hinted) {
                (Some(Sniffed::Picture), _) => Self::Picture,
                // The same containers hold both.
                (Some(Sniffed::Video | Sniffed::Audio), Some(known @ (Self::Video | Self::Audio))) => known,
                (Some(Sniffed::Video), _) => Self::Video,
                (Some(Sniffed::Audio), _) => Self::Audio,
                // Office formats are zip archives.
                (Some(Sniffed::Document), _) | (Some(Sniffed::Archive), Some(Self::Document)) => {
                    Self::Document
                }
                (Some(Sniffed::Archive), _) => Self::Archive,
                (Some(Sniffed::Text), hinted) => readable(hinted),
                (Some(Sniffed::Binary), Some(Self::Code | Self::Text)) => Self::Other,
                (Some(Sniffed::Binary) | None, hinted) => hinted.unwrap_or(Self::Other),
            },
        }
    }
}

/// What characters are.
fn readable(hinted: Option<MediaKind>) -> MediaKind {
    if hinted == Some(MediaKind::Code) { MediaKind::Code } else { MediaKind::Text }
}

/// What a name says or, where it says nothing, a media type.
fn hinted(name: Option<&str>, media_type: &str) -> Option<MediaKind> {
    name.and_then(by_name).or_else(|| by_type(media_type))
}

fn by_name(name: &str) -> Option<MediaKind> {
    let last = name.rsplit('/').next().unwrap_or_default().to_lowercase();
    if CODE_NAMES.contains(&&*last) {
        return Some(MediaKind::Code);
    }
    let (stem, ending) = last.rsplit_once('.')?;
    let lists = [
        (CODE, MediaKind::Code),
        (TEXT, MediaKind::Text),
        (DOCUMENTS, MediaKind::Document),
        (ARCHIVES, MediaKind::Archive),
    ];
    let found = lists.into_iter().find(|(endings, _)| endings.contains(&ending));
    found.map(|(_, kind)| kind).filter(|_| !stem.is_empty())
}

fn by_type(media_type: &str) -> Option<MediaKind> {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (main, sub) = essence.split_once('/')?;
    match main {
        "image" => Some(MediaKind::Picture),
        "video" => Some(MediaKind::Video),
        "audio" => Some(MediaKind::Audio),
        "text" => {
            let is_code = matches!(sub, "css" | "html" | "javascript" | "xml") || sub.starts_with("x-");
            Some(if is_code { MediaKind::Code } else { MediaKind::Text })
        }
        "message" => Some(MediaKind::Text),
        "application" if CODE_TYPES.contains(&sub) || sub.ends_with("+json") || sub.ends_with("+xml") => {
            Some(MediaKind::Code)
        }
        "application" if DOCUMENT_TYPES.contains(&sub) || is_office(sub) => Some(MediaKind::Document),
        "application" if ARCHIVE_TYPES.contains(&sub) => Some(MediaKind::Archive),
        _ => None,
    }
}

fn is_office(sub: &str) -> bool {
    let families = [
        "vnd.oasis.opendocument.",
        "vnd.openxmlformats-officedocument.",
        "vnd.ms-excel",
        "vnd.ms-powerpoint",
        "vnd.ms-word",
    ];
    families.into_iter().any(|family| sub.starts_with(family))
}

#[cfg(test)]
mod tests {
    use super::{MediaKind::*, *};

    #[test]
    fn the_bytes_decide_and_what_they_do_not_tell_is_hinted() {
        use Sniffed as S;
        let unknown = "application/octet-stream";
        for (name, media_type, sniffed, kind) in [
            ("Makefile", unknown, Some(S::Text), Code),
            ("NOTES", unknown, Some(S::Text), Text),
            ("a.zig", unknown, Some(S::Text), Code),
            ("a.ts", "video/mp2t", Some(S::Text), Code),
            ("a.ts", "video/mp2t", Some(S::Video), Video),
            ("mail.eml", "message/rfc822", Some(S::Text), Text),
            ("a.jpg", "image/jpeg", Some(S::Text), Text),
            ("a.txt", "text/plain", Some(S::Picture), Picture),
            ("a.txt", "text/plain", Some(S::Binary), Other),
            ("a.txt", "text/plain", None, Text),
            ("a.docx", unknown, Some(S::Archive), Document),
            ("a.zip", "application/zip", Some(S::Archive), Archive),
            ("a.jar", "application/java-archive", Some(S::Archive), Archive),
            ("a.tar.gz", "application/gzip", Some(S::Archive), Archive),
            ("a.doc", "application/msword", Some(S::Binary), Document),
            ("a.m4a", "audio/m4a", Some(S::Video), Audio),
            ("a.ogv", "video/ogg", Some(S::Audio), Video),
            ("a.mkv", unknown, Some(S::Video), Video),
            ("a.nef", "image/x-nikon-nef", Some(S::Binary), Picture),
            ("a.bin", unknown, Some(S::Binary), Other),
            ("a.bin", unknown, None, Other),
            ("dir.rs/a", unknown, None, Other),
            (".rs", unknown, None, Other),
            ("A.PDF", unknown, None, Document),
            ("a.svg", "image/svg+xml", None, Picture),
            ("a", "application/vnd.api+json", Some(S::Text), Code),
            ("a", "Text/HTML; charset=utf-8", Some(S::Text), Code),
        ] {
            let found = MediaKind::of(ContentKind::File, sniffed, Some(name), media_type);
            assert_eq!(found, kind, "{name} {media_type} {sniffed:?}");
        }
        let written = |kind, name| MediaKind::of(kind, None, name, "text/plain; charset=utf-8");
        assert_eq!(written(ContentKind::Text, None), Text);
        assert_eq!(written(ContentKind::Text, Some("a.rs")), Code);
        assert_eq!(written(ContentKind::Text, Some("a.pdf")), Text);
        assert_eq!(written(ContentKind::Url, Some("a.rs")), Link);
    }
}
