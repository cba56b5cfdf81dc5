//! The main process of a container: what it prints and when, and how it ends. Models the programs of this room as pid 1; the
//! same command gives the same words at each reading, so nothing of a log is kept.
//! Omits: programs and shell words that are not known here (they end as their command lets one guess), files that another
//! process wrote, a Service that goes again while something waits for it.

use super::{Files, Printed, Session, container, env, files, shell};
use crate::{
    api::Api,
    clock::Time,
    json::Json,
    object::{Key, Object},
    request::Exec,
    resources::IMAGE,
};

/// Longer than anything: what takes this long does not end.
pub(super) const FOREVER_MS: i64 = 1 << 40;
/// Commands that a main process runs, at most; then it counts as one that runs on.
const STEPS_MAX: u32 = 30_000;
/// A status has whole seconds.
const SECOND_MS: i64 = 999;
/// Changes of files that are followed in one process; a later one is as if it were not made.
const CHANGES_MAX: usize = 50;
/// Bytes of a termination message.
const MESSAGE_MAX: usize = 4096;
/// Images that start what they are told to.
const SHELLS: [&str; 4] = ["busybox", "alpine", "debian", "ubuntu"];
/// Images whose programs are known, and a program of each.
const OFFICIAL: [&str; 4] = ["nginx", "httpd", "redis", "memcached"];
/// What such images bring besides the programs that are simulated.
const OTHERS: &str = " adduser addgroup apk apt apt-get awk base64 basename bash bc chroot clear cmp crond cut dd df diff dirname dpkg \
    du egrep expr fgrep find free ftpd getopt grep groups gunzip gzip head hexdump httpd ifconfig install ip ipcs kill killall less \
    ln login logger md5sum mkfifo mknod mktemp more mount mountpoint nc netstat nice nohup nproc ntpd od passwd paste patch perl \
    pgrep pidof ping ping6 printf pkill readlink realpath reset rev route sed seq sha1sum sha256sum sha512sum shuf sort split stat \
    strings stty su sync sysctl tac tail tar tee telnet time timeout top tr traceroute tty udhcpc umount uniq unlink unzip uptime \
    usleep vi watch wc wget which who xargs xxd yes zcat docker-entrypoint.sh ";

/// What a main process does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It ends.
    Ends {
        /// After so long.
        after_ms: i64,
        /// With this exit code.
        code: i64,
        /// And this in its termination log.
        message: String,
    },
    /// It runs until it is stopped.
    Runs,
    /// It runs until a Service is there.
    Waits(Key),
    /// It cannot be started.
    Refused {
        /// In the runtime's words.
        why: String,
    },
}

/// Why a shell does not go on.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stuck {
    /// It met what is not simulated.
    Unknown,
    /// It sleeps, or goes round, for ever.
    Forever,
    /// It asks for a Service that may come later.
    Waits(Key),
    /// Nobody wants to know what comes later.
    Horizon,
}

/// What a main process is watched for.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    pub steps: u32,
    pub stuck: Option<Stuck>,
    /// Later than this is of no interest.
    pub until: Option<Time>,
    /// What comes after it cannot be known.
    pub now: Time,
    /// The files as they were from these moments on, where a command changed them.
    pub files: Vec<(Time, Files)>,
}

impl Session {
    /// Counts a command of a main process; false if it does not go on.
    pub(super) fn goes_on(&mut self, now: Time) -> bool {
        let Some(watch) = &mut self.watch else { return true };
        watch.steps += 1;
        if watch.stuck.is_none() && watch.until.is_some_and(|until| now > until) {
            watch.stuck = Some(Stuck::Horizon);
        } else if watch.stuck.is_none() && watch.steps > STEPS_MAX {
            watch.stuck = Some(Stuck::Forever);
        }
        watch.stuck.is_none()
    }

    /// A command of a main process has ended: what it did to the files is followed.
    pub(super) fn follow_files(&mut self, at: Time) {
        let Some(watch) = &mut self.watch else { return };
        let same = watch.files.last().is_some_and(|(_, files)| *files == self.files);
        if !same && watch.files.len() < CHANGES_MAX {
            watch.files.push((at, self.files.clone()));
        }
    }

    /// A main process met what it cannot do; true if this is one.
    pub(super) fn stick(&mut self, why: Stuck) -> bool {
        if let Some(watch) = &mut self.watch {
            watch.stuck.get_or_insert(why);
        }
        self.watch.is_some()
    }
}

/// The future of the main process of a container that started at `since`, if it is one that can be told.
pub fn fate(api: &Api, pod: &Object, name: &str, since: Time) -> Option<Fate> {
    let declared = container(pod, name);
    if is_declared(api, declared) {
        return None;
    }
    if let Some(why) = refusal(declared) {
        return Some(Fate::Refused { why });
    }
    let (session, printed) = play(api, pod, declared, since, None)?;
    let code = i64::from(printed.code);
    match session.watch.as_ref().and_then(|w| w.stuck.clone()) {
        Some(Stuck::Waits(service)) => return Some(Fate::Waits(service)),
        Some(Stuck::Forever) => return Some(Fate::Runs),
        Some(_) => return None,
        None if printed.takes_ms >= FOREVER_MS => return Some(Fate::Runs),
        None => {}
    }
    let path = declared["terminationMessagePath"].str().unwrap_or("/dev/termination-log");
    let mut message = session.files.get(path).cloned().unwrap_or_default();
    if message.is_empty() && code != 0 && declared["terminationMessagePolicy"] == "FallbackToLogsOnError" {
        message = printed.log.iter().map(|(_, text)| text.as_str()).collect();
    }
    message.truncate(message.floor_char_boundary(MESSAGE_MAX));
    Some(Fate::Ends { after_ms: printed.takes_ms, code, message })
}

/// The files of a container whose main process started at `since`, as they are now; nothing if that cannot be told.
pub(super) fn files(api: &Api, pod: &Object, declared: &Json, since: Time) -> Option<Files> {
    if is_declared(api, declared) {
        return None;
    }
    let (session, _) = play(api, pod, declared, since, Some(api.now()))?;
    let changes = session.watch?.files;
    changes.into_iter().rev().find(|(at, _)| *at <= api.now()).map(|(_, files)| files)
}

/// The exit codes that a command gives in a container whose main process started at `since`, each from a moment on; nothing if
/// what the process does to its files cannot be told.
pub fn codes(api: &Api, pod: &Object, name: &str, since: Time, command: &[String]) -> Vec<(Time, i64)> {
    let declared = container(pod, name);
    if command.is_empty() || is_declared(api, declared) {
        return Vec::new();
    }
    let Some((session, _)) = play(api, pod, declared, since, None) else { return Vec::new() };
    let changes = session.watch.as_ref().map(|watch| watch.files.clone()).unwrap_or_default();
    let begin = (since, files::of(api, pod, declared, &session.hostname));
    let mut codes: Vec<(Time, i64)> = Vec::new();
    for (at, files) in [begin].into_iter().chain(changes) {
        let mut asked = Session { files, watch: None, ended: false, ..session.clone() };
        let Some(printed) = asked.program(command, at) else { return Vec::new() };
        let code = i64::from(printed.code);
        if codes.last().is_none_or(|(_, last)| *last != code) {
            codes.push((at, code));
        }
    }
    codes
}

/// What the main process printed until `until`, with the time of each piece; nothing if that cannot be told.
pub fn log(api: &Api, pod: &Object, name: &str, since: Time, until: Time) -> Option<Vec<(Time, String)>> {
    let declared = container(pod, name);
    if is_declared(api, declared) {
        return None;
    }
    let (session, printed) = play(api, pod, declared, since, Some(until))?;
    let unknown = session.watch.as_ref().is_some_and(|w| w.stuck == Some(Stuck::Unknown));
    let pieces = printed.log.into_iter().map(|(ms, text)| (since.plus_ms(ms), text));
    let seen: Vec<_> = pieces.filter(|(at, _)| *at <= until).collect();
    (!unknown || !seen.is_empty()).then_some(seen)
}

fn is_declared(api: &Api, container: &Json) -> bool {
    api.list(IMAGE, "").any(|i| i["spec"]["image"] == container["image"])
}

fn play(
    api: &Api,
    pod: &Object,
    declared: &Json,
    since: Time,
    until: Option<Time>,
) -> Option<(Session, Printed)> {
    let said = ["command", "args"].into_iter().flat_map(|f| declared[f].list());
    let argv: Vec<String> = said.map(|w| w.text().to_owned()).collect();
    if !shell::is_shell(argv.first()?) && !super::programs::knows(argv.first()?) {
        return None;
    }
    let exec = Exec {
        pod: pod.key(),
        container: declared["name"].text().to_owned(),
        argv: Vec::new(),
        stdin: false,
        tty: false,
    };
    let mut session = Session::of(api, pod, &exec, since.plus_ms(SECOND_MS));
    session.argv = argv.iter().map(|word| env::expand(word, &session.env)).collect();
    session.watch = Some(Box::new(Watch { steps: 0, stuck: None, until, now: api.now(), files: Vec::new() }));
    let argv = session.argv.clone();
    let printed = session.program(&argv, since)?;
    let mut all = Printed::default();
    all.then(printed);
    Some((session, all))
}

/// Why the runtime cannot start a container: its program is not in its image.
fn refusal(declared: &Json) -> Option<String> {
    let image = declared["image"].text();
    let base = image.split([':', '@']).next().unwrap_or("");
    let shells = SHELLS.contains(&base);
    let list = if declared["command"].is_empty() && shells { "args" } else { "command" };
    let program = declared[list].list().first()?.text();
    if !shells && !OFFICIAL.contains(&base) {
        return None;
    }
    let (dir, name) = program.rsplit_once('/').unwrap_or(("/bin", program));
    let system = matches!(dir, "/bin" | "/usr/bin" | "/sbin" | "/usr/sbin" | "/usr/local/bin");
    let mounts = declared["volumeMounts"].list().iter();
    let mounted = mounts.map(|m| m["mountPath"].text()).any(|path| program.starts_with(path));
    let brought = shell::is_shell(name)
        || super::programs::knows(name)
        || OTHERS.contains(&format!(" {name} "))
        || name.contains(base);
    if mounted || system && brought || name == "docker-entrypoint.sh" {
        return None;
    }
    let what = match program.contains('/') {
        true => format!("stat {program}: no such file or directory"),
        false => "executable file not found in $PATH".into(),
    };
    Some(format!(
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to \
         start container process: error during container init: exec: {program:?}: {what}: unknown"
    ))
}
