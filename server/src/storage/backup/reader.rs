//! A copy that is read: its head at once, its rows one after another, and at the end whether it is whole.

use std::io::{BufRead, Read};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    BackupError, FORMAT, Head, MARK, Result, Tail, hex,
    tables::{Holds, TABLES, Table, known_version},
};

/// The head of another file may go on for ever.
const HEAD_BYTES_MAX: u64 = 1024 * 1024;

/// A copy, read as far as its head.
pub struct Reader<R> {
    input: R,
    hash: Sha256,
    /// The line that was read last, from 1.
    line: u64,
    buffer: Vec<u8>,
    head: Head,
}

impl<R: BufRead> Reader<R> {
    /// Reads the head.
    ///
    /// # Errors
    /// When this is no backup, one of a newer program, or one whose head is damaged.
    pub fn open(mut input: R) -> Result<Self> {
        let mut buffer = Vec::new();
        let read = input.by_ref().take(HEAD_BYTES_MAX).read_until(b'\n', &mut buffer);
        read.map_err(|e| BackupError::NotABackup(e.to_string()))?;
        let head = head(&buffer)?;
        let mut hash = Sha256::new();
        hash.update(&buffer);
        Ok(Self { input, hash, line: 1, buffer, head })
    }

    /// What it holds.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The line that was read last, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    pub(super) fn damaged(&self, why: impl Into<String>) -> BackupError {
        BackupError::Damaged { line: self.line, why: why.into() }
    }

    /// The next row, with as many values as its table has columns.
    pub(super) fn row(&mut self, columns: usize) -> Result<Vec<Value>> {
        self.read()?;
        self.hash.update(&self.buffer);
        let row: Vec<Value> =
            serde_json::from_slice(&self.buffer).map_err(|e| self.damaged(format!("it is no row ({e})")))?;
        if row.len() != columns {
            return Err(
                self.damaged(format!("the row has {} values, and its table {columns} columns", row.len()))
            );
        }
        Ok(row)
    }

    /// Is all as it was written? Asked after the last row.
    pub(super) fn end(&mut self) -> Result<()> {
        let sha256 = hex(self.hash.clone().finalize());
        self.read()?;
        let tail: Tail = serde_json::from_slice(&self.buffer)
            .map_err(|_| self.damaged("the last line was expected here, with the checksum"))?;
        if tail.rows != self.head.rows() {
            return Err(self.damaged(format!(
                "{} rows were written, and {} are here",
                tail.rows,
                self.head.rows()
            )));
        }
        if tail.sha256 != sha256 {
            return Err(self.damaged(format!("the checksum is {sha256}, and {} was written", tail.sha256)));
        }
        self.buffer.clear();
        match self.input.read_until(b'\n', &mut self.buffer) {
            Ok(0) => Ok(()),
            Ok(_) => Err(self.damaged("there is more after the last line")),
            Err(e) => Err(self.damaged(e.to_string())),
        }
    }

    fn read(&mut self) -> Result<()> {
        self.line += 1;
        self.buffer.clear();
        let read = self.input.read_until(b'\n', &mut self.buffer);
        read.map_err(|e| self.damaged(e.to_string()))?;
        if self.buffer.last() != Some(&b'\n') {
            return Err(self.damaged("the file ends here, before its last line"));
        }
        Ok(())
    }
}

fn head(line: &[u8]) -> Result<Head> {
    let read: Value = serde_json::from_slice(line).map_err(|e| BackupError::NotABackup(e.to_string()))?;
    if read["pilothouse"] != MARK {
        return Err(BackupError::NotABackup("its first line is another".into()));
    }
    let number = |name: &str| read[name].as_i64().unwrap_or_default();
    for (what, found, known) in [
        ("the format", number("format"), i64::from(FORMAT)),
        ("tables of version", number("tables_version"), known_version()),
    ] {
        if found > known {
            let by = read["by"].as_str().unwrap_or_default().to_owned();
            return Err(BackupError::NewerBackup { what, found, known, by });
        }
    }
    let damaged = |why: String| BackupError::Damaged { line: 1, why };
    let head: Head = serde_json::from_value(read).map_err(|e| damaged(e.to_string()))?;
    for table in &head.tables {
        columns(&table.name, &table.columns).map_err(damaged)?;
    }
    Ok(head)
}

/// The table of a name, and what these columns of it hold.
pub(super) fn columns(
    name: &str,
    columns: &[String],
) -> std::result::Result<(&'static Table, Vec<Holds>), String> {
    let table =
        TABLES.iter().find(|t| t.name == name).ok_or_else(|| format!("there is no table {name:?}"))?;
    let holds = |column: &String| {
        let known = table.columns.iter().find(|(name, _)| name == column);
        known.map(|(_, holds)| *holds).ok_or_else(|| format!("{name} has no column {column:?}"))
    };
    Ok((table, columns.iter().map(holds).collect::<std::result::Result<_, _>>()?))
}
