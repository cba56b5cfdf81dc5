//! Who may do what: for admins.

use leptos::prelude::*;
use wire::{learner::Lang, people::Role};

use super::form::{date, role};
use crate::text::pick;

/// All accounts.
#[derive(Clone, Debug, Default)]
pub struct PeopleSheet {
    /// They, by name.
    pub people: Vec<PersonLine>,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct PersonLine {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Unix time of the last visit, ms.
    pub seen_ms: i64,
}

pub(super) fn view(l: Lang, sheet: PeopleSheet) -> AnyView {
    let rows = sheet
        .people
        .into_iter()
        .map(|p| {
            let options = Role::ALL
                .map(|one| view! { <option value=one.name() selected=one == p.role>{role(l, one)}</option> })
                .into_iter()
                .collect::<Vec<_>>();
            let label = format!("{}: {}", p.name, pick(l, "역할", "role"));
            view! {
                <tr>
                    <th scope="row">{p.name}</th>
                    <td>{date(p.seen_ms)}</td>
                    <td><form class="office__one" method="post" action=format!("/{l}/people/role")>
                        <input type="hidden" name="learner" value=p.id />
                        <select name="role" aria-label=label>{options}</select>
                        <button class="btn btn--s">{pick(l, "바꾸기", "Change")}</button>
                    </form></td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <p>{pick(l,
            "계정을 새로 만들거나 암호를 다시 정하게 하려면 서버에서 pilothouse user를 쓰세요.",
            "To make accounts, or to have a password chosen anew, use pilothouse user on the server.")}</p>
        <div class="office__scroll"><table class="office__table">
            <thead><tr><th>{pick(l, "이름", "Name")}</th><th>{pick(l, "마지막", "Last seen")}</th><th>{pick(l, "역할", "Role")}</th></tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}
