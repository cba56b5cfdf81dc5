//! Rules of roles: taken apart, put together, compared.
//!
//! Models kubectl's `rbac.CompactRules` and component-helpers' `validation.Covers`.

use serde_json::{Map, Value, json};

use crate::output::list;

/// A rule, as RBAC has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    verbs: Vec<String>,
    groups: Vec<String>,
    resources: Vec<String>,
    names: Vec<String>,
    urls: Vec<String>,
}

/// A list as Go prints it.
fn words(list: &[String]) -> String {
    format!("[{}]", list.join(" "))
}

fn has(list: &[String], wanted: &str) -> bool {
    list.iter().any(|it| it == "*" || it == wanted)
}

impl Rule {
    /// Reads a rule.
    pub fn read(value: &Value) -> Self {
        let strings = |field: &str| {
            list(value, &format!("/{field}")).iter().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        Self {
            verbs: strings("verbs"),
            groups: strings("apiGroups"),
            resources: strings("resources"),
            names: strings("resourceNames"),
            urls: strings("nonResourceURLs"),
        }
    }

    /// The rule as the API takes it.
    pub fn json(&self) -> Value {
        let mut object = Map::from_iter([("verbs".to_owned(), json!(self.verbs))]);
        let fields = [
            ("apiGroups", &self.groups),
            ("resources", &self.resources),
            ("resourceNames", &self.names),
            ("nonResourceURLs", &self.urls),
        ];
        object.extend(
            fields
                .into_iter()
                .filter(|(_, it)| !it.is_empty())
                .map(|(name, it)| (name.to_owned(), json!(it))),
        );
        Value::Object(object)
    }

    /// `{Verbs:[get] APIGroups:[] …}`.
    pub fn shown(&self) -> String {
        format!(
            "{{Verbs:{} APIGroups:{} Resources:{} ResourceNames:{} NonResourceURLs:{}}}",
            words(&self.verbs),
            words(&self.groups),
            words(&self.resources),
            words(&self.names),
            words(&self.urls)
        )
    }

    /// A line of `can-i --list`.
    pub fn row(&self) -> String {
        let what = self.resources.first().map_or(String::new(), |resource| {
            let (kind, sub) =
                resource.split_once('/').map_or((resource.as_str(), None), |(a, b)| (a, Some(b)));
            let group = self.groups.first().filter(|group| !group.is_empty());
            let group = group.map_or(String::new(), |group| format!(".{group}"));
            let sub = sub.map_or(String::new(), |sub| format!("/{sub}"));
            format!("{kind}{group}{sub}")
        });
        format!("{what}\t{}\t{}\t{}\n", words(&self.urls), words(&self.names), words(&self.verbs))
    }

    /// One rule for each verb on each thing.
    fn apart(&self) -> Vec<Self> {
        let mut parts = Vec::new();
        let one = |word: &String| vec![word.clone()];
        for (group, resource) in
            self.groups.iter().flat_map(|group| self.resources.iter().map(move |it| (group, it)))
        {
            for verb in &self.verbs {
                let part = Self {
                    verbs: one(verb),
                    groups: one(group),
                    resources: one(resource),
                    ..Self::default()
                };
                match self.names.as_slice() {
                    [] => parts.push(part),
                    names => parts.extend(names.iter().map(|name| Self { names: one(name), ..part.clone() })),
                }
            }
        }
        for (url, verb) in self.urls.iter().flat_map(|url| self.verbs.iter().map(move |verb| (url, verb))) {
            parts.push(Self { verbs: one(verb), urls: one(url), ..Self::default() });
        }
        parts
    }

    /// Whether all that a part allows is allowed by this rule.
    fn covers(&self, part: &Self) -> bool {
        let resource = |wanted: &String| {
            let any = wanted.split_once('/').map(|(_, sub)| format!("*/{sub}"));
            has(&self.resources, wanted) || any.is_some_and(|any| self.resources.contains(&any))
        };
        let url = |wanted: &String| {
            self.urls
                .iter()
                .any(|it| it == wanted || it.strip_suffix('*').is_some_and(|start| wanted.starts_with(start)))
        };
        let names = self.names.is_empty()
            || (!part.names.is_empty() && part.names.iter().all(|name| self.names.contains(name)));
        part.verbs.iter().all(|verb| has(&self.verbs, verb))
            && part.groups.iter().all(|group| has(&self.groups, group))
            && part.resources.iter().all(resource)
            && part.urls.iter().all(url)
            && names
    }
}

/// The rules of a `SelfSubjectRulesReview`'s status.
pub fn of_review(status: &Value) -> Vec<Rule> {
    let both = list(status, "/resourceRules").iter().chain(list(status, "/nonResourceRules"));
    both.map(Rule::read).collect()
}

/// Taken apart, and put together by what they are about; sorted as kubectl sorts them.
pub fn compact(rules: Vec<Rule>) -> Vec<Rule> {
    let mut compacted: Vec<Rule> = Vec::new();
    for part in rules.iter().flat_map(Rule::apart) {
        let same = |had: &&mut Rule| {
            part.urls.is_empty()
                && had.urls.is_empty()
                && (&had.groups, &had.resources, &had.names) == (&part.groups, &part.resources, &part.names)
        };
        match compacted.iter_mut().find(same) {
            Some(had) => had.verbs.extend(part.verbs),
            None => compacted.push(part),
        }
    }
    let sorted_by = |rule: &Rule| {
        [&rule.verbs, &rule.groups, &rule.resources, &rule.names, &rule.urls].map(|list| words(list) + ",")
    };
    compacted.sort_by_cached_key(|rule| sorted_by(rule).concat());
    compacted
}

/// What `wanted` allows and `had` does not, taken apart.
pub fn missing(had: &[Rule], wanted: &[Rule]) -> Vec<Rule> {
    let parts = wanted.iter().flat_map(Rule::apart);
    parts.filter(|part| !had.iter().any(|rule| rule.covers(part))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(groups: &[&str], resources: &[&str], verbs: &[&str]) -> Rule {
        Rule::read(&json!({"apiGroups": groups, "resources": resources, "verbs": verbs}))
    }

    #[test]
    fn rows() {
        let url = Rule::read(&json!({"nonResourceURLs": ["/api"], "verbs": ["get"]}));
        let rules = vec![
            url,
            rule(&["apps"], &["deployments/scale"], &["get"]),
            rule(&[""], &["pods"], &["get", "list"]),
            rule(&["*"], &["*"], &["*"]),
        ];
        let rows: String = compact(rules).iter().map(Rule::row).collect();
        assert_eq!(
            rows,
            "*.*\t[]\t[]\t[*]\npods\t[]\t[]\t[get list]\n\t[/api]\t[]\t[get]\ndeployments.apps/scale\t[]\t[]\t[get]\n"
        );
    }

    #[test]
    fn missing_rules() {
        for (had, wanted, expect) in [
            (rule(&[""], &["pods"], &["get"]), rule(&[""], &["pods"], &["get", "watch"]), vec!["watch"]),
            (rule(&["*"], &["*"], &["*"]), rule(&["apps"], &["x/y"], &["get"]), vec![]),
            (rule(&[""], &["*/log"], &["get"]), rule(&[""], &["pods/log"], &["get"]), vec![]),
            (rule(&[""], &["pods"], &["get"]), rule(&[""], &["pods/log"], &["get"]), vec!["get"]),
        ] {
            let verbs: Vec<String> = missing(&[had], &[wanted]).into_iter().flat_map(|it| it.verbs).collect();
            assert_eq!(verbs, expect);
        }
    }
}
