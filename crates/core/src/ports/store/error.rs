/// Why the store did not answer. The texts are for the log only: they are never shown to a client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A room's name or slug that another room answers to.
    #[error("the address is taken")]
    AddressTaken,
    /// The transaction collided with another, and the store undid it: nothing of it is left. Running it again from
    /// its beginning, on a new one, is safe and may well succeed.
    #[error("transactions collided: {0}")]
    Contended(String),
    /// The store cannot be reached or is overloaded; trying again later may help. Of a commit that ends so it is
    /// unknown whether it took place.
    #[error("store unavailable: {0}")]
    Unavailable(String),
    /// Its disk is full: nothing of the transaction is left, of a commit either.
    #[error("store full: {0}")]
    Full(String),
    /// The store refused a statement or holds what cannot be: a defect, here or there.
    #[error("store corrupt: {0}")]
    Corrupt(String),
}

/// What a store answers.
pub type StoreResult<T> = Result<T, StoreError>;
