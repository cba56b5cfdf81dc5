//! The rules of the replica calculator, each by its name in Kubernetes' documentation ("Algorithm details") or sources.

use super::*;
use crate::json;

/// Long after all pods began.
const NOW: Time = Time(10_000_000);

/// A pod in a few words: `NAME PHASE [READY SINCE_S] [started START_S] [going]`; seconds are counted back from now.
fn pod(words: &str) -> Object {
    let words: Vec<&str> = words.split(' ').collect();
    let ago = |s: &str| NOW.plus_ms(-s.parse::<i64>().unwrap() * 1000);
    let mut pod = Object(json!({"metadata": {"name": words[0]}, "status": {"phase": words[1]}}));
    pod["status"].set("startTime", ago("1000"));
    for (i, word) in words.iter().enumerate() {
        match *word {
            "True" | "False" => {
                let mut ready = json!({"type": "Ready", "status": word});
                ready.set("lastTransitionTime", ago(words[i + 1]));
                pod["status"].set("conditions", vec![ready]);
            }
            "started" => pod["status"].set("startTime", ago(words[i + 1])),
            "going" => pod["metadata"].set("deletionTimestamp", NOW),
            _ => {}
        }
    }
    let container = |name: &str, cpu: &str| {
        let requests = Json::object().with("cpu", cpu).with("memory", "100");
        json!({"name": name}).with("resources", Json::object().with("requests", requests))
    };
    pod["spec"].set("containers", vec![container("a", "60m"), container("b", "40m")]);
    pod
}

/// `NAME MILLI`: measured five seconds ago, over fifteen.
fn metrics(words: &[&str]) -> Metrics {
    let one = |words: &&str| {
        let (name, milli) = words.split_once(' ').unwrap();
        let milli = milli.parse().unwrap();
        (name.into(), Metric { milli, at: NOW.plus_ms(-5000), window_ms: 15_000 })
    };
    words.iter().map(one).collect()
}

const ONE: &[&str] = &["a Running True 900"];
const TWO: &[&str] = &["a Running True 900", "b Running True 900"];
const WITH_PENDING: &[&str] = &["a Running True 900", "b Running True 900", "c Pending"];
const WITH_MISSING: &[&str] = &["a Running True 900", "b Running True 900", "c Running True 900"];
const WITH_YOUNG: &[&str] = &["a Running True 900", "b Running True 10 started 60"];
const WITH_GOING: &[&str] = &["a Running True 900", "b Running True 900 going", "c Failed"];

/// What utilization of 50 % (requests of 100 thousandths a pod) asks for.
fn by_utilization(pods: &[&str], resource: &str, used: &[&str]) -> Result<Proposal, String> {
    with(pods, resource, used, 50)
}

fn with(pods: &[&str], resource: &str, used: &[&str], percent: i64) -> Result<Proposal, String> {
    let made: Vec<Object> = pods.iter().map(|words| pod(words)).collect();
    let all: Vec<&Object> = made.iter().collect();
    let mut requests = requests(&all, "cpu", None).unwrap();
    requests.values_mut().for_each(|r| assert_eq!(*r, 100));
    let pods = Pods { all: &all, replicas: all.len() as i64, resource };
    propose(&pods, metrics(used), Target::Utilization(percent, &requests), NOW)
}

#[test]
fn utilization_decides_by_the_documented_rules() {
    for (rule, pods, used, replicas, utilization) in [
        ("desired = ceil(current * value / target)", TWO, &["a 100", "b 100"][..], 4, 100),
        ("the average over all pods counts", TWO, &["a 140", "b 0"], 3, 70),
        ("within the tolerance of 10 % nothing changes", TWO, &["a 55", "b 55"], 2, 55),
        ("beyond it, it does", TWO, &["a 56", "b 56"], 3, 56),
        ("within the tolerance below", TWO, &["a 45", "b 45"], 2, 45),
        ("beyond it below", TWO, &["a 24", "b 24"], 1, 24),
        ("the percentage is cut to a whole one", ONE, &["a 51"], 1, 51),
        ("a pod that is told to go, or failed, is set aside", WITH_GOING, &["a 100", "b 0"], 2, 100),
        ("missing counts as 0 % where it grows", WITH_MISSING, &["a 150", "b 150"], 6, 150),
        ("missing counts as 0 %, so that little growth is none", WITH_MISSING, &["a 80", "b 80"], 3, 80),
        ("missing counts as 100 % where it shrinks", WITH_MISSING, &["a 10", "b 10"], 3, 10),
        (
            "missing that would turn shrinking into growing changes nothing",
            WITH_MISSING,
            &["a 40", "b 40"],
            3,
            40,
        ),
        ("a pending pod counts as 0 % where it grows", WITH_PENDING, &["a 150", "b 150"], 6, 150),
        ("a pending pod does not count where it shrinks", WITH_PENDING, &["a 10", "b 10"], 1, 10),
        (
            "cpuInitializationPeriod: a young pod's CPU from before it was ready is set aside",
            WITH_YOUNG,
            &["a 60", "b 500"],
            2,
            60,
        ),
        ("and it counts as 0 %", WITH_YOUNG, &["a 300", "b 900"], 6, 300),
    ] {
        let got = by_utilization(pods, "cpu", used).unwrap();
        assert_eq!((got.replicas, got.utilization), (replicas, Some(utilization)), "{rule}");
    }
}

#[test]
fn a_target_above_the_requests_fills_up_to_itself() {
    // Missing pods would use 200 % then: (2 × 100 + 200) / 3 = 133 %, a ratio of 0.66, two of three pods.
    let got = with(WITH_MISSING, "cpu", &["a 100", "b 100"], 200).unwrap();
    assert_eq!((got.replicas, got.utilization), (2, Some(100)));
}

#[test]
fn cpu_of_pods_that_are_not_ready_is_set_aside() {
    for (rule, words, unready) in [
        ("a pod that is ready counts", "p Running True 900", false),
        ("a pod without the condition does not", "p Running", true),
        ("young: not while it is not ready", "p Running False 100 started 200", true),
        (
            "young: not while the window reaches back before it was ready",
            "p Running True 19 started 200",
            true,
        ),
        ("young: from a window after it became ready on", "p Running True 20 started 200", false),
        ("cpuInitializationPeriod is five minutes", "p Running True 10 started 300", false),
        (
            "old: one that was never ready (initialReadinessDelay, 30 s) is set aside",
            "p Running False 471 started 500",
            true,
        ),
        ("old: one that was ready once counts", "p Running False 470 started 500", false),
    ] {
        let pod = pod(words);
        let metric = metrics(&["p 1"])["p"];
        assert_eq!(is_unready(&pod, &metric, NOW), unready, "{rule}");
    }
}

#[test]
fn readiness_is_asked_of_cpu_alone() {
    for (resource, replicas) in [("cpu", 2), ("memory", 14)] {
        let got = by_utilization(
            &["a Running True 900", "b Running False 10 started 60"],
            resource,
            &["a 60", "b 600"],
        );
        assert_eq!(got.unwrap().replicas, replicas, "{resource}");
    }
}

#[test]
fn average_values_decide_by_the_same_rules() {
    for (rule, pods, used, replicas, average) in [
        ("desired = ceil(current * value / target)", TWO, &["a 100", "b 101"][..], 4, 100),
        ("within the tolerance of 10 % nothing changes", TWO, &["a 55", "b 55"], 2, 55),
        ("beyond it below", TWO, &["a 20", "b 20"], 1, 20),
        ("missing counts as 0 where it grows", WITH_MISSING, &["a 150", "b 150"], 6, 150),
        ("missing counts as the target where it shrinks", WITH_MISSING, &["a 10", "b 10"], 2, 10),
        ("a pending pod counts as 0 where it grows", WITH_PENDING, &["a 150", "b 150"], 6, 150),
        ("a pod that is told to go is set aside", WITH_GOING, &["a 100", "b 0"], 2, 100),
    ] {
        let made: Vec<Object> = pods.iter().map(|words| pod(words)).collect();
        let all: Vec<&Object> = made.iter().collect();
        let pods = Pods { all: &all, replicas: all.len() as i64, resource: "memory" };
        let got = propose(&pods, metrics(used), Target::AverageValue(50), NOW).unwrap();
        assert_eq!((got.replicas, got.average_milli, got.utilization), (replicas, average, None), "{rule}");
    }
}

#[test]
fn what_cannot_be_told_is_said_why() {
    for (rule, pods, used, expect) in [
        ("no pods", &[][..], &[][..], "no pods returned by selector while calculating replica count"),
        ("all are unready", &["a Running False 10 started 60"], &["a 5"], NO_METRICS),
        ("all are going", &["a Running True 90 going"], &["a 5"], NO_METRICS),
    ] {
        assert_eq!(by_utilization(pods, "cpu", used), Err(expect.to_owned()), "{rule}");
    }
}

#[test]
fn requests_are_those_of_all_containers_or_one() {
    let mut pod = pod("p Running True 900");
    let sidecar = json!({"name": "s", "restartPolicy": "Always", "resources": {"requests": {"cpu": "5m"}}});
    let once = json!({"name": "i", "resources": {"requests": {"cpu": "900m"}}});
    pod["spec"].set("initContainers", vec![sidecar, once]);
    let missing = |container: &str| Err(format!("missing request for gpu in container {container} of Pod p"));
    for (resource, container, expect) in [
        ("cpu", None, Ok(105)),
        ("cpu", Some("b"), Ok(40)),
        ("gpu", None, missing("a")),
        ("gpu", Some("b"), missing("b")),
    ] {
        let got = requests(&[&pod], resource, container).map(|all| all["p"]);
        assert_eq!(got, expect, "{resource} {container:?}");
    }
}
