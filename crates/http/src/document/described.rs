//! What an operation is, by the arguments of its handler: an extractor says itself which parameters it reads and what
//! it refuses a request with. So no operation repeats it, and none can forget it.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, Uri},
};
use utoipa::openapi::path::Operation;
use utoipa_axum::router::UtoipaMethodRouter;

use super::operations;
use crate::{problem::Problem, state::AppState};

/// An argument of a handler.
pub(crate) trait Described {
    /// Adds what it reads, and what it refuses.
    fn describe(operation: &mut Operation);
}

/// A handler, whose arguments are described.
pub(crate) trait DescribedHandler<Arguments> {
    /// Adds what they read, and what they refuse.
    fn describe(operation: &mut Operation);
}

/// A route whose operations are described by its handler's arguments.
pub(crate) fn described<H: DescribedHandler<Arguments>, Arguments>(
    mut route: UtoipaMethodRouter<AppState>,
    _: H,
) -> UtoipaMethodRouter<AppState> {
    let (_, paths, _) = &mut route;
    for (_, operation) in paths.paths.values_mut().flat_map(operations) {
        H::describe(operation);
    }
    route
}

macro_rules! describe_handlers {
    ($(($($argument:ident),+))+) => {$(
        impl<F, R, $($argument: Described),+> DescribedHandler<($($argument,)+)> for F
        where
            F: Fn($($argument),+) -> R,
        {
            fn describe(operation: &mut Operation) {
                $($argument::describe(operation);)+
            }
        }
    )+};
}

describe_handlers! { (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, G) }

/// Arguments of which every operation may have any.
macro_rules! say_nothing {
    ($($argument:ty)+) => {$(
        impl Described for $argument {
            fn describe(_: &mut Operation) {}
        }
    )+};
}

say_nothing! { State<AppState> HeaderMap Method Request Uri }

impl<T: Described> Described for Result<T, Problem> {
    fn describe(operation: &mut Operation) {
        T::describe(operation);
    }
}
