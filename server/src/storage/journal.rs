//! Journals: the timed requests of a run, in order. With the seed and the world they are the whole truth of a cluster.

use sqlx::{AnyConnection, Connection};

use super::{
    Storage,
    error::{Result, StorageError, not_saved},
    experiment::save_act,
    now_ms, settle,
};

/// The next entry of a run.
#[derive(Clone, Copy, Debug)]
pub struct NewEntry<'a> {
    /// The sandbox's id.
    pub sandbox: &'a str,
    /// Number of the run.
    pub run: i64,
    /// Number of the entry, from 1.
    pub seq: i64,
    /// Virtual moment, ms.
    pub at_ms: i64,
    /// The request.
    pub request_json: &'a str,
    /// Version of the engine that writes it.
    pub engine_version: &'a str,
    /// What the process was given when it took the sandbox.
    pub fencing_epoch: i64,
    /// The act of the experiment that it begins, with its moment in ms: noted with the entry or not at all.
    pub act: Option<(&'a str, i64)>,
}

impl Storage {
    /// Keeps an entry durably, and with it the clock and the act, in one transaction.
    ///
    /// # Errors
    /// [`StorageError::Fenced`] when the fencing epoch or the run is not the sandbox's, or the entry is there already; else when
    /// nothing could be written.
    pub async fn append_entry(&self, entry: NewEntry<'_>) -> Result<()> {
        let mut connection = self.connection().await?;
        let done = append(&mut connection, entry).await;
        settle(connection, done).await
    }

    /// The entries of a run in order: virtual moment in ms, and the request as JSON.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn entries(&self, sandbox: &str, run: i64) -> Result<Vec<(i64, String)>> {
        let sql = "SELECT at_ms, request FROM journals WHERE sandbox_id = $1 AND run = $2 ORDER BY seq";
        Ok(sqlx::query_as(sql).bind(sandbox.to_owned()).bind(run).fetch_all(&self.pool).await?)
    }
}

async fn append(connection: &mut AnyConnection, entry: NewEntry<'_>) -> Result<()> {
    let NewEntry { sandbox, run, seq, at_ms, request_json, engine_version, fencing_epoch, act } = entry;
    let mut tx = connection.begin().await.map_err(not_saved)?;
    // The row's lock, taken first, orders this against `take` of another process.
    let clock = sqlx::query(
        "UPDATE sandboxes SET clock_ms = CASE WHEN clock_ms > $3 THEN clock_ms ELSE $3 END \
         WHERE id = $1 AND fencing_epoch = $2 AND run = $4",
    )
    .bind(sandbox.to_owned())
    .bind(fencing_epoch)
    .bind(at_ms)
    .bind(run)
    .execute(&mut *tx)
    .await
    .map_err(not_saved)?;
    if clock.rows_affected() == 0 {
        return Err(StorageError::Fenced);
    }
    sqlx::query(
        "INSERT INTO journals (sandbox_id, run, seq, at_ms, request, engine_version, written_ms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(sandbox.to_owned())
    .bind(run)
    .bind(seq)
    .bind(at_ms)
    .bind(request_json.to_owned())
    .bind(engine_version.to_owned())
    .bind(now_ms())
    .execute(&mut *tx)
    .await
    .map_err(|e| if is_taken(&e) { StorageError::Fenced } else { not_saved(e) })?;
    if let Some((act, at_ms)) = act {
        save_act(sandbox, run, act, at_ms).execute(&mut *tx).await.map_err(not_saved)?;
    }
    tx.commit().await.map_err(not_saved)
}

/// Somebody wrote this entry: another process, or we ourselves in a commit whose answer was lost.
fn is_taken(e: &sqlx::Error) -> bool {
    e.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}
