//! The names of tables and columns, as the migrations have them.

use sea_query::Iden;

#[derive(Clone, Copy, Iden)]
pub(crate) enum Rooms {
    Table,
    Id,
    Name,
    Slug,
    PasswordHash,
    OwnerKeyHash,
    OwnerClaimed,
    Status,
    Permission,
    MaxSize,
    StoredSize,
    MaxEntries,
    Entries,
    ExpireAt,
    CreatedAt,
    UpdatedAt,
}

#[derive(Clone, Copy, Iden)]
pub(crate) enum RoomAddresses {
    Table,
    Address,
    RoomId,
}

#[derive(Clone, Copy, Iden)]
pub(crate) enum Tokens {
    Table,
    Jti,
    RoomId,
    Sid,
    Permission,
    Owner,
    Scope,
    CreatedAt,
    ExpiresAt,
    RevokedAt,
}

#[derive(Clone, Copy, Iden)]
pub(crate) enum RefreshTokens {
    Table,
    Hash,
    RoomId,
    Sid,
    Owner,
    Scope,
    CreatedAt,
    ExpiresAt,
    UsedAt,
    RevokedAt,
}

#[derive(Clone, Copy, Iden)]
pub(crate) enum Tickets {
    Table,
    Id,
    Hash,
    RoomId,
    ContentId,
    Scope,
    Sid,
    Owner,
    MaxUses,
    Uses,
    CreatedAt,
    ExpiresAt,
    RevokedAt,
}

#[derive(Clone, Copy, Iden)]
pub(crate) enum Reservations {
    Table,
    Id,
    RoomId,
    Sid,
    Size,
    State,
    Deadline,
    Manifest,
    CreatedAt,
}

#[derive(Clone, Copy, Iden)]
pub(crate) enum Uploads {
    Table,
    ReservationId,
    Id,
    TokenHash,
    Owner,
    Permission,
    Files,
    CreatedAt,
}

#[derive(Clone, Copy, Iden)]
pub(crate) enum UploadFiles {
    Table,
    ReservationId,
    FileIndex,
    Chunks,
    Bytes,
    HashedChunks,
    HashState,
    ContentId,
}

#[derive(Clone, Copy, Iden)]
pub(crate) enum Chunks {
    Table,
    ReservationId,
    FileIndex,
    ChunkIndex,
    Size,
    Sha256,
    BlobKey,
    UploadedAt,
}

#[derive(Clone, Copy, Iden)]
pub(crate) enum Contents {
    Table,
    Id,
    RoomId,
    Sid,
    Kind,
    FileName,
    Size,
    MimeType,
    Sha256,
    DownloadCount,
    MaxDownloads,
    ExpireAt,
    Language,
    Pinned,
    Version,
    CreatedAt,
    UpdatedAt,
}

#[derive(Clone, Copy, Iden)]
pub(crate) enum Segments {
    Table,
    ContentId,
    Position,
    Size,
    BlobKey,
    Inline,
}

#[derive(Clone, Copy, Iden)]
pub(crate) enum PendingBlobs {
    Table,
    Key,
    ReservationId,
    Until,
}

#[derive(Clone, Copy, Iden)]
pub(crate) enum Leases {
    Table,
    Name,
    Holder,
    Until,
}

#[derive(Clone, Copy, Iden)]
pub(crate) enum BlobDeletions {
    Table,
    Key,
}
