use proptest::prelude::*;

use super::*;

const LEASE: Duration = Duration::from_secs(60);
const TTL: Duration = Duration::from_secs(10);

#[derive(Clone, Debug)]
enum Step {
    Wait(u64),
    Reserve(u64),
    Begin(usize),
    Extend(usize),
    ReserveSome,
    Grow(usize, u64),
    Settle(usize, u64),
    Release(usize),
    Delete(usize),
    Add(u64),
    Replace(usize, u64),
}

fn step() -> impl Strategy<Value = Step> {
    let index = 0usize..8;
    prop_oneof![
        (0u64..40).prop_map(Step::Wait),
        prop_oneof![0u64..700, Just(u64::MAX), Just(crate::policy::SIZE_MAX)].prop_map(Step::Reserve),
        index.clone().prop_map(Step::Begin),
        index.clone().prop_map(Step::Extend),
        Just(Step::ReserveSome),
        (index.clone(), 0u64..60 << 20).prop_map(|(index, more)| Step::Grow(index, more)),
        (index.clone(), 0u64..90 << 20).prop_map(|(index, size)| Step::Settle(index, size)),
        index.clone().prop_map(Step::Release),
        index.clone().prop_map(Step::Delete),
        (0u64..700).prop_map(Step::Add),
        (index, 0u64..700).prop_map(|(i, size)| Step::Replace(i, size)),
    ]
}

proptest! {
    /// Any operations at any times: never over the maximum, always the sum of what an independent account has.
    #[test]
    fn never_over_the_maximum_and_always_the_sum(max in prop_oneof![0u64..2000, 0u64..400 << 20], steps in proptest::collection::vec(step(), 0..120)) {
        let mut now = Timestamp::from_secs(1_000_000);
        let mut ledger = Ledger::new(max, 0, []);
        let mut stored: Vec<u64> = Vec::new();
        let mut ids: Vec<ReservationId> = Vec::new();
        for (n, step) in steps.into_iter().enumerate() {
            let pick = |i: usize| ids.get(i % ids.len().max(1)).copied().unwrap_or(ReservationId(-1));
            match step {
                Step::Wait(secs) => now = now.saturating_add(Duration::from_secs(secs)),
                Step::Reserve(size) => {
                    let room = ledger.remaining(now);
                    match ledger.reserve(now, size, TTL) {
                        Ok(hold) => {
                            prop_assert!(size <= room);
                            let id = ReservationId(n as i64);
                            ledger.insert(id, hold);
                            ids.push(id);
                        }
                        Err(full) => prop_assert_eq!(full, Full { requested: size, remaining: room }),
                    }
                }
                Step::Begin(i) => {
                    let id = pick(i);
                    if let Some(hold) = ledger.hold(id) && let Ok(begun) = hold.begin(now, LEASE) {
                        prop_assert!(hold.is_live(now) && begun.begin(now, LEASE) == Err(HoldError::InUse));
                        ledger.insert(id, begun);
                    }
                }
                Step::Extend(i) => {
                    let id = pick(i);
                    if let Some(hold) = ledger.hold(id) && let Ok(longer) = hold.extend(now, LEASE) {
                        prop_assert!(hold.is_live(now) && longer.deadline >= hold.deadline);
                        ledger.insert(id, longer);
                    }
                }
                Step::ReserveSome => {
                    let room = ledger.remaining(now);
                    let hold = ledger.reserve_some(now, u64::MAX, TTL);
                    prop_assert_eq!(hold.size, room.min(8 << 20));
                    let id = ReservationId(n as i64);
                    ledger.insert(id, hold);
                    ids.push(id);
                }
                Step::Grow(i, more) => {
                    let id = pick(i);
                    if let Some(hold) = ledger.hold(id).filter(|hold| hold.is_live(now)) {
                        let (needed, most) = (hold.size + more, hold.size + ledger.remaining(now));
                        match ledger.growth(now, hold, needed).map(|more| hold.grown(more)) {
                            Ok(larger) => {
                                prop_assert!(needed <= larger.size && larger.size <= most);
                                prop_assert!(larger.size - hold.size <= more.max(64 << 20));
                                prop_assert_eq!(Hold { size: hold.size, ..larger }, hold);
                                ledger.insert(id, larger);
                            }
                            Err(full) => {
                                prop_assert!(needed > most);
                                prop_assert_eq!(full, Full { requested: needed, remaining: most });
                            }
                        }
                    }
                }
                Step::Settle(i, size) => {
                    let id = pick(i);
                    let hold = ledger.hold(id);
                    if ledger.settle(now, id, size).is_ok() {
                        let hold = hold.unwrap();
                        prop_assert!(hold.is_live(now) && hold.state == HoldState::Begun);
                        stored.push(hold.size.min(size));
                        prop_assert_eq!(ledger.settle(now, id, size), Err(HoldError::Lapsed));
                    }
                }
                Step::Release(i) => {
                    let before = ledger.current_size(now);
                    let freed = ledger.release(now, pick(i));
                    prop_assert_eq!(ledger.current_size(now), before - freed);
                }
                Step::Delete(i) if !stored.is_empty() => {
                    let size = stored.swap_remove(i % stored.len());
                    ledger.remove_stored(size);
                }
                Step::Add(size) => {
                    let room = ledger.remaining(now);
                    match ledger.replace(now, 0, size) {
                        Ok(()) => stored.push(size),
                        Err(full) => prop_assert_eq!(full, Full { requested: size, remaining: room }),
                    }
                }
                Step::Replace(i, size) if !stored.is_empty() => {
                    let (i, room) = (i % stored.len(), ledger.remaining(now));
                    match ledger.replace(now, stored[i], size) {
                        Ok(()) => stored[i] = size,
                        Err(full) => prop_assert_eq!(full, Full { requested: size - stored[i], remaining: room }),
                    }
                }
                Step::Delete(_) | Step::Replace(..) => {}
            }
            let live: u64 = ids.iter().filter_map(|id| ledger.hold(*id)).filter(|h| h.is_live(now)).map(|h| h.size).sum();
            prop_assert_eq!(ledger.current_size(now), stored.iter().sum::<u64>() + live);
            prop_assert!(ledger.current_size(now) <= max);
        }
    }
}

#[test]
fn a_hold_lapses_at_its_deadline_and_no_sooner() {
    let start = Timestamp::from_secs(100);
    let hold = Ledger::new(10, 0, []).reserve(start, 10, TTL).unwrap();
    let ledger = Ledger::new(10, 0, [(ReservationId(1), hold)]);
    let just_before = Timestamp::from_micros(hold.deadline.as_micros() - 1);
    assert_eq!(ledger.remaining(just_before), 0);
    assert_eq!(ledger.remaining(hold.deadline), 10);
    assert_eq!(hold.begin(hold.deadline, LEASE), Err(HoldError::Lapsed));
}

#[test]
fn an_upload_that_trickles_keeps_its_hold() {
    let mut now = Timestamp::from_secs(100);
    let mut hold = Ledger::new(10, 0, []).reserve(now, 10, TTL).unwrap().begin(now, LEASE).unwrap();
    for _ in 0..100 {
        now = now.saturating_add(Duration::from_secs(59));
        hold = hold.extend(now, LEASE).unwrap();
    }
    assert_eq!(hold.extend(now.saturating_add(LEASE), LEASE), Err(HoldError::Lapsed));
}

#[test]
fn a_long_pipe_locks_its_room_rarely() {
    let now = Timestamp::from_secs(100);
    let (id, mut steps) = (ReservationId(1), 0);
    let mut ledger = Ledger::new(10 << 30, 0, []);
    ledger.insert(id, ledger.reserve_some(now, u64::MAX, LEASE));
    for arrived in (0..300u64 << 20).step_by(128 << 10) {
        let hold = ledger.hold(id).unwrap();
        if arrived > hold.size {
            ledger.insert(id, hold.grown(ledger.growth(now, hold, arrived).unwrap()));
            steps += 1;
        }
    }
    assert_eq!(steps, 7);
}
