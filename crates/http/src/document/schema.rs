//! Schemas of values that are no JSON objects of their own.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, Object, ObjectBuilder, RefOr, Schema, SchemaFormat, Type, schema::ArrayBuilder},
};

/// Bytes as they are.
pub(crate) struct Binary;

impl PartialSchema for Binary {
    fn schema() -> RefOr<Schema> {
        binary().into()
    }
}

impl ToSchema for Binary {}

/// A form with any number of files.
pub(crate) struct Files;

impl PartialSchema for Files {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().property("files", ArrayBuilder::new().items(binary())).required("files").into()
    }
}

impl ToSchema for Files {}

/// A text of so many characters.
pub(crate) fn text(min: usize, max: usize) -> Object {
    ObjectBuilder::new().schema_type(Type::String).min_length(Some(min)).max_length(Some(max)).build()
}

/// The number that something is known by.
pub(crate) fn id() -> Object {
    let int64 = SchemaFormat::KnownFormat(KnownFormat::Int64);
    ObjectBuilder::new().schema_type(Type::Integer).format(Some(int64)).minimum(Some(1)).build()
}

/// A UUID.
pub(crate) fn uuid() -> Object {
    let uuid = SchemaFormat::KnownFormat(KnownFormat::Uuid);
    ObjectBuilder::new().schema_type(Type::String).format(Some(uuid)).build()
}

fn binary() -> Object {
    let format = SchemaFormat::KnownFormat(KnownFormat::Binary);
    ObjectBuilder::new().schema_type(Type::String).format(Some(format)).build()
}
