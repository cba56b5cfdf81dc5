//! Who is there: a page makes a visitor a learner, once; nothing else does.

use wire::learner::Lang;

use super::support::{Folder, Learner, Server};

#[test]
fn a_page_makes_a_visitor_a_learner_once() {
    let home = Folder::new();
    let server = Server::start(&home.0.join("data"));
    let html = ("Accept", "text/html");
    let first = server.ask("GET", "/en", &[html], "");
    let cookie = first.header("set-cookie").unwrap();
    for part in ["pilothouse=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=31536000"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert!(!cookie.contains("Secure"), "{cookie}");
    let tls = server.ask("GET", "/en", &[html, ("X-Forwarded-Proto", "https")], "");
    assert!(tls.header("set-cookie").unwrap().contains("Secure"));

    let known = cookie.split(';').next().unwrap();
    let forged = format!("pilothouse={}", "A".repeat(43));
    for (path, cookie, fresh) in [
        ("/en", known, false),
        ("/en", forged.as_str(), true),
        ("/en", "pilothouse=junk", true),
        ("/en/nowhere", "", false),
        ("/healthz", "", false),
    ] {
        let answer = server.ask("GET", path, &[html, ("Cookie", cookie)], "");
        assert_eq!(answer.header("set-cookie").is_some(), fresh, "{path} {cookie}");
    }
    let learner = Learner::arrive(&server, Lang::Ko);
    let stranger = Learner { cookie: forged, sandbox: learner.sandbox.clone(), lang: Lang::Ko };
    let answer = stranger.call(&server, "console", &[("line", "kubectl get pods")]);
    assert_eq!((answer.status, answer.header("set-cookie")), (404, None));
}
