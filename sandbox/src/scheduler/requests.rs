//! What a pod asks for. Models `resource.PodRequests` of component-helpers.

use super::amounts::Amounts;
use crate::{json::Json, object::Object};

/// What a container counts for in scores when it asks for nothing: 0.1 CPU and 200 MiB.
const UNSAID: [(&str, i64); 2] = [("cpu", 100), ("memory", 200 * 1024 * 1024 * 1000)];

fn of_container(container: &Json, scoring: bool) -> Amounts {
    let mut all = Amounts::read(&container["resources"]["requests"]);
    if scoring {
        for (name, least) in UNSAID {
            let amount = all.of(&name.into());
            if *amount == 0 {
                *amount = least;
            }
        }
    }
    all
}

/// The larger of what runs together and what init containers need, plus overhead. `scoring` counts silent containers too.
pub fn of_pod(pod: &Object, scoring: bool) -> Amounts {
    let spec = &pod["spec"];
    let mut all = Amounts::new();
    for container in spec["containers"].list() {
        all.add(&of_container(container, scoring));
    }
    let (mut sidecars, mut init) = (Amounts::new(), Amounts::new());
    for container in spec["initContainers"].list() {
        let mut need = of_container(container, scoring);
        if container["restartPolicy"] == "Always" {
            all.add(&need);
            sidecars.add(&need);
            need = sidecars.clone();
        } else {
            need.add(&sidecars);
        }
        init.raise(&need);
    }
    all.raise(&init);
    all.add(&Amounts::read(&spec["overhead"]));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn containers_add_up_and_init_containers_set_a_floor() {
        let want = |cpu: &str| json!({"resources": {"requests": {"cpu": cpu}}});
        let mut pod = Object::default();
        pod["spec"].set("containers", vec![want("100m"), want("200m")]);
        assert_eq!(of_pod(&pod, false).get("cpu"), Some(300));
        pod["spec"].set("initContainers", vec![want("1")]);
        assert_eq!(of_pod(&pod, false).get("cpu"), Some(1000));
        let mut sidecar = want("50m");
        sidecar.set("restartPolicy", "Always");
        pod["spec"].set("initContainers", vec![sidecar, want("400m")]);
        assert_eq!(of_pod(&pod, false).get("cpu"), Some(450));
        pod["spec"].set("initContainers", Json::Null);
        pod["spec"].set("containers", vec![json!({})]);
        assert_eq!((of_pod(&pod, false), of_pod(&pod, true).get("cpu")), (Amounts::new(), Some(100)));
    }
}
