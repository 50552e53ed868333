use axum::http::HeaderMap;
use elizabeth_core::id::UploadId;

use super::{UPLOAD_CONCAT, invalid, text};
use crate::problem::Problem;

const NAME: &str = "Upload-Concat";
const FINAL: &str = "final;";

/// What becomes of an upload that has to do with others.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Concat {
    /// It is a part of another one.
    Partial,
    /// It is made of these parts, in this order.
    Final(Vec<UploadId>),
}

impl Concat {
    /// Reads `Upload-Concat`; `None` where it is not there.
    ///
    /// # Errors
    ///
    /// When it is of neither form, or names addresses that are no uploads'.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        let Some(value) = text(headers, &UPLOAD_CONCAT, NAME)? else { return Ok(None) };
        if value == "partial" {
            return Ok(Some(Self::Partial));
        }
        let parts =
            value.strip_prefix(FINAL).ok_or_else(|| invalid(NAME, "is neither partial nor final;…"))?;
        let parts = parts.split_ascii_whitespace().map(|address| {
            let what = format!("names what is no upload: {:?}", path(address));
            upload_at(address).ok_or_else(|| invalid(NAME, &what))
        });
        parts.collect::<Result<_, _>>().map(|parts| Some(Self::Final(parts)))
    }

    /// What of a value is kept, to be given back: addresses without their queries, which may hold a credential.
    pub(crate) fn noted(value: &str) -> String {
        let Some(parts) = value.strip_prefix(FINAL) else { return value.to_owned() };
        let paths: Vec<&str> = parts.split_ascii_whitespace().map(path).collect();
        format!("{FINAL}{}", paths.join(" "))
    }

    /// Whether an upload that was made with this value is made of parts.
    pub(crate) fn is_final(value: Option<&str>) -> bool {
        value.is_some_and(|value| value.starts_with(FINAL))
    }
}

/// The upload of an address, absolute or not, as this server gives them. Of which room it is core knows.
fn upload_at(address: &str) -> Option<UploadId> {
    let (before, id) = path(address).rsplit_once('/')?;
    let id = id.parse().ok().map(UploadId)?;
    (before == "tus" || before.ends_with("/tus")).then_some(id)
}

/// An address without its query and its fragment.
fn path(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const ID: &str = "0195e6a2-0000-7000-8000-000000000000";

    fn read(value: &str) -> Result<Option<Concat>, Problem> {
        let mut headers = HeaderMap::new();
        headers.insert(&UPLOAD_CONCAT, HeaderValue::from_str(value).unwrap());
        Concat::read(&headers)
    }

    #[test]
    fn parts_are_named_by_their_addresses() {
        let id = UploadId(ID.parse().unwrap());
        assert_eq!(read("partial").unwrap(), Some(Concat::Partial));
        let value =
            format!("final;/api/v1/rooms/x/tus/{ID} https://a.example/b/api/v1/rooms/x/tus/{ID}?token=t");
        assert_eq!(read(&value).unwrap(), Some(Concat::Final(vec![id, id])));
        assert_eq!(Concat::noted("final;/a/tus/1?token=t  b/tus/2#x"), "final;/a/tus/1 b/tus/2");
        assert_eq!(Concat::noted("partial"), "partial");
        assert_eq!(read("final;").unwrap(), Some(Concat::Final(vec![])));
        for bad in ["", "Partial", "final", "final;/files/a", &format!("final;{ID}"), "final;/tus/7"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
