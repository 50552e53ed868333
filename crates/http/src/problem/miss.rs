use elizabeth_core::ErrorCode;

use super::{Code, RequestCode};

/// What an answer shows that its client did not know. It travels to the outermost layer as an extension of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Miss {
    /// Something that is to be known by those alone who were given it.
    Secret,
    /// Which rooms there are.
    Name,
}

impl Miss {
    /// What a refusal shows. Every secret that can be guessed stands here; room tokens and upload tokens, which honest
    /// clients hold for longer than they last, do not.
    pub(crate) fn of(code: Code) -> Option<Self> {
        match code {
            Code::Error(
                ErrorCode::WrongPassword
                | ErrorCode::WrongOwnerKey
                | ErrorCode::TicketInvalid
                | ErrorCode::RefreshTokenInvalid,
            )
            | Code::Request(
                RequestCode::PasswordRequired
                | RequestCode::AdminTokenInvalid
                | RequestCode::CreateKeyInvalid,
            ) => Some(Self::Secret),
            Code::Error(ErrorCode::RoomNotFound) => Some(Self::Name),
            Code::Error(_) | Code::Request(_) => None,
        }
    }
}
