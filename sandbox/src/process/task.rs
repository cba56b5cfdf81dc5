//! The main process of a container: what it prints and when, and how it ends. Models the programs of this room as pid 1; the
//! same command gives the same words at each reading, so nothing of a log is kept.
//! Omits: programs and shell words that are not known here (they end as their command lets one guess), files that another
//! process wrote, a Service that goes again while something waits for it.

use std::sync::Arc;

use ecow::EcoString;

use super::{Files, Piece, Printed, Session, container, env, files, net::Came, programs::UNSIMULATED, shell};
use crate::{
    api::Api,
    clock::Time,
    json::Json,
    kubelet::ends_of,
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
/// Bytes of a probe's output; the kubelet's `maxRespBodyLength`.
const OUTPUT_MAX: usize = 10 << 10;
/// Bytes of a termination message.
const MESSAGE_MAX: usize = 4096;
/// Exit code of a shell that met a syntax error.
const UNREADABLE: i64 = 2;
/// Images that start what they are told to.
const SHELLS: [&str; 4] = ["busybox", "alpine", "debian", "ubuntu"];
/// Images whose programs are known, and a program of each.
const OFFICIAL: [&str; 4] = ["nginx", "httpd", "redis", "memcached"];
/// What such images bring besides the programs that are simulated.
const OTHERS: &str = " adduser addgroup apk apt apt-get awk base64 basename bash bc chroot clear cmp crond cut dd df diff dirname dpkg \
    du egrep expr fgrep find free ftpd getopt grep groups gunzip gzip head hexdump httpd ifconfig install ip ipcs killall less \
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
    /// It makes a request at this moment; what comes then depends on the answer.
    Asks(Time),
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
    /// A line that this shell cannot read.
    Unreadable,
    /// A program that is there and does nothing here.
    Unsimulated,
    /// It sleeps, or goes round, for ever.
    Forever,
    /// It asks for a Service that may come later.
    Waits(Key),
    /// It makes a request that has not been answered.
    Asks { at: Time, host: String, port: i64 },
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
    /// When it started.
    pub since: Time,
    /// The answers to its requests so far.
    pub heard: Arc<Vec<Came>>,
    /// Requests that it has made.
    pub asked: usize,
    /// The files as they were from these moments on, where a command changed them.
    pub files: Vec<(Time, Files)>,
}

impl Watch {
    /// Of a process that starts at `since`; what comes after `now` cannot be known.
    fn new(since: Time, now: Time, heard: Arc<Vec<Came>>) -> Self {
        Self { steps: 0, stuck: None, until: None, now, since, heard, asked: 0, files: Vec::new() }
    }
}

impl Session {
    /// May there be a program of this name that is not known: on a volume, or in an image that nobody knows?
    pub(super) fn may_have(&self, program: &str) -> bool {
        let mounted = self.mounts.iter().any(|path| program.starts_with(path.as_str()));
        mounted || brings(&self.image, program) != Some(false)
    }

    /// Does a main process not go on?
    pub(super) fn is_stuck(&self) -> bool {
        self.watch.as_ref().is_some_and(|watch| watch.stuck.is_some())
    }

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
        Some(Stuck::Asks { at, .. }) => return Some(Fate::Asks(at)),
        Some(Stuck::Forever) => return Some(Fate::Runs),
        Some(Stuck::Unreadable) => return Some(unread(&session.argv)),
        Some(Stuck::Unsimulated) => return Some(guessed(&session.argv.join(" "), UNSIMULATED.into())),
        Some(_) => return None,
        None if printed.takes_ms >= FOREVER_MS => return Some(Fate::Runs),
        None => {}
    }
    let path = declared["terminationMessagePath"].str().unwrap_or("/dev/termination-log");
    let mut message = session.files.get(path).cloned().unwrap_or_default();
    if message.is_empty() && code != 0 && declared["terminationMessagePolicy"] == "FallbackToLogsOnError" {
        message = printed.log.iter().map(Piece::text).collect();
    }
    message.truncate(message.floor_char_boundary(MESSAGE_MAX));
    Some(Fate::Ends { after_ms: printed.takes_ms, code, message })
}

/// What becomes of a shell whose line cannot be read: it runs for as long as its words let one guess, and never ends well.
fn unread(argv: &[String]) -> Fate {
    guessed(&format!("{} true", argv.join(" ")), UNREADABLE)
}

/// What a command line lets one guess, with `failure` instead of a success that nobody has seen.
fn guessed(line: &str, failure: i64) -> Fate {
    match ends_of(line) {
        None => Fate::Runs,
        Some((after_ms, code)) => {
            Fate::Ends { after_ms, code: if code == 0 { failure } else { code }, message: String::new() }
        }
    }
}

/// The request that a main process has come to, which started at `since`: when, to which host and port.
pub(super) fn asks(api: &Api, pod: &Object, name: &str, since: Time) -> Option<(Time, String, i64)> {
    let (session, _) = play(api, pod, container(pod, name), since, None)?;
    match session.watch?.stuck? {
        Stuck::Asks { at, host, port } => Some((at, host, port)),
        _ => None,
    }
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

/// What a command does that is tried in a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its exit code.
    pub code: i64,
    /// What it prints to both outputs.
    pub output: EcoString,
}

/// What a command does in a container whose main process started at `since`, each from a moment on; nothing if that cannot be
/// told.
pub fn outcomes(
    api: &Api,
    pod: &Object,
    name: &str,
    since: Time,
    command: &[String],
) -> Vec<(Time, Outcome)> {
    let declared = container(pod, name);
    if command.is_empty() || is_declared(api, declared) {
        return Vec::new();
    }
    let Some((session, _)) = play(api, pod, declared, since, None) else { return Vec::new() };
    let changes = session.watch.as_ref().map(|watch| watch.files.clone()).unwrap_or_default();
    let begin = (since, files::of(api, pod, declared, &session.hostname));
    let watch = Watch::new(since, api.now(), Arc::default());
    let mut outcomes: Vec<(Time, Outcome)> = Vec::new();
    for (at, files) in [begin].into_iter().chain(changes) {
        let watch = Some(Box::new(watch.clone()));
        let mut asked = Session { files, watch, ended: false, ..session.clone() };
        let Some(printed) = asked.program(command, at) else { return Vec::new() };
        if asked.watch.is_none_or(|w| w.stuck.is_some()) {
            return Vec::new();
        }
        let mut output: String = printed.pieces().iter().map(Piece::text).collect();
        output.truncate(output.floor_char_boundary(OUTPUT_MAX));
        let outcome = Outcome { code: i64::from(printed.code), output: output.into() };
        if outcomes.last().is_none_or(|(_, last)| *last != outcome) {
            outcomes.push((at, outcome));
        }
    }
    outcomes
}

/// What the main process printed until `until`, with the time of each piece; nothing if that cannot be told.
pub fn log(api: &Api, pod: &Object, name: &str, since: Time, until: Time) -> Option<Vec<(Time, String)>> {
    let declared = container(pod, name);
    if is_declared(api, declared) {
        return None;
    }
    let (session, printed) = play(api, pod, declared, since, Some(until))?;
    let stuck = session.watch.as_ref().and_then(|w| w.stuck.clone());
    if stuck == Some(Stuck::Unreadable) && unread(&session.argv) == Fate::Runs {
        return None;
    }
    let unknown = stuck == Some(Stuck::Unknown);
    let pieces = printed.log.iter().map(|p| (since.plus_ms(p.after_ms), p.text()));
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
    let argv = arguments(declared);
    if !shell::is_shell(argv.first()?) && !super::programs::may_know(argv.first()?) {
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
    let heard = api.heard.of(pod, declared["name"].text(), since);
    session.watch = Some(Box::new(Watch { until, ..Watch::new(since, api.now(), heard) }));
    let argv = session.argv.clone();
    let printed = session.program(&argv, since)?;
    let mut all = Printed::default();
    if shell::is_shell(&argv[0]) || !session.lacks_an_answer() {
        all.then(printed);
    }
    Some((session, all))
}

/// The command line of a container. Models the entry point of `curlimages/curl`, which takes options and URLs alone as curl's.
fn arguments(declared: &Json) -> Vec<String> {
    let said = ["command", "args"].into_iter().flat_map(|f| declared[f].list());
    let mut argv: Vec<String> = said.map(|w| w.text().to_owned()).collect();
    let by_itself = declared["command"].is_empty() && base(declared) == "curlimages/curl";
    if by_itself && argv.first().is_some_and(|first| first.starts_with('-') || first.contains("://")) {
        argv.insert(0, "curl".into());
    }
    argv
}

/// The name of a container's image without its tag.
fn base(declared: &Json) -> &str {
    declared["image"].text().split([':', '@']).next().unwrap_or("")
}

/// Why the runtime cannot start a container: its program is not in its image.
fn refusal(declared: &Json) -> Option<String> {
    let list =
        if declared["command"].is_empty() && SHELLS.contains(&base(declared)) { "args" } else { "command" };
    let program = declared[list].list().first()?.text();
    let mounts = declared["volumeMounts"].list().iter();
    let mounted = mounts.map(|m| m["mountPath"].text()).any(|path| program.starts_with(path));
    let is_entry = program.ends_with("docker-entrypoint.sh");
    if mounted || is_entry || brings(declared["image"].text(), program) != Some(false) {
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

/// Does an image bring a program? `None`: nobody knows what is in it.
pub(super) fn brings(image: &str, program: &str) -> Option<bool> {
    let base = image.split([':', '@']).next().unwrap_or("");
    let (dir, name) = program.rsplit_once('/').unwrap_or(("/bin", program));
    let system = matches!(dir, "/bin" | "/usr/bin" | "/sbin" | "/usr/sbin" | "/usr/local/bin");
    if !SHELLS.contains(&base) && !OFFICIAL.contains(&base) {
        return None;
    }
    let tool = shell::is_shell(name) || super::programs::knows(name) || is_tool(name);
    Some(system && (tool || name.contains(base)))
}

/// Is it a program of busybox that is not simulated?
pub(super) fn is_tool(name: &str) -> bool {
    OTHERS.contains(&format!(" {name} "))
}
