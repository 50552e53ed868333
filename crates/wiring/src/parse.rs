//! How clap reads a value: by its type, and so that a refusal is one line that names flag and variable.

use std::{
    env,
    ffi::{OsStr, OsString},
    fmt,
    marker::PhantomData,
    str::FromStr,
};

use clap::{
    Arg, Command, Parser,
    builder::TypedValueParser,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::error::WiringError;

/// Reads the arguments and the environment of a program, in which an empty variable counts as none. Help, the version
/// and what clap itself refuses are printed as by [`Parser::parse_from`], and end the process.
///
/// # Errors
///
/// [`WiringError::Unusable`] when an option has a value that cannot be used.
pub fn parse_from<P: Parser>(
    args: impl IntoIterator<Item = impl Into<OsString> + Clone>,
) -> Result<P, WiringError> {
    let mut command = without_empty_variables(P::command());
    let found = command.try_get_matches_from_mut(args);
    let read = found.and_then(|mut found| {
        P::from_arg_matches_mut(&mut found).map_err(|error| error.format(&mut command))
    });
    read.or_else(|error| match refusal(&error) {
        Some(refusal) => Err(refusal),
        None => error.exit(),
    })
}

/// A variable that is set to nothing is as if it were not set: what composes environments can often not leave one out.
fn without_empty_variables(command: Command) -> Command {
    let is_empty = |name: &OsStr| env::var_os(name).is_some_and(|value| value.is_empty());
    let command = command.mut_args(|arg| match arg.get_env() {
        Some(name) if is_empty(name) => arg.env(None),
        _ => arg,
    });
    command.mut_subcommands(without_empty_variables)
}

/// What [`Reader`] refused, if it was that.
fn refusal(error: &clap::Error) -> Option<WiringError> {
    match (error.get(ContextKind::InvalidArg)?, error.get(ContextKind::Custom)?) {
        (ContextValue::String(option), ContextValue::String(reason)) => {
            Some(WiringError::Unusable { option: option.clone(), reason: reason.clone() })
        }
        _ => None,
    }
}

/// Reads values of a type. Its error must not repeat a secret; beyond that error, this repeats nothing.
pub struct Reader<T>(PhantomData<fn() -> T>);

impl<T> Reader<T> {
    /// One for the value parser of an option.
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> Default for Reader<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for Reader<T> {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl<T> TypedValueParser for Reader<T>
where
    T: FromStr<Err: fmt::Display> + Clone + Send + Sync + 'static,
{
    type Value = T;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<T, clap::Error> {
        let read = match value.to_str() {
            Some(text) => text.parse().map_err(|error: T::Err| error.to_string()),
            None => Err("is not UTF-8".to_owned()),
        };
        read.map_err(|reason| {
            let flag = arg.and_then(Arg::get_long).unwrap_or_default();
            let refusal = match arg.and_then(Arg::get_env).filter(|_| arg.is_some_and(Arg::is_hide_set)) {
                // A flag that is hidden is there for its variable alone.
                Some(variable) => WiringError::Unusable { option: variable.display().to_string(), reason },
                None => WiringError::unusable(flag, reason),
            };
            // For who has clap print it.
            let mut error = clap::Error::raw(ErrorKind::ValueValidation, format_args!("{refusal}\n"));
            if let WiringError::Unusable { option, reason } = refusal {
                error.insert(ContextKind::InvalidArg, ContextValue::String(option));
                error.insert(ContextKind::Custom, ContextValue::String(reason));
            }
            error.with_cmd(command)
        })
    }
}

/// Has clap read values of these types by [`Reader`], wherever a field is of one.
macro_rules! read_by_clap {
    ($($type:ty $([$($generics:tt)+])?;)+) => {$(
        impl$(<$($generics)+>)? clap::builder::ValueParserFactory for $type {
            type Parser = $crate::parse::Reader<Self>;

            fn value_parser() -> Self::Parser {
                $crate::parse::Reader::new()
            }
        }
    )+};
}
pub(crate) use read_by_clap;
