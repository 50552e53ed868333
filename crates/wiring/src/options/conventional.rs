use clap::{ArgMatches, Args, Command, FromArgMatches};

use crate::error::variable_of;

/// Options that have what all of them have: a variable named after the flag, and a place behind subcommands too. One
/// with a variable of its own keeps that.
#[derive(Clone, Debug)]
pub(super) struct Conventional<T>(pub(super) T);

impl<T: Args> Args for Conventional<T> {
    fn augment_args(command: Command) -> Command {
        add(command, T::augment_args)
    }

    fn augment_args_for_update(command: Command) -> Command {
        add(command, T::augment_args_for_update)
    }
}

/// Adds options to a command, whose own are left alone.
fn add(command: Command, augment: fn(Command) -> Command) -> Command {
    let options = augment(Command::new("options"));
    options.get_arguments().cloned().fold(command, |command, option| {
        let variable = option.get_long().map(variable_of);
        let option = option.global(true);
        command.arg(match variable {
            Some(variable) if option.get_env().is_none() => option.env(variable),
            _ => option,
        })
    })
}

impl<T: FromArgMatches> FromArgMatches for Conventional<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        T::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0.update_from_arg_matches(matches)
    }
}
