//! The accident of lesson 21: a machine goes dark, and the cluster heals.

use super::support::*;

fn ready(cluster: &mut sandbox::cluster::Cluster) -> i64 {
    get(cluster, "/apis/apps/v1/namespaces/default/deployments/web")["status"]["readyReplicas"]
        .as_i64()
        .unwrap_or(0)
}

#[test]
fn a_dead_machine_is_noticed_evicted_and_replaced() {
    let mut c = cluster(1);
    c.advance_to(at_s(180));
    assert_eq!(ready(&mut c), 6);
    ok(&mut c, &power("node-c", "Off"));
    c.advance_to(at_s(180 + 39));
    assert_eq!(ready(&mut c), 6, "nobody can know yet");
    c.advance_to(at_s(180 + 60));
    assert_eq!(ready(&mut c), 4);
    c.advance_to(at_s(180 + 60 + 290));
    assert_eq!(ready(&mut c), 4, "tolerationSeconds are not over");
    c.advance_to(at_s(180 + 60 + 330));
    assert_eq!(ready(&mut c), 6);
    let pods = get(&mut c, "/api/v1/namespaces/default/pods");
    let leaving =
        pods["items"].as_array().unwrap().iter().filter(|p| !p["metadata"]["deletionTimestamp"].is_null());
    assert_eq!(leaving.count(), 2, "nobody on node-c can confirm");
    ok(&mut c, &power("node-c", "On"));
    c.advance_to(at_s(180 + 60 + 330 + 60));
    let pods = get(&mut c, "/api/v1/namespaces/default/pods");
    assert_eq!(pods["items"].as_array().unwrap().len(), 6);
    let traffic = get(&mut c, "/apis/sim.pilothouse.dev/v1/namespaces/default/traffics/web");
    let failed = traffic["status"]["failed"].as_i64().unwrap();
    assert!((400..1000).contains(&failed), "a third of 40 a second for about 50 s: {failed}");
}

#[test]
fn an_hour_is_replayed_to_the_same_bytes() {
    let run = || {
        let mut c = cluster(7);
        c.advance_to(at_s(200));
        ok(&mut c, &power("node-b", "Off"));
        c.advance_to(at_s(3600));
        c
    };
    let (a, b) = (run(), run());
    assert_eq!(a.state_hash(), b.state_hash());
    assert_eq!(a.dump(), b.dump());
}
