//! The advice: a marker with its band, the push of each answer, and what would change it.

use leptos::prelude::*;
use wire::widget::advisor::{Advisor, Question};

use super::{
    super::see::SeeLink,
    Desk,
    advice::{Advice, Change, DRAWS, Given, advise, changes},
};
use crate::{icon::Icon, text::widget as text};

/// The widest bar, as a part of its cell in hundredths: a half of it, with room for a figure.
const BAR_MAX: f64 = 44.0;

#[component]
pub fn Out(desk: Desk) -> impl IntoView {
    let advice = Memo::new(move |_| desk.advisor.with_value(|a| desk.given.with(|g| advise(a, g))));
    view! {
        <section class="adv__out" aria-labelledby="ao">
            <ScaleCard desk advice />
            <Why desk advice />
            <Foot desk advice />
        </section>
    }
}

/// Where a sum lies on the axis, hundredths of it.
fn spot(axis: f64, sum: f64) -> f64 {
    (50.0 + 50.0 * sum / axis).clamp(0.0, 100.0)
}

#[component]
fn ScaleCard(desk: Desk, advice: Memo<Advice>) -> impl IntoView {
    let l = desk.lang;
    let axis = desk.advisor.with_value(|a| a.axis);
    let ticks = (0..=8)
        .map(|i| {
            let at = axis * (f64::from(i) / 4.0 - 1.0);
            let figure = if at == 0.0 { "0".to_owned() } else { text::push_whole(at) };
            view! {
                <i class="scale__tick" class:is-0=at == 0.0 style=("--x", format!("{:.2}", spot(axis, at)))><span>{figure}</span></i>
            }
        })
        .collect::<Vec<_>>();
    let at = move |sum: f64| spot(axis, sum);
    let from = move || advice.with(|a| format!("{:.2}", at(a.band.0)));
    let to = move || advice.with(|a| format!("{:.2}", at(a.band.1)));
    let now = move || advice.with(|a| format!("{:.2}", at(a.sum)));
    // the label stays within the card
    let label_at =
        move || advice.with(|a| format!("{:.2}", at(f64::midpoint(a.band.0, a.band.1)).clamp(14.0, 86.0)));
    let verdict = Memo::new(move |_| advice.with(|a| text::advice(l, a.way(), a.sum)));
    view! {
        <div class="card adv__scale">
            <header>
                <h2 id="ao" aria-live="polite">{move || verdict.get().0}" "<span>{move || verdict.get().1}</span></h2>
                <b class="adv__sum">{move || text::push(advice.with(|a| a.sum))}</b>
            </header>
            <div class="scale" role="img" aria-label=move || advice.with(|a| text::scale_label(l, axis, a.sum, a.band))>
                <div class="scale__band" style=("--a", from) style=("--z", to)></div><div class="scale__axis"></div>{ticks}
                <div class="scale__now" style=("--x", now)></div>
                <span class="scale__bl" style=("--x", label_at)>{text::band(l)}" "<code>{move || advice.with(|a| text::span(a.band))}</code></span>
            </div>
            <div class="scale__ends">
                <span><b>{text::end_compose(l)}</b>{text::end_compose_more(l)}</span>
                <span><b>{text::end_even(l)}</b>{text::end_even_more(l)}</span>
                <span><b>{text::end_kubernetes(l)}</b>{text::end_kubernetes_more(l)}</span>
            </div>
        </div>
    }
}

/// The strongest push of any answer.
fn strongest(advisor: &Advisor) -> f64 {
    let all = advisor.questions.iter().flat_map(|q| &q.answers);
    all.map(|a| a.low.abs().max(a.high.abs())).fold(0.1, f64::max)
}

#[component]
fn Why(desk: Desk, advice: Memo<Advice>) -> impl IntoView {
    let l = desk.lang;
    let rows = move || {
        let pushes = advice.with(|a| a.pushes.clone());
        let mut order: Vec<usize> = (0..pushes.len()).collect();
        let weight = |i: &usize| pushes[*i].0.abs().max(pushes[*i].1.abs());
        order.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
        let given = desk.given.get();
        desk.advisor.with_value(|a| {
            let most = strongest(a);
            order
                .into_iter()
                .map(|i| row(desk, &a.questions[i], given[i], pushes[i], most))
                .collect::<Vec<_>>()
        })
    };
    view! {
        <section class="card adv__why" aria-label=text::why_label(l)>
            <table class="args">
                <thead><tr>
                    <th scope="col">{text::my_answer(l)}</th>
                    <th scope="col" class="pushhead"><span>"← Compose"</span><span>{text::kubernetes(l)}" →"</span></th>
                    <th scope="col">{text::why(l)}</th>
                    <th scope="col">{text::see_it(l)}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

fn row(desk: Desk, q: &Question, given: Given, push: (f64, f64), most: f64) -> impl IntoView + use<> {
    let l = desk.lang;
    let (low, high) = push;
    let answer = given.map_or_else(|| text::not_known(l).to_owned(), |i| q.answers[i].text.clone());
    let width = |p: f64| BAR_MAX * p.abs() / most;
    let (side, wide, figure) = if low < high {
        ("u", width(high - low), text::span(push))
    } else if low < 0.0 {
        ("c", width(low), text::push(low))
    } else {
        ("k", width(low), text::push(low))
    };
    let (from, wide) = (format!("{:.1}", low / most * BAR_MAX), format!("{wide:.1}"));
    let (why, see) = match side {
        "u" => (text::either_way(l).to_owned(), q.see_kubernetes.clone().or_else(|| q.see_compose.clone())),
        _ if low == 0.0 => (text::no_push(l).to_owned(), None),
        "c" => (q.compose.clone(), q.see_compose.clone()),
        _ => (q.kubernetes.clone(), q.see_kubernetes.clone()),
    };
    let see = see.map(|see| view! { <SeeLink lang=l slug=desk.slug.get_value() see /> });
    let said = text::push_label(l, push);
    view! {
        <tr data-side=side>
            <th scope="row">{q.label.clone()}<small>{answer}</small></th>
            <td class="pushcell"><span class="vh">{said}</span><span class="push__bar" style=("--a", from.clone()) style=("--w", wide.clone())></span><b aria-hidden="true" style=("--a", from) style=("--w", wide)>{figure}</b></td>
            <td class="arg">{why}</td>
            <td class="argx">{see}</td>
        </tr>
    }
}

#[component]
fn Foot(desk: Desk, advice: Memo<Advice>) -> impl IntoView {
    let l = desk.lang;
    let opinion = desk.advisor.with_value(|a| a.opinion.clone());
    let changed = move || {
        let given = desk.given.get();
        let now = advice.with(|a| a.sum);
        let line = |c: Change| {
            desk.advisor.with_value(|a| {
                let q = &a.questions[c.question];
                let from = given[c.question].map(|i| q.answers[i].text.clone()).unwrap_or_default();
                let what = text::change(l, &q.label, &from, &q.answers[c.answer].text);
                view! { <li><span>{what}</span><code>{text::push(now)}" → "<b>{text::push(c.sum)}</b></code></li> }
            })
        };
        let all = desk.advisor.with_value(|a| advice.with(|now| changes(a, &given, now)));
        all.into_iter().map(line).collect::<Vec<_>>()
    };
    view! {
        <div class="adv__foot">
            <section class="card">
                <h3><Icon id="i-info" />{text::how_sure(l)}</h3>
                <p>{opinion}" "{move || advice.with(|a| text::share(l, a.for_kubernetes, DRAWS))}" "{text::crossing(l)}</p>
            </section>
            <section class="card">
                <h3><Icon id="i-key" />{text::what_changes(l)}</h3>
                <ul class="flip">{changed}</ul>
            </section>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_beyond_the_axis_stay_at_its_end() {
        for (sum, at) in [(-6.0, 0.0), (0.0, 50.0), (3.0, 75.0), (6.0, 100.0), (9.0, 100.0), (-99.0, 0.0)] {
            assert_eq!(spot(6.0, sum), at, "{sum}");
        }
    }
}
