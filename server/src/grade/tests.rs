//! An attempt that was made on a live cluster is judged again from what is kept of it.

use std::time::{Duration, Instant};

use app::backend::{Handle, TimeControl};
use wire::learner::Lang;

use super::{
    moment,
    rejudge::{Asked, again, run},
};
use crate::play::tests::Desk;

/// Attempts that are timed.
const TIMED: u32 = 10;

#[test]
fn days_and_moments() {
    for (text, expect) in
        [("1970-01-01", Some(0)), ("1970-01-02T00:00:01Z", Some(86_401_000)), ("yesterday", None)]
    {
        assert_eq!(moment(text).ok(), expect, "{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_finds_the_verdicts_that_were_found_live() {
    let desk = Desk::new().await;
    let page = desk.page(None).await;
    let sandbox = page.sandbox.unwrap();
    let learner = desk.backend();
    learner.time(sandbox.clone(), TimeControl::Pause).await.unwrap();
    learner.predict(sandbox.clone(), page.prediction.choices[0].id.clone(), Lang::En).await.unwrap();
    learner.handle(sandbox.clone(), Handle::Unplug { node: "node-c".into() }).await.unwrap();
    let open = desk.open(&sandbox).await;
    for _ in 0..60 {
        open.live.advance_to(open.live.clock().now.plus_ms(10_000)).await;
        open.settle().await;
    }
    let deadline = Instant::now() + Duration::from_secs(20);
    while !open.settle().await.progress.passed && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(open.picture().progress.passed, "{:?}", open.picture().progress.checks);
    open.save_clock().await;

    let (storage, course) = (desk.storage(), desk.course());
    let experiment = course.lesson("21-why-kubernetes").unwrap().experiment("self-healing").unwrap();
    let changed = async || again(storage, experiment.clone(), &sandbox, 1).await.unwrap();
    assert_eq!(changed().await, []);
    storage.save_verdict(&sandbox, 1, "back", "failed", 0, "null").await.unwrap();
    storage.remove_verdict(&sandbox, 1, "silent").await.unwrap();
    let told: Vec<_> = changed().await.into_iter().map(|c| (c.check, c.was)).collect();
    assert_eq!(
        told,
        [("silent".to_owned(), "undecided".to_owned()), ("back".to_owned(), "failed".to_owned())]
    );

    let mut asked = Asked { lesson: "21-why-kubernetes".into(), experiment: None, since_ms: 0, write: false };
    run(storage, &course, &asked).await.unwrap();
    assert_eq!(changed().await.len(), 2, "nothing is written unless it is asked for");
    asked.write = true;
    run(storage, &course, &asked).await.unwrap();
    assert_eq!(changed().await, []);

    let began = Instant::now();
    for _ in 0..TIMED {
        changed().await;
    }
    let each_ms = began.elapsed().as_secs_f64() * 1000.0 / f64::from(TIMED);
    println!("an attempt of thirteen virtual minutes is judged again in {each_ms:.0} ms");
}
