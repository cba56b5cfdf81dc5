//! Histories, asked of a learner's own cluster.

use app::backend::Backend;
use wire::{
    act::Actor,
    history::{FieldChange, Verb},
};

use crate::play::tests::Desk;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_says_who_changed_what() {
    let desk = Desk::new().await;
    let learner: &dyn Backend = &desk.learner;
    let sandbox = desk.page(None).await.sandbox.unwrap();
    let scale = "kubectl scale deployment web --replicas=5".to_owned();
    assert_eq!(learner.console(sandbox.clone(), scale).await.unwrap().exit_code, 0);

    let told = learner.history(sandbox.clone(), "Deployment/default/web".into()).await.unwrap();
    assert!(!told.cut);
    let first = told.revisions.last().unwrap();
    assert_eq!((first.verb, first.actor), (Verb::Created, Actor::World));
    let scaled = told.revisions.iter().find(|r| r.user == "learner").unwrap();
    assert_eq!((scaled.verb, scaled.actor), (Verb::Changed, Actor::You));
    let change = |path: &str, from: &str, to: &str| FieldChange {
        path: path.into(),
        from: Some(from.into()),
        to: Some(to.into()),
    };
    assert!(scaled.fields.contains(&change("spec.replicas", "6", "5")), "{:?}", scaled.fields);
    assert!(told.revisions.is_sorted_by(|a, b| a.revision > b.revision), "newest first");
    let of_controller = told.revisions.iter().any(|r| r.actor == Actor::DeploymentController);
    assert!(of_controller, "its status is the controller's");

    let none = learner.history(sandbox, "Deployment/default/none".into()).await.unwrap();
    assert_eq!((none.revisions.len(), none.cut), (0, false));
}
