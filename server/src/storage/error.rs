//! What can go wrong with the database, as its callers tell the cases apart.

/// The database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// A write did not happen: disk full, file read-only, database away. Nothing was changed.
    #[error("the database did not take the change, so nothing was saved: {0}")]
    NotSaved(String),
    /// What is kept of the sandbox is ahead of what this process has in memory, which must let go of it.
    #[error("this sandbox was written from elsewhere")]
    Fenced,
    /// The database cannot be opened, and what to do about it.
    #[error("{0}")]
    NotOpened(String),
    /// A read failed, or the database cannot be reached.
    #[error("the database did not answer: {0}")]
    Other(#[from] sqlx::Error),
}

/// What storage gives.
pub(super) type Result<T> = std::result::Result<T, StorageError>;

/// For writes.
pub(super) fn not_saved(e: sqlx::Error) -> StorageError {
    StorageError::NotSaved(e.to_string())
}
