//! The clients, in the versions that stand beside these tests.

use std::{path::PathBuf, sync::LazyLock};

use crate::tools;

/// Where Python finds tuspy.
pub static TUSPY: LazyLock<PathBuf> =
    LazyLock::new(|| tools::python("tuspy", include_str!("requirements.txt")));

/// Where Node finds tus-js-client.
pub static TUS_JS_CLIENT: LazyLock<PathBuf> = LazyLock::new(|| {
    tools::node("tus-js-client", include_str!("package.json"), include_str!("package-lock.json"))
});
