//! One journey of the whole server on PostgreSQL: a sandbox, an act, the process killed, and the same state again.

use wire::learner::Lang;

use super::support::{Folder, Learner, Postgres, Server};

#[test]
fn a_sandbox_outlives_the_server() {
    let Some(postgres) = Postgres::start() else { return };
    let (home, url) = (Folder::new(), postgres.database("pilothouse"));
    let start = || Server::start_with(&home.0.join("data"), &[("DATABASE_URL", &url)]);

    let server = start();
    let learner = Learner::arrive(&server, Lang::En);
    let choice = learner.call(&server, "predict", &[("choice", "anew")]);
    assert_eq!(choice.status, 200, "{}", choice.body);
    let act = learner.call(&server, "act", &[("act", "unplug")]);
    assert_eq!((act.status, &act.json()["acts"][0]["id"]), (200, &"unplug".into()), "{}", act.body);
    learner.console(&server, "kubectl scale deployment web --replicas=3").unwrap();
    learner.call(&server, "time", &[("control", "step")]);
    let objects = learner.objects(&server);
    assert!(objects.to_string().contains("replicas: 3"));
    server.kill();
    assert!(!home.0.join("data/pilothouse.sqlite").exists(), "all of it is in PostgreSQL");

    let server = start();
    assert_eq!(learner.objects(&server), objects);
    let hint = learner.call(&server, "hint", &[]).json();
    assert_eq!(
        (&hint["acts"], &hint["prediction"]["choice"], hint["hints"].as_array().map(Vec::len)),
        (&act.json()["acts"], &"anew".into(), Some(1))
    );
    let page = learner.get(&server, &learner.page()).body;
    assert!(page.contains("kubectl scale deployment web --replicas=3"), "the console remembers");
}
