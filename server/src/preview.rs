//! `pilothouse lessons preview`: the course on a free port, with a database that goes with it.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use anyhow::{Context, Result};

use crate::{cli::ServeArgs, config::Config, secret, serve};

/// A folder among the temporary files; dropped, it is gone.
struct Throwaway(PathBuf);

impl Drop for Throwaway {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(folder = %self.0.display(), %error, "the preview's folder stays");
        }
    }
}

/// Serves lessons until SIGTERM or SIGINT; prints the address, and what is wrong with them as they change.
///
/// # Errors
/// What hinders the start, with the way out.
pub async fn run(lessons: PathBuf) -> Result<()> {
    let folder = std::env::temp_dir().join(format!("pilothouse-preview-{}", &secret::id()[..12]));
    fs::create_dir(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let folder = Throwaway(folder);
    let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let data = folder.0.clone();
    serve::serve(Config::throwaway(ServeArgs {
        listen: free,
        kube_listen: free,
        data,
        lessons: Some(lessons),
    }))
    .await
}
