//! `pilothouse backup` beside a running server, and `pilothouse restore` into another database.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use wire::learner::Lang;

use super::super::support::{Folder, Learner, Postgres, Server, binary};

/// Exit code, and what was said.
fn run(command: &mut Command) -> (i32, String) {
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].map(|stream| String::from_utf8_lossy(&stream).into_owned());
    (output.status.code().unwrap(), said.concat())
}

fn pilothouse(args: &[&str], data: &Path) -> (i32, String) {
    run(binary().args(args).arg("--data").arg(data))
}

/// Names of a folder's files.
fn files(folder: &Path) -> Vec<String> {
    let mut all: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    all.sort();
    all
}

#[test]
fn a_running_server_is_backed_up_and_goes_on_elsewhere() {
    let (home, copies) = (Folder::new(), Folder::new());
    let data = home.0.join("data");
    let file = |name: &str| copies.0.join(name).to_string_lossy().into_owned();
    let server = Server::start(&data);
    let learner = Learner::arrive(&server, Lang::En);
    learner.call(&server, "time", &[("control", "pause")]);
    learner.console(&server, "kubectl scale deployment web --replicas=5").unwrap();
    let objects = learner.objects(&server);

    for name in ["a.jsonl", "a.jsonl.gz"] {
        let (code, said) = pilothouse(&["backup", &file(name)], &data);
        assert!(code == 0 && said.contains("of 1 learners and 1 sandboxes"), "{said}");
        let (code, said) = pilothouse(&["backup", &file(name)], &data);
        assert!(
            code == 1
                && said.contains("is there already: choose another name, or write over it with --force"),
            "{said}"
        );
        assert_eq!(pilothouse(&["backup", "--force", &file(name)], &data).0, 0);
    }
    assert_eq!(files(&copies.0), ["a.jsonl", "a.jsonl.gz"], "nothing else is left behind");
    let [plain, zipped] = ["a.jsonl", "a.jsonl.gz"].map(|name| fs::metadata(file(name)).unwrap());
    assert_eq!(plain.permissions().mode() & 0o777, 0o600, "it holds tokens");
    assert!(zipped.len() * 2 < plain.len(), "{} {}", zipped.len(), plain.len());
    // what comes later is not in it
    learner.console(&server, "kubectl delete deployment web").unwrap();
    server.kill();

    for name in ["a.jsonl", "a.jsonl.gz"] {
        let elsewhere = home.0.join(name);
        let (code, said) = pilothouse(&["restore", &file(name)], &elsewhere);
        assert!(code == 0 && said.contains("restored") && said.contains("1 learners"), "{said}");
        let server = Server::start(&elsewhere);
        assert_eq!(learner.objects(&server), objects, "{name}");
        let (code, said) = pilothouse(&["restore", &file(name)], &elsewhere);
        assert!(code == 1 && said.contains("the database is not empty (1 rows in learners)"), "{said}");
    }
    let (code, said) = pilothouse(&["restore", "--replace", &file("a.jsonl.gz")], &data);
    assert_eq!(code, 0, "{said}");
    assert_eq!(learner.objects(&Server::start(&data)), objects, "back to what it was");

    if let Some(postgres) = Postgres::start() {
        let url = postgres.database("elsewhere");
        let (code, said) = run(binary().args(["restore", &file("a.jsonl")]).env("DATABASE_URL", &url));
        assert_eq!(code, 0, "{said}");
        let server = Server::start_with(&home.0.join("none"), &[("DATABASE_URL", &url)]);
        assert_eq!(learner.objects(&server), objects, "in PostgreSQL");
    }
}

#[test]
fn what_hinders_a_backup_is_said_with_the_way_out() {
    let home = Folder::new();
    let (none, data) = (home.0.join("none"), home.0.join("data"));
    drop(Server::start(&data));
    let file = |name: &str| home.0.join(name).to_string_lossy().into_owned();
    fs::write(file("letter"), "Dear backup").unwrap();
    assert_eq!(pilothouse(&["backup", &file("good.gz")], &data).0, 0);
    let good = fs::read(file("good.gz")).unwrap();
    fs::write(file("cut.gz"), &good[..good.len() / 2]).unwrap();
    fs::write(file("junk.gz"), [&good[..40], b"junk", &good[44..]].concat()).unwrap();
    for (args, data, words) in [
        (["backup", &file("a")], &none, "name its folder with --data, or its address in DATABASE_URL"),
        (["backup", &file("nowhere/a")], &data, "choose another one for the backup"),
        (["backup", "/dev/full"], &data, "is there already"),
        (["restore", &file("letter")], &none, "this is no backup of Pilothouse"),
        (["restore", &file("missing")], &none, "No such file"),
        (["restore", &file("cut.gz")], &none, "pilothouse: cannot restore"),
        (["restore", &file("junk.gz")], &none, "pilothouse: cannot restore"),
    ] {
        let (code, said) = pilothouse(&args, data);
        assert!(code == 1 && said.contains("pilothouse: ") && said.contains(words), "{args:?}: {said}");
    }
    assert!(!files(&home.0).iter().any(|name| name.ends_with(".part")), "{:?}", files(&home.0));
    assert!(
        !none.join("pilothouse.sqlite").exists() || pilothouse(&["restore", &file("good.gz")], &none).0 == 0
    );
}
