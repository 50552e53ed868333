//! The headers of HTTP that requests and answers have here: a file a header, with how it is read and written.

mod accept;
mod accept_language;
mod authorization;
mod content_digest;
mod content_disposition;
mod content_length;
mod content_type;
mod entity_tag;
mod http_date;
mod range;
mod retry_after;
pub(crate) mod tus;

#[cfg(feature = "web-ui")]
pub(crate) use accept::accepts_encoding;
pub(crate) use accept::accepts_html;
pub(crate) use accept_language::{languages, same_family};
pub(crate) use authorization::{basic_password, bearer, bearer_token};
pub(crate) use content_digest::content_digest;
pub(crate) use content_disposition::{Disposition, content_disposition, unescaped};
pub(crate) use content_length::announced_length;
pub(crate) use content_type::{media_type, telling_type};
pub(crate) use entity_tag::{any_tag, if_match, is_known, list, strong_tag, tagged, weak_tag};
pub(crate) use http_date::{as_date, date, http_date};
pub(crate) use range::{ByteRange, content_range};
pub(crate) use retry_after::retry_after;
