//! Changes of a text by several people at once, in the form of CodeMirror's `ChangeSet`, and the rule by which they are
//! brought together: operational transformation, with one place that puts them in order.
//!
//! A change says of a text, from its beginning to its end, what it keeps and what it replaces. Lengths are in UTF-16
//! units, as JavaScript counts. A line break is one unit: a text that has `\r\n` or `\r` in it counts as if each were
//! `\n`, see [`with_single_breaks`]. A change that would cut a surrogate pair in two is refused with
//! [`Misfit::SplitPair`], since nothing that is kept as UTF-8 could come of it; editors move by whole characters.
//!
//! For a change `a` and a change `b` of one and the same text, `a` and then `b.map(&a, false)` come to the same as `b` and
//! then `a.map(&b, true)`.
//!
//! <https://codemirror.net/docs/ref/#state.ChangeSet>

mod apply;
mod between;
mod compose;
mod cursor;
mod json;
mod line_breaks;
mod map;
mod set;
mod units;

pub use line_breaks::with_single_breaks;
pub use set::{ChangeSet, Misfit, UNITS_MAX};
pub use units::units;
