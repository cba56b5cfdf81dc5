//! Server functions: what pages ask the [`Backend`](crate::backend::Backend).
//!
//! Each works as a plain form too: `back` is the place on the page to land on when the browser runs no script.

use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};
use wire::{
    chart::ChartView,
    console::{Completion, ConsoleEntry},
    fidelity::FidelityView,
    history::ObjectHistory,
    learner::{HomeView, Lang},
    lesson::{LessonPage, Progress},
    run::RunView,
    stage::StageView,
    widget::WidgetPage,
    yaml::{Manifests, ObjectName, Preview, Schema},
};

#[cfg(feature = "ssr")]
use wire::{
    lesson::Block,
    widget::{Asked, Widget},
};

#[cfg(feature = "ssr")]
use crate::backend::{self, TimeControl};
#[cfg(feature = "ssr")]
use crate::stage::run_address;
use crate::{backend::EventRow, fault::Fault};

/// All that a lesson page shows at first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LessonLoad {
    /// The page.
    pub page: LessonPage,
    /// Which of its experiments stands on the stage.
    pub active: Option<usize>,
    /// The newest picture of that experiment's sandbox.
    pub stage: Option<StageView>,
    /// The picture at the moment the address asks for.
    pub past: Option<StageView>,
    /// The console so far.
    pub console: Vec<ConsoleEntry>,
    /// The learner's lines over all sessions, oldest first.
    pub history: Vec<String>,
    /// The runs of that sandbox, oldest first.
    pub runs: Vec<RunView>,
}

#[cfg(feature = "ssr")]
mod house {
    //! What server functions need of the request.

    use leptos::prelude::*;
    use wire::problem::Problem;

    use super::Fault;
    use crate::backend::SharedBackend;

    pub fn backend() -> Result<SharedBackend, Fault> {
        use_context().ok_or(Fault::Problem(Problem::NoLearner))
    }

    /// Is this a path of one of our pages? A form must not send its sender elsewhere.
    pub fn own_path(back: &str) -> bool {
        (back.starts_with("/ko") || back.starts_with("/en"))
            && back.is_ascii()
            && !back.contains("//")
            && !back.contains(|c: char| c.is_control() || c == '\\' || c == ' ')
    }

    /// `path?query#fragment` with `problem` in its query, in place of an earlier one.
    pub fn with_problem(back: &str, problem: &str) -> String {
        let (path, fragment) = back.split_once('#').map_or((back, ""), |(p, f)| (p, f));
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let others = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("problem="));
        let mut query = others.fold(String::new(), |all, pair| all + pair + "&");
        query.push_str("problem=");
        for b in problem.bytes() {
            if b.is_ascii_alphanumeric() {
                query.push(b as char);
            } else {
                query.push_str(&format!("%{b:02X}"));
            }
        }
        let hash = if fragment.is_empty() { "" } else { "#" };
        format!("{path}?{query}{hash}{fragment}")
    }

    fn wants_html() -> bool {
        use_context::<http::request::Parts>().is_some_and(|p| {
            p.headers
                .get(http::header::ACCEPT)
                .and_then(|v| v.to_str().ok())
                .is_some_and(|v| v.contains("text/html"))
        })
    }

    /// Was this asked by a page of ours? What a foreign link or a bookmark brings is shown and not kept. Browsers say it of what
    /// comes over TLS or from this machine; of the rest, the Referer does, which our pages send to nobody else.
    pub fn from_own_page() -> bool {
        use_context::<http::request::Parts>().is_some_and(|parts| is_own(&parts.headers))
    }

    fn is_own(headers: &http::HeaderMap) -> bool {
        let value = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
        match (value("sec-fetch-site"), value("referer"), value("host")) {
            (Some(site), ..) => site == "same-origin",
            (None, Some(referer), Some(host)) => {
                let from = referer.split_once("://").map_or("", |(_, rest)| rest);
                from.split('/').next() == Some(host)
            }
            _ => false,
        }
    }

    /// Sends a browser without script back to where the form stood; others get the answer itself.
    pub fn land<T>(back: &str, answer: Result<T, Problem>) -> Result<T, Fault> {
        let answer = answer.map_err(Fault::Problem);
        if wants_html() && own_path(back) {
            let to = match &answer {
                Ok(_) => back.to_owned(),
                Err(fault) => with_problem(back, &fault.to_query()),
            };
            leptos_axum::redirect(&to);
        }
        answer
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn only_our_own_paths() {
            for (path, ours) in [
                ("/ko/lessons/21#ex", true),
                ("/en?at=5#time", true),
                ("https://elsewhere", false),
                ("//elsewhere", false),
                ("/ko//elsewhere", false),
                ("/ko\\elsewhere", false),
                ("/ko\r\nX: y", false),
            ] {
                assert_eq!(own_path(path), ours, "{path}");
            }
        }

        #[test]
        fn only_what_our_own_pages_ask_is_the_learners_doing() {
            for (headers, own) in [
                (vec![("sec-fetch-site", "same-origin")], true),
                (
                    vec![("sec-fetch-site", "cross-site"), ("referer", "http://h:3/ko"), ("host", "h:3")],
                    false,
                ),
                (vec![("sec-fetch-site", "none")], false),
                (vec![("referer", "http://h:3/ko/lessons"), ("host", "h:3")], true),
                (vec![("referer", "https://h.evil/h:3"), ("host", "h:3")], false),
                (vec![("host", "h:3")], false),
                (vec![], false),
            ] {
                let mut all = http::HeaderMap::new();
                for (name, value) in &headers {
                    all.insert(*name, http::HeaderValue::from_static(value));
                }
                assert_eq!(is_own(&all), own, "{headers:?}");
            }
        }

        #[test]
        fn problems_go_into_the_query() {
            assert_eq!(with_problem("/ko#a", "{\"x\"}"), "/ko?problem=%7B%22x%22%7D#a");
            assert_eq!(with_problem("/ko?at=1", "x"), "/ko?at=1&problem=x");
            assert_eq!(with_problem("/ko?problem=old&at=1#a", "x"), "/ko?at=1&problem=x#a");
        }
    }
}
#[cfg(feature = "ssr")]
use house::{backend as house_of, from_own_page, land};
#[cfg(feature = "ssr")]
pub use house::{own_path, with_problem};

/// Sets the status of the page being rendered; nothing in the browser.
pub fn set_status(fault: &Fault) {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::from_u16(fault.status()).unwrap_or_default());
    }
    #[cfg(not(feature = "ssr"))]
    let _ = fault;
}

/// The home page.
#[server(prefix = "/api", endpoint = "home")]
pub async fn load_home(lang: Lang) -> Result<HomeView, Fault> {
    Ok(house_of()?.home(lang).await?)
}

/// What the cluster models, and where it departs from a real one.
#[server(prefix = "/api", endpoint = "fidelity")]
pub async fn load_fidelity() -> Result<FidelityView, Fault> {
    Ok(house_of()?.fidelity().await?)
}

/// A lesson, with experiment `ex` (or the learner's current one) on the stage, in its run `run` and at `at` if given. `asked` is
/// what the form of a widget in the prose sent.
#[server(prefix = "/api", endpoint = "lesson")]
pub async fn load_lesson(
    slug: String,
    lang: Lang,
    ex: Option<String>,
    run: Option<i64>,
    at: Option<i64>,
    asked: Option<String>,
) -> Result<LessonLoad, Fault> {
    let (backend, keep) = (house_of()?, from_own_page());
    let mut page = backend.lesson(slug, lang, ex, run).await?;
    let asked = asked.map(|asked| answered(&mut page, &Asked::read(&asked))).unwrap_or_default();
    for widget in asked.into_iter().filter(|_| keep) {
        backend.keep_widget(page.slug.clone(), widget.id, widget.asked).await?;
    }
    let on_stage = page.experiments.iter().enumerate().find_map(|(i, e)| Some((i, e.sandbox.clone()?)));
    let active = on_stage.as_ref().map(|(i, _)| *i);
    let Some((_, sandbox)) = on_stage else {
        return Ok(LessonLoad {
            page,
            active,
            stage: None,
            past: None,
            console: Vec::new(),
            history: Vec::new(),
            runs: Vec::new(),
        });
    };
    let stage = backend.stage(sandbox.clone(), None).await?;
    let past = match at.filter(|at| *at < stage.clock.live_ms) {
        Some(at) => Some(backend.stage(sandbox.clone(), Some(at)).await?),
        None => None,
    };
    let runs = backend.runs(sandbox.clone()).await?;
    let console = backend.console_log(sandbox).await?;
    let history = backend.console_history().await?;
    Ok(LessonLoad { page, active, stage: Some(stage), past, console, history, runs })
}

/// Puts what was asked into the widgets of the prose; gives those that were asked anything.
#[cfg(feature = "ssr")]
fn answered(page: &mut LessonPage, asked: &Asked) -> Vec<Widget> {
    let mut all = Vec::new();
    for block in &mut page.blocks {
        let Block::Widget { whole: Some(widget), .. } = block else { continue };
        let of_this = asked.only(|name| widget.takes(name));
        if !of_this.is_empty() {
            widget.asked = of_this;
            all.push(Widget::clone(widget));
        }
    }
    all
}

/// The picture at a past moment, virtual ms.
#[server(prefix = "/api", endpoint = "stage")]
pub async fn stage_at(sandbox: String, at_ms: i64) -> Result<StageView, Fault> {
    Ok(house_of()?.stage(sandbox, Some(at_ms)).await?)
}

/// Locks a prediction.
#[server(prefix = "/api", endpoint = "predict")]
pub async fn predict(
    sandbox: String,
    choice: Option<String>,
    lang: Lang,
    back: String,
) -> Result<Progress, Fault> {
    land(&back, house_of()?.predict(sandbox, choice.unwrap_or_default(), lang).await)
}

/// Answers the question for afterwards.
#[server(prefix = "/api", endpoint = "transfer")]
pub async fn transfer(
    sandbox: String,
    choice: Option<String>,
    lang: Lang,
    back: String,
) -> Result<Progress, Fault> {
    land(&back, house_of()?.transfer(sandbox, choice.unwrap_or_default(), lang).await)
}

/// Does an act of the experiment.
#[server(prefix = "/api", endpoint = "act")]
pub async fn act(sandbox: String, act: String, lang: Lang, back: String) -> Result<Progress, Fault> {
    land(&back, house_of()?.act(sandbox, act, lang).await)
}

/// Pulls a handle: `verb` is `unplug`, `plug`, `kill` or `traffic`; `target` a node, a pod's key or a Traffic.
#[server(prefix = "/api", endpoint = "handle")]
pub async fn handle(
    sandbox: String,
    verb: String,
    target: String,
    rate_rps: Option<f64>,
    back: String,
) -> Result<ConsoleEntry, Fault> {
    let handle = match (verb.as_str(), rate_rps) {
        ("unplug", _) => backend::Handle::Unplug { node: target },
        ("plug", _) => backend::Handle::Plug { node: target },
        ("kill", _) => backend::Handle::Kill { pod: target },
        ("traffic", Some(rate_rps)) => backend::Handle::Traffic { name: target, rate_rps },
        _ => return Err(Fault::BadRequest),
    };
    land(&back, house_of()?.handle(sandbox, handle).await)
}

/// Runs a console line; here-documents included.
#[server(prefix = "/api", endpoint = "console")]
pub async fn console(sandbox: String, line: String, back: String) -> Result<ConsoleEntry, Fault> {
    land(&back, house_of()?.console(sandbox, line).await)
}

/// What may follow at the end of a console line.
#[server(prefix = "/api", endpoint = "complete")]
pub async fn complete(sandbox: String, line: String) -> Result<Completion, Fault> {
    Ok(house_of()?.complete(sandbox, line).await?)
}

/// Gives back a text that the console asked the learner to edit; none, where they did not want to.
#[server(prefix = "/api", endpoint = "edited")]
pub async fn edited(sandbox: String, id: String, text: Option<String>) -> Result<(), Fault> {
    Ok(house_of()?.edited(sandbox, id, text).await?)
}

/// Applies an edited text, as the console would. `how`: nothing, `force` to take over what others own, `diff` to see what it
/// would change. A browser without script lands where the text stands, unless it was applied.
#[server(prefix = "/api", endpoint = "apply")]
pub async fn apply(
    sandbox: String,
    yaml: String,
    how: Option<String>,
    back: String,
) -> Result<ConsoleEntry, Fault> {
    use crate::stage::heredoc::{How, line_of};
    let line = line_of(How::named(how.as_deref()), &yaml.replace("\r\n", "\n"));
    let entry = house_of()?.apply(sandbox, line).await;
    let applied = entry.as_ref().is_ok_and(|entry| entry.exit_code == 0) && how.as_deref() != Some("diff");
    let back = if applied { back } else { back.replace("tab=console", "tab=yaml&draft=1") };
    land(&back, entry)
}

/// Steers time: `control` is `play`, `pause`, `step` or `speed`.
#[server(prefix = "/api", endpoint = "time")]
pub async fn time(
    sandbox: String,
    control: String,
    speed: Option<u16>,
    back: String,
) -> Result<StageView, Fault> {
    let control = match (control.as_str(), speed) {
        ("play", _) => TimeControl::Play,
        ("pause", _) => TimeControl::Pause,
        ("step", _) => TimeControl::Step,
        ("speed", Some(speed)) => TimeControl::Speed { speed },
        _ => return Err(Fault::BadRequest),
    };
    land(&back, house_of()?.time(sandbox, control).await)
}

/// Opens the next hint.
#[server(prefix = "/api", endpoint = "hint")]
pub async fn hint(sandbox: String, lang: Lang, back: String) -> Result<Progress, Fault> {
    land(&back, house_of()?.hint(sandbox, lang).await)
}

/// Starts the experiment again.
#[server(prefix = "/api", endpoint = "reset")]
pub async fn reset(sandbox: String, lang: Lang, back: String) -> Result<Progress, Fault> {
    land(&back, house_of()?.reset(sandbox, lang).await)
}

/// Goes on from a past moment in a branch, and lands there.
#[server(prefix = "/api", endpoint = "fork")]
pub async fn fork(sandbox: String, at_ms: i64, back: String) -> Result<i64, Fault> {
    let run = house_of()?.fork(sandbox, at_ms).await;
    let back = run.as_ref().map_or_else(|_| back.clone(), |run| run_address(&back, *run));
    land(&back, run)
}

/// Plays the solution in a branch, and lands there.
#[server(prefix = "/api", endpoint = "show")]
pub async fn show(sandbox: String, back: String) -> Result<i64, Fault> {
    let run = house_of()?.show(sandbox).await;
    let back = run.as_ref().map_or_else(|_| back.clone(), |run| run_address(&back, *run));
    land(&back, run)
}

/// Gives a run a name.
#[server(prefix = "/api", endpoint = "name-run")]
pub async fn name_run(sandbox: String, run: i64, name: String, back: String) -> Result<(), Fault> {
    land(&back, house_of()?.name_run(sandbox, run, name).await)
}

/// Rows of the Objects tab.
#[server(prefix = "/api", endpoint = "objects")]
pub async fn objects(sandbox: String) -> Result<Vec<ObjectName>, Fault> {
    Ok(house_of()?.objects(sandbox).await?)
}

/// What was written to an object, by whom.
#[server(prefix = "/api", endpoint = "history")]
pub async fn history(sandbox: String, id: String) -> Result<ObjectHistory, Fault> {
    Ok(house_of()?.history(sandbox, id).await?)
}

/// Rows of the Events tab.
#[server(prefix = "/api", endpoint = "events")]
pub async fn events(sandbox: String) -> Result<Vec<EventRow>, Fault> {
    Ok(house_of()?.events(sandbox).await?)
}

/// What the charts of the experiment draw.
#[server(prefix = "/api", endpoint = "charts")]
pub async fn charts(sandbox: String) -> Result<ChartView, Fault> {
    Ok(house_of()?.charts(sandbox).await?)
}

/// Keeps the theme in a cookie, for browsers without script.
#[server(prefix = "/api", endpoint = "theme")]
pub async fn set_theme(theme: String, back: String) -> Result<(), Fault> {
    let theme = crate::theme::Theme::named(&theme);
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>()
        && let Ok(cookie) = http::HeaderValue::from_str(&theme.cookie())
    {
        response.append_header(http::header::SET_COOKIE, cookie);
    }
    land(&back, Ok(()))
}

/// A widget of a lesson on its own page. `asked` is the query of that page: what its form sent, as far as there is anything.
#[server(prefix = "/api", endpoint = "widget")]
pub async fn load_widget(
    slug: String,
    id: String,
    lang: Lang,
    asked: Option<String>,
) -> Result<WidgetPage, Fault> {
    let asked = asked.map(|asked| Asked::read(&asked));
    Ok(house_of()?.widget(slug, id, lang, asked, from_own_page()).await?)
}

/// Keeps what the learner did in a widget, a query as its form would send it.
#[server(prefix = "/api", endpoint = "keep-widget")]
pub async fn keep_widget(slug: String, id: String, asked: String) -> Result<(), Fault> {
    Ok(house_of()?.keep_widget(slug, id, Asked::read(&asked)).await?)
}

/// Forgets what the learner did in a widget, and lands where it stands.
#[server(prefix = "/api", endpoint = "forget-widget")]
pub async fn forget_widget(slug: String, id: String, back: String) -> Result<(), Fault> {
    land(&back, house_of()?.keep_widget(slug, id, Asked::default()).await)
}

/// What the YAML tool can open.
#[server(prefix = "/api", endpoint = "manifests")]
pub async fn load_manifests(sandbox: String) -> Result<Manifests, Fault> {
    Ok(house_of()?.manifests(sandbox).await?)
}

/// One of them with its text: the first where none is named.
#[server(prefix = "/api", endpoint = "manifest")]
pub async fn load_manifest(sandbox: String, id: String) -> Result<(String, String), Fault> {
    let house = house_of()?;
    let id = match id.is_empty() {
        true => house.manifests(sandbox.clone()).await?.first().unwrap_or_default(),
        false => id,
    };
    let text = house.manifest(sandbox, id.clone()).await?;
    Ok((id, text))
}

/// What a document of a kind may say; the editor's script asks for it.
#[server(prefix = "/api", endpoint = "schema", input = GetUrl)]
pub async fn load_schema(sandbox: String, api_version: String, kind: String) -> Result<Schema, Fault> {
    Ok(house_of()?.schema(sandbox, api_version, kind).await?)
}

/// What applying a text would do.
#[server(prefix = "/api", endpoint = "preview")]
pub async fn load_preview(sandbox: String, yaml: String, force: bool) -> Result<Preview, Fault> {
    Ok(house_of()?.preview(sandbox, yaml, force).await?)
}
