//! The command line of `docker compose`, as far as it changes what runs. Models its verbs and flags with their exit codes.
//! Omits: `-f`, `-p` and other flags before the verb, attached `up`, verbs that only tell (`kubectl get composecontainers` does).

use std::collections::BTreeMap;

use ecow::EcoString;

use super::converge::Recreate;
use crate::resources::compose_file::REPLICAS_MAX;

/// Exit code of a command line that is not understood.
const SYNTAX: i64 = 16;
const FAILED: i64 = 1;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verb {
    Up,
    Down,
    Start,
    Stop,
    Restart,
    Kill,
    Rm,
    Scale,
}

/// A command.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// What is to be done.
    pub verb: Verb,
    /// To these services; none: to all.
    pub services: Vec<EcoString>,
    /// Containers by service, other than the file says.
    pub scale: BTreeMap<EcoString, i64>,
    /// Which containers are made anew.
    pub recreate: Recreate,
    /// Does it reach what the services depend on?
    pub deps: bool,
    /// Do containers go whose service is not in the file?
    pub remove_orphans: bool,
    /// `rm --stop`.
    pub stop_first: bool,
    /// Time to end in, other than the file says.
    pub timeout_ms: Option<i64>,
    /// What `kill` sends.
    pub signal: EcoString,
}

/// What is printed, and the exit code.
pub type Refusal = (String, i64);

const VERBS: [(&str, Verb); 8] = [
    ("up", Verb::Up),
    ("down", Verb::Down),
    ("start", Verb::Start),
    ("stop", Verb::Stop),
    ("restart", Verb::Restart),
    ("kill", Verb::Kill),
    ("rm", Verb::Rm),
    ("scale", Verb::Scale),
];

/// From the words after `docker compose`.
///
/// # Errors
/// What it would print, with its exit code.
pub fn parse(args: &[&str]) -> Result<Command, Refusal> {
    let (name, rest) = args.split_first().map_or(("", &[][..]), |(name, rest)| (*name, rest));
    let Some((_, verb)) = VERBS.iter().find(|(known, _)| *known == name) else {
        let known: Vec<&str> = VERBS.iter().map(|(known, _)| *known).collect();
        let why = format!("unknown docker command: \"compose {name}\" (here: {})", known.join(", "));
        return Err((why, SYNTAX));
    };
    let mut command = Command {
        verb: *verb,
        services: Vec::new(),
        scale: BTreeMap::new(),
        recreate: Recreate::Diverged,
        deps: *verb != Verb::Scale,
        remove_orphans: false,
        stop_first: false,
        timeout_ms: None,
        signal: "SIGKILL".into(),
    };
    let mut detached = false;
    let mut words = rest.iter().copied();
    while let Some(word) = words.next() {
        let (flag, value) = word.split_once('=').map_or((word, None), |(flag, value)| (flag, Some(value)));
        let mut value =
            || value.or_else(|| words.next()).ok_or((format!("flag needs an argument: {flag}"), SYNTAX));
        match (*verb, flag) {
            (Verb::Up, "-d" | "--detach" | "--wait") => detached = true,
            (Verb::Up, "--scale") => command.scale(value()?)?,
            (Verb::Up, "--force-recreate") => command.recreate = Recreate::Force,
            (Verb::Up, "--no-recreate") => command.recreate = Recreate::Never,
            (Verb::Up | Verb::Scale, "--no-deps") => command.deps = false,
            (Verb::Up | Verb::Down | Verb::Kill, "--remove-orphans") => command.remove_orphans = true,
            (Verb::Up | Verb::Down | Verb::Stop | Verb::Restart, "-t" | "--timeout") => {
                let said = value()?;
                let seconds = said.parse::<u32>().map_err(|_| {
                    (
                        format!("invalid argument {said:?} for \"-t, --timeout\" flag: a number of seconds"),
                        SYNTAX,
                    )
                })?;
                command.timeout_ms = Some(i64::from(seconds) * 1000);
            }
            (Verb::Kill, "-s" | "--signal") => command.signal = signal(value()?)?,
            (Verb::Rm, "-f" | "--force") => {}
            (Verb::Rm, "-s" | "--stop") => command.stop_first = true,
            _ if word.starts_with('-') => return Err((format!("unknown flag: {flag}"), SYNTAX)),
            (Verb::Scale, _) => command.scale(word)?,
            _ => command.services.push(word.into()),
        }
    }
    if *verb == Verb::Up && !detached {
        let why = "up stays attached to a terminal, and there is none here: add -d (--detach)";
        return Err((why.into(), FAILED));
    }
    if *verb == Verb::Scale {
        command.services = command.scale.keys().cloned().collect();
    }
    Ok(command)
}

impl Command {
    fn scale(&mut self, said: &str) -> Result<(), Refusal> {
        let why = || {
            format!("invalid --scale option {said:?}. Should be SERVICE=NUM, NUM from 0 to {REPLICAS_MAX}")
        };
        let (service, count) = said.split_once('=').ok_or_else(|| (why(), FAILED))?;
        let count =
            count.parse().ok().filter(|n| (0..=REPLICAS_MAX).contains(n)).ok_or_else(|| (why(), FAILED))?;
        self.scale.insert(service.into(), count);
        Ok(())
    }
}

fn signal(said: &str) -> Result<EcoString, Refusal> {
    match said.strip_prefix("SIG").unwrap_or(said) {
        "KILL" | "9" => Ok("SIGKILL".into()),
        "TERM" | "15" => Ok("SIGTERM".into()),
        _ => Err((
            format!("Error response from daemon: invalid signal: {said} (here: SIGKILL, SIGTERM)"),
            FAILED,
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// docs.docker.com/reference/cli/docker/compose: up, stop, kill, rm, scale.
    #[test]
    fn flags_are_read_in_their_forms() {
        let read = |line: &str| parse(&line.split(' ').collect::<Vec<_>>());
        let up = read("up -d --scale web=3 --scale=db=0 --no-deps web").unwrap();
        assert_eq!((up.verb, up.deps, up.services), (Verb::Up, false, vec!["web".into()]));
        assert_eq!(up.scale.into_iter().collect::<Vec<_>>(), [("db".into(), 0), ("web".into(), 3)]);
        assert_eq!(read("up --detach --force-recreate").unwrap().recreate, Recreate::Force);
        assert_eq!(read("stop -t 3 web").unwrap().timeout_ms, Some(3000));
        assert_eq!(read("kill -s TERM").unwrap().signal, "SIGTERM");
        assert!(read("rm -fs").is_err() && read("rm -f -s").unwrap().stop_first);
        let scale = read("scale web=2").unwrap();
        assert_eq!((scale.services, scale.deps), (vec!["web".into()], false));
        for (line, code) in [
            ("ups", SYNTAX),
            ("up --detached", SYNTAX),
            ("up", FAILED),
            ("up -d --scale web", FAILED),
            ("up -d --scale web=1000000", FAILED),
            ("stop -t soon", SYNTAX),
            ("stop -t", SYNTAX),
            ("kill -s USR1", FAILED),
        ] {
            assert_eq!(read(line).unwrap_err().1, code, "{line}");
        }
    }
}
