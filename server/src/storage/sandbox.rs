//! Sandboxes: which learner's, made from what, and where their clock stood.

use sqlx::{FromRow, Row, any::AnyRow};

use super::{
    Storage,
    error::{Result, not_saved},
    now_ms,
};

/// A sandbox as it is kept. Moments are ms; virtual ones count from the sandbox's creation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxRow {
    /// Id, in URLs.
    pub id: String,
    /// Whose.
    pub learner_id: String,
    /// Lesson slug.
    pub lesson: String,
    /// The lesson's version in which the run began.
    pub lesson_version: String,
    /// Experiment id.
    pub experiment: String,
    /// Number of the current run; a reset starts the next.
    pub run: i64,
    /// Seed of the run.
    pub seed: i64,
    /// Unix time at which the run's virtual time starts.
    pub epoch_unix_ms: i64,
    /// The world's text the run was made from.
    pub world: String,
    /// Its hash.
    pub world_hash: String,
    /// The virtual moment the learner's clock shows as zero.
    pub start_ms: i64,
    /// The last known virtual moment.
    pub clock_ms: i64,
    /// Virtual seconds a real second.
    pub speed: i64,
    /// Paused by the learner?
    pub paused: bool,
    /// Bearer token of its kubeconfig.
    pub token: String,
    /// Process that has it open.
    pub owner: String,
    /// Grows with every owner; a journal entry of an older one is refused.
    pub fencing_epoch: i64,
    /// Unix time of creation.
    pub created_ms: i64,
    /// Unix time of the last visit.
    pub touched_ms: i64,
}

impl<'r> FromRow<'r, AnyRow> for SandboxRow {
    fn from_row(row: &'r AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            learner_id: row.try_get("learner_id")?,
            lesson: row.try_get("lesson")?,
            lesson_version: row.try_get("lesson_version")?,
            experiment: row.try_get("experiment")?,
            run: row.try_get("run")?,
            seed: row.try_get("seed")?,
            epoch_unix_ms: row.try_get("epoch_unix_ms")?,
            world: row.try_get("world")?,
            world_hash: row.try_get("world_hash")?,
            start_ms: row.try_get("start_ms")?,
            clock_ms: row.try_get("clock_ms")?,
            speed: row.try_get("speed")?,
            paused: row.try_get::<i64, _>("paused")? != 0,
            token: row.try_get("token")?,
            owner: row.try_get("owner")?,
            fencing_epoch: row.try_get("fencing_epoch")?,
            created_ms: row.try_get("created_ms")?,
            touched_ms: row.try_get("touched_ms")?,
        })
    }
}

impl Storage {
    /// A sandbox by its id.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sandbox(&self, id: &str) -> Result<Option<SandboxRow>> {
        let query = sqlx::query_as("SELECT * FROM sandboxes WHERE id = $1").bind(id.to_owned());
        Ok(query.fetch_optional(&self.pool).await?)
    }

    /// A learner's sandbox for an experiment.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sandbox_of(
        &self,
        learner: &str,
        lesson: &str,
        experiment: &str,
    ) -> Result<Option<SandboxRow>> {
        let sql = "SELECT * FROM sandboxes WHERE learner_id = $1 AND lesson = $2 AND experiment = $3";
        let query =
            sqlx::query_as(sql).bind(learner.to_owned()).bind(lesson.to_owned()).bind(experiment.to_owned());
        Ok(query.fetch_optional(&self.pool).await?)
    }

    /// All sandboxes of a learner, the last visited first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sandboxes_of(&self, learner: &str) -> Result<Vec<SandboxRow>> {
        let sql = "SELECT * FROM sandboxes WHERE learner_id = $1 ORDER BY touched_ms DESC, id";
        Ok(sqlx::query_as(sql).bind(learner.to_owned()).fetch_all(&self.pool).await?)
    }

    /// Keeps a new sandbox. If the learner already has one for the experiment (two tabs at once), that one stays and
    /// nothing is written: read it with [`Storage::sandbox_of`].
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn create_sandbox(&self, row: &SandboxRow) -> Result<()> {
        let row = row.clone();
        sqlx::query(
            "INSERT INTO sandboxes (id, learner_id, lesson, experiment, run, seed, epoch_unix_ms, world, world_hash, \
             start_ms, clock_ms, speed, paused, token, owner, fencing_epoch, created_ms, touched_ms, \
             lesson_version) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) \
             ON CONFLICT (learner_id, lesson, experiment) DO NOTHING",
        )
        .bind(row.id)
        .bind(row.learner_id)
        .bind(row.lesson)
        .bind(row.experiment)
        .bind(row.run)
        .bind(row.seed)
        .bind(row.epoch_unix_ms)
        .bind(row.world)
        .bind(row.world_hash)
        .bind(row.start_ms)
        .bind(row.clock_ms)
        .bind(row.speed)
        .bind(i64::from(row.paused))
        .bind(row.token)
        .bind(row.owner)
        .bind(row.fencing_epoch)
        .bind(row.created_ms)
        .bind(row.touched_ms)
        .bind(row.lesson_version)
        .execute(&self.pool)
        .await
        .map_err(not_saved)?;
        Ok(())
    }

    /// Makes `owner` the only process whose journal entries are taken; gives the fencing epoch to write with.
    ///
    /// # Errors
    /// When nothing could be written, or there is no such sandbox.
    pub async fn take(&self, id: &str, owner: &str) -> Result<i64> {
        let sql = "UPDATE sandboxes SET owner = $2, fencing_epoch = fencing_epoch + 1 WHERE id = $1 \
                   RETURNING fencing_epoch";
        let query = sqlx::query_scalar(sql).bind(id.to_owned()).bind(owner.to_owned());
        query.fetch_one(&self.pool).await.map_err(not_saved)
    }

    /// Keeps where the clock of a run stands and how it flows; nothing if another run has taken its place.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn save_clock(
        &self,
        id: &str,
        run: i64,
        clock_ms: i64,
        speed: i64,
        paused: bool,
    ) -> Result<()> {
        let sql = "UPDATE sandboxes SET clock_ms = $3, speed = $4, paused = $5 WHERE id = $1 AND run = $2";
        let query = sqlx::query(sql).bind(id.to_owned()).bind(run).bind(clock_ms).bind(speed);
        query.bind(i64::from(paused)).execute(&self.pool).await.map_err(not_saved)?;
        Ok(())
    }

    /// Notes a visit.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn touch(&self, id: &str) -> Result<()> {
        let query = sqlx::query("UPDATE sandboxes SET touched_ms = $2 WHERE id = $1").bind(id.to_owned());
        query.bind(now_ms()).execute(&self.pool).await.map_err(not_saved)?;
        Ok(())
    }
}
