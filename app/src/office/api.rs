//! The page on which `/api/v1` can be read.

use leptos::prelude::*;
use wire::learner::Lang;

use crate::text::pick;

/// What the API offers, as its OpenAPI document says.
#[derive(Clone, Debug, Default)]
pub struct ApiSheet {
    /// Operations, in the document's order.
    pub operations: Vec<Operation>,
    /// Forms: name, what it is, and its fields: name, type, what it is.
    pub forms: Vec<(String, String, Vec<[String; 3]>)>,
}

/// One operation.
#[derive(Clone, Debug, Default)]
pub struct Operation {
    /// `GET`, `POST`.
    pub method: String,
    /// Path behind `/api/v1`.
    pub path: String,
    /// What it does.
    pub summary: String,
    /// Parameters: name, where it stands, what it is.
    pub parameters: Vec<[String; 3]>,
    /// Form of the body that it takes.
    pub takes: Option<String>,
    /// What it answers: status and form.
    pub answers: Vec<(String, String)>,
}

fn rows(rows: &[[String; 3]]) -> Vec<AnyView> {
    let row = |[name, kind, what]: &[String; 3]| {
        view! { <tr><th scope="row"><code>{name.clone()}</code></th><td>{kind.clone()}</td><td>{what.clone()}</td></tr> }.into_any()
    };
    rows.iter().map(row).collect()
}

pub(super) fn view(l: Lang, sheet: ApiSheet) -> AnyView {
    let operations = sheet
        .operations
        .iter()
        .map(|o| {
            let answers = o.answers.iter().map(|(status, form)| format!("{status} {form}")).collect::<Vec<_>>().join(", ");
            let takes = o.takes.clone().map(|form| view! { <p>{pick(l, "받는 것: ", "Takes: ")}<code>{form}</code></p> });
            view! {
                <section class="office__card">
                    <h2><code>{format!("{} /api/v1{}", o.method, o.path)}</code></h2>
                    <p lang="en">{o.summary.clone()}</p>
                    <div class="office__scroll"><table class="office__table" lang="en"><tbody>{rows(&o.parameters)}</tbody></table></div>
                    {takes}
                    <p>{pick(l, "답: ", "Answers: ")}<code>{answers}</code></p>
                </section>
            }
        })
        .collect::<Vec<_>>();
    let forms = sheet
        .forms
        .iter()
        .map(|(name, what, fields)| {
            view! {
                <section class="office__card" lang="en">
                    <h2><code>{name.clone()}</code></h2>
                    <p>{what.clone()}</p>
                    <div class="office__scroll"><table class="office__table"><tbody>{rows(fields)}</tbody></table></div>
                </section>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <p>{pick(l,
            "다른 프로그램에서 반과 시도, 판정을 읽고 쓸 수 있어요. 계정 페이지에서 만든 토큰을 Authorization: Bearer 로 보내세요. 목록은 cursor로 넘기고, 오류는 application/problem+json 이에요.",
            "Other programs read classes and attempts here, and write judgements. Send a token from the account's page as Authorization: Bearer. Lists go on by cursor; errors are application/problem+json.")}</p>
        <p><a href="/api/v1/openapi.json">"OpenAPI 3.1"</a></p>
        {operations}
        {forms}
    }
    .into_any()
}
