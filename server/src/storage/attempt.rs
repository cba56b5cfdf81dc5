//! An attempt as graders read it, and copies of it that they may act in.

use sqlx::{AnyConnection, Connection};

use super::{
    Beginning, Storage,
    error::{Result, not_saved},
    now_ms,
    run::OF_A_RUN,
    settle,
};

/// An entry of a journal with the time at which it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenEntry {
    /// Virtual moment, ms.
    pub at_ms: i64,
    /// The request, as JSON.
    pub request_json: String,
    /// Unix time, ms.
    pub written_ms: i64,
}

/// A check's verdict, with the reason as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictRow {
    /// The check.
    pub check: String,
    /// `passed` or `failed`.
    pub verdict: String,
    /// Virtual moment, ms.
    pub at_ms: i64,
    /// A `wire::lesson::Why`, or null.
    pub why_json: String,
}

impl Storage {
    /// A run's journal, with the times at which it was written.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn written_entries(&self, sandbox: &str, run: i64) -> Result<Vec<WrittenEntry>> {
        let sql =
            "SELECT at_ms, request, written_ms FROM journals WHERE sandbox_id = $1 AND run = $2 ORDER BY seq";
        let rows: Vec<(i64, String, i64)> =
            sqlx::query_as(sql).bind(sandbox.to_owned()).bind(run).fetch_all(&self.pool).await?;
        let row = |(at_ms, request_json, written_ms)| WrittenEntry { at_ms, request_json, written_ms };
        Ok(rows.into_iter().map(row).collect())
    }

    /// A run's verdicts.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn verdicts(&self, sandbox: &str, run: i64) -> Result<Vec<VerdictRow>> {
        let sql = "SELECT check_id, verdict, at_ms, why FROM verdicts WHERE sandbox_id = $1 AND run = $2";
        let rows: Vec<(String, String, i64, String)> =
            sqlx::query_as(sql).bind(sandbox.to_owned()).bind(run).fetch_all(&self.pool).await?;
        let row = |(check, verdict, at_ms, why_json)| VerdictRow { check, verdict, at_ms, why_json };
        Ok(rows.into_iter().map(row).collect())
    }

    /// What a run began with, and the virtual moment that it has come to, ms.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn beginning(&self, sandbox: &str, run: i64) -> Result<Option<(Beginning, i64)>> {
        let sql = "SELECT COALESCE(r.seed, s.seed), COALESCE(r.epoch_unix_ms, s.epoch_unix_ms), COALESCE(r.world, s.world), \
                   COALESCE(r.world_hash, s.world_hash), COALESCE(r.start_ms, s.start_ms), \
                   COALESCE(r.lesson_version, s.lesson_version), \
                   CASE WHEN s.run = $2 THEN s.clock_ms ELSE COALESCE(r.clock_ms, s.clock_ms) END \
                   FROM sandboxes s LEFT JOIN runs r ON r.sandbox_id = s.id AND r.run = $2 \
                   WHERE s.id = $1 AND (s.run = $2 OR r.run IS NOT NULL)";
        let row: Option<(i64, i64, String, String, i64, String, i64)> =
            sqlx::query_as(sql).bind(sandbox.to_owned()).bind(run).fetch_optional(&self.pool).await?;
        Ok(row.map(|(seed, epoch_unix_ms, world, world_hash, start_ms, lesson_version, clock_ms)| {
            (Beginning { seed, epoch_unix_ms, world, world_hash, start_ms, lesson_version }, clock_ms)
        }))
    }

    /// Copies a run of a sandbox for a grader; gives the copy's id. It stands where the run stood, paused.
    ///
    /// # Errors
    /// When nothing could be written, or there is no such run.
    pub async fn copy_attempt(&self, grader: &str, sandbox: &str, run: i64) -> Result<String> {
        let mut connection = self.connection().await?;
        let done = copy(&mut connection, grader, sandbox, run).await;
        settle(connection, done).await
    }

    /// For whom a grader stands in who looks into a copy.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn copy_of(&self, id: &str, grader: &str) -> Result<Option<String>> {
        let sql = "SELECT learner_id FROM copies WHERE id = $1 AND grader_id = $2";
        let query = sqlx::query_scalar(sql).bind(id.to_owned()).bind(grader.to_owned());
        Ok(query.fetch_optional(&self.pool).await?)
    }
}

async fn copy(connection: &mut AnyConnection, grader: &str, sandbox: &str, run: i64) -> Result<String> {
    let (id, learner, new) = (crate::secret::id(), crate::secret::id(), crate::secret::id());
    let mut tx = connection.begin().await.map_err(not_saved)?;
    // a grader keeps one copy of an attempt
    let old = "DELETE FROM learners WHERE id IN \
               (SELECT learner_id FROM copies WHERE grader_id = $1 AND sandbox_id = $2 AND run = $3)";
    let old = sqlx::query(old).bind(grader.to_owned()).bind(sandbox.to_owned()).bind(run);
    old.execute(&mut *tx).await.map_err(not_saved)?;
    let shade = sqlx::query("INSERT INTO learners (id, created_ms, seen_ms) VALUES ($1, $2, $2)");
    shade.bind(learner.clone()).bind(now_ms()).execute(&mut *tx).await.map_err(not_saved)?;
    // the run is the sandbox's present one, or one of those before
    let copied = sqlx::query(
        "INSERT INTO sandboxes (id, learner_id, lesson, experiment, run, seed, epoch_unix_ms, world, world_hash, \
         start_ms, clock_ms, speed, paused, token, owner, fencing_epoch, created_ms, touched_ms, lesson_version) \
         SELECT $1, $2, s.lesson, s.experiment, $4, COALESCE(r.seed, s.seed), \
         COALESCE(r.epoch_unix_ms, s.epoch_unix_ms), COALESCE(r.world, s.world), COALESCE(r.world_hash, s.world_hash), \
         COALESCE(r.start_ms, s.start_ms), CASE WHEN s.run = $4 THEN s.clock_ms ELSE COALESCE(r.clock_ms, s.clock_ms) END, \
         1, 1, $5, '', 0, $6, $6, COALESCE(r.lesson_version, s.lesson_version) \
         FROM sandboxes s LEFT JOIN runs r ON r.sandbox_id = s.id AND r.run = $4 \
         WHERE s.id = $3 AND (s.run = $4 OR r.run IS NOT NULL)",
    )
    .bind(new.clone())
    .bind(learner.clone())
    .bind(sandbox.to_owned())
    .bind(run)
    .bind(crate::secret::token())
    .bind(now_ms())
    .execute(&mut *tx)
    .await
    .map_err(not_saved)?;
    if copied.rows_affected() == 0 {
        return Err(not_saved(sqlx::Error::RowNotFound));
    }
    for (table, columns) in OF_A_RUN {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "INSERT INTO {table} (sandbox_id, run, {columns}) SELECT $2, run, {columns} FROM {table} \
             WHERE sandbox_id = $1 AND run = $3"
        )))
        .bind(sandbox.to_owned())
        .bind(new.clone())
        .bind(run)
        .execute(&mut *tx)
        .await
        .map_err(not_saved)?;
    }
    let kept = "INSERT INTO copies (id, learner_id, grader_id, sandbox_id, run, created_ms) \
                VALUES ($1, $2, $3, $4, $5, $6)";
    let kept = sqlx::query(kept).bind(id.clone()).bind(learner).bind(grader.to_owned());
    kept.bind(sandbox.to_owned()).bind(run).bind(now_ms()).execute(&mut *tx).await.map_err(not_saved)?;
    tx.commit().await.map_err(not_saved)?;
    Ok(id)
}
