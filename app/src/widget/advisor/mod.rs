//! The advisor: answers at the left, what each pushes at the right. Its form is a GET: the answers stand in the address.

mod advice;
mod ask;
mod out;

use leptos::prelude::*;
use wire::{
    learner::Lang,
    widget::{WidgetPage, advisor::Advisor},
};

use self::{ask::Ask, out::Out};
use super::query;
use advice::Given;
pub use advice::Way;

/// The field that names the questions whose answer is not known.
const UNKNOWN: &str = "unknown";

/// What the parts of an advisor share.
#[derive(Clone, Copy)]
struct Desk {
    lang: Lang,
    advisor: StoredValue<Advisor>,
    given: RwSignal<Vec<Given>>,
    slug: StoredValue<String>,
    /// The widget's page.
    path: StoredValue<String>,
}

/// The answers that a query holds; the others stand as they do at first.
fn answered(advisor: &Advisor, of: impl Fn(&str) -> Option<String>, unknown: &[String]) -> Vec<Given> {
    let one = |q: &wire::widget::advisor::Question| {
        if unknown.contains(&q.id) {
            return None;
        }
        let sent = of(&q.id);
        let place = sent.and_then(|sent| match q.amounts {
            true => sent.parse().ok().filter(|i| *i < q.answers.len()),
            false => q.answers.iter().position(|a| a.id == sent),
        });
        Some(place.unwrap_or(q.start))
    };
    advisor.questions.iter().map(one).collect()
}

/// The query that holds the answers.
fn query_of(advisor: &Advisor, given: &[Given]) -> String {
    let pair = |(q, given): (&wire::widget::advisor::Question, &Given)| match given {
        Some(i) if q.amounts => format!("{}={i}", q.id),
        Some(i) => format!("{}={}", q.id, query::escaped(&q.answers[*i].id)),
        None => format!("{UNKNOWN}={}", q.id),
    };
    advisor.questions.iter().zip(given).map(pair).collect::<Vec<_>>().join("&")
}

#[component]
pub fn Adviser(page: WidgetPage, advisor: Advisor) -> impl IntoView {
    let sent = query::sent();
    let unknown = sent.get_all(UNKNOWN).unwrap_or_default();
    let given = answered(&advisor, |id| sent.get(id), &unknown);
    let desk = Desk {
        lang: page.lang,
        advisor: StoredValue::new(advisor),
        given: RwSignal::new(given),
        path: StoredValue::new(format!("/{}/lessons/{}/{}", page.lang, page.slug, page.widget.id)),
        slug: StoredValue::new(page.slug),
    };
    view! {
        <main class="adv" id="main">
            <Ask desk title=page.widget.title lede=page.widget.lede />
            <Out desk />
        </main>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::widget::advisor::{Answer, Question};

    fn advisor() -> Advisor {
        let question = |id: &str, amounts, answers: &[&str]| Question {
            id: id.into(),
            label: String::new(),
            amounts,
            answers: answers
                .iter()
                .map(|a| Answer { id: (*a).into(), text: String::new(), low: 0.0, high: 0.0 })
                .collect(),
            start: 1,
            compose: String::new(),
            kubernetes: String::new(),
            see_compose: None,
            see_kubernetes: None,
        };
        let questions =
            vec![question("services", true, &["1", "9", "30"]), question("managed", false, &["yes", "no"])];
        Advisor { axis: 6.0, shake: 0.5, questions, opinion: String::new() }
    }

    #[test]
    fn answers_go_into_the_address_and_come_back() {
        let a = advisor();
        for (pairs, unknown, expect, query) in [
            (vec![], vec![], vec![Some(1), Some(1)], "services=1&managed=no"),
            (
                vec![("services", "2"), ("managed", "yes")],
                vec![],
                vec![Some(2), Some(0)],
                "services=2&managed=yes",
            ),
            (
                vec![("services", "9"), ("managed", "maybe")],
                vec![],
                vec![Some(1), Some(1)],
                "services=1&managed=no",
            ),
            (vec![("services", "-1")], vec!["managed"], vec![Some(1), None], "services=1&unknown=managed"),
        ] {
            let of = |id: &str| pairs.iter().find(|(k, _)| *k == id).map(|(_, v)| (*v).to_owned());
            let unknown: Vec<String> = unknown.into_iter().map(str::to_owned).collect();
            let given = answered(&a, of, &unknown);
            assert_eq!(given, expect, "{pairs:?}");
            assert_eq!(query_of(&a, &given), query);
        }
    }
}
