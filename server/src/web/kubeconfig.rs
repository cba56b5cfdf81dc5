//! `GET /sandboxes/{id}/kubeconfig`: the file with which the learner's own kubectl reaches a sandbox.

use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderMap, header, uri::Authority},
    response::{IntoResponse, Response},
};
use wire::problem::Problem;

use super::{Learner, Web, fault::answer};
use crate::kube_api::Kubeconfig;

/// Downloads the file; it holds the sandbox's token, so only its learner gets it.
pub async fn kubeconfig(
    State(web): State<Web>,
    learner: Option<Extension<Learner>>,
    Path(sandbox): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(Extension(Learner(learner))) = learner else { return answer(Problem::NoLearner) };
    let Some(token) = web.house.kubeconfig_facts(learner, sandbox.clone()).await else {
        return answer(Problem::NoSuchSandbox);
    };
    let host = asked_host(&headers);
    let text = Kubeconfig {
        ca_pem: &web.kube.ca_pem,
        addr: web.kube.addr,
        host: host.as_deref(),
        path: &format!("/sandboxes/{sandbox}"),
        user: "learner",
        token: &token,
    }
    .to_string();
    let head = [
        (header::CONTENT_TYPE, "application/yaml; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"pilothouse.kubeconfig\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (head, text).into_response()
}

/// The name under which the browser reached us, without the port.
fn asked_host(headers: &HeaderMap) -> Option<String> {
    let authority: Authority = headers.get(header::HOST)?.to_str().ok()?.parse().ok()?;
    Some(authority.host().to_owned())
}
