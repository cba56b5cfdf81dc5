//! Why an expression is true or false: the operand that decided it, found by walking the expression's tree.
//!
//! The failing operand of `&&`, the last one where all hold; the witness of `exists`, or the element that came
//! nearest; the element that breaks `all`; and of a comparison its two sides.

use std::collections::BTreeMap;

use cel::{
    Context,
    common::{
        ast::{CallExpr, ComprehensionExpr, Expr, IdedExpr, LiteralValue, operators as op},
        types::CelBool,
        value::Val,
    },
};
use serde_json::Value;
use wire::lesson::Why;

use super::{
    cel_value::to_json,
    expression::{ENV, Expression},
    side::Side,
    snapshot::Snapshot,
    view::View,
};

/// The moment a check looks at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment<'a> {
    /// Virtual now.
    pub now_ms: i64,
    /// The learner's zero.
    pub start_ms: i64,
    /// When the act was done.
    pub acted_ms: i64,
    /// Objects as they are.
    pub snapshot: &'a Snapshot,
    /// Objects as they were just before the act.
    pub was: Option<&'a Snapshot>,
}

impl<'a> Moment<'a> {
    /// What a name of CEL stands for.
    fn value_of(&self, name: &str) -> View<'a> {
        match name {
            "now_ms" => View::Computed(self.now_ms.into()),
            "start_ms" => View::Computed(self.start_ms.into()),
            "acted_ms" => View::Computed(self.acted_ms.into()),
            "was" => View::Past(self.was.unwrap_or(self.snapshot)),
            kind => View::of(self.snapshot, kind).unwrap_or(View::Computed(Value::Null)),
        }
    }
}

/// An expression's value at a moment, and what decided it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Judged {
    /// `None` where it has no value yet: a field is missing, or types don't fit.
    pub holds: Option<bool>,
    /// The operand that decided.
    pub why: Why,
}

/// Evaluates and explains.
pub(super) fn judge(expression: &Expression, moment: Moment<'_>) -> Judged {
    let walk = Walk::new(expression, moment);
    let scope = Scope::default();
    Judged { holds: walk.truth(expression.tree(), &scope), why: walk.explain(expression.tree(), &scope) }
}

/// Evaluates only.
pub(super) fn holds(expression: &Expression, moment: Moment<'_>) -> bool {
    Walk::new(expression, moment).truth(expression.tree(), &Scope::default()) == Some(true)
}

/// An expression's number at a moment; `None` where it has none yet.
pub(super) fn number(expression: &Expression, moment: Moment<'_>) -> Option<f64> {
    let walk = Walk::new(expression, moment);
    let value = walk.eval(expression.tree(), &Scope::default())?;
    to_json(value.as_ref())?.as_f64()
}

type Scope<'v> = Vec<(String, Side<'v>)>;

struct Walk<'v> {
    roots: BTreeMap<&'static str, View<'v>>,
    context: Context<'v, 'v>,
}

impl<'v> Walk<'v> {
    fn new(expression: &Expression, moment: Moment<'v>) -> Walk<'v> {
        let roots: BTreeMap<_, _> =
            expression.names().all.iter().map(|name| (*name, moment.value_of(name))).collect();
        let mut context = Context::with_env(ENV.clone());
        for (name, view) in &roots {
            context.add_variable_as_val(*name, view.to_cel());
        }
        Walk { roots, context }
    }

    fn eval(&self, expr: &IdedExpr, scope: &Scope<'v>) -> Option<Box<dyn Val + 'v>> {
        let mut inner = self.context.new_inner_scope();
        for (name, side) in scope {
            inner.add_variable_as_val(name.as_str(), side.value.as_ref()?.to_cel());
        }
        cel::Value::resolve_val(expr, &inner).ok().map(|value| value.into_owned())
    }

    fn truth(&self, expr: &IdedExpr, scope: &Scope<'v>) -> Option<bool> {
        self.eval(expr, scope)?.downcast_ref::<CelBool>().map(|b| *b.inner())
    }

    fn explain(&self, expr: &IdedExpr, scope: &Scope<'v>) -> Why {
        match &expr.expr {
            Expr::Call(call) => self.explain_call(expr, call, scope),
            Expr::Comprehension(loop_) => match quantifier(loop_) {
                Some((want, ask)) => self.explain_elements(loop_, want, ask, scope),
                None => self.explain_plain(expr, scope),
            },
            Expr::Select(select) if select.test => {
                let side = self.locate(&select.operand, scope).unwrap_or_default().field(&select.field);
                Why { actual: side.text(), op: "has".into(), ..why_at(&side) }
            }
            _ => self.explain_plain(expr, scope),
        }
    }

    fn explain_call(&self, expr: &IdedExpr, call: &CallExpr, scope: &Scope<'v>) -> Why {
        let args = call.args.as_slice();
        let holds = |e: &&IdedExpr| self.truth(e, scope) == Some(true);
        match (call.func_name.as_str(), args) {
            (op::LOGICAL_AND, [.., last]) => {
                let decisive = args.iter().find(|e| !holds(e)).unwrap_or(last);
                self.explain(decisive, scope)
            }
            (op::LOGICAL_OR, [first, ..]) => {
                let nearest = args.iter().rev().max_by_key(|e| self.nearness(e, scope)).unwrap_or(first);
                self.explain(args.iter().find(holds).unwrap_or(nearest), scope)
            }
            (op::LOGICAL_NOT, [inner]) => {
                let why = self.explain(inner, scope);
                Why { op: negated(&why.op), ..why }
            }
            (op::CONDITIONAL, [condition, yes, no]) => {
                self.explain(if holds(&condition) { yes } else { no }, scope)
            }
            (name, [left, right]) if comparison(name).is_some() => {
                self.explain_comparison(name, left, right, scope)
            }
            (name, [argument]) if call.target.is_some() => {
                let side = call.target.as_deref().and_then(|t| self.locate(t, scope)).unwrap_or_default();
                Why {
                    actual: side.text(),
                    op: name.into(),
                    expected: self.side(argument, scope).text(),
                    ..why_at(&side)
                }
            }
            _ => self.explain_plain(expr, scope),
        }
    }

    fn explain_comparison(&self, name: &str, left: &IdedExpr, right: &IdedExpr, scope: &Scope<'v>) -> Why {
        let (mut op, flipped) = comparison(name).unwrap_or(("==", "=="));
        let (mut a, mut b) = (self.side(left, scope), self.side(right, scope));
        if a.object.is_empty() && !b.object.is_empty() {
            (a, b, op) = (b, a, flipped);
        }
        Why { actual: a.text(), op: op.into(), expected: b.text(), ..why_at(&a) }
    }

    /// `all` wants its breaker, `exists` its witness; failing that, the element that came nearest.
    fn explain_elements(
        &self,
        loop_: &ComprehensionExpr,
        all: bool,
        ask: &IdedExpr,
        scope: &Scope<'v>,
    ) -> Why {
        let range = self.side(&loop_.iter_range, scope);
        let scopes: Vec<Scope<'v>> =
            range.elements().into_iter().map(|e| with(scope, &loop_.iter_var, e)).collect();
        let decided = scopes.iter().find(|s| (self.truth(ask, s) == Some(true)) != all);
        let chosen = decided.or_else(|| {
            if all { scopes.last() } else { scopes.iter().rev().max_by_key(|s| self.nearness(ask, s)) }
        });
        match chosen {
            Some(scope) => self.explain(ask, scope),
            None => Why {
                actual: range.clone().counted().text(),
                op: ">".into(),
                expected: "0".into(),
                ..why_at(&range.counted())
            },
        }
    }

    /// How many operands of an `&&` hold before one does not.
    fn nearness(&self, expr: &IdedExpr, scope: &Scope<'v>) -> usize {
        match &expr.expr {
            Expr::Call(call) if call.func_name == op::LOGICAL_AND => {
                let mut total = 0;
                for operand in &call.args {
                    total += self.nearness(operand, scope);
                    if self.truth(operand, scope) != Some(true) {
                        break;
                    }
                }
                total
            }
            _ => usize::from(self.truth(expr, scope) == Some(true)),
        }
    }

    fn explain_plain(&self, expr: &IdedExpr, scope: &Scope<'v>) -> Why {
        let side = self.side(expr, scope);
        Why { actual: side.text(), op: "==".into(), expected: "true".into(), ..why_at(&side) }
    }

    /// A value with its place, or the value alone.
    fn side(&self, expr: &IdedExpr, scope: &Scope<'v>) -> Side<'v> {
        self.locate(expr, scope).unwrap_or_else(|| {
            let place = self.first_place(expr, scope).unwrap_or_default();
            place.with_value(self.eval(expr, scope).and_then(|v| to_json(v.as_ref())))
        })
    }

    /// Of arithmetic: the place of its first operand that has one.
    fn first_place(&self, expr: &IdedExpr, scope: &Scope<'v>) -> Option<Side<'v>> {
        let Expr::Call(call) = &expr.expr else { return None };
        call.target
            .as_deref()
            .into_iter()
            .chain(&call.args)
            .find_map(|e| self.locate(e, scope).or_else(|| self.first_place(e, scope)))
    }

    fn locate(&self, expr: &IdedExpr, scope: &Scope<'v>) -> Option<Side<'v>> {
        match &expr.expr {
            Expr::Ident(name) => {
                let local = scope.iter().rev().find(|(n, _)| n == name).map(|(_, side)| side.clone());
                local.or_else(|| Some(Side::root(name, Some(self.roots.get(name.as_str())?.clone()))))
            }
            Expr::Select(select) if !select.test => {
                Some(self.locate(&select.operand, scope)?.field(&select.field))
            }
            Expr::Call(call) => self.locate_call(call, scope),
            Expr::Comprehension(loop_) => self.locate_filter(loop_, scope),
            _ => None,
        }
    }

    fn locate_call(&self, call: &CallExpr, scope: &Scope<'v>) -> Option<Side<'v>> {
        match (call.func_name.as_str(), call.target.as_deref(), call.args.as_slice()) {
            (op::INDEX | op::OPT_INDEX | op::OPT_SELECT, _, [of, key]) => {
                let of = self.locate(of, scope)?;
                match to_json(self.eval(key, scope)?.as_ref())? {
                    Value::String(key) => Some(of.field(&key)),
                    Value::Number(index) => Some(of.element(usize::try_from(index.as_u64()?).ok()?)),
                    _ => None,
                }
            }
            ("orValue" | "value", Some(of), _) => self.locate(of, scope),
            ("size", Some(of), []) | ("size", None, [of]) => Some(self.locate(of, scope)?.counted()),
            _ => None,
        }
    }

    fn locate_filter(&self, loop_: &ComprehensionExpr, scope: &Scope<'v>) -> Option<Side<'v>> {
        let ask = filter_of(loop_)?;
        let range = self.locate(&loop_.iter_range, scope)?;
        let keep = |e: &Side<'v>| self.truth(ask, &with(scope, &loop_.iter_var, e.clone())) == Some(true);
        let kept = range.elements().into_iter().filter(keep).filter_map(|e| e.value).collect();
        Some(range.filtered(kept, &selected(ask)))
    }
}

fn with<'v>(scope: &Scope<'v>, name: &str, side: Side<'v>) -> Scope<'v> {
    let mut inner = scope.clone();
    inner.push((name.to_owned(), side));
    inner
}

fn why_at(side: &Side<'_>) -> Why {
    Why { object: side.object.clone(), path: side.path.clone(), ..Why::default() }
}

/// `Some((true, p))` for `all(x, p)`, `Some((false, p))` for `exists(x, p)`.
fn quantifier(loop_: &ComprehensionExpr) -> Option<(bool, &IdedExpr)> {
    let Expr::Call(step) = &loop_.loop_step.expr else { return None };
    match (step.func_name.as_str(), &loop_.accu_init.expr, step.args.as_slice()) {
        (op::LOGICAL_AND, Expr::Literal(LiteralValue::Boolean(_)), [_, ask]) => Some((true, ask)),
        (op::LOGICAL_OR, Expr::Literal(LiteralValue::Boolean(_)), [_, ask]) => Some((false, ask)),
        _ => None,
    }
}

/// `p` of `filter(x, p)`: a loop that adds the very element to a list.
fn filter_of(loop_: &ComprehensionExpr) -> Option<&IdedExpr> {
    let Expr::Call(step) = &loop_.loop_step.expr else { return None };
    let (op::CONDITIONAL, [ask, then, _]) = (step.func_name.as_str(), step.args.as_slice()) else {
        return None;
    };
    let Expr::Call(add) = &then.expr else { return None };
    let Expr::List(list) = &add.args.get(1)?.expr else { return None };
    let is_element = matches!(&list.elements.first()?.expr, Expr::Ident(name) if *name == loop_.iter_var);
    is_element.then_some(ask)
}

/// `conditions.ready` for `e.conditions.ready`; empty for anything more than that.
fn selected(ask: &IdedExpr) -> String {
    let mut fields = Vec::new();
    let mut expr = &ask.expr;
    while let Expr::Select(select) = expr {
        fields.push(select.field.as_str());
        expr = &select.operand.expr;
    }
    fields.reverse();
    if matches!(expr, Expr::Ident(_)) { fields.join(".") } else { String::new() }
}

/// How an operator is written, and how with its sides exchanged.
fn comparison(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        op::EQUALS => ("==", "=="),
        op::NOT_EQUALS => ("!=", "!="),
        op::LESS => ("<", ">"),
        op::LESS_EQUALS => ("<=", ">="),
        op::GREATER => (">", "<"),
        op::GREATER_EQUALS => (">=", "<="),
        op::IN => ("in", "contains"),
        _ => return None,
    })
}

fn negated(op: &str) -> String {
    const PAIRS: [(&str, &str); 5] =
        [("==", "!="), ("<", ">="), (">", "<="), ("in", "not in"), ("has", "has not")];
    let pair = PAIRS.iter().find(|(a, b)| *a == op || *b == op);
    match pair {
        Some((a, b)) => (if *a == op { b } else { a }).to_string(),
        None => format!("not {op}"),
    }
}
