//! The web room from outside: requests in, answers out, on a real database.

use app::backend::SharedBackend;
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, Response, StatusCode, header},
};
use futures::{
    StreamExt,
    future::{BoxFuture, ready},
};
use http_body_util::BodyExt;
use tower::ServiceExt;
use wire::{
    console::Piece,
    learner::Lang,
    problem::Problem,
    stage::{Frame, StageView},
};

use super::*;
use crate::house::{Frames, Pieces};

/// A house in which everybody owns the sandbox `sb`; its frames start after the last one seen and then wait.
struct Cottage;

impl House for Cottage {
    fn backend(&self, _: String, _: Lang) -> SharedBackend {
        unreachable!("no page in these tests asks for it")
    }
    fn frames(
        &self,
        _: String,
        sandbox: String,
        _: Lang,
        last_id: Option<u64>,
    ) -> BoxFuture<'static, Frames> {
        let frame = move |n| {
            let stage = StageView { seq: last_id.unwrap_or(0) + n, ..StageView::default() };
            Frame::Snapshot { stage: Box::new(stage), progress: Box::default() }
        };
        let stream = futures::stream::iter([1, 2]).map(frame).chain(futures::stream::pending());
        Box::pin(ready(if sandbox == "sb" { Ok(stream.boxed()) } else { Err(Problem::NoSuchSandbox) }))
    }
    fn console(&self, _: String, sandbox: String, lang: Lang, line: String) -> BoxFuture<'static, Pieces> {
        let end = Piece::End { exit_code: 0, at_ms: 0, problem: None };
        let pieces = [Piece::Out(format!("{line} in {lang}\n")), end];
        let stream = futures::stream::iter(pieces);
        // a command that never ends by itself
        let stream = if line == "watch" { futures::stream::pending().boxed() } else { stream.boxed() };
        Box::pin(ready(if sandbox == "sb" { Ok(stream) } else { Err(Problem::NoSuchSandbox) }))
    }
    fn kube(&self, _: &str, _: &str) -> BoxFuture<'static, Result<sandbox::http::Service, Problem>> {
        Box::pin(ready(Err(Problem::NoSuchSandbox)))
    }
    fn kubeconfig_facts(&self, _: String, sandbox: String) -> BoxFuture<'static, Option<String>> {
        Box::pin(ready((sandbox == "sb").then(|| "token-of-sb".to_owned())))
    }
    fn limits(&self) -> Arc<Limits> {
        Arc::default()
    }
    fn course(&self) -> Arc<lessons::Course> {
        static COURSE: std::sync::LazyLock<Arc<lessons::Course>> =
            std::sync::LazyLock::new(|| Arc::new(lessons::Course::read("../lessons/content".as_ref())));
        COURSE.clone()
    }
    fn ready(&self) -> BoxFuture<'static, bool> {
        Box::pin(ready(true))
    }
    fn shutdown(&self) -> BoxFuture<'static, ()> {
        Box::pin(ready(()))
    }
}

pub(crate) struct Site {
    router: Router,
    pub(crate) storage: Storage,
    close: watch::Sender<bool>,
    web: Web,
    dir: std::path::PathBuf,
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

impl Site {
    pub(crate) async fn open() -> Self {
        let dir = std::env::temp_dir().join(format!("pilothouse-{}", crate::secret::id()));
        std::fs::create_dir_all(dir.join("pkg")).unwrap();
        std::fs::write(dir.join("pkg/a.css"), "a{}").unwrap();
        let storage =
            Storage::open(&format!("sqlite://{}?mode=rwc", dir.join("a.sqlite").display())).await.unwrap();
        let (close, closing) = watch::channel(false);
        let web = Web {
            leptos: LeptosOptions::builder()
                .output_name("pilothouse")
                .site_root(dir.to_str().unwrap())
                .build(),
            house: Arc::new(Cottage),
            storage: storage.clone(),
            cookie_key: Key::generate(),
            limits: Arc::default(),
            closing,
            kube: KubeDoor { addr: "127.0.0.1:3443".parse().unwrap(), ca_pem: "CA".into() },
        };
        Self { router: router(web.clone()), storage, close, web, dir }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let request = headers.iter().fold(Request::get(path), |r, (name, value)| r.header(*name, *value));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// The cookie of a new learner: `pilothouse=TOKEN`.
    pub(crate) async fn learner(&self) -> String {
        let token = crate::secret::token();
        self.storage.create_learner(&crate::secret::hash(&token)).await.unwrap();
        self.cookie(&token)
    }

    /// The cookie of a session.
    pub(crate) fn cookie(&self, token: &str) -> String {
        let cookie = session_cookie(&self.web, token, &HeaderMap::new());
        cookie.to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    pub(crate) async fn post(&self, path: &str, body: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let request = headers.iter().fold(Request::post(path), |r, (name, value)| r.header(*name, *value));
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }
}

pub(crate) fn text(headers: &HeaderMap, name: header::HeaderName) -> String {
    headers.get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default()
}

pub(crate) async fn body(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().into()).unwrap()
}

#[tokio::test]
async fn the_front_door_leads_to_the_readers_language() {
    let site = Site::open().await;
    for (headers, to) in [
        ([].as_slice(), "/ko"),
        (&[("accept-language", "en-US,en;q=0.9")], "/en"),
        (&[("accept-language", "en"), ("cookie", "lang=ko")], "/ko"),
        (&[("accept-language", "ko"), ("cookie", "a=b; lang=en")], "/en"),
        (&[("cookie", "lang=xx")], "/ko"),
    ] {
        let answer = site.get("/", headers).await;
        assert_eq!(
            (answer.status(), text(answer.headers(), header::LOCATION).as_str()),
            (StatusCode::SEE_OTHER, to)
        );
        assert_eq!(text(answer.headers(), header::SET_COOKIE), "");
    }
}

#[tokio::test]
async fn answers_carry_the_security_headers() {
    let site = Site::open().await;
    for (path, status) in [("/healthz", 200), ("/readyz", 200), ("/pkg/a.css", 200), ("/pkg/none.css", 404)] {
        let answer = site.get(path, &[]).await;
        assert_eq!(answer.status(), status, "{path}");
        let got = [header::X_CONTENT_TYPE_OPTIONS, header::REFERRER_POLICY, header::X_FRAME_OPTIONS]
            .map(|name| text(answer.headers(), name));
        assert_eq!(got, ["nosniff", "same-origin", "DENY"], "{path}");
        assert_eq!(text(answer.headers(), header::SET_COOKIE), "", "{path} makes no learner");
        let policy = text(answer.headers(), header::CONTENT_SECURITY_POLICY);
        assert!(policy.starts_with("default-src 'self'") && !policy.contains("unsafe"), "{path}: {policy}");
    }
    site.close.send_replace(true);
    assert_eq!(site.get("/readyz", &[]).await.status(), 503);
}

/// Headers of a request.
type Headers<'a> = &'a [(&'a str, &'a str)];

/// What a test demands of an answer: its status, where it leads, and words of its body.
type Expect<'a> = (u16, &'a str, &'a str);

#[tokio::test]
async fn faults_are_told_in_the_readers_language() {
    let site = Site::open().await;
    let (ko, en) = (
        [("accept", "text/html"), ("accept-language", "ko")],
        [("accept", "text/html"), ("accept-language", "en")],
    );
    let form = [("accept", "text/html"), ("referer", "http://h/en/lessons/21?problem=old&at=5")];
    let elsewhere = [("accept", "text/html"), ("referer", "http://h//evil"), ("accept-language", "en")];
    let script = [("accept", "application/json")];
    let large = "x".repeat(guard::BODY_BYTES_MAX + 1);
    let cases: [(&str, &str, &str, Headers<'_>, Expect<'_>); 16] = [
        ("POST", "/api/home", "lang=ko", &script, (404, "", r#"{"problem":"no-learner"}"#)),
        ("POST", "/api/home", "", &script, (400, "", "\"bad-request\"")),
        ("POST", "/api/home", "lang=xx", &script, (400, "", "\"bad-request\"")),
        ("POST", "/api/nothing", "", &script, (404, "", "\"bad-request\"")),
        ("POST", "/api/nothing", "", &form, (303, "/en/lessons/21?at=5&problem=%22bad%2Drequest%22", "")),
        (
            "POST",
            "/api/home",
            "lang=en",
            &form,
            (303, "/en/lessons/21?at=5&problem=%7B%22problem%22%3A%22no%2Dlearner%22%7D", ""),
        ),
        ("POST", "/api/nothing", "", &elsewhere, (303, "/en?problem=%22bad%2Drequest%22", "")),
        (
            "POST",
            "/api/nothing",
            &large,
            &form,
            (
                303,
                "/en/lessons/21?at=5&problem=%7B%22problem%22%3A%7B%22too%2Dlarge%22%3A%7B%22bytes%5Fmax%22%3A1048576%7D%7D%7D",
                "",
            ),
        ),
        (
            "POST",
            "/api/nothing",
            &large,
            &script,
            (413, "", r#"{"problem":{"too-large":{"bytes_max":1048576}}}"#),
        ),
        ("GET", "/api/home", "", &ko, (405, "", "보낸 내용을 읽지 못했어요")),
        ("DELETE", "/api/home", "", &en, (405, "", "The request could not be read")),
        (
            "PUT",
            "/ko/lessons/21",
            "",
            &[("accept", "text/html"), ("accept-language", "en")],
            (405, "", "보낸 내용을 읽지 못했어요"),
        ),
        ("DELETE", "/healthz", "", &script, (405, "", "\"bad-request\"")),
        ("GET", "/sandboxes/sb/kubeconfig", "", &ko, (404, "", "이 브라우저의 학습 기록을 찾지 못해서")),
        ("GET", "/sandboxes/sb/kubeconfig", "", &en, (404, "", "No learner was found for this browser")),
        ("GET", "/sandboxes/sb/frames?lang=xx", "", &en, (400, "", "The request could not be read")),
    ];
    for (method, path, sent, headers, (status, to, words)) in cases {
        let request =
            headers.iter().fold(Request::builder().method(method).uri(path), |r, (n, v)| r.header(*n, *v));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = site.send(request.body(Body::from(sent.to_owned())).unwrap()).await;
        let got = (answer.status().as_u16(), text(answer.headers(), header::LOCATION));
        assert_eq!(text(answer.headers(), header::SET_COOKIE), "", "{method} {path} makes no learner");
        assert_eq!(answer.status() == 405, answer.headers().contains_key(header::ALLOW), "{method} {path}");
        let said = body(answer).await;
        assert_eq!(got, (status, to.to_owned()), "{method} {path} {headers:?}: {said}");
        assert!(said.contains(words), "{method} {path} {headers:?} said {said:?}, not {words:?}");
    }
    let fits = "x".repeat(guard::BODY_BYTES_MAX);
    assert_eq!(site.post("/api/nothing", &fits, &script).await.status(), 404);
}

#[tokio::test]
async fn a_database_that_is_gone_is_said_to_be() {
    let site = Site::open().await;
    site.storage.close().await;
    for (lang, words) in
        [("ko", "지금은 데이터베이스가 답하지 않아요"), ("en", "The database does not answer now")]
    {
        let cookie = site.cookie(&crate::secret::token());
        let headers = [("accept", "text/html"), ("cookie", cookie.as_str())];
        let answer = site.get(&format!("/{lang}"), &headers).await;
        assert_eq!(
            (answer.status().as_u16(), text(answer.headers(), header::RETRY_AFTER).as_str()),
            (503, "5")
        );
        let said = body(answer).await;
        assert!(said.contains(words), "{said}");
    }
    assert_eq!(site.get("/readyz", &[]).await.status(), 503);
}

#[tokio::test]
async fn frames_go_to_learners_and_end_with_the_server() {
    let site = Site::open().await;
    let cookie = site.learner().await;
    for (path, headers, status) in [
        ("/sandboxes/sb/frames", vec![], 404),
        ("/sandboxes/sb/frames", vec![("cookie", "pilothouse=junk")], 404),
        ("/sandboxes/other/frames?lang=en", vec![("cookie", cookie.as_str())], 404),
        ("/sandboxes/sb/frames?lang=xx", vec![("cookie", cookie.as_str())], 400),
    ] {
        assert_eq!(site.get(path, &headers).await.status(), status, "{path} {headers:?}");
    }
    let answer =
        site.get("/sandboxes/sb/frames?lang=ko", &[("cookie", &cookie), ("last-event-id", "41")]).await;
    assert_eq!(text(answer.headers(), header::CONTENT_TYPE), "text/event-stream");
    assert!(!answer.headers().contains_key(header::CONTENT_ENCODING));
    site.close.send_replace(true);
    let said = body(answer).await;
    let ids: Vec<_> = said.lines().filter(|l| l.starts_with("id:")).collect();
    assert!(ids.is_empty() || ids == ["id: 42", "id: 43"], "{ids:?}");
}

#[tokio::test]
async fn a_frame_is_an_event_with_its_number() {
    let site = Site::open().await;
    let cookie = site.learner().await;
    let answer = site.get("/sandboxes/sb/frames", &[("cookie", &cookie), ("last-event-id", "41")]).await;
    let mut chunks = answer.into_body().into_data_stream();
    for id in ["id: 42", "id: 43"] {
        let event = String::from_utf8(chunks.next().await.unwrap().unwrap().into()).unwrap();
        assert!(event.lines().any(|l| l == id) && !event.contains("event:"), "{event}");
        let data = event.lines().find_map(|l| l.strip_prefix("data: ")).unwrap();
        assert!(matches!(serde_json::from_str(data).unwrap(), Frame::Snapshot { .. }));
    }
}

#[tokio::test]
async fn a_line_of_the_console_is_answered_piece_by_piece() {
    let site = Site::open().await;
    let cookie = site.learner().await;
    let headers = [("cookie", cookie.as_str())];
    for (path, headers, status) in [
        ("/sandboxes/sb/console", [].as_slice(), 404),
        ("/sandboxes/other/console", &headers, 404),
        ("/sandboxes/sb/console?lang=xx", &headers, 400),
    ] {
        assert_eq!(site.post(path, "ls", headers).await.status(), status, "{path}");
    }
    let answer = site.post("/sandboxes/sb/console?lang=en", "kubectl get pods | grep '한글'", &headers).await;
    assert_eq!(text(answer.headers(), header::CONTENT_TYPE), "application/x-ndjson");
    assert_eq!(text(answer.headers(), header::CACHE_CONTROL), "no-store");
    let said = body(answer).await;
    let pieces: Vec<Piece> = said.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(pieces[0], Piece::Out("kubectl get pods | grep '한글' in en\n".into()));
    assert!(matches!(pieces[1], Piece::End { exit_code: 0, .. }), "{said}");

    let answer = site.post("/sandboxes/sb/console", "watch", &headers).await;
    site.close.send_replace(true);
    assert_eq!(body(answer).await, "", "a server that goes down ends it");
}

#[tokio::test]
async fn a_kubeconfig_is_for_its_learner() {
    let site = Site::open().await;
    let cookie = site.learner().await;
    for (path, cookie, status) in [
        ("/sandboxes/sb/kubeconfig", "", 404),
        ("/sandboxes/other/kubeconfig", cookie.as_str(), 404),
        ("/sandboxes/sb/kubeconfig", cookie.as_str(), 200),
    ] {
        let answer = site.get(path, &[("cookie", cookie), ("host", "localhost:3000")]).await;
        assert_eq!(answer.status(), status, "{path} {cookie}");
        if status == 200 {
            assert!(text(answer.headers(), header::CONTENT_DISPOSITION).starts_with("attachment"));
            let said = body(answer).await;
            assert!(
                said.contains("\"https://127.0.0.1:3443/sandboxes/sb\"") && said.contains("token-of-sb"),
                "{said}"
            );
        }
    }
}
