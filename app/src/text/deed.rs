//! Deeds in words. Names of objects stand between backticks; the page draws them as code.

use wire::act::{Act, Actor};

use super::{
    Lang, compose_deed, compose_short, duration,
    particle::{eul, eun, gwa, i, ro},
    pick,
};
use crate::stage::short_name;

/// Who, as the rail and the chain name them.
pub fn actor(lang: Lang, actor: Actor) -> &'static str {
    let (ko, en) = match actor {
        Actor::You => ("나", "You"),
        Actor::ApiServer => ("API 서버", "API server"),
        Actor::DeploymentController => ("Deployment 컨트롤러", "Deployment controller"),
        Actor::ReplicaSetController => ("ReplicaSet 컨트롤러", "ReplicaSet controller"),
        Actor::ReplicationController => {
            ("ReplicationController 컨트롤러", "ReplicationController controller")
        }
        Actor::DaemonSetController => ("DaemonSet 컨트롤러", "DaemonSet controller"),
        Actor::StatefulSetController => ("StatefulSet 컨트롤러", "StatefulSet controller"),
        Actor::JobController => ("Job 컨트롤러", "Job controller"),
        Actor::CronJobController => ("CronJob 컨트롤러", "CronJob controller"),
        Actor::Autoscaler => ("오토스케일러", "Autoscaler"),
        Actor::EndpointSliceController => ("EndpointSlice 컨트롤러", "EndpointSlice controller"),
        Actor::NodeController => ("노드 컨트롤러", "Node controller"),
        Actor::EvictionController => ("축출 컨트롤러", "Taint eviction"),
        Actor::GarbageCollector => ("가비지 컬렉터", "Garbage collector"),
        Actor::Scheduler => ("스케줄러", "Scheduler"),
        Actor::Kubelet => ("kubelet", "kubelet"),
        Actor::Engine => ("도커 엔진", "Docker engine"),
        Actor::Program => ("파드 안의 프로그램", "Program in a pod"),
        Actor::World => ("바깥세상", "The world"),
    };
    pick(lang, ko, en)
}

fn code(name: &str) -> String {
    format!("`{name}`")
}
fn pod_code(name: &str) -> String {
    code(short_name(name))
}
fn rps(rate: f64) -> String {
    format!("{rate:.0}/s")
}
fn pods_en(n: u32) -> String {
    if n == 1 { "1 pod".into() } else { format!("{n} pods") }
}

/// A whole sentence without its subject.
pub fn deed(lang: Lang, act: &Act) -> String {
    match lang {
        Lang::Ko => deed_ko(act),
        Lang::En => deed_en(act),
    }
}

fn deed_ko(act: &Act) -> String {
    match act {
        Act::Unplugged { node } => format!("{node}의 플러그를 뽑았어요"),
        Act::Plugged { node } => format!("{node}의 플러그를 다시 꽂았어요"),
        Act::Killed { pod } => format!("{}의 컨테이너를 죽였어요", pod_code(pod)),
        Act::Scaled { workload, from, to } => {
            format!("{}의 원하는 수를 {from}에서 {} 바꿨어요", code(workload), ro(&to.to_string()))
        }
        Act::RolledOut { workload, image } => {
            format!("{}의 이미지를 {} 바꿨어요", code(workload), ro(&code(image)))
        }
        Act::TrafficSet { from_rps, to_rps, .. } => {
            format!("사용자 요청을 {}에서 {} 바꿨어요", rps(*from_rps), ro(&rps(*to_rps)))
        }
        Act::Created { kind, name } => format!("{} 만들었어요", eul(&code(&format!("{kind}/{name}")))),
        Act::Changed { kind, name } => format!("{} 바꿨어요", eul(&code(&format!("{kind}/{name}")))),
        Act::Deleted { kind, name } => format!("{} 지웠어요", eul(&code(&format!("{kind}/{name}")))),
        Act::LeaseStopped { node, .. } => format!("{} 갱신이 멈췄어요", code(&format!("Lease/{node}"))),
        Act::NodeUnknown { node, pods, .. } => {
            let and = if *pods > 0 {
                format!(", 파드 {pods}개를 ‘준비 안 됨’으로 바꿨어요")
            } else {
                " 적었어요".into()
            };
            let verb = if *pods > 0 { "으로 적고" } else { "으로" };
            format!("{node}에 `Ready=Unknown`{verb}{and}")
        }
        Act::NodeReady { node } => format!("{} 다시 `Ready=True`라고 적었어요", i(&code(node))),
        Act::EvictedPods { pods, .. } => format!("파드 {pods}개를 지우라고 적었어요"),
        Act::CreatedPods { pods, wanted, had, .. } => {
            format!("{wanted}개여야 하는데 {had}개라서 {pods}개를 만들었어요")
        }
        Act::DeletedPods { pods, wanted, .. } => format!("{wanted}개면 되어서 {pods}개를 지우라고 했어요"),
        Act::ScaledReplicaSet { replica_set, from, to } => {
            format!("{} {from}개에서 {to}개로 맞췄어요", eul(&code(replica_set)))
        }
        Act::Scheduled { pod, node } => format!("{} {} 보냈어요", eul(&pod_code(pod)), ro(node)),
        Act::Unschedulable { pod, .. } => format!("{} 둘 노드를 찾지 못했어요", eul(&pod_code(pod))),
        Act::Pulling { pod, .. } => format!("{}의 이미지를 받고 있어요", pod_code(pod)),
        Act::Started { pod, node } => format!("{node}에서 {} 시작했어요", eul(&pod_code(pod))),
        Act::PodReady { pod, .. } => format!("{} 요청을 받을 준비가 됐어요", i(&pod_code(pod))),
        Act::Died { pod, exit_code } => {
            format!("{} 종료 코드 {} 끝났어요", i(&pod_code(pod)), ro(&exit_code.to_string()))
        }
        Act::Restarted { pod, count } => {
            format!("{} 같은 노드에서 다시 띄웠어요 ({count}번째)", eul(&pod_code(pod)))
        }
        Act::BackOff { pod, wait_ms } => {
            format!("{} {} 뒤에 다시 띄워요", eul(&pod_code(pod)), duration(Lang::Ko, *wait_ms))
        }
        Act::EndpointsChanged { service, from, to } => {
            format!("{} 뒤의 주소를 {from}개에서 {to}개로 고쳐 썼어요", code(service))
        }
        Act::PodGone { pod } => format!("{} 사라졌어요", i(&pod_code(pod))),
        Act::Compose(act) => compose_deed(Lang::Ko, act),
    }
}

fn deed_en(act: &Act) -> String {
    match act {
        Act::Unplugged { node } => format!("pulled the plug on {node}"),
        Act::Plugged { node } => format!("plugged {node} back in"),
        Act::Killed { pod } => format!("killed the container of {}", pod_code(pod)),
        Act::Scaled { workload, from, to } => {
            format!("changed the desired number of {} from {from} to {to}", code(workload))
        }
        Act::RolledOut { workload, image } => {
            format!("changed the image of {} to {}", code(workload), code(image))
        }
        Act::TrafficSet { from_rps, to_rps, .. } => {
            format!("changed user requests from {} to {}", rps(*from_rps), rps(*to_rps))
        }
        Act::Created { kind, name } => format!("created {}", code(&format!("{kind}/{name}"))),
        Act::Changed { kind, name } => format!("changed {}", code(&format!("{kind}/{name}"))),
        Act::Deleted { kind, name } => format!("deleted {}", code(&format!("{kind}/{name}"))),
        Act::LeaseStopped { node, .. } => format!("{} stops being renewed", code(&format!("Lease/{node}"))),
        Act::NodeUnknown { node, pods, .. } if *pods > 0 => {
            format!("sets `Ready=Unknown` on {node} and marks {} not ready", pods_en(*pods))
        }
        Act::NodeUnknown { node, .. } => format!("sets `Ready=Unknown` on {node}"),
        Act::NodeReady { node } => format!("sets `Ready=True` on {node} again"),
        Act::EvictedPods { pods, .. } => format!("asks for {} to be deleted", pods_en(*pods)),
        Act::CreatedPods { pods, wanted, had, .. } => format!("wants {wanted}, counts {had}, creates {pods}"),
        Act::DeletedPods { pods, wanted, .. } => {
            format!("wants {wanted}, asks for {} to be deleted", pods_en(*pods))
        }
        Act::ScaledReplicaSet { replica_set, from, to } => {
            format!("scales {} from {from} to {to}", code(replica_set))
        }
        Act::Scheduled { pod, node } => format!("sends {} to {node}", pod_code(pod)),
        Act::Unschedulable { pod, .. } => format!("finds no node for {}", pod_code(pod)),
        Act::Pulling { pod, .. } => format!("pulls the image of {}", pod_code(pod)),
        Act::Started { pod, node } => format!("starts {} on {node}", pod_code(pod)),
        Act::PodReady { pod, .. } => format!("{} is ready for requests", pod_code(pod)),
        Act::Died { pod, exit_code } => format!("{} ends with exit code {exit_code}", pod_code(pod)),
        Act::Restarted { pod, count } => {
            format!("restarts {} on the same node (restart {count})", pod_code(pod))
        }
        Act::BackOff { pod, wait_ms } => {
            format!("restarts {} in {}", pod_code(pod), duration(Lang::En, *wait_ms))
        }
        Act::EndpointsChanged { service, from, to } => {
            format!("rewrites the addresses behind {}: {from} to {to}", code(service))
        }
        Act::PodGone { pod } => format!("{} is gone", pod_code(pod)),
        Act::Compose(act) => compose_deed(Lang::En, act),
    }
}

/// One sentence for several deeds of one kind: pods that were sent, or that are ready.
pub fn deeds_of(lang: Lang, acts: &[&Act]) -> String {
    let sent: Vec<(String, &str)> = acts
        .iter()
        .filter_map(|act| match act {
            Act::Scheduled { pod, node } => Some((pod_code(pod), node.as_str())),
            _ => None,
        })
        .collect();
    let ready: Vec<String> = acts
        .iter()
        .filter_map(|act| match act {
            Act::PodReady { pod, .. } => Some(pod_code(pod)),
            _ => None,
        })
        .collect();
    match (lang, sent.is_empty()) {
        (Lang::Ko, false) => {
            let each: Vec<_> = sent.iter().map(|(pod, node)| format!("{} {}", eun(pod), ro(node))).collect();
            format!("{} 보냈어요", each.join(", "))
        }
        (Lang::En, false) => {
            let each: Vec<_> = sent.iter().map(|(pod, node)| format!("{pod} to {node}")).collect();
            format!("sends {}", and(lang, &each))
        }
        (Lang::Ko, true) => format!("{} 요청을 받을 준비가 됐어요", i(&and(lang, &ready))),
        (Lang::En, true) => format!("{} are ready for requests", and(lang, &ready)),
    }
}

/// "a, b와 c", "a, b and c".
fn and(lang: Lang, names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., before, last] => {
            let before = pick(lang, gwa(before), format!("{before} and"));
            most.iter().map(|name| format!("{name}, ")).chain([format!("{before} {last}")]).collect()
        }
    }
}

/// A few words, for a mark or the rail.
pub fn deed_short(lang: Lang, act: &Act) -> String {
    match lang {
        Lang::Ko => short_ko(act),
        Lang::En => short_en(act),
    }
}

fn short_ko(act: &Act) -> String {
    match act {
        Act::Unplugged { .. } => "플러그 뽑음".into(),
        Act::Plugged { .. } => "다시 꽂음".into(),
        Act::Killed { pod } => format!("{} 죽임", short_name(pod)),
        Act::Scaled { from, to, .. } => format!("{from} → {to}"),
        Act::RolledOut { .. } => "새 이미지".into(),
        Act::TrafficSet { to_rps, .. } => format!("요청 {}", rps(*to_rps)),
        Act::Created { name, .. } => format!("{name} 만듦"),
        Act::Changed { name, .. } => format!("{name} 바꿈"),
        Act::Deleted { name, .. } => format!("{} 지움", short_name(name)),
        Act::LeaseStopped { .. } => "갱신 멈춤".into(),
        Act::NodeUnknown { node, .. } => format!("{node} 소식 없음"),
        Act::NodeReady { node } => format!("{node} 돌아옴"),
        Act::EvictedPods { pods, .. } => format!("파드 {pods}개 축출"),
        Act::CreatedPods { pods, .. } => format!("{pods}개를 새로 만듦"),
        Act::DeletedPods { pods, .. } => format!("{pods}개를 지움"),
        Act::ScaledReplicaSet { to, .. } => format!("{to}개로 맞춤"),
        Act::Scheduled { pod, node } => format!("{} {}", eul(short_name(pod)), ro(node)),
        Act::Unschedulable { pod, .. } => format!("{} 둘 곳 없음", short_name(pod)),
        Act::Pulling { pod, .. } => format!("{} 이미지 받기", short_name(pod)),
        Act::Started { pod, .. } => format!("{} 시작", short_name(pod)),
        Act::PodReady { pod, .. } => format!("{} 준비됨", short_name(pod)),
        Act::Died { pod, .. } => format!("{} 죽음", short_name(pod)),
        Act::Restarted { pod, .. } => format!("{} 다시 시작", short_name(pod)),
        Act::BackOff { wait_ms, .. } => format!("{} 기다림", duration(Lang::Ko, *wait_ms)),
        Act::EndpointsChanged { to, .. } => format!("주소 {to}개"),
        Act::PodGone { pod } => format!("{} 사라짐", short_name(pod)),
        Act::Compose(act) => compose_short(Lang::Ko, act),
    }
}

fn short_en(act: &Act) -> String {
    match act {
        Act::Unplugged { .. } => "plug pulled".into(),
        Act::Plugged { .. } => "plugged in".into(),
        Act::Killed { pod } => format!("{} killed", short_name(pod)),
        Act::Scaled { from, to, .. } => format!("{from} → {to}"),
        Act::RolledOut { .. } => "new image".into(),
        Act::TrafficSet { to_rps, .. } => format!("requests {}", rps(*to_rps)),
        Act::Created { name, .. } => format!("{name} created"),
        Act::Changed { name, .. } => format!("{name} changed"),
        Act::Deleted { name, .. } => format!("{} deleted", short_name(name)),
        Act::LeaseStopped { .. } => "renewal stops".into(),
        Act::NodeUnknown { node, .. } => format!("{node} is silent"),
        Act::NodeReady { node } => format!("{node} is back"),
        Act::EvictedPods { pods, .. } => format!("{} evicted", pods_en(*pods)),
        Act::CreatedPods { pods, .. } => format!("creates {pods}"),
        Act::DeletedPods { pods, .. } => format!("deletes {pods}"),
        Act::ScaledReplicaSet { to, .. } => format!("scales to {to}"),
        Act::Scheduled { pod, node } => format!("{} to {node}", short_name(pod)),
        Act::Unschedulable { pod, .. } => format!("no node for {}", short_name(pod)),
        Act::Pulling { pod, .. } => format!("{} pulls", short_name(pod)),
        Act::Started { pod, .. } => format!("{} starts", short_name(pod)),
        Act::PodReady { pod, .. } => format!("{} ready", short_name(pod)),
        Act::Died { pod, .. } => format!("{} died", short_name(pod)),
        Act::Restarted { pod, .. } => format!("{} restarts", short_name(pod)),
        Act::BackOff { wait_ms, .. } => format!("waits {}", duration(Lang::En, *wait_ms)),
        Act::EndpointsChanged { to, .. } => {
            if *to == 1 {
                "1 address".into()
            } else {
                format!("{to} addresses")
            }
        }
        Act::PodGone { pod } => format!("{} gone", short_name(pod)),
        Act::Compose(act) => compose_short(Lang::En, act),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deeds_read_as_sentences() {
        let scheduled = Act::Scheduled { pod: "web-6c9d-t8d2r".into(), node: "node-b".into() };
        let unknown = Act::NodeUnknown { node: "node-c".into(), silent_ms: 50_000, pods: 2 };
        let quiet = Act::NodeUnknown { node: "node-c".into(), silent_ms: 50_000, pods: 0 };
        let scaled = Act::Scaled { workload: "web".into(), from: 3, to: 6 };
        for (act, ko, en) in [
            (&scheduled, "`t8d2r`를 node-b로 보냈어요", "sends `t8d2r` to node-b"),
            (
                &unknown,
                "node-c에 `Ready=Unknown`으로 적고, 파드 2개를 ‘준비 안 됨’으로 바꿨어요",
                "sets `Ready=Unknown` on node-c and marks 2 pods not ready",
            ),
            (&quiet, "node-c에 `Ready=Unknown`으로 적었어요", "sets `Ready=Unknown` on node-c"),
            (
                &scaled,
                "`web`의 원하는 수를 3에서 6으로 바꿨어요",
                "changed the desired number of `web` from 3 to 6",
            ),
        ] {
            assert_eq!(deed(Lang::Ko, act), ko);
            assert_eq!(deed(Lang::En, act), en);
        }
        assert_eq!(deed_short(Lang::Ko, &scheduled), "t8d2r를 node-b로");
    }
}
