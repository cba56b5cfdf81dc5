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
        // What is due at this very moment is done before anybody looks.
        learner.call(&server, "time", &[("control", "step")]);
    }
    let objects = [&ko, &en].map(|learner| learner.objects(&server));
    server.kill();
    let server = Server::start(&disk.0);
    assert_eq!([&ko, &en].map(|learner| learner.objects(&server)), objects, "and the journal is whole");
}

/// Every way to write comes to a refusal in the learner's language, and the cluster has the last label that was taken.
/// A refusal makes no promise about the next: SQLite may find room in its own file again.
fn demand_refused(server: &Server, learner: &Learner) {
    let fault = Fault::Problem(Problem::NotSaved);
    let label = |n: usize| format!("kubectl label deployment web n={n} --overwrite");
    let words = "Internal error occurred: the journal could not be written, so nothing was changed";
    let mut taken = 0;
    let mut until_refused = |way: &str, send: &dyn Fn(usize) -> bool| {
        let end = taken + SMALL_MAX;
        while send(taken + 1) {
            taken += 1;
            assert!(taken < end, "{way}: there is still room");
        }
        let objects = learner.objects(server).to_string();
        assert!(
            objects.contains(&format!("n: \\\"{taken}\\\"")) || taken == 0,
            "{way}: not label {taken}: {objects}"
        );
    };
    until_refused("script", &|n| {
        let answer = learner.call(server, "console", &[("line", &label(n))]);
        let said = serde_json::from_str::<Fault>(&answer.body).ok();
        assert!(
            answer.status == 200 || (answer.status == 503 && said.as_ref() == Some(&fault)),
            "{answer:?}"
        );
        answer.status == 200
    });
    until_refused("form", &|n| {
        let landed = learner.form(server, "console", &[("line", &label(n))]);
        let page = learner.get(server, landed.header("location").unwrap()).body;
        let refused = landed.header("location").unwrap().contains("problem=");
        assert_eq!(page.contains(&fault.say(learner.lang)), refused);
        !refused
    });
    until_refused("TLS", &|n| {
        let body = format!(r#"{{"metadata":{{"labels":{{"n":"{n}"}}}}}}"#);
        let path = "/apis/apps/v1/namespaces/default/deployments/web";
        let answer = learner.door(server).ask_as_learner("PATCH", path, &body);
        assert!(answer.status == 200 || answer.json()["message"] == words, "{answer:?}");
        answer.status == 200
    });
    assert!(
        learner.get(server, &learner.page()).body.contains("deployment.apps/web scaled"),
        "nothing is lost"
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
