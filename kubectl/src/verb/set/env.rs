//! `set env`.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::{Order, containers, env_source, of_object, pod_spec, split};
use crate::{
    fail::{Done, Fail},
    http::Cx,
    output::{list, text},
    select::Found,
};

/// Runs `set env`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let mut order = Order::read(cx, "env", words)?;
    (order.done, order.failing) = ("env updated", "failed to patch env update to pod template: ");
    let (targets, mut changes) = split(&order.flags.args);
    let flags = &order.flags;
    if targets.is_empty() && flags.get("filename").is_none() {
        return Err(Fail::error(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>",
        ));
    }
    if !flags.list("keys").is_empty() && flags.text("from").is_empty() {
        return Err(Fail::error(
            "when specifying --keys, a configmap or secret must be provided with --from",
        ));
    }
    let mut all = flags.raw_list("env").to_vec();
    all.append(&mut changes);
    let mut change = env_source::words(cx, &all)?;
    if !flags.text("from").is_empty() {
        change.set.extend(env_source::from(cx, flags).await?);
    }
    let (found, mut fails) = order.objects(cx, &targets).await?;
    for target in found {
        let done = if order.flags.on("list") {
            show(cx, &order, target).await
        } else {
            one(cx, &mut order, &change, &target).await
        };
        fails.extend(done.err());
    }
    Fail::all(fails)
}

async fn one(cx: &mut Cx<'_>, order: &mut Order, change: &env_source::Change, target: &Found) -> Done {
    let mut changed = target.object.clone();
    let spec = pod_spec(target)?;
    let pattern = order.flags.get("containers").unwrap_or("*").to_owned();
    let fitting = changed.pointer_mut(spec).map(|spec| containers(spec, &pattern)).unwrap_or_default();
    if fitting.is_empty() {
        return no_container(cx, target, &pattern);
    }
    let keeps = order.flags.get("overwrite").is_some() && !order.flags.on("overwrite");
    for container in fitting {
        let had = list(container, "/env").to_vec();
        if keeps {
            refuse_overwrite(target, &had, change)?;
        }
        let after = updated(had, change);
        match (after.is_empty(), container.as_object_mut()) {
            // Go writes no empty list: the last variable takes the list with it
            (true, Some(fields)) => drop(fields.remove("env")),
            _ => container["env"] = after.into(),
        }
    }
    order.send(cx, target, changed).await
}

fn no_container(cx: &mut Cx<'_>, target: &Found, pattern: &str) -> Done {
    let kind = text(&target.object, "/kind");
    cx.err(&format!("Warning: {kind}/{} does not have any containers matching {pattern:?}\n", target.name));
    Ok(())
}

fn refuse_overwrite(target: &Found, had: &[Value], change: &env_source::Change) -> Done {
    for it in &change.set {
        let name = text(it, "/name");
        if let Some(had) = had.iter().find(|had| text(had, "/name") == name) {
            let why =
                format!("'{name}' already has a value ({}), and --overwrite is false", text(had, "/value"));
            return Err(of_object(target, &why));
        }
    }
    Ok(())
}

/// What is there is changed in its place, what is new comes behind.
fn updated(had: Vec<Value>, change: &env_source::Change) -> Vec<Value> {
    let name = |it: &Value| text(it, "/name").to_owned();
    let mut after: Vec<Value> = Vec::new();
    for it in had {
        if change.remove.contains(&name(&it)) {
            continue;
        }
        let newer = change.set.iter().rfind(|new| name(new) == name(&it));
        after.push(newer.cloned().unwrap_or(it));
    }
    for new in &change.set {
        if !after.iter().any(|it| name(it) == name(new)) {
            after.push(new.clone());
        }
    }
    after
}

/// `--list`: the variables of each container.
async fn show(cx: &mut Cx<'_>, order: &Order, mut target: Found) -> Done {
    let spec = pod_spec(&target)?;
    let (kind, name) = (text(&target.object, "/kind").to_owned(), target.name.clone());
    let pattern = order.flags.get("containers").unwrap_or("*");
    let mut object = target.object.take();
    let fitting = object.pointer_mut(spec).map(|spec| containers(spec, pattern)).unwrap_or_default();
    for container in fitting {
        cx.out(&format!("# {kind} {name}, container {}\n", text(container, "/name")));
        for it in list(container, "/env") {
            let line = line(cx, order, &target, it).await?;
            cx.out(&format!("{line}\n"));
        }
    }
    Ok(())
}

async fn line(cx: &mut Cx<'_>, order: &Order, target: &Found, it: &Value) -> Done<String> {
    let name = text(it, "/name");
    let Some(source) = it.get("valueFrom") else { return Ok(format!("{name}={}", text(it, "/value"))) };
    for (field, plural, noun) in
        [("configMapKeyRef", "configmaps", "configmap"), ("secretKeyRef", "secrets", "secret")]
    {
        let Some(reference) = source.get(field) else { continue };
        let (object, key) = (text(reference, "/name"), text(reference, "/key"));
        if !order.flags.on("resolve") {
            return Ok(format!("# {name} from {noun} {object}, key {key}"));
        }
        let namespace = target.namespace.as_deref().unwrap_or_default();
        let found = cx.get(&format!("/api/v1/namespaces/{namespace}/{plural}/{object}")).await?;
        let value = found["data"][key].as_str().unwrap_or_default();
        let decoded = STANDARD.decode(value).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let value = if noun == "secret" { decoded.unwrap_or_default() } else { value.to_owned() };
        return Ok(format!("{name}={value}"));
    }
    Ok(match source.pointer("/fieldRef/fieldPath").and_then(Value::as_str) {
        Some(path) => format!("# {name} from field path {path}"),
        None => format!("# {name} from resource field {}", text(source, "/resourceFieldRef/resource")),
    })
}
