//! Tokens by which programs use the API for somebody. Only their hashes are kept.

use super::{
    LearnerRow, Storage,
    error::{Result, not_saved},
    now_ms,
};

/// A token, for its owner's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// Id; not the token.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What it may do: words with spaces between.
    pub scopes: String,
    /// Unix time at which it ends, ms.
    pub expires_ms: i64,
}

impl Storage {
    /// Keeps a new token.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn create_token(
        &self,
        learner: &str,
        token_hash: &str,
        name: &str,
        scopes: &str,
        life_ms: i64,
    ) -> Result<()> {
        let sql = "INSERT INTO api_tokens (id, token_hash, learner_id, name, scopes, created_ms, expires_ms) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let query = sqlx::query(sql).bind(crate::secret::id()).bind(token_hash.to_owned());
        let query = query.bind(learner.to_owned()).bind(name.to_owned()).bind(scopes.to_owned());
        query.bind(now_ms()).bind(now_ms() + life_ms).execute(&self.pool).await.map_err(not_saved)?;
        Ok(())
    }

    /// Whose token this is, and what it may do, while it has not ended.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn token(&self, token_hash: &str) -> Result<Option<(LearnerRow, String)>> {
        let sql = "SELECT learner_id, scopes FROM api_tokens WHERE token_hash = $1 AND expires_ms > $2";
        let found: Option<(String, String)> =
            sqlx::query_as(sql).bind(token_hash.to_owned()).bind(now_ms()).fetch_optional(&self.pool).await?;
        let Some((learner, scopes)) = found else { return Ok(None) };
        Ok(self.learner(&learner).await?.map(|learner| (learner, scopes)))
    }

    /// Somebody's tokens, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tokens(&self, learner: &str) -> Result<Vec<TokenRow>> {
        let sql = "SELECT id, name, scopes, expires_ms FROM api_tokens WHERE learner_id = $1 ORDER BY created_ms, id";
        let rows: Vec<(String, String, String, i64)> =
            sqlx::query_as(sql).bind(learner.to_owned()).fetch_all(&self.pool).await?;
        let row = |(id, name, scopes, expires_ms)| TokenRow { id, name, scopes, expires_ms };
        Ok(rows.into_iter().map(row).collect())
    }

    /// Ends one of somebody's tokens.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn end_token(&self, learner: &str, id: &str) -> Result<()> {
        let query = sqlx::query("DELETE FROM api_tokens WHERE learner_id = $1 AND id = $2");
        query.bind(learner.to_owned()).bind(id.to_owned()).execute(&self.pool).await.map_err(not_saved)?;
        Ok(())
    }
}
