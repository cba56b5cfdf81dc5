//! Taking a copy: one read transaction, whose moment the copy shows while the server goes on writing.

use std::io::Write;

use futures::TryStreamExt;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, Connection, Row, any::AnyRow};

use super::{
    super::{Storage, now_ms, settle},
    BackupError, FORMAT, Head, MARK, Result, TableHead, Tail, hex,
    tables::{Catalog, Holds, MIGRATIONS, TABLES, Table, catalog, is_postgres, known_version},
};

/// Lines on their way out, and what they add up to.
struct Lines<'a> {
    out: &'a mut (dyn Write + Send),
    hash: Sha256,
    buffer: Vec<u8>,
}

impl Lines<'_> {
    fn put(&mut self, line: &impl Serialize) -> Result<()> {
        self.buffer.clear();
        serde_json::to_writer(&mut self.buffer, line).map_err(|e| BackupError::NotWritten(e.into()))?;
        self.buffer.push(b'\n');
        self.hash.update(&self.buffer);
        self.out.write_all(&self.buffer).map_err(BackupError::NotWritten)
    }
}

impl Storage {
    /// Writes a copy of all tables as of now. What the database lacks of our tables, because an older program made it, the
    /// copy lacks, too.
    ///
    /// # Errors
    /// When the database does not answer, or `out` does not take the copy.
    pub async fn back_up(&self, out: &mut (dyn Write + Send)) -> Result<Head> {
        let mut connection = self.connection().await?;
        let done = take(&mut connection, out).await;
        settle(connection, done).await
    }
}

async fn take(connection: &mut AnyConnection, out: &mut (dyn Write + Send)) -> Result<Head> {
    let mut tx = connection.begin().await?;
    if is_postgres(&tx) {
        // SQLite's snapshot needs no word: it begins with the first read
        sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY").execute(&mut *tx).await?;
    }
    let there = catalog(&mut tx).await?;
    let tables_version = version(&mut tx, &there).await?;
    let mut tables = Vec::new();
    for table in TABLES {
        tables.extend(head_of(&mut tx, &there, table).await?);
    }
    let by = env!("CARGO_PKG_VERSION").to_owned();
    let taken_unix_ms = now_ms();
    let head = Head { pilothouse: MARK.into(), format: FORMAT, tables_version, taken_unix_ms, by, tables };
    let mut lines = Lines { out, hash: Sha256::new(), buffer: Vec::new() };
    lines.put(&head)?;
    for table in &head.tables {
        rows_of(&mut tx, table, &mut lines).await?;
    }
    let tail = Tail { rows: head.rows(), sha256: hex(lines.hash.clone().finalize()) };
    lines.put(&tail)?;
    tx.rollback().await?;
    Ok(head)
}

async fn version(tx: &mut AnyConnection, there: &Catalog) -> Result<i64> {
    if !there.contains_key(MIGRATIONS) {
        return Err(BackupError::NoTables);
    }
    let newest = sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations");
    let found: Option<i64> = newest.fetch_one(tx).await?;
    match (found, known_version()) {
        (None, _) => Err(BackupError::NoTables),
        (Some(found), known) if found > known => Err(BackupError::NewerDatabase { found, known }),
        (Some(found), _) => Ok(found),
    }
}

/// What there is of a table.
async fn head_of(tx: &mut AnyConnection, there: &Catalog, table: &Table) -> Result<Option<TableHead>> {
    let Some(has) = there.get(table.name) else { return Ok(None) };
    let columns = table.columns.iter().map(|(name, _)| *name).filter(|name| has.contains_key(*name));
    let count = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {}", table.name));
    let rows: i64 = sqlx::query_scalar(count).fetch_one(tx).await?;
    Ok(Some(TableHead {
        name: table.name.to_owned(),
        columns: columns.map(str::to_owned).collect(),
        rows: rows.unsigned_abs(),
    }))
}

async fn rows_of(tx: &mut AnyConnection, head: &TableHead, lines: &mut Lines<'_>) -> Result<()> {
    let Some(table) = TABLES.iter().find(|t| t.name == head.name) else { return Ok(()) };
    let holds: Vec<Holds> = table
        .columns
        .iter()
        .filter(|(name, _)| head.columns.iter().any(|c| c == name))
        .map(|(_, h)| *h)
        .collect();
    let sql = format!("SELECT {} FROM {}", head.columns.join(", "), head.name);
    let mut rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch(tx);
    while let Some(row) = rows.try_next().await? {
        let values: std::result::Result<Vec<Value>, sqlx::Error> =
            holds.iter().enumerate().map(|(place, holds)| value(&row, place, *holds)).collect();
        lines.put(&values?)?;
    }
    Ok(())
}

/// A number that JSON has no word for is written as text.
fn value(row: &AnyRow, place: usize, holds: Holds) -> std::result::Result<Value, sqlx::Error> {
    Ok(match holds {
        Holds::Text => row.try_get::<Option<String>, _>(place)?.into(),
        Holds::Whole => row.try_get::<Option<i64>, _>(place)?.into(),
        Holds::Real => match row.try_get::<Option<f64>, _>(place)? {
            Some(number) if !number.is_finite() => number.to_string().into(),
            number => number.into(),
        },
    })
}
