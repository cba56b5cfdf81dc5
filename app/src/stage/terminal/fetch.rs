//! A line's output as a stream of pieces, read while it comes. In the browser only.

use std::cell::RefCell;

use leptos::{
    prelude::*,
    wasm_bindgen::{JsCast, JsValue},
};
use wasm_bindgen_futures::JsFuture;
use wire::{console::Piece, learner::Lang};

use crate::fault::Fault;

/// What is asked for.
pub struct Asked<'a> {
    pub sandbox: String,
    pub lang: Lang,
    pub line: &'a str,
}

fn unreachable<T>(_: T) -> Fault {
    Fault::Unreachable
}

/// How a stream went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To its end.
    Through,
    /// Until [`abort`].
    Aborted,
}

thread_local! {
    /// Of the line that runs: a page runs one at a time.
    static RUNNING: RefCell<Option<web_sys::AbortController>> = const { RefCell::new(None) };
}

/// Ends the line that runs.
pub fn abort() {
    RUNNING.with_borrow(|running| {
        if let Some(running) = running {
            running.abort();
        }
    });
}

/// Runs a line; `take` gets its pieces as they come.
pub async fn pieces(asked: Asked<'_>, take: impl FnMut(Vec<Piece>)) -> Result<Way, Fault> {
    let controller = web_sys::AbortController::new().map_err(unreachable)?;
    let signal = controller.signal();
    RUNNING.set(Some(controller));
    let read = read(asked, &signal, take).await;
    RUNNING.set(None);
    if signal.aborted() { Ok(Way::Aborted) } else { read.map(|()| Way::Through) }
}

async fn read(
    asked: Asked<'_>,
    signal: &web_sys::AbortSignal,
    mut take: impl FnMut(Vec<Piece>),
) -> Result<(), Fault> {
    let url = format!("/sandboxes/{}/console?lang={}", asked.sandbox, asked.lang);
    let init = web_sys::RequestInit::new();
    init.set_method("POST");
    init.set_body(&JsValue::from_str(asked.line));
    init.set_signal(Some(signal));
    let answer = JsFuture::from(window().fetch_with_str_and_init(&url, &init)).await.map_err(unreachable)?;
    let answer: web_sys::Response = answer.dyn_into().map_err(unreachable)?;
    if !answer.ok() {
        let told = JsFuture::from(answer.text().map_err(unreachable)?).await.map_err(unreachable)?;
        let told = told.as_string().unwrap_or_default();
        return Err(Fault::from_query(&told).unwrap_or(Fault::Unreachable));
    }
    let body = answer.body().ok_or(Fault::Unreachable)?;
    let reader: web_sys::ReadableStreamDefaultReader = body.get_reader().dyn_into().map_err(unreachable)?;
    let mut lines = Lines::default();
    loop {
        let chunk = JsFuture::from(reader.read()).await.map_err(unreachable)?;
        let part = |name: &str| js_sys::Reflect::get(&chunk, &name.into()).map_err(unreachable);
        if part("done")?.is_truthy() {
            return Ok(());
        }
        let bytes: js_sys::Uint8Array = part("value")?.dyn_into().map_err(unreachable)?;
        take(lines.push(&bytes.to_vec()));
    }
}

/// Bytes that come in any portions, as pieces.
#[derive(Default)]
struct Lines(Vec<u8>);

impl Lines {
    fn push(&mut self, bytes: &[u8]) -> Vec<Piece> {
        self.0.extend_from_slice(bytes);
        let Some(end) = self.0.iter().rposition(|b| *b == b'\n') else { return Vec::new() };
        let whole: Vec<u8> = self.0.drain(..=end).collect();
        whole.split(|b| *b == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portions_become_pieces() {
        let text = "{\"out\":\"파드\\n\"}\n{\"err\":\"b\"}\n\"clear\"\n";
        for size in 1..text.len() {
            let mut lines = Lines::default();
            let pieces: Vec<Piece> = text.as_bytes().chunks(size).flat_map(|c| lines.push(c)).collect();
            assert_eq!(pieces, [Piece::Out("파드\n".into()), Piece::Err("b".into()), Piece::Clear], "{size}");
        }
    }
}
