//! `lab`: the world's own verbs. Each is an ordinary write to an object of `sim.pilothouse.dev/v1`, and says which.

use http::{Method, Request};
use kubectl::Sink;
use serde_json::{Value, json};

const GROUP: &str = "/apis/sim.pilothouse.dev/v1";
const USAGE: &str = "lab changes what lies under the cluster, which kubectl cannot reach.

Usage:
  lab unplug NODE          cut the power of a machine
  lab plug NODE            give it power again
  lab kill POD             kill the main process of a pod's first container
  lab traffic NAME RPS     set the requests a second
";

/// Runs a lab command; gives its exit code.
pub(super) async fn run(client: kube::Client, argv: &[String], out: &mut (dyn Sink + Send)) -> i32 {
    let words: Vec<&str> = argv.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["unplug", node] => power(&client, node, "Off", "unplugged").await,
        ["plug", node] => power(&client, node, "On", "plugged").await,
        ["kill", pod] => kill(&client, pod).await,
        ["traffic", name, rate] => traffic(&client, name, rate).await,
        [] | ["help" | "-h" | "--help"] => {
            out.stdout(USAGE);
            return 0;
        }
        [verb @ ("unplug" | "plug" | "kill" | "traffic"), ..] => {
            out.stderr(&format!("error: lab {verb} takes other arguments\n\n{USAGE}"));
            return 1;
        }
        [verb, ..] => {
            out.stderr(&format!("error: unknown command {verb:?} for \"lab\"\n\n{USAGE}"));
            return 1;
        }
    };
    match done {
        Ok(said) => {
            out.stdout(&said);
            0
        }
        Err(said) => {
            out.stderr(&said);
            1
        }
    }
}

async fn power(client: &kube::Client, node: &str, power: &str, done: &str) -> Result<String, String> {
    let node = node.strip_prefix("node/").unwrap_or(node);
    let old = send(client, Method::GET, &format!("{GROUP}/machines/{}", path(node)), None).await?;
    if old["spec"]["power"] == power {
        return Err(format!("error: machine/{node} has its power {} already\n", power.to_lowercase()));
    }
    send(
        client,
        Method::PATCH,
        &format!("{GROUP}/machines/{}", path(node)),
        Some(json!({"spec": {"power": power}})),
    )
    .await?;
    Ok(format!("machine/{node} {done} (spec.power: {power})\n"))
}

async fn kill(client: &kube::Client, pod: &str) -> Result<String, String> {
    let pod = pod.strip_prefix("pod/").unwrap_or(pod);
    let (namespace, name) = pod.split_once('/').unwrap_or(("default", pod));
    let found = send(
        client,
        Method::GET,
        &format!("/api/v1/namespaces/{}/pods/{}", path(namespace), path(name)),
        None,
    )
    .await?;
    let container = found["spec"]["containers"][0]["name"].as_str().unwrap_or_default().to_owned();
    let signal = json!({
        "apiVersion": "sim.pilothouse.dev/v1", "kind": "Signal", "metadata": {"generateName": format!("{name}-")},
        "spec": {"pod": name, "container": container, "signal": "SIGKILL"},
    });
    let made =
        send(client, Method::POST, &format!("{GROUP}/namespaces/{}/signals", path(namespace)), Some(signal))
            .await?;
    let signal = made["metadata"]["name"].as_str().unwrap_or_default();
    Ok(format!("pod/{name} container {container} killed (signal/{signal}: SIGKILL)\n"))
}

async fn traffic(client: &kube::Client, name: &str, rate: &str) -> Result<String, String> {
    let rps = rate.parse::<f64>().ok().filter(|r| r.is_finite() && (0.0..=1_000_000.0).contains(r));
    let Some(rps) = rps else {
        return Err(format!("error: requests a second must be a number from 0, not {rate:?}\n"));
    };
    let rps = if rps.fract() == 0.0 { json!(rps as i64) } else { json!(rps) };
    let uri = format!("{GROUP}/namespaces/default/traffics/{}", path(name));
    send(client, Method::PATCH, &uri, Some(json!({"spec": {"ratePerSecond": rps}}))).await?;
    Ok(format!("traffic/{name} set (spec.ratePerSecond: {rps})\n"))
}

async fn send(
    client: &kube::Client,
    method: Method,
    uri: &str,
    body: Option<Value>,
) -> Result<Value, String> {
    let type_ = if method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
    let bytes = body.map(|b| b.to_string().into_bytes()).unwrap_or_default();
    let request =
        Request::builder().method(method).uri(uri).header(http::header::CONTENT_TYPE, type_).body(bytes);
    let request = request.map_err(|e| format!("error: {e}\n"))?;
    client.request(request).await.map_err(|error| match error {
        kube::Error::Api(status) if status.reason.is_empty() => {
            format!("Error from server: {}\n", status.message)
        }
        kube::Error::Api(status) => format!("Error from server ({}): {}\n", status.reason, status.message),
        other => format!("error: {other}\n"),
    })
}

/// A name as one segment of a path.
fn path(name: &str) -> String {
    name.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
                (b as char).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}
