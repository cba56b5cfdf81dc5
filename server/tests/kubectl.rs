//! Real `kubectl` against the real server: every version that is installed takes a sandbox for a cluster.
//!
//! Looks for `kubectl` on the PATH and for `kubectl.1.NN` beside it. Where there is none it says so and is done.
#![allow(clippy::unwrap_used)]

use std::{
    env,
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

const LESSON: &str = "/en/lessons/21-why-kubernetes";
/// Longest that the server, or one kubectl, may take: a debug build on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);

const DEPLOYMENT: &str = r#"{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "extra"}, "spec": {
    "selector": {"matchLabels": {"app": "extra"}}, "template": {"metadata": {"labels": {"app": "extra"}},
    "spec": {"containers": [{"name": "shop", "image": "shop:1.4"}]}}}}"#;
const CONFIG_MAP: &str = "apiVersion: v1
kind: ConfigMap
metadata:
  name: note
data:
  greeting: hello
";

#[test]
fn every_installed_kubectl_works() {
    let kubectls = installed();
    if kubectls.is_empty() {
        println!("skipped: there is no kubectl on the PATH");
        return;
    }
    let server = Server::start();
    for kubectl in kubectls {
        // A learner of its own each: nothing of one version is in the way of the next.
        let learner = Learner::arrive(&server);
        let kubeconfig = server.home.join(format!("{}.kubeconfig", learner.sandbox));
        fs::write(&kubeconfig, learner.kubeconfig()).unwrap();
        let kubectl = Kubectl { binary: kubectl, kubeconfig, home: server.home.clone() };
        println!("{}: {}", kubectl.binary.display(), kubectl.version());
        kubectl.reads();
        kubectl.writes();
        kubectl.is_refused();
        kubectl.watches();
    }
}

impl Kubectl {
    fn reads(&self) {
        let pods = self.check(
            &["get", "pods"],
            "",
            &["NAME", "READY", "STATUS", "RESTARTS", "AGE", "web-", "1/1", "Running"],
        );
        assert_eq!(pods.lines().count(), 7, "a heading and six pods:\n{pods}");
        self.check(&["get", "nodes", "-o", "wide"], "", &["node-a", "node-b", "node-c", "Ready", "v1.33"]);
        self.check(&["get", "pods", "-l", "app=web", "-o", "name"], "", &["pod/web-"]);
        self.check(
            &["describe", "deploy", "web"],
            "",
            &[
                "Name:                   web",
                "6 desired",
                "6 available",
                "RollingUpdate",
                "shop:1.4",
                "NewReplicaSet:",
                "Events:",
            ],
        );
    }

    fn writes(&self) {
        // kubectl before 1.29 (far out of Kubernetes' own skew of one minor) checks manifests by OpenAPI v2 alone,
        // which is not served.
        let validate = if self.minor() < 29 { "--validate=ignore" } else { "--validate=strict" };
        self.check(&["create", "-f", "-", validate], CONFIG_MAP, &["configmap/note created"]);
        self.check(&["get", "configmap", "note", "-o", "jsonpath={.data.greeting}"], "", &["hello"]);
        self.check(&["delete", "configmap", "note"], "", &["configmap \"note\" deleted"]);
        self.check(&["create", "-f", "-", validate], DEPLOYMENT, &["deployment.apps/extra created"]);
        self.check(&["get", "deployment", "extra"], "", &["NAME", "UP-TO-DATE", "AVAILABLE", "extra"]);
        self.check(&["delete", "deployment", "extra"], "", &["deployment.apps \"extra\" deleted"]);
        self.check(&["scale", "deployment", "web", "--replicas=5"], "", &["deployment.apps/web scaled"]);
        let wanted = self.check(&["get", "deployment", "web", "-o", "jsonpath={.spec.replicas}"], "", &[]);
        assert_eq!(wanted, "5");
    }

    fn is_refused(&self) {
        for (argv, stdin, words) in [
            (
                ["get", "pods", "nobody"].as_slice(),
                "",
                "Error from server (NotFound): pods \"nobody\" not found",
            ),
            (&["get", "nonsense"], "", "the server doesn't have a resource type \"nonsense\""),
            (
                &["delete", "configmap", "note"],
                "",
                "Error from server (NotFound): configmaps \"note\" not found",
            ),
            (&["create", "-f", "-", "--validate=ignore"], "kind: [broken", "error converting YAML to JSON"),
        ] {
            let output = self.run(argv, stdin);
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{argv:?}: {stderr}");
            assert!(stderr.contains(words), "{argv:?} said {stderr:?}, not {words:?}");
        }
    }

    /// `get -w` shows what is there, and then that a pod leaves.
    fn watches(&self) {
        let mut watching =
            Running(self.command(&["get", "pods", "-w"]).stdout(Stdio::piped()).spawn().unwrap());
        let lines = lines_of(watching.0.stdout.take().unwrap());
        let first = wait_for(&lines, "the heading of `get pods -w`", |line| line.starts_with("NAME"));
        assert!(first.contains("READY"), "{first}");
        let pod = wait_for(&lines, "a first pod", |line| line.starts_with("web-"));
        let pod = pod.split_whitespace().next().unwrap();
        self.check(&["delete", "pod", pod, "--wait=false"], "", &[&format!("pod \"{pod}\" deleted")]);
        wait_for(&lines, "the pod's end", |line| line.starts_with(pod) && line.contains("Terminating"));
    }

    /// Demands exit code 0 and every one of `words` on stdout; gives stdout.
    fn check(&self, argv: &[&str], stdin: &str, words: &[&str]) -> String {
        let output = self.run(argv, stdin);
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{argv:?} ended with {}:\n{stdout}{stderr}", output.status);
        for word in words {
            assert!(stdout.contains(word), "{argv:?} did not say {word:?}:\n{stdout}{stderr}");
        }
        stdout
    }

    fn run(&self, argv: &[&str], stdin: &str) -> Output {
        let mut child = self
            .command(argv)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // kubectl may end without reading it.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        let (done, ended) = mpsc::channel();
        let id = child.id();
        thread::spawn(move || done.send(child.wait_with_output()));
        ended
            .recv_timeout(PATIENCE)
            .unwrap_or_else(|_| panic!("kubectl {argv:?} (process {id}) did not end in {PATIENCE:?}"))
            .unwrap()
    }

    fn command(&self, argv: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(argv).env("KUBECONFIG", &self.kubeconfig).env("HOME", &self.home).env("NO_PROXY", "*");
        command
    }

    /// The 33 of v1.33.1.
    fn minor(&self) -> u32 {
        let version = self.version();
        let minor = version.split("v1.").nth(1).and_then(|rest| rest.split('.').next()?.parse().ok());
        minor.unwrap_or_else(|| panic!("no version in {version:?}"))
    }

    fn version(&self) -> String {
        let output = self.run(&["version", "--client"], "");
        String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned()
    }
}

struct Kubectl {
    binary: PathBuf,
    kubeconfig: PathBuf,
    home: PathBuf,
}

/// `kubectl` of the PATH, and its siblings of other versions.
fn installed() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let Some(first) = env::split_paths(&path).map(|dir| dir.join("kubectl")).find(|file| file.is_file())
    else {
        return Vec::new();
    };
    let real = fs::canonicalize(&first).unwrap();
    let is_sibling = |file: &Path| {
        file.file_name().and_then(OsStr::to_str).is_some_and(|name| name.starts_with("kubectl.1."))
    };
    let mut siblings: Vec<PathBuf> = fs::read_dir(real.parent().unwrap())
        .unwrap()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|file| is_sibling(file))
        .collect();
    siblings.sort();
    siblings.insert(0, first);
    siblings
}

/// A process that ends with its owner.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The built server on free ports, with a data folder of its own.
struct Server {
    address: String,
    home: PathBuf,
    _process: Running,
}

impl Server {
    fn start() -> Self {
        let home = env::temp_dir().join(format!("pilothouse-kubectl-{}", std::process::id()));
        fs::create_dir_all(&home).unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut process = Running(
            Command::new(env!("CARGO_BIN_EXE_pilothouse"))
                .args(["serve", "--listen", "127.0.0.1:0", "--kube-listen", "127.0.0.1:0", "--data"])
                .arg(home.join("data"))
                .current_dir(root)
                .env_remove("DATABASE_URL")
                .env("RUST_LOG", "warn")
                .stdout(Stdio::piped())
                .spawn()
                .unwrap(),
        );
        let lines = lines_of(process.0.stdout.take().unwrap());
        let line = wait_for(&lines, "the server's address", |line| line.contains("listening on http://"));
        let address = line.rsplit("http://").next().unwrap().trim().to_owned();
        Self { address, home, _process: process }
    }

    /// Gets a page: its head, and its body.
    fn get(&self, path: &str, cookie: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let cookie = if cookie.is_empty() { String::new() } else { format!("Cookie: {cookie}\r\n") };
        // HTTP/1.0: the body comes in one piece, and ends with the connection.
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {}\r\nAccept: text/html\r\n{cookie}\r\n", self.address)
            .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.lines().next().unwrap().contains(" 200"), "GET {path}: {head}\n{body}");
        (head.to_owned(), body.to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.home);
    }
}

/// Somebody with a cookie and a sandbox.
struct Learner<'a> {
    server: &'a Server,
    cookie: String,
    sandbox: String,
}

impl<'a> Learner<'a> {
    fn arrive(server: &'a Server) -> Self {
        let (head, page) = server.get(LESSON, "");
        let cookie = head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(name, value)| name.eq_ignore_ascii_case("set-cookie") && value.starts_with("pilothouse="))
            .map(|(_, value)| value.split(';').next().unwrap().to_owned())
            .unwrap_or_else(|| panic!("no cookie: {head}"));
        let sandbox = page
            .split("name=\"sandbox\"")
            .nth(1)
            .and_then(|rest| rest.split("value=\"").nth(1))
            .and_then(|rest| rest.split('"').next())
            .unwrap_or_else(|| panic!("no form of the lesson names a sandbox"))
            .to_owned();
        Self { server, cookie, sandbox }
    }

    fn kubeconfig(&self) -> String {
        let (_, text) = self.server.get(&format!("/sandboxes/{}/kubeconfig", self.sandbox), &self.cookie);
        assert!(text.contains("certificate-authority-data:"), "{text}");
        text
    }
}

/// Reads lines in a thread of their own, so that waiting for one can end.
fn lines_of(output: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (send, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// The next line that will do.
fn wait_for(lines: &mpsc::Receiver<String>, what: &str, will_do: impl Fn(&str) -> bool) -> String {
    let end = Instant::now() + PATIENCE;
    loop {
        match lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(line) if will_do(&line) => return line,
            Ok(_) => {}
            Err(e) => panic!("waited for {what}: {e}"),
        }
    }
}
