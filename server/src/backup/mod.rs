//! `pilothouse backup` and `pilothouse restore`: a copy of the database as a file, compressed where its name ends in `.gz`.

mod file;

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use flate2::{Compression, bufread::MultiGzDecoder, write::GzEncoder};

use self::file::NewFile;
use crate::{
    config,
    serve::asked_to_stop,
    storage::{
        Storage,
        backup::{Head, Reader},
    },
};

/// How a compressed file begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Flags of `backup`. The database is the one of DATABASE_URL, else pilothouse.sqlite in the data folder.
#[derive(Clone, Debug, Args)]
pub struct BackupArgs {
    /// The file to be written; compressed, where its name ends in .gz.
    pub file: PathBuf,
    /// Write over a file that is there.
    #[arg(long)]
    pub force: bool,
    /// Folder of the database.
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
}

/// Flags of `restore`. The database is the one of DATABASE_URL, else pilothouse.sqlite in the data folder.
#[derive(Clone, Debug, Args)]
pub struct RestoreArgs {
    /// A file that `backup` wrote, of SQLite or of PostgreSQL.
    pub file: PathBuf,
    /// Delete what the database holds.
    #[arg(long)]
    pub replace: bool,
    /// Folder of the database.
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
}

/// Writes a copy of the database as of now into a file; a server may go on meanwhile. The file is whole or not there.
///
/// # Errors
/// What hinders it, with the way out.
pub async fn back_up(args: BackupArgs) -> Result<()> {
    let shown = args.file.display();
    if !args.force && args.file.exists() {
        bail!("{shown} is there already: choose another name, or write over it with --force");
    }
    let storage = there(&args.data).await?;
    let left_out = storage.not_backed_up().await?;
    let file = NewFile::beside(&args.file)?;
    let taken = tokio::select! {
        taken = write(&storage, file.open()?, &args.file) => taken,
        stopped = asked_to_stop() => stopped.and_then(|()| bail!("it was stopped before its end, and {shown} is not written")),
    };
    let head = taken.with_context(|| format!("cannot back up into {shown}"))?;
    let bytes = file.put(&args.file)?;
    storage.close().await;
    println!("{shown}: {} ({} KiB)", words(&head), bytes.div_ceil(1024));
    for what in left_out.iter().filter(|what| what.ends_with("not listed")) {
        eprintln!(
            "pilothouse: not in the backup, as it is not Pilothouse's own: {}",
            what.trim_end_matches(" is not listed")
        );
    }
    Ok(())
}

/// Gives a database what a file holds: all of it, or nothing.
///
/// # Errors
/// What hinders it, with the way out. Then nothing has changed.
pub async fn restore(args: RestoreArgs) -> Result<()> {
    let shown = args.file.display();
    let why = || format!("cannot restore {shown}");
    let file = File::open(&args.file).with_context(why)?;
    let mut copy = Reader::open(plain(BufReader::new(file)).with_context(why)?).with_context(why)?;
    if config::database_url_set().is_none() {
        let dir = args.data.display();
        fs::create_dir_all(&args.data)
            .with_context(|| format!("cannot make the folder {dir}; choose another with --data"))?;
    }
    let storage =
        Storage::open(&config::database_url(&args.data)).await.context("cannot open the database")?;
    let restored = storage.restore(&mut copy, args.replace).await.with_context(why)?;
    storage.close().await;
    println!("restored {shown}: {}", words(copy.head()));
    if restored.nuls > 0 {
        eprintln!(
            "pilothouse: {} texts held the character NUL, which PostgreSQL cannot keep: U+FFFD stands in its place",
            restored.nuls
        );
    }
    Ok(())
}

/// The database as it is: nothing is made, and its tables stay of their version.
async fn there(data: &Path) -> Result<Storage> {
    let url = config::database_url(data);
    let file = config::sqlite_file(data);
    if config::database_url_set().is_none() && !file.exists() {
        bail!(
            "there is no database {}: name its folder with --data, or its address in DATABASE_URL",
            file.display()
        );
    }
    let url = url.replace("mode=rwc", "mode=rw");
    Storage::open_as_it_is(&url)
        .await
        .context("cannot open the database (DATABASE_URL, else pilothouse.sqlite in the data folder)")
}

async fn write(storage: &Storage, file: File, name: &Path) -> Result<Head> {
    let mut out = BufWriter::new(file);
    let head = if name.extension().is_some_and(|e| e == "gz") {
        let mut zipped = GzEncoder::new(out, Compression::default());
        let head = storage.back_up(&mut zipped).await?;
        out = zipped.finish()?;
        head
    } else {
        storage.back_up(&mut out).await?
    };
    out.flush()?;
    Ok(head)
}

/// The lines of a file, whether they are compressed or not.
fn plain(mut file: BufReader<File>) -> Result<Box<dyn BufRead + Send>> {
    let is_zipped = file.fill_buf()?.starts_with(&GZIP);
    Ok(if is_zipped { Box::new(BufReader::new(MultiGzDecoder::new(file))) } else { Box::new(file) })
}

fn words(head: &Head) -> String {
    let at = jiff::Timestamp::from_millisecond(head.taken_unix_ms)
        .map_or_else(|_| "?".into(), |t| format!("{t:.0}"));
    let (learners, sandboxes, actions) =
        (head.rows_of("learners"), head.rows_of("sandboxes"), head.rows_of("journals"));
    format!(
        "{} rows as of {at}, of {learners} learners and {sandboxes} sandboxes with {actions} actions",
        head.rows()
    )
}
