//! Small changes to an operation of the document.

use std::collections::BTreeMap;

use utoipa::openapi::{
    RefOr, Required, Response, Schema,
    path::{Operation, Parameter, ParameterBuilder, ParameterIn},
    security::SecurityRequirement,
};

use crate::problem::Code;

/// Adds a parameter of the path, behind those there are.
pub(crate) fn add_path_parameter(
    operation: &mut Operation,
    name: &str,
    description: &str,
    schema: impl Into<RefOr<Schema>>,
) {
    let parameter = ParameterBuilder::new().parameter_in(ParameterIn::Path).required(Required::True);
    let parameter = parameter.name(name).description(Some(description)).schema(Some(schema)).build();
    let parameters = operation.parameters.get_or_insert_default();
    let in_path =
        |one: &&RefOr<Parameter>| matches!(one, RefOr::T(one) if one.parameter_in == ParameterIn::Path);
    let at = parameters.iter().take_while(in_path).count();
    parameters.insert(at, RefOr::T(parameter));
}

/// Adds a parameter of the query, which may be left out.
pub(crate) fn add_query_parameter(
    operation: &mut Operation,
    name: &str,
    description: &str,
    schema: impl Into<RefOr<Schema>>,
) {
    let parameter = ParameterBuilder::new().parameter_in(ParameterIn::Query).required(Required::False);
    let parameter = parameter.name(name).description(Some(description)).schema(Some(schema)).build();
    operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
}

/// Says by which credentials an operation is done, one of them. Whether it did: an operation that says so itself says
/// too what it refuses.
pub(crate) fn secure(operation: &mut Operation, schemes: &[&str]) -> bool {
    if operation.security.is_some() {
        return false;
    }
    let needs = schemes.iter().map(|scheme| SecurityRequirement::new(*scheme, Vec::<String>::new()));
    operation.security = Some(needs.collect());
    true
}

/// Says that an operation may be refused with these codes, in front of what it says itself of their statuses.
pub(crate) fn add_refusals(operation: &mut Operation, codes: &[Code]) {
    let mut by_status = BTreeMap::<_, Vec<String>>::new();
    for code in codes {
        by_status.entry(code.status()).or_default().push(format!("`{}`", code.as_str()));
    }
    for (status, mut words) in by_status {
        let Some(Response { description, .. }) = response(operation, status.as_str()) else { continue };
        words.retain(|word| !description.contains(word));
        words.extend((!description.is_empty()).then(|| description.clone()));
        *description = words.join(", ");
    }
}

/// Says that what the client has already is not sent again.
pub(crate) fn add_not_modified(operation: &mut Operation) {
    if let Some(response) = response(operation, "304") {
        response.description = "`If-None-Match` names the `ETag` of what would be sent".into();
    }
}

/// The same of one code, with its reason.
pub(crate) fn add_refusal_because(operation: &mut Operation, code: Code, why: &str) {
    if let Some(response) = response(operation, code.status().as_str()) {
        response.description = format!("`{}`: {why}", code.as_str());
    }
}

/// The same behind what it says itself.
pub(crate) fn add_refusal_last(operation: &mut Operation, code: Code) {
    let Some(Response { description, .. }) = response(operation, code.status().as_str()) else { return };
    let between = match description.as_str() {
        "" => "",
        explained if explained.contains(": ") => "; ",
        _ => ", ",
    };
    *description = format!("{description}{between}`{}`", code.as_str());
}

fn response<'a>(operation: &'a mut Operation, status: &str) -> Option<&'a mut Response> {
    let responses = &mut operation.responses.responses;
    match responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(Response::new(""))) {
        RefOr::T(response) => Some(response),
        RefOr::Ref(_) => None,
    }
}
