//! How a class fared in each experiment of a lesson: counts, as bars.

use leptos::prelude::*;
use serde::Serialize;
use wire::learner::Lang;

use crate::text::{duration, pick};

/// A class in a lesson.
#[derive(Clone, Debug, Default, Serialize)]
pub struct InsightSheet {
    /// The class's id.
    pub class: String,
    /// Its name.
    pub class_name: String,
    /// The lesson's directory name.
    pub lesson: String,
    /// Its number in the course.
    pub number: u32,
    /// Its experiments, in order.
    pub experiments: Vec<ExperimentInsight>,
}

/// An experiment.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ExperimentInsight {
    /// Its id.
    pub id: String,
    /// Its label.
    pub label: String,
    /// Its title.
    pub title: String,
    /// Learners who began it.
    pub tried: usize,
    /// Learners who passed it by themselves.
    pub passed: usize,
    /// Runs of a learner, the middle one.
    pub tries_median: Option<i64>,
    /// Virtual ms until the first pass, the middle one.
    pub time_ms_median: Option<i64>,
    /// What was predicted.
    pub predictions: Vec<Tally>,
    /// The first check that those have not passed who have not passed all.
    pub stops: Vec<Tally>,
    /// Learners who opened each hint.
    pub hints: Vec<Tally>,
    /// Lines that failed most often.
    pub failed_lines: Vec<Tally>,
}

/// How often.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// What.
    pub name: String,
    /// How often.
    pub count: u64,
}

pub(super) fn title(l: Lang, sheet: &InsightSheet) -> String {
    match l {
        Lang::Ko => format!("{}과 들여다보기", sheet.number),
        Lang::En => format!("Lesson {}: insight", sheet.number),
    }
}

/// Bars on one scale; the numbers stand beside them.
fn bars(heading: &'static str, tallies: &[Tally], of: u64) -> Option<AnyView> {
    let most = tallies.iter().map(|t| t.count).max().unwrap_or(0).max(of).max(1);
    let any = tallies.iter().any(|t| t.count > 0);
    let rows = tallies
        .iter()
        .map(|t| {
            let width = format!("{:.1}", t.count as f64 * 100.0 / most as f64);
            view! {
                <tr>
                    <th scope="row">{t.name.clone()}</th>
                    <td class="bar"><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width=width height="8" /></svg></td>
                    <td class="num">{t.count}</td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    any.then(|| view! { <table class="office__table office__bars"><caption>{heading}</caption><tbody>{rows}</tbody></table> }.into_any())
}

pub(super) fn view(l: Lang, sheet: InsightSheet) -> AnyView {
    let json = format!("/{l}/classes/{}/lessons/{}/insight.json", sheet.class, sheet.lesson);
    let experiments = sheet
        .experiments
        .iter()
        .map(|e| {
            let tried = e.tried as u64;
            let facts = match l {
                Lang::Ko => format!("{}명이 시작해서 {}명이 통과했어요.", e.tried, e.passed),
                Lang::En => format!("{} began it, {} passed.", e.tried, e.passed),
            };
            let tries = e.tries_median.map(|n| match l {
                Lang::Ko => format!(" 한 사람에 {n}번 (가운뎃값)."),
                Lang::En => format!(" Tries of a learner: {n} (median)."),
            });
            let time = e.time_ms_median.map(|ms| match l {
                Lang::Ko => format!(" 처음 통과까지 클러스터 시간 {} (가운뎃값).", duration(l, ms)),
                Lang::En => format!(" Cluster time until the first pass: {} (median).", duration(l, ms)),
            });
            view! {
                <section class="office__card">
                    <h2>{e.label.clone()}" "{e.title.clone()}</h2>
                    <p>{facts}{tries}{time}</p>
                    {bars(pick(l, "예측", "Predictions"), &e.predictions, 0)}
                    {bars(pick(l, "통과하지 못한 사람이 멈춘 확인", "Where those stand who have not passed"), &e.stops, tried)}
                    {bars(pick(l, "펼친 힌트", "Hints that were opened"), &e.hints, tried)}
                    {bars(pick(l, "가장 자주 틀린 명령", "Lines that failed most often"), &e.failed_lines, 0)}
                </section>
            }
        })
        .collect::<Vec<_>>();
    view! { <p><a class="btn" href=json>"JSON"</a></p>{experiments} }.into_any()
}
