//! Signals to containers: of a pod, and of Docker on a machine.

use serde_json::{Value, json};

use super::{
    Done,
    write::{COMPOSE_CONTAINER, SIGNAL, World},
};

/// What pods and containers of Docker are called before a `/`.
const PODS: [&str; 3] = ["pod", "pods", "po"];
const DOCKERS: [&str; 2] = ["composecontainer", "composecontainers"];
/// What has no process of its own.
const OTHERS: [&str; 9] =
    ["deploy", "deployment", "rs", "replicaset", "sts", "statefulset", "ds", "svc", "node"];

/// `lab kill POD [-c CONTAINER] [-s SIGNAL]`; the container of a Compose project goes by its own name.
pub async fn kill(world: &World, what: &str, options: &[&str]) -> Done {
    let (container, signal) = read(world, options)?;
    let (kind, rest) = what.split_once('/').unwrap_or(("", what));
    if OTHERS.contains(&kind) {
        return Err(world.say(
            &format!("error: 죽일 수 있는 것은 파드의 컨테이너예요. {kind}/{rest}은(는) 파드가 아니에요. 파드 이름: kubectl get pods"),
            &format!("error: what can be killed is a container of a pod, and {kind}/{rest} is none. The pods: kubectl get pods"),
        ));
    }
    let named = if PODS.contains(&kind) || DOCKERS.contains(&kind) { rest } else { what };
    let (namespace, name) = named.split_once('/').unwrap_or((&world.namespace, named));
    let there = World { client: world.client.clone(), lang: world.lang, namespace: namespace.to_owned() };
    let spec = if DOCKERS.contains(&kind) {
        there.get(COMPOSE_CONTAINER, name).await?;
        of_docker(name, &signal)
    } else {
        match there.pod(namespace, name).await {
            Ok(pod) => of_pod(&there, &pod, name, container, &signal)?,
            Err(_) if !PODS.contains(&kind) && there.has(COMPOSE_CONTAINER, name).await => {
                of_docker(name, &signal)
            }
            Err(why) => return Err(why),
        }
    };
    let (_, said) = there.create(SIGNAL, "Signal", &format!("{name}-"), spec).await?;
    Ok(said)
}

/// The options: a container's name, and the signal's.
fn read(world: &World, options: &[&str]) -> Result<(Option<String>, String), String> {
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
    Ok((container, signal))
}

fn of_docker(name: &str, signal: &str) -> Value {
    json!({"composeContainer": name, "signal": signal})
}

fn of_pod(
    world: &World,
    pod: &Value,
    name: &str,
    container: Option<String>,
    signal: &str,
) -> Result<Value, String> {
    let containers: Vec<&str> = pod["spec"]["containers"]
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
    Ok(json!({"pod": name, "container": container, "signal": signal}))
}
