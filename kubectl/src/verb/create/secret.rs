//! `create secret generic`, `tls` and `docker-registry`.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use super::{
    Order,
    files::{self, Data, data},
    made, metadata, order, post, unknown,
};
use crate::{
    discovery::Resource,
    fail::{Done, Fail},
    flags::verb_of,
    host::Entry,
    http::Cx,
    manifest::go_words,
    output::json::quote,
};

/// Runs `create secret` and its subcommands.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    match verb_of(words) {
        (Some("generic"), rest) => generic(cx, &rest).await,
        (Some("tls"), rest) => tls(cx, &rest).await,
        (Some("docker-registry"), rest) => docker_registry(cx, &rest).await,
        _ => Err(unknown("create secret", words)),
    }
}

async fn generic(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let order = order(cx, "secret generic", &[], words).await?;
    let data = data(cx, &order.flags, "Secret", &order.name)?;
    let kind = order.flags.text("type").to_owned();
    send(cx, order, data, &kind).await
}

async fn tls(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let order = order(cx, "secret tls", &[], words).await?;
    let (cert, key) = (order.flags.text("cert"), order.flags.text("key"));
    if cert.is_empty() || key.is_empty() {
        return Err(Fail::error("key and cert must be specified"));
    }
    let (cert, key) = (file(cx, cert)?, file(cx, key)?);
    let holds = |bytes: &[u8], what: &str| {
        let text = String::from_utf8_lossy(bytes);
        text.lines().any(|line| line.starts_with("-----BEGIN ") && line.contains(what))
    };
    if !holds(&cert, "") {
        return Err(Fail::error("tls: failed to find any PEM data in certificate input"));
    }
    if !holds(&key, "") {
        return Err(Fail::error("tls: failed to find any PEM data in key input"));
    }
    let data = vec![("tls.crt".to_owned(), cert), ("tls.key".to_owned(), key)];
    send(cx, order, data, "kubernetes.io/tls").await
}

fn file(cx: &Cx<'_>, path: &str) -> Done<Vec<u8>> {
    match cx.kubectl.host.open(path) {
        Ok(Entry::File(bytes)) => Ok(bytes),
        Ok(Entry::Folder(_)) => {
            Err(Fail::Error(format!("Cannot read file {path}, read {path}: is a directory")))
        }
        Err(why) => Err(Fail::Error(format!("Cannot read file {path}, open {path}: {}", go_words(&why)))),
    }
}

async fn docker_registry(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let order = order(cx, "secret docker-registry", &[], words).await?;
    let flags = &order.flags;
    let files = flags.list("from-file");
    let server = flags.get("docker-server").unwrap_or("https://index.docker.io/v1/");
    let (user, password) = (flags.text("docker-username"), flags.text("docker-password"));
    if files.is_empty() && [user, password, server].iter().any(|part| part.is_empty()) {
        return Err(Fail::error(
            "either --from-file or the combination of --docker-username, --docker-password and --docker-server is required",
        ));
    }
    let content = if files.is_empty() {
        docker_config(server, user, password, flags.text("docker-email")).into_bytes()
    } else {
        let mut found = data(cx, flags, "Secret", &order.name)?;
        found.pop().map(|(_, bytes)| bytes).unwrap_or_default()
    };
    let data = vec![(".dockerconfigjson".to_owned(), content)];
    send(cx, order, data, "kubernetes.io/dockerconfigjson").await
}

/// The fields in the order in which kubectl writes them.
fn docker_config(server: &str, user: &str, password: &str, email: &str) -> String {
    let auth = STANDARD.encode(format!("{user}:{password}"));
    let mut text = String::from("{\"auths\":{");
    quote(server, &mut text);
    text.push_str(":{");
    let fields = [("username", user), ("password", password), ("email", email), ("auth", auth.as_str())];
    for (at, (name, value)) in fields.iter().filter(|(_, value)| !value.is_empty()).enumerate() {
        text.push_str(if at > 0 { "," } else { "" });
        quote(name, &mut text);
        text.push(':');
        quote(value, &mut text);
    }
    text.push_str("}}}");
    text
}

async fn send(cx: &mut Cx<'_>, order: Order, data: Data, kind: &str) -> Done {
    let mut object = json!({"kind": "Secret", "apiVersion": "v1", "metadata": metadata(&order.name)});
    if !data.is_empty() {
        let values = data.into_iter().map(|(key, bytes)| (key, STANDARD.encode(bytes).into()));
        object["data"] = Value::Object(values.collect::<Map<_, _>>());
    }
    if !kind.is_empty() {
        object["type"] = kind.into();
    }
    if order.flags.on("append-hash") {
        object["metadata"]["name"] = format!("{}-{}", order.name, files::suffix(&object)).into();
    }
    let resource = Resource::namespaced("", "v1", "secrets", "Secret");
    post(cx, &order, made(resource, object, "failed to create secret ")).await
}
