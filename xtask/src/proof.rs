//! The proofs: what large files, slow clients and long loads cost the server, as it is run by people.

use std::{env, path::Path, process::Command};

use bytesize::ByteSize;
use clap::Subcommand;

use crate::{Result, archive, cargo::Workspace, chunks, crowd, memory, terminal::run};

/// The variable that names the server's program.
const SERVER: &str = "ELIZABETH_HTTP";

#[derive(Subcommand)]
pub enum Proof {
    /// Sends a file up and down through the server and measures its peak memory
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
    /// Fetches a room with a large file as a zip archive from the server, and has `unzip` test it
    Archive {
        /// How large the file is
        #[arg(long, default_value = "4100MiB")]
        size: ByteSize,
        /// The most memory the server may have needed
        #[arg(long, default_value = "48MiB")]
        limit: ByteSize,
    },
    /// Sends a file in chunks through the server, which is killed on the way, and measures what that costs
    Chunks(chunks::Plan),
    /// Has people work beside slow clients, and measures what these cost them
    Crowd(crowd::Crowd),
    /// Has people work without a pause, and measures what the server holds behind that
    Soak(crowd::Soak),
}

impl Proof {
    /// Builds what is proven, and this program in the same way: whoever sends and checks gigabytes has as much to do as
    /// the server. Where the environment names a server, that one is proven by this program as it is.
    pub fn run(&self, workspace: &Workspace) -> Result {
        if let Some(server) = env::var_os(SERVER) {
            return self.measure(Path::new(&server));
        }
        let programs = workspace.programs()?;
        run(Command::new(programs.chores).args(env::args_os().skip(1)).env(SERVER, programs.server))
    }

    fn measure(&self, server: &Path) -> Result {
        match self {
            Self::Memory { size, limit, s3 } => memory::measure(*size, *limit, *s3, server),
            Self::Archive { size, limit } => archive::measure(*size, *limit, server),
            Self::Chunks(plan) => chunks::measure(plan, server),
            Self::Crowd(crowd) => crowd.measure(server),
            Self::Soak(soak) => soak.measure(server),
        }
    }
}
