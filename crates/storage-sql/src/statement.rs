use std::{marker::PhantomData, sync::OnceLock};

use elizabeth_core::ports::StoreResult;
use sea_query::{
    DeleteStatement, Expr, InsertStatement, IntoColumnRef, PostgresQueryBuilder, Returning, SelectStatement,
    SqliteQueryBuilder, UpdateStatement, Values,
};

use crate::{
    codec::Encode,
    part::{Part, Select},
    value::{Value, corrupt},
};

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

/// The place where a value goes. It may be used more than once.
#[derive(Clone, Copy)]
pub(crate) struct Param(u64);

impl Param {
    /// The place of the value of that number among a statement's values.
    pub(crate) const fn of(number: u64) -> Self {
        Self(number)
    }

    /// For a LIMIT, which takes a number only: this one is bound like every other value.
    pub(crate) fn as_limit(self) -> u64 {
        self.0
    }
}

impl From<Param> for Expr {
    fn from(Param(number): Param) -> Self {
        Self::val(number)
    }
}

/// A statement as sea-query knows it, with a [`Param`] wherever a value goes.
pub(crate) enum Shape {
    Select(SelectStatement),
    Insert(InsertStatement),
    Update(UpdateStatement),
    Delete(DeleteStatement),
}

/// A shape, and as what its answers are read.
pub(crate) struct TypedQuery<A> {
    pub(crate) shape: Shape,
    read_as: PhantomData<fn() -> A>,
}

impl<A> From<Select<A>> for TypedQuery<A> {
    fn from(select: Select<A>) -> Self {
        Self { shape: Shape::Select(select.query), read_as: PhantomData }
    }
}

macro_rules! shape_from {
    ($($kind:ident($statement:ty)),*) => {
        $(
            impl From<$statement> for TypedQuery<()> {
                fn from(statement: $statement) -> Self {
                    Self { shape: Shape::$kind(statement), read_as: PhantomData }
                }
            }

            impl From<&mut $statement> for TypedQuery<()> {
                fn from(statement: &mut $statement) -> Self {
                    statement.take().into()
                }
            }
        )*
    };
}

shape_from!(Insert(InsertStatement), Update(UpdateStatement), Delete(DeleteStatement));

/// A statement that answers with a column of each row that it wrote or removed.
pub(crate) fn returning<A: Part>(
    statement: impl Into<TypedQuery<()>>,
    column: impl IntoColumnRef,
) -> TypedQuery<A> {
    returning_expr(statement, Expr::col(column))
}

/// The same with what an expression comes to.
pub(crate) fn returning_expr<A: Part>(statement: impl Into<TypedQuery<()>>, expr: Expr) -> TypedQuery<A> {
    const { assert!(A::WIDTH == 1, "one expression is one cell") };
    let returning = Returning::new().expr(expr);
    let shape = match statement.into().shape {
        Shape::Select(select) => Shape::Select(select),
        Shape::Insert(mut insert) => Shape::Insert(insert.returning(returning).take()),
        Shape::Update(mut update) => Shape::Update(update.returning(returning).take()),
        Shape::Delete(mut delete) => Shape::Delete(delete.returning(returning).take()),
    };
    TypedQuery { shape, read_as: PhantomData }
}

/// Values of a statement that is built for them. See [`Args::bind`].
#[derive(Default)]
pub(crate) struct Args(Vec<Value>);

impl Args {
    /// Where in the statement a value goes.
    pub(crate) fn bind(&mut self, value: &(impl Encode + ?Sized)) -> Param {
        self.place(value.encode())
    }

    /// The same for several.
    pub(crate) fn bind_all<'a, T: Encode + 'a>(
        &mut self,
        values: impl IntoIterator<Item = &'a T>,
    ) -> Vec<Param> {
        values.into_iter().map(|value| self.bind(value)).collect()
    }

    /// The same for a value that is encoded already.
    pub(crate) fn place(&mut self, value: Value) -> Param {
        self.0.push(value);
        Param(self.0.len() as u64 - 1)
    }

    /// The statement that was built with these values.
    pub(crate) fn of<A>(self, query: impl Into<TypedQuery<A>>) -> Built<A> {
        let TypedQuery { shape, read_as } = query.into();
        Built { shape, args: self.0, read_as }
    }
}

/// A statement whose text depends on how many values there are.
pub(crate) struct Built<A> {
    shape: Shape,
    args: Vec<Value>,
    read_as: PhantomData<fn() -> A>,
}

/// A statement with its values, and as what its answers are read.
pub(crate) trait Run {
    type Answer: Part;

    fn statement(self, dialect: Dialect) -> StoreResult<Statement>;
}

impl<A: Part> Run for Built<A> {
    type Answer = A;

    fn statement(self, dialect: Dialect) -> StoreResult<Statement> {
        let template = Template::new(&self.shape, dialect);
        let values = template.values(self.args)?;
        Ok(Statement { sql: Sql::Built(template.sql), values })
    }
}

/// A statement that is always of the same text, with its values. See `statement!`.
pub(crate) struct Bound<A> {
    fixed: &'static Fixed,
    values: Vec<Value>,
    read_as: PhantomData<fn() -> A>,
}

impl<A> Bound<A> {
    pub(crate) fn new(fixed: &'static Fixed, values: Vec<Value>) -> Self {
        Self { fixed, values, read_as: PhantomData }
    }
}

impl<A: Part> Run for Bound<A> {
    type Answer = A;

    fn statement(self, dialect: Dialect) -> StoreResult<Statement> {
        let template = self.fixed.template(dialect);
        Ok(Statement { sql: Sql::Fixed(&template.sql), values: template.values(self.values)? })
    }
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
}

/// The text of a statement that is always the same: built once a dialect, on first use.
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
}

/// A statement that is always of the same text: its name, the values it takes, as what its answers are read, and
/// how it is built.
///
/// What it declares is a struct with a field a value, which whoever runs the statement fills in by name; while it is
/// built there is a [`Param`] of each name. One that is missing, superfluous or of another type does not compile, and
/// one that the text does not use is a warning.
macro_rules! statement {
    (@count) => { 0 };
    (@count $first:ident $($rest:ident)*) => { 1 + statement!(@count $($rest)*) };
    (@number [$($before:ident)*]) => {};
    (@number [$($before:ident)*] $first:ident $($rest:ident)*) => {
        let $first = $crate::statement::Param::of(statement!(@count $($before)*));
        statement!(@number [$($before)* $first] $($rest)*);
    };
    (@answer) => { () };
    (@answer $answer:ty) => { $answer };
    (@fixed $label:literal $answer:ty, $query:expr) => {
        pub(crate) fn fixed() -> &'static $crate::statement::Fixed {
            static FIXED: $crate::statement::Fixed = $crate::statement::Fixed::new($label, || {
                let query: $crate::statement::TypedQuery<$answer> = $query;
                query.shape
            });
            &FIXED
        }
    };
    (@run $answer:ty, $self:ident => $values:expr) => {
        type Answer = $answer;

        fn statement(
            $self,
            dialect: $crate::statement::Dialect,
        ) -> elizabeth_core::ports::StoreResult<$crate::statement::Statement> {
            $crate::statement::Bound::<Self::Answer>::new(Self::fixed(), $values).statement(dialect)
        }
    };
    (
        $(#[$doc:meta])*
        $name:ident $(<$life:lifetime>)? = $label:literal { $($param:ident: $kind:ty),* $(,)? } $(-> $answer:ty)?
        { $body:expr }
    ) => {
        $(#[$doc])*
        pub(crate) struct $name $(<$life>)? { $(pub(crate) $param: $kind),* }

        impl $(<$life>)? $name $(<$life>)? {
            statement! { @fixed $label statement!(@answer $($answer)?), {
                statement!(@number [] $($param)*);
                $body.into()
            } }
        }

        impl $(<$life>)? $crate::statement::Run for $name $(<$life>)? {
            statement! { @run statement!(@answer $($answer)?), self => vec![
                $($crate::codec::Encode::encode(&self.$param)),*
            ] }
        }
    };
    ($(#[$doc:meta])* $name:ident = $label:literal from $new:ident $(-> $answer:ty)? { $body:expr }) => {
        $(#[$doc])*
        pub(crate) struct $name<'a>(pub(crate) &'a $new);

        impl $name<'_> {
            statement! { @fixed $label statement!(@answer $($answer)?), $body.into() }
        }

        impl $crate::statement::Run for $name<'_> {
            statement! { @run statement!(@answer $($answer)?), self => $crate::table::NewRow::values(self.0) }
        }
    };
}
pub(crate) use statement;
