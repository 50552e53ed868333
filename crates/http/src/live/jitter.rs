use std::time::Duration;

use uuid::Uuid;

/// A span drawn at random, shorter than this one: what many would do at the same instant, they do spread over it.
pub(super) fn within(span: Duration) -> Duration {
    let millis = span.as_millis().max(1);
    // The first 48 bits of such an id are all random.
    let drawn = (Uuid::new_v4().as_u128() >> 80).saturating_mul(millis) >> 48;
    Duration::from_millis(u64::try_from(drawn).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_spread_over_the_whole_span() {
        let span = Duration::from_secs(3);
        let drawn: Vec<Duration> = (0..1000).map(|_| within(span)).collect();
        assert!(drawn.iter().all(|one| *one < span));
        let late = drawn.iter().filter(|one| **one >= span / 2).count();
        assert!((400..600).contains(&late), "{late}");
    }
}
