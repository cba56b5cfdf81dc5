//! Who is there: an anonymous learner, named by a random cookie whose hash the database knows.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

use super::{Web, fault::answer};
use crate::{sandboxes::problem, secret, storage::StorageError};

const COOKIE: &str = "pilothouse";
const COOKIE_DAYS: i64 = 365;

/// The learner's id, in the extensions of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learner(pub String);

/// For pages: a visitor without a learner becomes a new one.
pub async fn find_or_create(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let fresh = match known(&web, request.headers()).await {
        Ok(Some(learner)) => {
            request.extensions_mut().insert(learner);
            None
        }
        Ok(None) => {
            let token = secret::token();
            match web.storage.create_learner(&secret::hash(&token)).await {
                Ok(id) => request.extensions_mut().insert(Learner(id)),
                Err(e) => return answer(problem(e)),
            };
            Some(set_cookie(token, request.headers()))
        }
        Err(e) => return answer(problem(e)),
    };
    let mut response = next.run(request).await;
    if let Some(value) = fresh {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// For everything else: the learner if there is one.
pub async fn find(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    match known(&web, request.headers()).await {
        Ok(Some(learner)) => {
            request.extensions_mut().insert(learner);
        }
        Ok(None) => {}
        Err(e) => return answer(problem(e)),
    }
    next.run(request).await
}

async fn known(web: &Web, headers: &HeaderMap) -> Result<Option<Learner>, StorageError> {
    let jar = CookieJar::from_headers(headers);
    let Some(token) = jar.get(COOKIE).map(Cookie::value).filter(|t| secret::is_token(t)) else {
        return Ok(None);
    };
    Ok(web.storage.learner_by_token_hash(&secret::hash(token)).await?.map(Learner))
}

fn set_cookie(token: String, headers: &HeaderMap) -> HeaderValue {
    let secure =
        headers.get("x-forwarded-proto").is_some_and(|v| v.as_bytes().eq_ignore_ascii_case(b"https"));
    let mut cookie = Cookie::new(COOKIE, token);
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Lax);
    cookie.set_secure(secure);
    let text = format!("{cookie}; Max-Age={}", COOKIE_DAYS * 24 * 60 * 60);
    HeaderValue::try_from(text).expect("a cookie of base64url is a header value")
}
