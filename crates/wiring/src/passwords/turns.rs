use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use elizabeth_core::{client::Client, ports::PasswordError};
use tokio::{
    sync::oneshot,
    time::{Instant, timeout},
};

/// The most passwords of one client that wait, whatever rooms they are for.
const OF_CLIENT: usize = 4;
/// How long one waits at most.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a wrong password puts its client behind those who sent none.
const DISTRUST: Duration = Duration::from_secs(60);
/// How many such clients are remembered at most.
const DISTRUSTED_MAX: usize = 10_000;

/// Few at a time. Those who wait take turns: first the rooms, then in a room its clients, in front those that have not
/// been wrong of late. So who guesses at one room holds up no other, and who guesses from one address nobody at another.
pub(super) struct Turns(Mutex<Waiting>);

struct Waiting {
    free: usize,
    /// In the order in which they come next. Every room here has somebody who waits.
    rooms: VecDeque<String>,
    queues: HashMap<String, Queue>,
    /// How many wait of each client.
    of_client: HashMap<IpAddr, usize>,
    /// Who was wrong, and until when that counts.
    distrusted: HashMap<IpAddr, Instant>,
}

/// Who waits for one room: at least one, in the order in which they come next.
#[derive(Default)]
struct Queue(VecDeque<(Option<IpAddr>, VecDeque<oneshot::Sender<Turn>>)>);

/// The right to hash; it goes on to the next one when it is dropped.
pub(super) struct Turn(Arc<Turns>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.pass_on();
    }
}

/// A place among those who wait of a client; it is given up when this is dropped.
struct Place<'a>(&'a Turns, Option<IpAddr>);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let Some(client) = self.1 else { return };
        let of_client = &mut self.0.waiting().of_client;
        if let Some(count) = of_client.get_mut(&client) {
            *count -= 1;
            if *count == 0 {
                of_client.remove(&client);
            }
        }
    }
}

impl Turns {
    pub(super) fn new(at_once: usize) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Waiting {
            free: at_once,
            rooms: VecDeque::new(),
            queues: HashMap::new(),
            of_client: HashMap::new(),
            distrusted: HashMap::new(),
        })))
    }

    /// Waits for a turn. `room` is whatever tells rooms apart.
    pub(super) async fn take(
        self: &Arc<Self>,
        room: &str,
        client: Option<Client>,
    ) -> Result<Turn, PasswordError> {
        let client = client.map(Client::network);
        let (place, turn) = {
            let mut waiting = self.waiting();
            if waiting.free > 0 {
                waiting.free -= 1;
                return Ok(Turn(self.clone()));
            }
            if let Some(client) = client {
                let count = waiting.of_client.entry(client).or_default();
                if *count >= OF_CLIENT {
                    return Err(PasswordError::TooMany);
                }
                *count += 1;
            }
            (Place(self, client), waiting.join(room, client))
        };
        let turn = timeout(PATIENCE, turn).await;
        drop(place);
        // The sender is dropped only together with all of this.
        turn.ok().and_then(Result::ok).ok_or(PasswordError::Busy)
    }

    /// A client's password was wrong.
    pub(super) fn distrust(&self, client: Option<Client>) {
        let Some(client) = client else { return };
        let now = Instant::now();
        let distrusted = &mut self.waiting().distrusted;
        if distrusted.len() >= DISTRUSTED_MAX {
            distrusted.retain(|_, until| now < *until);
            if distrusted.len() >= DISTRUSTED_MAX {
                distrusted.clear();
            }
        }
        distrusted.insert(client.network(), now + DISTRUST);
    }

    /// Gives a turn to whoever comes next and still waits; else it is free.
    fn pass_on(self: &Arc<Self>) {
        loop {
            let next = {
                let mut waiting = self.waiting();
                match waiting.next() {
                    Some(next) => next,
                    None => {
                        waiting.free += 1;
                        return;
                    }
                }
            };
            if next.is_closed() {
                continue;
            }
            // Who goes away just now drops the turn, which passes it on.
            let _ = next.send(Turn(self.clone()));
            return;
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// Stands in line; what arrives is the turn.
    fn join(&mut self, room: &str, client: Option<IpAddr>) -> oneshot::Receiver<Turn> {
        let (sender, turn) = oneshot::channel();
        if !self.queues.contains_key(room) {
            self.rooms.push_back(room.to_owned());
        }
        let trusted = client
            .is_none_or(|client| self.distrusted.get(&client).is_none_or(|until| *until <= Instant::now()));
        let Queue(clients) = self.queues.entry(room.to_owned()).or_default();
        match clients.iter_mut().find(|(other, _)| *other == client) {
            Some((_, waiting)) => waiting.push_back(sender),
            None if trusted => clients.push_front((client, [sender].into())),
            None => clients.push_back((client, [sender].into())),
        }
        turn
    }

    /// Whoever comes next.
    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        let room = self.rooms.pop_front()?;
        let Queue(clients) = self.queues.get_mut(&room)?;
        let (client, mut waiting) = clients.pop_front()?;
        let next = waiting.pop_front();
        if !waiting.is_empty() {
            clients.push_back((client, waiting));
        }
        if clients.is_empty() {
            self.queues.remove(&room);
        } else {
            self.rooms.push_back(room);
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;

    fn client(last: u8) -> Option<Client> {
        Some(Client::new([192, 0, 2, last].into()))
    }

    /// In which order those get their turn who come in this order while somebody hashes.
    async fn order(comers: &[(&'static str, u8)], wrong: &[u8]) -> Vec<(&'static str, u8)> {
        let turns = Turns::new(1);
        wrong.iter().for_each(|last| turns.distrust(client(*last)));
        let busy = turns.take("other", None).await.unwrap();
        let got = Mutex::new(Vec::new());
        let waits = comers.iter().map(|&(room, last)| {
            let (turns, got) = (&turns, &got);
            async move {
                let turn = turns.take(room, client(last)).await.unwrap();
                got.lock().unwrap().push((room, last));
                drop(turn);
            }
        });
        // All of them are polled once, in their order, before the turn is free.
        let mut all = std::pin::pin!(join_all(waits));
        assert!(futures::poll!(&mut all).is_pending());
        drop(busy);
        all.await;
        got.lock().unwrap().clone()
    }

    #[tokio::test]
    async fn rooms_take_turns_and_clients_in_a_room() {
        let comers = [("a", 1), ("a", 1), ("a", 1), ("a", 2), ("b", 3), ("a", 1)];
        let got = order(&comers, &[1, 2, 3]).await;
        assert_eq!(got, [("a", 1), ("b", 3), ("a", 2), ("a", 1), ("a", 1), ("a", 1)]);
    }

    #[tokio::test]
    async fn who_was_wrong_comes_behind_who_was_not() {
        let got = order(&[("a", 1), ("a", 2), ("a", 3)], &[1, 2]).await;
        assert_eq!(got, [("a", 3), ("a", 1), ("a", 2)]);
    }

    #[tokio::test]
    async fn few_of_one_client_wait() {
        let turns = Turns::new(1);
        let busy = turns.take("a", None).await.unwrap();
        let mut waits: Vec<_> = (0..OF_CLIENT).map(|_| Box::pin(turns.take("a", client(1)))).collect();
        for wait in &mut waits {
            assert!(futures::poll!(wait).is_pending());
        }
        assert_eq!(turns.take("b", client(1)).await.err(), Some(PasswordError::TooMany));
        // Who goes away makes place.
        waits.pop();
        let mut again = Box::pin(turns.take("b", client(1)));
        assert!(futures::poll!(&mut again).is_pending());
        drop(waits);
        drop(busy);
        drop(again.await.unwrap());
        let waiting = turns.waiting();
        assert_eq!((waiting.free, waiting.of_client.len()), (1, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        let turns = Turns::new(1);
        let _busy = turns.take("a", None).await.unwrap();
        assert_eq!(turns.take("a", client(1)).await.err(), Some(PasswordError::Busy));
    }
}
