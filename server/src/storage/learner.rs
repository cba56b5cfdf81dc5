//! Learners and the cookies that name them. Only the hash of a cookie's token is kept.

use sqlx::{AnyConnection, Connection};

use super::{
    Storage,
    error::{Result, not_saved},
    now_ms, settle,
};

/// `seen_ms` is this coarse, so that a page view seldom writes.
const SEEN_EVERY_MS: i64 = 60 * 60 * 1000;

impl Storage {
    /// The learner whom a token names.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn learner_by_token_hash(&self, token_hash: &str) -> Result<Option<String>> {
        let found: Option<(String, i64)> =
            sqlx::query_as("SELECT learner_id, seen_ms FROM sessions WHERE token_hash = $1")
                .bind(token_hash.to_owned())
                .fetch_optional(&self.pool)
                .await?;
        let Some((learner, seen_ms)) = found else { return Ok(None) };
        if now_ms() - seen_ms > SEEN_EVERY_MS
            && let Err(e) = self.seen(token_hash, &learner).await
        {
            tracing::warn!(error = %e, "a visit was not noted");
        }
        Ok(Some(learner))
    }

    /// A new learner with their first token; gives the learner's id.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn create_learner(&self, token_hash: &str) -> Result<String> {
        let mut connection = self.connection().await?;
        let done = create(&mut connection, token_hash).await;
        settle(connection, done).await
    }

    async fn seen(&self, token_hash: &str, learner: &str) -> Result<()> {
        let now = now_ms();
        for (sql, key) in [
            ("UPDATE sessions SET seen_ms = $2 WHERE token_hash = $1", token_hash),
            ("UPDATE learners SET seen_ms = $2 WHERE id = $1", learner),
        ] {
            sqlx::query(sql).bind(key.to_owned()).bind(now).execute(&self.pool).await.map_err(not_saved)?;
        }
        Ok(())
    }
}

async fn create(connection: &mut AnyConnection, token_hash: &str) -> Result<String> {
    let (id, now) = (crate::secret::id(), now_ms());
    let mut tx = connection.begin().await.map_err(not_saved)?;
    sqlx::query("INSERT INTO learners (id, created_ms, seen_ms) VALUES ($1, $2, $2)")
        .bind(id.clone())
        .bind(now)
        .execute(&mut *tx)
        .await
        .map_err(not_saved)?;
    sqlx::query("INSERT INTO sessions (token_hash, learner_id, created_ms, seen_ms) VALUES ($1, $2, $3, $3)")
        .bind(token_hash.to_owned())
        .bind(id.clone())
        .bind(now)
        .execute(&mut *tx)
        .await
        .map_err(not_saved)?;
    tx.commit().await.map_err(not_saved)?;
    Ok(id)
}
