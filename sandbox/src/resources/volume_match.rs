//! Which volume a claim gets. Models `FindMatchingVolume` of component-helpers.

use super::quantity;
use crate::{
    json::Json,
    object::Object,
    selector::{Labels, nodes},
};

/// Does the volume name this claim?
pub fn is_bound_to(volume: &Object, claim: &Object) -> bool {
    let reference = &volume["spec"]["claimRef"];
    reference["name"] == *claim.name().as_str()
        && reference["namespace"] == *claim.namespace().as_str()
        && (reference["uid"].is_empty() || reference["uid"] == *claim.uid().as_str())
}

fn bytes(quantity: &Json) -> i64 {
    quantity::parse_bytes(quantity.text()).unwrap_or(0)
}

fn text_or<'a>(value: &'a Json, otherwise: &'a str) -> &'a str {
    if value.is_empty() { otherwise } else { value.text() }
}

/// The best of the volumes: one that was made for the claim, else the smallest that will do.
pub fn best<'a>(
    claim: &Object,
    volumes: impl Iterator<Item = &'a Object>,
    delayed: bool,
) -> Option<&'a Object> {
    let fits: Vec<&Object> = volumes.filter(|v| may_have(claim, v)).collect();
    let own = fits.iter().copied().find(|v| !v["spec"]["claimRef"].is_null());
    if own.is_some() || delayed {
        return own;
    }
    let free = fits.into_iter().filter(|v| is_free(claim, v));
    free.min_by_key(|v| (v["spec"]["accessModes"].list().len(), bytes(&v["spec"]["capacity"]["storage"])))
}

/// May a volume be used on a node? Models `CheckNodeAffinity` of component-helpers.
pub fn admits(volume: &Object, node: &Object) -> bool {
    let required = &volume["spec"]["nodeAffinity"]["required"];
    required.is_null()
        || required["nodeSelectorTerms"].list().iter().any(|term| nodes::term_selects(term, node))
}

/// Is it large enough, of the right mode, and nobody else's?
fn may_have(claim: &Object, volume: &Object) -> bool {
    let (wanted, offered) = (&claim["spec"], &volume["spec"]);
    let others = !offered["claimRef"].is_null() && !is_bound_to(volume, claim);
    let mode = |spec: &Json| text_or(&spec["volumeMode"], "Filesystem").to_owned();
    !others
        && !volume.is_terminating()
        && bytes(&offered["capacity"]["storage"]) >= bytes(&wanted["resources"]["requests"]["storage"])
        && mode(wanted) == mode(offered)
}

fn is_free(claim: &Object, volume: &Object) -> bool {
    let (wanted, offered) = (&claim["spec"], &volume["spec"]);
    let modes = offered["accessModes"].list();
    volume["status"]["phase"] == "Available"
        && wanted["storageClassName"].text() == offered["storageClassName"].text()
        && Labels::from_object(&wanted["selector"]).selects(volume)
        && wanted["accessModes"].list().iter().all(|mode| modes.contains(mode))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn the_smallest_that_will_do_is_taken() {
        let volume = |name: &str, size: &str, change: Json| {
            let mut v = json!({"metadata": {"name": name, "labels": {"tier": name}}, "status": {"phase": "Available"},
                "spec": {"capacity": {"storage": size}, "accessModes": ["ReadWriteOnce"]}});
            for (key, value) in change.entries() {
                v["spec"].set(key, value.clone());
            }
            Object(v)
        };
        let none = json!({});
        let claim = |change: Json| {
            let mut c = json!({"metadata": {"name": "c", "namespace": "n", "uid": "u"}, "spec": {
                "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}});
            for (key, value) in change.entries() {
                c["spec"].set(key, value.clone());
            }
            Object(c)
        };
        let volumes = [
            volume("large", "5Gi", none.clone()),
            volume("small", "1Gi", none.clone()),
            volume("tiny", "1Mi", none.clone()),
            volume("classy", "1Gi", json!({"storageClassName": "fast"})),
            volume("taken", "1Gi", json!({"claimRef": {"namespace": "n", "name": "other"}})),
            volume("block", "1Gi", json!({"volumeMode": "Block"})),
            volume("shared", "1Gi", json!({"accessModes": ["ReadWriteOnce", "ReadWriteMany"]})),
        ];
        for (wish, delayed, expect) in [
            (none.clone(), false, Some("small")),
            (none.clone(), true, None),
            (json!({"resources": {"requests": {"storage": "2Gi"}}}), false, Some("large")),
            (json!({"resources": {"requests": {"storage": "9Gi"}}}), false, None),
            (json!({"storageClassName": "fast"}), false, Some("classy")),
            (json!({"volumeMode": "Block"}), false, Some("block")),
            (json!({"accessModes": ["ReadWriteMany"]}), false, Some("shared")),
            (json!({"selector": {"matchLabels": {"tier": "large"}}}), false, Some("large")),
        ] {
            let got = best(&claim(wish.clone()), volumes.iter(), delayed).map(|v| v.name().as_str());
            assert_eq!(got, expect, "{wish}");
        }
        let mine = [volume("mine", "9Gi", json!({"claimRef": {"namespace": "n", "name": "c"}}))];
        assert_eq!(best(&claim(none), mine.iter(), true).map(|v| v.name().as_str()), Some("mine"));
    }
}
