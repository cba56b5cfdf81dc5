//! Backups: of each database into each, whole or not at all, of one moment, and refused with the way out.

mod command;

use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::mpsc,
    thread,
};

use serde_json::Value;
use server::storage::{
    ClassRow, NewEntry, Storage,
    backup::{BackupError, Head, Reader},
};
use wire::{
    console::{ConsoleEntry, Output},
    people::Decision,
};

use super::{
    storage::{entry, with_sandbox},
    support::{Folder, Postgres},
};

/// A copy as its bytes.
async fn copy_of(db: &Storage) -> (Head, String) {
    let mut bytes = Vec::new();
    let head = db.back_up(&mut bytes).await.unwrap();
    (head, String::from_utf8(bytes).unwrap())
}

async fn give(db: &Storage, copy: &str, replace: bool) -> Result<u64, BackupError> {
    let mut reader = Reader::open(copy.as_bytes())?;
    Ok(db.restore(&mut reader, replace).await?.nuls)
}

/// Each table's rows by their columns' names, in any order.
fn rows(copy: &str) -> BTreeMap<String, Vec<String>> {
    let mut lines = copy.lines();
    let head: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    let mut all = BTreeMap::new();
    for table in head["tables"].as_array().unwrap() {
        let mut rows: Vec<String> =
            lines.by_ref().take(table["rows"].as_u64().unwrap() as usize).map(str::to_owned).collect();
        rows.sort();
        all.insert(format!("{} {}", table["name"], table["columns"]), rows);
    }
    assert!(lines.next().unwrap().contains("sha256"));
    assert_eq!(lines.next(), None);
    all
}

/// A database with something in every table, the odd among it.
async fn filled(url: &str, odd: &str) -> Storage {
    let (db, id) = with_sandbox(url).await;
    let row = db.sandbox(&id).await.unwrap().unwrap();
    let epoch = db.take(&id, "one").await.unwrap();
    for (seq, request) in [(1, "{\"n\":\"가\\u0000\"}"), (2, "")] {
        db.append_entry(NewEntry {
            act: Some(("unplug", i64::MIN)),
            ..entry(&id, seq, 70_000 + seq, request, epoch)
        })
        .await
        .unwrap();
    }
    let beginning = server::storage::Beginning {
        lesson_version: "v".into(),
        seed: i64::MAX,
        epoch_unix_ms: 3,
        world: "\u{1f6a2}\r\n\t\"'\\".into(),
        world_hash: String::new(),
        start_ms: 4,
    };
    db.start_run(&id, &beginning).await.unwrap();
    db.fork_run(&id, 82_000, wire::run::RunKind::Own).await.unwrap();
    db.lock_prediction(&id, 1, "first", 1).await.unwrap();
    db.open_hint(&id, 2).await.unwrap();
    let mut output = Output::default();
    output.push(true, odd);
    output.push(false, "\u{2028}");
    db.append_console(&id, 1, &ConsoleEntry { line: odd.into(), output, exit_code: -1, at_ms: 0 })
        .await
        .unwrap();
    db.append_history(&row.learner_id, odd).await.unwrap();
    db.keep_file(&id, "a.yaml", Some("")).await.unwrap();
    db.save_verdict(&id, 1, "a", "passed", 1, "[]").await.unwrap();
    for (measure, value) in
        [("third", 1.0 / 3.0), ("whole", 12.0), ("tiny", f64::MIN_POSITIVE), ("inf", f64::NEG_INFINITY)]
    {
        db.save_measure(&id, 1, measure, value, 1).await.unwrap();
    }
    db.answer_transfer(&id, "a", "a", 0).await.unwrap();
    db.keep_widget(&row.learner_id, "21", "race", "script=%0A").await.unwrap();
    with_people(&db, &row.learner_id, &id).await;
    db
}

/// What a class leaves behind.
async fn with_people(db: &Storage, learner: &str, sandbox: &str) {
    assert!(db.name_learner(learner, "서유나", "$argon2id$").await.unwrap());
    db.create_key("key", Some(learner), i64::from(u32::MAX)).await.unwrap();
    db.create_token(learner, "token", "a b", "read judge", 1).await.unwrap();
    db.secret("cookie-key", "00").await.unwrap();
    let class = ClassRow {
        id: "k".into(),
        name: "금".into(),
        code: "AAAAAA".into(),
        starts_ms: i64::MIN,
        ends_ms: i64::MAX,
    };
    assert!(db.create_class(&class, learner).await.unwrap());
    db.assign("k", "21", None).await.unwrap();
    db.judge((sandbox, 1), (learner, "g"), Decision::Accept, "", None).await.unwrap().unwrap();
    db.copy_attempt(learner, sandbox, 1).await.unwrap();
}

async fn there_and_back(from: &str, to: &str) {
    let source = filled(from, "가 \u{7f}").await;
    let (head, copy) = copy_of(&source).await;
    let unfilled: Vec<&str> = head.tables.iter().filter(|t| t.rows == 0).map(|t| t.name.as_str()).collect();
    assert_eq!(unfilled, [""; 0], "have `filled` put a row into each new table");
    let target = Storage::open(to).await.unwrap();
    assert_eq!(give(&target, &copy, false).await.unwrap(), 0);
    let (_, again) = copy_of(&target).await;
    assert_eq!(rows(&again), rows(&copy));
    assert_eq!(
        target.visitor("hash").await.unwrap().map(|v| v.id),
        source.visitor("hash").await.unwrap().map(|v| v.id)
    );

    // what is there is not written over, unless that is wanted: then it goes, and nobody who has a sandbox open writes to its successor
    let refused = give(&target, &copy, false).await.unwrap_err();
    assert!(matches!(refused, BackupError::NotEmpty { table: "learners", rows: 2 }), "{refused}");
    target.create_learner("other").await.unwrap();
    target.take("sb-a", "two").await.unwrap();
    let open = target.sandbox("sb-a").await.unwrap().unwrap();
    give(&target, &copy, true).await.unwrap();
    assert_eq!(target.visitor("other").await.unwrap().map(|v| v.id), None);
    let now = target.sandbox("sb-a").await.unwrap().unwrap();
    assert!(now.fencing_epoch > open.fencing_epoch, "{} {}", now.fencing_epoch, open.fencing_epoch);
    let stale = target
        .append_entry(NewEntry { run: now.run, ..entry("sb-a", 9, 90_000, "{}", open.fencing_epoch) })
        .await;
    assert!(stale.is_err(), "{stale:?}");
}

/// A copy with one part of it changed.
fn changed(copy: &str, from: &str, to: &str) -> String {
    assert!(copy.contains(from), "{from}");
    copy.replacen(from, to, 1)
}

async fn the_damaged_is_refused_whole(url: &str) {
    let db = filled(url, "x").await;
    let (head, copy) = copy_of(&db).await;
    let before = rows(&copy);
    let last = copy.trim_end().rfind('\n').unwrap() + 1;
    let middle = copy.lines().take(5).map(str::len).sum::<usize>() + 5 + 3;
    let version = format!("\"tables_version\":{}", head.tables_version);
    for (what, copy, words) in [
        ("nothing", String::new(), "this is no backup of Pilothouse"),
        ("a text", "Dear backup,\nhow are you?\n".into(), "this is no backup of Pilothouse"),
        ("other JSON", "{\"a\":1}\n".into(), "its first line is another"),
        (
            "a newer format",
            changed(&copy, "\"format\":1", "\"format\":2"),
            "the backup has the format 2, and this program reads up to 1",
        ),
        (
            "newer tables",
            changed(&copy, &version, "\"tables_version\":9999"),
            "restore it with the program that wrote it",
        ),
        (
            "an unknown table",
            changed(&copy, "\"hints\"", "\"hunts\""),
            "damaged at line 1: there is no table \"hunts\"",
        ),
        ("an unknown column", changed(&copy, "\"opened\"", "\"closed\""), "hints has no column \"closed\""),
        ("a file cut at a line", copy[..last].into(), "the file ends here"),
        ("a file cut within a line", copy[..middle].into(), "damaged at line 6"),
        ("a changed letter", changed(&copy, "first", "wurst"), "the checksum is"),
        ("a line too many", format!("{copy}\n"), "there is more after the last line"),
        ("a line too few", changed(&copy, "\"rows\":1}", "\"rows\":0}"), "damaged at line"),
        (
            "a value of another kind",
            changed(&copy, ",\"first\",1]", ",\"first\",\"1\"]"),
            "a value is not what its column holds",
        ),
        (
            "an orphan",
            changed(&copy, "[\"sb-a\",1,\"first\"", "[\"sb-z\",1,\"first\""),
            "a row of predictions, and nothing was changed",
        ),
    ] {
        let refused = give(&db, &copy, true).await.unwrap_err().to_string();
        assert!(refused.contains(words), "{what}: {refused}");
        assert_eq!(rows(&copy_of(&db).await.1), before, "{what}");
    }
}

/// Takes what is written, and at the first of it has something done, and waits until it is.
struct Meanwhile {
    bytes: Vec<u8>,
    begin: Option<mpsc::Sender<()>>,
    done: mpsc::Receiver<()>,
}

impl Write for Meanwhile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(begin) = self.begin.take() {
            begin.send(()).unwrap();
            self.done.recv().unwrap();
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn a_copy_shows_one_moment(url: &str) {
    let (db, id) = with_sandbox(url).await;
    let epoch = db.take(&id, "one").await.unwrap();
    db.append_entry(entry(&id, 1, 70_000, "{}", epoch)).await.unwrap();
    let (_, before) = copy_of(&db).await;
    let (begin, begun) = mpsc::channel();
    let (end, done) = mpsc::channel();
    let url = url.to_owned();
    let writer = thread::spawn(move || {
        begun.recv().unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let db = Storage::open(&url).await.unwrap();
            db.append_entry(entry(&id, 2, 80_000, "{}", epoch)).await.unwrap();
            db.create_learner("meanwhile").await.unwrap();
            db.close().await;
        });
        end.send(()).unwrap();
    });
    let mut out = Meanwhile { bytes: Vec::new(), begin: Some(begin), done };
    db.back_up(&mut out).await.unwrap();
    writer.join().unwrap();
    assert_eq!(rows(&String::from_utf8(out.bytes).unwrap()), rows(&before), "what came later is not in it");
    assert_ne!(rows(&copy_of(&db).await.1), rows(&before), "it did come");
}

async fn every_table_is_in_it(url: &str) {
    let db = Storage::open(url).await.unwrap();
    assert_eq!(
        db.not_backed_up().await.unwrap(),
        [""; 0],
        "have server/src/storage/backup/tables.rs list what a migration brought"
    );
    // and if one were forgotten, it would be found
    let other = sqlx::AnyPool::connect(url).await.unwrap();
    for sql in
        ["CREATE TABLE extra (a TEXT)", "ALTER TABLE hints ADD COLUMN more TEXT", "DROP TABLE measures"]
    {
        sqlx::query(sql).execute(&other).await.unwrap();
    }
    other.close().await;
    let expect = ["hints.more is not listed", "measures is not there", "extra is not listed"];
    assert_eq!(db.not_backed_up().await.unwrap(), expect);
}

/// A database that an older program made is copied as it is, and given to tables of today.
async fn an_older_database_is_copied_too(url: &str, to: &str) {
    let db = filled(url, "x").await;
    let (head, _) = copy_of(&db).await;
    let other = sqlx::AnyPool::connect(url).await.unwrap();
    for sql in [
        "DROP TABLE widget_answers",
        "DROP TABLE judgements",
        "DROP TABLE copies",
        "DROP TABLE assignments",
        "DROP TABLE class_members",
        "DROP TABLE classes",
        "DROP TABLE api_tokens",
        "DROP TABLE one_time_keys",
        "DROP TABLE secrets",
        "DROP INDEX learners_by_login",
        "ALTER TABLE learners DROP COLUMN login",
        "ALTER TABLE learners DROP COLUMN name",
        "ALTER TABLE learners DROP COLUMN password_hash",
        "ALTER TABLE learners DROP COLUMN role",
        "ALTER TABLE sessions DROP COLUMN id",
        "ALTER TABLE sessions DROP COLUMN agent",
        "ALTER TABLE sandboxes DROP COLUMN lesson_version",
        "ALTER TABLE runs DROP COLUMN lesson_version",
        "ALTER TABLE acts DROP COLUMN silent",
        "DELETE FROM _sqlx_migrations WHERE version > 5",
    ] {
        sqlx::query(sql).execute(&other).await.unwrap();
    }
    other.close().await;
    let db = Storage::open_as_it_is(url).await.unwrap();
    let (older, copy) = copy_of(&db).await;
    assert_eq!((older.tables_version, older.tables.len()), (5, head.tables.len() - 9));
    let target = Storage::open(to).await.unwrap();
    give(&target, &copy, false).await.unwrap();
    assert_eq!(target.acts("sb-a", 1).await.unwrap(), [("unplug".to_owned(), i64::MIN, false)]);
}

async fn what_holds_nothing_of_ours_is_not_copied(url: &str) {
    sqlx::any::install_default_drivers();
    let other = sqlx::AnyPool::connect(url).await.unwrap();
    sqlx::query("CREATE TABLE theirs (a TEXT)").execute(&other).await.unwrap();
    let db = Storage::open_as_it_is(url).await.unwrap();
    let none = db.back_up(&mut Vec::new()).await.unwrap_err();
    assert!(matches!(none, BackupError::NoTables), "{none}");
    let db = Storage::open(url).await.unwrap();
    db.back_up(&mut Vec::new()).await.unwrap();
    sqlx::query("UPDATE _sqlx_migrations SET version = 9999 WHERE version = 1")
        .execute(&other)
        .await
        .unwrap();
    other.close().await;
    let newer = db.back_up(&mut Vec::new()).await.unwrap_err().to_string();
    assert!(newer.contains("have version 9999") && newer.contains("with the newer program"), "{newer}");
}

#[tokio::test]
async fn sqlite_into_sqlite() {
    let (a, b) = (Folder::new(), Folder::new());
    there_and_back(&a.sqlite(), &b.sqlite()).await;
}

#[tokio::test]
async fn sqlite_is_copied_whole_or_not_at_all() {
    let folder = || Folder::new();
    let all: [Folder; 6] = std::array::from_fn(|_| folder());
    let url = |i: usize| all[i].sqlite();
    the_damaged_is_refused_whole(&url(0)).await;
    a_copy_shows_one_moment(&url(1)).await;
    every_table_is_in_it(&url(2)).await;
    an_older_database_is_copied_too(&url(3), &url(4)).await;
    what_holds_nothing_of_ours_is_not_copied(&url(5)).await;
}

#[tokio::test]
async fn postgres_and_sqlite_into_each_other() {
    let Some(postgres) = Postgres::start() else { return };
    let folders = [Folder::new(), Folder::new(), Folder::new()];
    let url = |name: &str| postgres.database(name);
    there_and_back(&url("a"), &url("b")).await;
    there_and_back(&folders[0].sqlite(), &url("c")).await;
    there_and_back(&url("d"), &folders[1].sqlite()).await;
    the_damaged_is_refused_whole(&url("e")).await;
    a_copy_shows_one_moment(&url("f")).await;
    every_table_is_in_it(&url("g")).await;
    an_older_database_is_copied_too(&url("h"), &url("i")).await;
    what_holds_nothing_of_ours_is_not_copied(&url("j")).await;

    // a NUL, which SQLite can hold and PostgreSQL cannot, hinders nothing
    let odd = filled(&folders[2].sqlite(), "a\0b").await;
    let target = Storage::open(&url("k")).await.unwrap();
    assert_eq!(give(&target, &copy_of(&odd).await.1, false).await.unwrap(), 5);
    assert_eq!(target.console("sb-a", 1, 1).await.unwrap()[0].line, "a\u{fffd}b");
}
