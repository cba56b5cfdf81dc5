//! Storage of people, classes and judgements, against real databases.

use server::storage::{ClassRow, Opens, Storage, Wanted, standing};
use wire::{
    console::{ConsoleEntry, Output},
    people::{ClassRole, Decision, Role},
};

use super::storage::{entry, open, row};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// An account with a password.
async fn account(db: &Storage, name: &str, role: Role) -> String {
    db.create_account(name, role).await.unwrap().unwrap()
}

pub async fn names_and_sessions(url: &str) {
    let db = open(url).await;
    let me = db.create_learner("token").await.unwrap();
    assert!(db.name_learner(&me, " 서유나 ", "hash-a").await.unwrap());
    let other = db.create_learner("other").await.unwrap();
    for name in ["서유나", "서유나 "] {
        assert!(!db.name_learner(&other, name, "x").await.unwrap(), "{name}");
        assert_eq!(db.create_account(name, Role::Learner).await.unwrap(), None);
    }
    assert!(!db.name_learner(&me, "again", "x").await.unwrap(), "a name is given once");
    let found = db.learner_named("서유나").await.unwrap().unwrap();
    assert_eq!(
        (found.id.as_str(), found.name.as_str(), found.password_hash.as_str()),
        (&*me, "서유나", "hash-a")
    );
    assert_eq!(db.learner_named("").await.unwrap(), None);

    db.begin_session(&me, "second", "Firefox").await.unwrap();
    let here = db.visitor("second").await.unwrap().unwrap();
    assert_eq!((here.id.as_str(), here.name.as_str(), here.role), (&*me, "서유나", Role::Learner));
    assert_eq!(db.sessions(&me).await.unwrap().len(), 2);
    db.end_session(&other, &here.session).await.unwrap();
    assert!(db.visitor("second").await.unwrap().is_some(), "nobody ends another's session");
    db.end_other_sessions(&me, &here.session).await.unwrap();
    assert_eq!(db.visitor("token").await.unwrap(), None);
    assert_eq!(db.sessions(&me).await.unwrap()[0].agent, "Firefox");

    assert!(!db.has_admin().await.unwrap());
    assert!(db.set_role(&me, Role::Admin).await.unwrap());
    assert!(!db.set_role(&me, Role::Learner).await.unwrap(), "the last admin stays one");
    assert!(!db.delete_learner(&me).await.unwrap());
    let second = account(&db, "second admin", Role::Admin).await;
    assert!(db.set_role(&me, Role::Learner).await.unwrap());
    assert!(!db.delete_learner(&second).await.unwrap());

    db.create_key("key", Some(&me), DAY_MS).await.unwrap();
    db.create_key("newer", Some(&me), DAY_MS).await.unwrap();
    assert_eq!(db.key("key").await.unwrap(), None, "a newer key ends the older");
    assert_eq!(db.key("newer").await.unwrap(), Some(Opens::Account(me.clone())));
    assert_eq!(db.use_key("newer", "", "hash-b").await.unwrap(), Some(me.clone()));
    assert_eq!(db.use_key("newer", "", "hash-c").await.unwrap(), None, "it works once");
    assert_eq!(db.learner(&me).await.unwrap().unwrap().password_hash, "hash-b");
    assert_eq!(db.visitor("second").await.unwrap(), None, "a new password ends sessions");
    db.create_key("late", None, -1).await.unwrap();
    assert_eq!(db.key("late").await.unwrap(), None);
    db.create_key("first", None, DAY_MS).await.unwrap();
    assert_eq!(db.use_key("first", "Second Admin", "h").await.unwrap(), None, "the name is taken");
    let first = db.use_key("first", "Third", "h").await.unwrap().unwrap();
    assert_eq!(db.learner(&first).await.unwrap().unwrap().role, Role::Admin);

    db.create_token(&me, "api", "script", "read", DAY_MS).await.unwrap();
    let (owner, scopes) = db.token("api").await.unwrap().unwrap();
    assert_eq!((owner.id, scopes.as_str()), (me.clone(), "read"));
    let id = db.tokens(&me).await.unwrap()[0].id.clone();
    db.end_token(&other, &id).await.unwrap();
    assert!(db.token("api").await.unwrap().is_some());
    db.end_token(&me, &id).await.unwrap();
    assert_eq!(db.token("api").await.unwrap(), None);
    assert_eq!(db.secret("s", "a").await.unwrap(), "a");
    assert_eq!(db.secret("s", "b").await.unwrap(), "a", "a secret stays");
}

pub async fn work_moves_and_goes_with_its_owner(url: &str) {
    let db = open(url).await;
    let (me, nameless) = (account(&db, "me", Role::Learner).await, db.create_learner("t").await.unwrap());
    for (owner, experiment) in [(&me, "a"), (&nameless, "a"), (&nameless, "b")] {
        let mut sandbox = row(owner, experiment, 1);
        sandbox.id = format!("{owner}-{experiment}");
        db.create_sandbox(&sandbox).await.unwrap();
    }
    assert_eq!(db.adopt(&me, &nameless).await.unwrap(), 1, "what is there already stays");
    assert_eq!(db.sandboxes_of(&me).await.unwrap().len(), 2);
    let id = format!("{nameless}-b");
    let epoch = db.take(&id, "p").await.unwrap();
    db.append_entry(entry(&id, 1, 70_000, "{\"a\":1}", epoch)).await.unwrap();
    let all = db.everything_of(&me).await.unwrap();
    assert_eq!(all["learner"][0]["name"], "me");
    assert_eq!(all["sandboxes"].as_array().unwrap().len(), 2);
    assert_eq!(all["journals"][0]["request"], "{\"a\":1}");
    assert_eq!(all["journals"][0]["at_ms"], 70_000);
    assert!(!["token", "password"].iter().any(|secret| all.to_string().contains(secret)), "{all}");
    assert!(db.delete_learner(&me).await.unwrap());
    assert_eq!(db.sandbox(&id).await.unwrap(), None);
    assert_eq!(db.entries(&id, 1).await.unwrap(), []);
}

pub async fn classes_and_who_may_judge(url: &str) {
    let db = open(url).await;
    let names = ["teacher", "grader", "learner", "stranger"];
    let mut ids = Vec::new();
    for name in names {
        ids.push(account(&db, name, Role::Learner).await);
    }
    let [teacher, grader, learner, stranger] = &ids[..] else { unreachable!() };
    let class = |id: &str, code: &str| ClassRow {
        id: id.into(),
        name: "c".into(),
        code: code.into(),
        starts_ms: 1,
        ends_ms: 2,
    };
    assert!(db.create_class(&class("k", "AAAAAA"), teacher).await.unwrap());
    assert!(!db.create_class(&class("l", "AAAAAA"), teacher).await.unwrap(), "a code is one class's");
    assert!(db.create_class(&class("l", "BBBBBB"), stranger).await.unwrap());
    assert!(!db.change_class(&class("l", "AAAAAA")).await.unwrap());
    assert_eq!(db.class_by_code("AAAAAA").await.unwrap().unwrap().id, "k");
    db.set_member("k", grader, ClassRole::Grader).await.unwrap();
    db.set_member("k", learner, ClassRole::Learner).await.unwrap();
    assert_eq!(db.members("k").await.unwrap().len(), 3);
    assert!(!db.remove_member("k", teacher).await.unwrap(), "somebody leads");
    assert_eq!(db.class_role("k", grader).await.unwrap(), Some(ClassRole::Grader));
    assert_eq!(db.classes_of(learner, Role::Learner).await.unwrap()[0].1, ClassRole::Learner);
    assert_eq!(db.classes_of(learner, Role::Admin).await.unwrap().len(), 2);

    assert!(!db.may_judge(grader, learner, "21-why").await.unwrap(), "nothing is set yet");
    db.assign("k", "21-why", None).await.unwrap();
    db.assign("k", "21-why", Some(5)).await.unwrap();
    assert_eq!(db.assignments("k").await.unwrap(), [("21-why".to_owned(), Some(5))]);
    for (judge, expect) in [(teacher, true), (grader, true), (learner, false), (stranger, false)] {
        assert_eq!(db.may_judge(judge, learner, "21-why").await.unwrap(), expect);
    }
    assert!(!db.may_judge(teacher, grader, "21-why").await.unwrap(), "only learners are judged");

    let sandbox = row(learner, "a", 9);
    db.create_sandbox(&sandbox).await.unwrap();
    let epoch = db.take(&sandbox.id, "p").await.unwrap();
    let delete = "{\"user\":{},\"method\":\"DELETE\",\"uri\":\"/api/v1/namespaces/default/pods/web-1\"}";
    db.append_entry(entry(&sandbox.id, 1, 70_000, delete, epoch)).await.unwrap();
    db.save_verdict(&sandbox.id, 1, "c1", "passed", 80_000, "null").await.unwrap();
    db.open_hint(&sandbox.id, 3).await.unwrap();
    let shown = db.fork_run(&sandbox.id, 75_000, wire::run::RunKind::Shown).await.unwrap();
    db.save_verdict(&sandbox.id, shown, "c1", "passed", 80_000, "null").await.unwrap();
    let board = db.board_sandboxes("k", "21-why").await.unwrap();
    assert_eq!((board.len(), board[0].hints, board[0].run), (1, 1, shown));
    assert_eq!(db.board_verdicts("k", "21-why").await.unwrap().len(), 1, "what was shown is nobody's");
    assert_eq!(db.board_suspicious("k", "21-why").await.unwrap().len(), 2);
    let mark = db.board_mark("k", "21-why").await.unwrap();
    let by = (grader.as_str(), "grader");
    let again = db.judge((&sandbox.id, 1), by, Decision::Again, "wait", None).await.unwrap().unwrap();
    assert_ne!(db.board_mark("k", "21-why").await.unwrap(), mark);
    assert_eq!(db.judge((&sandbox.id, 2), by, Decision::Undo, "", Some(&again)).await.unwrap(), None);
    assert_eq!(standing(&db.judgements(&sandbox.id).await.unwrap()).unwrap().decision, Decision::Again);
    let undo = db.judge((&sandbox.id, 1), by, Decision::Undo, "", Some(&again)).await.unwrap().unwrap();
    assert_eq!(standing(&db.judgements(&sandbox.id).await.unwrap()), None);
    assert_eq!(db.judge((&sandbox.id, 1), by, Decision::Undo, "", Some(&undo)).await.unwrap(), None);
    assert_eq!(db.board_judgements("k", "21-why").await.unwrap().len(), 2);

    let runs = db.insight_runs("k", "21-why").await.unwrap();
    assert_eq!(runs.iter().map(|r| (r.run, r.hints, r.decided_ms)).collect::<Vec<_>>(), [(1, 1, 80_000)]);
    let failed = ConsoleEntry { line: "kubctl".into(), output: Output::default(), exit_code: 127, at_ms: 1 };
    db.append_console(&sandbox.id, 1, &failed).await.unwrap();
    db.append_console(&sandbox.id, 1, &failed).await.unwrap();
    let often = db.insight_failures("k", "21-why").await.unwrap();
    assert_eq!(often, [("a".to_owned(), "kubctl".to_owned(), 2)]);

    let mut wanted = Wanted { class: "k", limit: 10, ..Wanted::default() };
    let all = db.attempts(&wanted).await.unwrap();
    assert_eq!(
        all.iter().map(|a| (a.run, a.passed, a.lesson_version.as_str())).collect::<Vec<_>>(),
        [(1, 1, "v")]
    );
    wanted.after = (&sandbox.id, 1);
    assert_eq!(db.attempts(&wanted).await.unwrap(), []);

    let copy = db.copy_attempt(grader, &sandbox.id, 1).await.unwrap();
    assert_eq!(db.copy_of(&copy, teacher).await.unwrap(), None, "a copy is its grader's");
    let shade = db.copy_of(&copy, grader).await.unwrap().unwrap();
    let copied = db.sandboxes_of(&shade).await.unwrap().remove(0);
    assert_eq!((copied.seed, copied.run, copied.paused), (sandbox.seed, 1, true));
    assert_eq!(db.entries(&copied.id, 1).await.unwrap(), [(70_000, delete.to_owned())]);
    db.copy_attempt(grader, &sandbox.id, 1).await.unwrap();
    assert_eq!(db.sandbox(&copied.id).await.unwrap(), None, "one copy of an attempt is kept");
    assert!(db.copy_attempt(grader, &sandbox.id, 77).await.is_err());
    assert!(db.delete_learner(grader).await.unwrap());
    assert_eq!(db.judgements(&sandbox.id).await.unwrap()[0].judge_name, "grader", "the log stays");
}
