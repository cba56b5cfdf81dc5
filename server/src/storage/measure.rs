//! The numbers of runs.

use super::{
    Storage,
    error::{Result, not_saved},
};

/// A number of a run, as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The experiment.
    pub experiment: String,
    /// The run.
    pub run: i64,
    /// The measure's id.
    pub measure: String,
    /// The number, in the measure's unit.
    pub value: f64,
    /// Virtual moment up to which it counts, ms.
    pub at_ms: i64,
}

type Row = (String, i64, String, f64, i64);

fn kept((experiment, run, measure, value, at_ms): Row) -> Kept {
    Kept { experiment, run, measure, value, at_ms }
}

impl Storage {
    /// Keeps a run's number in the place of an earlier one.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn save_measure(
        &self,
        sandbox: &str,
        run: i64,
        measure: &str,
        value: f64,
        at_ms: i64,
    ) -> Result<()> {
        let sql = "INSERT INTO measures (sandbox_id, run, measure, value, at_ms) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (sandbox_id, run, measure) DO UPDATE SET value = excluded.value, at_ms = excluded.at_ms";
        let query = sqlx::query(sql).bind(sandbox.to_owned()).bind(run).bind(measure.to_owned());
        query.bind(value).bind(at_ms).execute(&self.pool).await.map_err(not_saved)?;
        Ok(())
    }

    /// All numbers of a sandbox's runs, by run.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn measures(&self, sandbox: &str) -> Result<Vec<Kept>> {
        let sql = "SELECT s.experiment, m.run, m.measure, m.value, m.at_ms FROM measures m \
                   JOIN sandboxes s ON s.id = m.sandbox_id WHERE m.sandbox_id = $1 ORDER BY m.run, m.measure";
        let rows: Vec<Row> = sqlx::query_as(sql).bind(sandbox.to_owned()).fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(kept).collect())
    }

    /// The numbers of a learner's own runs in a lesson, by experiment and run. What was only shown is not among them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn measures_of(&self, learner: &str, lesson: &str) -> Result<Vec<Kept>> {
        let sql = "SELECT s.experiment, m.run, m.measure, m.value, m.at_ms FROM measures m \
                   JOIN sandboxes s ON s.id = m.sandbox_id WHERE s.learner_id = $1 AND s.lesson = $2 AND NOT EXISTS \
                   (SELECT 1 FROM runs r WHERE r.sandbox_id = s.id AND r.run = m.run AND r.kind = 'shown') \
                   ORDER BY s.experiment, m.run, m.measure";
        let query = sqlx::query_as(sql).bind(learner.to_owned()).bind(lesson.to_owned());
        let rows: Vec<Row> = query.fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(kept).collect())
    }
}
