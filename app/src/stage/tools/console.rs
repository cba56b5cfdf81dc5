//! The console: a line goes in, text comes out. Several lines for here-documents.

use leptos::{ev::KeyboardEvent, html, prelude::*, server_fn::ServerFn};
use wire::console::ConsoleEntry;

use crate::{
    api::{self, Console as ConsoleFn},
    icon::Icon,
    post::Post,
    stage::{heredoc::open_word, state::Stage},
    text,
};

/// Where Up and Down lead in the history of lines: 0 is the line being written.
fn recall(history: &[String], back: usize) -> Option<&str> {
    back.checked_sub(1).and_then(|n| history.iter().rev().nth(n)).map(String::as_str)
}

#[component]
pub fn Console() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let field = NodeRef::<html::Textarea>::new();
    let log = NodeRef::<html::Div>::new();
    let line = RwSignal::new(String::new());
    let back = RwSignal::new(0usize);
    let many = Memo::new(move |_| line.with(|l| l.lines().count().max(1) + usize::from(l.ends_with('\n'))));
    let open = Memo::new(move |_| line.with(|l| open_word(l)));
    let send = move || {
        let text = line.get_untracked();
        let whole = !text.trim().is_empty() && !stage.busy.get_untracked();
        if whole && open.get_untracked().is_none() {
            line.set(String::new());
            back.set(0);
            stage.command(move || api::console(stage.sandbox.get_value(), text, String::new()));
        }
    };
    let go = move |by: isize| {
        let history = stage.console.with_untracked(|c| c.iter().map(|e| e.line.clone()).collect::<Vec<_>>());
        let to = back.get_untracked().saturating_add_signed(by).min(history.len());
        back.set(to);
        line.set(recall(&history, to).unwrap_or_default().to_owned());
    };
    let press = move |ev: KeyboardEvent| {
        // an Enter that ends the composition of a syllable is not for us
        if ev.is_composing() || ev.key_code() == 229 {
            return;
        }
        let single = many.get_untracked() == 1;
        match ev.key().as_str() {
            "Enter" if !ev.shift_key() && open.get_untracked().is_none() => send(),
            "ArrowUp" if single => go(1),
            "ArrowDown" if single => go(-1),
            _ => return,
        }
        ev.prevent_default();
    };
    Effect::new(move |_| {
        stage.console.with(Vec::len);
        if let Some(log) = log.get() {
            request_animation_frame(move || log.set_scroll_top(log.scroll_height()));
        }
    });
    view! {
        <div class="consolebox">
            <div class="console" node_ref=log tabindex="0" role="log" aria-label=text::console_log(l)>
                {move || stage.console.with(|c| {
                    if c.is_empty() {
                        vec![view! { <p class="note">{text::console_empty(l)}</p> }.into_any()]
                    } else {
                        c.iter().map(|e| entry(l, e)).collect()
                    }
                })}
            </div>
            <Post class="prompt" action=ConsoleFn::url() fields=stage.fields("tools", &[]) on_post=move |_| send()>
                <label for="console-line"><span class="ps" aria-hidden="true">"$"</span><span class="vh">{text::console_line(l)}</span></label>
                <textarea id="console-line" name="line" node_ref=field rows=move || many.get().min(8) spellcheck="false"
                    autocapitalize="off" autocomplete="off" prop:value=line
                    aria-describedby="console-more"
                    on:input=move |ev| line.set(event_target_value(&ev)) on:keydown=press></textarea>
                <button class="btn btn--s" disabled=move || stage.busy.get()>
                    {move || if stage.busy.get() { text::running(l) } else { text::console_run(l) }}
                </button>
                <p class="prompt__own">
                    <a href=format!("/sandboxes/{}/kubeconfig", stage.sandbox.get_value()) download rel="external">
                        {text::own_kubectl(l)}
                    </a>
                    " "{text::own_kubectl_how(l)}
                </p>
                <p class="prompt__more" id="console-more">{move || open.get().map(|word| format!("{} ({word})", text::here_doc_more(l)))}</p>
            </Post>
        </div>
    }
}

fn entry(l: text::Lang, e: &ConsoleEntry) -> AnyView {
    let failed = e.exit_code != 0;
    view! {
        <div class="entry">
            <div><span class="ps">"$ "</span><span class="cmd">{e.line.clone()}</span></div>
            {(!e.stdout.is_empty()).then(|| view! { <pre>{e.stdout.clone()}</pre> })}
            {(!e.stderr.is_empty()).then(|| view! { <pre class:s-fail=failed>{e.stderr.clone()}</pre> })}
            {failed.then(|| view! { <p class="note"><Icon id="i-err" />{text::exit_code(l, e.exit_code)}</p> })}
        </div>
    }
    .into_any()
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
