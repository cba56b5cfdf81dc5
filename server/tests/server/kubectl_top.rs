//! Real `kubectl top` against a cluster alone, with a metrics server and without, at a world's word.
//!
//! Looks for `kubectl` on the PATH; where there is none it says so and is done.
use std::{
    thread,
    time::{Duration, Instant},
};

use super::support::{Alone, PATIENCE};

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
    let Some(without) = Alone::of(Some(MACHINE)) else { return };
    let Some(with) = Alone::of(Some(&format!("{MACHINE}{METRICS_SERVER}"))) else { return };
    for line in ["top nodes", "top pods"] {
        let (code, said) = without.kubectl(line, "");
        assert_eq!((code, said.as_str()), (Some(1), "error: Metrics API not available\n"), "{line}");
    }
    // At sixty times the speed the server is up after a second, and has scraped twice.
    let patience = Instant::now() + PATIENCE;
    while with.kubectl("top pods", "").0 != Some(0) || with.kubectl("top nodes", "").0 != Some(0) {
        assert!(
            Instant::now() < patience,
            "{:?} {:?}",
            with.kubectl("top pods", ""),
            with.kubectl("get apiservices", "")
        );
        thread::sleep(Duration::from_millis(200));
    }
    for (line, expect) in [
        ("top pods", "NAME   CPU(cores)   MEMORY(bytes)   \nshop   7m           20Mi            \n"),
        ("top pods --no-headers -l app=shop", "shop   7m    20Mi   \n"),
        ("top pods --containers --no-headers", "shop   shop   7m    20Mi   \n"),
        ("top pods -l app=x", "No resources found in default namespace.\n"),
    ] {
        assert_eq!(with.kubectl(line, ""), (Some(0), expect.to_owned()), "{line}");
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
        with.expect(line, "", 0, words);
    }
}
