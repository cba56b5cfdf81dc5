//! Rules in CEL (`x-kubernetes-validations`). Models apiextensions' CEL validator: which rules run where, what `self` and
//! `oldSelf` are, the words of their errors. The cost of a rule is bounded before it runs, by the size of the value and the
//! depth of its loops, where Kubernetes counts as it goes.
//! Omits: the checking of types, Kubernetes' own libraries (quantities, IPs, URLs, `find`).

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use cel::{
    Context, Env, ExecutionError, Program,
    common::ast::{EntryExpr, Expr, IdedExpr},
};

use super::{
    cel_value,
    schema::{INT_OR_STRING, Known, at_key, is},
};
use crate::{json::Json, status::FieldError};

const RULES: &str = "x-kubernetes-validations";
/// Steps that one rule may take. Models `PerCallLimit`.
const COST_MAX: u64 = 1_000_000;
/// Bytes of all rules of a schema: they stay compiled.
const BYTES_MAX: usize = 64 * 1024;
/// Errors that say too little of an object for rules to be run on it. Models `hasBlockingErr`.
const BLOCKING: [&str; 5] = [
    "FieldValueNotSupported",
    "FieldValueRequired",
    "FieldValueTooLong",
    "FieldValueTooMany",
    "FieldValueTypeInvalid",
];

/// Names that a rule may use.
const NAMES: [&str; 12] = [
    "self",
    "oldSelf",
    "int",
    "uint",
    "double",
    "bool",
    "string",
    "bytes",
    "list",
    "map",
    "null_type",
    "type",
];

static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::stdlib().with_optional_support(true);
    let added =
        env.add_extension(cel::extensions::strings).and_then(|()| env.add_extension(cel::extensions::lists));
    debug_assert!(added.is_ok(), "{added:?}");
    Arc::new(env)
});

/// The compiled rules of a schema, by their text.
#[derive(Default)]
pub struct Rules(BTreeMap<String, Program>);

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// All schemas inside of a schema that structure values, with their places.
fn parts<'a>(schema: &'a Json, at: &str) -> Vec<(String, &'a Json)> {
    let properties = schema["properties"].entries().map(|(key, s)| (format!("{at}.properties[{key}]"), s));
    let others = ["items", "additionalProperties"].map(|field| (format!("{at}.{field}"), &schema[field]));
    properties.chain(others.into_iter().filter(|(_, s)| s.map().is_some())).collect()
}

/// What is wrong with the rules of a schema.
pub fn problems(schema: &Json, at: &str, errors: &mut Vec<FieldError>) {
    let mut bytes = 0;
    look(schema, at, &mut bytes, errors);
    if bytes > BYTES_MAX {
        let why = "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema";
        errors.push(FieldError::forbidden(at, why));
    }
}

fn look(schema: &Json, at: &str, bytes: &mut usize, errors: &mut Vec<FieldError>) {
    for (i, rule) in schema[RULES].list().iter().enumerate() {
        for field in ["rule", "messageExpression"] {
            let (text, place) = (rule[field].text(), format!("{at}.{RULES}[{i}].{field}"));
            *bytes += text.len();
            if text.trim().is_empty() {
                if field == "rule" {
                    errors.push(FieldError::required(place, "rule is not specified"));
                }
            } else if let Err(why) = compile(text) {
                errors.push(FieldError::invalid(place, &text.into(), &why));
            }
        }
        let message = rule["message"].text();
        if message.contains('\n') {
            let place = format!("{at}.{RULES}[{i}].message");
            errors.push(FieldError::invalid(place, &message.into(), "message must not contain line breaks"));
        }
    }
    for (at, inner) in parts(schema, at) {
        look(inner, &at, bytes, errors);
    }
}

fn compile(text: &str) -> Result<Program, String> {
    let program = ENV.compile(text).map_err(|errors| {
        let first = errors.errors.first();
        let (line, column) = first.map_or((1, 1), |e| (e.pos.0.max(1), e.pos.1.max(1)));
        let message = first.map_or("not an expression", |e| e.msg.as_str());
        format!("compilation failed: ERROR: <input>:{line}:{column}: Syntax error: {message}")
    })?;
    let known: Vec<&str> = NAMES.to_vec();
    match unknown(program.expression(), &known) {
        Some(name) => {
            let column = text.find(&name).map_or(1, |at| at + 1);
            Err(format!(
                "compilation failed: ERROR: <input>:1:{column}: undeclared reference to '{name}' (in container '')"
            ))
        }
        None => Ok(program),
    }
}

/// A name that nothing binds.
fn unknown(expression: &IdedExpr, known: &[&str]) -> Option<String> {
    let in_all = |list: &[IdedExpr]| list.iter().find_map(|inner| unknown(inner, known));
    match &expression.expr {
        Expr::Ident(name) => (!known.contains(&name.as_str())).then(|| name.clone()),
        Expr::Call(call) => {
            // What stands before a function may be its namespace.
            let target =
                call.target.as_deref().filter(|t| !matches!(t.expr, Expr::Ident(_)) || is_bound(t, known));
            target.and_then(|t| unknown(t, known)).or_else(|| in_all(&call.args))
        }
        Expr::List(list) => in_all(&list.elements),
        Expr::Select(select) => unknown(&select.operand, known),
        Expr::Map(map) => map.entries.iter().find_map(|entry| match &entry.expr {
            EntryExpr::MapEntry(e) => unknown(&e.key, known).or_else(|| unknown(&e.value, known)),
            EntryExpr::StructField(e) => unknown(&e.value, known),
        }),
        Expr::Comprehension(c) => {
            let mut inner = known.to_vec();
            inner.extend([c.iter_var.as_str(), c.accu_var.as_str()]);
            inner.extend(c.iter_var2.as_deref());
            unknown(&c.iter_range, known).or_else(|| {
                [&c.accu_init, &c.loop_cond, &c.loop_step, &c.result]
                    .into_iter()
                    .find_map(|e| unknown(e, &inner))
            })
        }
        _ => None,
    }
}

fn is_bound(expression: &IdedExpr, known: &[&str]) -> bool {
    matches!(&expression.expr, Expr::Ident(name) if known.contains(&name.as_str()))
}

impl Rules {
    /// Those of a schema.
    pub fn of(schema: &Json) -> Self {
        let mut rules = Self::default();
        rules.add(schema);
        rules
    }

    fn add(&mut self, schema: &Json) {
        for rule in schema[RULES].list() {
            for text in [rule["rule"].text(), rule["messageExpression"].text()] {
                if !text.is_empty()
                    && !self.0.contains_key(text)
                    && let Ok(program) = compile(text)
                {
                    self.0.insert(text.to_owned(), program);
                }
            }
        }
        parts(schema, "").into_iter().for_each(|(_, inner)| self.add(inner));
    }

    /// Runs the rules that apply, unless what is wrong already stands in their way.
    pub fn check(&self, schema: &Json, object: &Json, old: Option<&Json>, errors: &mut Vec<FieldError>) {
        if self.0.is_empty() {
            return;
        }
        if errors.iter().any(|e| BLOCKING.contains(&e.reason)) {
            let why = "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";
            errors.push(FieldError::invalid("<nil>", &Json::Null, why));
            return;
        }
        self.walk(schema, object, old, "", errors);
    }

    fn walk(
        &self,
        schema: &Json,
        value: &Json,
        old: Option<&Json>,
        path: &str,
        errors: &mut Vec<FieldError>,
    ) {
        for rule in schema[RULES].list() {
            self.run(rule, schema, value, old, path, errors);
        }
        match value {
            Json::Map(map) => {
                for (key, inner) in map.iter() {
                    if let Known::As(schema) = at_key(schema, key) {
                        let dot = if path.is_empty() { "" } else { "." };
                        let old = old.and_then(|old| old.map()?.get(key));
                        self.walk(schema, inner, old, &format!("{path}{dot}{key}"), errors);
                    }
                }
            }
            Json::List(list) => {
                for (i, item) in list.iter().enumerate() {
                    let old = old.and_then(|old| same_item(schema, item, old));
                    self.walk(&schema["items"], item, old, &format!("{path}[{i}]"), errors);
                }
            }
            _ => {}
        }
    }

    fn run(
        &self,
        rule: &Json,
        schema: &Json,
        value: &Json,
        old: Option<&Json>,
        path: &str,
        errors: &mut Vec<FieldError>,
    ) {
        let text = rule["rule"].text();
        let Some(program) = self.0.get(text) else { return };
        let is_transition = program.references().has_variable("oldSelf");
        if is_transition && old.is_none() {
            return;
        }
        let shown = Json::from(type_name(schema));
        let place = format!("{path}{}", rule["fieldPath"].text());
        let place = place.trim_start_matches('.').to_owned();
        let mut add = |reason: Option<&str>, why: &str| {
            let error = match reason {
                Some("FieldValueForbidden") => FieldError::forbidden(place.as_str(), why),
                Some("FieldValueRequired") => FieldError::required(place.as_str(), why),
                Some("FieldValueDuplicate") => FieldError::duplicate(place.as_str(), &shown),
                _ => FieldError::invalid(place.as_str(), &shown, why),
            };
            errors.push(error);
        };
        let told = format!("rule: {}", text.trim());
        if cost(program.expression(), size(value).max(old.map_or(1, size))) > COST_MAX {
            add(
                None,
                &format!("no further validation rules will be run due to call cost exceeds limit for {told}"),
            );
            return;
        }
        match evaluate(program, schema, value, old) {
            Ok(cel::Value::Bool(true)) => {}
            Ok(cel::Value::Bool(false)) => {
                let message =
                    self.message(rule, schema, value, old).unwrap_or_else(|| format!("failed {told}"));
                add(rule["reason"].str(), &message);
            }
            Ok(_) => add(None, &format!("cel expression evaluated to a value that is no bool for {told}")),
            Err(error) => add(None, &format!("{} evaluating {told}", words(&error))),
        }
    }

    /// What the rule's author says of its failure.
    fn message(&self, rule: &Json, schema: &Json, value: &Json, old: Option<&Json>) -> Option<String> {
        let plain = rule["message"].str().map(|m| m.trim().to_owned()).filter(|m| !m.is_empty());
        let program = self.0.get(rule["messageExpression"].text());
        let affordable = program.filter(|p| cost(p.expression(), size(value)) <= COST_MAX);
        let made = affordable.and_then(|p| match evaluate(p, schema, value, old) {
            Ok(cel::Value::String(text)) => Some(text.trim().to_owned()),
            _ => None,
        });
        made.filter(|text| !text.is_empty() && !text.contains('\n')).or(plain)
    }
}

fn evaluate(
    program: &Program,
    schema: &Json,
    value: &Json,
    old: Option<&Json>,
) -> Result<cel::Value, ExecutionError> {
    let mut context = Context::with_env(ENV.clone());
    context.add_variable_as_val("self", cel_value::of(schema, value));
    if let Some(old) = old {
        context.add_variable_as_val("oldSelf", cel_value::of(schema, old));
    }
    program.execute(&context)
}

fn words(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(key) => format!("no such key: {key}"),
        other => other.to_string(),
    }
}

fn type_name(schema: &Json) -> &str {
    match schema["type"].text() {
        "" if is(schema, INT_OR_STRING) => "int-or-string",
        "" => "object",
        type_ => type_,
    }
}

/// The item of the old list that is the same one: only lists that are maps tell.
fn same_item<'a>(schema: &Json, item: &Json, old: &'a Json) -> Option<&'a Json> {
    if schema["x-kubernetes-list-type"] != "map" {
        return None;
    }
    let keys = schema["x-kubernetes-list-map-keys"].list();
    old.list().iter().find(|other| keys.iter().all(|key| other[key.text()] == item[key.text()]))
}

/// How much there is of a value.
fn size(value: &Json) -> u64 {
    match value {
        Json::Map(map) => 1 + map.iter().map(|(_, v)| size(v)).sum::<u64>(),
        Json::List(list) => 1 + list.iter().map(size).sum::<u64>(),
        Json::Str(text) => 1 + text.len() as u64 / 10,
        _ => 1,
    }
}

/// The most steps that an expression can take on a value of some size.
fn cost(expression: &IdedExpr, size: u64) -> u64 {
    let of = |inner: &IdedExpr| cost(inner, size);
    let all = |list: &[IdedExpr]| list.iter().map(of).fold(0, u64::saturating_add);
    let inner = match &expression.expr {
        Expr::Call(call) => all(&call.args).saturating_add(call.target.as_deref().map_or(0, of)),
        Expr::List(list) => all(&list.elements),
        Expr::Select(select) => of(&select.operand),
        Expr::Comprehension(c) => {
            let turn = of(&c.loop_cond).saturating_add(of(&c.loop_step));
            of(&c.iter_range).saturating_add(turn.saturating_mul(size)).saturating_add(of(&c.result))
        }
        Expr::Map(map) => map.entries.iter().fold(0u64, |sum, entry| {
            sum.saturating_add(match &entry.expr {
                EntryExpr::MapEntry(e) => of(&e.key).saturating_add(of(&e.value)),
                EntryExpr::StructField(e) => of(&e.value),
            })
        }),
        _ => 0,
    };
    inner.saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn check(schema: &Json, value: &Json, old: Option<&Json>) -> String {
        let mut errors = Vec::new();
        Rules::of(schema).check(schema, value, old, &mut errors);
        errors.iter().map(|e| format!("{}: {}", e.field, e.detail)).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn rules_are_run_where_they_stand() {
        let rule = |text: &str| json!({"rule": text});
        let spec = json!({"minReplicas": 0, "replicas": 20, "maxReplicas": 10, "names": ["b", "a"], "labels": {"x": "1", "y": "2"}, "ratio": 1, "a-b": 1, "namespace": "n"});
        for (rule, expect) in [
            (rule("self.minReplicas <= self.replicas"), ""),
            (
                rule("self.replicas <= self.maxReplicas"),
                r#"spec: Invalid value: "object": failed rule: self.replicas <= self.maxReplicas"#,
            ),
            (
                json!({"rule": "self.replicas <= self.maxReplicas", "message": "too many"}),
                r#"spec: Invalid value: "object": too many"#,
            ),
            (
                json!({"rule": "self.replicas <= 5", "messageExpression": "'at most 5, not ' + string(self.replicas)"}),
                r#"spec: Invalid value: "object": at most 5, not 20"#,
            ),
            (
                json!({"rule": "self.replicas <= 5", "message": "no", "reason": "FieldValueForbidden", "fieldPath": ".replicas"}),
                "spec.replicas: Forbidden: no",
            ),
            (rule("self.names.all(n, n.size() == 1) && 'a' in self.names"), ""),
            (rule("self.labels.map(k, k) == ['x', 'y']"), ""),
            (rule("has(self.labels.x) && !has(self.labels.z)"), ""),
            (rule("self.ratio < 1.5 && self.ratio + 0.5 == 1.5"), ""),
            (rule("self.a__dash__b == 1 && self.__namespace__ == 'n'"), ""),
            (
                rule("self.nosuch == 1"),
                r#"spec: Invalid value: "object": no such key: nosuch evaluating rule: self.nosuch == 1"#,
            ),
            (rule("self.names.join(',') == 'b,a'"), ""),
            (rule("oldSelf.replicas == self.replicas"), ""),
        ] {
            let mut schema = json!({"type": "object", "properties": {"spec": {"type": "object", "properties": {
                "ratio": {"type": "number"}, "names": {"type": "array", "items": {"type": "string"}},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}}}}}});
            schema["properties"]["spec"].set(RULES, vec![rule.clone()]);
            let object = Json::object().with("spec", spec.clone());
            assert_eq!(check(&schema, &object, None), expect, "{rule}");
        }
    }

    #[test]
    fn a_change_is_held_against_what_was() {
        let keep = json!([{"rule": "self == oldSelf", "message": "Value is immutable"}]);
        let leaf = json!({"type": "string"}).with(RULES, keep);
        let list = json!({"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
            "items": {"type": "object"}});
        let mut list = list;
        list["items"].set("properties", Json::object().with("v", leaf.clone()));
        let schema =
            json!({"type": "object"}).with("properties", Json::object().with("a", leaf).with("l", list));
        let old = json!({"a": "x", "l": [{"name": "p", "v": "1"}, {"name": "q", "v": "2"}]});
        for (new, expect) in [
            (json!({"a": "x"}), ""),
            (json!({"a": "y"}), r#"a: Invalid value: "string": Value is immutable"#),
            (json!({"l": [{"name": "q", "v": "2"}, {"name": "new", "v": "9"}]}), ""),
            (
                json!({"l": [{"name": "q", "v": "3"}]}),
                r#"l[0].v: Invalid value: "string": Value is immutable"#,
            ),
        ] {
            assert_eq!(check(&schema, &new, Some(&old)), expect, "{new}");
        }
    }

    #[test]
    fn what_costs_too_much_does_not_run() {
        let deep = "self.l.all(a, self.l.all(b, self.l.all(c, a + b + c >= 0)))";
        let schema =
            json!({"type": "object", "properties": {"l": {"type": "array", "items": {"type": "integer"}}}})
                .with(RULES, vec![json!({"rule": deep})]);
        let list: Json = (0..500i64).map(Json::from).collect();
        assert!(check(&schema, &Json::object().with("l", list), None).contains("call cost exceeds limit"));
        let short: Json = (0..9i64).map(Json::from).collect();
        assert_eq!(check(&schema, &Json::object().with("l", short), None), "");
    }

    #[test]
    fn rules_that_are_none_are_refused() {
        for (text, expect) in [
            ("self.a == 1", ""),
            ("self.l.all(x, x > 0)", ""),
            ("self.a ==", "Syntax error"),
            ("slef.a == 1", "undeclared reference to 'slef' (in container '')"),
        ] {
            let mut errors = Vec::new();
            problems(&json!({"type": "object"}).with(RULES, vec![json!({"rule": text})]), "s", &mut errors);
            assert_eq!(errors.is_empty(), expect.is_empty(), "{text}: {errors:?}");
            assert!(errors.iter().all(|e| e.detail.contains(expect)), "{errors:?}");
        }
    }
}
