//! Secrets of the house itself, which every server of a database must share.

use super::{
    Storage,
    error::{Result, not_saved},
};

impl Storage {
    /// The secret of this name; `new` from now on where there was none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn secret(&self, name: &str, new: &str) -> Result<String> {
        sqlx::query("INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(name.to_owned())
            .bind(new.to_owned())
            .execute(&self.pool)
            .await
            .map_err(not_saved)?;
        let query = sqlx::query_scalar("SELECT value FROM secrets WHERE name = $1").bind(name.to_owned());
        Ok(query.fetch_one(&self.pool).await?)
    }
}
