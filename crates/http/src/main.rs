//! The server's binary.

use std::process::ExitCode;

use elizabeth_http::program::Program;

/// What a busy hour has scattered over the memory goes back to the system within seconds, which the system's own allocator
/// does not do. How it is set stands in `.cargo/config.toml`.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match Program::main().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "the one line for the operator, whatever RUST_LOG says")]
            {
                eprintln!("elizabeth-http: {error}");
            }
            ExitCode::FAILURE
        }
    }
}
