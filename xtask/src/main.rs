//! The project's own chores. `cargo xtask test` passes everything that has to pass.

mod archive;
mod chunks;
mod client;
mod data;
mod memory;
mod page;
mod server;
mod steps;
mod terminal;

use std::process::ExitCode;

use bytesize::ByteSize;
use clap::{Parser, Subcommand};

/// Whatever goes wrong in a chore is for a person to read.
type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own chores")]
struct Args {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Everything that has to pass: formatting, clippy, documentation, all tests, the page in a browser, peak memory, a
    /// large archive, a large file in chunks
    Test,
    /// Drives the page that the release binary carries with a real browser
    Page,
    /// Checks the binaries in each set of cargo features
    Features,
    /// Sends a file up and down through the release binary and measures the server's peak memory
    Memory {
        /// How large the file is
        #[arg(long, default_value = "1GiB")]
        size: ByteSize,
        /// The most memory the server may have needed
        #[arg(long, default_value = "32MiB")]
        limit: ByteSize,
        /// Keep the file in a bucket, not in a folder
        #[arg(long)]
        s3: bool,
    },
    /// Fetches a room with a large file as a zip archive from the release binary, and has `unzip` test it
    Archive {
        /// How large the file is
        #[arg(long, default_value = "4100MiB")]
        size: ByteSize,
        /// The most memory the server may have needed
        #[arg(long, default_value = "48MiB")]
        limit: ByteSize,
    },
    /// Sends a file in chunks through the release binary, which is killed on the way, and measures what that costs
    Chunks(chunks::Plan),
}

fn main() -> ExitCode {
    let done = match Args::parse().chore {
        Chore::Test => steps::test(),
        Chore::Page => page::drive(),
        Chore::Features => steps::check_features(),
        Chore::Memory { size, limit, s3 } => memory::measure(size, limit, s3),
        Chore::Archive { size, limit } => archive::measure(size, limit),
        Chore::Chunks(plan) => chunks::measure(&plan),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::say(&format!("xtask: {error}"));
            ExitCode::FAILURE
        }
    }
}
