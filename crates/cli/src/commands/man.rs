use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
};

use clap::{Args, Command};

use crate::{error::Error, place::PlaceError};

#[derive(Args)]
pub(crate) struct Man {
    /// Write the pages of all commands into this folder, which is made where it is missing
    folder: Option<PathBuf>,
}

impl Man {
    /// Prints the page of the tool's own command, or writes those of all below it.
    pub(crate) fn run(self, command: Command) -> Result<(), Error> {
        if let Some(folder) = self.folder {
            let made = fs::create_dir_all(&folder).and_then(|()| clap_mangen::generate_to(command, &folder));
            return Ok(made.map_err(|source| PlaceError::Io { path: folder, source })?);
        }
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        let mut out = io::stdout().lock();
        out.write_all(&page)?;
        Ok(out.flush()?)
    }
}
