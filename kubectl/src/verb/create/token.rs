//! `create token`: a service account's token, printed.

use http::Method;
use serde_json::{Value, json};

use super::{Printer, usage};
use crate::{
    duration,
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON},
    output::text,
    select,
    verb::{DryRun, parse},
};

/// Runs `create token`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("create token", words)?;
    let [name] = flags.args.as_slice() else {
        return Err(usage(
            "create token",
            &format!("exactly one NAME is required, got {}", flags.args.len()),
        ));
    };
    let mut printer = Printer::read(cx, &flags)?;
    let given = flags.get("duration").unwrap_or("0s");
    let length = duration::parse(given).map_err(|why| {
        let text = format!("invalid argument {given:?} for \"--duration\" flag: {why}");
        Fail::Error(format!("{text}\nSee 'kubectl create token --help' for usage."))
    })?;
    let seconds = duration::seconds_up(length);
    if length < 0 {
        return Err(Fail::error("--duration must be greater than or equal to 0"));
    }
    let mut spec =
        json!({"audiences": Value::Null, "expirationSeconds": Value::Null, "boundObjectRef": bound(&flags)?});
    if !flags.raw_list("audience").is_empty() {
        spec["audiences"] = json!(flags.raw_list("audience"));
    }
    if seconds > 0 {
        spec["expirationSeconds"] = seconds.into();
    }
    let request = json!({
        "kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "metadata": {"creationTimestamp": null},
        "spec": spec, "status": {"token": "", "expirationTimestamp": null},
    });
    let url = format!("/api/v1/namespaces/{}/serviceaccounts/{name}/token", select::namespace(cx, &flags));
    let answer = cx.send(Method::POST, &url, JSON, Some((JSON, &request))).await;
    let answer = answer.map_err(|fail| match fail {
        Fail::Status(status) => Fail::Error(format!("failed to create token: {}", status.message)),
        fail => fail,
    })?;
    if flags.text("output").is_empty() {
        let token = text(&answer, "/status/token");
        if token.is_empty() {
            return Err(Fail::error("failed to create token: no token in server response"));
        }
        cx.out(token);
        return Ok(());
    }
    printer.typed(cx, &answer, &format!("tokenrequest.authentication.k8s.io/{name}"), "created", DryRun::None)
}

fn bound(flags: &Flags) -> Done<Value> {
    let (kind, name, uid) =
        (flags.text("bound-object-kind"), flags.text("bound-object-name"), flags.text("bound-object-uid"));
    if kind.is_empty() {
        for (flag, value) in [("name", name), ("uid", uid)] {
            if !value.is_empty() {
                return Err(Fail::Error(format!(
                    "--bound-object-{flag} can only be set if --bound-object-kind is provided"
                )));
            }
        }
        return Ok(Value::Null);
    }
    if !["Node", "Pod", "Secret"].contains(&kind) {
        return Err(Fail::error("supported --bound-object-kind values are Node, Pod, Secret"));
    }
    if name.is_empty() {
        return Err(Fail::error("--bound-object-name is required if --bound-object-kind is provided"));
    }
    let mut bound = json!({"kind": kind, "apiVersion": "v1", "name": name});
    if !uid.is_empty() {
        bound["uid"] = uid.into();
    }
    Ok(bound)
}
