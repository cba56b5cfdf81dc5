//! A copy of the whole database as lines of text, the same for SQLite and PostgreSQL.
//!
//! The first line is the [`Head`]: which tables with which columns and how many rows. Then come the rows, an array of
//! values each, table by table in the head's order; the last line is the [`Tail`], whose SHA-256 is that of all lines before it.
//! A copy is read in one transaction, so it shows one moment, and is given back in one, so all of it or nothing.

mod error;
mod reader;
mod restore;
mod tables;
mod take;

pub use error::BackupError;
pub use reader::Reader;
pub use restore::Restored;
use serde::{Deserialize, Serialize};

/// What a backup gives.
type Result<T> = std::result::Result<T, BackupError>;

/// The way a copy is written; one that is read differently gets the next number.
const FORMAT: u32 = 1;

/// The word by which a copy is known.
const MARK: &str = "backup";

/// The first line of a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Always `backup`.
    pilothouse: String,
    /// The way the copy is written.
    pub format: u32,
    /// The newest migration that the tables had seen.
    pub tables_version: i64,
    /// When it was taken, Unix ms.
    pub taken_unix_ms: i64,
    /// Version of the program that took it.
    pub by: String,
    /// The tables, in the order of their rows.
    pub tables: Vec<TableHead>,
}

/// A table of a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableHead {
    /// Its name.
    pub name: String,
    /// Its columns, in the order of a row's values.
    pub columns: Vec<String>,
    /// How many rows.
    pub rows: u64,
}

impl Head {
    /// Rows of a table; none where the copy lacks it.
    pub fn rows_of(&self, table: &str) -> u64 {
        self.tables.iter().find(|t| t.name == table).map_or(0, |t| t.rows)
    }

    /// Rows of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|t| t.rows).sum()
    }
}

/// The last line of a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Tail {
    /// How many rows stand between the first line and this.
    rows: u64,
    /// SHA-256 of all lines before this, with their line ends, in hexadecimal.
    sha256: String,
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|b| format!("{b:02x}")).collect()
}
