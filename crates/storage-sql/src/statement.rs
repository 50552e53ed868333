use std::sync::OnceLock;

use elizabeth_core::ports::StoreResult;
use sea_query::{
    DeleteStatement, Expr, InsertStatement, PostgresQueryBuilder, SelectStatement, SqliteQueryBuilder,
    UpdateStatement, Values,
};

use crate::connection::{Value, corrupt};

/// Which SQL a database understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite. A write transaction holds the whole database, so nothing need be locked by row.
    Sqlite,
    /// Postgres and what speaks its protocol, with row locks.
    Postgres,
}

/// A statement's text: placeholders only, never a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sql {
    /// One of the fixed texts: worth keeping prepared.
    Fixed(&'static str),
    /// A text of a length that depends on how many values there are.
    Built(String),
}

impl Sql {
    /// The text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Fixed(text) => text,
            Self::Built(text) => text,
        }
    }
}

/// A statement with its values, in the order of its placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The text.
    pub sql: Sql,
    /// The values.
    pub values: Vec<Value>,
}

/// A statement as sea-query knows it. Where a value goes, it holds [`arg`].
pub(crate) enum Shape {
    Select(SelectStatement),
    Insert(InsertStatement),
    Update(UpdateStatement),
    Delete(DeleteStatement),
}

macro_rules! shape_from {
    ($($kind:ident($statement:ty)),*) => {
        $(impl From<&mut $statement> for Shape {
            fn from(statement: &mut $statement) -> Self {
                Self::$kind(statement.take())
            }
        })*
    };
}

shape_from!(
    Select(SelectStatement),
    Insert(InsertStatement),
    Update(UpdateStatement),
    Delete(DeleteStatement)
);

/// The place where the value of that number goes.
pub(crate) fn arg(number: u64) -> Expr {
    Expr::val(number)
}

struct Template {
    sql: String,
    /// The number of the value for each placeholder.
    order: Vec<usize>,
}

impl Template {
    fn new(shape: &Shape, dialect: Dialect) -> Self {
        let (sql, Values(marks)) = match dialect {
            Dialect::Sqlite => shape.build(SqliteQueryBuilder),
            Dialect::Postgres => shape.build(PostgresQueryBuilder),
        };
        let number = |mark| match mark {
            sea_query::Value::BigUnsigned(Some(number)) => usize::try_from(number).unwrap_or(usize::MAX),
            _ => usize::MAX,
        };
        Self { sql, order: marks.into_iter().map(number).collect() }
    }

    fn values(&self, values: Vec<Value>) -> StoreResult<Vec<Value>> {
        if self.order.len() == values.len() && self.order.iter().copied().eq(0..values.len()) {
            return Ok(values);
        }
        let value = |&number: &usize| values.get(number).cloned();
        self.order
            .iter()
            .map(value)
            .collect::<Option<_>>()
            .ok_or_else(|| corrupt("a statement misses a value"))
    }
}

impl Shape {
    fn build(&self, builder: impl sea_query::QueryBuilder) -> (String, Values) {
        match self {
            Self::Select(statement) => statement.build_any(&builder),
            Self::Insert(statement) => statement.build_any(&builder),
            Self::Update(statement) => statement.build_any(&builder),
            Self::Delete(statement) => statement.build_any(&builder),
        }
    }

    /// The statement with its values: `values[n]` for each `arg(n)`.
    pub(crate) fn with(&self, dialect: Dialect, values: Vec<Value>) -> StoreResult<Statement> {
        let template = Template::new(self, dialect);
        let values = template.values(values)?;
        Ok(Statement { sql: Sql::Built(template.sql), values })
    }
}

/// A statement that is always of the same text: built once a dialect, on first use.
pub(crate) struct Fixed {
    pub(crate) name: &'static str,
    build: fn() -> Shape,
    sqlite: OnceLock<Template>,
    postgres: OnceLock<Template>,
}

impl Fixed {
    pub(crate) const fn new(name: &'static str, build: fn() -> Shape) -> Self {
        Self { name, build, sqlite: OnceLock::new(), postgres: OnceLock::new() }
    }

    fn template(&'static self, dialect: Dialect) -> &'static Template {
        let cell = match dialect {
            Dialect::Sqlite => &self.sqlite,
            Dialect::Postgres => &self.postgres,
        };
        cell.get_or_init(|| Template::new(&(self.build)(), dialect))
    }

    /// The text.
    pub(crate) fn text(&'static self, dialect: Dialect) -> &'static str {
        &self.template(dialect).sql
    }

    /// The statement with its values: `values[n]` for each `arg(n)`.
    pub(crate) fn with(&'static self, dialect: Dialect, values: Vec<Value>) -> StoreResult<Statement> {
        let template = self.template(dialect);
        Ok(Statement { sql: Sql::Fixed(&template.sql), values: template.values(values)? })
    }
}
