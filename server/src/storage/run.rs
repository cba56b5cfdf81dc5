//! Runs of a sandbox: what was tried before stays, and any moment of it can be gone on from.

use sqlx::{AnyConnection, Connection};
use wire::run::{RunKind, RunView};

use super::{
    Storage,
    error::{Result, not_saved},
    settle,
};

/// What a run starts from.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// Seed.
    pub seed: i64,
    /// Unix time at which its virtual time starts, ms.
    pub epoch_unix_ms: i64,
    /// The world's text.
    pub world: String,
    /// Its hash.
    pub world_hash: String,
    /// The virtual moment that the learner's clock shows as zero, ms.
    pub start_ms: i64,
    /// The lesson's version.
    pub lesson_version: String,
}

/// Tables whose rows belong to a run and have a moment: columns but the sandbox and the run.
pub(super) const OF_A_RUN: [(&str, &str); 4] = [
    ("journals", "seq, at_ms, request, engine_version, state_hash, snapshot, written_ms"),
    ("console", "seq, line, stdout, stderr, exit_code, at_ms, turns"),
    ("predictions", "choice, at_ms"),
    ("acts", "act, at_ms, silent"),
];

fn word(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Own => "own",
        RunKind::Shown => "shown",
    }
}

impl Storage {
    /// Starts a sandbox over, with an empty journal and the clock at the learner's zero, going on at ×1. Earlier runs stay
    /// kept. Gives the new run's number.
    ///
    /// # Errors
    /// When nothing could be written, or there is no such sandbox.
    pub async fn start_run(&self, id: &str, from: &Beginning) -> Result<i64> {
        let mut connection = self.connection().await?;
        let done = start(&mut connection, id, from).await;
        settle(connection, done).await
    }

    /// Starts a run that is the same as the present one up to a moment, paused there. Gives its number.
    ///
    /// # Errors
    /// When nothing could be written, or there is no such sandbox.
    pub async fn fork_run(&self, id: &str, at_ms: i64, kind: RunKind) -> Result<i64> {
        let mut connection = self.connection().await?;
        let done = fork(&mut connection, id, at_ms, kind).await;
        settle(connection, done).await
    }

    /// Takes up another run where it stood, paused; false where there is none of this number.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn take_up_run(&self, id: &str, run: i64) -> Result<bool> {
        let mut connection = self.connection().await?;
        let done = take_up(&mut connection, id, run).await;
        settle(connection, done).await
    }

    /// Gives a run a name.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn name_run(&self, id: &str, run: i64, name: &str) -> Result<()> {
        let mut connection = self.connection().await?;
        let done = name_it(&mut connection, id, run, name).await;
        settle(connection, done).await
    }

    /// The runs of a sandbox, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn runs(&self, id: &str) -> Result<Vec<RunView>> {
        type Row = (i64, String, String, Option<i64>, Option<i64>, i64);
        let kept: Vec<Row> = sqlx::query_as(
            "SELECT run, name, kind, parent, forked_ms, start_ms FROM runs WHERE sandbox_id = $1 ORDER BY run",
        )
        .bind(id.to_owned())
        .fetch_all(&self.pool)
        .await?;
        let present: Option<(i64, i64)> = sqlx::query_as("SELECT run, start_ms FROM sandboxes WHERE id = $1")
            .bind(id.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        let view = |(run, name, kind, parent, forked_ms, start_ms): Row| RunView {
            run,
            name,
            kind: if kind == word(RunKind::Shown) { RunKind::Shown } else { RunKind::Own },
            parent: parent.zip(forked_ms),
            start_ms,
            current: present.is_some_and(|(current, _)| current == run),
            measures: Vec::new(),
        };
        let mut runs: Vec<RunView> = kept.into_iter().map(view).collect();
        if let Some((run, start_ms)) = present.filter(|(run, _)| runs.iter().all(|r| r.run != *run)) {
            let (name, kind, parent) = Default::default();
            runs.push(RunView { run, name, kind, parent, start_ms, current: true, measures: Vec::new() });
        }
        Ok(runs)
    }
}

/// Brings the row of the present run up to date.
async fn keep(tx: &mut AnyConnection, id: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO runs (sandbox_id, run, name, kind, seed, epoch_unix_ms, world, world_hash, start_ms, clock_ms, lesson_version) \
         SELECT id, run, '', 'own', seed, epoch_unix_ms, world, world_hash, start_ms, clock_ms, lesson_version \
         FROM sandboxes WHERE id = $1 \
         ON CONFLICT (sandbox_id, run) DO UPDATE SET clock_ms = excluded.clock_ms",
    )
    .bind(id.to_owned())
    .execute(&mut *tx)
    .await
    .map_err(not_saved)?;
    Ok(())
}

async fn next(tx: &mut AnyConnection, id: &str) -> Result<i64> {
    let query = sqlx::query_scalar("SELECT MAX(run) + 1 FROM runs WHERE sandbox_id = $1").bind(id.to_owned());
    query.fetch_one(&mut *tx).await.map_err(not_saved)
}

async fn start(connection: &mut AnyConnection, id: &str, from: &Beginning) -> Result<i64> {
    let mut tx = connection.begin().await.map_err(not_saved)?;
    keep(&mut tx, id).await?;
    let run = next(&mut tx, id).await?;
    sqlx::query(
        "UPDATE sandboxes SET run = $2, seed = $3, epoch_unix_ms = $4, world = $5, world_hash = $6, \
         start_ms = $7, clock_ms = $7, speed = 1, paused = 0, lesson_version = $8 WHERE id = $1",
    )
    .bind(id.to_owned())
    .bind(run)
    .bind(from.seed)
    .bind(from.epoch_unix_ms)
    .bind(from.world.clone())
    .bind(from.world_hash.clone())
    .bind(from.start_ms)
    .bind(from.lesson_version.clone())
    .execute(&mut *tx)
    .await
    .map_err(not_saved)?;
    tx.commit().await.map_err(not_saved)?;
    Ok(run)
}

async fn fork(connection: &mut AnyConnection, id: &str, at_ms: i64, kind: RunKind) -> Result<i64> {
    let mut tx = connection.begin().await.map_err(not_saved)?;
    keep(&mut tx, id).await?;
    let run = next(&mut tx, id).await?;
    sqlx::query(
        "INSERT INTO runs (sandbox_id, run, name, kind, parent, forked_ms, seed, epoch_unix_ms, world, world_hash, \
         start_ms, clock_ms, lesson_version) \
         SELECT id, $2, '', $3, run, $4, seed, epoch_unix_ms, world, world_hash, start_ms, $4, lesson_version \
         FROM sandboxes WHERE id = $1",
    )
    .bind(id.to_owned())
    .bind(run)
    .bind(word(kind).to_owned())
    .bind(at_ms)
    .execute(&mut *tx)
    .await
    .map_err(not_saved)?;
    for (table, columns) in OF_A_RUN {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "INSERT INTO {table} (sandbox_id, run, {columns}) SELECT sandbox_id, $2, {columns} FROM {table} \
             WHERE sandbox_id = $1 AND run = (SELECT run FROM sandboxes WHERE id = $1) AND at_ms <= $3"
        )))
        .bind(id.to_owned())
        .bind(run)
        .bind(at_ms)
        .execute(&mut *tx)
        .await
        .map_err(not_saved)?;
    }
    sqlx::query("UPDATE sandboxes SET run = $2, clock_ms = $3, speed = 1, paused = 1 WHERE id = $1")
        .bind(id.to_owned())
        .bind(run)
        .bind(at_ms)
        .execute(&mut *tx)
        .await
        .map_err(not_saved)?;
    tx.commit().await.map_err(not_saved)?;
    Ok(run)
}

async fn take_up(connection: &mut AnyConnection, id: &str, run: i64) -> Result<bool> {
    let mut tx = connection.begin().await.map_err(not_saved)?;
    keep(&mut tx, id).await?;
    let of = |column: &str| format!("(SELECT {column} FROM runs WHERE sandbox_id = $1 AND run = $2)");
    let done = sqlx::query(sqlx::AssertSqlSafe(format!(
        "UPDATE sandboxes SET run = $2, seed = {}, epoch_unix_ms = {}, world = {}, world_hash = {}, start_ms = {}, \
         clock_ms = {}, lesson_version = {}, speed = 1, paused = 1 \
         WHERE id = $1 AND EXISTS (SELECT 1 FROM runs WHERE sandbox_id = $1 AND run = $2)",
        of("seed"),
        of("epoch_unix_ms"),
        of("world"),
        of("world_hash"),
        of("start_ms"),
        of("clock_ms"),
        of("lesson_version"),
    )))
    .bind(id.to_owned())
    .bind(run)
    .execute(&mut *tx)
    .await
    .map_err(not_saved)?;
    tx.commit().await.map_err(not_saved)?;
    Ok(done.rows_affected() > 0)
}

async fn name_it(connection: &mut AnyConnection, id: &str, run: i64, name: &str) -> Result<()> {
    let mut tx = connection.begin().await.map_err(not_saved)?;
    keep(&mut tx, id).await?;
    sqlx::query("UPDATE runs SET name = $3 WHERE sandbox_id = $1 AND run = $2")
        .bind(id.to_owned())
        .bind(run)
        .bind(name.to_owned())
        .execute(&mut *tx)
        .await
        .map_err(not_saved)?;
    tx.commit().await.map_err(not_saved)
}
