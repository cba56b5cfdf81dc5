//! `kubectl certificate approve` and `deny`.

use http::Method;
use serde_json::{Value, json};

use super::{DryRun, parse, print::Printer};
use crate::{
    fail::{Done, Fail},
    flags::verb_of,
    http::{Cx, JSON},
    output::{list, text},
    select::{self, Found},
};

/// One of the two answers to a request.
struct Answer {
    condition: &'static str,
    opposite: &'static str,
    reason: &'static str,
    message: &'static str,
    done: &'static str,
}

const APPROVE: Answer = Answer {
    condition: "Approved",
    opposite: "Denied",
    reason: "KubectlApprove",
    message: "This CSR was approved by kubectl certificate approve.",
    done: "approved",
};
const DENY: Answer = Answer {
    condition: "Denied",
    opposite: "Approved",
    reason: "KubectlDeny",
    message: "This CSR was denied by kubectl certificate deny.",
    done: "denied",
};

/// Runs a subcommand of `certificate`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let (subcommand, rest) = verb_of(words);
    let subcommand = subcommand.unwrap_or_default();
    let answer = if subcommand == "approve" { APPROVE } else { DENY };
    let flags = parse(&format!("certificate {subcommand}"), &rest)?;
    let mut printer = Printer::read(cx, &flags)?;
    if flags.args.is_empty() && flags.get("filename").is_none() {
        return Err(Fail::error("one or more CSRs must be specified as <name> or -f <filename>"));
    }
    let args = select::of_type("certificatesigningrequests", &flags.args);
    let (found, mut fails) = select::each(cx, &flags, &args).await?;
    for request in found {
        match one(cx, &answer, flags.on("force"), &request).await {
            Ok(()) => printer.print(cx, &request.object, &request.title(), answer.done, DryRun::None)?,
            Err(fail) => fails.push(fail),
        }
    }
    Fail::all(fails)
}

async fn one(cx: &mut Cx<'_>, answer: &Answer, force: bool, request: &Found) -> Done {
    if request.resource.kind != "CertificateSigningRequest" {
        let mut kind = request.resource.kind.clone();
        if !request.resource.group.is_empty() {
            kind = format!("{kind}.{}", request.resource.group);
        }
        return Err(Fail::Error(format!(
            "can only handle CertificateSigningRequest.certificates.k8s.io objects, got {kind}"
        )));
    }
    let has = |condition: &str| {
        list(&request.object, "/status/conditions").iter().any(|it| text(it, "/type") == condition)
    };
    if has(answer.opposite) {
        return Err(Fail::Error(format!(
            "certificate signing request {:?} is already {}",
            request.name, answer.opposite
        )));
    }
    let had = has(answer.condition);
    if had && !force {
        return Ok(());
    }
    let mut wanted = request.object.clone();
    if !had {
        let now = cx.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let condition = json!({
            "type": answer.condition, "status": "True", "reason": answer.reason, "message": answer.message,
            "lastUpdateTime": now, "lastTransitionTime": null,
        });
        match &mut wanted["status"]["conditions"] {
            Value::Array(conditions) => conditions.push(condition),
            none => *none = json!([condition]),
        }
    }
    let url = format!("{}/approval", request.url());
    cx.send(Method::PUT, &url, JSON, Some((JSON, &wanted))).await.map(|_| ())
}
