//! The way in.

use leptos::prelude::*;
use wire::learner::Lang;

use super::form::Field;
use crate::text::pick;

/// What was typed before, and where to go afterwards.
#[derive(Clone, Debug, Default)]
pub struct SignInSheet {
    /// The name that was typed.
    pub typed: String,
    /// A path of ours.
    pub to: String,
    /// Has this browser work of its own, without an account?
    pub has_work: bool,
}

pub(super) fn view(l: Lang, sheet: SignInSheet) -> AnyView {
    let bring = sheet.has_work.then(|| {
        view! {
            <p class="field field--check">
                <input type="checkbox" id="f-bring" name="bring" value="yes" />
                <label for="f-bring">{pick(l,
                    "이 브라우저에서 이름 없이 한 것도 내 계정으로 가져가기",
                    "Bring what was done in this browser without a name into my account")}</label>
            </p>
        }
    });
    view! {
        <form class="office__card" method="post" action=format!("/{l}/sign-in")>
            <input type="hidden" name="to" value=sheet.to />
            <Field label=pick(l, "이름", "Name") name="name" value=sheet.typed complete="username" />
            <Field label=pick(l, "암호", "Password") name="password" kind="password" complete="current-password" />
            {bring}
            <p class="office__act">
                <button class="btn btn--primary">{pick(l, "들어가기", "Sign in")}</button>
                <a href=format!("/{l}/account")>{pick(l, "계정이 없어요", "I have no account")}</a>
            </p>
        </form>
        <p>{pick(l,
            "암호를 잊었다면 이 서버를 운영하는 사람에게 새 링크를 받아 주세요. 이메일로는 보내지 않아요.",
            "Forgot the password? Whoever runs this server can give you a new link; no e-mail is sent.")}</p>
    }
    .into_any()
}
