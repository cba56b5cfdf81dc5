//! The console's past: command lines with their answers, a learner's lines over all sessions, files written in a sandbox.

use std::collections::BTreeMap;

use wire::console::{ConsoleEntry, Output};

use super::{
    Storage,
    error::{Result, not_saved},
};

/// Lines that are kept of a learner.
const HISTORY_MAX: i64 = 1_000;

impl Storage {
    /// Adds an entry to a run's console.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn append_console(&self, sandbox: &str, run: i64, entry: &ConsoleEntry) -> Result<()> {
        sqlx::query(
            "INSERT INTO console (sandbox_id, run, seq, line, stdout, stderr, exit_code, at_ms, turns) \
             VALUES ($1, $2, (SELECT COALESCE(MAX(seq), 0) + 1 FROM console WHERE sandbox_id = $1 AND run = $2), \
             $3, $4, $5, $6, $7, $8)",
        )
        .bind(sandbox.to_owned())
        .bind(run)
        .bind(entry.line.clone())
        .bind(entry.output.of(false))
        .bind(entry.output.of(true))
        .bind(i64::from(entry.exit_code))
        .bind(entry.at_ms)
        .bind(written(&entry.output.turns()))
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
        let rows: Vec<(String, String, String, i64, i64, String)> = sqlx::query_as(
            "SELECT line, stdout, stderr, exit_code, at_ms, turns FROM console \
             WHERE sandbox_id = $1 AND run = $2 ORDER BY seq DESC LIMIT $3",
        )
        .bind(sandbox.to_owned())
        .bind(run)
        .bind(max)
        .fetch_all(&self.pool)
        .await?;
        let entry = |(line, stdout, stderr, exit_code, at_ms, turns): (_, String, String, _, _, String)| {
            ConsoleEntry {
                line,
                output: Output::woven(&stdout, &stderr, &read(&turns)),
                exit_code: i32::try_from(exit_code).unwrap_or(i32::MAX),
                at_ms,
            }
        };
        Ok(rows.into_iter().rev().map(entry).collect())
    }

    /// Keeps a line in its learner's history, unless it is the newest already.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn append_history(&self, learner: &str, line: &str) -> Result<()> {
        let newest = self.history(learner, 1).await?;
        if newest.last().is_some_and(|last| last == line) {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO console_history (learner_id, seq, line) \
             VALUES ($1, (SELECT COALESCE(MAX(seq), 0) + 1 FROM console_history WHERE learner_id = $1), $2)",
        )
        .bind(learner.to_owned())
        .bind(line.to_owned())
        .execute(&self.pool)
        .await
        .map_err(not_saved)?;
        sqlx::query(
            "DELETE FROM console_history WHERE learner_id = $1 AND seq <= \
             (SELECT MAX(seq) FROM console_history WHERE learner_id = $1) - $2",
        )
        .bind(learner.to_owned())
        .bind(HISTORY_MAX)
        .execute(&self.pool)
        .await
        .map_err(not_saved)?;
        Ok(())
    }

    /// The last `max` lines of a learner, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn history(&self, learner: &str, max: i64) -> Result<Vec<String>> {
        let rows: Vec<String> = sqlx::query_scalar(
            "SELECT line FROM console_history WHERE learner_id = $1 ORDER BY seq DESC LIMIT $2",
        )
        .bind(learner.to_owned())
        .bind(max)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().rev().collect())
    }

    /// The files of a sandbox, by name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn files(&self, sandbox: &str) -> Result<BTreeMap<String, String>> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT name, text FROM console_files WHERE sandbox_id = $1")
                .bind(sandbox.to_owned())
                .fetch_all(&self.pool)
                .await?;
        Ok(rows.into_iter().collect())
    }

    /// Keeps a file of a sandbox; `None` takes it away.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn keep_file(&self, sandbox: &str, name: &str, text: Option<&str>) -> Result<()> {
        let query = match text {
            Some(text) => sqlx::query(
                "INSERT INTO console_files (sandbox_id, name, text) VALUES ($1, $2, $3) \
                 ON CONFLICT (sandbox_id, name) DO UPDATE SET text = excluded.text",
            )
            .bind(sandbox.to_owned())
            .bind(name.to_owned())
            .bind(text.to_owned()),
            None => sqlx::query("DELETE FROM console_files WHERE sandbox_id = $1 AND name = $2")
                .bind(sandbox.to_owned())
                .bind(name.to_owned()),
        };
        query.execute(&self.pool).await.map_err(not_saved)?;
        Ok(())
    }
}

fn written(turns: &[usize]) -> String {
    turns.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
}

fn read(turns: &str) -> Vec<usize> {
    turns.split(' ').filter_map(|turn| turn.parse().ok()).collect()
}
