//! All that is kept of a learner, for themselves.

use serde_json::{Map, Value, json};
use sqlx::{Column, Row, TypeInfo, ValueRef, any::AnyRow};

use super::{Storage, error::Result};

/// Tables with rows of a learner, and those with rows of their sandboxes. Hashes of passwords and tokens stay here.
const OF_LEARNER: [(&str, &str); 6] = [
    ("widget_answers", "lesson, widget, asked, kept_ms FROM widget_answers WHERE learner_id = $1"),
    ("programs", "id, name, scopes, created_ms, expires_ms FROM api_tokens WHERE learner_id = $1"),
    ("learner", "id, name, role, created_ms, seen_ms FROM learners WHERE id = $1"),
    ("sessions", "id, agent, created_ms, seen_ms FROM sessions WHERE learner_id = $1"),
    ("console_history", "seq, line FROM console_history WHERE learner_id = $1"),
    (
        "classes",
        "c.name, m.role, m.joined_ms FROM class_members m JOIN classes c ON c.id = m.class_id WHERE m.learner_id = $1",
    ),
];

const OF_SANDBOX: [&str; 11] = [
    "runs",
    "journals",
    "predictions",
    "acts",
    "hints",
    "console",
    "console_files",
    "verdicts",
    "transfers",
    "measures",
    "judgements",
];

impl Storage {
    /// One document of it: a list of rows for each table.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn everything_of(&self, learner: &str) -> Result<Value> {
        let mut all = Map::new();
        for (name, rest) in OF_LEARNER {
            let sql = sqlx::AssertSqlSafe(format!("SELECT {rest}"));
            let rows = sqlx::query(sql).bind(learner.to_owned()).fetch_all(&self.pool).await?;
            all.insert(name.to_owned(), rows.iter().map(row).collect());
        }
        let sql = "SELECT id, lesson, experiment, run, seed, epoch_unix_ms, world, start_ms, clock_ms, created_ms, \
                   touched_ms FROM sandboxes WHERE learner_id = $1 ORDER BY created_ms";
        let sandboxes = sqlx::query(sql).bind(learner.to_owned()).fetch_all(&self.pool).await?;
        all.insert("sandboxes".into(), sandboxes.iter().map(row).collect());
        for table in OF_SANDBOX {
            let sql = sqlx::AssertSqlSafe(format!(
                "SELECT t.* FROM {table} t JOIN sandboxes s ON s.id = t.sandbox_id WHERE s.learner_id = $1"
            ));
            let rows = sqlx::query(sql).bind(learner.to_owned()).fetch_all(&self.pool).await?;
            all.insert(table.to_owned(), rows.iter().map(row).collect());
        }
        Ok(Value::Object(all))
    }
}

fn row(row: &AnyRow) -> Value {
    let pairs = row.columns().iter().map(|column| {
        let n = column.ordinal();
        let null = row.try_get_raw(n).is_ok_and(|raw| raw.is_null());
        let value = match column.type_info().name() {
            _ if null => Value::Null,
            "BIGINT" | "INTEGER" => row.try_get::<i64, _>(n).map_or(Value::Null, |v| json!(v)),
            "DOUBLE" | "REAL" => row.try_get::<f64, _>(n).map_or(Value::Null, |v| json!(v)),
            _ => text(row, n),
        };
        (column.name().to_owned(), value)
    });
    Value::Object(pairs.collect())
}

/// The driver does not know the type of a column that is computed.
fn text(row: &AnyRow, n: usize) -> Value {
    let text = row.try_get::<String, _>(n).map(Value::String);
    text.or_else(|_| row.try_get::<i64, _>(n).map(|v| json!(v)))
        .or_else(|_| row.try_get::<f64, _>(n).map(|v| json!(v)))
        .unwrap_or(Value::Null)
}
