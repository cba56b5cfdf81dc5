//! Signals to containers.

use serde_json::json;

use super::{
    Done,
    write::{SIGNAL, World},
};

/// `lab kill POD [-c CONTAINER] [-s SIGNAL]`.
pub async fn kill(world: &World, pod: &str, options: &[&str]) -> Done {
    let (mut container, mut signal) = (None, "SIGKILL".to_owned());
    for pair in options.chunks(2) {
        match pair {
            ["-c" | "--container", name] => container = Some((*name).to_owned()),
            ["-s" | "--signal", name] => {
                signal = format!("SIG{}", name.to_uppercase().trim_start_matches("SIG"));
            }
            _ => {
                return Err(world.say(
                    "error: lab kill POD [-c CONTAINER] [-s SIGTERM]처럼 적어 주세요",
                    "error: write lab kill POD [-c CONTAINER] [-s SIGTERM]",
                ));
            }
        }
    }
    let pod = pod.strip_prefix("pod/").or_else(|| pod.strip_prefix("pods/")).unwrap_or(pod);
    if let Some((
        kind
        @ ("deploy" | "deployment" | "rs" | "replicaset" | "sts" | "statefulset" | "ds" | "svc" | "node"),
        name,
    )) = pod.split_once('/')
    {
        return Err(world.say(
            &format!("error: 죽일 수 있는 것은 파드의 컨테이너예요. {kind}/{name}은(는) 파드가 아니에요. 파드 이름: kubectl get pods"),
            &format!("error: what can be killed is a container of a pod, and {kind}/{name} is none. The pods: kubectl get pods"),
        ));
    }
    let (namespace, name) = pod.split_once('/').unwrap_or((&world.namespace, pod));
    let found = world.pod(namespace, name).await?;
    let containers: Vec<&str> = found["spec"]["containers"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|c| c["name"].as_str())
        .collect();
    let container = container.unwrap_or_else(|| containers.first().copied().unwrap_or_default().to_owned());
    if !containers.contains(&container.as_str()) {
        let there = containers.join(", ");
        return Err(world.say(
            &format!("error: pod/{name}에는 {container} 컨테이너가 없어요. 있는 것: {there}"),
            &format!("error: pod/{name} has no container {container}. There are: {there}"),
        ));
    }
    let there = World { client: world.client.clone(), lang: world.lang, namespace: namespace.to_owned() };
    let spec = json!({"pod": name, "container": container, "signal": signal});
    let (_, said) = there.create(SIGNAL, "Signal", &format!("{name}-"), spec).await?;
    Ok(said)
}
