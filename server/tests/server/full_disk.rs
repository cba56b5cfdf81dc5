//! A disk that is really full under the whole server: a small file system of its own, where this user may mount one.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::PathBuf,
    process::{Command, Stdio},
};

use app::fault::Fault;
use wire::{learner::Lang, problem::Problem};

use super::support::{Folder, Learner, Server};

/// Small entries still find room in what the file system has given out: so many at most.
const SMALL_MAX: usize = 200;

/// A mounted file system of 4 MiB.
struct Disk(PathBuf);

impl Disk {
    fn mount(at: PathBuf) -> Option<Self> {
        fs::create_dir(&at).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(&at).stderr(Stdio::null());
        mount.status().is_ok_and(|s| s.success()).then(|| Self(at))
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }

    /// Writes until there is no room for a byte.
    fn fill(&self) {
        let mut file = File::options().create(true).append(true).open(self.ballast()).unwrap();
        for size in [4096, 1] {
            let refused = loop {
                if let Err(e) = file.write_all(&vec![0; size]) {
                    break e;
                }
            };
            assert_eq!(refused.kind(), ErrorKind::StorageFull);
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_loses_nothing() {
    let home = Folder::new();
    let Some(disk) = Disk::mount(home.0.join("data")) else {
        println!("skipped: this user may not mount a file system");
        return;
    };
    let server = Server::start(&disk.0);
    let (ko, en) = (Learner::arrive(&server, Lang::Ko), Learner::arrive(&server, Lang::En));
    for learner in [&ko, &en] {
        assert_eq!(
            learner.console(&server, "kubectl scale deployment web --replicas=5").unwrap().exit_code,
            0
        );
    }
    disk.fill();
    for learner in [&ko, &en] {
        demand_refused(&server, learner);
    }
    demand_words_for_strangers(&server);

    fs::remove_file(disk.ballast()).unwrap();
    for learner in [&ko, &en] {
        let done = learner.call(&server, "act", &[("act", "unplug")]);
        assert_eq!(
            (done.status, done.json()["acts"].as_array().map(Vec::len)),
            (200, Some(1)),
            "{}",
            done.body
        );
    }
    let objects = [&ko, &en].map(|learner| learner.objects(&server));
    server.kill();
    let server = Server::start(&disk.0);
    assert_eq!([&ko, &en].map(|learner| learner.objects(&server)), objects, "and the journal is whole");
}

/// Nothing can be written: every act is refused in the learner's language, and what was done stands.
fn demand_refused(server: &Server, learner: &Learner) {
    let fault = Fault::Problem(Problem::NotSaved);
    let mut label = (0..SMALL_MAX)
        .map(|n| learner.console(server, &format!("kubectl label deployment web n={n} --overwrite")));
    assert_eq!(label.find_map(Result::err), Some(fault.clone()));

    let objects = learner.objects(server);
    let yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: note}\n";
    for (function, fields) in [
        ("act", [("act", "unplug")].as_slice()),
        ("handle", &[("verb", "unplug"), ("target", "node-b")]),
        ("apply", &[("yaml", yaml)]),
        ("predict", &[("choice", "anew")]),
        ("reset", &[]),
    ] {
        let answer = learner.call(server, function, fields);
        let said: Fault =
            serde_json::from_str(&answer.body).unwrap_or_else(|e| panic!("{function}: {e}: {answer:?}"));
        assert_eq!((answer.status, &said), (503, &fault), "{function}");
        let landed = learner.form(server, function, fields);
        let page = learner.get(server, landed.header("location").unwrap());
        assert!(page.body.contains(&fault.say(learner.lang)), "{function}: the page does not say it");
    }
    let power = r#"{"spec":{"power":"Off"}}"#;
    let own =
        learner.door(server).ask_as_learner("PATCH", "/apis/sim.pilothouse.dev/v1/machines/node-c", power);
    let words = "Internal error occurred: the journal could not be written, so nothing was changed";
    assert_eq!((own.status, &own.json()["message"]), (500, &words.into()));
    assert_eq!(learner.objects(server), objects, "nothing was changed");
    assert!(
        learner.get(server, &learner.page()).body.contains("deployment.apps/web scaled"),
        "and nothing lost"
    );
}

/// Who comes now cannot become a learner, and reads why.
fn demand_words_for_strangers(server: &Server) {
    for lang in [Lang::Ko, Lang::En] {
        let answer = server.ask("GET", &format!("/{lang}"), &[("Accept", "text/html")], "");
        let words = Fault::Problem(Problem::NotSaved).say(lang);
        assert_eq!(
            (answer.status, answer.header("retry-after"), answer.body.as_str()),
            (503, Some("5"), words.as_str())
        );
    }
    assert_eq!(server.ask("GET", "/readyz", &[], "").status, 200, "who is there can go on reading");
}
