//! Journals: the timed requests of a run, in order. With the seed and the world they are the whole truth of a cluster.

use super::{
    Storage,
    error::{Result, StorageError, not_saved},
    now_ms,
};

impl Storage {
    /// Keeps the next entry of a run durably, and the clock with it, in one transaction.
    ///
    /// # Errors
    /// [`StorageError::Fenced`] when `fencing_epoch` is not the sandbox's; else when nothing could be written.
    #[expect(clippy::too_many_arguments, reason = "a journal entry's parts")]
    pub async fn append_entry(
        &self,
        sandbox: &str,
        run: i64,
        seq: i64,
        at_ms: i64,
        request_json: &str,
        engine_version: &str,
        fencing_epoch: i64,
    ) -> Result<()> {
        let mut tx = self.pool.begin().await.map_err(not_saved)?;
        // The row's lock, taken first, orders this against `take` of another process.
        let clock = sqlx::query(
            "UPDATE sandboxes SET clock_ms = CASE WHEN clock_ms > $3 THEN clock_ms ELSE $3 END \
             WHERE id = $1 AND fencing_epoch = $2",
        )
        .bind(sandbox.to_owned())
        .bind(fencing_epoch)
        .bind(at_ms)
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
        .map_err(not_saved)?;
        tx.commit().await.map_err(not_saved)
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
