//! Keys that work once: who has one chooses a password.

use sqlx::{AnyConnection, Connection};
use wire::people::Role;

use super::{
    Storage,
    error::{Result, not_saved},
    learner::{is_taken, login_of},
    now_ms, settle,
};

/// What a key opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opens {
    /// The first admin's account, which is still to be named.
    FirstAdmin,
    /// The account of this learner.
    Account(String),
}

impl Storage {
    /// Keeps a key's hash for a while; with no learner it makes the first admin, and earlier ones of that kind end.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn create_key(&self, key_hash: &str, learner: Option<&str>, life_ms: i64) -> Result<()> {
        let old = match learner {
            Some(learner) => {
                sqlx::query("DELETE FROM one_time_keys WHERE learner_id = $1").bind(learner.to_owned())
            }
            None => sqlx::query("DELETE FROM one_time_keys WHERE learner_id IS NULL"),
        };
        old.execute(&self.pool).await.map_err(not_saved)?;
        sqlx::query("INSERT INTO one_time_keys (key_hash, learner_id, expires_ms) VALUES ($1, $2, $3)")
            .bind(key_hash.to_owned())
            .bind(learner.map(str::to_owned))
            .bind(now_ms() + life_ms)
            .execute(&self.pool)
            .await
            .map_err(not_saved)?;
        Ok(())
    }

    /// What a key opens, if it still does.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn key(&self, key_hash: &str) -> Result<Option<Opens>> {
        let sql = "SELECT learner_id FROM one_time_keys WHERE key_hash = $1 AND expires_ms > $2";
        let found: Option<(Option<String>,)> =
            sqlx::query_as(sql).bind(key_hash.to_owned()).bind(now_ms()).fetch_optional(&self.pool).await?;
        Ok(found.map(|(learner,)| learner.map_or(Opens::FirstAdmin, Opens::Account)))
    }

    /// Uses a key up: the account has this password from now on, and all its sessions end. Gives the learner's id; `None`
    /// where the key opens nothing any more, or the first admin's name is somebody's.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn use_key(&self, key_hash: &str, name: &str, password_hash: &str) -> Result<Option<String>> {
        let Some(opens) = self.key(key_hash).await? else { return Ok(None) };
        let mut connection = self.connection().await?;
        let done = take(&mut connection, key_hash, opens, name, password_hash).await;
        settle(connection, done).await
    }
}

async fn take(
    connection: &mut AnyConnection,
    key_hash: &str,
    opens: Opens,
    name: &str,
    password_hash: &str,
) -> Result<Option<String>> {
    let mut tx = connection.begin().await.map_err(not_saved)?;
    let used = sqlx::query("DELETE FROM one_time_keys WHERE key_hash = $1").bind(key_hash.to_owned());
    if used.execute(&mut *tx).await.map_err(not_saved)?.rows_affected() == 0 {
        return Ok(None);
    }
    let id = match opens {
        Opens::Account(id) => {
            sqlx::query("UPDATE learners SET password_hash = $2 WHERE id = $1")
                .bind(id.clone())
                .bind(password_hash.to_owned())
                .execute(&mut *tx)
                .await
                .map_err(not_saved)?;
            sqlx::query("DELETE FROM sessions WHERE learner_id = $1")
                .bind(id.clone())
                .execute(&mut *tx)
                .await
                .map_err(not_saved)?;
            id
        }
        Opens::FirstAdmin => {
            let id = crate::secret::id();
            let sql = "INSERT INTO learners (id, name, login, password_hash, role, created_ms, seen_ms) \
                       VALUES ($1, $2, $3, $4, $5, $6, $6)";
            let query = sqlx::query(sql).bind(id.clone()).bind(name.trim().to_owned()).bind(login_of(name));
            let query = query.bind(password_hash.to_owned()).bind(Role::Admin.name()).bind(now_ms());
            match query.execute(&mut *tx).await {
                Err(e) if is_taken(&e) => return Ok(None),
                done => done.map_err(not_saved)?,
            };
            id
        }
    };
    tx.commit().await.map_err(not_saved)?;
    Ok(Some(id))
}
