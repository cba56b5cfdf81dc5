//! `kubectl top pod`.

use serde_json::Value;

use super::{super::parse, METRICS, check_available, check_sort, name, rows::Usage, unread};
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, query},
    output::{gosort, items, list, tabs, text, time},
    select,
};

/// Runs it.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("top pod", words)?;
    let name = name(&flags, "pod")?;
    check_sort(&flags)?;
    let selects = ["selector", "field-selector"].iter().any(|flag| !flags.text(flag).is_empty());
    if name.is_some() && selects {
        return Err(Fail::error("only one of NAME or selector can be provided"));
    }
    check_available(cx).await?;
    let scope = select::scope(cx, &flags);
    let within = |base: &str| match &scope {
        Some(namespace) => format!("{base}/namespaces/{namespace}/pods"),
        None => format!("{base}/pods"),
    };
    let mut metrics = match &name {
        Some(name) => vec![cx.get(&format!("{}/{name}", within(METRICS))).await?],
        None => {
            let url = format!("{}{}", within(METRICS), selectors(&flags));
            items(&cx.get(&url).await.map_err(unread)?).to_vec()
        }
    };
    if metrics.is_empty() {
        let pods = cx.get(&format!("{}{}", within("/api/v1"), selectors(&flags))).await?;
        check_missing(cx, items(&pods))?;
        if flags.on("all-namespaces") {
            cx.err("No resources found\n");
        } else {
            let namespace = select::namespace(cx, &flags);
            cx.err(&format!("No resources found in {namespace} namespace.\n"));
        }
        return Ok(());
    }
    let text = print(&flags, &mut metrics);
    cx.out(&tabs::align(&text, 6, 3, None));
    Ok(())
}

fn selectors(flags: &Flags) -> String {
    let pairs = [("fieldSelector", flags.text("field-selector")), ("labelSelector", flags.text("selector"))];
    query(&pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect::<Vec<_>>())
}

/// Says why there are pods and no metrics of them.
fn check_missing(cx: &Cx<'_>, pods: &[Value]) -> Done {
    const DELAY_SECONDS: i64 = 120;
    for pod in pods {
        let created = text(pod, "/metadata/creationTimestamp");
        let age = time::parse(created).map_or(0, |created| cx.now().as_second() - created.as_second());
        if age > DELAY_SECONDS {
            let (namespace, name) = (text(pod, "/metadata/namespace"), text(pod, "/metadata/name"));
            let age = duration(age);
            return Err(Fail::Error(format!("Metrics not available for pod {namespace}/{name}, age: {age}")));
        }
    }
    if pods.is_empty() { Ok(()) } else { Err(Fail::error("metrics not available yet")) }
}

/// Seconds as Go prints a duration: `1h2m3s`.
fn duration(seconds: i64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest}s"),
        (0, minutes) => format!("{minutes}m{rest}s"),
        (hours, minutes) => format!("{hours}h{minutes}m{rest}s"),
    }
}

fn usage(pod: &Value) -> Usage {
    let mut sum = Usage::default();
    list(pod, "/containers").iter().for_each(|container| sum.add(Usage::read(&container["usage"])));
    sum
}

fn print(flags: &Flags, metrics: &mut [Value]) -> String {
    let (all, containers) = (flags.on("all-namespaces"), flags.on("containers"));
    let sort_by = flags.text("sort-by");
    gosort::sort(metrics, |a, b| {
        usage(a).before(usage(b), sort_by).unwrap_or_else(|| {
            let key =
                |pod| (if all { text(pod, "/metadata/namespace") } else { "" }, text(pod, "/metadata/name"));
            key(a) < key(b)
        })
    });
    let mut out = String::new();
    let mut columns = 3;
    if !flags.on("no-headers") {
        for (shown, title) in [(all, "NAMESPACE\t"), (containers, "POD\t")] {
            if shown {
                out.push_str(title);
                columns += 1;
            }
        }
        out.push_str("NAME\tCPU(cores)\tMEMORY(bytes)\t\n");
    }
    let mut total = Usage::default();
    for pod in &*metrics {
        total.add(usage(pod));
        let lead = if all { format!("{}\t", text(pod, "/metadata/namespace")) } else { String::new() };
        let name = text(pod, "/metadata/name");
        if containers {
            rows_of_containers(pod, &format!("{lead}{name}\t"), sort_by, &mut out);
        } else {
            out.push_str(&format!("{lead}{name}\t{}\n", usage(pod).cells(None)));
        }
    }
    if flags.on("sum") {
        out.push_str(&format!("{}________\t________\t\n", "\t".repeat(columns - 2)));
        out.push_str(&format!("{}\t{}\n", "\t".repeat(columns - 3), total.cells(None)));
    }
    out
}

fn rows_of_containers(pod: &Value, lead: &str, sort_by: &str, out: &mut String) {
    let mut containers: Vec<&Value> = list(pod, "/containers").iter().collect();
    gosort::sort(&mut containers, |a, b| {
        let by_usage = Usage::read(&a["usage"]).before(Usage::read(&b["usage"]), sort_by);
        by_usage.unwrap_or_else(|| text(a, "/name") < text(b, "/name"))
    });
    for container in containers {
        let cells = Usage::read(&container["usage"]).cells(None);
        out.push_str(&format!("{lead}{}\t{cells}\n", text(container, "/name")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (seconds, expect) in [(5, "5s"), (125, "2m5s"), (3600, "1h0m0s")] {
            assert_eq!(duration(seconds), expect);
        }
    }
}
