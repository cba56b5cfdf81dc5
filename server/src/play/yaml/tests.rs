//! The YAML tool's questions, asked of a learner's own cluster.

use app::backend::Backend;
use wire::yaml::{Mark, Type};

use crate::play::tests::Desk;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_in_the_cluster_can_be_opened() {
    let desk = Desk::new().await;
    let learner: &dyn Backend = &desk.learner;
    let sandbox = desk.page(None).await.sandbox.unwrap();
    let all = learner.manifests(sandbox.clone()).await.unwrap();
    assert!(all.files.iter().any(|name| name.ends_with(".yaml")), "{:?}", all.files);
    let ids: Vec<String> = all.objects.iter().map(|o| o.id()).collect();
    for id in ["Deployment/default/web", "Namespace//default", "ClusterRole//cluster-admin"] {
        assert!(ids.iter().any(|i| i == id), "{id} among {}", ids.len());
        let text = learner.manifest(sandbox.clone(), id.into()).await.unwrap();
        assert!(
            text.contains("\nkind: ") && !text.contains("managedFields") && !text.contains("\nstatus:"),
            "{text}"
        );
    }
    assert_eq!(ids.len(), ids.iter().collect::<std::collections::BTreeSet<_>>().len(), "each once");
    let file = learner.manifest(sandbox.clone(), format!("file:{}", all.files[0])).await.unwrap();
    assert!(file.contains("kind:"), "{file}");
    for id in ["Deployment/default/none", "Nothing//x", "x", "file:none"] {
        assert_eq!(learner.manifest(sandbox.clone(), id.into()).await.unwrap(), "", "{id}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kinds_schema_is_the_clusters_own() {
    let desk = Desk::new().await;
    let learner: &dyn Backend = &desk.learner;
    let sandbox = desk.page(None).await.sandbox.unwrap();
    let schema = async |api_version: &str, kind: &str| {
        learner.schema(sandbox.clone(), api_version.into(), kind.into()).await.unwrap()
    };
    let deployment = schema("apps/v1", "Deployment").await;
    let spec = &deployment.shared[&deployment.root.as_ref().unwrap().fields["spec"].refers];
    assert_eq!(spec.fields["replicas"].type_, Type::Integer);
    assert!(spec.fields["replicas"].about.contains("Number of desired pods"));
    assert!(spec.required.contains(&"selector".to_owned()));
    let update = &deployment.shared["io.k8s.api.apps.v1.RollingUpdateDeployment"].fields["maxSurge"];
    assert_eq!(deployment.shared[&update.refers].type_, Type::IntOrString);
    let limits = &deployment.shared["io.k8s.api.core.v1.ResourceRequirements"].fields["limits"];
    assert_eq!(deployment.shared[&limits.each.as_ref().unwrap().refers].type_, Type::Quantity);
    let bytes = serde_json::to_vec(&deployment).unwrap().len();
    assert!(bytes < 250_000, "{bytes} bytes, not the whole document");
    for (api_version, kind) in [("v1", "Service"), ("sim.pilothouse.dev/v1", "Machine")] {
        assert!(schema(api_version, kind).await.root.is_some(), "{kind}");
    }
    for (api_version, kind) in
        [("apps/v1", "Deploymnt"), ("apps/v7", "Deployment"), ("../..", "Pod"), ("", "")]
    {
        let none = schema(api_version, kind).await;
        assert_eq!(none.root, None, "{kind}");
        assert!(none.kinds.contains(&("apps/v1".into(), "Deployment".into())));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preview_says_what_would_change_and_changes_nothing() {
    let desk = Desk::new().await;
    let learner: &dyn Backend = &desk.learner;
    let sandbox = desk.page(None).await.sandbox.unwrap();
    let id = "Deployment/default/web";
    let live = async || learner.manifest(sandbox.clone(), id.into()).await.unwrap();
    let preview =
        async |yaml: &str, force| learner.preview(sandbox.clone(), yaml.into(), force).await.unwrap();
    let before = live().await;
    assert!(before.contains("  replicas: 6\n"), "{before}");

    let same = preview(&before, false).await;
    assert_eq!((same.refused.as_str(), same.objects.len()), ("", 1));
    assert!(same.objects[0].hunks.is_empty(), "{same:?}");

    let more = before.replace("  replicas: 6\n", "  replicas: 7\n");
    let changed = preview(&more, true).await;
    let marked: Vec<_> =
        changed.objects[0].hunks.iter().flat_map(|h| &h.lines).filter(|l| l.mark != Mark::Keep).collect();
    let marked: Vec<_> = marked.iter().map(|l| (l.mark, l.text.trim())).collect();
    assert_eq!(marked, [(Mark::Delete, "replicas: 6"), (Mark::Add, "replicas: 7")]);
    assert_eq!((changed.objects[0].id.as_str(), changed.objects[0].created), (id, false));
    assert_eq!(live().await, before, "nothing was applied");

    let new = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: two\n";
    let created = preview(new, false).await;
    let told: Vec<_> = created.objects.iter().map(|o| (o.id.as_str(), o.created)).collect();
    assert_eq!(told, [("ConfigMap/default/one", true), ("ConfigMap/default/two", true)]);

    for (bad, why) in [
        (before.replace("  replicas: 6\n", "  replicaz: 6\n"), "replicaz"),
        ("a: [".to_owned(), "error"),
        (before.replace("  replicas: 6\n", "  replicas: six\n"), "replicas"),
    ] {
        let refused = preview(&bad, false).await;
        assert!(refused.refused.contains(why) && refused.objects.is_empty(), "{refused:?}");
    }
    let theirs = preview(&more, false).await;
    assert!(theirs.conflict, "who made the world owns replicas: {theirs:?}");
    assert!(theirs.refused.contains(".spec.replicas"), "{theirs:?}");
}
