//! What a learner did in a widget is there again: without its address, after the process was killed. What a foreign link brings
//! is shown and not kept.

use wire::learner::Lang;

use super::support::{Folder, Learner, Server};

const LESSON: &str = "/en/lessons/21-why-kubernetes";
const OWN: (&str, &str) = ("Sec-Fetch-Site", "same-origin");
const FOREIGN: (&str, &str) = ("Sec-Fetch-Site", "cross-site");

/// A page of the learner's, as a browser asks for it that comes from somewhere.
fn page(server: &Server, learner: &Learner, path: &str, from: (&str, &str)) -> String {
    let headers = [("Accept", "text/html"), ("Cookie", learner.cookie.as_str()), from];
    let answer = server.ask("GET", &format!("{LESSON}{path}"), &headers, "");
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.body
}

#[test]
fn what_was_done_in_a_widget_is_there_again() {
    let home = Folder::new();
    let server = Server::start(&home.0.join("data"));
    let learner = Learner::arrive(&server, Lang::En);
    let decided = |n: usize| format!("<dd>{n} / 8<");
    let sorted = |page: &str| page.contains("1 of 10 sorted, 1 right");

    assert!(page(&server, &learner, "/placing", OWN).contains(&decided(0)));
    // the third move is refused: two are kept
    assert!(page(&server, &learner, "/placing?moves=123", OWN).contains(&decided(2)));
    assert!(page(&server, &learner, "/placing?moves=10000", FOREIGN).contains(&decided(5)), "it is shown");
    assert!(sorted(&page(&server, &learner, "?sorting.to-server-two=command", OWN)));
    let fields = [("slug", "21-why-kubernetes"), ("id", "adopt"), ("asked", "on-call=4&utm_source=x")];
    assert_eq!(learner.call(&server, "keep-widget", &fields).status, 200);
    server.kill();

    let server = Server::start(&home.0.join("data"));
    let game = page(&server, &learner, "/placing", FOREIGN);
    assert!(game.contains(&decided(2)), "{game}");
    assert!(sorted(&page(&server, &learner, "", FOREIGN)), "in the prose");
    assert!(sorted(&page(&server, &learner, "/sorting", FOREIGN)), "and on its own page");
    let advisor = page(&server, &learner, "/adopt", FOREIGN);
    assert!(advisor.contains("on-call=4") && !advisor.contains("utm_source"), "{advisor}");
    let other = Learner::arrive(&server, Lang::En);
    assert!(page(&server, &other, "/placing", OWN).contains(&decided(0)), "it is nobody else's");

    let back = format!("{LESSON}/placing");
    let over = learner.form(
        &server,
        "forget-widget",
        &[("slug", "21-why-kubernetes"), ("id", "placing"), ("back", &back)],
    );
    assert_eq!((over.status, over.header("location")), (302, Some(back.as_str())));
    assert!(page(&server, &learner, "/placing", OWN).contains(&decided(0)));
    assert!(sorted(&page(&server, &learner, "", OWN)), "the others stay");

    let long = "x".repeat(20_000);
    let fields = [("slug", "21-why-kubernetes"), ("id", "race"), ("asked", &*format!("script={long}"))];
    let answer = learner.call(&server, "keep-widget", &fields);
    assert!(answer.status == 413 && answer.body.contains("16384"), "{answer:?}");
    let nowhere = [("slug", "21-why-kubernetes"), ("id", "nothing"), ("asked", "a=1")];
    assert_eq!(learner.call(&server, "keep-widget", &nowhere).status, 404);
}
