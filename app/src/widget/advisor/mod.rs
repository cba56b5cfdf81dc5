//! The advisor: answers at the left, what each pushes at the right. Its form is a GET, so that answers have an address.

mod advice;
mod ask;
mod out;

use leptos::prelude::*;
use wire::{
    learner::Lang,
    widget::{
        Asked, WidgetPage,
        advisor::{Advisor, Question, UNKNOWN},
    },
};

use self::{ask::Ask, out::Out};
use super::keep::{Keeper, Over};
use crate::notice::Notice;
use advice::Given;
pub use advice::Way;

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

impl Desk {
    fn asked(self) -> Asked {
        self.advisor.with_value(|advisor| self.given.with(|given| asked(advisor, given)))
    }
}

/// The answers that were sent; the others stand as they do at first.
fn answered(advisor: &Advisor, asked: &Asked) -> Vec<Given> {
    let one = |q: &Question| {
        if asked.all(UNKNOWN).any(|id| id == q.id) {
            return None;
        }
        let place = asked.get(&q.id).and_then(|sent| match q.amounts {
            true => sent.parse().ok().filter(|i| *i < q.answers.len()),
            false => q.answers.iter().position(|a| a.id == sent),
        });
        Some(place.unwrap_or(q.start))
    };
    advisor.questions.iter().map(one).collect()
}

/// The answers as the form would send them.
fn asked(advisor: &Advisor, given: &[Given]) -> Asked {
    let pair = |(q, given): (&Question, &Given)| match given {
        Some(i) if q.amounts => (q.id.clone(), i.to_string()),
        Some(i) => (q.id.clone(), q.answers[*i].id.clone()),
        None => (UNKNOWN.to_owned(), q.id.clone()),
    };
    advisor.questions.iter().zip(given).map(pair).collect()
}

#[component]
pub fn Adviser(page: WidgetPage, advisor: Advisor) -> impl IntoView {
    let given = answered(&advisor, &page.widget.asked);
    let desk = Desk {
        lang: page.lang,
        advisor: StoredValue::new(advisor),
        given: RwSignal::new(given),
        path: StoredValue::new(format!("/{}/lessons/{}/{}", page.lang, page.slug, page.widget.id)),
        slug: StoredValue::new(page.slug.clone()),
    };
    let id = page.widget.id;
    let keeper = Keeper::new(page.slug.clone(), id.clone());
    let fault = keeper.fault;
    keeper.watch(move || desk.asked());
    view! {
        <Notice fault />
        <Over slug=page.slug id=id.clone() back=desk.path.get_value() />
        <main class="adv" id="main">
            <Ask desk id title=page.widget.title lede=page.widget.lede />
            <Out desk />
        </main>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::widget::advisor::Answer;

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
        for (sent, expect, query) in [
            ("", vec![Some(1), Some(1)], "services=1&managed=no"),
            ("services=2&managed=yes", vec![Some(2), Some(0)], "services=2&managed=yes"),
            ("services=9&managed=maybe", vec![Some(1), Some(1)], "services=1&managed=no"),
            ("services=-1&managed=no&unknown=managed", vec![Some(1), None], "services=1&unknown=managed"),
        ] {
            let given = answered(&a, &Asked::read(sent));
            assert_eq!(given, expect, "{sent}");
            assert_eq!(asked(&a, &given).to_string(), query);
        }
    }
}
