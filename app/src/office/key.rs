//! A password for who holds a key that works once.

use leptos::prelude::*;
use wire::learner::Lang;

use super::form::Field;
use crate::text::pick;

/// What was typed before.
#[derive(Clone, Debug, Default)]
pub struct KeySheet {
    /// The key.
    pub key: String,
    /// The name.
    pub typed: String,
}

pub(super) fn view(l: Lang, sheet: KeySheet) -> AnyView {
    view! {
        <form class="office__card" method="post" action=format!("/{l}/key")>
            <Field label=pick(l, "열쇠", "Key") name="key" value=sheet.key complete="off"
                help=pick(l, "받은 링크에서 # 뒤에 있는 글자예요. 한 번만 쓸 수 있어요.", "What stands behind the # of the link that you were given. It works once.") />
            <Field label=pick(l, "이름", "Name") name="name" value=sheet.typed complete="username"
                help=pick(l, "내 계정 이름이에요. 첫 관리자라면 새 이름을 지어 주세요.", "Your account's name; if you become the first admin, one of your choice.") />
            <Field label=pick(l, "암호", "Password") name="password" kind="password" complete="new-password"
                help=pick(l, "10자 이상. 낱말 여럿을 이은 문장이면 좋아요.", "10 characters or more; a sentence of several words is best.") />
            <p class="office__act"><button class="btn btn--primary">{pick(l, "정하기", "Choose it")}</button></p>
        </form>
    }
    .into_any()
}
