//! A password for who holds a key that works once.

use leptos::prelude::*;
use wire::learner::Lang;

use super::form::Field;
use crate::text::pick;

/// What the key opens.
#[derive(Clone, Debug, Default)]
pub struct KeySheet {
    /// The key itself.
    pub key: String,
    /// Whose account; none: the first admin's, which is still to be named.
    pub account: Option<String>,
    /// The name that was typed.
    pub typed: String,
}

pub(super) fn view(l: Lang, sheet: KeySheet) -> AnyView {
    let name = match sheet.account {
        Some(name) => view! {
            <p class="office__who"><b>{name.clone()}</b></p>
            <input type="hidden" name="name" value=name autocomplete="username" />
        }
        .into_any(),
        None => view! {
            <p>{pick(l, "이 서버의 첫 관리자가 돼요.", "You become this server's first admin.")}</p>
            <Field label=pick(l, "이름", "Name") name="name" value=sheet.typed complete="username" />
        }
        .into_any(),
    };
    view! {
        <form class="office__card" method="post" action=format!("/{l}/key")>
            <input type="hidden" name="key" value=sheet.key />
            {name}
            <Field label=pick(l, "암호", "Password") name="password" kind="password" complete="new-password"
                help=pick(l, "10자 이상. 낱말 여럿을 이은 문장이면 좋아요.", "10 characters or more; a sentence of several words is best.") />
            <p class="office__act"><button class="btn btn--primary">{pick(l, "정하기", "Choose it")}</button></p>
        </form>
    }
    .into_any()
}
