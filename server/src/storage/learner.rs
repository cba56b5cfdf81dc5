//! Learners, and the names by which those who keep their work are known.

use sqlx::AnyConnection;
use wire::people::Role;

use super::{
    Storage,
    error::{Result, not_saved},
    now_ms, settle,
};

/// A learner as they are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LearnerRow {
    /// Id.
    pub id: String,
    /// As they wrote it; empty while they have no account.
    pub name: String,
    /// PHC text; empty where none was chosen yet.
    pub password_hash: String,
    /// What they may do.
    pub role: Role,
    /// Unix time, ms.
    pub created_ms: i64,
    /// Unix time of the last visit, ms, to the hour.
    pub seen_ms: i64,
}

type Row = (String, String, String, String, i64, i64);

const COLUMNS: &str = "id, name, password_hash, role, created_ms, seen_ms";

fn learner((id, name, password_hash, role, created_ms, seen_ms): Row) -> LearnerRow {
    LearnerRow { id, name, password_hash, role: role.parse().unwrap_or_default(), created_ms, seen_ms }
}

/// By which an account is found: case does not tell people apart.
pub fn login_of(name: &str) -> String {
    name.trim().to_lowercase()
}

impl Storage {
    /// A new learner with their first session; gives the learner's id.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn create_learner(&self, token_hash: &str) -> Result<String> {
        let mut connection = self.connection().await?;
        let done = create(&mut connection, token_hash).await;
        settle(connection, done).await
    }

    /// A learner by their id.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn learner(&self, id: &str) -> Result<Option<LearnerRow>> {
        self.one("id", id).await
    }

    /// Whoever has this name, in whatever case.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn learner_named(&self, name: &str) -> Result<Option<LearnerRow>> {
        match login_of(name) {
            login if login.is_empty() => Ok(None),
            login => self.one("login", &login).await,
        }
    }

    async fn one(&self, column: &str, value: &str) -> Result<Option<LearnerRow>> {
        let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM learners WHERE {column} = $1"));
        let row: Option<Row> = sqlx::query_as(sql).bind(value.to_owned()).fetch_optional(&self.pool).await?;
        Ok(row.map(learner))
    }

    /// All who have a name, by it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn accounts(&self) -> Result<Vec<LearnerRow>> {
        let sql = format!("SELECT {COLUMNS} FROM learners WHERE login <> '' ORDER BY login");
        let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(learner).collect())
    }

    /// Is there somebody who can give roles?
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn has_admin(&self) -> Result<bool> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM learners WHERE role = 'admin'")
            .fetch_one(&self.pool)
            .await?;
        Ok(count > 0)
    }

    /// Gives a learner who has none a name and a password; false where the name is somebody else's.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn name_learner(&self, id: &str, name: &str, password_hash: &str) -> Result<bool> {
        let sql =
            "UPDATE learners SET name = $2, login = $3, password_hash = $4 WHERE id = $1 AND login = ''";
        let query = sqlx::query(sql).bind(id.to_owned()).bind(name.trim().to_owned()).bind(login_of(name));
        match query.bind(password_hash.to_owned()).execute(&self.pool).await {
            Ok(done) => Ok(done.rows_affected() > 0),
            Err(e) if is_taken(&e) => Ok(false),
            Err(e) => Err(not_saved(e)),
        }
    }

    /// Makes an account without a password; its id, or `None` where the name is somebody's.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn create_account(&self, name: &str, role: Role) -> Result<Option<String>> {
        let id = crate::secret::id();
        let sql = "INSERT INTO learners (id, name, login, role, created_ms, seen_ms) VALUES ($1, $2, $3, $4, $5, $5)";
        let query = sqlx::query(sql).bind(id.clone()).bind(name.trim().to_owned()).bind(login_of(name));
        match query.bind(role.name()).bind(now_ms()).execute(&self.pool).await {
            Ok(_) => Ok(Some(id)),
            Err(e) if is_taken(&e) => Ok(None),
            Err(e) => Err(not_saved(e)),
        }
    }

    /// Changes a password.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn set_password(&self, id: &str, password_hash: &str) -> Result<()> {
        let query = sqlx::query("UPDATE learners SET password_hash = $2 WHERE id = $1").bind(id.to_owned());
        query.bind(password_hash.to_owned()).execute(&self.pool).await.map_err(not_saved)?;
        Ok(())
    }

    /// Gives a role; false where nobody has this id, or where the last admin would be gone.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn set_role(&self, id: &str, role: Role) -> Result<bool> {
        let sql = "UPDATE learners SET role = $2 WHERE id = $1 AND ($2 = 'admin' OR role <> 'admin' OR \
                   (SELECT COUNT(*) FROM learners WHERE role = 'admin') > 1)";
        let query = sqlx::query(sql).bind(id.to_owned()).bind(role.name());
        Ok(query.execute(&self.pool).await.map_err(not_saved)?.rows_affected() > 0)
    }

    /// Deletes a learner with all that is kept of them; false where nobody has this id, or where they are the last admin.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn delete_learner(&self, id: &str) -> Result<bool> {
        let sql = "DELETE FROM learners WHERE id = $1 AND (role <> 'admin' OR \
                   (SELECT COUNT(*) FROM learners WHERE role = 'admin') > 1)";
        let query = sqlx::query(sql).bind(id.to_owned());
        Ok(query.execute(&self.pool).await.map_err(not_saved)?.rows_affected() > 0)
    }

    /// Takes over another learner's sandboxes, where there is none for the same experiment; says how many.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn adopt(&self, id: &str, from: &str) -> Result<u64> {
        let sql = "UPDATE sandboxes SET learner_id = $1 WHERE learner_id = $2 AND NOT EXISTS \
                   (SELECT 1 FROM sandboxes mine WHERE mine.learner_id = $1 \
                   AND mine.lesson = sandboxes.lesson AND mine.experiment = sandboxes.experiment)";
        let query = sqlx::query(sql).bind(id.to_owned()).bind(from.to_owned());
        Ok(query.execute(&self.pool).await.map_err(not_saved)?.rows_affected())
    }
}

pub(super) fn is_taken(e: &sqlx::Error) -> bool {
    e.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

async fn create(connection: &mut AnyConnection, token_hash: &str) -> Result<String> {
    use sqlx::Connection;
    let (id, now) = (crate::secret::id(), now_ms());
    let mut tx = connection.begin().await.map_err(not_saved)?;
    sqlx::query("INSERT INTO learners (id, created_ms, seen_ms) VALUES ($1, $2, $2)")
        .bind(id.clone())
        .bind(now)
        .execute(&mut *tx)
        .await
        .map_err(not_saved)?;
    super::session::insert(&id, token_hash, "").execute(&mut *tx).await.map_err(not_saved)?;
    tx.commit().await.map_err(not_saved)?;
    Ok(id)
}
