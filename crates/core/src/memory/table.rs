use std::{ops::Bound, sync::Arc};

use rpds::{RedBlackTreeMapSync, RedBlackTreeSetSync};

use crate::time::Timestamp;

/// What a table keeps: found by its key, listed by its owner, swept by its end.
pub(super) trait Row {
    /// What tells it apart.
    type Key: Ord + Clone;
    /// What it belongs to.
    type Owner: Ord + Copy;
    fn least_key() -> Self::Key;
    fn key(&self) -> Self::Key;
    fn owner(&self) -> Self::Owner;
    /// From when on the sweeper may take it.
    fn end(&self) -> Option<Timestamp>;
}

/// Rows with their indexes. A clone takes constant time and changes apart from then on.
pub(super) struct Table<R: Row> {
    rows: RedBlackTreeMapSync<R::Key, Arc<R>>,
    by_owner: RedBlackTreeSetSync<(R::Owner, R::Key)>,
    by_end: RedBlackTreeSetSync<(Timestamp, R::Key)>,
}

impl<R: Row> Table<R> {
    pub(super) fn len(&self) -> u64 {
        self.rows.size() as u64
    }

    pub(super) fn get(&self, key: &R::Key) -> Option<&Arc<R>> {
        self.rows.get(key)
    }

    /// Adds a row, or replaces the one of its key.
    pub(super) fn put(&mut self, row: R) {
        self.remove(&row.key());
        self.by_owner.insert_mut((row.owner(), row.key()));
        if let Some(end) = row.end() {
            self.by_end.insert_mut((end, row.key()));
        }
        self.rows.insert_mut(row.key(), Arc::new(row));
    }

    pub(super) fn remove(&mut self, key: &R::Key) -> Option<Arc<R>> {
        let row = self.rows.get(key)?.clone();
        self.rows.remove_mut(key);
        self.by_owner.remove_mut(&(row.owner(), row.key()));
        if let Some(end) = row.end() {
            self.by_end.remove_mut(&(end, row.key()));
        }
        Some(row)
    }

    /// An owner's rows by ascending key, behind one where that is given.
    pub(super) fn owned(&self, owner: R::Owner, behind: Option<R::Key>) -> impl Iterator<Item = &Arc<R>> {
        let from = match behind {
            None => Bound::Included((owner, R::least_key())),
            Some(key) => Bound::Excluded((owner, key)),
        };
        self.by_owner
            .range::<(R::Owner, R::Key), _>((from, Bound::Unbounded))
            .take_while(move |(of, _)| *of == owner)
            .filter_map(|(_, key)| self.rows.get(key))
    }

    /// The rows by ascending key, behind one where that is given.
    pub(super) fn behind(&self, key: Option<R::Key>) -> impl Iterator<Item = &Arc<R>> {
        let from = key.map_or(Bound::Unbounded, Bound::Excluded);
        self.rows.range::<R::Key, _>((from, Bound::Unbounded)).map(|(_, row)| row)
    }

    /// The rows whose end has come, the one that ended first in front.
    pub(super) fn ended(&self, now: Timestamp) -> impl Iterator<Item = &Arc<R>> {
        self.by_end.iter().take_while(move |(end, _)| *end <= now).filter_map(|(_, key)| self.rows.get(key))
    }
}

impl<R: Row> Clone for Table<R> {
    fn clone(&self) -> Self {
        Self { rows: self.rows.clone(), by_owner: self.by_owner.clone(), by_end: self.by_end.clone() }
    }
}

impl<R: Row> Default for Table<R> {
    fn default() -> Self {
        Self {
            rows: RedBlackTreeMapSync::new_sync(),
            by_owner: RedBlackTreeSetSync::new_sync(),
            by_end: RedBlackTreeSetSync::new_sync(),
        }
    }
}
