//! The console's past: command lines with their answers.

use wire::console::ConsoleEntry;

use super::{
    Storage,
    error::{Result, not_saved},
};

impl Storage {
    /// Adds an entry to a run's console.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn append_console(&self, sandbox: &str, run: i64, entry: &ConsoleEntry) -> Result<()> {
        sqlx::query(
            "INSERT INTO console (sandbox_id, run, seq, line, stdout, stderr, exit_code, at_ms) \
             VALUES ($1, $2, (SELECT COALESCE(MAX(seq), 0) + 1 FROM console WHERE sandbox_id = $1 AND run = $2), \
             $3, $4, $5, $6, $7)",
        )
        .bind(sandbox.to_owned())
        .bind(run)
        .bind(entry.line.clone())
        .bind(entry.stdout.clone())
        .bind(entry.stderr.clone())
        .bind(i64::from(entry.exit_code))
        .bind(entry.at_ms)
        .execute(&self.pool)
        .await
        .map_err(not_saved)?;
        Ok(())
    }

    /// The last `max` entries of a run's console, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn console(&self, sandbox: &str, run: i64, max: i64) -> Result<Vec<ConsoleEntry>> {
        let rows: Vec<(String, String, String, i64, i64)> = sqlx::query_as(
            "SELECT line, stdout, stderr, exit_code, at_ms FROM console \
             WHERE sandbox_id = $1 AND run = $2 ORDER BY seq DESC LIMIT $3",
        )
        .bind(sandbox.to_owned())
        .bind(run)
        .bind(max)
        .fetch_all(&self.pool)
        .await?;
        let entry = |(line, stdout, stderr, exit_code, at_ms)| ConsoleEntry {
            line,
            stdout,
            stderr,
            exit_code: i32::try_from(exit_code).unwrap_or(i32::MAX),
            at_ms,
        };
        Ok(rows.into_iter().rev().map(entry).collect())
    }
}
