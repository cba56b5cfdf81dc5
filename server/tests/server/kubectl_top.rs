//! Real `kubectl top` against a cluster alone, with a metrics server and without, at a world's word.
//!
//! Looks for `kubectl` on the PATH; where there is none it says so and is done.
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::support::{Folder, PATIENCE, Running, binary, lines_of, wait_for};

const MACHINE: &str = "apiVersion: sim.pilothouse.dev/v1
kind: Machine
metadata: {name: node-1}
spec: {cpu: '4', memory: 8Gi, pods: 110}
---
apiVersion: sim.pilothouse.dev/v1
kind: Image
metadata: {name: shop}
spec: {image: 'shop:1', cpuMillisIdle: 7, memoryMi: 20}
---
apiVersion: v1
kind: Pod
metadata: {name: shop, namespace: default, labels: {app: shop}}
spec: {containers: [{name: shop, image: 'shop:1'}]}
";
const METRICS_SERVER: &str = "---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1beta1.metrics.k8s.io}
spec:
  group: metrics.k8s.io
  version: v1beta1
  service: {name: metrics-server, namespace: kube-system}
  insecureSkipTLSVerify: true
  groupPriorityMinimum: 100
  versionPriority: 100
";

#[test]
fn top_shows_what_is_used_where_a_world_has_a_metrics_server() {
    let there = Command::new("kubectl").args(["version", "--client"]).stdout(Stdio::null()).status();
    if !there.is_ok_and(|s| s.success()) {
        println!("skipped: there is no kubectl on the PATH");
        return;
    }
    let home = Folder::new();
    let without = cluster(&home.0, "without", MACHINE);
    let with = cluster(&home.0, "with", &format!("{MACHINE}{METRICS_SERVER}"));
    for line in ["top nodes", "top pods"] {
        let (code, said) = without.run(line);
        assert_eq!((code, said.as_str()), (Some(1), "error: Metrics API not available\n"), "{line}");
    }
    // At sixty times the speed the server is up after a second, and has scraped twice.
    let patience = Instant::now() + PATIENCE;
    while with.run("top pods").0 != Some(0) || with.run("top nodes").0 != Some(0) {
        assert!(Instant::now() < patience, "{:?} {:?}", with.run("top pods"), with.run("get apiservices"));
        thread::sleep(Duration::from_millis(200));
    }
    for (line, expect) in [
        ("top pods", "NAME   CPU(cores)   MEMORY(bytes)   \nshop   7m           20Mi            \n"),
        ("top pods --no-headers -l app=shop", "shop   7m    20Mi   \n"),
        ("top pods --containers --no-headers", "shop   shop   7m    20Mi   \n"),
        ("top pods -l app=x", "No resources found in default namespace.\n"),
    ] {
        assert_eq!(with.run(line), (Some(0), expect.to_owned()), "{line}");
    }
    for (line, words) in [
        ("top nodes", "NAME     CPU(cores)   CPU(%)   MEMORY(bytes)   MEMORY(%)"),
        ("top pods -A", "metrics-server-"),
        ("get apiservices v1beta1.metrics.k8s.io", "kube-system/metrics-server   True"),
        ("get deployments -n kube-system", "metrics-server   1/1"),
        ("api-resources --api-group=metrics.k8s.io", "PodMetrics"),
        ("get podmetrics", "shop   7m    20Mi     15s"),
        ("auth can-i list pods.metrics.k8s.io --as=x --as-group=system:masters", "yes"),
    ] {
        let (code, said) = with.run(line);
        assert!(code == Some(0) && said.contains(words), "{line} said {said:?}, not {words:?}");
    }
}

struct Cluster {
    kubeconfig: std::path::PathBuf,
    home: std::path::PathBuf,
    _process: Running,
}

fn cluster(home: &Path, name: &str, world: &str) -> Cluster {
    let (file, kubeconfig) = (home.join(format!("{name}.yaml")), home.join(format!("{name}-kubeconfig")));
    fs::write(&file, world).unwrap();
    let mut command = binary();
    command.args(["cluster", "--listen", "127.0.0.1:0", "--speed", "60", "--world"]).arg(&file);
    command.arg("--kubeconfig").arg(&kubeconfig);
    let mut process = Running(command.stdout(Stdio::piped()).spawn().unwrap());
    let lines = lines_of(process.0.stdout.take().unwrap());
    wait_for(&lines, "the kubeconfig's path", |line| line.ends_with("kubeconfig"));
    Cluster { kubeconfig, home: home.join(name), _process: process }
}

impl Cluster {
    /// Exit code, and what it said on both streams.
    fn run(&self, line: &str) -> (Option<i32>, String) {
        let output = Command::new("kubectl")
            .args(line.split(' '))
            .env("KUBECONFIG", &self.kubeconfig)
            .env("HOME", &self.home)
            .env("NO_PROXY", "*")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&said).into_owned())
    }
}
