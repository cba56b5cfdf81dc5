//! Giving a copy back: one transaction, in which the database is empty or is emptied, gets every row, and the copy shows itself whole.

use std::io::BufRead;

use serde_json::Value;
use sqlx::{Any, AnyConnection, Connection, any::AnyArguments, query::Query};

use super::{
    super::{Storage, StorageError, settle},
    BackupError, Reader, Result, TableHead,
    reader::columns,
    tables::{Holds, TABLES, is_postgres},
};

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Rows that the database has now.
    pub rows: u64,
    /// Texts in which PostgreSQL could not keep the character NUL; U+FFFD stands in its place.
    pub nuls: u64,
}

impl Storage {
    /// Gives the database what a copy holds. `replace`: what is there goes, in the same transaction; sandboxes that a server
    /// may still have open are fenced off, so that it cannot write to those that take their place.
    ///
    /// # Errors
    /// When the database is not empty, the copy is damaged, or a row is not taken. Then nothing has changed.
    pub async fn restore<R: BufRead + Send>(&self, copy: &mut Reader<R>, replace: bool) -> Result<Restored> {
        let mut connection = self.connection().await?;
        let done = restore(&mut connection, copy, replace).await;
        settle(connection, done).await
    }
}

async fn restore<R: BufRead + Send>(
    connection: &mut AnyConnection,
    copy: &mut Reader<R>,
    replace: bool,
) -> Result<Restored> {
    let mut tx = connection.begin().await?;
    lock(&mut tx).await?;
    let fence = if replace { Some(empty(&mut tx).await?) } else { None };
    demand_empty(&mut tx).await?;
    let mut done = Restored { rows: 0, nuls: 0 };
    for table in copy.head().tables.clone() {
        let nuls = fill(&mut tx, copy, &table).await?;
        done = Restored { rows: done.rows + table.rows, nuls: done.nuls + nuls };
    }
    copy.end()?;
    if let Some(fence) = fence {
        let sql = "UPDATE sandboxes SET fencing_epoch = fencing_epoch + $1";
        sqlx::query(sql).bind(fence).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(done)
}

/// Nobody else writes from now on until the end: what was found empty stays so.
async fn lock(tx: &mut AnyConnection) -> Result<()> {
    let sql = if is_postgres(tx) {
        let names: Vec<&str> = TABLES.iter().map(|t| t.name).collect();
        format!("LOCK TABLE {} IN EXCLUSIVE MODE", names.join(", "))
    } else {
        // a write, though of nothing, takes the one writer's lock
        "UPDATE learners SET seen_ms = seen_ms WHERE 1 = 0".to_owned()
    };
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(tx).await?;
    Ok(())
}

/// Deletes all rows; gives a number above every fencing epoch that there was.
async fn empty(tx: &mut AnyConnection) -> Result<i64> {
    let newest = sqlx::query_scalar("SELECT COALESCE(MAX(fencing_epoch), 0) + 1 FROM sandboxes");
    let fence = newest.fetch_one(&mut *tx).await?;
    for table in TABLES.iter().rev() {
        let sql = sqlx::AssertSqlSafe(format!("DELETE FROM {}", table.name));
        sqlx::query(sql).execute(&mut *tx).await?;
    }
    Ok(fence)
}

async fn demand_empty(tx: &mut AnyConnection) -> Result<()> {
    for table in TABLES {
        let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {}", table.name));
        let rows: i64 = sqlx::query_scalar(sql).fetch_one(&mut *tx).await?;
        if rows > 0 {
            return Err(BackupError::NotEmpty { table: table.name, rows });
        }
    }
    Ok(())
}

/// Gives a table its rows; gives in how many texts NUL had to go.
async fn fill<R: BufRead>(tx: &mut AnyConnection, copy: &mut Reader<R>, head: &TableHead) -> Result<u64> {
    let (table, holds) = columns(&head.name, &head.columns).map_err(|why| copy.damaged(why))?;
    let places: Vec<String> = (1..=holds.len()).map(|n| format!("${n}")).collect();
    let (names, places) = (head.columns.join(", "), places.join(", "));
    let sql = format!("INSERT INTO {} ({names}) VALUES ({places})", table.name);
    let (has_nul, mut nuls) = (!is_postgres(tx), 0);
    for _ in 0..head.rows {
        let mut row = copy.row(holds.len())?;
        if !has_nul {
            nuls += row.iter_mut().filter_map(without_nul).count() as u64;
        }
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql.clone()));
        for (value, holds) in row.into_iter().zip(&holds) {
            query = bound(query, value, *holds)
                .ok_or_else(|| copy.damaged("a value is not what its column holds"))?;
        }
        query.execute(&mut *tx).await.map_err(|e| refused(e, copy.line(), table.name))?;
    }
    Ok(nuls)
}

fn refused(e: sqlx::Error, line: u64, table: &'static str) -> BackupError {
    match e {
        sqlx::Error::Database(e) => BackupError::Refused { line, table, why: e.to_string() },
        other => BackupError::Storage(StorageError::NotSaved(other.to_string())),
    }
}

/// Takes NUL out of a text; nothing where there is none.
fn without_nul(value: &mut Value) -> Option<()> {
    let Value::String(text) = value else { return None };
    if !text.contains('\0') {
        return None;
    }
    *text = text.replace('\0', "\u{fffd}");
    Some(())
}

type Insert = Query<'static, Any, AnyArguments>;

fn bound(query: Insert, value: Value, holds: Holds) -> Option<Insert> {
    Some(match (holds, value) {
        (Holds::Text, Value::Null) => query.bind(None::<String>),
        (Holds::Text, Value::String(text)) => query.bind(text),
        (Holds::Whole, Value::Null) => query.bind(None::<i64>),
        (Holds::Whole, Value::Number(number)) => query.bind(number.as_i64()?),
        (Holds::Real, Value::Null) => query.bind(None::<f64>),
        (Holds::Real, Value::Number(number)) => query.bind(number.as_f64()?),
        (Holds::Real, Value::String(word)) => query.bind(word.parse::<f64>().ok()?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_must_be_what_its_column_holds() {
        for (holds, value, fits) in [
            (Holds::Text, json!("a"), true),
            (Holds::Text, json!(1), false),
            (Holds::Whole, json!(i64::MIN), true),
            (Holds::Whole, json!(1.5), false),
            (Holds::Whole, json!("1"), false),
            (Holds::Real, json!(1.5), true),
            (Holds::Real, json!("inf"), true),
            (Holds::Real, json!("much"), false),
            (Holds::Real, json!(null), true),
            (Holds::Text, json!([]), false),
        ] {
            let query = sqlx::query("SELECT $1");
            assert_eq!(bound(query, value.clone(), holds).is_some(), fits, "{holds:?} {value}");
        }
    }
}
