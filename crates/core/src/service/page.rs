use crate::policy::PAGE_MAX;

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T, C> {
    /// What is on it, in the list's order.
    pub items: Vec<T>,
    /// Behind which item the list goes on; `None` at its end.
    pub next: Option<C>,
}

impl<T, C> Page<T, C> {
    /// The first so many of what is left of a list, [`PAGE_MAX`] at most.
    pub(crate) fn cut(mut left: Vec<T>, limit: u64, cursor: impl FnOnce(&T) -> C) -> Self {
        let limit = usize::try_from(limit.min(PAGE_MAX)).unwrap_or(usize::MAX);
        let goes_on = left.len() > limit;
        left.truncate(limit);
        let next = left.last().filter(|_| goes_on).map(cursor);
        Self { items: left, next }
    }
}
