//! What outlives the process: learners, sandboxes, journals. One set of statements for SQLite and PostgreSQL.

mod console;
mod error;
mod experiment;
mod journal;
mod learner;
mod sandbox;
#[cfg(test)]
mod tests;

use std::time::Duration;

use error::Result;
pub use error::StorageError;
pub use journal::NewEntry;
pub use sandbox::SandboxRow;
use sqlx::{AnyPool, any::AnyPoolOptions};

/// SQLite keeps each commit on disk before it answers; readers do not block the one writer.
const SQLITE_PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";

/// Connections to a SQLite file: readers beside the writer.
const SQLITE_CONNECTIONS: u32 = 4;

/// The database; clones share its connections.
#[derive(Clone, Debug)]
pub struct Storage {
    pool: AnyPool,
}

impl Storage {
    /// Connects to `sqlite://FILE?mode=rwc` or `postgres://…` and brings its tables up to date.
    ///
    /// # Errors
    /// When the database cannot be reached, or its tables come from a newer program.
    pub async fn open(url: &str) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let sqlite = url.starts_with("sqlite:");
        let pool = AnyPoolOptions::new()
            .max_connections(if sqlite { SQLITE_CONNECTIONS } else { 10 })
            .acquire_timeout(Duration::from_secs(10))
            .after_connect(move |conn, _| {
                Box::pin(async move {
                    if sqlite {
                        sqlx::raw_sql(SQLITE_PRAGMAS).execute(conn).await?;
                    }
                    Ok(())
                })
            })
            .connect(url)
            .await?;
        sqlx::migrate!("../migrations").run(&pool).await.map_err(|e| sqlx::Error::Migrate(Box::new(e)))?;
        Ok(Self { pool })
    }

    /// Does the database answer?
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Writes everything back and lets go of the database.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Unix time, ms.
fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
