//! `lab`: the world's own verbs. Each is an ordinary write to an object of `sim.pilothouse.dev/v1`, and says which.

use http::{Method, Request};
use kubectl::Sink;
use serde_json::{Value, json};
use wire::learner::Lang;

use super::in_lang;

const GROUP: &str = "/apis/sim.pilothouse.dev/v1";
const USAGE_EN: &str = "lab changes what lies under the cluster, which kubectl cannot reach.

Usage:
  lab unplug NODE          cut the power of a machine
  lab plug NODE            give it power again
  lab kill POD             kill the main process of a pod's first container
  lab traffic NAME RPS     set the requests a second
";

const USAGE_KO: &str = "lab은 클러스터 아래의 것을 바꿔요. kubectl이 닿지 못하는 곳이에요.

쓰는 법:
  lab unplug NODE          머신의 전원을 꺼요
  lab plug NODE            다시 켜요
  lab kill POD             파드의 첫 컨테이너에서 주 프로세스를 죽여요
  lab traffic NAME RPS     초당 요청 수를 정해요
";

/// Runs a lab command; gives its exit code.
pub(super) async fn run(
    client: kube::Client,
    lang: Lang,
    argv: &[String],
    out: &mut (dyn Sink + Send),
) -> i32 {
    let usage = in_lang(lang, USAGE_KO, USAGE_EN);
    let words: Vec<&str> = argv.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["unplug", node] => power(&client, lang, node, "Off", "unplugged").await,
        ["plug", node] => power(&client, lang, node, "On", "plugged").await,
        ["kill", pod] => kill(&client, pod).await,
        ["traffic", name, rate] => traffic(&client, lang, name, rate).await,
        [] | ["help" | "-h" | "--help"] => {
            out.stdout(usage);
            return 0;
        }
        [verb @ ("unplug" | "plug" | "kill" | "traffic"), ..] => {
            let (ko, en) = (
                format!("error: lab {verb}의 인자가 달라요\n\n{usage}"),
                format!("error: lab {verb} takes other arguments\n\n{usage}"),
            );
            out.stderr(in_lang(lang, &ko, &en));
            return 1;
        }
        [verb, ..] => {
            out.stderr(&format!("error: unknown command {verb:?} for \"lab\"\n\n{usage}"));
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

async fn power(
    client: &kube::Client,
    lang: Lang,
    node: &str,
    power: &str,
    done: &str,
) -> Result<String, String> {
    let node = node.strip_prefix("node/").unwrap_or(node);
    let old = send(client, Method::GET, &format!("{GROUP}/machines/{}", path(node)), None).await?;
    if old["spec"]["power"] == power {
        let (ko, en) = if power == "On" {
            (
                format!("error: machine/{node}은(는) 이미 꽂혀 있어요\n"),
                format!("error: machine/{node} is plugged in already\n"),
            )
        } else {
            (
                format!("error: machine/{node}은(는) 이미 뽑혀 있어요\n"),
                format!("error: machine/{node} is unplugged already\n"),
            )
        };
        return Err(in_lang(lang, &ko, &en).to_owned());
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

async fn traffic(client: &kube::Client, lang: Lang, name: &str, rate: &str) -> Result<String, String> {
    let rps = rate.parse::<f64>().ok().filter(|r| r.is_finite() && (0.0..=1_000_000.0).contains(r));
    let Some(rps) = rps else {
        let ko = format!(
            "error: 초당 요청 수가 {rate:?}예요. 0 이상의 수를 넣어 주세요.
"
        );
        let en = format!(
            "error: requests a second must be a number from 0, not {rate:?}
"
        );
        return Err(in_lang(lang, &ko, &en).to_owned());
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
