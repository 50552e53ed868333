/// Hears how a transfer goes on. It is called from whatever task moves the bytes, and should not block. `()` hears
/// nothing.
pub trait Progress: Send + Sync {
    /// So many more bytes are done.
    fn advance(&self, bytes: u64);

    /// So many bytes were done before this began: they say nothing of how fast it goes.
    fn already(&self, bytes: u64);

    /// So many bytes have to be done again.
    fn retreat(&self, bytes: u64);

    /// Something happened that is no error.
    fn event(&self, event: Event<'_>);
}

/// What a person might want to know of an upload in chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// An earlier upload of the same files is gone on with.
    Resumed {
        /// Bytes that have arrived before.
        arrived: u64,
        /// Bytes of all its files.
        size: u64,
    },
    /// These files have changed since an earlier upload of them was broken off; it begins anew.
    Restarted {
        /// What the files are called.
        names: &'a [String],
    },
    /// A file was complete before, and its content is gone by now. It is not sent again.
    Gone {
        /// What the file is called.
        name: &'a str,
    },
    /// The upload is dropped in the middle; the same call goes on with what has arrived.
    Interrupted,
}

impl Progress for () {
    fn advance(&self, _bytes: u64) {}

    fn already(&self, _bytes: u64) {}

    fn retreat(&self, _bytes: u64) {}

    fn event(&self, _event: Event<'_>) {}
}
