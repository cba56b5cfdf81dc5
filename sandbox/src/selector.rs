//! Label and field selectors. Models `k8s.io/apimachinery/pkg/labels` and `.../fields`.

mod fields;
pub mod nodes;
mod parse;

use ecow::EcoString;

use crate::{json::Json, object::Object};

pub use fields::Fields;

/// A label selector: all requirements must hold. The empty one matches everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels(pub Vec<Requirement>);

/// One requirement on a label.
#[derive(Clone, Debug, PartialEq)]
pub enum Requirement {
    /// `key in (values)`; also `key=value`.
    In(EcoString, Vec<EcoString>),
    /// `key notin (values)`; also `key!=value`. Holds where the label is missing.
    NotIn(EcoString, Vec<EcoString>),
    /// `key`.
    Exists(EcoString),
    /// `!key`.
    Missing(EcoString),
    /// `key>n`.
    Greater(EcoString, i64),
    /// `key<n`.
    Less(EcoString, i64),
}

impl Labels {
    /// From a `metav1.LabelSelector` (`matchLabels`, `matchExpressions`).
    pub fn from_object(selector: &Json) -> Self {
        let one = |(k, v): (&EcoString, &Json)| Requirement::In(k.clone(), vec![v.text().into()]);
        let mut all: Vec<_> = selector["matchLabels"].entries().map(one).collect();
        for e in selector["matchExpressions"].list() {
            let key: EcoString = e["key"].text().into();
            let values = e["values"].list().iter().map(|v| v.text().into()).collect();
            all.push(match e["operator"].text() {
                "In" => Requirement::In(key, values),
                "NotIn" => Requirement::NotIn(key, values),
                "Exists" => Requirement::Exists(key),
                _ => Requirement::Missing(key),
            });
        }
        Self(all)
    }

    /// From a plain map of labels, as a Service's `spec.selector`.
    pub fn from_map(map: &Json) -> Self {
        Self(map.entries().map(|(k, v)| Requirement::In(k.clone(), vec![v.text().into()])).collect())
    }

    /// From a query string, e.g. `app=web,tier in (a,b),!old`.
    ///
    /// # Errors
    /// What Kubernetes says of it.
    pub fn parse(text: &str) -> Result<Self, String> {
        parse::labels(text).map(Self)
    }

    /// Matches everything?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Do these labels (a map) meet it?
    pub fn matches(&self, labels: &Json) -> bool {
        self.0.iter().all(|r| r.holds(labels))
    }

    /// Does this object's labels meet it?
    pub fn selects(&self, object: &Object) -> bool {
        self.matches(&object["metadata"]["labels"])
    }
}

impl Requirement {
    fn holds(&self, labels: &Json) -> bool {
        let value = |k: &str| labels[k].str();
        let number = |k: &str| value(k).and_then(|v| v.parse::<i64>().ok());
        match self {
            Requirement::In(k, vs) => value(k).is_some_and(|v| vs.iter().any(|x| x == v)),
            Requirement::NotIn(k, vs) => value(k).is_none_or(|v| vs.iter().all(|x| x != v)),
            Requirement::Exists(k) => value(k).is_some(),
            Requirement::Missing(k) => value(k).is_none(),
            Requirement::Greater(k, n) => number(k).is_some_and(|v| v > *n),
            Requirement::Less(k, n) => number(k).is_some_and(|v| v < *n),
        }
    }
}

impl std::fmt::Display for Labels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, r) in self.0.iter().enumerate() {
            write!(f, "{}{r}", if i > 0 { "," } else { "" })?;
        }
        Ok(())
    }
}

impl std::fmt::Display for Requirement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Requirement::In(k, vs) if vs.len() == 1 => write!(f, "{k}={}", vs[0]),
            Requirement::NotIn(k, vs) if vs.len() == 1 => write!(f, "{k}!={}", vs[0]),
            Requirement::In(k, vs) => write!(f, "{k} in ({})", vs.join(",")),
            Requirement::NotIn(k, vs) => write!(f, "{k} notin ({})", vs.join(",")),
            Requirement::Exists(k) => write!(f, "{k}"),
            Requirement::Missing(k) => write!(f, "!{k}"),
            Requirement::Greater(k, n) => write!(f, "{k}>{n}"),
            Requirement::Less(k, n) => write!(f, "{k}<{n}"),
        }
    }
}
