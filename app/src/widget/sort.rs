//! Sentences to be sorted into commands and wishes: two buttons each, and the reason as soon as one is chosen. The form is a
//! GET back to the place in the prose.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};
use wire::widget::{
    Asked, Widget,
    sort::{Pile, Sentence, Sort},
};

use super::keep::{Keeper, Over, over_form};
use crate::{
    icon::{Glyph, Icon},
    notice::Notice,
    post::NoScript,
    text::widget as text,
    words::lang,
};

type Choice = Option<Pile>;

/// How many are sorted, and how many of them rightly.
fn score(sentences: &[Sentence], chosen: &[Choice]) -> (usize, usize) {
    let sorted = chosen.iter().flatten().count();
    let right = sentences.iter().zip(chosen).filter(|(s, c)| **c == Some(s.pile)).count();
    (sorted, right)
}

/// What is sorted, as the form would send it.
fn asked(widget: &str, sentences: &[Sentence], chosen: &[Choice]) -> Asked {
    let pairs = sentences.iter().zip(chosen);
    pairs.filter_map(|(s, pile)| Some((field(widget, &s.id), (*pile)?.word()))).collect()
}

/// The field of a sentence: two widgets of one page do not meet.
fn field(widget: &str, sentence: &str) -> String {
    format!("{widget}.{sentence}")
}

#[component]
pub fn Sorter(
    slug: String,
    widget: Widget,
    sort: Sort,
    /// Does it stand on a page of its own?
    #[prop(optional)]
    alone: bool,
) -> impl IntoView {
    let l = lang();
    let of = |s: &Sentence| {
        let said = widget.asked.get(&field(&widget.id, &s.id))?;
        Pile::ALL.into_iter().find(|pile| pile.word() == said)
    };
    let all = sort.sentences.len();
    let chosen = RwSignal::new(sort.sentences.iter().map(of).collect::<Vec<Choice>>());
    let sentences = StoredValue::new(sort.sentences.clone());
    let tally = Memo::new(move |_| sentences.with_value(|s| chosen.with(|c| score(s, c))));
    let id = format!("w-{}", widget.id);
    let heading = format!("{id}-h");
    let path = use_location().pathname.get_untracked();
    // the experiment that stands on the stage stays there
    let on_stage = use_query_map().with_untracked(|q| q.get("ex"));
    let back = format!("{path}{}#{id}", on_stage.as_ref().map(|ex| format!("?ex={ex}")).unwrap_or_default());
    let stays = on_stage.map(|ex| view! { <input type="hidden" name="ex" value=ex /> });
    let keeper = Keeper::new(slug.clone(), widget.id.clone());
    let fault = keeper.fault;
    let of_widget = widget.id.clone();
    keeper.watch(move || sentences.with_value(|s| chosen.with(|c| asked(&of_widget, s, c))));
    let rows = sort
        .sentences
        .into_iter()
        .enumerate()
        .map(|(place, sentence)| view! { <Row name=field(&widget.id, &sentence.id) place sentence chosen /> })
        .collect::<Vec<_>>();
    let closing = sort.closing_html;
    let title = if alone {
        view! { <h1 class="ex__title" id=heading.clone()>{widget.title.clone()}</h1> }.into_any()
    } else {
        view! { <h3 id=heading.clone()>{widget.title.clone()}</h3> }.into_any()
    };
    view! {
        <section class="ex sort" id=id.clone() aria-labelledby=heading>
            <header class="ex__head">
                {title}
                <span class="ex__score" role="status">{move || { let (sorted, right) = tally.get(); text::sorted(l, sorted, right, all) }}</span>
            </header>
            <Notice fault />
            <Over slug id=widget.id.clone() back />
            <form method="get" action=format!("{path}#{id}")>
                {stays}
                <p class="sort__lede">{widget.lede.clone()}</p>
                <ol class="sort__rows">{rows}</ol>
                <p class="sort__go">
                    <NoScript label=text::show_reasons(l) />
                    <button class="btn btn--s btn--quiet" form=over_form(&widget.id) hidden=move || tally.get().0 == 0>
                        <Icon id="i-reset" />{text::start_over(l)}</button>
                </p>
            </form>
            {move || (tally.get().0 == all).then(|| view! { <div class="sort__end closing" inner_html=closing.clone()></div> })}
        </section>
    }
}

#[component]
fn Row(name: String, place: usize, sentence: Sentence, chosen: RwSignal<Vec<Choice>>) -> impl IntoView {
    let l = lang();
    let mine = Memo::new(move |_| chosen.with(|c| c[place]));
    let pile = sentence.pile;
    let choices = Pile::ALL
        .into_iter()
        .map(|of| {
            let is_this = move || mine.get() == Some(of);
            view! {
                <label><input type="radio" name=name.clone() value=of.word() checked=is_this prop:checked=is_this
                    on:change=move |_| chosen.update(|all| all[place] = Some(of)) />{text::pile(l, of)}</label>
            }
        })
        .collect::<Vec<_>>();
    let state = move || match mine.get() {
        None => "todo",
        Some(of) if of == pile => "pass",
        Some(_) => "fail",
    };
    let reason = move || {
        let of = mine.get()?;
        let right = of == pile;
        let (glyph, why) =
            if right { ("g-ready", &sentence.right_html) } else { ("g-fail", &sentence.wrong_html) };
        Some(view! {
            <div class="sort__why">
                <Glyph id=glyph />
                <div><b>{text::sorted_as(l, right, pile)}</b><div inner_html=why.clone()></div></div>
            </div>
        })
    };
    let group = format!("{name}-t");
    let named = group.clone();
    view! {
        <li class="sort__row" data-state=state>
            <fieldset aria-labelledby=named>
                <p id=group><Icon id="i-narr" />{sentence.text.clone()}</p>
                <div class="seg">{choices}</div>
            </fieldset>
            <div aria-live="polite">{reason}</div>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_sorted_counts() {
        let sentence = |pile| Sentence {
            id: "a".into(),
            text: String::new(),
            pile,
            right_html: String::new(),
            wrong_html: String::new(),
        };
        let all = [sentence(Pile::Command), sentence(Pile::Wish), sentence(Pile::Wish)];
        for (chosen, expect) in [
            ([None, None, None], (0, 0)),
            ([Some(Pile::Command), Some(Pile::Command), None], (2, 1)),
            ([Some(Pile::Command), Some(Pile::Wish), Some(Pile::Wish)], (3, 3)),
        ] {
            assert_eq!(score(&all, &chosen), expect, "{chosen:?}");
        }
    }

    #[test]
    fn what_is_sorted_is_what_the_form_sends() {
        let sentence = |id: &str| Sentence {
            id: id.into(),
            text: String::new(),
            pile: Pile::Wish,
            right_html: String::new(),
            wrong_html: String::new(),
        };
        let all = [sentence("x"), sentence("y"), sentence("z")];
        let sent = asked("w", &all, &[Some(Pile::Wish), None, Some(Pile::Command)]);
        assert_eq!(sent.to_string(), "w.x=wish&w.z=command");
    }
}
