use elizabeth_core::ports::{StoreError, StoreResult};

/// A value on its way to the database. `None` is NULL; it keeps its type, since some databases want to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number, a size in bytes or an instant in microseconds.
    Int(Option<i64>),
    /// A text.
    Text(Option<String>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
}

/// A row of an answer, its cells read by their place, on demand.
pub trait Row: Send + 'static {
    /// Whether a cell is NULL.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when there is no such cell.
    fn is_null(&self, cell: usize) -> StoreResult<bool>;

    /// A number; `None` for NULL.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when there is no such cell or it is none.
    fn int(&self, cell: usize) -> StoreResult<Option<i64>>;

    /// A text; `None` for NULL.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when there is no such cell or it is none.
    fn text(&self, cell: usize) -> StoreResult<Option<String>>;

    /// Bytes; `None` for NULL.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when there is no such cell or they are none.
    fn bytes(&self, cell: usize) -> StoreResult<Option<Vec<u8>>>;
}

/// The error of a row that cannot be.
pub(crate) fn corrupt(what: &str) -> StoreError {
    StoreError::Corrupt(what.to_owned())
}
