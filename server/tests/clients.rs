//! Clients of other languages take `pilothouse cluster` for a cluster: list, watch, create, patch, logs, exec, delete, errors.
//!
//! Their packages come from PyPI and npm into the build folder. Where Python or npm is not installed it says so and is done.
#![allow(clippy::unwrap_used)]

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use futures::StreamExt;
use k8s_openapi::api::{apps::v1::Deployment, core::v1::Node, core::v1::Pod};
use kube::{
    Api, Client, Config, ResourceExt,
    api::{DeleteParams, ListParams, LogParams, Patch, PatchParams, PostParams},
    config::{KubeConfigOptions, Kubeconfig},
    runtime::{reflector, watcher},
};
use serde_json::json;

/// Longest that one client may take on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(120);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A folder of the build that outlives the test: packages are fetched once.
fn packages(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clients").join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A cluster alone, at once where it goes.
struct Cluster {
    kubeconfig: PathBuf,
    process: Child,
}

impl Cluster {
    fn start(name: &str) -> Self {
        let kubeconfig = env::temp_dir().join(format!("pilothouse-clients-{}-{name}", std::process::id()));
        let mut process = Command::new(env!("CARGO_BIN_EXE_pilothouse"))
            .args(["cluster", "--speed", "free", "--kubeconfig"])
            .arg(&kubeconfig)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        // The path comes last, once the cluster answers.
        assert!(lines.any(|line| Path::new(&line) == kubeconfig), "the cluster did not say its kubeconfig");
        Self { kubeconfig, process }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_file(&self.kubeconfig);
    }
}

fn is_there(program: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok_and(|o| o.status.success());
    if !there {
        println!("skipped: {program} is not installed");
    }
    there
}

fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?} ended with {}:\n{stdout}{stderr}", output.status);
    stdout
}

#[test]
fn the_python_client_drives_a_cluster() {
    if !is_there("python3") {
        return;
    }
    let (folder, ours) = (packages("python"), root().join("clients/python"));
    let python = folder.join("bin/python");
    if !python.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder));
    }
    let wanted = ours.join("requirements.txt");
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(&wanted));
    let cluster = Cluster::start("python");
    let said = run(Command::new(&python).arg(ours.join("drive.py")).env("KUBECONFIG", &cluster.kubeconfig));
    assert_eq!(
        said.split_whitespace().collect::<Vec<_>>(),
        ["list", "create", "watch", "patch", "logs", "exec", "delete", "refused"]
    );
}

#[test]
fn the_javascript_client_drives_a_cluster() {
    if !is_there("npm") {
        return;
    }
    let (folder, ours) = (packages("node"), root().join("clients/node"));
    for file in ["package.json", "package-lock.json", ".npmrc", "drive.mjs"] {
        fs::copy(ours.join(file), folder.join(file)).unwrap();
    }
    run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder));
    let cluster = Cluster::start("node");
    let mut node = Command::new("node");
    node.arg("drive.mjs").current_dir(&folder).env("KUBECONFIG", &cluster.kubeconfig);
    let said = run(&mut node);
    assert_eq!(
        said.split_whitespace().collect::<Vec<_>>(),
        ["list", "create", "informer", "patch", "logs", "exec", "delete", "refused"]
    );
}

#[tokio::test]
async fn kube_drives_a_cluster() {
    let cluster = Cluster::start("kube");
    tokio::time::timeout(PATIENCE, drive(&cluster.kubeconfig)).await.expect("kube waits for something");
}

async fn drive(kubeconfig: &Path) {
    let kubeconfig = Kubeconfig::read_from(kubeconfig).unwrap();
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
    let client = Client::try_from(config).unwrap();
    let nodes: Api<Node> = Api::all(client.clone());
    assert_eq!(nodes.list(&ListParams::default()).await.unwrap().items.len(), 3);

    let pods: Api<Pod> = Api::default_namespaced(client.clone());
    let (cache, writer) = reflector::store();
    let selected = watcher::Config::default().labels("app=rust");
    let seen = reflector(writer, watcher(pods.clone(), selected)).for_each(|_| std::future::ready(()));
    let _informer = tokio::spawn(seen);
    cache.wait_until_ready().await.unwrap();

    let deployments: Api<Deployment> = Api::default_namespaced(client);
    let labels = json!({"app": "rust"});
    let deployment = serde_json::from_value(json!({
        "metadata": {"name": "rust"},
        "spec": {"replicas": 2, "selector": {"matchLabels": labels}, "template": {
            "metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": "nginx:1.27"}]}}},
    }));
    deployments.create(&PostParams::default(), &deployment.unwrap()).await.unwrap();
    until_ready(&cache, 2).await;

    let patch = Patch::Merge(json!({"spec": {"replicas": 3}}));
    deployments.patch("rust", &PatchParams::default(), &patch).await.unwrap();
    until_ready(&cache, 3).await;
    let name = cache.state()[0].name_any();
    pods.logs(&name, &LogParams::default()).await.unwrap();
    deployments.delete("rust", &DeleteParams::default()).await.unwrap();
    let refused = pods.get("nobody").await.unwrap_err();
    assert_eq!(refused.to_string().split(':').next(), Some("ApiError"), "{refused}");
}

/// The informer's cache says so; how long that may take is the caller's to bound.
async fn until_ready(cache: &reflector::Store<Pod>, count: usize) {
    while cache.state().iter().filter(|p| is_ready(p)).count() < count {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn is_ready(pod: &Pod) -> bool {
    let conditions = pod.status.as_ref().and_then(|s| s.conditions.as_ref());
    conditions.is_some_and(|all| all.iter().any(|c| c.type_ == "Ready" && c.status == "True"))
}
