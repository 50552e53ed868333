//! What can be wrong with a credential.

/// What is wrong with a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unauthorized {
    /// None was sent.
    #[error("this needs a room token: enter the room first")]
    Missing,
    /// It was not signed here, or is for another room.
    #[error("this token is not valid for this room")]
    Invalid,
    /// Its time is over.
    #[error("this token has expired")]
    Expired,
    /// It was revoked.
    #[error("this token was revoked")]
    Revoked,
    /// A refresh token that works no more.
    #[error("invalid or expired refresh token")]
    RefreshToken,
    /// A ticket that is unknown, expired, revoked, or opens something else.
    #[error("this ticket is not valid here, or no longer")]
    Ticket,
    /// An upload token that is unknown here.
    #[error("this upload token is not valid for this room, or no longer")]
    UploadToken,
    /// A refresh token that was used before; its whole session was revoked.
    #[error("this refresh token was used before; its session has been revoked")]
    RefreshTokenReused,
}
