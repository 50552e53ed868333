use std::{
    fmt,
    hash::{Hash, Hasher},
};

use axum::{
    extract::MatchedPath,
    http::{Method, StatusCode},
};
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};

/// What stands for a route or a method that there is none of.
const OTHER: &str = "other";

/// Which route it was.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Of {
    route: Template,
}

/// What was asked, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Asked {
    route: Template,
    method: &'static str,
    status: u16,
}

impl Of {
    pub(super) fn new(route: Option<&MatchedPath>) -> Self {
        Self { route: Template(route.cloned()) }
    }
}

impl Asked {
    pub(super) fn new(of: Of, method: &Method, status: StatusCode) -> Self {
        Self { route: of.route, method: word(method), status: status.as_u16() }
    }
}

/// A method's name. Clients may invent any.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => OTHER,
    }
}

/// A route as it is written in the router, never as it was asked for. Cheap to clone.
#[derive(Clone)]
struct Template(Option<MatchedPath>);

impl Template {
    fn as_str(&self) -> &str {
        self.0.as_ref().map_or(OTHER, MatchedPath::as_str)
    }
}

impl PartialEq for Template {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Template {}

impl Hash for Template {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl EncodeLabelValue for Template {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        self.as_str().encode(encoder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clients_invent_is_one_value() {
        let named = |name: &str| word(&Method::from_bytes(name.as_bytes()).unwrap());
        assert_eq!(["GET", "PATCH", "BREW", "get"].map(named), ["GET", "PATCH", OTHER, OTHER]);
        assert_eq!(Of::new(None).route.as_str(), OTHER);
    }
}
