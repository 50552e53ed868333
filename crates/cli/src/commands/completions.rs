use std::io::{self, Write};

use clap::{Args, Command};
use clap_complete::{Shell, generate};

use crate::error::Error;

#[derive(Args)]
pub(crate) struct Completions {
    /// Which shell
    shell: Shell,
}

impl Completions {
    /// Prints the shell's completions.
    pub(crate) fn run(self, mut command: Command) -> Result<(), Error> {
        // Into memory first: the generator panics where it cannot write, as into `head`.
        let mut script = Vec::new();
        generate(self.shell, &mut command, "elizabeth-cli", &mut script);
        let mut out = io::stdout().lock();
        out.write_all(&script)?;
        Ok(out.flush()?)
    }
}
