//! `kubectl api-resources` and `kubectl api-versions`.

use super::no_arguments;
use crate::{
    discovery::{self, Resource},
    fail::{Done, Fail},
    flags::Flags,
    http::Cx,
    output::tabs,
};

/// Runs `api-resources`.
pub async fn resources(cx: &mut Cx<'_>, flags: &Flags) -> Done {
    no_arguments("api-resources", flags)?;
    let format = flags.text("output").to_owned();
    if !matches!(format.as_str(), "" | "wide" | "name") {
        return Err(Fail::Error(format!("--output {format} is not available")));
    }
    if !matches!(flags.text("sort-by"), "" | "name" | "kind") {
        return Err(Fail::error("--sort-by accepts only name or kind"));
    }
    let catalog = discovery::refresh(cx).await?;
    let mut rows: Vec<&Resource> = Vec::new();
    for resource in catalog.resources.iter().filter(|resource| keeps(flags, resource)) {
        if !rows.iter().any(|row| row.group == resource.group && row.plural == resource.plural) {
            rows.push(resource);
        }
    }
    match flags.text("sort-by") {
        "name" => rows.sort_by(|a, b| a.plural.cmp(&b.plural)),
        "kind" => rows.sort_by(|a, b| a.kind.cmp(&b.kind)),
        _ => rows.sort_by(|a, b| a.group.cmp(&b.group).then(a.plural.cmp(&b.plural))),
    }
    if format == "name" {
        rows.iter().for_each(|row| cx.out(&format!("{}\n", row.plural_group())));
        return Ok(());
    }
    let mut text = String::new();
    if !flags.on("no-headers") {
        text.push_str("NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND");
        text.push_str(if format == "wide" { "\tVERBS\tCATEGORIES\n" } else { "\n" });
    }
    for row in rows {
        let shorts = row.shorts.join(",");
        let (version, kind) = (row.api_version(), &row.kind);
        text.push_str(&format!("{}\t{shorts}\t{version}\t{}\t{kind}", row.plural, row.namespaced));
        if format == "wide" {
            text.push_str(&format!("\t{}\t{}", row.verbs.join(","), row.categories.join(",")));
        }
        text.push('\n');
    }
    cx.out(&tabs::align(&text, 6, 3, None));
    Ok(())
}

fn keeps(flags: &Flags, resource: &Resource) -> bool {
    let group = flags.get("api-group").is_none_or(|group| group == resource.group);
    let scope = flags.get("namespaced").is_none() || flags.on("namespaced") == resource.namespaced;
    let verbs = flags.list("verbs").iter().all(|verb| resource.verbs.contains(verb));
    let categories = flags.list("categories").iter().all(|it| resource.categories.contains(it));
    group && scope && verbs && categories && !resource.verbs.is_empty()
}

/// Runs `api-versions`.
pub async fn versions(cx: &mut Cx<'_>, flags: &Flags) -> Done {
    no_arguments("api-versions", flags)?;
    let catalog = discovery::refresh(cx).await?;
    let mut versions: Vec<String> = catalog.resources.iter().map(Resource::api_version).collect();
    versions.sort();
    versions.dedup();
    versions.iter().for_each(|version| cx.out(&format!("{version}\n")));
    Ok(())
}
