/// Space of the disk that is kept back, so that something can still be deleted on one that is full.
///
/// Its calls ask and change one file, so they may be made anywhere but in a hurry.
pub trait Ballast: Send + Sync {
    /// A write has met a full disk: gives the space back, and keeps it given back until [`Ballast::lay`] takes it again.
    /// `true` when there is space now, so that the write is worth another try.
    fn release(&self) -> bool;

    /// Whether it is given back: then nothing may grow.
    fn is_released(&self) -> bool;

    /// Takes the space again when it is not taken and at least as much is left besides.
    fn lay(&self);
}

/// No space is kept back.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoBallast;

impl Ballast for NoBallast {
    fn release(&self) -> bool {
        false
    }

    fn is_released(&self) -> bool {
        false
    }

    fn lay(&self) {}
}
