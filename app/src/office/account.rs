//! The own account: keep the work, sessions, password, download, delete.

use leptos::prelude::*;

use super::{
    Desk,
    form::{Field, button, moment, role},
};
use crate::text::pick;

/// What is known of the own account.
#[derive(Clone, Debug, Default)]
pub struct AccountSheet {
    /// The name that was typed, where it was not taken.
    pub typed: String,
    /// A new token, to be shown once.
    pub token: String,
    /// Tokens of the API.
    pub tokens: Vec<TokenLine>,
    /// Sessions, the last used first.
    pub sessions: Vec<SessionLine>,
}

/// A token of the API.
#[derive(Clone, Debug)]
pub struct TokenLine {
    /// Its id.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub scopes: String,
    /// Unix time at which it ends, ms.
    pub expires_ms: i64,
}

/// A browser that somebody is known in.
#[derive(Clone, Debug)]
pub struct SessionLine {
    /// Its id.
    pub id: String,
    /// What the browser called itself.
    pub agent: String,
    /// Unix time of the last visit, ms.
    pub seen_ms: i64,
    /// This one?
    pub current: bool,
}

pub(super) fn view(desk: &Desk, sheet: AccountSheet) -> AnyView {
    if desk.name.is_empty() { keep(desk, sheet) } else { account(desk, sheet) }
}

fn keep(desk: &Desk, sheet: AccountSheet) -> AnyView {
    let l = desk.lang;
    view! {
        <p>{pick(l,
            "지금까지 한 것은 이 브라우저에만 이어져 있어요. 이름과 암호를 정하면 다른 기기에서도 그대로 이어 갈 수 있어요.",
            "What you have done so far is tied to this browser. With a name and a password you can go on from any device.")}</p>
        <form class="office__card" method="post" action=format!("/{l}/account/keep")>
            <h2>{pick(l, "내 작업 남기기", "Keep my work")}</h2>
            <Field label=pick(l, "이름", "Name") name="name" value=sheet.typed complete="username"
                help=pick(l, "강사와 채점자에게 보여요.", "Your instructors and graders see it.") />
            <Field label=pick(l, "암호", "Password") name="password" kind="password" complete="new-password"
                help=pick(l, "10자 이상. 낱말 여럿을 이은 문장이면 좋아요.", "10 characters or more; a sentence of several words is best.") />
            <p class="office__act">
                <button class="btn btn--primary">{pick(l, "남기기", "Keep it")}</button>
                <a href=format!("/{l}/sign-in")>{pick(l, "계정이 이미 있어요", "I have an account")}</a>
            </p>
        </form>
        <p><a href=format!("/{l}/classes")>{pick(l, "반 코드가 있어요", "I have a class code")}</a></p>
        {yours(l, "")}
    }
    .into_any()
}

fn account(desk: &Desk, sheet: AccountSheet) -> AnyView {
    let l = desk.lang;
    let people = (desk.role == wire::people::Role::Admin)
        .then(|| view! { <a href=format!("/{l}/people")>{pick(l, "사람들과 역할", "People and roles")}</a> });
    let programs = programs(l, &sheet);
    let sessions = sheet
        .sessions
        .into_iter()
        .map(|s| {
            let end = match s.current {
                true => view! { <b>{pick(l, "지금 이 브라우저", "this browser")}</b> }.into_any(),
                false => {
                    let (id, label) = (format!("f-{}", s.id), pick(l, "이곳만 끝내기", "End this one"));
                    view! { <span class="office__one"><input type="radio" name="session" id=id.clone() value=s.id /><label for=id>{label}</label></span> }
                        .into_any()
                }
            };
            let agent = if s.agent.is_empty() {
                pick(l, "알 수 없는 브라우저", "unknown browser").to_owned()
            } else {
                s.agent
            };
            view! { <tr><td>{agent}</td><td>{moment(s.seen_ms)}</td><td>{end}</td></tr> }
        })
        .collect::<Vec<_>>();
    view! {
        <p class="office__who"><b>{desk.name.clone()}</b>" · "{role(l, desk.role)}</p>
        <div class="office__links">
            <a href=format!("/{l}/classes")>{pick(l, "내 반", "My classes")}</a>
            {people}
        </div>
        <form class="office__card" method="post" action=format!("/{l}/account/sessions")>
            <h2>{pick(l, "들어와 있는 곳", "Where you are signed in")}</h2>
            <div class="office__scroll"><table class="office__table">
                <thead><tr><th>{pick(l, "브라우저", "Browser")}</th><th>{pick(l, "마지막", "Last seen")}</th><th>{pick(l, "끝내기", "End")}</th></tr></thead>
                <tbody>{sessions}</tbody>
            </table></div>
            <p class="office__one"><input type="radio" name="session" id="f-others" value="others" checked />
                <label for="f-others">{pick(l, "다른 곳 모두 끝내기", "End all others")}</label></p>
            <Field label=pick(l, "암호로 확인", "Confirm with your password") name="present" kind="password" complete="current-password" />
            <p class="office__act"><button class="btn">{pick(l, "끝내기", "End")}</button></p>
        </form>
        <form class="office__card" method="post" action=format!("/{l}/account/password")>
            <h2>{pick(l, "암호 바꾸기", "Change the password")}</h2>
            <Field label=pick(l, "지금 암호", "Present password") name="present" id="f-present-2" kind="password" complete="current-password" />
            <Field label=pick(l, "새 암호", "New password") name="password" kind="password" complete="new-password"
                help=pick(l, "바꾸면 다른 곳에서는 모두 나가게 돼요.", "All other browsers are signed out.") />
            <p class="office__act"><button class="btn">{pick(l, "바꾸기", "Change it")}</button></p>
        </form>
        {programs}
        {yours(l, &desk.name)}
    }
    .into_any()
}

fn programs(l: wire::learner::Lang, sheet: &AccountSheet) -> AnyView {
    let new = (!sheet.token.is_empty()).then(|| {
        view! {
            <p role="status">{pick(l, "새 토큰이에요. 지금 옮겨 적어 주세요. 다시는 보여 줄 수 없어요.", "Your new token. Copy it now: it cannot be shown again.")}</p>
            <p><code class="office__token">{sheet.token.clone()}</code></p>
        }
    });
    let rows = sheet
        .tokens
        .iter()
        .map(|t| {
            let end = button(format!("/{l}/account/tokens/end"), pick(l, "끝내기", "End it"), "btn btn--s", &[("token", &t.id)]);
            view! { <tr><th scope="row">{t.name.clone()}</th><td>{t.scopes.clone()}</td><td>{moment(t.expires_ms)}</td><td>{end}</td></tr> }
        })
        .collect::<Vec<_>>();
    view! {
        <section class="office__card">
            <h2>{pick(l, "다른 프로그램", "Other programs")}</h2>
            <p><a href=format!("/{l}/api")>{pick(l, "API 읽어 보기", "Read about the API")}</a></p>
            {new}
            <div class="office__scroll"><table class="office__table"><tbody>{rows}</tbody></table></div>
            <form class="office__line" method="post" action=format!("/{l}/account/tokens")>
                <Field label=pick(l, "토큰 이름", "Name of the token") name="name" complete="off" />
                <p class="field field--check"><input type="checkbox" id="f-judge" name="judge" value="yes" />
                    <label for="f-judge">{pick(l, "판정도 할 수 있게", "It may judge, too")}</label></p>
                <button class="btn">{pick(l, "토큰 만들기", "Make a token")}</button>
            </form>
        </section>
    }
    .into_any()
}

fn yours(l: wire::learner::Lang, name: &str) -> AnyView {
    let help = match name.is_empty() {
        true => pick(l, "확인하려면 delete 라고 적어 주세요.", "Type delete to confirm.").to_owned(),
        false => match l {
            wire::learner::Lang::Ko => format!("확인하려면 계정 이름({name})을 적어 주세요."),
            wire::learner::Lang::En => format!("Type the account's name ({name}) to confirm."),
        },
    };
    view! {
        <section class="office__card">
            <h2>{pick(l, "내 자료", "My data")}</h2>
            <p>{pick(l, "여기에 남아 있는 내 것을 모두 JSON 파일 하나로 받아요.", "All that is kept of you here, as one JSON file.")}</p>
            <p class="office__act"><a class="btn" href=format!("/{l}/account/download") download="pilothouse.json">{pick(l, "모두 받기", "Download all")}</a></p>
        </section>
        <form class="office__card office__card--danger" method="post" action=format!("/{l}/account/delete")>
            <h2>{pick(l, "모두 지우기", "Delete all of it")}</h2>
            <p>{pick(l, "클러스터와 기록, 계정이 모두 사라지고 되돌릴 수 없어요.", "Clusters, records and account are gone for good.")}</p>
            <Field label=pick(l, "확인", "Confirm") name="confirm" help=help complete="off" />
            <p class="office__act"><button class="btn">{pick(l, "지우기", "Delete")}</button></p>
        </form>
    }
    .into_any()
}
