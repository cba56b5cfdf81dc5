//! Where things lie: the repository, the build folder, the site that is served.
use std::{
    env,
    path::{Path, PathBuf},
};

/// The name of the server's binary and of every file of the browser side.
pub const NAME: &str = "pilothouse";

/// The repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The build folder; a relative `CARGO_TARGET_DIR` counts from where cargo was started.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => env::current_dir().unwrap_or_else(|_| root()).join(dir),
        None => root().join("target"),
    }
}

/// The folder whose files the server hands out: `pkg/` and the files of `public/`.
pub fn site() -> PathBuf {
    target().join("site")
}

/// The built server.
pub fn server(release: bool) -> PathBuf {
    target().join(if release { "release" } else { "debug" }).join(NAME)
}
