//! The questions for afterwards: answers, and when each is asked again.

use sqlx::AnyConnection;

use super::{
    Storage,
    error::{Result, not_saved},
    settle,
};

const DAY_MS: i64 = 24 * 3_600_000;
/// Right answers in a row beyond which the pause grows no more.
const STREAK_MAX: i64 = 4;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The choice's id.
    pub choice: String,
    /// The id of the right one.
    pub right: String,
    /// Right answers in a row.
    pub streak: i64,
    /// Unix time at which it is asked again, ms.
    pub due_unix_ms: i64,
}

/// How long until a question is asked again, ms: 1 day, then 3, 9, 27, 81.
fn pause_ms(streak: i64) -> i64 {
    DAY_MS * 3i64.pow(streak.clamp(0, STREAK_MAX) as u32)
}

impl Storage {
    /// Keeps an answer, unless there is one that is not yet due again.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn answer_transfer(
        &self,
        sandbox: &str,
        choice: &str,
        right: &str,
        now_unix_ms: i64,
    ) -> Result<()> {
        let before = self.transfer(sandbox).await?;
        if before.as_ref().is_some_and(|answer| answer.due_unix_ms > now_unix_ms) {
            return Ok(());
        }
        let streak = match before {
            _ if choice != right => 0,
            Some(answer) => answer.streak + 1,
            None => 0,
        };
        let mut connection = self.connection().await?;
        let due_unix_ms = now_unix_ms + pause_ms(streak);
        let answer = Answer { choice: choice.to_owned(), right: right.to_owned(), streak, due_unix_ms };
        let done = keep(&mut connection, sandbox, answer).await;
        settle(connection, done).await
    }

    /// The newest answer in a sandbox.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn transfer(&self, sandbox: &str) -> Result<Option<Answer>> {
        let sql = "SELECT choice, right_choice, streak, due_unix_ms FROM transfers WHERE sandbox_id = $1";
        let row: Option<(String, String, i64, i64)> =
            sqlx::query_as(sql).bind(sandbox.to_owned()).fetch_optional(&self.pool).await?;
        Ok(row.map(|(choice, right, streak, due_unix_ms)| Answer { choice, right, streak, due_unix_ms }))
    }

    /// The questions of a learner that are due again, the longest due first: lesson and experiment.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn due_transfers(&self, learner: &str, now_unix_ms: i64) -> Result<Vec<(String, String)>> {
        let sql = "SELECT s.lesson, s.experiment FROM transfers t JOIN sandboxes s ON s.id = t.sandbox_id \
                   WHERE s.learner_id = $1 AND t.due_unix_ms <= $2 ORDER BY t.due_unix_ms, s.id";
        let query = sqlx::query_as(sql).bind(learner.to_owned()).bind(now_unix_ms);
        Ok(query.fetch_all(&self.pool).await?)
    }
}

async fn keep(connection: &mut AnyConnection, sandbox: &str, answer: Answer) -> Result<()> {
    sqlx::query(
        "INSERT INTO transfers (sandbox_id, choice, right_choice, streak, due_unix_ms) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (sandbox_id) DO UPDATE SET choice = excluded.choice, right_choice = excluded.right_choice, \
         streak = excluded.streak, due_unix_ms = excluded.due_unix_ms",
    )
    .bind(sandbox.to_owned())
    .bind(answer.choice)
    .bind(answer.right)
    .bind(answer.streak)
    .bind(answer.due_unix_ms)
    .execute(connection)
    .await
    .map_err(not_saved)?;
    Ok(())
}
