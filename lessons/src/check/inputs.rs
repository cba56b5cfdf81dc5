//! What an expression depends on: the names it uses, the kinds it compares with the past, and whether any of it is
//! another than when it was judged last.

use std::sync::Arc;

use cel::{
    Program,
    common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue, operators as op},
};

use super::{
    explain::Moment,
    snapshot::{KINDS, Objects, kind_named},
};

/// Names beside the kinds'.
pub(super) const FACTS: [&str; 4] = ["now_ms", "start_ms", "acted_ms", "was"];

/// The names that an expression uses.
#[derive(Debug)]
pub(super) struct Names {
    /// Of kinds and facts, as written.
    pub all: Vec<&'static str>,
    /// Plural names of the kinds that it looks at as they are.
    present: Vec<&'static str>,
    /// Plural names of the kinds that it compares with the past: `was.pod` and `was["pods"]` give `pods`.
    pub past: Vec<&'static str>,
}

impl Names {
    pub fn of(program: &Program) -> Names {
        let references = program.references();
        let known = KINDS.iter().flat_map(|k| [k.plural, k.singular]).chain(FACTS);
        let all: Vec<_> = known.filter(|name| references.has_variable(name)).collect();
        let kinds = all.iter().filter_map(|name| kind_named(name)).map(|k| k.plural);
        let mut present: Vec<_> = kinds.collect();
        present.dedup();
        let mut past = Vec::new();
        past_kinds(program.expression(), &mut past);
        past.sort_unstable();
        past.dedup();
        Names { all, present, past }
    }
}

/// Where `was` stands for itself alone, every kind is meant.
fn past_kinds(expr: &IdedExpr, found: &mut Vec<&'static str>) {
    let mut one = |name: &str| found.extend(kind_named(name).map(|k| k.plural));
    let is_was = |e: &IdedExpr| matches!(&e.expr, Expr::Ident(name) if name == "was");
    match &expr.expr {
        Expr::Select(select) if is_was(&select.operand) => one(&select.field),
        Expr::Call(call) => match (call.func_name.as_str(), call.args.as_slice()) {
            (op::INDEX | op::OPT_INDEX | op::OPT_SELECT, [of, key]) if is_was(of) => match &key.expr {
                Expr::Literal(LiteralValue::String(name)) => one(name.inner()),
                _ => found.extend(KINDS.iter().map(|k| k.plural)),
            },
            _ => call.target.as_deref().into_iter().chain(&call.args).for_each(|e| past_kinds(e, found)),
        },
        Expr::Ident(name) if name == "was" => found.extend(KINDS.iter().map(|k| k.plural)),
        Expr::Select(select) => past_kinds(&select.operand, found),
        Expr::List(list) => list.elements.iter().for_each(|e| past_kinds(e, found)),
        Expr::Comprehension(c) => [&c.iter_range, &c.accu_init, &c.loop_cond, &c.loop_step, &c.result]
            .into_iter()
            .for_each(|e| past_kinds(e, found)),
        Expr::Map(map) => map.entries.iter().for_each(|entry| match &entry.expr {
            EntryExpr::MapEntry(e) => [&e.key, &e.value].into_iter().for_each(|e| past_kinds(e, found)),
            EntryExpr::StructField(e) => past_kinds(&e.value, found),
        }),
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) => {}
    }
}

/// What an expression was judged by. The objects are held, so that none of them can be taken for another.
#[derive(Clone, Debug)]
pub(super) struct Inputs {
    kinds: Vec<Option<Arc<Objects>>>,
    now_ms: Option<i64>,
}

impl Inputs {
    /// What the expression depends on at a moment. What is fixed once a check is open is left out.
    pub fn of(names: &Names, moment: &Moment<'_>) -> Inputs {
        // Without an act, `was` is what is.
        let past = if moment.was.is_none() { names.past.as_slice() } else { &[] };
        let kinds = names.present.iter().chain(past);
        Inputs {
            kinds: kinds.map(|plural| moment.snapshot.of(plural).cloned()).collect(),
            now_ms: names.all.contains(&"now_ms").then_some(moment.now_ms),
        }
    }
}

/// Same objects, not equal ones: telling that costs nothing.
impl PartialEq for Inputs {
    fn eq(&self, other: &Inputs) -> bool {
        let same = |(a, b): (&Option<Arc<Objects>>, &Option<Arc<Objects>>)| match (a, b) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        };
        self.now_ms == other.now_ms
            && self.kinds.len() == other.kinds.len()
            && self.kinds.iter().zip(&other.kinds).all(same)
    }
}
