//! What of the world a learner may write, on every way in: console, YAML tab, their own client over TLS.
//! The lesson's experiment lets them write machines, signals and traffics; images are not theirs, nor is any status.

use wire::learner::Lang;

use super::support::{Folder, Learner, Server};

const GROUP: &str = "/apis/sim.pilothouse.dev/v1";

fn refusal(verb: &str, resource: &str, name: &str, scope: &str) -> String {
    let plural = resource.split('/').next().unwrap();
    format!(
        "{plural}.sim.pilothouse.dev {name:?} is forbidden: User \"learner\" cannot {verb} resource {resource:?} \
         in API group \"sim.pilothouse.dev\" {scope}"
    )
}

#[test]
fn the_world_is_written_by_leave_only() {
    let home = Folder::new();
    let server = Server::start(&home.0.join("data"));
    let learner = Learner::arrive(&server, Lang::Ko);
    let before = learner.objects(&server);
    let cluster = "at the cluster scope";

    let image = "apiVersion: sim.pilothouse.dev/v1\nkind: Image\nmetadata: {name: shop-1.4}\nspec: {image: \"shop:1.4\", pullMillis: 1}\n";
    let yaml = learner.apply(&server, image).unwrap();
    let deletion = learner.console(&server, "kubectl delete image shop-1.4").unwrap();
    for (entry, verb) in [(yaml, "patch"), (deletion, "delete")] {
        let expect = refusal(verb, "images", "shop-1.4", cluster);
        assert_eq!(entry.exit_code, 1, "{entry:?}");
        for words in ["Error from server (Forbidden): ", &expect] {
            assert!(entry.output.of(true).contains(words), "{} does not say {words}", entry.output.of(true));
        }
    }

    let door = learner.door(&server);
    let power = r#"{"spec":{"power":"Off"},"status":{"power":"Off"}}"#;
    for (method, path, expect) in [
        ("PATCH", "/images/shop-1.4", refusal("patch", "images", "shop-1.4", cluster)),
        ("PATCH", "/images/shop-1.4?dryRun=All", refusal("patch", "images", "shop-1.4", cluster)),
        ("DELETE", "/images/shop-1.4", refusal("delete", "images", "shop-1.4", cluster)),
        ("PATCH", "/machines/node-c/status", refusal("patch", "machines/status", "node-c", cluster)),
        (
            "PATCH",
            "/namespaces/default/traffics/web/status",
            refusal("patch", "traffics/status", "web", "in the namespace \"default\""),
        ),
    ] {
        let answer = door.ask_as_learner(method, &format!("{GROUP}{path}"), power);
        let status = answer.json();
        assert_eq!(
            (answer.status, &status["kind"], &status["reason"], &status["message"]),
            (403, &"Status".into(), &"Forbidden".into(), &expect.as_str().into()),
            "{method} {path}"
        );
    }
    assert_eq!(learner.objects(&server), before, "nothing was changed");

    let allowed = door.ask_as_learner("PATCH", &format!("{GROUP}/machines/node-c"), power);
    assert_eq!((allowed.status, &allowed.json()["spec"]["power"]), (200, &"Off".into()));
    let entry = learner.console(&server, "lab plug node-c").unwrap();
    let said = "machine.sim.pilothouse.dev/node-c patched\n\
        # kubectl patch machine node-c --type=merge -p '{\"spec\":{\"power\":\"On\"}}'\n";
    assert_eq!((entry.exit_code, entry.output.of(false).as_str()), (0, said));
}
