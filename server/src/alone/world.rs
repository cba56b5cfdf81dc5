//! Worlds of a cluster alone: the default one, and one from a file.

use std::path::Path;

use anyhow::{Context, Result, bail};
use sandbox::{json, object::Object};

/// `node-1` to `node-N`, each with 4 CPU, 8 Gi and 110 pods: the reference's machines.
pub fn default_world(nodes: u32) -> Vec<Object> {
    let machine = |n: u32| {
        Object(json!({
            "apiVersion": "sim.pilothouse.dev/v1", "kind": "Machine",
            "metadata": {"name": format!("node-{n}")},
            "spec": {"cpu": "4", "memory": "8Gi", "pods": 110},
        }))
    };
    (1..=nodes).map(machine).collect()
}

/// A world in which the control plane's programs write as fast as they like, unless it says itself how fast.
pub fn unlimited(mut world: Vec<Object>) -> Vec<Object> {
    if !world.iter().any(|o| o["kind"] == "ControlPlane") {
        world.insert(
            0,
            Object(json!({
                "apiVersion": "sim.pilothouse.dev/v1", "kind": "ControlPlane", "metadata": {"name": "cluster"},
                "spec": {"controllerManager": {"qps": -1}, "scheduler": {"qps": -1}},
            })),
        );
    }
    world
}

/// A world from a YAML file of objects.
///
/// # Errors
/// A file that cannot be read or is not YAML, with line and column; a document that is no object.
pub fn read_world_file(path: &Path) -> Result<Vec<Object>> {
    let file = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the world {file}"))?;
    let documents: Vec<serde_json::Value> =
        serde_saphyr::from_multiple(&text).with_context(|| format!("{file} is not YAML"))?;
    let documents: Vec<_> = documents.into_iter().filter(|d| !d.is_null()).collect();
    if let Some(n) = documents.iter().position(|d| !d["kind"].is_string()) {
        bail!("{file}: document {} has no kind; a world is a list of Kubernetes objects", n + 1);
    }
    Ok(documents.into_iter().map(|d| Object(d.into())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worlds_come_from_files() {
        let file = std::env::temp_dir().join(format!("pilothouse-world-{}.yaml", crate::secret::id()));
        let check = |text: &str, expect: Result<usize, &str>| {
            std::fs::write(&file, text).unwrap();
            match (read_world_file(&file), expect) {
                (Ok(world), Ok(n)) => assert_eq!(world.len(), n, "{text}"),
                (Err(e), Err(words)) => assert!(format!("{e:#}").contains(words), "{e:#}"),
                (other, _) => panic!("{text}: {other:?}"),
            }
        };
        check("kind: Machine\n---\n---\nkind: Image\n", Ok(2));
        check("kind: [", Err("is not YAML"));
        check("kind: Machine\n---\nname: x\n", Err("document 2 has no kind"));
        std::fs::remove_file(&file).unwrap();
        assert!(format!("{:#}", read_world_file(&file).unwrap_err()).contains("cannot read the world"));
    }

    #[test]
    fn free_worlds_have_no_write_limits_of_their_own() {
        let limited = json!({"kind": "ControlPlane", "spec": {"scheduler": {"qps": 3}}});
        for (world, qps) in [(default_world(1), -1), (vec![Object(limited)], 3)] {
            let planes = unlimited(world).into_iter().filter(|o| o["kind"] == "ControlPlane");
            let found: Vec<_> = planes.map(|o| o["spec"]["scheduler"]["qps"].int()).collect();
            assert_eq!(found, [Some(qps)]);
        }
    }

    #[test]
    fn the_default_machines_are_the_references() {
        let world = default_world(3);
        let names: Vec<_> = world.iter().map(|m| m.name().to_string()).collect();
        assert_eq!(names, ["node-1", "node-2", "node-3"]);
    }
}
