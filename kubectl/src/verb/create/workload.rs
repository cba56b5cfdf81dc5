//! `create deployment`, `create job` and `create cronjob`.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{made, metadata, order, post};
use crate::{
    discovery::Resource,
    fail::{Done, Fail},
    http::Cx,
    output::text,
    select,
};

/// Runs `create deployment`.
pub async fn deployment(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let order = order(cx, "deployment", &["image"], words).await?;
    let flags = &order.flags;
    let images = flags.list("image");
    let command = &flags.after_dashes;
    if images.len() > 1 && !command.is_empty() {
        return Err(Fail::error("cannot specify multiple --image options and command"));
    }
    let mut containers: Vec<Value> =
        images.iter().map(|image| container(container_name(image), image, command)).collect();
    if let Some(port) = flags.number("port").filter(|port| *port >= 0)
        && let Some(first) = containers.first_mut()
    {
        first["ports"] = json!([{"containerPort": port}]);
    }
    let labels = json!({"app": order.name});
    let mut meta = metadata(&order.name);
    meta["labels"] = labels.clone();
    let object = json!({
        "kind": "Deployment", "apiVersion": "apps/v1", "metadata": meta,
        "spec": {
            "replicas": flags.number("replicas").unwrap_or(1),
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"creationTimestamp": null, "labels": labels},
                "spec": {"containers": containers},
            },
            "strategy": {},
        },
        "status": {},
    });
    let resource = Resource::namespaced("apps", "v1", "deployments", "Deployment");
    post(cx, &order, made(resource, object, "failed to create deployment: ")).await
}

/// The last part of an image's name, without tag and digest; what a container's name may not have becomes `-`, with five letters
/// behind it (of the image's hash, where kubectl takes random ones).
fn container_name(image: &str) -> String {
    let base = image.rsplit('/').next().unwrap_or(image);
    let base = base.split([':', '@']).next().unwrap_or(base);
    if !base.contains(['_', '.']) {
        return base.to_owned();
    }
    let digest = Sha256::digest(image);
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let suffix: String =
        digest.iter().take(5).map(|byte| LETTERS[usize::from(*byte) % LETTERS.len()] as char).collect();
    format!("{}-{suffix}", base.replace(['_', '.'], "-"))
}

fn container(name: String, image: &str, command: &[String]) -> Value {
    let mut container = json!({"name": name, "image": image, "resources": {}});
    if !command.is_empty() {
        container["command"] = json!(command);
    }
    container
}

/// Runs `create job`.
pub async fn job(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let order = order(cx, "job", &[], words).await?;
    let (image, from) = (order.flags.text("image"), order.flags.text("from"));
    let command = &order.flags.after_dashes;
    if image.is_empty() == from.is_empty() {
        return Err(Fail::error("either --image or --from must be specified"));
    }
    if !from.is_empty() && !command.is_empty() {
        return Err(Fail::error("cannot specify --from and command"));
    }
    let object = if from.is_empty() {
        let spec = job_spec(container(order.name.clone(), image, command), "Never");
        json!({"kind": "Job", "apiVersion": "batch/v1", "metadata": metadata(&order.name), "spec": spec, "status": {}})
    } else {
        let from = from.to_owned();
        let found = select::objects(cx, &order.flags, &[from]).await?;
        let cron = found.first().ok_or_else(|| Fail::error("from must be an existing cronjob"))?;
        match text(&cron.object, "/kind") {
            "CronJob" => from_cron_job(&order.name, &cron.object),
            kind => return Err(Fail::Error(format!("unknown object type *v1.{kind}"))),
        }
    };
    let resource = Resource::namespaced("batch", "v1", "jobs", "Job");
    post(cx, &order, made(resource, object, "failed to create job: ")).await
}

fn job_spec(container: Value, restart: &str) -> Value {
    let mut pod = json!({"containers": [container]});
    if !restart.is_empty() {
        pod["restartPolicy"] = restart.into();
    }
    json!({"template": {"metadata": {"creationTimestamp": null}, "spec": pod}})
}

/// The job that a cron job would make now, marked as made by hand.
fn from_cron_job(name: &str, cron: &Value) -> Value {
    let template = &cron["spec"]["jobTemplate"];
    let mut annotations = json!({"cronjob.kubernetes.io/instantiate": "manual"});
    for (key, value) in template["metadata"]["annotations"].as_object().into_iter().flatten() {
        annotations[key.as_str()] = value.clone();
    }
    let mut meta = metadata(name);
    if let Some(labels) = template["metadata"].get("labels") {
        meta["labels"] = labels.clone();
    }
    meta["annotations"] = annotations;
    meta["ownerReferences"] = json!([{
        "apiVersion": "batch/v1", "kind": "CronJob", "name": cron["metadata"]["name"],
        "uid": cron["metadata"]["uid"], "controller": true,
    }]);
    json!({"kind": "Job", "apiVersion": "batch/v1", "metadata": meta, "spec": template["spec"], "status": {}})
}

/// Runs `create cronjob`.
pub async fn cron_job(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let order = order(cx, "cronjob", &["image", "schedule"], words).await?;
    let flags = &order.flags;
    let (image, schedule) = (flags.text("image"), flags.text("schedule"));
    let restart = flags.get("restart").filter(|it| !it.is_empty()).unwrap_or("OnFailure");
    let spec = job_spec(container(order.name.clone(), image, &flags.after_dashes), restart);
    let object = json!({
        "kind": "CronJob", "apiVersion": "batch/v1", "metadata": metadata(&order.name),
        "spec": {"schedule": schedule, "jobTemplate": {"metadata": metadata(&order.name), "spec": spec}},
        "status": {},
    });
    let resource = Resource::namespaced("batch", "v1", "cronjobs", "CronJob");
    post(cx, &order, made(resource, object, "failed to create cronjob: ")).await
}
