//! What a pod asks for. Models `resource.PodRequests` of component-helpers.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::quantity::milli;
use crate::{json::Json, object::Object};

/// Amounts by resource name, in thousandths.
pub type Amounts = BTreeMap<EcoString, i64>;

/// What a container counts for in scores when it asks for nothing: 0.1 CPU and 200 MiB.
const UNSAID: [(&str, i64); 2] = [("cpu", 100), ("memory", 200 * 1024 * 1024 * 1000)];

/// A map of quantities.
pub fn amounts(map: &Json) -> Amounts {
    map.entries().map(|(k, v)| (k.clone(), milli(v))).collect()
}

/// Adds amounts.
pub fn add(to: &mut Amounts, more: &Amounts) {
    for (k, v) in more {
        *to.entry(k.clone()).or_default() += v;
    }
}

/// Takes amounts away again.
pub fn subtract(from: &mut Amounts, less: &Amounts) {
    for (k, v) in less {
        *from.entry(k.clone()).or_default() -= v;
    }
}

fn raise(to: &mut Amounts, least: &Amounts) {
    for (k, v) in least {
        let slot = to.entry(k.clone()).or_default();
        *slot = (*slot).max(*v);
    }
}

fn of_container(container: &Json, scoring: bool) -> Amounts {
    let mut all = amounts(&container["resources"]["requests"]);
    if scoring {
        for (name, least) in UNSAID {
            let slot = all.entry(name.into()).or_insert(least);
            if *slot == 0 {
                *slot = least;
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
        add(&mut all, &of_container(container, scoring));
    }
    let (mut sidecars, mut init) = (Amounts::new(), Amounts::new());
    for container in spec["initContainers"].list() {
        let mut need = of_container(container, scoring);
        if container["restartPolicy"] == "Always" {
            add(&mut all, &need);
            add(&mut sidecars, &need);
            need = sidecars.clone();
        } else {
            add(&mut need, &sidecars);
        }
        raise(&mut init, &need);
    }
    raise(&mut all, &init);
    add(&mut all, &amounts(&spec["overhead"]));
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
        assert_eq!(of_pod(&pod, false)["cpu"], 300);
        pod["spec"].set("initContainers", vec![want("1")]);
        assert_eq!(of_pod(&pod, false)["cpu"], 1000);
        let mut sidecar = want("50m");
        sidecar.set("restartPolicy", "Always");
        pod["spec"].set("initContainers", vec![sidecar, want("400m")]);
        assert_eq!(of_pod(&pod, false)["cpu"], 450);
        pod["spec"].set("initContainers", Json::Null);
        pod["spec"].set("containers", vec![json!({})]);
        assert_eq!((of_pod(&pod, false).len(), of_pod(&pod, true)["cpu"]), (0, 100));
    }
}
