use std::{collections::HashMap, hash::Hash, net::IpAddr};

use elizabeth_core::{
    id::RoomId,
    limits::{Limit, Limits},
};

/// Who listens: how many there are, in which room, and from where.
pub(super) struct Places {
    most: [u64; 3],
    all: u64,
    of_room: HashMap<RoomId, u64>,
    of_client: HashMap<IpAddr, u64>,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// The process has as many listeners as it may, or is about to end.
    Process,
    /// The room has as many as it may.
    Room,
    /// Its client has as many as it may.
    Client,
}

impl Places {
    /// As many as the limits allow, and no more than so many in all.
    pub(super) fn new(limits: &Limits, most: usize) -> Self {
        let all = limits.get(Limit::Listeners).min(most as u64);
        let most = [all, limits.get(Limit::RoomListeners), limits.get(Limit::ClientListeners)];
        Self { most, all: 0, of_room: HashMap::new(), of_client: HashMap::new() }
    }

    /// Takes a place. A client of `None` is not limited by itself.
    pub(super) fn take(&mut self, room: RoomId, client: Option<IpAddr>) -> Result<(), Full> {
        let [all, of_room, of_client] = self.most;
        if client.is_some_and(|client| self.of_client.get(&client).is_some_and(|&count| count >= of_client)) {
            return Err(Full::Client);
        }
        if self.of_room.get(&room).is_some_and(|&count| count >= of_room) {
            return Err(Full::Room);
        }
        if self.all >= all {
            return Err(Full::Process);
        }
        self.all += 1;
        *self.of_room.entry(room).or_default() += 1;
        if let Some(client) = client {
            *self.of_client.entry(client).or_default() += 1;
        }
        Ok(())
    }

    /// Gives one back; whether it was the room's last.
    pub(super) fn leave(&mut self, room: RoomId, client: Option<IpAddr>) -> bool {
        self.all -= 1;
        if let Some(client) = client {
            one_less(&mut self.of_client, &client);
        }
        one_less(&mut self.of_room, &room)
    }
}

/// Counts one less; whether none is left.
fn one_less<K: Eq + Hash>(counts: &mut HashMap<K, u64>, key: &K) -> bool {
    let Some(count) = counts.get_mut(key) else { return true };
    *count -= 1;
    let none = *count == 0;
    if none {
        counts.remove(key);
    }
    none
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_holds_and_what_is_given_back_is_free() {
        let limits = Limits::default().with(Limit::RoomListeners, 3).with(Limit::ClientListeners, 2);
        let mut places = Places::new(&limits, 4);
        let client = |last: u8| Some(IpAddr::from([192, 0, 2, last]));
        let (one, other) = (RoomId(1), RoomId(2));
        assert_eq!(places.take(one, client(1)), Ok(()));
        assert_eq!(places.take(one, client(1)), Ok(()));
        assert_eq!(places.take(other, client(1)), Err(Full::Client));
        assert_eq!(places.take(one, client(2)), Ok(()));
        assert_eq!(places.take(one, client(3)), Err(Full::Room));
        assert_eq!(places.take(other, None), Ok(()));
        assert_eq!(places.take(other, None), Err(Full::Process));
        assert!(!places.leave(one, client(1)) && places.leave(other, None));
        assert_eq!(places.take(other, client(1)), Ok(()));
        for client in [client(1), client(2)] {
            places.leave(one, client);
        }
        places.leave(other, client(1));
        assert!(places.of_room.is_empty() && places.of_client.is_empty() && places.all == 0);
    }
}
