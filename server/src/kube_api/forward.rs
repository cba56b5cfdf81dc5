//! `/sandboxes/{id}/…` to the API of that sandbox, for whoever brings its token.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use sandbox::{
    http::{Attached, Live, Service, unauthorized},
    user::User,
};
use serde_json::json;
use tokio::sync::watch;
use tower::ServiceExt;
use wire::problem::Problem;

use super::exec::Upgrade;
use crate::{house::House, secret::same, web::closed};

#[derive(Clone)]
struct Door {
    house: Arc<dyn House>,
    closing: watch::Receiver<bool>,
}

/// Everything the TLS listener answers. `closing` ends watches when the server goes down.
pub fn router(house: Arc<dyn House>, closing: watch::Receiver<bool>) -> Router {
    Router::new().fallback(forward).with_state(Door { house, closing })
}

async fn forward(State(door): State<Door>, mut request: Request) -> Response {
    // Nobody is let in without a token, not even as nobody: a stranger must not learn which sandboxes there are.
    let Some((sandbox, rest)) = split(request.uri()) else {
        return status(StatusCode::NOT_FOUND, "NotFound", "the server could not find the requested resource");
    };
    let Some(token) = bearer(request.headers()) else { return stranger(&request) };
    let api = match door.house.kube(&sandbox, &token).await {
        Ok(api) => api,
        Err(Problem::NoSuchSandbox) => return stranger(&request),
        Err(_) => return unavailable(),
    };
    *request.uri_mut() = rest;
    pass(api, request, door.closing).await
}

/// Everything the TLS listener of one cluster alone answers: to its administrator, who has `token`, to its service accounts,
/// and to whoever shows nothing.
pub fn alone(live: Live, administrator: User, token: String, closing: watch::Receiver<bool>) -> Router {
    let known = Arc::new((administrator, token));
    Router::new().fallback(move |request: Request| async move {
        let (administrator, token) = &*known;
        let user = match bearer(request.headers()) {
            None => Some(User::anonymous()),
            Some(shown) if same(&shown, token) => Some(administrator.clone()),
            Some(shown) => live.token_user(&shown),
        };
        match user {
            Some(user) => pass(live.service(user), request, closing).await,
            None => stranger(&request),
        }
    })
}

/// The sandbox is there, and cannot be opened now.
fn unavailable() -> Response {
    let why = "the server is currently unable to handle the request";
    status(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", why)
}

/// To whoever is not let in.
fn stranger(request: &Request) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache, private")];
    let body = unauthorized(request.uri(), request.headers());
    (StatusCode::UNAUTHORIZED, headers, body).into_response()
}

/// The API's answer; one that streams ends when the server goes down.
async fn pass(api: Service, mut request: Request, closing: watch::Receiver<bool>) -> Response {
    request.headers_mut().remove(header::AUTHORIZATION);
    let response = answer(api, request).await;
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        return response;
    }
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, Body::from_stream(body.into_data_stream().take_until(closed(closing))))
}

/// The API's answer; a command in a container is attached to the client.
pub(super) async fn answer(api: Service, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let upgrade = Upgrade::of(&mut parts).await;
    let (parts, body) = match api.oneshot(Request::from_parts(parts, body)).await {
        Ok(response) => response.into_parts(),
        Err(e) => match e {},
    };
    match parts.extensions.get::<Attached>() {
        None => Response::from_parts(parts, Body::new(body)),
        Some(attached) => upgrade.attach(attached.clone()).unwrap_or_else(|| {
            let why = "unable to upgrade: missing upgrade headers in request";
            status(StatusCode::BAD_REQUEST, "BadRequest", why)
        }),
    }
}

/// The sandbox's id, and the address within its API.
fn split(uri: &Uri) -> Option<(String, Uri)> {
    let (id, rest) = uri
        .path()
        .strip_prefix("/sandboxes/")?
        .split_once('/')
        .unwrap_or_else(|| (uri.path().strip_prefix("/sandboxes/").unwrap_or_default(), ""));
    if id.is_empty() {
        return None;
    }
    let query = uri.query().map(|q| format!("?{q}")).unwrap_or_default();
    Some((id.to_owned(), format!("/{rest}{query}").parse().ok()?))
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

fn status(code: StatusCode, reason: &str, message: &str) -> Response {
    let body = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {},
        "status": "Failure", "message": message, "reason": reason, "code": code.as_u16(),
    });
    (code, axum::Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_goes_and_the_rest_stays() {
        for (uri, expect) in [
            ("/sandboxes/a/api/v1/pods?watch=1&x=%2F", Some(("a", "/api/v1/pods?watch=1&x=%2F"))),
            ("/sandboxes/a/", Some(("a", "/"))),
            ("/sandboxes/a", Some(("a", "/"))),
            ("/sandboxes/a//evil", Some(("a", "//evil"))),
            ("/sandboxes/", None),
            ("/sandboxes//api", None),
            ("/api", None),
            ("/", None),
        ] {
            let got = split(&uri.parse().unwrap());
            assert_eq!(got, expect.map(|(id, rest)| (id.to_owned(), rest.parse().unwrap())), "{uri}");
        }
    }

    #[test]
    fn only_a_bearer_is_heard() {
        for (value, expect) in
            [("Bearer abc", Some("abc")), ("bearer abc", Some("abc")), ("Basic abc", None), ("abc", None)]
        {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]);
            assert_eq!(bearer(&headers).as_deref(), expect, "{value}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }
}
