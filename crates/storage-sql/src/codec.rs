//! How the values of the domain are kept in cells.

use bytes::Bytes;
use elizabeth_core::{
    change_set::ChangeSet,
    content::{ContentKind, Manifest, Sha256Hash},
    edits::Editor,
    event::Happening,
    id::{BlobKey, ContentId, Jti, LeaseHolder, ReservationId, RoomId, SessionId, TicketId, UploadId},
    installation::InstallationId,
    name::{FileName, RoomName, RoomRef},
    permission::Permission,
    ports::StoreResult,
    quota::HoldState,
    room::RoomStatus,
    secret::KeyHash,
    sniff::Sniffed,
    thumbnail::ThumbnailType,
    time::Timestamp,
    upload::ChunkedFile,
};
use uuid::Uuid;

use crate::{
    json,
    value::{Row, Value, corrupt},
};

/// What can be bound to a statement.
pub(crate) trait Encode {
    /// NULL, of the type that the cell has.
    const NULL: Value;

    fn encode(&self) -> Value;
}

impl<T: Encode> Encode for Option<T> {
    const NULL: Value = T::NULL;

    fn encode(&self) -> Value {
        self.as_ref().map_or(T::NULL, T::encode)
    }
}

impl<T: Encode + ?Sized> Encode for &T {
    const NULL: Value = T::NULL;

    fn encode(&self) -> Value {
        (*self).encode()
    }
}

/// What can be read from one cell.
pub(crate) trait Decode: Sized {
    /// What is wrong with a row that has none.
    const MISSING: &str;

    /// `None` for NULL.
    fn decode<R: Row>(row: &R, cell: usize) -> StoreResult<Option<Self>>;
}

/// Kinds of cells: the variant of [`Value`], what reads it, and what a row without one misses.
macro_rules! kept_as {
    ($kind:ident, $read:ident, $missing:literal: $($domain:ty = |$value:ident| $encode:expr, |$kept:ident| $decode:expr;)+) => {
        $(
            impl Encode for $domain {
                const NULL: Value = Value::$kind(None);

                fn encode(&self) -> Value {
                    let $value = self;
                    Value::$kind(Some($encode))
                }
            }

            impl Decode for $domain {
                const MISSING: &str = $missing;

                fn decode<R: Row>(row: &R, cell: usize) -> StoreResult<Option<Self>> {
                    row.$read(cell)?.map(|$kept| $decode).transpose()
                }
            }
        )+
    };
}

kept_as! { Int, int, "a number is missing":
    RoomId = |id| id.0, |id| Ok(Self(id));
    ContentId = |id| id.0, |id| Ok(Self(id));
    ReservationId = |id| id.0, |id| Ok(Self(id));
    TicketId = |id| id.0, |id| Ok(Self(id));
    // Sizes and counts never exceed what a signed number holds: core sees to that.
    u64 = |size| i64::try_from(*size).unwrap_or(i64::MAX),
        |size| size.try_into().map_err(|_| corrupt("a negative size"));
    u32 = |index| (*index).into(), |index| index.try_into().map_err(|_| corrupt("a file index out of range"));
    bool = |flag| (*flag).into(), |flag| Ok(flag != 0);
    Timestamp = |time| time.as_micros(), |micros| Ok(Self::from_micros(micros));
    Permission = |permission| permission.bits().into(), |bits| {
        let bits = u8::try_from(bits).ok();
        bits.and_then(Self::from_bits).ok_or_else(|| corrupt("unknown permission bits"))
    };
    RoomStatus = |status| status.code().into(),
        |code| Self::from_code(code).ok_or_else(|| corrupt("an unknown room status"));
}

kept_as! { Text, text, "a text is missing":
    String = |text| text.clone(), |text| Ok(text);
    RoomName = |name| name.as_str().to_owned(), |text| Ok(Self::from_stored(text));
    FileName = |name| name.as_str().to_owned(), |text| Ok(Self::from_stored(text));
    Editor = |editor| editor.as_str().to_owned(), |text| Ok(Self::from_stored(text));
    BlobKey = |key| key.as_str().to_owned(),
        |text| Self::from_stored(text).ok_or_else(|| corrupt("a malformed blob key"));
    ContentKind = |kind| kind.as_str().to_owned(),
        |text| Self::from_name(&text).ok_or_else(|| corrupt("an unknown content kind"));
    Sniffed = |sniffed| sniffed.as_str().to_owned(),
        |text| Self::from_name(&text).ok_or_else(|| corrupt("unknown first bytes"));
    ThumbnailType = |kind| kind.as_str().to_owned(),
        |text| Self::of(&text).ok_or_else(|| corrupt("an unknown type of thumbnail"));
    HoldState = |state| hold_state(*state).to_owned(), |text| {
        let known = [Self::Pending, Self::Begun, Self::Done].into_iter().find(|state| hold_state(*state) == text);
        known.ok_or_else(|| corrupt("an unknown hold state"))
    };
}

kept_as! { Bytes, bytes, "bytes are missing":
    Vec<u8> = |bytes| bytes.clone(), |bytes| Ok(bytes);
    Bytes = |bytes| bytes.to_vec(), |bytes| Ok(Self::from(bytes));
    Jti = |jti| jti.0.as_bytes().to_vec(), |bytes| uuid(bytes).map(Self);
    SessionId = |sid| sid.0.as_bytes().to_vec(), |bytes| uuid(bytes).map(Self);
    UploadId = |id| id.0.as_bytes().to_vec(), |bytes| uuid(bytes).map(Self);
    InstallationId = |id| id.0.as_bytes().to_vec(), |bytes| uuid(bytes).map(Self);
    KeyHash = |hash| hash.0.to_vec(), |bytes| array(bytes).map(Self);
    Sha256Hash = |hash| hash.0.to_vec(), |bytes| array(bytes).map(Self);
}

impl Encode for str {
    const NULL: Value = Value::Text(None);

    fn encode(&self) -> Value {
        Value::Text(Some(self.to_owned()))
    }
}

impl Encode for RoomRef {
    const NULL: Value = Value::Text(None);

    fn encode(&self) -> Value {
        self.as_str().encode()
    }
}

impl Encode for LeaseHolder {
    const NULL: Value = Value::Bytes(None);

    fn encode(&self) -> Value {
        Value::Bytes(Some(self.0.as_bytes().to_vec()))
    }
}

impl Decode for Manifest {
    const MISSING: &str = String::MISSING;

    fn decode<R: Row>(row: &R, cell: usize) -> StoreResult<Option<Self>> {
        let files = row.text(cell)?.as_deref().map(json::to_files).transpose()?;
        Ok(files.map(Manifest::from_stored))
    }
}

impl Decode for Vec<ChunkedFile> {
    const MISSING: &str = String::MISSING;

    fn decode<R: Row>(row: &R, cell: usize) -> StoreResult<Option<Self>> {
        row.text(cell)?.as_deref().map(json::to_files).transpose()
    }
}

impl Decode for ChangeSet {
    const MISSING: &str = String::MISSING;

    fn decode<R: Row>(row: &R, cell: usize) -> StoreResult<Option<Self>> {
        row.text(cell)?.as_deref().map(json::to_change).transpose()
    }
}

impl Decode for Happening {
    const MISSING: &str = String::MISSING;

    fn decode<R: Row>(row: &R, cell: usize) -> StoreResult<Option<Self>> {
        row.text(cell)?.as_deref().map(json::to_happening).transpose()
    }
}

/// A hold's state as it is kept.
pub(crate) fn hold_state(state: HoldState) -> &'static str {
    match state {
        HoldState::Pending => "pending",
        HoldState::Begun => "begun",
        HoldState::Done => "done",
    }
}

fn array<const N: usize>(bytes: Vec<u8>) -> StoreResult<[u8; N]> {
    bytes.try_into().map_err(|_| corrupt("bytes of the wrong length"))
}

fn uuid(bytes: Vec<u8>) -> StoreResult<Uuid> {
    array(bytes).map(Uuid::from_bytes)
}
