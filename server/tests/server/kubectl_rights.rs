//! Real `kubectl` against a cluster alone: acting as another, and with a service account's token, over TLS.
//!
//! Looks for `kubectl` on the PATH; where there is none it says so and is done.
use super::support::Alone;

#[test]
fn rights_hold_over_tls() {
    let Some(alone) = Alone::new() else { return };
    let check = |line: &str, code: i32, words: &str| alone.expect(line, "", code, words);
    let refused = r#"User "jane" cannot list resource "pods" in API group "" in the namespace "default""#;
    for (line, code, words) in [
        ("auth whoami", 0, "[system:masters system:authenticated]"),
        ("get pods --as=jane", 1, refused),
        ("create role reader --verb=get,list --resource=pods", 0, "created"),
        ("create rolebinding jane-reads --role=reader --user=jane", 0, "created"),
        ("get pods --as=jane", 0, "No resources found"),
        ("auth can-i list pods --as=jane", 0, "yes"),
        ("auth can-i delete pods --as=jane", 1, "no"),
        ("auth can-i --list --as=jane", 0, "[get list]"),
        ("create sa bot", 0, "created"),
        ("create rolebinding bot-reads --role=reader --serviceaccount=default:bot", 0, "created"),
        ("create token nosuch", 1, "serviceaccounts \"nosuch\" not found"),
    ] {
        check(line, code, words);
    }
    let (_, token) = alone.kubectl("create token bot", "");
    let token = token.trim();
    assert_eq!(token.split('.').count(), 3, "{token}");
    let bare = alone.home.0.join("bare");
    let text = std::fs::read_to_string(&alone.kubeconfig).unwrap();
    let as_bot = {
        let lines = text.lines().map(|l| match l.split_once("token: ") {
            Some((indent, _)) => format!("{indent}token: {token:?}\n"),
            None => format!("{l}\n"),
        });
        std::fs::write(&bare, lines.collect::<String>()).unwrap();
        |line: &str| alone.kubectl_as(&bare, line, "")
    };
    for (line, code, words) in [
        ("auth whoami", 0, "system:serviceaccount:default:bot"),
        ("get pods", 0, "No resources found"),
        ("get nodes", 1, "User \"system:serviceaccount:default:bot\" cannot list resource \"nodes\""),
        ("get pods --as=jane", 1, "cannot impersonate resource \"users\""),
    ] {
        let (got, said) = as_bot(line);
        assert!(got == Some(code) && said.contains(words), "{line} said {said:?}, not {words:?}");
    }
    check("delete sa bot", 0, "deleted");
    assert!(as_bot("get pods").1.contains("Unauthorized"));
}
