//! What a command sees and prints that is started in a running container. Models the kubelet's `ExecSync` on an image that
//! brings the small tools of a busybox: every simulated image does. Nothing in here changes the cluster.
//! Omits: files that another command wrote, job control.

mod env;
mod fetch;
mod fetch_args;
mod files;
mod filters;
mod grammar;
mod heard;
mod kill;
mod net;
mod nslookup;
mod programs;
mod shell;
mod task;
mod words;

pub use heard::{Heard, hear};
pub use task::{Fate, Outcome, fate, log, outcomes};

use std::collections::BTreeMap;

use ecow::EcoString;

use crate::{
    api::Api,
    clock::Time,
    json::Json,
    kubelet::{behaviour, hex64},
    object::{Key, Object},
    request::Exec,
    resources::{POD, SERVICE},
};

/// Longest that a client waits for a command: an hour of virtual time.
const WAIT_MS_MAX: i64 = 3_600_000;

/// What a command printed, and how it ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Printed {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// Exit code.
    pub code: i32,
    /// How long it runs, virtual milliseconds.
    pub takes_ms: i64,
    /// Both outputs in pieces, where commands follow each other.
    log: Vec<Piece>,
}

/// A piece of what a command printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// So long after the command began, virtual milliseconds.
    pub after_ms: i64,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Piece {
    /// Both, as they stand in a container's log.
    fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

impl Printed {
    fn out(text: impl Into<String>) -> Self {
        Self { stdout: text.into(), ..Self::default() }
    }

    fn failed(text: impl Into<String>, code: i32) -> Self {
        Self { stderr: text.into(), code, ..Self::default() }
    }

    /// Not longer than a client may be kept waiting.
    fn bounded(mut self) -> Self {
        self.takes_ms = self.takes_ms.min(WAIT_MS_MAX);
        self
    }

    /// What it prints and when, in order.
    pub fn pieces(&self) -> Vec<Piece> {
        if !self.log.is_empty() {
            return self.log.clone();
        }
        let all = Piece { after_ms: self.takes_ms, stdout: self.stdout.clone(), stderr: self.stderr.clone() };
        [all].into_iter().filter(|p| !(p.stdout.is_empty() && p.stderr.is_empty())).collect()
    }

    fn then(&mut self, next: Printed) {
        let so_far_ms = self.takes_ms;
        let later = |p: Piece| Piece { after_ms: so_far_ms.saturating_add(p.after_ms), ..p };
        self.log.extend(next.pieces().into_iter().map(later));
        self.stdout += &next.stdout;
        self.stderr += &next.stderr;
        self.code = next.code;
        self.takes_ms = self.takes_ms.saturating_add(next.takes_ms);
    }
}

/// Files by absolute path.
type Files = BTreeMap<String, String>;

/// A process in a container, as a client that is attached to it sees it.
#[derive(Clone, Debug)]
pub struct Session {
    argv: Vec<String>,
    hostname: EcoString,
    user: i64,
    dir: String,
    env: BTreeMap<String, String>,
    files: Files,
    main: String,
    last_code: i32,
    ended: bool,
    /// Lines that it is in the midst of.
    depth: usize,
    /// How the round of a loop that is being run is left.
    leaves_loop: Option<shell::Leave>,
    /// What the command before it in a pipeline has printed.
    stdin: Option<String>,
    /// Has its container's main process no handler for SIGTERM?
    deaf: bool,
    ip: EcoString,
    /// Where volumes are.
    mounts: Vec<EcoString>,
    namespace: EcoString,
    /// Services, since when they are there, and their addresses.
    services: Vec<(Key, Time, EcoString)>,
    image: EcoString,
    /// Is its output a terminal?
    tty: bool,
    around: Option<net::Surroundings>,
    watch: Option<Box<task::Watch>>,
}

impl Session {
    /// The process that a client asked for, about to run.
    pub fn open(api: &Api, exec: &Exec) -> Self {
        let pod = api.find(POD, &exec.pod).cloned().unwrap_or_default();
        let since = started(&pod, &exec.container).unwrap_or(api.now());
        let mut session = Self::of(api, &pod, exec, since);
        let declared = container(&pod, &exec.container);
        session.deaf = is_deaf(api, declared);
        if let Some(files) = task::files(api, &pod, declared, since) {
            session.files = files;
        }
        session
    }

    fn of(api: &Api, pod: &Object, exec: &Exec, since: Time) -> Self {
        let declared = container(pod, &exec.container);
        let hostname = match pod["spec"]["hostname"].text() {
            "" => pod.name().clone(),
            said => said.into(),
        };
        let dir = match declared["workingDir"].text() {
            "" => "/",
            dir => dir,
        };
        let words = |field: &str| declared[field].list().iter().map(Json::text).collect::<Vec<_>>().join(" ");
        let main = [words("command"), words("args")].join(" ").trim().to_owned();
        Self {
            argv: exec.argv.clone(),
            env: env::of(api, pod, declared, &hostname, since),
            files: files::of(api, pod, declared, &hostname),
            user: user(pod, declared),
            dir: dir.to_owned(),
            main: if main.is_empty() { declared["image"].text().to_owned() } else { main },
            hostname,
            last_code: 0,
            ended: false,
            depth: 0,
            leaves_loop: None,
            stdin: None,
            deaf: true,
            ip: pod["status"]["podIP"].text().into(),
            mounts: declared["volumeMounts"].list().iter().map(|m| m["mountPath"].text().into()).collect(),
            namespace: pod.namespace().clone(),
            services: services(api),
            image: declared["image"].text().into(),
            tty: exec.tty,
            around: None,
            watch: None,
        }
    }

    /// Does it wait for lines on its standard input?
    pub fn is_shell(&self) -> bool {
        shell::is_shell(&self.argv[0]) && self.argv.get(1).is_none_or(|a| a == "-i" || a == "-l")
    }

    /// Its prompt, where a terminal is attached.
    pub fn prompt(&self) -> String {
        format!("{} {} ", self.dir, if self.user == 0 { '#' } else { '$' })
    }

    /// Has the shell been left?
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Runs the command that was asked for.
    ///
    /// # Errors
    /// Why the container's runtime cannot start it.
    pub fn run(&mut self, now: Time) -> Result<Printed, String> {
        let argv = self.argv.clone();
        self.program(&argv, now).map(Printed::bounded).ok_or_else(|| {
            format!(
                "error executing command in container: failed to exec in container: failed to start exec \"{}\": OCI runtime \
                 exec failed: exec failed: unable to start container process: exec: {:?}: executable file not found in $PATH: \
                 unknown",
                hex64(&format!("{}/{}/{}", self.hostname, now.0, argv.join(" "))),
                argv[0]
            )
        })
    }

    /// Runs a line of a shell.
    pub fn line(&mut self, line: &str, now: Time) -> Printed {
        shell::line(self, line, now).bounded()
    }

    /// An absolute path without `.` and `..`.
    fn path(&self, said: &str) -> String {
        let mut parts: Vec<&str> =
            if said.starts_with('/') { Vec::new() } else { self.dir.split('/').collect() };
        for part in said.split('/') {
            if part == ".." {
                parts.pop();
            } else {
                parts.push(part);
            }
        }
        parts.retain(|p| !p.is_empty() && *p != ".");
        format!("/{}", parts.join("/"))
    }
}

fn is_deaf(api: &Api, declared: &Json) -> bool {
    let command = declared["command"].list().iter().chain(declared["args"].list());
    let command: Vec<EcoString> = command.map(|word| word.text().into()).collect();
    behaviour(api, declared["image"].text(), &command).ignores_sigterm
}

fn services(api: &Api) -> Vec<(Key, Time, EcoString)> {
    let one = |s: &Object| {
        let made = s["metadata"]["creationTimestamp"].time().unwrap_or_default();
        (s.key(), made, s["spec"]["clusterIP"].text().into())
    };
    api.list(SERVICE, "").map(one).collect()
}

/// A container of a pod, as declared; null if there is none of this name.
fn container<'a>(pod: &'a Object, name: &str) -> &'a Json {
    let spec = &pod["spec"];
    let mut all =
        ["containers", "initContainers", "ephemeralContainers"].into_iter().flat_map(|f| spec[f].list());
    all.find(|c| c["name"] == *name).unwrap_or(&Json::Null)
}

fn started(pod: &Object, container: &str) -> Option<Time> {
    let all = pod["status"]["containerStatuses"].list().iter();
    all.chain(pod["status"]["initContainerStatuses"].list())
        .find(|s| s["name"] == *container)
        .and_then(|s| s["state"]["running"]["startedAt"].time())
}

fn user(pod: &Object, container: &Json) -> i64 {
    let of = |context: &Json| context["securityContext"]["runAsUser"].int();
    of(container).or(of(&pod["spec"])).unwrap_or(0)
}

/// `key` of a ConfigMap or Secret as it was at a moment; a Secret's values are decoded.
fn data_as_of(
    api: &Api,
    resource: crate::resources::Resource,
    key: &Key,
    at: Time,
) -> BTreeMap<String, String> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let Some(object) = api.as_of(resource, key, at) else { return BTreeMap::new() };
    let decode = |text: &str| {
        STANDARD.decode(text).map_or(String::new(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    let secret = resource == crate::resources::SECRET;
    let plain = object["data"]
        .entries()
        .map(|(k, v)| (k.to_string(), if secret { decode(v.text()) } else { v.text().to_owned() }));
    let binary = object["binaryData"].entries().map(|(k, v)| (k.to_string(), decode(v.text())));
    plain.chain(binary).collect()
}

#[cfg(test)]
mod main_tests;
#[cfg(test)]
mod net_tests;
#[cfg(test)]
mod tests;
