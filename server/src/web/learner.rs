//! Who is there: a learner, named by a random token in a signed cookie. The database knows the token's hash only.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_extra::extract::{
    SignedCookieJar,
    cookie::{Cookie, SameSite},
};
use wire::problem::Problem;

use super::{Web, fault::answer};
use crate::{
    sandboxes::problem,
    secret,
    storage::{StorageError, Visitor},
};

const COOKIE: &str = "pilothouse";
/// Over TLS: browsers take a cookie of this name only from the very host that it goes back to.
const COOKIE_OVER_TLS: &str = "__Host-pilothouse";
/// A browser keeps it for a year; the session itself ends at the server.
const COOKIE_S: u32 = 365 * 24 * 60 * 60;
/// What a browser says of itself is kept up to here.
const AGENT_CHARS_MAX: usize = 120;

/// The learner's id, in the extensions of a request. For a grader who looks into a copy: that of the copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learner(pub String);

/// For pages: a visitor without a learner becomes a new one.
pub async fn find_or_create(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let fresh = match insert(&web, &mut request).await {
        Ok(true) => None,
        Ok(false) if web.limits.learner(request.headers()).is_err() => return answer(Problem::Busy),
        Ok(false) => {
            let token = secret::token();
            match web.storage.create_learner(&secret::hash(&token)).await {
                Ok(id) => request.extensions_mut().insert(Learner(id)),
                Err(e) => return answer(problem(e)),
            };
            Some(session_cookie(&web, &token, request.headers()))
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
    match insert(&web, &mut request).await {
        Ok(_) => next.run(request).await,
        Err(e) => answer(problem(e)),
    }
}

/// Puts who is there into the request; false where nobody is known.
async fn insert(web: &Web, request: &mut Request) -> Result<bool, StorageError> {
    let Some(visitor) = known(web, request.headers()).await? else { return Ok(false) };
    let learner = match copy_of(request.uri(), request.headers()) {
        Some(copy) => web.storage.copy_of(&copy, &visitor.id).await?,
        None => None,
    };
    request.extensions_mut().insert(Learner(learner.unwrap_or_else(|| visitor.id.clone())));
    request.extensions_mut().insert(visitor);
    Ok(true)
}

async fn known(web: &Web, headers: &HeaderMap) -> Result<Option<Visitor>, StorageError> {
    let jar = SignedCookieJar::from_headers(headers, web.cookie_key.clone());
    let cookie = jar.get(COOKIE_OVER_TLS).or_else(|| jar.get(COOKIE));
    let Some(token) = cookie.filter(|c| secret::is_token(c.value())) else { return Ok(None) };
    web.storage.visitor(&secret::hash(token.value())).await
}

/// The copy that the page shows, or the page from which a request comes: `copy` in its query.
fn copy_of(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let of = |uri: &Uri| {
        let pairs = uri.query()?.split('&');
        pairs.filter_map(|pair| pair.strip_prefix("copy=")).next().map(str::to_owned)
    };
    let from = || headers.get(header::REFERER)?.to_str().ok()?.parse::<Uri>().ok();
    let copy = of(uri).or_else(|| of(&from()?))?;
    (copy.len() == 32 && copy.bytes().all(|b| b.is_ascii_hexdigit())).then_some(copy)
}

/// Did it come over TLS? A proxy says so.
pub fn is_over_tls(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|v| v.as_bytes().eq_ignore_ascii_case(b"https"))
}

/// The cookie of a new session.
pub fn session_cookie(web: &Web, token: &str, headers: &HeaderMap) -> HeaderValue {
    let secure = is_over_tls(headers);
    let mut cookie = Cookie::new(if secure { COOKIE_OVER_TLS } else { COOKIE }, token.to_owned());
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Lax);
    cookie.set_secure(secure);
    let jar = SignedCookieJar::new(web.cookie_key.clone()).add(cookie);
    let told = jar.into_response().headers_mut().remove(header::SET_COOKIE);
    let told = told.expect("a jar with a new cookie tells it");
    let text = format!("{}; Max-Age={COOKIE_S}", told.to_str().unwrap_or_default());
    HeaderValue::try_from(text).expect("a cookie of Base64 and base64url is a header value")
}

/// What makes a browser forget its session.
pub fn forgotten_cookies() -> Vec<HeaderValue> {
    let gone = |name: &str, more: &str| format!("{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{more}");
    [gone(COOKIE, ""), gone(COOKIE_OVER_TLS, "; Secure")]
        .iter()
        .filter_map(|text| text.parse().ok())
        .collect()
}

/// What a browser says of itself.
pub fn agent_of(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    agent.chars().take(AGENT_CHARS_MAX).collect()
}
