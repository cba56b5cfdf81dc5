//! Field selectors as text, and what they match. Models `k8s.io/apimachinery/pkg/fields` and the kinds' field label conversions.

use ecow::EcoString;

use crate::{json::Json, object::Object, resources::Def};

/// A field selector: all terms must hold. The empty one matches everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields(Vec<Term>);

#[derive(Clone, Debug, PartialEq)]
struct Term {
    field: EcoString,
    value: EcoString,
    equal: bool,
}

impl Fields {
    /// From a query string, e.g. `spec.nodeName=node-1,status.phase!=Failed`; only fields that the kind knows.
    ///
    /// # Errors
    /// What Kubernetes says of it.
    pub fn parse(text: &str, def: Def<'_>) -> Result<Self, String> {
        let mut terms = Vec::new();
        for part in split(text) {
            if part.is_empty() {
                continue;
            }
            let (field, value, equal) = term(&part)
                .ok_or_else(|| format!("invalid selector: '{text}'; can't understand '{part}'"))?;
            let field = def.selectable(&field)?.into();
            terms.push(Term { field, value, equal });
        }
        Ok(Self(terms))
    }

    /// `metadata.name=NAME`.
    pub fn name(name: &str) -> Self {
        Self(vec![Term { field: "metadata.name".into(), value: name.into(), equal: true }])
    }

    /// Matches everything?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The name that this asks for, if it asks for one.
    pub fn only_name(&self) -> Option<&str> {
        self.0.iter().find(|t| t.equal && t.field == "metadata.name").map(|t| t.value.as_str())
    }

    /// Does the object meet it?
    pub fn selects(&self, object: &Object) -> bool {
        self.0.iter().all(|t| (value_of(object, &t.field) == t.value) == t.equal)
    }
}

fn value_of(object: &Object, field: &str) -> EcoString {
    match (field, object.at(field)) {
        ("source", source) => source["component"].text().into(),
        ("status.podIPs", ips) => {
            ips.list().iter().map(|ip| ip["ip"].text()).collect::<Vec<_>>().join(",").into()
        }
        ("spec.hostNetwork" | "spec.unschedulable", Json::Null) => "false".into(),
        ("status.replicas", Json::Null) => "0".into(),
        (_, Json::Str(text)) => text.clone(),
        (_, Json::Null) => EcoString::new(),
        (_, other) => ecow::eco_format!("{other}"),
    }
}

/// Splits at commas that no backslash guards.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut guarded = false;
    for c in text.chars() {
        match c {
            ',' if !guarded => parts.push(String::new()),
            c => {
                if let Some(last) = parts.last_mut() {
                    last.push(c);
                }
            }
        }
        guarded = c == '\\' && !guarded;
    }
    parts
}

fn term(part: &str) -> Option<(EcoString, EcoString, bool)> {
    let mut guarded = false;
    for (i, c) in part.char_indices() {
        if guarded {
            guarded = false;
            continue;
        }
        guarded = c == '\\';
        for (operator, equal) in [("!=", false), ("==", true), ("=", true)] {
            if let Some(value) = part[i..].strip_prefix(operator) {
                return Some((part[..i].into(), unescape(value)?, equal));
            }
        }
    }
    None
}

fn unescape(value: &str) -> Option<EcoString> {
    let mut out = EcoString::new();
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push(chars.next().filter(|c| matches!(c, '\\' | ',' | '='))?),
            ',' | '=' => return None,
            c => out.push(c),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json, resources};

    #[test]
    fn fields_are_known_per_kind() {
        for (resource, text, expect) in [
            (resources::POD, "spec.nodeName=node-1", None),
            (resources::POD, "status.phase!=Running,metadata.namespace=a", None),
            (resources::EVENT, "involvedObject.name=x,type=Warning", None),
            (resources::POD, "nonsense", Some("invalid selector: 'nonsense'; can't understand 'nonsense'")),
            (resources::POD, "spec.foo=1", Some("field label not supported: spec.foo")),
            (
                resources::CONFIG_MAP,
                "data.x=1",
                Some(
                    "\"data.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"",
                ),
            ),
        ] {
            assert_eq!(Fields::parse(text, resource.def().into()).err().as_deref(), expect, "{text}");
        }
    }

    #[test]
    fn missing_fields_read_as_empty() {
        let pod = Object(json!({"metadata": {"name": "a"}, "spec": {}, "status": {"phase": "Pending"}}));
        for (text, expect) in [
            ("spec.nodeName=", true),
            ("spec.nodeName!=", false),
            ("status.phase=Pending,metadata.name=a", true),
            ("spec.hostNetwork=false", true),
        ] {
            assert_eq!(
                Fields::parse(text, resources::POD.def().into()).unwrap().selects(&pod),
                expect,
                "{text}"
            );
        }
    }
}
