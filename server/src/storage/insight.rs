//! What a class's learners did in a lesson, counted for its instructors. Only their own runs count, not solutions that were shown.

use super::{Storage, error::Result};

/// A run of one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsightRun {
    /// The learner.
    pub learner: String,
    /// The experiment.
    pub experiment: String,
    /// The sandbox.
    pub sandbox: String,
    /// The run.
    pub run: i64,
    /// What was predicted; empty where nothing was.
    pub choice: String,
    /// Hints that were opened in the sandbox.
    pub hints: i64,
    /// The virtual moment that the learner's clock shows as zero, ms.
    pub start_ms: i64,
    /// The virtual moment of its last verdict, ms.
    pub decided_ms: i64,
}

type Row = (String, String, String, i64, String, i64, i64, i64);

impl Storage {
    /// All runs, by sandbox and number.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn insight_runs(&self, class: &str, lesson: &str) -> Result<Vec<InsightRun>> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT s.learner_id, s.experiment, s.id, a.run, COALESCE(p.choice, ''), COALESCE(h.opened, 0), \
             COALESCE(r.start_ms, s.start_ms), \
             COALESCE((SELECT MAX(v.at_ms) FROM verdicts v WHERE v.sandbox_id = s.id AND v.run = a.run), 0) \
             FROM (SELECT sandbox_id, run FROM runs UNION SELECT id, run FROM sandboxes) a \
             JOIN sandboxes s ON s.id = a.sandbox_id \
             JOIN class_members m ON m.learner_id = s.learner_id AND m.role = 'learner' AND m.class_id = $1 \
             LEFT JOIN runs r ON r.sandbox_id = a.sandbox_id AND r.run = a.run \
             LEFT JOIN predictions p ON p.sandbox_id = a.sandbox_id AND p.run = a.run \
             LEFT JOIN hints h ON h.sandbox_id = s.id \
             WHERE s.lesson = $2 AND COALESCE(r.kind, 'own') <> 'shown' ORDER BY s.id, a.run",
        )
        .bind(class.to_owned())
        .bind(lesson.to_owned())
        .fetch_all(&self.pool)
        .await?;
        let row = |(learner, experiment, sandbox, run, choice, hints, start_ms, decided_ms): Row| {
            InsightRun { learner, experiment, sandbox, run, choice, hints, start_ms, decided_ms }
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// The lines that failed most often: experiment, line, how often; the most frequent first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn insight_failures(&self, class: &str, lesson: &str) -> Result<Vec<(String, String, i64)>> {
        let sql = "SELECT s.experiment, c.line, COUNT(*) AS often FROM console c JOIN sandboxes s ON s.id = c.sandbox_id \
                   JOIN class_members m ON m.learner_id = s.learner_id AND m.role = 'learner' AND m.class_id = $1 \
                   WHERE s.lesson = $2 AND c.exit_code <> 0 GROUP BY s.experiment, c.line ORDER BY often DESC, c.line";
        let query = sqlx::query_as(sql).bind(class.to_owned()).bind(lesson.to_owned());
        Ok(query.fetch_all(&self.pool).await?)
    }
}
