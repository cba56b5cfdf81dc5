//! Starts other programs, aloud.
use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context, Result, ensure};

/// Says the command.
pub fn say(command: &Command) {
    let args: Vec<_> = command.get_args().map(|a| a.to_string_lossy()).collect();
    eprintln!("» {} {}", name(command), args.join(" "));
}

/// The program without its folder.
fn name(command: &Command) -> String {
    let program = Path::new(command.get_program());
    program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()
}

/// Runs a command that must succeed; its output goes straight to the terminal.
pub fn run(command: &mut Command) -> Result<()> {
    say(command);
    let program = name(command);
    let status = command.status().with_context(|| format!("cannot start {program}"))?;
    ensure!(status.success(), "{program} failed: {status}");
    Ok(())
}

/// Runs a command and shows its output line by line.
///
/// Returns whether it succeeded, and all it wrote to both streams.
pub fn run_and_keep(command: &mut Command) -> Result<(bool, String)> {
    say(command);
    let program = name(command);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {program}"))?;
    let out = child.stdout.take().map(|from| thread::spawn(move || copy(from, std::io::stdout())));
    let err = child.stderr.take().map(|from| thread::spawn(move || copy(from, std::io::stderr())));
    let status = child.wait()?;
    let text =
        |reader: Option<thread::JoinHandle<String>>| reader.and_then(|r| r.join().ok()).unwrap_or_default();
    Ok((status.success(), text(out) + &text(err)))
}

fn copy(from: impl Read, mut to: impl Write) -> String {
    let mut all = String::new();
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
        // a closed terminal is no reason to lose the count
        let _ = to.write_all(&line).and_then(|()| to.flush());
        all.push_str(&String::from_utf8_lossy(&line));
        line.clear();
    }
    all
}

/// A quiet question to a program: its trimmed standard output, if it could be started and succeeded.
pub fn ask(program: &str, args: &[&str], dir: &Path) -> Option<String> {
    let out = Command::new(program).args(args).current_dir(dir).stderr(Stdio::null()).output().ok()?;
    out.status.success().then(|| String::from_utf8_lossy(&out.stdout).trim().to_owned())
}

/// Looks a program up in `PATH`.
pub fn which(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|dir| dir.join(program)).find(|file| file.is_file())
}
