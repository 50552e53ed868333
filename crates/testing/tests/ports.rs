//! The ports that are predictable.

use std::time::Duration;

use elizabeth_core::{
    ports::{Clock, Entropy},
    time::Timestamp,
};
use elizabeth_testing::{ManualClock, SeededEntropy};

#[test]
fn a_clock_shows_what_it_was_set_to() {
    let clock = ManualClock::default();
    let (start, other) = (clock.now(), clock.clone());
    other.advance(Duration::from_micros(1_500_000));
    assert_eq!(clock.now().since(start), Duration::from_micros(1_500_000));
    clock.set(Timestamp::EPOCH);
    assert_eq!(other.now(), Timestamp::EPOCH);
}

#[test]
fn seeded_entropy_repeats_itself_from_run_to_run_only() {
    let draw = |seed| {
        let entropy: &dyn Entropy = &SeededEntropy::new(seed);
        (entropy.bytes::<70>(), entropy.bytes::<70>(), entropy.uuid())
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
    let (first, second, _) = draw(1);
    assert_ne!(first, second);
    assert_ne!(first[..32], first[32..64]);
}
