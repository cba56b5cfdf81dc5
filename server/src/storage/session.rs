//! Sessions: a browser that somebody is known in. Only the hash of a session's token is kept.

use sqlx::{Any, any::AnyArguments, query::Query};
use wire::people::Role;

use super::{
    Storage,
    error::{Result, not_saved},
    now_ms,
};

const HOUR_MS: i64 = 60 * 60 * 1000;
/// `seen_ms` is this coarse, so that a page view seldom writes.
const SEEN_EVERY_MS: i64 = HOUR_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Who stands behind a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// The learner's id.
    pub id: String,
    /// Their name; empty while they have no account.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The session's id.
    pub session: String,
}

/// A session, for its owner's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Id; not the token.
    pub id: String,
    /// What the browser called itself.
    pub agent: String,
    /// Unix time, ms.
    pub created_ms: i64,
    /// Unix time of the last visit, ms, to the hour.
    pub seen_ms: i64,
}

/// How long a session may lie unused, and how long it lives at most. Who may do more is asked for the password more often.
fn life_ms(has_account: bool, role: Role) -> (i64, i64) {
    match (has_account, role) {
        (false, _) => (365 * DAY_MS, i64::MAX),
        (true, Role::Learner) => (30 * DAY_MS, 180 * DAY_MS),
        (true, _) => (DAY_MS, 14 * DAY_MS),
    }
}

fn is_over((unused_ms_max, life_ms_max): (i64, i64), unused_ms: i64, age_ms: i64) -> bool {
    unused_ms > unused_ms_max || age_ms > life_ms_max
}

pub(super) fn insert(learner: &str, token_hash: &str, agent: &str) -> Query<'static, Any, AnyArguments> {
    let sql = "INSERT INTO sessions (id, token_hash, learner_id, agent, created_ms, seen_ms) \
               VALUES ($1, $2, $3, $4, $5, $5)";
    let query = sqlx::query(sql).bind(crate::secret::id()).bind(token_hash.to_owned());
    query.bind(learner.to_owned()).bind(agent.to_owned()).bind(now_ms())
}

impl Storage {
    /// Whom a token names, unless its session has ended.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn visitor(&self, token_hash: &str) -> Result<Option<Visitor>> {
        let found: Option<(String, String, String, String, i64, i64)> = sqlx::query_as(
            "SELECT l.id, l.name, l.role, s.id, s.created_ms, s.seen_ms FROM sessions s \
             JOIN learners l ON l.id = s.learner_id WHERE s.token_hash = $1",
        )
        .bind(token_hash.to_owned())
        .fetch_optional(&self.pool)
        .await?;
        let Some((id, name, role, session, created_ms, seen_ms)) = found else { return Ok(None) };
        let (role, now) = (role.parse().unwrap_or_default(), now_ms());
        if is_over(life_ms(!name.is_empty(), role), now - seen_ms, now - created_ms) {
            return Ok(None);
        }
        if now - seen_ms > SEEN_EVERY_MS
            && let Err(e) = self.seen(token_hash, &id).await
        {
            tracing::warn!(error = %e, "a visit was not noted");
        }
        Ok(Some(Visitor { id, name, role, session }))
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

    /// Begins a session.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn begin_session(&self, learner: &str, token_hash: &str, agent: &str) -> Result<()> {
        insert(learner, token_hash, agent).execute(&self.pool).await.map_err(not_saved)?;
        Ok(())
    }

    /// A learner's sessions, the last used first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sessions(&self, learner: &str) -> Result<Vec<SessionRow>> {
        let sql = "SELECT id, agent, created_ms, seen_ms FROM sessions WHERE learner_id = $1 \
                   ORDER BY seen_ms DESC, created_ms DESC";
        let rows: Vec<(String, String, i64, i64)> =
            sqlx::query_as(sql).bind(learner.to_owned()).fetch_all(&self.pool).await?;
        let row = |(id, agent, created_ms, seen_ms)| SessionRow { id, agent, created_ms, seen_ms };
        Ok(rows.into_iter().map(row).collect())
    }

    /// Ends one of a learner's sessions.
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn end_session(&self, learner: &str, id: &str) -> Result<()> {
        let query = sqlx::query("DELETE FROM sessions WHERE learner_id = $1 AND id = $2");
        query.bind(learner.to_owned()).bind(id.to_owned()).execute(&self.pool).await.map_err(not_saved)?;
        Ok(())
    }

    /// Ends a learner's sessions but one (none is spared with an id that is no session's).
    ///
    /// # Errors
    /// When nothing could be written.
    pub async fn end_other_sessions(&self, learner: &str, spared: &str) -> Result<()> {
        let query = sqlx::query("DELETE FROM sessions WHERE learner_id = $1 AND id <> $2");
        query
            .bind(learner.to_owned())
            .bind(spared.to_owned())
            .execute(&self.pool)
            .await
            .map_err(not_saved)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_do_more_is_asked_for_the_password_sooner() {
        for (has_account, role, unused_days, age_days, over) in [
            (false, Role::Learner, 364, 5_000, false),
            (false, Role::Learner, 366, 366, true),
            (true, Role::Learner, 29, 179, false),
            (true, Role::Learner, 31, 31, true),
            (true, Role::Learner, 0, 181, true),
            (true, Role::Grader, 0, 13, false),
            (true, Role::Instructor, 2, 2, true),
            (true, Role::Admin, 0, 15, true),
        ] {
            let is = is_over(life_ms(has_account, role), unused_days * DAY_MS, age_days * DAY_MS);
            assert_eq!(is, over, "{has_account} {role} {unused_days} {age_days}");
        }
    }
}
