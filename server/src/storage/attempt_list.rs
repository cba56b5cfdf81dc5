//! Attempts of a class, a page at a time.

use super::{Storage, error::Result};

/// An attempt in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptRow {
    /// The sandbox.
    pub sandbox: String,
    /// Its run.
    pub run: i64,
    /// Whose: id and name.
    pub learner: (String, String),
    /// Lesson.
    pub lesson: String,
    /// Experiment.
    pub experiment: String,
    /// The lesson's version in which it began.
    pub lesson_version: String,
    /// Hints that were opened, over all runs.
    pub hints: i64,
    /// Checks that passed.
    pub passed: i64,
    /// Unix time of the last visit of the sandbox, ms.
    pub touched_ms: i64,
}

/// Which attempts.
#[derive(Clone, Debug, Default)]
pub struct Wanted<'a> {
    /// The class.
    pub class: &'a str,
    /// Only of this lesson; empty for all that are set.
    pub lesson: &'a str,
    /// Only of this learner; empty for all.
    pub learner: &'a str,
    /// Only behind this one, in the order of ids.
    pub after: (&'a str, i64),
    /// No more than this.
    pub limit: i64,
}

/// Attempts of a lesson since a moment, whoever's: sandbox, run, experiment.
type Since = Vec<(String, i64, String)>;

type Row = (String, i64, String, String, String, String, i64, i64, i64, String);

impl Storage {
    /// Attempts at a lesson in which something was done since a Unix time in ms, without solutions that were shown and without
    /// graders' copies.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn attempts_since(&self, lesson: &str, since_ms: i64) -> Result<Since> {
        let sql = "SELECT DISTINCT j.sandbox_id, j.run, s.experiment FROM journals j JOIN sandboxes s ON s.id = j.sandbox_id \
                   LEFT JOIN runs r ON r.sandbox_id = j.sandbox_id AND r.run = j.run \
                   WHERE s.lesson = $1 AND j.written_ms >= $2 AND COALESCE(r.kind, 'own') <> 'shown' \
                   AND s.learner_id NOT IN (SELECT learner_id FROM copies) ORDER BY j.sandbox_id, j.run";
        Ok(sqlx::query_as(sql).bind(lesson.to_owned()).bind(since_ms).fetch_all(&self.pool).await?)
    }

    /// Attempts of a class's learners at lessons that are set for it, without solutions that were shown.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn attempts(&self, wanted: &Wanted<'_>) -> Result<Vec<AttemptRow>> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT s.id, a.run, l.id, l.name, s.lesson, s.experiment, COALESCE(h.opened, 0), \
             (SELECT COUNT(*) FROM verdicts v WHERE v.sandbox_id = s.id AND v.run = a.run AND v.verdict = 'passed'), \
             s.touched_ms, COALESCE(r.lesson_version, s.lesson_version) \
             FROM (SELECT sandbox_id, run FROM runs UNION SELECT id, run FROM sandboxes) a \
             JOIN sandboxes s ON s.id = a.sandbox_id \
             LEFT JOIN runs r ON r.sandbox_id = a.sandbox_id AND r.run = a.run \
             JOIN learners l ON l.id = s.learner_id \
             JOIN class_members m ON m.learner_id = s.learner_id AND m.role = 'learner' AND m.class_id = $1 \
             JOIN assignments g ON g.class_id = m.class_id AND g.lesson = s.lesson \
             LEFT JOIN hints h ON h.sandbox_id = s.id \
             WHERE COALESCE(r.kind, 'own') <> 'shown' AND ($2 = '' OR s.lesson = $2) AND ($3 = '' OR l.id = $3) \
             AND (s.id > $4 OR (s.id = $4 AND a.run > $5)) ORDER BY s.id, a.run LIMIT $6",
        )
        .bind(wanted.class.to_owned())
        .bind(wanted.lesson.to_owned())
        .bind(wanted.learner.to_owned())
        .bind(wanted.after.0.to_owned())
        .bind(wanted.after.1)
        .bind(wanted.limit)
        .fetch_all(&self.pool)
        .await?;
        let row =
            |(sandbox, run, id, name, lesson, experiment, hints, passed, touched_ms, lesson_version): Row| {
                AttemptRow {
                    sandbox,
                    run,
                    learner: (id, name),
                    lesson,
                    experiment,
                    hints,
                    passed,
                    touched_ms,
                    lesson_version,
                }
            };
        Ok(rows.into_iter().map(row).collect())
    }
}
