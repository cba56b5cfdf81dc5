//! Storage against real databases: every case on a SQLite file and on a PostgreSQL.

use server::storage::{Beginning, NewEntry, SandboxRow, Storage, StorageError};
use wire::{
    console::{ConsoleEntry, Output},
    run::RunKind,
};

use super::{
    storage_people::{classes_and_who_may_judge, names_and_sessions, work_moves_and_goes_with_its_owner},
    support::{Folder, Postgres},
};

/// Each case as a test of its own on SQLite, and all of them on one PostgreSQL.
macro_rules! on_both {
    ($($case:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $case() {
                let folder = super::Folder::new();
                super::$case(&folder.sqlite()).await;
            })*
        }

        #[tokio::test]
        async fn postgres_does_the_same() {
            let Some(postgres) = Postgres::start() else { return };
            $(
                println!("{}", stringify!($case));
                $case(&postgres.database(stringify!($case))).await;
            )*
        }
    };
}

on_both!(
    learners_and_sandboxes_outlive_the_process,
    the_journal_takes_only_its_owner,
    an_act_is_kept_with_its_entry_or_not_at_all,
    progress_of_an_experiment,
    runs_branch_and_are_kept,
    questions_come_again,
    numbers_of_runs_are_kept,
    the_console_keeps_order_and_bounds,
    names_and_sessions,
    work_moves_and_goes_with_its_owner,
    classes_and_who_may_judge,
    the_last_of_each_widget_is_kept,
);

pub async fn open(url: &str) -> Storage {
    Storage::open(url).await.unwrap()
}

pub fn row(learner: &str, experiment: &str, touched_ms: i64) -> SandboxRow {
    SandboxRow {
        id: format!("sb-{experiment}"),
        learner_id: learner.into(),
        lesson: "21-why".into(),
        lesson_version: "v".into(),
        experiment: experiment.into(),
        run: 1,
        seed: -7,
        epoch_unix_ms: 1_700_000_000_000,
        world: "nodes: []".into(),
        world_hash: "h".into(),
        start_ms: 60_000,
        clock_ms: 60_000,
        speed: 20,
        paused: true,
        token: "t".into(),
        owner: String::new(),
        fencing_epoch: 0,
        created_ms: 1,
        touched_ms,
    }
}

pub fn entry<'a>(
    sandbox: &'a str,
    seq: i64,
    at_ms: i64,
    request_json: &'a str,
    fencing_epoch: i64,
) -> NewEntry<'a> {
    NewEntry { sandbox, run: 1, seq, at_ms, request_json, engine_version: "e1", fencing_epoch, act: None }
}

pub async fn with_sandbox(url: &str) -> (Storage, String) {
    let db = open(url).await;
    let learner = db.create_learner("hash").await.unwrap();
    let sandbox = row(&learner, "a", 5);
    db.create_sandbox(&sandbox).await.unwrap();
    (db, sandbox.id)
}

async fn learners_and_sandboxes_outlive_the_process(url: &str) {
    let db = open(url).await;
    db.ping().await.unwrap();
    let learner = db.create_learner("hash").await.unwrap();
    let (a, b) = (row(&learner, "a", 5), row(&learner, "b", 9));
    db.create_sandbox(&a).await.unwrap();
    db.create_sandbox(&b).await.unwrap();
    // a second one for the same experiment changes nothing
    db.create_sandbox(&SandboxRow { id: "other".into(), ..a.clone() }).await.unwrap();
    let orphan = db.create_sandbox(&row("nobody", "a", 0)).await;
    assert!(matches!(orphan, Err(StorageError::NotSaved(_))), "{orphan:?}");
    db.close().await;

    let db = open(url).await;
    assert_eq!(db.visitor("hash").await.unwrap().map(|v| v.id), Some(learner.clone()));
    assert_eq!(db.visitor("forged").await.unwrap().map(|v| v.id), None);
    assert_eq!(db.sandbox(&a.id).await.unwrap(), Some(a.clone()));
    assert_eq!(db.sandbox("other").await.unwrap(), None);
    assert_eq!(db.sandbox_of(&learner, "21-why", "b").await.unwrap(), Some(b.clone()));
    assert_eq!(db.sandbox_of("somebody", "21-why", "b").await.unwrap(), None);
    assert_eq!(db.sandboxes_of(&learner).await.unwrap(), [b, a.clone()]);
    db.touch(&a.id).await.unwrap();
    assert_eq!(db.sandboxes_of(&learner).await.unwrap()[0].id, a.id);
}

async fn the_journal_takes_only_its_owner(url: &str) {
    let (db, id) = with_sandbox(url).await;
    let first = db.take(&id, "one").await.unwrap();
    db.append_entry(entry(&id, 1, 70_000, "{\"n\":1}", first)).await.unwrap();
    let second = db.take(&id, "two").await.unwrap();
    assert_eq!((first, second), (1, 2));
    let late = db.append_entry(entry(&id, 2, 80_000, "{}", first)).await;
    assert!(matches!(late, Err(StorageError::Fenced)), "{late:?}");
    db.append_entry(entry(&id, 2, 75_000, "{\"n\":2}", second)).await.unwrap();
    let twice = db.append_entry(entry(&id, 2, 99_000, "{}", second)).await;
    assert!(matches!(twice, Err(StorageError::Fenced)), "{twice:?}");
    assert!(db.take("none", "two").await.is_err());

    let kept = [(70_000, "{\"n\":1}".to_owned()), (75_000, "{\"n\":2}".to_owned())];
    assert_eq!(db.entries(&id, 1).await.unwrap(), kept);
    assert_eq!(
        db.sandbox(&id).await.unwrap().unwrap().clock_ms,
        75_000,
        "a refused entry leaves the clock alone"
    );

    db.save_clock(&id, 1, 90_000, 60, false).await.unwrap();
    let at = db.sandbox(&id).await.unwrap().unwrap();
    assert_eq!((at.clock_ms, at.speed, at.paused, at.owner.as_str()), (90_000, 60, false, "two"));
    db.save_clock(&id, 7, 10, 1, true).await.unwrap();
    assert_eq!(db.sandbox(&id).await.unwrap().unwrap().clock_ms, 90_000, "another run's clock");
    assert_eq!(db.start_run(&id, &beginning(8, "w")).await.unwrap(), 2);
    let at = db.sandbox(&id).await.unwrap().unwrap();
    assert_eq!((at.run, at.seed, at.epoch_unix_ms, at.start_ms, at.clock_ms), (2, 8, 3, 4, 4));
    assert_eq!((at.speed, at.paused), (1, false));
    assert_eq!((at.world.as_str(), at.world_hash.as_str()), ("w", "wh"));
    assert!(db.entries(&id, 2).await.unwrap().is_empty());
}

async fn an_act_is_kept_with_its_entry_or_not_at_all(url: &str) {
    let (db, id) = with_sandbox(url).await;
    let epoch = db.take(&id, "one").await.unwrap();
    for (seq, epoch, act, at_ms, kept) in [
        (1, epoch, "scale", 9, true),
        (1, epoch, "unplug", 3, false),
        (2, epoch - 1, "unplug", 3, false),
        (2, epoch, "unplug", 3, true),
        (3, epoch, "scale", 12, true),
    ] {
        let new = NewEntry { act: Some((act, at_ms)), ..entry(&id, seq, 70_000, "{}", epoch) };
        assert_eq!(db.append_entry(new).await.is_ok(), kept, "{seq} {act}");
    }
    assert_eq!(db.acts(&id, 1).await.unwrap(), [("unplug".into(), 3, false), ("scale".into(), 9, false)]);
    db.remove_act(&id, 1, "unplug").await.unwrap();
    db.keep_silent_act(&id, 1, "look", 12).await.unwrap();
    assert_eq!(db.acts(&id, 1).await.unwrap(), [("scale".into(), 9, false), ("look".into(), 12, true)]);
    assert!(db.acts(&id, 2).await.unwrap().is_empty());
}

async fn progress_of_an_experiment(url: &str) {
    let (db, id) = with_sandbox(url).await;
    assert_eq!(db.prediction(&id, 1).await.unwrap(), None);
    db.lock_prediction(&id, 1, "first", 1).await.unwrap();
    db.lock_prediction(&id, 1, "second", 2).await.unwrap();
    assert_eq!(db.prediction(&id, 1).await.unwrap(), Some(("first".into(), 1)));

    let mut opened = vec![db.hints(&id).await.unwrap(), db.open_hint(&id, 0).await.unwrap()];
    for _ in 0..3 {
        opened.push(db.open_hint(&id, 2).await.unwrap());
    }
    assert_eq!((opened.as_slice(), db.hints(&id).await.unwrap()), ([0, 0, 1, 2, 2].as_slice(), 2));

    for (check, verdict) in [("a", "failed"), ("b", "passed"), ("a", "passed"), ("c", "failed")] {
        db.save_verdict(&id, 1, check, verdict, 1, "[]").await.unwrap();
    }
    let row = db.sandbox(&id).await.unwrap().unwrap();
    let passed = async || db.passed_checks(&row.learner_id, &row.lesson).await.unwrap();
    let kept = |run: i64, check: &str| (row.experiment.clone(), run, check.to_owned());
    assert_eq!(passed().await, [kept(1, "a"), kept(1, "b")]);
    assert_eq!(db.fork_run(&id, 9, RunKind::Shown).await.unwrap(), 2);
    db.save_verdict(&id, 2, "c", "passed", 1, "[]").await.unwrap();
    assert_eq!(passed().await, [kept(1, "a"), kept(1, "b")], "what was shown passes nothing");
    assert_eq!(db.fork_run(&id, 9, RunKind::Own).await.unwrap(), 3);
    db.save_verdict(&id, 3, "c", "passed", 1, "[]").await.unwrap();
    assert_eq!(passed().await, [kept(1, "a"), kept(1, "b"), kept(3, "c")]);
}

async fn runs_branch_and_are_kept(url: &str) {
    let (db, id) = with_sandbox(url).await;
    let epoch = db.take(&id, "one").await.unwrap();
    for (seq, at_ms) in [(1, 70_000), (2, 80_000), (3, 90_000)] {
        let act = Some(("unplug", at_ms)).filter(|_| seq == 2);
        db.append_entry(NewEntry { act, ..entry(&id, seq, at_ms, "{}", epoch) }).await.unwrap();
    }
    db.lock_prediction(&id, 1, "first", 85_000).await.unwrap();
    let said = |line: &str, at_ms| ConsoleEntry {
        line: line.into(),
        output: Output::default(),
        exit_code: 0,
        at_ms,
    };
    db.append_console(&id, 1, &said("early", 75_000)).await.unwrap();
    db.append_console(&id, 1, &said("late", 86_000)).await.unwrap();
    db.save_clock(&id, 1, 99_000, 5, false).await.unwrap();

    assert_eq!(db.fork_run(&id, 82_000, RunKind::Own).await.unwrap(), 2);
    let at = db.sandbox(&id).await.unwrap().unwrap();
    assert_eq!((at.run, at.clock_ms, at.speed, at.paused), (2, 82_000, 1, true));
    assert_eq!(db.entries(&id, 2).await.unwrap().len(), 2, "what came later is not in it");
    assert_eq!(db.acts(&id, 2).await.unwrap(), [("unplug".into(), 80_000, false)]);
    assert_eq!(db.prediction(&id, 2).await.unwrap(), None);
    assert_eq!(db.console(&id, 2, 9).await.unwrap(), [said("early", 75_000)]);
    let stale = db.append_entry(entry(&id, 4, 95_000, "{}", epoch)).await;
    assert!(matches!(stale, Err(StorageError::Fenced)), "run 1 is not the present one: {stale:?}");
    let next = NewEntry { run: 2, ..entry(&id, 3, 83_000, "{}", epoch) };
    db.append_entry(next).await.unwrap();

    db.name_run(&id, 2, "그대로 두기").await.unwrap();
    assert!(db.take_up_run(&id, 1).await.unwrap());
    assert!(!db.take_up_run(&id, 9).await.unwrap(), "there is none of this number");
    let at = db.sandbox(&id).await.unwrap().unwrap();
    assert_eq!((at.run, at.clock_ms, at.paused), (1, 99_000, true), "where it stood");
    assert_eq!(db.entries(&id, 1).await.unwrap().len(), 3);
    assert_eq!(db.start_run(&id, &beginning(8, "w")).await.unwrap(), 3, "no number is used twice");
    let runs = db.runs(&id).await.unwrap();
    let shown: Vec<_> = runs.iter().map(|r| (r.run, r.name.as_str(), r.parent, r.current)).collect();
    let branch = (2, "그대로 두기", Some((1, 82_000)), false);
    assert_eq!(shown, [(1, "", None, false), branch, (3, "", None, true)]);
}

fn beginning(seed: i64, world: &str) -> Beginning {
    let world_hash = format!("{world}h");
    Beginning {
        seed,
        epoch_unix_ms: 3,
        world: world.into(),
        world_hash,
        start_ms: 4,
        lesson_version: "v".into(),
    }
}

async fn the_console_keeps_order_and_bounds(url: &str) {
    let (db, id) = with_sandbox(url).await;
    let mut output = Output::default();
    for (err, text) in [(true, "못 찾았어요\n"), (false, "이름\n"), (true, "끝\n")] {
        output.push(err, text);
    }
    let entry = |n: i32| ConsoleEntry {
        line: format!("kubectl get pods # {n}"),
        output: output.clone(),
        exit_code: n,
        at_ms: i64::from(n),
    };
    for n in 0..4 {
        db.append_console(&id, 1, &entry(n)).await.unwrap();
    }
    assert_eq!(db.console(&id, 1, 2).await.unwrap(), [entry(2), entry(3)]);
    assert_eq!(db.console(&id, 1, 10).await.unwrap().len(), 4);
    assert!(db.console(&id, 2, 10).await.unwrap().is_empty());

    let learner = db.sandbox(&id).await.unwrap().unwrap().learner_id;
    for line in ["a", "b", "b", "a", "c\nd"] {
        db.append_history(&learner, line).await.unwrap();
    }
    assert_eq!(db.history(&learner, 10).await.unwrap(), ["a", "b", "a", "c\nd"]);
    assert_eq!(db.history(&learner, 2).await.unwrap(), ["a", "c\nd"]);
    for n in 0..1_010 {
        db.append_history(&learner, &n.to_string()).await.unwrap();
    }
    let kept = db.history(&learner, 5_000).await.unwrap();
    assert_eq!((kept.len(), kept[0].as_str()), (1_000, "10"));

    for text in [Some("1"), Some("2"), None, Some("3")] {
        db.keep_file(&id, "a.yaml", text).await.unwrap();
    }
    db.keep_file(&id, "b", None).await.unwrap();
    assert_eq!(db.files(&id).await.unwrap(), [("a.yaml".to_owned(), "3".to_owned())].into());
}

async fn the_last_of_each_widget_is_kept(url: &str) {
    let db = open(url).await;
    let (me, other) = (db.create_learner("a").await.unwrap(), db.create_learner("b").await.unwrap());
    for (learner, lesson, widget, asked) in [
        (&me, "21", "race", "script=1"),
        (&me, "21", "race", "script=2"),
        (&me, "21", "placing", "moves=01"),
        (&me, "22", "race", "script=3"),
        (&other, "21", "race", "script=4"),
        (&me, "21", "sorting", "a=wish"),
        (&me, "21", "sorting", ""),
        (&me, "21", "never", ""),
    ] {
        db.keep_widget(learner, lesson, widget, asked).await.unwrap();
    }
    let kept = async |learner: &str, lesson: &str| -> Vec<(String, String)> {
        db.widgets_of(learner, lesson).await.unwrap().into_iter().collect()
    };
    let pair = |widget: &str, asked: &str| (widget.to_owned(), asked.to_owned());
    assert_eq!(kept(&me, "21").await, [pair("placing", "moves=01"), pair("race", "script=2")]);
    assert_eq!(kept(&me, "22").await, [pair("race", "script=3")]);
    assert_eq!(kept(&other, "21").await, [pair("race", "script=4")]);
    assert!(db.keep_widget("nobody", "21", "race", "x=1").await.is_err());
}

async fn numbers_of_runs_are_kept(url: &str) {
    let (db, id) = with_sandbox(url).await;
    let sandbox = db.sandbox(&id).await.unwrap().unwrap();
    let learner = sandbox.learner_id.clone();
    for (run, measure, value, at_ms) in [
        (1, "cost", 12.5, 70_000),
        (1, "cost", 14.25, 80_000),
        (1, "lost", 0.0, 80_000),
        (2, "cost", 3.0, 61_000),
    ] {
        db.save_measure(&sandbox.id, run, measure, value, at_ms).await.unwrap();
    }
    let shown = |all: Vec<server::storage::Kept>| -> Vec<_> {
        all.into_iter().map(|k| (k.run, k.measure, k.value, k.at_ms)).collect()
    };
    let expect = [
        (1, "cost".to_owned(), 14.25, 80_000),
        (1, "lost".to_owned(), 0.0, 80_000),
        (2, "cost".to_owned(), 3.0, 61_000),
    ];
    assert_eq!(shown(db.measures(&sandbox.id).await.unwrap()), expect);
    assert_eq!(shown(db.measures_of(&learner, &sandbox.lesson).await.unwrap()), expect);
    assert_eq!(db.measures_of("nobody", &sandbox.lesson).await.unwrap(), []);
    let run = db.fork_run(&sandbox.id, 60_000, RunKind::Shown).await.unwrap();
    db.save_measure(&sandbox.id, run, "cost", 1.0, 61_000).await.unwrap();
    let own = db.measures_of(&learner, &sandbox.lesson).await.unwrap();
    assert!(own.iter().all(|k| k.run != run), "what was only shown is nobody's number");
}

async fn questions_come_again(url: &str) {
    const DAY_MS: i64 = 86_400_000;
    let (db, id) = with_sandbox(url).await;
    let learner = db.sandbox(&id).await.unwrap().unwrap().learner_id;
    // day, choice, right answers in a row after it, day on which it is due again
    for (day, choice, streak, due) in [
        (0, "right", 0, 1),
        (0, "wrong", 0, 1),
        (1, "right", 1, 4),
        (4, "right", 2, 13),
        (13, "wrong", 0, 14),
        (20, "right", 1, 23),
    ] {
        db.answer_transfer(&id, choice, "right", day * DAY_MS).await.unwrap();
        let kept = db.transfer(&id).await.unwrap().unwrap();
        assert_eq!((kept.streak, kept.due_unix_ms), (streak, due * DAY_MS), "{choice} on day {day}");
        let at = async |ms: i64| db.due_transfers(&learner, ms).await.unwrap();
        assert_eq!(at(due * DAY_MS - 1).await, []);
        assert_eq!(at(due * DAY_MS).await, [("21-why".to_owned(), "a".to_owned())]);
    }
}
