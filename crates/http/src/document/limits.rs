//! What the values in requests may be, by the names of their members: one name means the same in every body, and its
//! limits are those that core judges it by.

use std::collections::BTreeSet;

use elizabeth_core::{
    name::FILE_NAME_MAX_BYTES,
    permission::Permission,
    policy::{
        CHUNK_SIZE_MAX, CHUNK_SIZE_MIN, EDITOR_MAX_BYTES, EDITS_AT_ONCE, LANGUAGE_MAX_BYTES,
        MANIFEST_FILES_MAX, MEDIA_TYPE_MAX_BYTES, PASSWORD_MAX_BYTES, TEXT_MAX, URL_MAX_BYTES,
    },
};
use utoipa::{
    Number,
    openapi::{Components, Object, OpenApi, RefOr, Schema, schema::ArrayItems},
};

use super::operations;

/// A SHA-256 as it comes in.
const HASH: &str = "^(sha256:)?[0-9A-Fa-f]{64}$";

/// Limits the values of everything that is sent as a body. A text of so many bytes has no more characters than that.
pub(super) fn limit_requests(document: &mut OpenApi) {
    let Some(components) = &mut document.components else { return };
    let mut bodies = BTreeSet::new();
    for (_, operation) in document.paths.paths.values_mut().flat_map(operations) {
        if let Some(RefOr::T(body)) = &operation.request_body {
            for content in body.content.values() {
                if let RefOr::T(content) = content
                    && let Some(schema) = &content.schema
                {
                    collect(components, schema, &mut bodies);
                }
            }
        }
    }
    for body in bodies {
        if let Some(RefOr::T(schema)) = components.schemas.get_mut(&body) {
            limit_members(&body, schema);
        }
    }
}

/// The names of the schemas that a schema refers to, and what those refer to.
fn collect(components: &Components, schema: &RefOr<Schema>, names: &mut BTreeSet<String>) {
    match schema {
        RefOr::Ref(reference) => {
            let name = reference.ref_location.rsplit('/').next().unwrap_or_default();
            if names.insert(name.to_owned())
                && let Some(schema) = components.schemas.get(name)
            {
                collect(components, schema, names);
            }
        }
        RefOr::T(schema) => {
            let within: Vec<&RefOr<Schema>> = match schema {
                Schema::Object(object) => object.properties.values().collect(),
                Schema::OneOf(choice) => choice.items.iter().collect(),
                Schema::AllOf(parts) => parts.items.iter().collect(),
                Schema::AnyOf(choice) => choice.items.iter().collect(),
                Schema::Array(array) => match &array.items {
                    ArrayItems::RefOrSchema(item) => vec![item],
                    ArrayItems::False => Vec::new(),
                },
                _ => Vec::new(),
            };
            within.into_iter().for_each(|schema| collect(components, schema, names));
        }
    }
}

fn limit_members(body: &str, schema: &mut Schema) {
    match schema {
        Schema::Object(object) => {
            for (name, member) in &mut object.properties {
                if let RefOr::T(member) = member {
                    limit(body, name, member);
                }
            }
        }
        // The forms of a permission: its bits, or an object that has them.
        Schema::OneOf(choice) if body == "PermissionForms" => {
            for form in &mut choice.items {
                match form {
                    RefOr::T(Schema::Object(object)) if object.properties.is_empty() => bits(object),
                    RefOr::T(form) => limit_members(body, form),
                    RefOr::Ref(_) => {}
                }
            }
        }
        _ => {}
    }
}

fn limit(body: &str, name: &str, member: &mut Schema) {
    let object = match member {
        Schema::Array(array) if name == "edits" => {
            (array.min_items, array.max_items) = (Some(1), Some(EDITS_AT_ONCE));
            return;
        }
        Schema::Array(array) if matches!(name, "files" | "ids") => {
            (array.min_items, array.max_items) = (Some(1), Some(MANIFEST_FILES_MAX));
            return;
        }
        Schema::Object(object) => object,
        _ => return,
    };
    match name {
        "password" => text(object, 1, PASSWORD_MAX_BYTES),
        "name" if body == "BePresent" => {}
        "name" | "file_name" => text(object, 1, FILE_NAME_MAX_BYTES),
        "text" => text(object, 0, TEXT_MAX),
        "url" => text(object, 1, URL_MAX_BYTES),
        "client" => text(object, 1, EDITOR_MAX_BYTES),
        "language" => text(object, 1, LANGUAGE_MAX_BYTES),
        "mime" => text(object, 0, MEDIA_TYPE_MAX_BYTES),
        "file_hash" | "final_hash" | "chunk_hash" => object.pattern = Some(HASH.to_owned()),
        "max_downloads" | "max_uses" | "ttl_seconds" => object.minimum = Some(Number::UInt(1)),
        "bits" => bits(object),
        "chunk_size" => {
            // The last chunk of a file may be shorter than what is chosen for all.
            if body != "ChunkForm" {
                object.minimum = number(CHUNK_SIZE_MIN);
            }
            object.maximum = number(CHUNK_SIZE_MAX);
        }
        _ => {}
    }
}

fn text(object: &mut Object, min: usize, max: usize) {
    (object.min_length, object.max_length) = (Some(min).filter(|min| *min > 0), Some(max));
}

fn bits(object: &mut Object) {
    object.maximum = number(Permission::all().bits().into());
}

fn number(value: u64) -> Option<Number> {
    usize::try_from(value).ok().map(Number::UInt)
}
