//! Which connections are open, how many may be, and which of them yields when there are too many.

use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    ops::{Deref, DerefMut},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::body::Body;
use tokio_util::sync::CancellationToken;

/// The connections of a server.
pub(crate) struct Connections {
    most: usize,
    most_of_client: usize,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    /// Counts what happens, so that what is older has the smaller number.
    clock: u64,
    by_number: HashMap<u64, Entry>,
    /// Those that no request is under way on, by when that began.
    idle: BTreeMap<u64, u64>,
    of_client: HashMap<IpAddr, usize>,
}

struct Entry {
    client: Option<IpAddr>,
    /// Its place among those that are idle.
    idle_since: Option<u64>,
    cut: CancellationToken,
}

/// A connection that is open for as long as this is there.
#[derive(Clone)]
pub(crate) struct Connection(Arc<Number>);

struct Number {
    number: u64,
    connections: Arc<Connections>,
    cut: CancellationToken,
}

/// A request under way on a connection. It is idle again once this is dropped.
pub(crate) struct Busy(Connection);

impl Connections {
    /// So many at once, and so many of one client.
    pub(crate) fn new(most: usize, most_of_client: usize) -> Arc<Self> {
        Arc::new(Self { most, most_of_client, open: Mutex::default() })
    }

    /// Takes a connection in; where there are as many as may be, the one that has been idle for longest yields. A
    /// `client` of none is not limited by itself.
    ///
    /// `None` when it is to be refused: its client has as many as it may, or none is idle.
    pub(crate) fn admit(self: &Arc<Self>, client: Option<IpAddr>) -> Option<Connection> {
        let mut open = self.open();
        if client.is_some_and(|client| {
            open.of_client.get(&client).is_some_and(|&count| count >= self.most_of_client)
        }) {
            return None;
        }
        while open.by_number.len() >= self.most {
            open.yield_oldest().then_some(())?;
        }
        let number = open.tick();
        let cut = CancellationToken::new();
        open.by_number.insert(number, Entry { client, idle_since: Some(number), cut: cut.clone() });
        open.idle.insert(number, number);
        if let Some(client) = client {
            *open.of_client.entry(client).or_default() += 1;
        }
        Some(Connection(Arc::new(Number { number, connections: self.clone(), cut })))
    }

    /// Ends the connection that has been idle for longest; whether there was one.
    pub(crate) fn yield_oldest(&self) -> bool {
        self.open().yield_oldest()
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    fn yield_oldest(&mut self) -> bool {
        let Some((_, number)) = self.idle.pop_first() else { return false };
        if let Some(entry) = self.remove(number) {
            entry.cut.cancel();
        }
        true
    }

    fn remove(&mut self, number: u64) -> Option<Entry> {
        let entry = self.by_number.remove(&number)?;
        if let Some(since) = entry.idle_since {
            self.idle.remove(&since);
        }
        if let Some(client) = entry.client
            && let Some(count) = self.of_client.get_mut(&client)
        {
            *count -= 1;
            if *count == 0 {
                self.of_client.remove(&client);
            }
        }
        Some(entry)
    }

    fn set_idle(&mut self, number: u64, idle: bool) {
        let now = self.tick();
        let Some(entry) = self.by_number.get_mut(&number) else { return };
        if let Some(since) = entry.idle_since.take() {
            self.idle.remove(&since);
        }
        if idle {
            entry.idle_since = Some(now);
            self.idle.insert(now, number);
        }
    }
}

impl Connection {
    /// Cancelled when it is to yield to another.
    pub(crate) fn cut(&self) -> &CancellationToken {
        &self.0.cut
    }

    /// A request begins on it. HTTP/1.1 has one at a time.
    pub(crate) fn busy(&self) -> Busy {
        self.0.connections.open().set_idle(self.0.number, false);
        Busy(self.clone())
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        self.connections.open().remove(self.number);
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let Connection(number) = &self.0;
        number.connections.open().set_idle(number.number, true);
    }
}

/// The body of an answer: as long as it is being sent, its connection is not idle.
pub(crate) struct Sent {
    body: Body,
    _busy: Busy,
}

impl Sent {
    /// Sends a body. Pinned, this is the body it holds.
    pub(crate) fn new(body: Body, busy: Busy) -> Pin<Self> {
        Pin::new(Self { body, _busy: busy })
    }
}

impl Deref for Sent {
    type Target = Body;

    fn deref(&self) -> &Body {
        &self.body
    }
}

impl DerefMut for Sent {
    fn deref_mut(&mut self) -> &mut Body {
        &mut self.body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(last: u8) -> Option<IpAddr> {
        Some([192, 0, 2, last].into())
    }

    #[test]
    fn the_oldest_idle_one_yields_and_none_that_works() {
        let connections = Connections::new(3, 9);
        let admit = |last| connections.admit(client(last));
        let (first, second, third) = (admit(1).unwrap(), admit(2).unwrap(), admit(3).unwrap());
        let busy = first.busy();
        let fourth = admit(4).unwrap();
        assert!(second.cut().is_cancelled() && !first.cut().is_cancelled());
        // Whoever was busy a moment ago has been idle for the shortest.
        drop(busy);
        let works = [third.busy(), fourth.busy()];
        let fifth = admit(5).unwrap();
        assert!(first.cut().is_cancelled());
        let busy = fifth.busy();
        assert!(admit(6).is_none(), "all of them work");
        drop((works, busy));
        assert!(admit(6).is_some());
    }

    #[test]
    fn each_client_has_so_many() {
        let connections = Connections::new(9, 2);
        let open = [connections.admit(client(1)), connections.admit(client(1))];
        assert!(connections.admit(client(1)).is_none());
        assert!(connections.admit(client(2)).is_some() && connections.admit(None).is_some());
        drop(open);
        assert!(connections.admit(client(1)).is_some());
        let open = connections.open();
        assert!(open.by_number.is_empty() && open.idle.is_empty() && open.of_client.is_empty());
    }
}
