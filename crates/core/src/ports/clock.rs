use crate::time::Timestamp;

/// What time it is.
pub trait Clock: Send + Sync {
    /// Now. It may step back (a clock that is set); rules compare with stored deadlines only.
    fn now(&self) -> Timestamp;
}
