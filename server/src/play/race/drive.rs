//! Does in both worlds what a line of the script says, by requests to the API.

use lessons::widget::{
    race::{CALLERS, File},
    script::Verb,
};
use sandbox::{
    cluster::Cluster,
    json::Json,
    object::{Key, Object},
    request::{Reply, Request},
    resources::{COMPOSE_COMMAND, COMPOSE_CONTAINER, POD},
};
use serde_json::{Value, json};

use crate::stage::learner;

const OWN: &str = "/apis/sim.pilothouse.dev/v1";
/// What the compose file's project is called.
pub(super) const PROJECT: &str = "shop";

/// What came of a line.
#[derive(Default)]
pub(super) struct Typed {
    /// What was refused at once, in the cluster's words.
    pub refused: Option<String>,
    /// The `docker compose` command that it typed.
    pub command: Option<String>,
}

pub(super) struct Driver<'a> {
    file: &'a File,
    image: String,
    /// The node that lost its power.
    dark: Option<String>,
    written: usize,
}

impl<'a> Driver<'a> {
    pub fn new(file: &'a File) -> Self {
        let image = file.image.clone();
        Self { file, image, dark: None, written: 0 }
    }

    pub fn act(&mut self, cluster: &mut Cluster, verb: &Verb) -> Typed {
        let mut typed = Typed::default();
        let mut done: Vec<Result<(), String>> = Vec::new();
        match verb {
            Verb::Kill => {
                done.push(self.kill(cluster, "composeContainer", first_container(cluster, &self.file.app)));
                done.push(self.kill(cluster, "pod", first_pod(cluster, &self.file.app)));
            }
            Verb::Remove => {
                let container = first_container(cluster, &self.file.app);
                done.push(delete(cluster, &format!("{OWN}/namespaces/default/composecontainers"), container));
                let pod = first_pod(cluster, &self.file.app);
                done.push(delete(cluster, "/api/v1/namespaces/default/pods", pod));
            }
            Verb::Traffic(rate) => {
                for caller in CALLERS {
                    let uri = format!("{OWN}/namespaces/default/traffics/{caller}");
                    done.push(patch(cluster, &uri, &json!({"spec": {"ratePerSecond": rate}})));
                }
            }
            Verb::Unplug => {
                self.dark = self.dark.take().or_else(|| busiest(cluster, &self.file.app));
                done.extend(self.power(cluster, "Off"));
            }
            Verb::Plug => {
                done.extend(self.power(cluster, "On"));
                self.dark = None;
            }
            Verb::Deploy(tag) => {
                let (app, image) = (&self.file.app, format!("{}:{tag}", self.image));
                let services = json!({"spec": {"services": {app: {"image": image}}}});
                let uri = format!("{OWN}/namespaces/default/composeprojects/{PROJECT}");
                done.push(patch(cluster, &uri, &services));
                done.push(self.up(cluster, &mut typed));
                done.push(self.deploy(cluster, &image));
            }
            Verb::Up => done.push(self.up(cluster, &mut typed)),
            Verb::Cores(cores) => {
                let uri = format!("{OWN}/machines/{}", self.file.machine);
                done.push(patch(cluster, &uri, &json!({"spec": {"cpu": cores.to_string()}})));
            }
        }
        let refused: Vec<String> = done.into_iter().filter_map(Result::err).collect();
        typed.refused = (!refused.is_empty()).then(|| refused.join(" "));
        typed
    }

    fn kill(&mut self, cluster: &mut Cluster, field: &str, name: Option<String>) -> Result<(), String> {
        let Some(name) = name else { return Err(format!("no {field} to kill")) };
        let spec = json!({field: name, "signal": "SIGKILL"});
        let signal = self.own("Signal", spec);
        send(cluster, "POST", &format!("{OWN}/namespaces/default/signals"), &signal)
    }

    fn up(&mut self, cluster: &mut Cluster, typed: &mut Typed) -> Result<(), String> {
        let command = self.own("ComposeCommand", json!({"project": PROJECT, "args": ["up", "-d"]}));
        typed.command = command["metadata"]["name"].as_str().map(str::to_owned);
        send(cluster, "POST", &format!("{OWN}/namespaces/default/composecommands"), &command)
    }

    fn deploy(&self, cluster: &mut Cluster, image: &str) -> Result<(), String> {
        let app = &self.file.app;
        let key = Key::new("default", app.as_str());
        let found = cluster.api().find(sandbox::resources::DEPLOYMENT, &key);
        let name = found.map(|d| d.at("spec.template.spec.containers")[0]["name"].text().to_owned());
        let Some(name) = name else { return Err(format!("deployments.apps \"{app}\" not found")) };
        let containers = json!([{"name": name, "image": image}]);
        let body = json!({"spec": {"template": {"spec": {"containers": containers}}}});
        let uri = format!("/apis/apps/v1/namespaces/default/deployments/{app}");
        request(cluster, "PATCH", &uri, "application/strategic-merge-patch+json", &body)
    }

    fn power(&self, cluster: &mut Cluster, power: &str) -> Vec<Result<(), String>> {
        let machines = [Some(&self.file.machine), self.dark.as_ref()];
        let set = |name: &String| {
            patch(cluster, &format!("{OWN}/machines/{name}"), &json!({"spec": {"power": power}}))
        };
        machines.into_iter().flatten().map(set).collect()
    }

    /// An object of the world with the next name.
    fn own(&mut self, kind: &str, spec: Value) -> Value {
        self.written += 1;
        let name = format!("script-{}", self.written);
        json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": kind,
            "metadata": {"name": name, "namespace": "default"}, "spec": spec})
    }
}

/// What a typed command printed last, where it failed.
pub(super) fn failure(cluster: &Cluster, name: &str) -> Option<String> {
    let command = cluster.api().find(COMPOSE_COMMAND, &Key::new("default", name))?;
    let failed = command["status"]["exitCode"].int().is_some_and(|code| code != 0);
    failed.then(|| command["status"]["output"].text().lines().last().unwrap_or_default().to_owned())
}

/// Is this a container of the app that runs?
pub(super) fn is_up(container: &Object, app: &str) -> bool {
    container["spec"]["service"] == *app && container["status"]["state"] == "running"
}

/// Does a pod of the app run and take requests?
fn is_ready(pod: &Object, app: &str) -> bool {
    pod.label("app") == Some(app) && !pod.is_terminating() && pod.condition("Ready")["status"] == "True"
}

fn first_container(cluster: &Cluster, app: &str) -> Option<String> {
    cluster.api().list(COMPOSE_CONTAINER, "default").find(|c| is_up(c, app)).map(|c| c.name().to_string())
}

fn first_pod(cluster: &Cluster, app: &str) -> Option<String> {
    cluster.api().list(POD, "default").find(|p| is_ready(p, app)).map(|p| p.name().to_string())
}

/// The node with the most pods of the app: the worst one to lose.
fn busiest(cluster: &Cluster, app: &str) -> Option<String> {
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for pod in cluster.api().list(POD, "default").filter(|p| is_ready(p, app)) {
        *counts.entry(pod["spec"]["nodeName"].text()).or_default() += 1;
    }
    let most = counts.values().max()?;
    counts.iter().find(|(_, count)| *count == most).map(|(node, _)| (*node).to_owned())
}

fn delete(cluster: &mut Cluster, uri: &str, name: Option<String>) -> Result<(), String> {
    let Some(name) = name else { return Err(format!("nothing to delete at {uri}")) };
    send(cluster, "DELETE", &format!("{uri}/{name}"), &Value::Null)
}

fn patch(cluster: &mut Cluster, uri: &str, body: &Value) -> Result<(), String> {
    request(cluster, "PATCH", uri, "application/merge-patch+json", body)
}

fn send(cluster: &mut Cluster, method: &str, uri: &str, body: &Value) -> Result<(), String> {
    request(cluster, method, uri, "application/json", body)
}

fn request(cluster: &mut Cluster, method: &str, uri: &str, type_: &str, body: &Value) -> Result<(), String> {
    let request = Request {
        user: learner(),
        method: method.into(),
        uri: uri.into(),
        content_type: type_.into(),
        body: if body.is_null() { String::new() } else { body.to_string() },
        ..Request::default()
    };
    let Reply::Body(answer) = cluster.handle(&request) else { return Err(format!("{uri} gave a stream")) };
    if answer.code < 300 {
        return Ok(());
    }
    let status: Json = serde_json::from_slice::<Value>(&answer.bytes).unwrap_or_default().into();
    Err(status["message"].text().to_owned())
}
