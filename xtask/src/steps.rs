//! The steps of `cargo xtask test`, in the order in which they fail soonest.

use bytesize::ByteSize;

use crate::{Result, memory, terminal::cargo};

/// Runs everything that has to pass.
pub fn test() -> Result {
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "--deny", "warnings"])?;
    cargo(&["test", "--workspace", "--all-features"])?;
    cargo(&["build", "--release"])?;
    memory::measure(ByteSize::gib(1), ByteSize::mib(32))
}
