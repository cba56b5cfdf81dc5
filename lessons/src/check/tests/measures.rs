//! The numbers of a run, fed with moments by hand.

use std::sync::Arc;

use wire::lesson::Unit;

use super::*;
use crate::experiment::{Measure, MeasureForm};

const REPLICAS: &str = r#"deployment["web"].status.readyReplicas"#;

fn measure(id: &str, form: fn(Expression) -> MeasureForm, text: &str, until: Option<&str>) -> Measure {
    let compile = |text: &str| Expression::compile(text).unwrap();
    let (form, until) = (form(compile(text)), until.map(compile));
    Measure { id: id.into(), after: "go".into(), form, unit: Unit::Times, until }
}

fn with(measures: Vec<Measure>) -> Checker {
    let plain = checker(vec![spec("node", Form::Eventually, UNKNOWN)]);
    Checker::new(Arc::new(Experiment { measures, ..plain.experiment().as_ref().clone() }), 0)
}

fn numbers(checker: &Checker) -> Vec<(String, f64, bool)> {
    checker.measures().into_iter().map(|m| (m.id, m.value, m.ended)).collect()
}

#[test]
fn numbers_count_from_their_act() {
    let lost = r#"was.deployment["web"].status.readyReplicas - deployment["web"].status.readyReplicas"#;
    let mut checker = with(vec![
        measure("span", MeasureForm::When, READY, None),
        measure("lost", MeasureForm::Value, lost, None),
        measure("cost", MeasureForm::Sum, REPLICAS, None),
    ]);
    let at = |ready| cluster("True", ready, 6, vec![]);
    checker.observe(1_000, &at(6));
    assert_eq!(numbers(&checker), []);
    checker.act("go", 10_000, &at(6));
    checker.observe(10_000, &at(4));
    checker.observe(40_000, &at(5));
    let expect = [("lost".to_owned(), 1.0, false), ("cost".to_owned(), 2.0, false)];
    assert_eq!(numbers(&checker), expect, "four pods for half a minute");
    checker.observe(70_000, &at(6));
    checker.observe(130_000, &at(2));
    let expect =
        [("span".to_owned(), 60.0, true), ("lost".to_owned(), 4.0, false), ("cost".to_owned(), 10.5, false)];
    assert_eq!(numbers(&checker), expect, "a span ends once");
    // the run passes: numbers stand still
    checker.observe(190_000, &cluster("Unknown", 2, 6, vec![]));
    checker.observe(990_000, &cluster("Unknown", 0, 6, vec![]));
    let ended = numbers(&checker);
    assert_eq!((ended[1].1, ended[2].1), (4.0, 12.5));
    assert!(ended.iter().all(|(.., ended)| *ended));
}

#[test]
fn an_end_of_its_own_comes_before_the_runs() {
    let mut checker = with(vec![measure("cost", MeasureForm::Sum, REPLICAS, Some(READY))]);
    let at = |ready| cluster("True", ready, 6, vec![]);
    checker.act("go", 0, &at(2));
    checker.observe(0, &at(2));
    checker.observe(60_000, &at(6));
    checker.observe(120_000, &at(6));
    assert_eq!(numbers(&checker), [("cost".to_owned(), 2.0, true)]);
}

#[test]
fn a_number_that_was_kept_goes_on() {
    let mut checker = with(vec![measure("cost", MeasureForm::Sum, REPLICAS, None)]);
    checker.remember("cost", 7.0, 60_000);
    let at = |ready| cluster("True", ready, 6, vec![]);
    checker.act("go", 0, &at(2));
    // what is in the number already is told again
    checker.observe(0, &at(2));
    checker.observe(30_000, &at(4));
    checker.observe(90_000, &at(4));
    assert_eq!(numbers(&checker), [("cost".to_owned(), 9.0, false)]);
}
