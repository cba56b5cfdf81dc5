//! Models the score of ImageLocality: nodes that have the pod's images are better, the more so the larger the images are and the
//! more nodes have them.
//! Omits: volumes of images, nodes that list names without a registry. As in Kubernetes, an image counts only where the pod names
//! it as the node lists it: `nginx` is not found in `docker.io/library/nginx:latest`.

use std::{borrow::Cow, collections::BTreeMap};

use ecow::EcoString;

use super::MAX;
use crate::{
    json::Json,
    object::Object,
    scheduler::nodes::{NodeInfo, PodInfo},
};

/// Fewer bytes than these count for nothing.
const BYTES_MIN: i64 = 23 << 20;
/// More bytes than these for each container count for no more.
const BYTES_MAX: i64 = 1000 << 20;

/// Bytes of a node's images by each of their names.
pub type Images = BTreeMap<EcoString, i64>;

/// The images that a node lists.
pub fn read(node: &Object) -> Images {
    let list = node["status"]["images"].list().iter();
    let named = list.flat_map(|image| {
        let size_bytes = image["sizeBytes"].int().unwrap_or(0);
        image["names"].list().iter().filter_map(Json::eco).map(move |name| (name.clone(), size_bytes))
    });
    named.collect()
}

/// Points of each fitting node, in their order.
pub fn score(pod: &PodInfo, fitting: &[&NodeInfo], all: &[&NodeInfo]) -> Vec<i64> {
    let spec = &pod.pod["spec"];
    let containers = spec["initContainers"].list().iter().chain(spec["containers"].list());
    let names: Vec<Cow<'_, str>> = containers.map(|c| tagged(c["image"].text())).collect();
    let mut sums = vec![0; fitting.len()];
    for name in &names {
        let may_be_listed = name.split_once('/').is_some_and(|(host, _)| host.contains(['.', ':']));
        if !may_be_listed || !fitting.iter().any(|info| info.images.contains_key(&**name)) {
            continue;
        }
        let having = all.iter().filter(|info| info.images.contains_key(&**name)).count();
        let spread = having as f64 / all.len() as f64;
        for (sum, info) in sums.iter_mut().zip(fitting) {
            *sum += info.images.get(&**name).map_or(0, |size_bytes| (*size_bytes as f64 * spread) as i64);
        }
    }
    sums.into_iter().map(|sum| points(sum, names.len())).collect()
}

/// Models `calculatePriority`.
fn points(sum: i64, containers: usize) -> i64 {
    let most = BYTES_MAX * i64::try_from(containers.max(1)).unwrap_or(1);
    MAX * (sum.clamp(BYTES_MIN, most) - BYTES_MIN) / (most - BYTES_MIN)
}

/// Models `normalizedImageName`.
fn tagged(image: &str) -> Cow<'_, str> {
    let has_tag = image.rfind(':').is_some_and(|colon| image.rfind('/').is_none_or(|slash| slash < colon));
    if has_tag { image.into() } else { format!("{image}:latest").into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    /// The rule: pkg/scheduler/framework/plugins/imagelocality/image_locality.go.
    #[test]
    fn nodes_with_the_images_are_better() {
        let node = |images: &[(&str, i64)]| {
            let one = |(name, mi): &(&str, i64)| json!({"names": [*name]}).with("sizeBytes", *mi << 20);
            let list: Json = images.iter().map(one).collect();
            NodeInfo::new(&Object(
                json!({"status": null}).with("status", Json::object().with("images", list)),
            ))
        };
        let nodes = [
            node(&[("r.example/shop:1", 800), ("docker.io/library/nginx:latest", 900)]),
            node(&[("r.example/shop:1", 800), ("r.example/tool:latest", 40)]),
            node(&[("r.example/huge:1", 9000)]),
            node(&[]),
        ];
        let all: Vec<&NodeInfo> = nodes.iter().collect();
        for (containers, expect) in [
            // 800 MiB on half of the nodes count as 400: 100 × (400 − 23) / (1000 − 23).
            (json!([{"image": "r.example/shop:1"}]), [38, 38, 0, 0]),
            // For two containers up to 2000 MiB count; 40 MiB on a quarter are 10.
            (json!([{"image": "r.example/shop:1"}, {"image": "r.example/tool"}]), [19, 19, 0, 0]),
            (json!([{"image": "r.example/tool"}]), [0, 0, 0, 0]),
            (json!([{"image": "r.example/huge:1"}]), [0, 0, 100, 0]),
            (json!([{"image": "nginx"}]), [0, 0, 0, 0]),
            (json!([{"image": "docker.io/library/nginx"}]), [20, 0, 0, 0]),
        ] {
            let pod = Object(
                json!({"spec": null}).with("spec", Json::object().with("containers", containers.clone())),
            );
            assert_eq!(score(&PodInfo::read(&pod), &all, &all), expect, "{containers}");
        }
    }

    #[test]
    fn images_without_a_tag_are_the_latest() {
        for (image, name) in [
            ("nginx", "nginx:latest"),
            ("nginx:1", "nginx:1"),
            ("r.example:5000/shop", "r.example:5000/shop:latest"),
            ("r.example:5000/shop:2", "r.example:5000/shop:2"),
        ] {
            assert_eq!(tagged(image), name);
        }
    }
}
