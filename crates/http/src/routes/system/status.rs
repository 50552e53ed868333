use axum::{extract::State, http::HeaderMap};
use rustix::{
    param::page_size,
    time::{ClockId, clock_gettime},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    body::{Answer, reply},
    extract::Admin,
    headers::bearer,
    problem::Miss,
    state::AppState,
};

/// How the process does.
#[derive(Serialize, ToSchema)]
pub(crate) struct Status {
    /// Seconds since its start.
    uptime: u64,
    version: &'static str,
    /// Bytes of memory in use; null where the system does not tell.
    memory: Option<u64>,
    /// Seconds of processor time since its start.
    cpu: f64,
    /// For the admin only.
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<StatusDetails>,
}

/// What only the admin sees.
#[derive(Serialize, ToSchema)]
struct StatusDetails {
    /// `sqlite`, `postgres` or `memory`.
    database: &'static str,
    rooms: u64,
    contents: u64,
    /// Bytes.
    stored_size: u64,
}

/// How the server does. With the admin token it says more.
#[utoipa::path(
    get, path = "/api/v1/status", tag = "system",
    responses((status = 200, description = "How it does", body = Status)),
)]
pub(crate) async fn status(
    State(state): State<AppState>,
    admin: Option<Admin>,
    headers: HeaderMap,
) -> Answer {
    // Nobody is refused for another token, but it was a guess.
    let guessed = admin.is_none() && state.admin().is_some() && bearer(&headers).is_some();
    let details = match admin {
        None => None,
        Some(Admin) => {
            let counts = state.app().counts().await?;
            Some(StatusDetails {
                database: state.app().store_kind(),
                rooms: counts.rooms,
                contents: counts.contents,
                stored_size: counts.stored_size,
            })
        }
    };
    let mut response = reply(&Status {
        uptime: state.uptime().as_secs(),
        version: env!("CARGO_PKG_VERSION"),
        memory: resident_memory().await,
        cpu: processor_time(),
        details,
    });
    if guessed {
        response.extensions_mut().insert(Miss::Secret);
    }
    Ok(response)
}

/// The second field of `/proc/self/statm` is the resident set in pages (proc(5)).
async fn resident_memory() -> Option<u64> {
    let text = tokio::fs::read_to_string("/proc/self/statm").await.ok()?;
    let pages: u64 = text.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(pages * page_size() as u64)
}

fn processor_time() -> f64 {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    used.tv_sec as f64 + used.tv_nsec as f64 / 1e9
}
