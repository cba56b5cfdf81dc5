//! How far a learner is in an experiment: prediction, acts, hints, verdicts.

use sqlx::{Any, any::AnyArguments, query::Query};

use super::{
    Storage,
    error::{Result, not_saved},
};

/// Notes that an act was done; its first moment stays.
pub(super) fn save_act(sandbox: &str, run: i64, act: &str, at_ms: i64) -> Query<'static, Any, AnyArguments> {
    let sql = "INSERT INTO acts (sandbox_id, run, act, at_ms) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (sandbox_id, run, act) DO NOTHING";
    sqlx::query(sql).bind(sandbox.to_owned()).bind(run).bind(act.to_owned()).bind(at_ms)
}

impl Storage {
    /// Locks a prediction; the first of a run wins, later ones change nothing.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn lock_prediction(&self, sandbox: &str, run: i64, choice: &str, at_ms: i64) -> Result<()> {
        let sql = "INSERT INTO predictions (sandbox_id, run, choice, at_ms) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (sandbox_id, run) DO NOTHING";
        let query = sqlx::query(sql).bind(sandbox.to_owned()).bind(run).bind(choice.to_owned()).bind(at_ms);
        query.execute(&self.pool).await.map_err(not_saved)?;
        Ok(())
    }

    /// The locked prediction of a run, with its virtual moment in ms.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn prediction(&self, sandbox: &str, run: i64) -> Result<Option<(String, i64)>> {
        let sql = "SELECT choice, at_ms FROM predictions WHERE sandbox_id = $1 AND run = $2";
        Ok(sqlx::query_as(sql).bind(sandbox.to_owned()).bind(run).fetch_optional(&self.pool).await?)
    }

    /// Takes an act's note back: the cluster refused it.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn remove_act(&self, sandbox: &str, run: i64, act: &str) -> Result<()> {
        let sql = "DELETE FROM acts WHERE sandbox_id = $1 AND run = $2 AND act = $3";
        let query = sqlx::query(sql).bind(sandbox.to_owned()).bind(run).bind(act.to_owned());
        query.execute(&self.pool).await.map_err(not_saved)?;
        Ok(())
    }

    /// Keeps an act that wrote nothing, and so is not kept with an entry of the journal.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn keep_silent_act(&self, sandbox: &str, run: i64, act: &str, at_ms: i64) -> Result<()> {
        let sql = "INSERT INTO acts (sandbox_id, run, act, at_ms, silent) VALUES ($1, $2, $3, $4, 1) \
                   ON CONFLICT (sandbox_id, run, act) DO NOTHING";
        let query = sqlx::query(sql).bind(sandbox.to_owned()).bind(run).bind(act.to_owned()).bind(at_ms);
        query.execute(&self.pool).await.map_err(not_saved)?;
        Ok(())
    }

    /// The acts of a run by their virtual moments in ms, and whether each wrote nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn acts(&self, sandbox: &str, run: i64) -> Result<Vec<(String, i64, bool)>> {
        let sql =
            "SELECT act, at_ms, silent FROM acts WHERE sandbox_id = $1 AND run = $2 ORDER BY at_ms, act";
        let rows: Vec<(String, i64, i64)> =
            sqlx::query_as(sql).bind(sandbox.to_owned()).bind(run).fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(|(act, at_ms, silent)| (act, at_ms, silent != 0)).collect())
    }

    /// Opens one more hint of at most `max`; gives how many are open.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn open_hint(&self, sandbox: &str, max: i64) -> Result<i64> {
        let sql = "INSERT INTO hints (sandbox_id, opened) VALUES ($1, CASE WHEN $2 > 0 THEN 1 ELSE 0 END) \
                   ON CONFLICT (sandbox_id) DO UPDATE SET \
                   opened = CASE WHEN hints.opened < $2 THEN hints.opened + 1 ELSE hints.opened END RETURNING opened";
        let query = sqlx::query_scalar(sql).bind(sandbox.to_owned()).bind(max);
        query.fetch_one(&self.pool).await.map_err(not_saved)
    }

    /// How many hints are open, over all runs.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn hints(&self, sandbox: &str) -> Result<i64> {
        let query =
            sqlx::query_scalar("SELECT opened FROM hints WHERE sandbox_id = $1").bind(sandbox.to_owned());
        Ok(query.fetch_optional(&self.pool).await?.unwrap_or(0))
    }

    /// Keeps a check's verdict, in place of the run's earlier one.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn save_verdict(
        &self,
        sandbox: &str,
        run: i64,
        check_id: &str,
        verdict: &str,
        at_ms: i64,
        why_json: &str,
    ) -> Result<()> {
        sqlx::query(
            "INSERT INTO verdicts (sandbox_id, run, check_id, verdict, at_ms, why) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (sandbox_id, run, check_id) DO UPDATE SET \
             verdict = excluded.verdict, at_ms = excluded.at_ms, why = excluded.why",
        )
        .bind(sandbox.to_owned())
        .bind(run)
        .bind(check_id.to_owned())
        .bind(verdict.to_owned())
        .bind(at_ms)
        .bind(why_json.to_owned())
        .execute(&self.pool)
        .await
        .map_err(not_saved)?;
        Ok(())
    }

    /// Takes a check's verdict back.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn remove_verdict(&self, sandbox: &str, run: i64, check_id: &str) -> Result<()> {
        let sql = "DELETE FROM verdicts WHERE sandbox_id = $1 AND run = $2 AND check_id = $3";
        let query = sqlx::query(sql).bind(sandbox.to_owned()).bind(run).bind(check_id.to_owned());
        query.execute(&self.pool).await.map_err(not_saved)?;
        Ok(())
    }

    /// The checks of a lesson that a learner's own runs have passed: experiment, run, check. What was only shown is not
    /// among them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn passed_checks(&self, learner: &str, lesson: &str) -> Result<Vec<(String, i64, String)>> {
        let sql = "SELECT s.experiment, v.run, v.check_id FROM sandboxes s JOIN verdicts v ON v.sandbox_id = s.id \
                   WHERE s.learner_id = $1 AND s.lesson = $2 AND v.verdict = 'passed' AND NOT EXISTS \
                   (SELECT 1 FROM runs r WHERE r.sandbox_id = s.id AND r.run = v.run AND r.kind = 'shown') \
                   ORDER BY s.experiment, v.run, v.check_id";
        let query = sqlx::query_as(sql).bind(learner.to_owned()).bind(lesson.to_owned());
        Ok(query.fetch_all(&self.pool).await?)
    }
}
