//! The command line: what hinders a start is said with the way out, and lessons are found from any folder.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
};

use super::support::{Folder, Running, binary, lines_of, wait_for};

/// Exit code, and what was written to both streams.
fn run(command: &mut Command) -> (i32, String) {
    let output = command.output().unwrap();
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap(), text)
}

fn serve(data: &Path) -> Command {
    let mut command = binary();
    command.args(["serve", "--kube-listen", "127.0.0.1:0", "--data"]).arg(data);
    command
}

#[test]
fn wrong_arguments_are_named() {
    for (args, code, words) in [
        (["--help"].as_slice(), 0, "Usage: pilothouse"),
        (&["--frob"], 2, "unexpected argument '--frob'"),
        (&["frob"], 2, "unrecognized subcommand 'frob'"),
        (&["serve", "--listen", "nowhere"], 2, "invalid value 'nowhere' for '--listen <IP:PORT>'"),
        (&["lessons", "check", "/nowhere"], 1, "the folder can't be read"),
    ] {
        let (got, said) = run(binary().args(args));
        assert_eq!(got, code, "{args:?}: {said}");
        assert!(said.contains(words), "{args:?} said {said:?}, not {words:?}");
    }
}

#[test]
fn what_hinders_a_start_is_said_with_the_way_out() {
    let home = Folder::new();
    let data = home.0.join("data");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let (file, junk, empty) = (home.0.join("file"), home.0.join("junk.sqlite"), home.0.join("empty"));
    fs::write(&file, "not a folder").unwrap();
    fs::write(&junk, "no database ".repeat(1000)).unwrap();
    fs::create_dir(&empty).unwrap();
    let listen = |addr: &str| {
        let mut command = serve(&data);
        command.args(["--listen", addr]);
        command
    };
    let database = |url: &str| {
        let mut command = listen("127.0.0.1:0");
        command.env("DATABASE_URL", url);
        command
    };
    let mut lessons = listen("127.0.0.1:0");
    lessons.arg("--lessons").arg(&empty);
    for (what, command, words) in [
        (
            "a taken port",
            &mut listen(&taken),
            "stop the program that has this address, or choose another with --listen",
        ),
        (
            "a foreign address",
            &mut listen("192.0.2.1:0"),
            "this machine has no such address; choose one of its own with --listen",
        ),
        (
            "a data folder that is a file",
            serve(&file.join("data")).args(["--listen", "127.0.0.1:0"]),
            "give it to this user, or choose another with --data",
        ),
        (
            "another database",
            &mut database("mysql://h/x"),
            "its URL begins with \"mysql\": expected sqlite://FILE",
        ),
        ("no URL", &mut database("nonsense"), "its URL begins with \"nonsense\": expected sqlite://FILE"),
        ("a file that is not there", &mut database("sqlite:///nowhere/x.sqlite"), "?mode=rwc"),
        (
            "a file that is no database",
            &mut database(&format!("sqlite://{}", junk.display())),
            "file is not a database",
        ),
        ("no PostgreSQL", &mut database("postgres://u:secret@127.0.0.1:1/x"), "Is PostgreSQL running there"),
        ("no lessons", &mut lessons, "expected folders like 21-why-kubernetes"),
    ] {
        let (code, said) = run(command);
        assert_eq!(code, 1, "{what}: {said}");
        assert!(
            said.contains("pilothouse: cannot ") && said.contains(words),
            "{what} said {said:?}, not {words:?}"
        );
        assert!(!said.contains("secret"), "{what}: {said}");
    }
}

#[test]
fn lessons_are_found_from_another_folder() {
    let home = Folder::new();
    let small = home.0.join("broken");
    fs::create_dir_all(small.join("01-broken")).unwrap();
    fs::write(small.join("01-broken/lesson.ko.md"), "no front matter").unwrap();
    let (code, said) = run(binary().current_dir(&home.0).args(["lessons", "check", "broken"]));
    assert!(
        code == 1 && said.contains("01-broken/lesson.ko.md"),
        "a path counts from where it is named: {said}"
    );
    let (code, said) = run(binary().current_dir(&home.0).args(["lessons", "check", "."]));
    assert!(code == 1 && said.contains("errors"), "{said}");
    // The course's own, and its site, though nothing here leads to them.
    let mut command = serve(&home.0.join("data"));
    command.current_dir(&home.0).args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped());
    let mut server = Running(command.spawn().unwrap());
    wait_for(&lines_of(server.0.stdout.take().unwrap()), "the start", |line| line.contains("listening on"));
}
