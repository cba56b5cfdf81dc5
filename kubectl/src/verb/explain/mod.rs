//! `kubectl explain`: what the server's OpenAPI documents say of a kind and its fields.

mod v2;
mod v3;
mod wrap;

use super::parse;
use crate::{
    discovery::{self, Resource},
    fail::{Done, Fail},
    http::Cx,
    output::text,
};

/// Runs `explain`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("explain", words)?;
    let request = match flags.args.as_slice() {
        [one] => one,
        [] => {
            return Err(Fail::error(
                "You must specify the type of resource to explain. Use \"kubectl api-resources\" for a complete list of supported resources.\n",
            ));
        }
        _ => return Err(Fail::error("We accept only this format: explain RESOURCE\n")),
    };
    let version = flags.get("api-version").filter(|version| !version.is_empty());
    let (mut resource, path) = split(cx, request, version.is_none()).await?;
    if let Some(version) = version {
        let (group, version) = match version.split('/').collect::<Vec<_>>().as_slice() {
            [version] => (String::new(), (*version).to_owned()),
            [group, version] => ((*group).to_owned(), (*version).to_owned()),
            _ => return Err(Fail::Error(format!("unexpected GroupVersion string: {version}"))),
        };
        (resource.group, resource.version) = (group, version);
    }
    let recursive = flags.on("recursive");
    if flags.text("output") == "plaintext-openapiv2" {
        let document = cx.get("/openapi/v2").await?;
        let explained = v2::explain(&document, &resource, &path, recursive)?;
        cx.out(&explained);
        return Ok(());
    }
    let document = document(cx, &resource).await?;
    if !["", "plaintext"].contains(&flags.text("output")) {
        return Err(Fail::Error(format!("unrecognized format: {}", flags.text("output"))));
    }
    let (explained, done) = v3::explain(&document, &resource, &path, recursive);
    cx.out(&explained);
    done
}

/// Takes `deployments.apps.spec.template` apart: the resource, and the fields below it.
async fn split(cx: &mut Cx<'_>, request: &str, with_groups: bool) -> Done<(Resource, Vec<String>)> {
    let request = request.strip_suffix('.').unwrap_or(request);
    let mut parts = request.split('.').map(str::to_owned);
    let name = parts.next().unwrap_or_default();
    let fields: Vec<String> = parts.collect();
    let found = discovery::find(cx, &name).await.map_err(|fail| Fail::Plain(fail.message()))?;
    if with_groups {
        let catalog = discovery::catalog(cx).await?;
        let mut best: Option<(usize, Resource)> = None;
        for resource in catalog.named(&name) {
            let parts: Vec<&str> = resource.group.split('.').filter(|part| !part.is_empty()).collect();
            let same = parts.iter().zip(&fields).take_while(|(part, field)| *part == field).count();
            if same > best.as_ref().map_or(0, |(length, _)| *length) {
                best = Some((same, resource.clone()));
            }
        }
        if let Some((length, resource)) = best {
            return Ok((resource, fields[length..].to_vec()));
        }
    }
    Ok((found, fields))
}

/// The OpenAPI document of a group's version.
async fn document(cx: &mut Cx<'_>, resource: &Resource) -> Done<serde_json::Value> {
    let index = cx.get("/openapi/v3").await?;
    let key = match resource.group.as_str() {
        "" => format!("api/{}", resource.version),
        group => format!("apis/{group}/{}", resource.version),
    };
    let url = text(&index["paths"][&key], "/serverRelativeURL").to_owned();
    if url.is_empty() {
        let (group, version) = (&resource.group, &resource.version);
        return Err(Fail::Error(format!(
            "couldn't find resource for \"{group}/{version}, Resource={}\"",
            resource.plural
        )));
    }
    cx.get(&url).await
}
