//! Keys: shortcuts while focus is in the stage, a roving tab stop in the picture, and the list of both.

use leptos::{ev::KeyboardEvent, prelude::*, wasm_bindgen::JsCast};
use web_sys::{Element, HtmlElement};

use super::{compose::containers_on, node::pods_on, state::Stage, timeline::step};
use crate::{icon::Icon, text};

/// Where the choice to do without single keys is kept.
const STORED: &str = "single-keys";

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    PlayPause,
    Step { forward: bool },
    Speed(u16),
    Live,
    Kill,
    Plug,
    Repeat,
    Console,
    List,
    Move { dx: i32, dy: i32 },
}

/// The wish of a key; `on_stop`: focus is on a node or pod of the picture.
pub fn wish(key: &str, on_stop: bool) -> Option<Wish> {
    Some(match key {
        " " => Wish::PlayPause,
        "," => Wish::Step { forward: false },
        "." => Wish::Step { forward: true },
        "1" => Wish::Speed(1),
        "2" => Wish::Speed(5),
        "3" => Wish::Speed(20),
        "4" => Wish::Speed(60),
        "l" | "L" => Wish::Live,
        "k" | "K" if on_stop => Wish::Kill,
        "u" | "U" if on_stop => Wish::Plug,
        "p" | "P" => Wish::Repeat,
        "`" => Wish::Console,
        "?" => Wish::List,
        "ArrowLeft" if on_stop => Wish::Move { dx: -1, dy: 0 },
        "ArrowRight" if on_stop => Wish::Move { dx: 1, dy: 0 },
        "ArrowUp" if on_stop => Wish::Move { dx: 0, dy: -1 },
        "ArrowDown" if on_stop => Wish::Move { dx: 0, dy: 1 },
        _ => return None,
    })
}

/// The stop an arrow leads to. `columns`: the stops of each node, the node itself first.
pub fn neighbour_stop(columns: &[Vec<String>], from: &str, dx: i32, dy: i32) -> Option<String> {
    let (col, row) = columns
        .iter()
        .enumerate()
        .find_map(|(c, stops)| stops.iter().position(|s| s == from).map(|r| (c as i32, r as i32)))?;
    let column = columns.get(usize::try_from(col + dx).ok()?)?;
    let row = (row + dy).clamp(0, column.len() as i32 - 1);
    let to = column.get(row as usize)?;
    (to != from).then(|| to.clone())
}

/// The stage's keyboard.
#[derive(Clone, Copy)]
pub struct Shortcuts {
    stage: Stage,
    /// Single keys do something.
    on: RwSignal<bool>,
    /// The stop that Tab reaches.
    stop: RwSignal<Option<String>>,
    /// The first stop of the picture, where none was visited.
    first: Memo<Option<String>>,
}

impl Shortcuts {
    /// The keyboard of a stage; the stored choice is read once the page is alive.
    pub fn new(stage: Stage) -> Self {
        let on = RwSignal::new(true);
        Effect::new(move |_| {
            if let Ok(Some(storage)) = window().local_storage()
                && let Ok(Some(stored)) = storage.get_item(STORED)
            {
                on.set(stored != "off");
            }
        });
        let first = stage.memo(|v| columns(v).first().and_then(|c| c.first().cloned()));
        Self { stage, on, stop: RwSignal::new(None), first }
    }

    /// `0` for the one stop that Tab reaches, `-1` for the others.
    pub fn tabindex(self, stop: &str) -> &'static str {
        let mine = self.stop.with(|s| match s {
            Some(s) => s == stop,
            None => self.first.with(|f| f.as_deref() == Some(stop)),
        });
        if mine { "0" } else { "-1" }
    }

    /// A stop got focus.
    pub fn focused(self, stop: &str) {
        if self.stop.with_untracked(|s| s.as_deref() != Some(stop)) {
            self.stop.set(Some(stop.to_owned()));
        }
    }

    /// Hears keys while focus is nowhere, as after a page has loaded: whoever reads the hint may press the key.
    pub fn hear_page(self) {
        Effect::new(move |_| {
            let heard = window_event_listener(leptos::ev::keydown, move |ev| {
                let nowhere = document().active_element().is_none_or(|el| el.tag_name() == "BODY");
                if nowhere && ["`", "?"].contains(&ev.key().as_str()) {
                    self.press(&ev);
                }
            });
            on_cleanup(move || heard.remove());
        });
    }

    /// A key went down somewhere in the stage.
    pub fn press(self, ev: &KeyboardEvent) {
        let Some(target) = ev.target().and_then(|t| t.dyn_into::<Element>().ok()) else { return };
        let in_field = matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT");
        if ev.key() == "Escape" && in_field {
            focus("#canvas [data-stop][tabindex=\"0\"]");
            return;
        }
        if ev.key() == "Escape" {
            close_sheet();
            return;
        }
        if in_field || ev.ctrl_key() || ev.alt_key() || ev.meta_key() || ev.is_composing() {
            return;
        }
        let stop = target.get_attribute("data-stop");
        let Some(wish) = wish(&ev.key(), stop.is_some()) else { return };
        let arrow = matches!(wish, Wish::Move { .. });
        // Space on a button or link is that control's own
        let own = wish == Wish::PlayPause && matches!(target.tag_name().as_str(), "BUTTON" | "A" | "LABEL");
        if own || (!arrow && !self.on.get_untracked()) {
            return;
        }
        ev.prevent_default();
        self.grant(wish, stop.as_deref());
    }

    fn grant(self, wish: Wish, stop: Option<&str>) {
        let stage = self.stage;
        match wish {
            Wish::PlayPause => {
                stage.time(if stage.live.with_untracked(|v| v.clock.paused) { "play" } else { "pause" }, None)
            }
            Wish::Step { forward } => step(stage, forward),
            Wish::Speed(speed) => stage.time("speed", Some(speed)),
            Wish::Live => stage.go_live(),
            Wish::Repeat => stage.repeat.update(|n| *n += 1),
            Wish::Console => {
                stage.tab.set("console");
                request_animation_frame(|| focus("#console-line"));
            }
            Wish::List => toggle("keys"),
            Wish::Kill => {
                let killed = |s: &str| {
                    s.strip_prefix("pod/").or_else(|| s.strip_prefix("container/")).map(str::to_owned)
                };
                if let Some(target) = stop.and_then(killed) {
                    stage.pull("kill", target, None);
                }
            }
            Wish::Plug => self.plug(stop),
            Wish::Move { dx, dy } => {
                let columns = stage.with(columns);
                if let Some(to) = stop.and_then(|s| neighbour_stop(&columns, s, dx, dy)) {
                    focus(&format!("[data-stop=\"{to}\"]"));
                }
            }
        }
    }

    /// Unplugs or plugs the node of the stop.
    fn plug(self, stop: Option<&str>) {
        let node = stop.and_then(|s| s.strip_prefix("node/"));
        let powered = node.and_then(|name| {
            self.stage.with(|v| {
                let engine = v.compose.engines.iter().find(|e| e.name == name).map(|e| e.powered);
                v.nodes.iter().find(|n| n.name == name).map_or(engine, |n| n.powered)
            })
        });
        if let (Some(node), Some(on)) = (node, powered) {
            self.stage.pull(if on { "unplug" } else { "plug" }, node.to_owned(), None);
        }
    }
}

/// The stops of the picture, column by column.
fn columns(view: &wire::stage::StageView) -> Vec<Vec<String>> {
    let column = |name: &str, kind: &str, keys: Vec<String>| {
        let below = keys.into_iter().map(|key| format!("{kind}/{key}"));
        std::iter::once(format!("node/{name}")).chain(below).collect()
    };
    let nodes = view.nodes.iter().map(|n| column(&n.name, "pod", pods_on(view, &n.name)));
    let engines =
        view.compose.engines.iter().map(|e| column(&e.name, "container", containers_on(view, &e.name)));
    nodes.chain(engines).collect()
}

fn focus(css: &str) {
    if let Ok(Some(el)) = document().query_selector(css)
        && let Ok(el) = el.dyn_into::<HtmlElement>()
    {
        _ = el.focus();
    }
}

/// Marks what the picture shows under this name and brings it into view; false if it shows nothing of it.
pub fn pick(stop: &str) -> bool {
    const PICKED: &str = "data-picked";
    if let Ok(Some(old)) = document().query_selector(&format!("[{PICKED}]")) {
        _ = old.remove_attribute(PICKED);
    }
    let found = document().query_selector(&format!("#stage [data-stop=\"{stop}\"]")).ok().flatten();
    let Some(found) = found.and_then(|el| el.dyn_into::<HtmlElement>().ok()) else { return false };
    _ = found.set_attribute(PICKED, "");
    _ = found.focus();
    true
}

/// On small screens: back to the text.
fn close_sheet() {
    let sheet = document()
        .get_element_by_id("stage-open")
        .and_then(|e| e.dyn_into::<web_sys::HtmlInputElement>().ok());
    if let Some(sheet) = sheet.filter(web_sys::HtmlInputElement::checked) {
        sheet.set_checked(false);
        _ = sheet.focus();
    }
}

fn toggle(id: &str) {
    if let Some(el) = document().get_element_by_id(id).and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        _ = el.toggle_popover();
    }
}

#[component]
pub fn KeyList() -> impl IntoView {
    let keys = expect_context::<Shortcuts>();
    let l = keys.stage.lang;
    let rows = [
        ("Space", text::key_space(l)),
        (", .", text::key_marks(l)),
        ("← →", text::key_arrows(l)),
        ("Home End", text::key_ends(l)),
        ("1 2 3 4", text::key_speed(l)),
        ("L", text::key_live(l)),
        ("← ↑ ↓ →", text::key_canvas(l)),
        ("K", text::key_kill(l)),
        ("U", text::key_plug(l)),
        ("P", text::key_repeat(l)),
        ("`", text::key_console(l)),
        ("?", text::key_list(l)),
    ]
    .map(|(key, what)| {
        let keys = key.split(' ').map(|k| view! { <kbd>{k}</kbd>" " }).collect::<Vec<_>>();
        view! { <div><dt>{keys}</dt><dd>{what}</dd></div> }
    });
    let switch = move |ev| {
        let on = event_target_checked(&ev);
        keys.on.set(on);
        if let Ok(Some(storage)) = window().local_storage() {
            _ = storage.set_item(STORED, if on { "on" } else { "off" });
        }
    };
    view! {
        <section class="pop" id="keys" popover="auto" aria-labelledby="keysh">
            <header class="pop__head">
                <h2 id="keysh">{text::keys(l)}</h2>
                <button class="iconbtn iconbtn--s push" type="button" popovertarget="keys" popovertargetaction="hide">
                    <Icon id="i-x" /><span class="vh">{text::close(l)}</span>
                </button>
            </header>
            <p class="muted">{text::keys_more(l)}</p>
            <dl class="keylist">{rows.into_iter().collect::<Vec<_>>()}</dl>
            <label class="pop__check"><input type="checkbox" checked prop:checked=move || keys.on.get() on:change=switch />{text::keys_on(l)}</label>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_their_wishes() {
        for (key, on_stop, expect) in [
            (" ", false, Some(Wish::PlayPause)),
            ("4", false, Some(Wish::Speed(60))),
            ("k", true, Some(Wish::Kill)),
            ("k", false, None),
            ("ArrowLeft", false, None),
            ("ArrowLeft", true, Some(Wish::Move { dx: -1, dy: 0 })),
            ("x", true, None),
        ] {
            assert_eq!(wish(key, on_stop), expect, "{key}");
        }
    }

    #[test]
    fn machines_and_their_containers_are_stops() {
        let view = super::super::compose::tests::view();
        let stops = ["node/box", "container/default/shop-web-1", "container/default/shop-cache-1"];
        assert_eq!(columns(&view), [stops.map(str::to_owned).to_vec()]);
    }

    #[test]
    fn arrows_walk_the_picture() {
        let column = |stops: &[&str]| stops.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let columns = [column(&["node/a", "pod/1", "pod/2"]), column(&["node/b", "pod/3"])];
        for (from, dx, dy, to) in [
            ("node/a", 0, 1, Some("pod/1")),
            ("pod/2", 1, 0, Some("pod/3")),
            ("pod/2", 0, 1, None),
            ("node/a", -1, 0, None),
            ("pod/3", 0, -1, Some("node/b")),
            ("gone", 0, 1, None),
        ] {
            assert_eq!(neighbour_stop(&columns, from, dx, dy).as_deref(), to, "{from} {dx} {dy}");
        }
    }
}
