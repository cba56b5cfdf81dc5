//! Plays a scenario against a fresh cluster of ours and compares each step with what was recorded.

use std::{collections::BTreeMap, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use http_body_util::BodyExt;
use server::alone::admin;
use tokio::process::Child;
use tower::ServiceExt;

use crate::{
    compare, exchange,
    kubectl::{self, Said},
    place, raw,
    restarts::Restarts,
    scenario::{self, Line, Raw, Step},
    shell,
    stand::{self, Stand},
    timeline::{Awaited, Timeline},
    transcript::{self, Recorded},
    until::Until,
    variables::Variables,
};

/// Virtual time between two polls.
const POLL_MS: i64 = 300;
/// A command that has not ended after its recorded time and this much real time waits for something else.
const PATIENCE: Duration = Duration::from_secs(2);
/// Within this real time a command in the background has made its requests.
const STANDS: Duration = Duration::from_secs(20);
/// How long after a pod was made its containers have started, seconds.
const HOLDS_S: f64 = 1.4;
/// What became of a step that says something.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Number of the step, from 1.
    pub step: usize,
    /// The step in one line.
    pub what: String,
    /// Does it agree?
    pub agrees: bool,
    /// What was recorded, and what came, where they differ.
    pub expect: String,
    /// See `expect`.
    pub is: String,
}

/// Plays a scenario.
///
/// # Errors
/// When script or recording cannot be read or do not belong together, or a program cannot be started.
pub async fn play(name: &str, recordings: &Path, kubectl: &Path) -> Result<Vec<Outcome>> {
    let script = std::fs::read_to_string(place::scenarios().join(format!("{name}.txt")))?;
    let steps = scenario::parse(&script).with_context(|| format!("{name}.txt"))?;
    let all = transcript::read(recordings, name)?;
    ensure!(
        steps.len() == all.len(),
        "{name}: the script has {} steps, the recording {}",
        steps.len(),
        all.len()
    );
    let exchanges = exchange::read(recordings, name)?;
    let stand = Stand::new(name, kubectl, stand::epoch(exchange::began_ms(&exchanges))).await?;
    let timeline = Timeline::start(stand.alone.live.clone()).await;
    stand.gate.set(timeline.clone());
    let exchanges = awaited(exchanges);
    let mut player = Player {
        stand,
        timeline,
        recordings,
        variables: Variables::new(),
        background: BTreeMap::new(),
        last_answer: String::new(),
        restarts: Restarts::default(),
        held_until: None,
        next: None,
        outcomes: Vec::new(),
    };
    for (i, (step, recorded)) in steps.iter().zip(&all).enumerate() {
        player.next = next_moment(&steps[i + 1..], &all[i + 1..]);
        player.timeline.await_requests(exchanges.get(&recorded.step).cloned().unwrap_or_default());
        player.step(step, recorded).await.with_context(|| format!("{name}, step {}", recorded.step))?;
    }
    player.stand.alone.stop().await;
    Ok(player.outcomes)
}

/// When the first of these steps that has a moment begins, less what is slept until then.
fn next_moment(steps: &[Step], recorded: &[Recorded]) -> Option<f64> {
    let mut slept = 0.0;
    for (step, recorded) in steps.iter().zip(recorded) {
        match step {
            Step::Sleep(seconds) => slept += seconds,
            Step::Stop { .. } | Step::Set { .. } | Step::SetJson { .. } => {}
            _ => return Some(recorded.t - slept),
        }
    }
    None
}

/// The requests of each step, in the order of time. Steps that poll make another number of them here.
fn awaited(exchanges: Vec<exchange::Exchange>) -> BTreeMap<usize, Vec<Awaited>> {
    let mut by_step: BTreeMap<usize, Vec<Awaited>> = BTreeMap::new();
    for exchange in exchanges {
        let path = exchange.url.split('?').next().unwrap_or_default();
        let what = format!("{} {path}", exchange.method);
        by_step.entry(exchange.step).or_default().push(Awaited { t: exchange.t, what });
    }
    by_step.values_mut().for_each(|all| all.sort_by(|a, b| a.t.total_cmp(&b.t)));
    by_step
}

struct Player<'a> {
    stand: Stand,
    timeline: Timeline,
    recordings: &'a Path,
    variables: Variables,
    background: BTreeMap<String, (Child, Line)>,
    last_answer: String,
    restarts: Restarts,
    /// Until when containers start unready, in seconds since the scenario's start.
    held_until: Option<f64>,
    /// When the next step that has a moment begins.
    next: Option<f64>,
    outcomes: Vec<Outcome>,
}

impl Player<'_> {
    async fn step(&mut self, step: &Step, recorded: &Recorded) -> Result<()> {
        if recorded.kind != "bg-stop" {
            self.timeline.at(recorded.t).await;
        }
        if self.held_until.is_some_and(|t| t <= recorded.t) {
            shell::hold_unready(false, &self.stand).await?;
            self.held_until = None;
        }
        match step {
            Step::Kubectl(line) => self.kubectl(line, recorded).await,
            Step::Background { id, line } => {
                let child = self.stand.kubectl.spawn(line)?;
                self.timeline.met(STANDS).await;
                kubectl::settled(&child).await;
                self.background.insert(id.clone(), (child, line.clone()));
                Ok(())
            }
            Step::Stop { id } => self.stop(id, recorded).await,
            Step::Until { seconds, regex, args } => self.until(*seconds, regex, args, recorded).await,
            Step::Set { var, args } => {
                let said = self.run(args).await?;
                self.variables.set(var, said.stdout);
                Ok(())
            }
            Step::SetJson { var, path } => {
                self.variables.set(var, raw::field(&self.last_answer, path));
                Ok(())
            }
            Step::Http(raw) => self.http(raw, recorded).await,
            Step::Sleep(seconds) => {
                self.timeline.on((seconds * 1000.0) as i64).await;
                Ok(())
            }
            Step::Shell(command) => self.shell(command, recorded).await,
        }
    }

    async fn run(&self, args: &[String]) -> Result<Said> {
        let line = Line { args: self.variables.fill_all(args), ..Line::default() };
        self.stand.kubectl.run(&line).await
    }

    async fn kubectl(&mut self, line: &Line, recorded: &Recorded) -> Result<()> {
        let line = Line {
            args: self.variables.fill_all(&line.args),
            stdin: line.stdin.as_ref().map(|s| self.variables.fill(s)),
            env: line.env.clone(),
        };
        if line.stdin.as_deref().is_some_and(shell::holds_unready) {
            shell::hold_unready(true, &self.stand).await?;
            self.held_until = Some(recorded.t + HOLDS_S);
        }
        let child = self.stand.kubectl.spawn(&line)?;
        let pid = child.id();
        let work = self.stand.kubectl.finish(child, &line);
        let said = self.timeline.during(recorded.ms, patience(&line, recorded), pid, work).await?;
        self.restarts.see(&line.args);
        let expect = said_text(recorded.exit.unwrap_or(0), &recorded.stdout, &recorded.stderr);
        let is = self.restarts.translate(&expect, said_text(said.exit, &said.stdout, &said.stderr));
        // A watch within a line (`get -w --request-timeout`, `rollout status`) tells histories; `get --raw` is JSON.
        let agrees = compare::texts(&expect, &is)
            || (watches(&line) && compare::watches(&expect, &is))
            || (line.args.iter().any(|a| a == "--raw")
                && recorded.exit == Some(said.exit)
                && compare::bodies(&recorded.stdout, &said.stdout));
        self.tell(recorded, format!("kubectl {}", line.args.join(" ")), agrees, expect, is);
        Ok(())
    }

    async fn stop(&mut self, id: &str, recorded: &Recorded) -> Result<()> {
        let (child, line) =
            self.background.remove(id).with_context(|| format!("nothing called {id} runs"))?;
        // When it was stopped was not recorded: before the next step began.
        if let Some(next) = self.next {
            self.timeline.at(next).await;
        }
        let said = kubectl::stop(child).await?;
        let is = self.restarts.translate(&recorded.stdout, said.stdout);
        let agrees = compare::watches(&recorded.stdout, &is);
        let what = format!("kubectl {}", line.args.join(" "));
        self.tell(recorded, what, agrees, recorded.stdout.clone(), is);
        Ok(())
    }

    async fn until(&mut self, seconds: f64, regex: &str, args: &[String], recorded: &Recorded) -> Result<()> {
        let until = Until::read(regex)?;
        let polls = (seconds * 1000.0) as i64 / POLL_MS;
        let mut said = self.run(args).await?;
        for _ in 0..polls {
            if until.holds(&said.stdout, &said.stderr) {
                break;
            }
            self.timeline.on(POLL_MS).await;
            said = self.run(args).await?;
        }
        self.timeline.came(recorded.t);
        let expect = said_text(recorded.exit.unwrap_or(0), &recorded.stdout, &recorded.stderr);
        let is = self.restarts.translate(&expect, said_text(said.exit, &said.stdout, &said.stderr));
        let agrees = compare::texts(&expect, &is);
        let what = format!("until kubectl {}", args.join(" "));
        self.tell(recorded, what, agrees, expect, is);
        Ok(())
    }

    async fn http(&mut self, raw: &Raw, recorded: &Recorded) -> Result<()> {
        let request = raw::request(raw, "", &self.variables)?;
        let service = self.stand.alone.live.service(admin());
        let response = service.oneshot(request).await.unwrap_or_else(|never| match never {});
        let status = response.status().as_u16();
        let type_ =
            response.headers().get("content-type").and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
        let body = self.read(response.into_body(), raw::patience(raw)).await;
        self.last_answer.clone_from(&body);
        let recorded_type = recorded.resp_headers["Content-Type"].as_str().unwrap_or_default();
        let recorded_body = recorded.body(self.recordings)?;
        let head = |status: u16, type_: &str| format!("{status} {type_}\n");
        let expect = head(recorded.status, recorded_type);
        let is = head(status, &type_);
        let agrees = expect == is && compare::bodies(&recorded_body, &body);
        let what = format!("{} {}", raw.method, self.variables.fill(&raw.path));
        self.tell(recorded, what, agrees, expect + &recorded_body, is + &body);
        Ok(())
    }

    /// A body to its end, or as much of a stream as comes within virtual seconds, at ×1: timeouts of watches are real.
    async fn read(&self, mut body: sandbox::http::ResponseBody, patience: Duration) -> String {
        let mut bytes = Vec::new();
        let whole = async {
            while let Some(Ok(frame)) = body.frame().await {
                bytes.extend_from_slice(&frame.into_data().unwrap_or_default());
            }
        };
        let limited = tokio::time::timeout(patience, whole);
        let _ = self.timeline.paced(limited).await;
        String::from_utf8_lossy(&bytes).into_owned()
    }

    async fn shell(&mut self, command: &str, recorded: &Recorded) -> Result<()> {
        if let Some(is) = shell::run(command, &self.stand).await? {
            let expect = shell::without_headers(&recorded.stdout);
            let agrees = compare::texts(&expect, &is);
            self.tell(recorded, command.to_owned(), agrees, expect, is);
        }
        Ok(())
    }

    fn tell(&mut self, recorded: &Recorded, what: String, agrees: bool, expect: String, is: String) {
        self.outcomes.push(Outcome { step: recorded.step, what, agrees, expect, is });
    }
}

/// Real time that a command may wait for nothing: longer where it ended by a timeout of its own, which it counts by the real
/// clock.
fn patience(line: &Line, recorded: &Recorded) -> Duration {
    let failed = recorded.exit.is_some_and(|code| code != 0);
    let own = line.args.iter().filter_map(|a| {
        let time = a.strip_prefix("--timeout=").filter(|_| failed);
        let time = time.or_else(|| a.strip_prefix("--request-timeout="))?;
        time.strip_suffix('s')?.parse::<u64>().ok()
    });
    PATIENCE + Duration::from_secs(own.max().unwrap_or(0))
}

fn watches(line: &Line) -> bool {
    line.args
        .iter()
        .any(|a| matches!(a.as_str(), "-w" | "--watch" | "status" | "wait" | "-f" | "drain" | "delete"))
}

fn said_text(exit: i32, stdout: &str, stderr: &str) -> String {
    format!("exit {exit}\n{stdout}{stderr}")
}
