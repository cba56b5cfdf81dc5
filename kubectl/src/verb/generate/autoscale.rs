//! `kubectl autoscale`: a HorizontalPodAutoscaler for what can be scaled.

use serde_json::{Value, json};

use super::{made, send};
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::Cx,
    select::{self, Found},
    verb::{DryRun, dry_run, parse, print::Printer},
};

/// Runs `autoscale`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("autoscale", words)?;
    let max = flags.number("max").ok_or_else(|| Fail::error("required flag(s) \"max\" not set"))?;
    let min = flags.number("min").unwrap_or(-1);
    let dry = dry_run(cx, &flags)?;
    if max < 1 {
        return Err(Fail::Error(format!("--max=MAXPODS is required and must be at least 1, max: {max}")));
    }
    if max < min {
        return Err(Fail::Error(format!(
            "--max=MAXPODS must be larger or equal to --min=MINPODS, max: {max}, min: {min}"
        )));
    }
    let mut printer = Printer::read(cx, &flags)?;
    let (found, mut fails) = select::each(cx, &flags, &flags.args).await?;
    for target in found {
        fails.extend(one(cx, &flags, &mut printer, dry, (min, max), &target).await.err());
    }
    Fail::all(fails)
}

async fn one(
    cx: &mut Cx<'_>,
    flags: &Flags,
    printer: &mut Printer,
    dry: DryRun,
    bounds: (i64, i64),
    target: &Found,
) -> Done {
    let resource = &target.resource;
    if !resource.subresources.iter().any(|it| it == "scale") {
        let (kind, group, version, plural) =
            (&resource.kind, &resource.group, &resource.version, &resource.plural);
        return Err(Fail::Error(format!(
            "cannot autoscale a {kind}: could not find scale subresource for {group}/{version}, Resource={plural} in discovery information"
        )));
    }
    let object = autoscaler(flags, bounds, target);
    let found = send(cx, flags, dry, object, "kubectl-autoscale").await?;
    made(cx, printer, dry, &found, if dry == DryRun::Client { "created" } else { "autoscaled" })
}

fn autoscaler(flags: &Flags, (min, max): (i64, i64), target: &Found) -> Value {
    let name = flags.get("name").filter(|name| !name.is_empty()).unwrap_or(&target.name);
    let mut object = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": {"creationTimestamp": null, "name": name},
        "spec": {
            "maxReplicas": max,
            "scaleTargetRef": {
                "apiVersion": target.resource.api_version(), "kind": target.resource.kind, "name": target.name,
            },
        },
        "status": {"currentMetrics": null, "desiredReplicas": 0},
    });
    if min > 0 {
        object["spec"]["minReplicas"] = min.into();
    }
    if let Some(percent) = flags.number("cpu-percent").filter(|percent| *percent >= 0) {
        let target = json!({"type": "Utilization", "averageUtilization": percent});
        object["spec"]["metrics"] =
            json!([{"type": "Resource", "resource": {"name": "cpu", "target": target}}]);
    }
    object
}
