//! The line that is being written: keys, composition of syllables, history, completion, paste.

use leptos::{ev::KeyboardEvent, html, prelude::*, server_fn::ServerFn, task::spawn_local};
use wire::console::{Candidate, Completion};

use super::complete::{Completed, complete};
use crate::{
    api::{self, Console as ConsoleFn},
    icon::Icon,
    post::Post,
    stage::{
        state::Stage,
        terminal::whole::{Open, commands, open},
        timeline::at_address,
    },
    text,
};

/// The field shows so many lines at most.
const ROWS_MAX: usize = 8;
/// Candidates shown at most.
const SHOWN_MAX: usize = 60;

/// Where Up and Down lead: 0 is the line being written.
fn recall(history: &[String], back: usize) -> Option<&str> {
    back.checked_sub(1).and_then(|n| history.iter().rev().nth(n)).map(String::as_str)
}

/// The field and what belongs to it. The browser owns the text: writing it while a syllable is composed would break it.
#[derive(Clone, Copy)]
struct Field {
    stage: Stage,
    node: NodeRef<html::Textarea>,
    /// The text, as it was last read.
    text: RwSignal<String>,
    /// How far back in history, and what was being written.
    back: StoredValue<usize>,
    draft: StoredValue<String>,
    candidates: RwSignal<Completion>,
    /// Counts what is typed: an answer to what was there before is dropped.
    turn: StoredValue<u32>,
    /// Enter came while a syllable was composed: the line goes when the syllable is whole.
    sends: StoredValue<bool>,
    shift: StoredValue<bool>,
}

impl Field {
    fn new(stage: Stage) -> Self {
        Self {
            stage,
            node: NodeRef::new(),
            text: RwSignal::new(String::new()),
            back: StoredValue::new(0),
            draft: StoredValue::new(String::new()),
            candidates: RwSignal::new(Completion::default()),
            turn: StoredValue::new(0),
            sends: StoredValue::new(false),
            shift: StoredValue::new(false),
        }
    }

    fn read(self) -> String {
        let text = self.node.get_untracked().map(|n| n.value()).unwrap_or_default();
        self.turn.update_value(|n| *n = n.wrapping_add(1));
        self.candidates.set(Completion::default());
        if self.text.with_untracked(|t| *t != text) {
            self.text.set(text.clone());
        }
        text
    }

    fn write(self, text: &str) {
        if let Some(node) = self.node.get_untracked() {
            node.set_value(text);
            let end = text.encode_utf16().count() as u32;
            _ = node.set_selection_range(end, end);
        }
        self.read();
    }

    /// The caret, UTF-16 units, where nothing is selected.
    fn caret(self) -> Option<usize> {
        let node = self.node.get_untracked()?;
        let (from, to) = (node.selection_start().ok()??, node.selection_end().ok()??);
        (from == to).then_some(from as usize)
    }

    /// To the begin or the end of the line that the caret is in, as a terminal's Ctrl-A and Ctrl-E do.
    fn to_edge(self, end: bool) {
        let Some(node) = self.node.get_untracked() else { return };
        let at = node.selection_end().ok().flatten().unwrap_or_default() as usize;
        let edge = line_edge(&node.value(), at, end) as u32;
        _ = node.set_selection_range(edge, edge);
    }

    /// Takes away what stands between the caret and the end of its line.
    fn cut(self) {
        let (Some(at), Some(node)) = (self.caret(), self.node.get_untracked()) else { return };
        let (text, to) = (node.value(), line_edge(&node.value(), at, true));
        let units: Vec<u16> = text.encode_utf16().collect();
        self.write(&String::from_utf16_lossy(&[&units[..at], &units[to..]].concat()));
        _ = node.set_selection_range(at as u32, at as u32);
    }

    /// Sends what is whole; true if the rest waits for nothing.
    fn send(self) -> bool {
        let text = self.read();
        if open(&text).is_some() {
            return false;
        }
        self.write("");
        self.back.set_value(0);
        if !text.trim().is_empty() {
            self.stage.terminal.send(self.stage, text.trim_matches('\n').to_owned());
        }
        true
    }

    fn go(self, by: isize) {
        let history = self.stage.terminal.history;
        let length = history.with_untracked(Vec::len);
        let from = self.back.get_value();
        let to = from.saturating_add_signed(by).min(length);
        if from == 0 && to > 0 {
            self.draft.set_value(self.read());
        }
        self.back.set_value(to);
        let line = history.with_untracked(|h| recall(h, to).map(str::to_owned));
        self.write(&line.unwrap_or_else(|| self.draft.get_value()));
    }

    /// Is the caret in the first, or the last, line?
    fn at_edge(self, up: bool) -> bool {
        let text = self.node.get_untracked().map(|n| n.value()).unwrap_or_default();
        let units: Vec<u16> = text.encode_utf16().collect();
        let caret = self.caret().unwrap_or(units.len()).min(units.len());
        let part = if up { &units[..caret] } else { &units[caret..] };
        !part.contains(&u16::from(b'\n'))
    }

    fn complete(self) {
        let (text, Some(caret)) = (self.read(), self.caret()) else { return };
        let units: Vec<u16> = text.encode_utf16().collect();
        let before = String::from_utf16_lossy(&units[..caret.min(units.len())]);
        let after = String::from_utf16_lossy(&units[caret.min(units.len())..]);
        let turn = self.turn.get_value();
        let sandbox = self.stage.sandbox.get_value();
        spawn_local(async move {
            let Ok(answer) = api::complete(sandbox, before.clone()).await else { return };
            if self.turn.try_get_value() == Some(turn) {
                self.take(&before, &after, &answer);
            }
        });
    }

    fn take(self, before: &str, after: &str, answer: &Completion) {
        let Completed { line, shown } = complete(before, answer);
        if line != before {
            self.write(&format!("{line}{after}"));
            if let Some(node) = self.node.get_untracked() {
                let at = line.encode_utf16().count() as u32;
                _ = node.set_selection_range(at, at);
            }
        }
        self.candidates
            .set(Completion { from: answer.from, words: shown.into_iter().take(SHOWN_MAX).collect() });
    }

    /// One of the candidates was chosen.
    fn choose(self, word: Candidate) {
        // reading the field takes the candidates away
        let from = self.candidates.with_untracked(|c| c.from);
        let (text, caret) = (self.read(), self.caret());
        let units: Vec<u16> = text.encode_utf16().collect();
        let caret = caret.unwrap_or(units.len()).min(units.len());
        let (before, after) =
            (String::from_utf16_lossy(&units[..caret]), String::from_utf16_lossy(&units[caret..]));
        let answer = Completion { from, words: vec![word] };
        self.take(&before, &after, &answer);
        if let Some(node) = self.node.get_untracked() {
            _ = node.focus();
        }
    }

    fn paste(self, ev: &web_sys::ClipboardEvent) {
        let pasted = ev.clipboard_data().and_then(|d| d.get_data("text/plain").ok()).unwrap_or_default();
        let pasted = pasted.replace("\r\n", "\n");
        let (Some(node), true) = (self.node.get_untracked(), pasted.contains('\n')) else { return };
        ev.prevent_default();
        let units: Vec<u16> = node.value().encode_utf16().collect();
        let place = |at: Result<Option<u32>, _>| {
            at.ok().flatten().map_or(units.len(), |n: u32| n as usize).min(units.len())
        };
        let (from, to) = (place(node.selection_start()), place(node.selection_end()));
        let (before, after) =
            (String::from_utf16_lossy(&units[..from]), String::from_utf16_lossy(&units[to..]));
        // a last line without its end is not sent yet, as in any terminal
        let text = format!("{before}{pasted}{after}");
        let sent = text.rfind('\n').map_or(0, |n| n + 1);
        let (whole, rest) = commands(&text[..sent]);
        let rest = rest.map_or(String::new(), |(rest, _)| rest);
        self.write(&format!("{rest}{}", &text[sent..]));
        for line in whole {
            self.stage.terminal.send(self.stage, line);
        }
    }

    fn press(self, ev: &KeyboardEvent) {
        self.shift.set_value(ev.shift_key());
        // keys of an input method are its own, the Enter that ends a syllable too
        if ev.is_composing() || ev.key_code() == 229 {
            return;
        }
        let plain = !ev.ctrl_key() && !ev.alt_key() && !ev.meta_key();
        let nothing_selected = self.caret().is_some();
        match ev.key().as_str() {
            "Tab" if plain && !ev.shift_key() && nothing_selected && !self.read().trim().is_empty() => {
                self.complete()
            }
            "ArrowUp" if plain && !ev.shift_key() && self.at_edge(true) => self.go(1),
            "ArrowDown" if plain && !ev.shift_key() && self.at_edge(false) => self.go(-1),
            "Escape" if self.candidates.with_untracked(|c| !c.words.is_empty()) => {
                self.candidates.set(Completion::default());
                ev.stop_propagation();
            }
            "c" | "C" if ev.ctrl_key() && !ev.shift_key() && nothing_selected => {
                if self.stage.terminal.running.with_untracked(Option::is_some) {
                    self.stage.terminal.stop();
                } else {
                    self.write("");
                    self.back.set_value(0);
                }
            }
            "l" | "L" if ev.ctrl_key() => self.stage.terminal.clear(self.stage),
            "u" | "U" if ev.ctrl_key() => self.write(""),
            "a" | "A" if ev.ctrl_key() && !ev.shift_key() => self.to_edge(false),
            "e" | "E" if ev.ctrl_key() && !ev.shift_key() => self.to_edge(true),
            "k" | "K" if ev.ctrl_key() && !ev.shift_key() => self.cut(),
            _ => return,
        }
        ev.prevent_default();
    }

    /// A new line is about to be put in: whoever's Enter it was, it comes here once.
    fn before_input(self, ev: &web_sys::InputEvent) {
        if !matches!(ev.input_type().as_str(), "insertLineBreak" | "insertParagraph")
            || self.shift.get_value()
        {
            return;
        }
        if ev.is_composing() {
            self.sends.set_value(true);
        } else if self.send() {
            ev.prevent_default();
        }
    }

    fn composed(self) {
        if self.sends.get_value() {
            self.sends.set_value(false);
            // the syllable is put in after this event
            set_timeout(move || _ = self.send(), std::time::Duration::ZERO);
        }
    }
}

/// Where the line around `at` begins or ends, in UTF-16 units.
fn line_edge(text: &str, at: usize, end: bool) -> usize {
    let units: Vec<u16> = text.encode_utf16().collect();
    let is_break = |unit: &u16| *unit == u16::from(b'\n');
    let at = at.min(units.len());
    match end {
        true => units[at..].iter().position(is_break).map_or(units.len(), |n| at + n),
        false => units[..at].iter().rposition(is_break).map_or(0, |n| n + 1),
    }
}

#[component]
pub fn Prompt() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let field = Field::new(stage);
    let rows = Memo::new(move |_| field.text.with(|t| t.split('\n').count().clamp(1, ROWS_MAX)));
    let waits = Memo::new(move |_| field.text.with(|t| open(t)));
    let runs = Memo::new(move |_| stage.terminal.running.with(Option::is_some));
    let more = move || match waits.get() {
        Some(Open::Word(word)) => format!("{} ({word})", text::here_doc_more(l)),
        Some(Open::Quote(quote)) => format!("{} ({quote})", text::quote_more(l)),
        Some(Open::More) => text::line_more(l).to_owned(),
        None => String::new(),
    };
    view! {
        <Post class="prompt" action=ConsoleFn::url() fields=stage.fields("tools", &[]) on_post=move |_| _ = field.send()>
            {move || stage.is_past.get().then(|| view! {
                <p class="prompt__past" role="note">
                    <Icon id="i-clock" />
                    <span>{text::console_past(l, &stage.face(stage.now_ms.get()))}</span>
                    <a class="btn btn--s" href=at_address(None, "tools") rel="external"
                        on:click=move |ev| { ev.prevent_default(); stage.go_live() }>{text::go_live(l)}</a>
                </p>
            })}
            <label for="console-line"><span class="ps" aria-hidden="true">"$"</span><span class="vh">{text::console_line(l)}</span></label>
            <textarea id="console-line" name="line" node_ref=field.node rows=move || rows.get() spellcheck="false"
                autocapitalize="off" autocomplete="off" aria-describedby="console-keys console-more"
                on:input=move |_| _ = field.read() on:keydown=move |ev| field.press(&ev)
                on:beforeinput=move |ev| field.before_input(&ev) on:compositionend=move |_| field.composed()
                on:paste=move |ev| field.paste(&ev)></textarea>
            {move || if runs.get() {
                view! { <button type="button" class="btn btn--s" title="Ctrl-C" on:click=move |_| stage.terminal.stop()>{text::stop_line(l)}</button> }.into_any()
            } else {
                view! { <button class="btn btn--s">{text::console_run(l)}</button> }.into_any()
            }}
            <p class="vh" id="console-keys">{text::console_keys(l)}</p>
            <p class="prompt__more" id="console-more">{more}</p>
            <div class="prompt__words" role="group" aria-label=text::candidates(l)
                hidden=move || field.candidates.with(|c| c.words.is_empty())>
                <p class="vh" role="status">{move || field.candidates.with(|c| if c.words.is_empty() { String::new() } else { text::candidate_count(l, c.words.len()) })}</p>
                <For each=move || field.candidates.get().words key=|word| word.text.clone() let:word>
                    {
                        let (shown, note) = (word.text.clone(), word.note.clone());
                        view! { <button type="button" class="word" title=note on:click=move |_| field.choose(word.clone())>{shown}</button> }
                    }
                </For>
            </div>
        </Post>
    }
}

#[cfg(test)]
mod tests {
    use super::recall;

    #[test]
    fn history_goes_back_from_the_newest() {
        let history = ["a".to_owned(), "b".to_owned()];
        for (back, expect) in [(0, None), (1, Some("b")), (2, Some("a")), (3, None)] {
            assert_eq!(recall(&history, back), expect);
        }
    }
}
