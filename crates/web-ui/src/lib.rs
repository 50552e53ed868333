//! The page of Elizabeth as files in the binary: built from `ui/` when this crate is, compressed ahead of time.
//!
//! Where npm was missing then, there is none.

use std::borrow::Cow;

use rust_embed::{Embed, EmbeddedFile};

#[derive(Embed)]
#[folder = "$OUT_DIR/dist"]
struct Files;

/// A file of the page.
pub struct Asset {
    /// Its bytes, as they are to be sent.
    pub bytes: Cow<'static, [u8]>,
    /// How they are compressed (RFC 9110, section 8.4.1): `br`, `gzip`, or not at all.
    pub encoding: Option<&'static str>,
    /// The SHA-256 of these very bytes.
    pub sha256: [u8; 32],
}

/// Compressions that files are kept in, the better one in front: its name in HTTP, and how the file's name ends.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// The file of a path without a slash in front, in the best compression that `accepts` takes. `None` when there is no
/// such file.
pub fn asset(path: &str, accepts: impl Fn(&str) -> bool) -> Option<Asset> {
    if ENCODINGS.iter().any(|(_, ending)| path.ends_with(ending)) {
        return None;
    }
    let plain = Files::get(path)?;
    let compressed = ENCODINGS.iter().filter(|(name, _)| accepts(name));
    let found =
        compressed.filter_map(|(name, ending)| Some((*name, Files::get(&format!("{path}{ending}"))?)));
    Some(match found.into_iter().next() {
        Some((name, file)) => of(file, Some(name)),
        None => of(plain, None),
    })
}

/// The page itself, where it was built. Its `<base href="/">` is for the server to change where it does not live at the
/// root of its host.
pub fn index() -> Option<Cow<'static, [u8]>> {
    Files::get("index.html").map(|file| file.data)
}

/// The scripts and styles that a room's page needs besides what [`index`] names: it asks for them at once when it finds
/// itself at a room's address, and may be told before.
pub fn room_files() -> impl Iterator<Item = Cow<'static, str>> {
    Files::iter().filter(|path| {
        path.starts_with("assets/h/Room-") && (path.ends_with(".js") || path.ends_with(".css"))
    })
}

fn of(file: EmbeddedFile, encoding: Option<&'static str>) -> Asset {
    Asset { sha256: file.metadata.sha256_hash(), bytes: file.data, encoding }
}
