//! What the tests stand on: folders, the built server, learners who visit it, a PostgreSQL of their own.

mod alone;
mod http;
mod learner;
mod postgres;
mod server;

use std::{env, fs, path::PathBuf, process::Child, time::Duration};

pub use alone::Alone;
pub use http::{Answer, Door, ask};
pub use learner::Learner;
pub use postgres::Postgres;
pub use server::{Server, binary, lines_of, wait_for};

/// Longest that the server, or one kubectl, may take: a debug build on a loaded machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A folder of its own, gone at the end.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        let path = env::temp_dir().join(format!("pilothouse-{}", server::secret()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub fn sqlite(&self) -> String {
        format!("sqlite://{}?mode=rwc", self.0.join("a.sqlite").display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A process that ends with its owner.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
