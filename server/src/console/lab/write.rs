//! Reads and writes of the world's objects, told as kubectl tells them.

use http::{Method, Request};
use kubectl::Kubectl;
use serde_json::{Value, json};
use wire::learner::Lang;

use crate::console::{desk::Screen, in_lang};

const GROUP: &str = "sim.pilothouse.dev";

/// The world under a cluster, for one command.
pub struct World {
    pub client: kube::Client,
    pub lang: Lang,
    /// Where pods, traffic and projects are.
    pub namespace: String,
}

/// A kind of the world: its plural, its singular, and whether it has a namespace.
#[derive(Clone, Copy)]
pub struct Kind(pub &'static str, pub &'static str, pub bool);

pub const MACHINE: Kind = Kind("machines", "machine", false);
pub const IMAGE: Kind = Kind("images", "image", false);
pub const TRAFFIC: Kind = Kind("traffics", "traffic", true);
pub const SIGNAL: Kind = Kind("signals", "signal", true);
pub const COMPOSE_CONTAINER: Kind = Kind("composecontainers", "composecontainer", true);
pub const COMPOSE_COMMAND: Kind = Kind("composecommands", "composecommand", true);

impl World {
    /// The sentence in the learner's language.
    pub fn say(&self, ko: &str, en: &str) -> String {
        format!("{}\n", in_lang(self.lang, ko, en))
    }

    fn path(&self, kind: Kind, name: &str) -> String {
        let space = if kind.2 { format!("/namespaces/{}", segment(&self.namespace)) } else { String::new() };
        let name = if name.is_empty() { String::new() } else { format!("/{}", segment(name)) };
        format!("/apis/{GROUP}/v1{space}/{}{name}", kind.0)
    }

    /// An object of the world.
    ///
    /// # Errors
    /// kubectl's words; and what there is instead.
    pub async fn get(&self, kind: Kind, name: &str) -> Result<Value, String> {
        match self.send(Method::GET, &self.path(kind, name), None).await {
            Err(why) if why.contains("(NotFound)") => Err(why + &self.there_are(kind).await),
            other => other,
        }
    }

    /// Is there an object of this name?
    pub async fn has(&self, kind: Kind, name: &str) -> bool {
        self.send(Method::GET, &self.path(kind, name), None).await.is_ok()
    }

    /// All objects of a kind.
    ///
    /// # Errors
    /// kubectl's words.
    pub async fn all(&self, kind: Kind) -> Result<Vec<Value>, String> {
        let list = self.send(Method::GET, &self.path(kind, ""), None).await?;
        Ok(list["items"].as_array().cloned().unwrap_or_default())
    }

    async fn there_are(&self, kind: Kind) -> String {
        let all = self.all(kind).await.unwrap_or_default();
        let names: Vec<&str> = all.iter().filter_map(|o| o["metadata"]["name"].as_str()).take(20).collect();
        let (ko, en) = match names.is_empty() {
            true => (format!("여기에는 {}이 없어요.", kind.0), format!("There are no {} here.", kind.0)),
            false => {
                (format!("여기에 있는 것: {}", names.join(", ")), format!("There are: {}", names.join(", ")))
            }
        };
        self.say(&ko, &en)
    }

    /// A pod.
    ///
    /// # Errors
    /// kubectl's words.
    pub async fn pod(&self, namespace: &str, name: &str) -> Result<Value, String> {
        let path = format!("/api/v1/namespaces/{}/pods/{}", segment(namespace), segment(name));
        self.send(Method::GET, &path, None).await
    }

    /// Changes fields of a spec: `machine.sim.pilothouse.dev/node-c patched`, and how kubectl would have done it.
    ///
    /// # Errors
    /// kubectl's words, and what a learner may do about it.
    pub async fn patch(&self, kind: Kind, name: &str, spec: Value) -> Result<String, String> {
        let body = json!({ "spec": spec });
        let old = self.get(kind, name).await?;
        let new = self
            .send(Method::PATCH, &self.path(kind, name), Some(&body))
            .await
            .map_err(|e| self.explain(kind, e))?;
        let same = old["metadata"]["resourceVersion"] == new["metadata"]["resourceVersion"];
        let space = self.flag(kind);
        Ok(format!(
            "{}.{GROUP}/{name} patched{}\n# kubectl patch {} {name}{space} --type=merge -p '{body}'\n",
            kind.1,
            if same { " (no change)" } else { "" },
            kind.1,
        ))
    }

    /// Makes an object: its name, and what is said of it.
    ///
    /// # Errors
    /// kubectl's words, and what a learner may do about it.
    pub async fn create(
        &self,
        kind: Kind,
        named: &str,
        base: &str,
        spec: Value,
    ) -> Result<(String, String), String> {
        let body = json!({
            "apiVersion": format!("{GROUP}/v1"), "kind": named, "metadata": {"generateName": base}, "spec": spec,
        });
        let new = self
            .send(Method::POST, &self.path(kind, ""), Some(&body))
            .await
            .map_err(|e| self.explain(kind, e))?;
        let name = new["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        let said = format!(
            "{}.{GROUP}/{name} created\n# kubectl create{} -f - <<< '{body}'\n",
            kind.1,
            self.flag(kind)
        );
        Ok((name, said))
    }

    fn flag(&self, kind: Kind) -> String {
        if kind.2 && self.namespace != "default" { format!(" -n {}", self.namespace) } else { String::new() }
    }

    fn explain(&self, kind: Kind, why: String) -> String {
        if !why.contains("(Forbidden)") {
            return why;
        }
        let (ko, en) = (
            format!("이 실험에서는 {} 종류를 바꿀 수 없어요.", kind.0),
            format!("This experiment does not let you write {}.", kind.0),
        );
        why + &self.say(&ko, &en)
    }

    /// `lab ls`.
    pub async fn list(&self, screen: &mut dyn Screen) -> i32 {
        let words = ["get", "machines,images,traffics,composeprojects", "--show-kind"];
        let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
        Kubectl::new(self.client.clone()).run(&words, None, screen).await
    }

    async fn send(&self, method: Method, uri: &str, body: Option<&Value>) -> Result<Value, String> {
        let type_ = if method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
        let bytes = body.map(|b| b.to_string().into_bytes()).unwrap_or_default();
        let request =
            Request::builder().method(method).uri(uri).header(http::header::CONTENT_TYPE, type_).body(bytes);
        let request = request.map_err(|e| format!("error: {e}\n"))?;
        self.client.request(request).await.map_err(|error| match error {
            kube::Error::Api(status) if status.reason.is_empty() => {
                format!("Error from server: {}\n", status.message)
            }
            kube::Error::Api(status) => {
                format!("Error from server ({}): {}\n", status.reason, status.message)
            }
            other => format!("error: {other}\n"),
        })
    }
}

/// A name as one segment of a path.
fn segment(name: &str) -> String {
    let byte = |b: u8| match b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
        true => (b as char).to_string(),
        false => format!("%{b:02X}"),
    };
    name.bytes().map(byte).collect()
}
