//! Which ports processes listen on, as far as a pod and the names of its images tell.

use crate::json::Json;

/// Images of tools, whose containers listen to nobody.
const TOOLS: [&str; 6] = ["busybox", "alpine", "debian", "ubuntu", "curlimages/curl", "pause"];
/// Images that listen on one port.
const USUAL: [(&str, i64); 5] =
    [("nginx", 80), ("httpd", 80), ("redis", 6379), ("memcached", 11211), ("postgres", 5432)];

/// The only port of an image that is known by its name; 0 for those that have none.
pub fn usual_port(image: &str) -> Option<i64> {
    let base = base(image);
    let usual = USUAL.iter().find(|(name, _)| *name == base).map(|(_, port)| *port);
    usual.or_else(|| TOOLS.contains(&base).then_some(0))
}

/// May a container's process listen on a port? On those that it declares, else on the one its image is known for, unless it runs
/// a command of its own.
pub fn may_listen(container: &Json, port: i64) -> bool {
    let declared = container["ports"].list();
    if !declared.is_empty() {
        return declared.iter().any(|p| p["containerPort"].int() == Some(port));
    }
    let is_own = !container["command"].is_empty() || !container["args"].is_empty();
    is_own || usual_port(container["image"].text()).is_none_or(|usual| usual == 0 || usual == port)
}

fn base(image: &str) -> &str {
    let name = image.split(['@', ':']).next().unwrap_or("");
    name.trim_start_matches("docker.io/").trim_start_matches("library/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn a_declared_port_counts_more_than_an_images_own() {
        for (container, port, expect) in [
            (json!({"image": "nginx:1.27"}), 80, true),
            (json!({"image": "nginx:1.27"}), 8081, false),
            (json!({"image": "docker.io/library/nginx"}), 8081, false),
            (json!({"image": "nginx:1.27", "command": ["nginx", "-c", "/etc/mine"]}), 8081, true),
            (json!({"image": "nginx:1.27", "ports": [{"containerPort": 8080}]}), 8080, true),
            (json!({"image": "shop:1", "ports": [{"containerPort": 8080}]}), 9999, false),
            (json!({"image": "shop:1"}), 9999, true),
            (json!({"image": "busybox:1.36"}), 8080, true),
        ] {
            assert_eq!(may_listen(&container, port), expect, "{container} {port}");
        }
    }
}
