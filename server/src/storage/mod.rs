//! What outlives the process: learners, sandboxes, journals. One set of statements for SQLite and PostgreSQL.

mod api_token;
mod attempt;
mod attempt_list;
pub mod backup;
mod board;
mod class;
mod console;
mod error;
mod everything;
mod experiment;
mod insight;
mod journal;
mod judgement;
mod learner;
mod measure;
mod one_time_key;
mod run;
mod sandbox;
mod secret;
mod session;
#[cfg(test)]
mod tests;
mod transfer;
mod widget;

use std::time::Duration;

pub use api_token::TokenRow;
pub use attempt::{VerdictRow, WrittenEntry};
pub use attempt_list::{AttemptRow, Wanted};
pub use board::{BoardSandbox, BoardVerdict};
pub use class::{ClassRow, MemberRow};
pub use error::StorageError;
use error::{Result, not_saved};
pub use insight::InsightRun;
pub use journal::NewEntry;
pub use judgement::{JudgementRow, standing};
pub use learner::{LearnerRow, login_of};
pub use measure::Kept;
pub use one_time_key::Opens;
pub use run::Beginning;
pub use sandbox::SandboxRow;
pub use session::{SessionRow, Visitor};
use sqlx::{Any, AnyConnection, AnyPool, Connection, any::AnyPoolOptions, pool::PoolConnection};
pub use transfer::Answer;

/// SQLite keeps each commit on disk before it answers; readers do not block the one writer.
const SQLITE_PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";

/// Brings the tables up to date, one migration after another.
static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

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
        let storage = Self::open_as_it_is(url).await?;
        let tables = MIGRATOR.run(&storage.pool).await;
        tables
            .map_err(|e| StorageError::NotOpened(format!("its tables cannot be brought up to date: {e}")))?;
        Ok(storage)
    }

    /// Connects as [`Storage::open`] does, and leaves the tables as they are, of whatever version.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn open_as_it_is(url: &str) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let sqlite = url.starts_with("sqlite:");
        probe(url).await?;
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

    /// A connection for a transaction; give it to [`settle`] with what came of it.
    async fn connection(&self) -> Result<PoolConnection<Any>> {
        self.pool.acquire().await.map_err(not_saved)
    }

    /// Writes everything back and lets go of the database.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Gives a connection back to the pool; one on which a transaction failed is closed instead. SQLite ends a transaction by
/// itself when the disk is full. sqlx does not learn of that: it would take what the connection does from then on for part
/// of a transaction that never ends, and other connections would find the database locked.
async fn settle<T, E>(
    connection: PoolConnection<Any>,
    done: std::result::Result<T, E>,
) -> std::result::Result<T, E> {
    if done.is_err()
        && let Err(error) = connection.close().await
    {
        tracing::warn!(%error, "a connection did not close in order");
    }
    done
}

/// One connection, at once: a pool would try again for as long as it may, and say less.
async fn probe(url: &str) -> Result<()> {
    let not_opened = |why: String| Err(StorageError::NotOpened(why));
    let scheme = url.split_once(':').map_or(url, |(scheme, _)| scheme);
    if !matches!(scheme, "sqlite" | "postgres" | "postgresql") {
        return not_opened(format!(
            "its URL begins with {scheme:?}: expected sqlite://FILE?mode=rwc or postgres://USER:PASSWORD@HOST/NAME"
        ));
    }
    let opened = async {
        let mut connection = AnyConnection::connect(url).await?;
        if scheme == "sqlite" {
            // It looks into the file only when it is asked something.
            sqlx::raw_sql("PRAGMA schema_version").execute(&mut connection).await?;
        }
        connection.close().await
    };
    match (opened.await, scheme) {
        (Ok(()), _) => Ok(()),
        (Err(e), "sqlite") => not_opened(format!(
            "{e}. Expected the file of a database, or none yet with ?mode=rwc behind its name, in a folder that is there"
        )),
        (Err(e), _) => not_opened(format!("{e}. Is PostgreSQL running there, and does it let this user in?")),
    }
}

/// Unix time, ms.
fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
