//! Plays scenarios against a real cluster in real time and keeps what it answers, in the form of the reference.
//! Each scenario expects a fresh, empty cluster. What a script does to the reference's machines (`sh`) is left out: it is
//! kept as a step without an outcome.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::{sleep, timeout},
};

use crate::{
    kubectl::{self, Home, Kubectl, Said},
    place,
    raw::{self, Answer},
    scenario::{self, Line, Step},
    tap::Tap,
    until::Until,
    variables::Variables,
};

/// Between two polls.
const POLL: Duration = Duration::from_millis(300);
/// Longest that `kubectl proxy` may take to stand.
const PROXY_STARTS: Duration = Duration::from_secs(20);

/// Records scenarios into `out`.
///
/// # Errors
/// A cluster that cannot be reached, a script that cannot be read, a file that cannot be written.
pub async fn record(names: &[String], binary: &Path, kubeconfig: &Path, out: &Path) -> Result<()> {
    std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    let (_proxy, to) = proxy(binary, kubeconfig).await?;
    let tap = Tap::start(to).await?;
    let home = Home::new("record")?;
    let file = home.path().join("kubeconfig");
    std::fs::write(&file, plain_kubeconfig(tap.addr))?;
    let kubectl = Kubectl { binary: binary.to_owned(), kubeconfig: file, home: home.path().to_owned() };
    for name in names {
        let script = std::fs::read_to_string(place::scenarios().join(format!("{name}.txt")))?;
        let steps = scenario::parse(&script).with_context(|| format!("{name}.txt"))?;
        tap.begin();
        let mut recorder = Recorder::new(&kubectl, &tap);
        let mut lines = String::new();
        for (at, step) in steps.iter().enumerate() {
            tap.step(at + 1);
            let t = tap.seconds();
            let mut kept =
                recorder.step(step, at + 1).await.with_context(|| format!("{name}, step {}", at + 1))?;
            kept["step"] = (at + 1).into();
            kept["t"] = t.into();
            lines += &format!("{kept}\n");
        }
        write(&out.join(format!("{name}.jsonl")), &lines)?;
        write(&out.join(format!("{name}.http.jsonl")), &tap.lines())?;
        println!("{name}: {} steps", steps.len());
    }
    Ok(())
}

fn write(path: &PathBuf, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// `kubectl proxy` on a port of its own; it ends with the child.
async fn proxy(binary: &Path, kubeconfig: &Path) -> Result<(Child, SocketAddr)> {
    let mut child = Command::new(binary)
        .args(["proxy", "--port=0", "--reject-paths=^$"])
        .env("KUBECONFIG", kubeconfig)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {}", binary.display()))?;
    let stdout = child.stdout.take().context("kubectl proxy says nothing")?;
    let mut lines = BufReader::new(stdout).lines();
    let line = timeout(PROXY_STARTS, lines.next_line()).await.context("kubectl proxy does not start")??;
    let line = line.context("kubectl proxy ended; can kubectl reach the cluster with this kubeconfig?")?;
    let addr = line.rsplit(' ').next().unwrap_or_default();
    Ok((child, addr.parse().with_context(|| format!("kubectl proxy said {line:?}"))?))
}

fn plain_kubeconfig(addr: SocketAddr) -> String {
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "recorded",
        "clusters": [{"name": "recorded", "cluster": {"server": format!("http://{addr}")}}],
        "contexts": [{"name": "recorded", "context": {"cluster": "recorded", "user": "nobody"}}],
        // kubectl asks for a name and a password where it has none; on plain HTTP it sends neither.
        "users": [{"name": "nobody", "user": {"token": "none"}}],
    })
    .to_string()
}

struct Recorder<'a> {
    kubectl: &'a Kubectl,
    tap: &'a Tap,
    variables: Variables,
    background: BTreeMap<String, (Child, usize, Value)>,
    last_answer: String,
}

impl<'a> Recorder<'a> {
    fn new(kubectl: &'a Kubectl, tap: &'a Tap) -> Self {
        let (variables, background) = (Variables::new(), BTreeMap::new());
        Self { kubectl, tap, variables, background, last_answer: String::new() }
    }

    /// What is kept of a step.
    async fn step(&mut self, step: &Step, at: usize) -> Result<Value> {
        match step {
            Step::Kubectl(line) => {
                let line = self.filled(line);
                let began = Instant::now();
                let said = self.kubectl.run(&line).await?;
                let ms = began.elapsed().as_millis() as u64;
                let env: Value = line.env.iter().cloned().collect::<BTreeMap<_, _>>().into_iter().collect();
                Ok(with(
                    &said,
                    json!({"kind": "kubectl", "argv": argv(&line), "stdin": line.stdin, "env": env, "ms": ms}),
                ))
            }
            Step::Background { id, line } => {
                let line = self.filled(line);
                let child = self.kubectl.spawn(&line)?;
                kubectl::settled(&child).await;
                self.background.insert(id.clone(), (child, at, argv(&line)));
                Ok(json!({"kind": "bg-start", "id": id, "argv": argv(&line)}))
            }
            Step::Stop { id } => {
                let Some((child, started, argv)) = self.background.remove(id) else {
                    bail!("nothing called {id} runs")
                };
                let said = kubectl::stop(child).await?;
                Ok(with(&said, json!({"kind": "bg-stop", "id": id, "started_step": started, "argv": argv})))
            }
            Step::Until { seconds, regex, args } => self.until(*seconds, regex, args).await,
            Step::Set { var, args } => {
                let said =
                    self.kubectl.run(&self.filled(&Line { args: args.clone(), ..Line::default() })).await?;
                self.variables.set(var, said.stdout.clone());
                Ok(json!({"kind": "set", "var": var, "value": said.stdout, "exit": said.exit}))
            }
            Step::SetJson { var, path } => {
                let value = raw::field(&self.last_answer, path);
                self.variables.set(var, value.clone());
                Ok(json!({"kind": "set", "var": var, "path": path, "value": value}))
            }
            Step::Http(request) => self.http(request).await,
            Step::Sleep(seconds) => {
                sleep(Duration::from_secs_f64(*seconds)).await;
                Ok(json!({"kind": "sleep", "seconds": seconds}))
            }
            Step::Shell(command) => {
                println!("    left out: sh {command}");
                Ok(json!({"kind": "sh", "cmd": command, "exit": null}))
            }
        }
    }

    fn filled(&self, line: &Line) -> Line {
        Line {
            args: self.variables.fill_all(&line.args),
            stdin: line.stdin.as_ref().map(|s| self.variables.fill(s)),
            env: line.env.clone(),
        }
    }

    async fn until(&self, seconds: f64, regex: &str, args: &[String]) -> Result<Value> {
        let until = Until::read(regex)?;
        let line = self.filled(&Line { args: args.to_vec(), ..Line::default() });
        let (began, mut polls) = (Instant::now(), 0);
        loop {
            let said = self.kubectl.run(&line).await?;
            polls += 1;
            let fits = until.holds(&said.stdout, &said.stderr);
            let waited = began.elapsed().as_secs_f64();
            if fits || waited > seconds {
                let kept = json!({"kind": "until", "argv": argv(&line), "regex": regex, "ok": fits, "polls": polls,
                    "waited": waited});
                return Ok(with(&said, kept));
            }
            sleep(POLL).await;
        }
    }

    async fn http(&mut self, request: &scenario::Raw) -> Result<Value> {
        let began = Instant::now();
        let Answer { status, headers, body } = raw::ask(self.tap.addr, request, &self.variables).await?;
        self.last_answer.clone_from(&body);
        Ok(json!({"kind": "http", "method": request.method, "path": self.variables.fill(&request.path),
            "status": status, "respHeaders": headers, "respBody": body, "ms": began.elapsed().as_millis() as u64}))
    }
}

fn argv(line: &Line) -> Value {
    std::iter::once("kubectl").chain(line.args.iter().map(String::as_str)).collect()
}

fn with(said: &Said, mut kept: Value) -> Value {
    kept["exit"] = said.exit.into();
    kept["stdout"] = said.stdout.as_str().into();
    kept["stderr"] = said.stderr.as_str().into();
    kept
}
