//! What applying a text would do: kubectl's own dry run on the server, held against the live objects.

use kubectl::{Captured, Kubectl};
use serde_json::Value;
use wire::yaml::{Change, Preview};

use super::difference::{hunks, manifest};

/// Asks the cluster. `force`: fields that others own would be taken over.
pub async fn preview(kubectl: &Kubectl, yaml: &str, force: bool) -> Preview {
    let apply = "apply --server-side --dry-run=server -o json -f -";
    let force = if force { " --force-conflicts" } else { "" };
    let (code, applied) = run(kubectl, &format!("{apply}{force}"), yaml).await;
    if code != 0 {
        let conflict = applied.stderr.contains("--force-conflicts");
        return Preview { refused: applied.stderr, conflict, ..Preview::default() };
    }
    // the text is whole, so what is not found does not exist
    let (_, live) = run(kubectl, "get --ignore-not-found -o json -f -", yaml).await;
    let live = objects(&live.stdout);
    let change = |wished: &Value| {
        let id = id(wished);
        let old = live.iter().find(|o| self::id(o) == id).map(manifest);
        let created = old.is_none();
        Change { id, created, hunks: hunks(&old.unwrap_or_default(), &manifest(wished)) }
    };
    Preview { objects: objects(&applied.stdout).iter().map(change).collect(), ..Preview::default() }
}

async fn run(kubectl: &Kubectl, line: &str, stdin: &str) -> (i32, Captured) {
    let argv: Vec<String> = line.split(' ').map(str::to_owned).collect();
    let mut out = Captured::default();
    let code = kubectl.run(&argv, Some(stdin), &mut out).await;
    (code, out)
}

/// kubectl prints one object by itself, several as a List.
fn objects(json: &str) -> Vec<Value> {
    match serde_json::from_str::<Value>(json) {
        Ok(mut list) if list["kind"] == "List" => {
            list["items"].as_array_mut().map(std::mem::take).unwrap_or_default()
        }
        Ok(object) => vec![object],
        Err(_) => Vec::new(),
    }
}

fn id(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let metadata = &object["metadata"];
    format!("{}/{}/{}", text(&object["kind"]), text(&metadata["namespace"]), text(&metadata["name"]))
}
