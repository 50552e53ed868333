//! The server's binary.

use std::process::ExitCode;

use elizabeth_http::program::Program;

/// What a transfer or a busy hour needed goes back to the system at once. The system's own allocator keeps much of it, in an
/// arena for each thread that took part. How it is set stands in `.cargo/config.toml`. The C library is left its own:
/// a clock put under the server, as tests do, cannot work below another one.
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
