//! What only SQLite has. What both databases do is tested from outside, in `tests/server/storage.rs`.

use super::*;

impl Storage {
    /// Sets a PRAGMA on every connection, as far as connections live.
    pub(crate) async fn pragma(&self, pragma: &str) {
        let mut connections = Vec::new();
        for _ in 0..SQLITE_CONNECTIONS {
            let mut connection = self.pool.acquire().await.unwrap();
            sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA {pragma}")))
                .execute(&mut *connection)
                .await
                .unwrap();
            connections.push(connection);
        }
    }

    /// Takes the one writer's lock, as another program may, and holds it until the sender says so (or goes).
    pub(crate) async fn lock(&self) -> tokio::sync::oneshot::Sender<()> {
        let mut connection = self.pool.acquire().await.unwrap().detach();
        sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await.unwrap();
        let (release, released) = tokio::sync::oneshot::channel();
        tokio::spawn(async move {
            let _ = released.await;
            sqlx::query("ROLLBACK").execute(&mut connection).await.unwrap();
        });
        release
    }
}

#[tokio::test]
async fn settings_of_the_connection_are_the_durable_ones() {
    let dir = std::env::temp_dir().join(format!("pilothouse-{}", crate::secret::id()));
    std::fs::create_dir(&dir).unwrap();
    let db = Storage::open(&format!("sqlite://{}?mode=rwc", dir.join("a.sqlite").display())).await.unwrap();
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&db.pool).await.unwrap();
    let mut numbers = Vec::new();
    for pragma in ["PRAGMA synchronous", "PRAGMA foreign_keys", "PRAGMA busy_timeout"] {
        numbers.push(sqlx::query_scalar::<_, i64>(pragma).fetch_one(&db.pool).await.unwrap());
    }
    std::fs::remove_dir_all(&dir).unwrap();
    assert_eq!((mode.as_str(), numbers.as_slice()), ("wal", [2, 1, 5000].as_slice()));
}
