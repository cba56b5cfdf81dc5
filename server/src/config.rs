//! What the server runs with: flags and environment, brought together.

use std::{
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::cli::ServeArgs;

/// Settings of a server.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address of the pages.
    pub listen: SocketAddr,
    /// Address of the Kubernetes API.
    pub kube_listen: SocketAddr,
    /// Folder of what is kept.
    pub data: PathBuf,
    /// Folder of the lessons.
    pub lessons: PathBuf,
    /// Folder of the built site.
    pub site_root: String,
    /// The database.
    pub database_url: String,
    /// Do pages load again by themselves when lessons change?
    pub reloads: bool,
}

impl Config {
    /// Flags, completed by the environment.
    pub fn new(args: ServeArgs) -> Self {
        Self {
            listen: args.listen,
            kube_listen: args.kube_listen,
            site_root: set("LEPTOS_SITE_ROOT")
                .unwrap_or_else(|| ours("target/site").to_string_lossy().into_owned()),
            database_url: database_url(&args.data),
            data: args.data,
            reloads: false,
            lessons: lessons_dir(args.lessons),
        }
    }

    /// For a preview: a database in its own folder, whatever the environment says, and pages that load again.
    pub fn throwaway(args: ServeArgs) -> Self {
        let database_url = sqlite_url(&args.data.join("pilothouse.sqlite"));
        Self { database_url, reloads: true, ..Self::new(args) }
    }

    /// Makes the data folder, and makes sure that it can be written to.
    ///
    /// # Errors
    /// Names the folder and the way out.
    pub fn prepare_data(&self) -> Result<()> {
        let dir = self.data.display();
        let way_out = || {
            format!(
                "cannot write to the data folder {dir}: give it to this user, or choose another with --data"
            )
        };
        fs::create_dir_all(&self.data).with_context(way_out)?;
        let probe = self.data.join(format!(".probe-{}", std::process::id()));
        fs::write(&probe, b"ok").with_context(way_out)?;
        fs::remove_file(&probe).with_context(way_out)
    }
}

fn set(name: &str) -> Option<String> {
    env::var(name).ok().filter(|v| !v.is_empty())
}

/// The database that the environment names.
pub fn database_url_set() -> Option<String> {
    set("DATABASE_URL")
}

/// The database: the environment's, else the SQLite file in a data folder.
pub fn database_url(data: &Path) -> String {
    database_url_set().unwrap_or_else(|| sqlite_url(&sqlite_file(data)))
}

/// The SQLite file in a data folder.
pub fn sqlite_file(data: &Path) -> PathBuf {
    data.join("pilothouse.sqlite")
}

/// The folder of the lessons that was named, or the course's own.
pub fn lessons_dir(named: Option<PathBuf>) -> PathBuf {
    named.unwrap_or_else(|| ours("lessons/content"))
}

/// What lies in the repository: seen from here; else beside the program, or in a folder above it.
fn ours(path: &str) -> PathBuf {
    let program = env::current_exe().ok();
    let above = program.iter().flat_map(|p| p.ancestors().skip(1));
    let mut places = std::iter::once(PathBuf::from(path)).chain(above.map(|dir| dir.join(path)));
    places.find(|place| place.is_dir()).unwrap_or_else(|| path.into())
}

/// `%`, `?` and `#` would end the path of a URL.
fn sqlite_url(file: &Path) -> String {
    let path = file.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    format!("sqlite://{path}?mode=rwc")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn database_urls() {
        for (file, expect) in [
            ("data/a.sqlite", "sqlite://data/a.sqlite?mode=rwc"),
            ("/x/100% #1?/a", "sqlite:///x/100%25 %231%3F/a?mode=rwc"),
        ] {
            assert_eq!(sqlite_url(Path::new(file)), expect);
        }
    }
}
