//! Rooms: making, looking, changing, removing them, and visits that last one call.

pub(crate) mod admin;
pub(crate) mod change_settings;
pub(crate) mod create;
pub(crate) mod room;
pub(crate) mod set_permission;
pub(crate) mod visit;

pub use admin::RemovedRoom;
pub use create::CreatedRoom;
pub use visit::VisitRequest;
