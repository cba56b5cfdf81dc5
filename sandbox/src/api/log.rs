//! What a container printed, as a kubelet gives it. Models `PodLogOptions`, `validateContainerLogStatus` of the kubelet and
//! `ReadLogs` of k8s.io/cri-client. The log of a container whose command is not simulated says when it started and ended.
//! Omits: rotation.

use ecow::EcoString;

use super::Api;
use crate::{
    clock::Time,
    json::Json,
    object::{Key, Object},
    process,
    resources::{IMAGE, POD},
    status::Status,
};

/// What of a log is asked for. Models `PodLogOptions`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogOptions {
    /// Goes on until the container ends.
    pub follow: bool,
    /// Of the run before this one.
    pub previous: bool,
    /// Each line begins with its moment.
    pub timestamps: bool,
    /// Nothing older.
    pub since: Option<Time>,
    /// The last lines only.
    pub tail: Option<usize>,
    /// Most bytes.
    pub limit_bytes: Option<usize>,
}

/// The log of one run of a container, given piece by piece.
#[derive(Debug)]
pub struct Log {
    pod: Key,
    uid: EcoString,
    container: String,
    /// Of that run: a container that starts again gets another.
    id: EcoString,
    options: LogOptions,
    /// Lines that were given or left out.
    seen: usize,
    /// The `tail` was cut.
    begun: bool,
    ended: bool,
}

impl Log {
    /// The log of a container.
    ///
    /// # Errors
    /// The container has not started, or there was no run before.
    pub fn open(pod: &Object, container: &str, options: LogOptions) -> Result<Self, Status> {
        let id = run(pod, container, options.previous)?;
        Ok(Self {
            pod: pod.key(),
            uid: pod.uid().clone(),
            container: container.to_owned(),
            ended: id.is_none(),
            id: id.unwrap_or_default(),
            options,
            seen: 0,
            begun: false,
        })
    }

    /// Is there more to come?
    pub fn is_open(&self) -> bool {
        !self.ended
    }

    /// Does the client wait for what is still to be printed?
    pub fn is_followed(&self) -> bool {
        self.options.follow
    }

    /// What was printed since the last piece, until a moment.
    pub fn poll(&mut self, api: &Api, now: Time) -> String {
        if self.ended {
            return String::new();
        }
        let pod = api.get(POD, &self.pod).ok().filter(|pod| *pod.uid() == self.uid);
        let Some((pod, state)) = pod.and_then(|pod| Some((pod, state_of(pod, &self.container, &self.id)?)))
        else {
            self.ended = true;
            return String::new();
        };
        let lines = said(api, pod, state, &self.container, now)
            .unwrap_or_else(|| told(api, pod, state, &self.container));
        self.ended = !state["terminated"].is_null() || !self.options.follow;
        if !std::mem::replace(&mut self.begun, true) {
            self.seen = self.options.tail.map_or(0, |tail| lines.len().saturating_sub(tail));
        }
        let mut out = String::new();
        for (at, line) in lines.get(self.seen..).unwrap_or_default() {
            if self.options.since.is_some_and(|since| *at < since) {
                continue;
            }
            if self.options.timestamps {
                out += &format!("{} ", at.rfc3339_nano());
            }
            out += line;
        }
        self.seen = self.seen.max(lines.len());
        if let Some(left) = &mut self.options.limit_bytes {
            self.ended |= out.len() >= *left;
            out.truncate(out.floor_char_boundary(*left));
            *left -= out.len();
        }
        out
    }
}

fn status<'a>(pod: &'a Object, container: &str) -> &'a Json {
    let lists = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"];
    let mut all = lists.iter().flat_map(|f| pod["status"][*f].list());
    all.find(|s| s["name"] == *container).unwrap_or(&Json::Null)
}

/// The run whose log is meant: the container's identity; none where no kubelet knows of the pod.
fn run(pod: &Object, container: &str, previous: bool) -> Result<Option<EcoString>, Status> {
    let name = pod.name();
    let refuse = |why: String| Err(Status::bad_request(why));
    if pod["spec"]["nodeName"].is_empty() {
        return Ok(None);
    }
    let status = status(pod, container);
    let last = &status["lastState"]["terminated"];
    let (now, ended) = (&status["state"], &status["state"]["terminated"]);
    let id = if previous {
        &last["containerID"]
    } else if !now["running"].is_null() {
        &status["containerID"]
    } else if !ended["containerID"].is_empty() {
        &ended["containerID"]
    } else {
        &last["containerID"]
    };
    if let Some(id) = id.eco().filter(|id| !id.is_empty()) {
        return Ok(Some(id.clone()));
    }
    if previous {
        return refuse(format!("previous terminated container {container:?} in pod {name:?} not found"));
    }
    if !ended.is_null() {
        return refuse(format!("container {container:?} in pod {name:?} is terminated"));
    }
    let reason = match now["waiting"]["reason"].text() {
        "" => "ContainerCreating",
        "ErrImagePull" => "image can't be pulled",
        "ImagePullBackOff" => "trying and failing to pull image",
        other => other,
    };
    refuse(format!("container {container:?} in pod {name:?} is waiting to start: {reason}"))
}

/// How a run stands.
fn state_of<'a>(pod: &'a Object, container: &str, id: &EcoString) -> Option<&'a Json> {
    let status = status(pod, container);
    if status["lastState"]["terminated"]["containerID"] == **id {
        return Some(&status["lastState"]);
    }
    let now = &status["state"];
    (status["containerID"] == **id || now["terminated"]["containerID"] == **id).then_some(now)
}

/// A line, with the moment at which it was printed.
type Line = (Time, String);

/// What a container printed whose command is known.
fn said(api: &Api, pod: &Object, state: &Json, container: &str, now: Time) -> Option<Vec<Line>> {
    let ended = &state["terminated"];
    if ended["reason"] == "StartError" {
        return Some(Vec::new());
    }
    let since = if ended.is_null() { &state["running"]["startedAt"] } else { &ended["startedAt"] }.time()?;
    // A status has whole seconds.
    let until = ended["finishedAt"].time().map_or(now.max(api.now()), |end| end.plus_ms(999));
    Some(whole(process::log(api, pod, container, since, until)?, !ended.is_null()))
}

/// Pieces as lines. What has no newline yet is written to the log only when the container has ended.
fn whole(pieces: Vec<Line>, ended: bool) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (at, text) in pieces {
        for part in text.split_inclusive('\n') {
            match lines.last_mut().filter(|(_, line)| !line.ends_with('\n')) {
                Some((_, line)) => line.push_str(part),
                None => lines.push((at, part.to_owned())),
            }
        }
    }
    if !ended && lines.last().is_some_and(|(_, line)| !line.ends_with('\n')) {
        lines.pop();
    }
    lines
}

/// What is said of a container whose command is not known: when it started, its last words, when it ended.
fn told(api: &Api, pod: &Object, state: &Json, container: &str) -> Vec<Line> {
    let (running, ended) = (&state["running"], &state["terminated"]);
    let mut lines: Vec<Line> = Vec::new();
    let tell = |lines: &mut Vec<Line>, at: &Json, words: &str| {
        lines.extend(at.time().map(|time| (time, format!("{} {words}\n", at.text()))));
    };
    tell(
        &mut lines,
        if running.is_null() { &ended["startedAt"] } else { &running["startedAt"] },
        &format!("{container} started"),
    );
    let id = [&state["terminated"]["containerID"], &status(pod, container)["containerID"]];
    let id = id.into_iter().find(|id| !id.is_empty()).map_or("", Json::text);
    lines.extend(api.printed_by(id).iter().map(|(at, line)| (*at, format!("{line}\n"))));
    if !ended.is_null() {
        let code = ended["exitCode"].int().unwrap_or(0);
        if let Some(words) = last_words(api, pod, container, code) {
            tell(&mut lines, &ended["finishedAt"], &words);
        }
        tell(&mut lines, &ended["finishedAt"], &format!("{container} ended with exit code {code}"));
    }
    lines
}

/// What its Image says that it prints before it ends by itself.
fn last_words(api: &Api, pod: &Object, container: &str, code: i64) -> Option<EcoString> {
    let declared = pod["spec"]["containers"].list().iter().find(|c| c["name"] == *container)?;
    let image = api.list(IMAGE, "").find(|i| i["spec"]["image"] == declared["image"])?;
    let own = image["spec"]["exitCode"].int().unwrap_or(1) == code;
    image["spec"]["crashLog"].eco().filter(|_| own).cloned()
}
