//! What can go wrong with a backup, and the way out of each.

use std::io;

use super::super::StorageError;

/// A copy was not taken, or not given back. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The copy could not be written.
    #[error("the backup could not be written ({0}): make room, or choose another place")]
    NotWritten(io::Error),
    /// There are no tables of ours.
    #[error("this database holds nothing of Pilothouse: name another one by DATABASE_URL or --data")]
    NoTables,
    /// The database was brought up to date by a newer program.
    #[error(
        "the database's tables have version {found}, and this program knows them up to {known}: take the backup with the \
         newer program"
    )]
    NewerDatabase {
        /// The database's.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The file is something else.
    #[error("this is no backup of Pilothouse ({0}): expected a file that `pilothouse backup` wrote")]
    NotABackup(String),
    /// A newer program wrote the file.
    #[error(
        "the backup has {what} {found}, and this program reads up to {known}: restore it with the program that wrote it \
         ({by}) or a newer one"
    )]
    NewerBackup {
        /// What is newer.
        what: &'static str,
        /// The backup's.
        found: i64,
        /// Ours.
        known: i64,
        /// Version of the program that wrote it.
        by: String,
    },
    /// The file is not as it was written.
    #[error(
        "the backup is damaged at line {line}: {why}. Nothing was changed. Copy the file again from where it was kept, or take \
         an older backup"
    )]
    Damaged {
        /// From 1.
        line: u64,
        /// What is wrong there.
        why: String,
    },
    /// The database has something already.
    #[error(
        "the database is not empty ({rows} rows in {table}), and nothing was changed: restore into an empty one, or with \
         --replace, which deletes what is there"
    )]
    NotEmpty {
        /// The first table that has rows.
        table: &'static str,
        /// How many.
        rows: i64,
    },
    /// The database did not take a row.
    #[error("the database did not take line {line}, a row of {table}, and nothing was changed: {why}")]
    Refused {
        /// From 1.
        line: u64,
        /// Its table.
        table: &'static str,
        /// In the database's words.
        why: String,
    },
    /// The database failed otherwise.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<sqlx::Error> for BackupError {
    fn from(e: sqlx::Error) -> Self {
        Self::Storage(e.into())
    }
}
