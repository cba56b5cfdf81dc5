//! `cargo xtask run --watch`: builds again and restarts the server when a source changes.
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command},
    thread,
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context, Result};

use crate::{browser, css, paths::root, run, sh};

/// What is looked at. The server itself reads `lessons/content` anew.
const WATCHED: [&str; 15] = [
    "Cargo.toml",
    "Cargo.lock",
    "app",
    "wire",
    "server",
    "sandbox",
    "kubectl",
    "lessons/src",
    "lessons/templates",
    "lessons/Cargo.toml",
    "migrations",
    "editor/src",
    "style",
    "public",
    ".cargo",
];
const LOOK_EVERY: Duration = Duration::from_millis(400);
const SERVER_MAY_TAKE: Duration = Duration::from_secs(5);

type Times = BTreeMap<PathBuf, SystemTime>;

/// Never returns while all goes well; Ctrl-C ends it and the server.
pub fn watch(release: bool, args: &[String]) -> Result<()> {
    let mut seen = look();
    let mut server = match run::build(release) {
        Ok(()) => Some(start(release, args)?),
        Err(why) => {
            eprintln!("{why:#}\nWaiting for a change.");
            None
        }
    };
    loop {
        thread::sleep(LOOK_EVERY);
        let now = look();
        let changed = changed(&seen, &now);
        if changed.is_empty() {
            tell_if_ended(&mut server);
            continue;
        }
        seen = now;
        for file in changed.iter().take(3) {
            eprintln!("changed: {}", file.display());
        }
        match rebuild(release, &changed) {
            Ok(Restart::No) => eprintln!("Served; reload the page."),
            Ok(Restart::Yes) => {
                if let Some(old) = server.take() {
                    stop(old);
                }
                server = Some(start(release, args)?);
            }
            Err(why) => eprintln!("{why:#}\nThe server goes on as it was; waiting for a change."),
        }
    }
}

enum Restart {
    Yes,
    No,
}

/// The stylesheet and the files of `public/` are read from disk: they need no new server.
fn rebuild(release: bool, changed: &[PathBuf]) -> Result<Restart> {
    let only = |folders: &[&str]| changed.iter().all(|file| folders.iter().any(|f| file.starts_with(f)));
    if !release && only(&["style", "public"]) {
        css::bundle(false)?;
        browser::copy_public()?;
        return Ok(Restart::No);
    }
    run::build(release)?;
    Ok(Restart::Yes)
}

fn start(release: bool, args: &[String]) -> Result<Child> {
    let mut command = run::command(release, args);
    sh::say(&command);
    command.spawn().context("cannot start the server")
}

/// Asks the server to end, so that it closes its database; insists after a while.
fn stop(mut server: Child) {
    let asked = Command::new("kill").arg(server.id().to_string()).status().is_ok_and(|s| s.success());
    let since = Instant::now();
    while asked && since.elapsed() < SERVER_MAY_TAKE {
        if matches!(server.try_wait(), Ok(Some(_))) {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    let _ = server.kill();
    let _ = server.wait();
}

fn tell_if_ended(server: &mut Option<Child>) {
    if let Some(Ok(Some(status))) = server.as_mut().map(Child::try_wait) {
        eprintln!("The server ended with {status}; waiting for a change.");
        *server = None;
    }
}

fn look() -> Times {
    let mut times = Times::new();
    for name in WATCHED {
        walk(&root(), Path::new(name), &mut times);
    }
    times
}

fn walk(root: &Path, name: &Path, times: &mut Times) {
    let Ok(meta) = fs::metadata(root.join(name)) else { return };
    if !meta.is_dir() {
        if let Ok(time) = meta.modified() {
            times.insert(name.to_path_buf(), time);
        }
        return;
    }
    for entry in fs::read_dir(root.join(name)).into_iter().flatten().flatten() {
        walk(root, &name.join(entry.file_name()), times);
    }
}

/// The files that are new, changed or gone.
fn changed(old: &Times, new: &Times) -> Vec<PathBuf> {
    let fresh = new.iter().filter(|(file, time)| old.get(*file) != Some(*time)).map(|(file, _)| file);
    let gone = old.keys().filter(|file| !new.contains_key(*file));
    fresh.chain(gone).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_new_changed_and_gone_files() {
        let at = |list: &[(&str, u64)]| -> Times {
            list.iter()
                .map(|(f, s)| (PathBuf::from(f), SystemTime::UNIX_EPOCH + Duration::from_secs(*s)))
                .collect()
        };
        let check = |old: &[(&str, u64)], new: &[(&str, u64)], want: &[&str]| {
            let got = changed(&at(old), &at(new));
            assert_eq!(got, want.iter().map(PathBuf::from).collect::<Vec<_>>());
        };
        check(&[("a", 1)], &[("a", 1)], &[]);
        check(&[("a", 1)], &[("a", 2)], &["a"]);
        check(&[("a", 2)], &[("a", 1)], &["a"]);
        check(&[("a", 1)], &[("a", 1), ("b", 1)], &["b"]);
        check(&[("a", 1), ("b", 1)], &[("b", 1)], &["a"]);
    }
}
