use uuid::{Builder, Uuid};

/// Randomness fit for secrets.
pub trait Entropy: Send + Sync {
    /// Fills a buffer with bits that nobody can predict.
    fn fill(&self, buffer: &mut [u8]);
}

impl dyn Entropy {
    /// So many random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A random UUID (RFC 9562, version 4).
    pub fn uuid(&self) -> Uuid {
        Builder::from_random_bytes(self.bytes()).into_uuid()
    }
}
