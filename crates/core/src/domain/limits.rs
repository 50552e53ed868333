//! How many of everything there may be: one table, from which the options, their help, `GET /api/v1/config`, the
//! metrics and the documents are made.
//!
//! What a room or a session has is counted in the store, and exact on any number of processes. What a client does is
//! counted by whoever serves it, in each process by itself.

/// What one count of a limit is kept for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The address a request comes from.
    Client,
    /// A session in a room that is not its owner's.
    Session,
    /// A content.
    Content,
    /// A room.
    Room,
    /// A process.
    Process,
}

impl Scope {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Session => "session",
            Self::Content => "content",
            Self::Room => "room",
            Self::Process => "process",
        }
    }
}

/// Declares the limits with their names, scopes, defaults and descriptions, so that none can be without the other.
macro_rules! limits {
    ($($limit:ident = $name:literal, $scope:ident, $default:expr, $what:literal;)+) => {
        /// Something that is limited.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Limit {
            $(#[doc = $what] $limit,)+
        }

        impl Limit {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$limit,)+];

            /// Its name, in kebab case. It never changes.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$limit => $name,)+
                }
            }

            /// What it is counted for.
            pub const fn scope(self) -> Scope {
                match self {
                    $(Self::$limit => Scope::$scope,)+
                }
            }

            /// How many there may be where the operator decides nothing.
            pub const fn default(self) -> u64 {
                match self {
                    $(Self::$limit => $default,)+
                }
            }

            /// What is counted, in a few words.
            pub const fn what(self) -> &'static str {
                match self {
                    $(Self::$limit => $what,)+
                }
            }
        }
    };
}

limits! {
    Guesses = "guesses", Client, 10, "Wrong passwords, keys, tickets and unknown private addresses before a wait";
    Looks = "looks", Client, 15, "Names without a room asked for before a wait, then one a second";
    RoomsMade = "rooms-made", Client, 30, "Rooms made in a minute";
    Requests = "requests", Client, 100, "Requests a second, three times as many in a burst";
    ClientConnections = "client-connections", Client, 256, "Connections open at once";
    ClientListeners = "client-listeners", Client, 64, "Event streams open at once";
    SessionUploads = "session-uploads", Session, 32, "Uploads in pieces under way";
    SessionSigns = "session-signs", Session, 10, "Signs of being there and signals a second, in each process";
    SessionEdits = "session-edits", Session, 100, "Edits of texts a second, ten times as many in a burst; an owner's too";
    SessionEditBytes = "session-edit-bytes", Session, 256 << 10, "Bytes of such edits a second, 32 times as many in a burst; an owner's too";
    ThumbnailBytes = "thumbnail-bytes", Content, 64 << 10, "Bytes of its thumbnail, which count towards its room";
    RoomContents = "room-contents", Room, 1_000_000, "Contents";
    RoomReservations = "room-reservations", Room, 1000, "Reservations whose uploads have not ended";
    RoomUploads = "room-uploads", Room, 1000, "Uploads in pieces under way";
    RoomTickets = "room-tickets", Room, 10_000, "Tickets that live";
    RoomTokens = "room-tokens", Room, 10_000, "Tokens that live";
    RoomRefreshTokens = "room-refresh-tokens", Room, 10_000, "Refresh tokens that live";
    RoomEdits = "room-edits", Room, 16 << 20, "Bytes of edits kept for those who have an older version of a text open";
    RoomEvents = "room-events", Room, 10_000, "Events of the last day";
    RoomPresent = "room-present", Room, 500, "Sessions that say they are there, in each process";
    RoomListeners = "room-listeners", Room, 2000, "Event streams open at once, in each process";
    RoomRows = "room-rows", Room, 64 << 20, "Bytes of names and descriptions, or a hundredth of the room's size where that is more";
    Listeners = "listeners", Process, 20_000, "Event streams open at once, and no more than three quarters of the connections";
}

/// How many of everything an installation allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits([u64; Limit::ALL.len()]);

impl Default for Limits {
    fn default() -> Self {
        let mut limits = Self([0; Limit::ALL.len()]);
        for limit in Limit::ALL {
            limits.0[*limit as usize] = limit.default();
        }
        limits
    }
}

impl Limits {
    /// How many there may be.
    pub fn get(&self, limit: Limit) -> u64 {
        self.0[limit as usize]
    }

    /// Allows so many.
    #[must_use]
    pub fn with(mut self, limit: Limit, count: u64) -> Self {
        self.0[limit as usize] = count;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_own_count_and_name() {
        let changed = Limits::default().with(Limit::RoomTickets, 7);
        for limit in Limit::ALL {
            let count = if *limit == Limit::RoomTickets { 7 } else { limit.default() };
            assert_eq!(changed.get(*limit), count);
            assert!(limit.name().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
            assert_eq!(Limit::ALL.iter().filter(|other| other.name() == limit.name()).count(), 1);
        }
    }
}
