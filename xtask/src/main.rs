//! The project's own chores. `cargo xtask test` passes everything that has to pass.

mod archive;
mod cargo;
mod chunks;
mod circles;
mod client;
mod crowd;
mod data;
mod deny;
mod docs;
mod features;
mod lanes;
mod memory;
mod page;
#[cfg(test)]
mod papers;
mod programs;
mod proof;
mod server;
mod steps;
mod suites;
mod terminal;
mod unused;

use std::{env, iter, process::ExitCode};

use clap::{Parser, Subcommand};

use self::{cargo::Workspace, lanes::Choice, proof::Proof};

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
    /// Formatting, types, lints, documentation, import circles, dependencies
    Check(Choice),
    /// Everything that has to pass: what `check` and `prove` do, all tests, the page in a browser
    Test(Choice),
    /// What gigabytes cost: peak memory, a large archive, large files in chunks past servers that are killed
    Prove(Choice),
    /// Installs the programs that the tests start, where they are missing
    Programs,
    /// Installs the packages that the page is made of, or driven with, where they are missing
    Packages {
        #[arg(default_value = "ui")]
        part: page::Part,
    },
    /// Finds modules that need each other
    Circles,
    /// Finds dependencies that nothing uses
    Unused,
    /// Checks the dependencies' licenses and sources
    Deny,
    /// Checks the page's types, and runs the tests of its logic
    Types,
    /// Checks the binaries in each set of cargo features
    Features,
    /// Builds the documentation, without warnings
    Docs,
    /// Builds the programs that are proven
    Build,
    /// Runs the tests of all crates, but for those that measure time
    Suites,
    /// Drives the page that the server carries with a real browser
    Page {
        /// What vitest takes, to run a part of the tests: a file's name, `-t NAME`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Prints how soon a change is on another's screen, what an idle room costs a browser, and what a search costs
    Screens,
    #[command(flatten)]
    Proof(Proof),
}

fn main() -> ExitCode {
    match run(Args::parse().chore) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::say(&format!("xtask: {error}"));
            for cause in iter::successors(error.source(), |error| error.source()) {
                terminal::say(&format!("  because {cause}"));
            }
            ExitCode::FAILURE
        }
    }
}

fn run(chore: Chore) -> Result {
    let workspace = Workspace::find()?;
    env::set_current_dir(&workspace.root)?;
    match chore {
        Chore::Check(choice) => lanes::run(steps::check(), &choice, &workspace),
        Chore::Test(choice) => lanes::run(steps::test(), &choice, &workspace),
        Chore::Prove(choice) => lanes::run(steps::prove(), &choice, &workspace),
        Chore::Programs => programs::install(),
        Chore::Packages { part } => page::install(part),
        Chore::Circles => circles::check(&workspace),
        Chore::Unused => unused::check(&workspace),
        Chore::Deny => deny::check(&workspace),
        Chore::Types => page::check(),
        Chore::Features => features::check(&workspace),
        Chore::Docs => docs::check(&workspace),
        Chore::Build => workspace.programs().map(drop),
        Chore::Suites => suites::run(&workspace),
        Chore::Page { args } => page::drive(&args, &workspace),
        Chore::Screens => page::measure(&workspace),
        Chore::Proof(proof) => proof.run(&workspace),
    }
}
