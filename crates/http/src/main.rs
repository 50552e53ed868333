//! The server's binary.

use std::process::ExitCode;

use elizabeth_http::program::Program;

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
