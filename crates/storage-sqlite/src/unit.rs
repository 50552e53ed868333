use elizabeth_core::ports::{StoreError, StoreResult};
use elizabeth_storage_sql::{Connection, Dialect, Statement, Transaction};
use sqlx::SqliteConnection;
use tokio::sync::oneshot;

use crate::{
    conn::{self, Cells},
    place::{End, Loan},
};

/// A unit of work: it has the writer's connection to itself until it ends.
pub(crate) struct Unit {
    /// There until the end.
    loan: Option<Loan>,
    /// Whether a statement failed or was dropped half-way. Some failures end SQLite's whole transaction; what came
    /// after would then be committed statement by statement.
    broken: bool,
}

impl Unit {
    pub(crate) fn new(loan: Loan) -> Self {
        Self { loan: Some(loan), broken: false }
    }

    /// The connection for one more statement. Until [`Unit::done`] says how that went, the unit is broken.
    fn conn(&mut self) -> StoreResult<&mut SqliteConnection> {
        match &mut self.loan {
            Some(loan) if !self.broken => {
                self.broken = true;
                Ok(&mut loan.conn)
            }
            _ => Err(broken()),
        }
    }

    fn done<T>(&mut self, answer: StoreResult<T>) -> StoreResult<T> {
        self.broken = answer.is_err();
        answer
    }
}

impl Connection for Unit {
    type Row = Cells;

    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    async fn execute(&mut self, statement: Statement) -> StoreResult<u64> {
        let answer = conn::execute(self.conn()?, statement).await;
        self.done(answer)
    }

    async fn fetch(&mut self, statement: Statement) -> StoreResult<Vec<Cells>> {
        let answer = conn::fetch(self.conn()?, statement).await;
        self.done(answer)
    }

    async fn fetch_first(&mut self, statement: Statement) -> StoreResult<Option<Cells>> {
        let answer = conn::fetch_first(self.conn()?, statement).await;
        self.done(answer)
    }
}

impl Transaction for Unit {
    async fn commit(mut self) -> StoreResult<()> {
        if self.broken {
            return Err(broken());
        }
        let Some(loan) = self.loan.take() else { return Err(broken()) };
        let (reported, answer) = oneshot::channel();
        loan.end(End::Commit(reported));
        answer.await.unwrap_or_else(|_| Err(StoreError::Unavailable("the store is closed".to_owned())))
    }
}

impl Drop for Unit {
    fn drop(&mut self) {
        if let Some(loan) = self.loan.take() {
            loan.end(End::Undo);
        }
    }
}

fn broken() -> StoreError {
    StoreError::Unavailable("an earlier statement of this transaction failed".to_owned())
}
