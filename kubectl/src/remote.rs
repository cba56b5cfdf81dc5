//! Commands in containers, over a WebSocket.
//!
//! Models the subprotocols `v5.channel.k8s.io` and `v4.channel.k8s.io`: the first byte of a message names its channel.
//! Omits: terminals, which no caller of this crate has.

use futures::{Sink, SinkExt, StreamExt};
use serde_json::Value;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::{
    fail::{Done, Fail},
    http::Cx,
    output::{list, text},
};

const STDIN: u8 = 0;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const ERROR: u8 = 3;
/// Version 5: this side sends no more on a channel.
const CLOSE: u8 = 255;

/// Longest message of standard input, bytes.
const CHUNK_BYTES_MAX: usize = 16 * 1024;

/// Connects to a command and gives its output on; `stdin` is all that it gets.
///
/// # Errors
/// What the server says, or how the command ended.
pub async fn run(cx: &mut Cx<'_>, url: &str, stdin: Option<&str>) -> Done {
    let connection = cx.connect(url).await?;
    let closes = connection.supports_stream_close();
    let (mut to, mut from) = connection.into_stream().split();
    if let Some(stdin) = stdin {
        // Who has ended already takes no input; how it ended is told below.
        let _ = send(&mut to, stdin.as_bytes(), closes).await;
    }
    let (mut out, mut err) = (Decoder::default(), Decoder::default());
    let mut status = Vec::new();
    while let Some(message) = from.next().await {
        let bytes = match message {
            Ok(Message::Binary(bytes)) => bytes,
            Ok(Message::Text(text)) => text.into(),
            Ok(Message::Close(_)) => break,
            Ok(_) => continue,
            Err(why) => return Err(Fail::Error(format!("error reading from error stream: {why}"))),
        };
        match bytes.split_first() {
            Some((&STDOUT, data)) => cx.out(&out.text(data)),
            Some((&STDERR, data)) => {
                let text = err.text(data);
                if !text.is_empty() {
                    cx.err(&text);
                }
            }
            Some((&ERROR, data)) => status.extend_from_slice(data),
            _ => {}
        }
    }
    ended(&serde_json::from_slice(&status).unwrap_or(Value::Null))
}

async fn send(
    to: &mut (impl Sink<Message, Error = Error> + Unpin),
    data: &[u8],
    closes: bool,
) -> Result<(), Error> {
    for chunk in data.chunks(CHUNK_BYTES_MAX) {
        let message = [&[STDIN][..], chunk].concat();
        to.send(Message::Binary(message.into())).await?;
    }
    if closes {
        to.send(Message::Binary(vec![CLOSE, STDIN].into())).await?;
    }
    Ok(())
}

/// Bytes that come in pieces, as text: a character is held back until all of it is there.
#[derive(Default)]
struct Decoder(Vec<u8>);

impl Decoder {
    fn text(&mut self, data: &[u8]) -> String {
        self.0.extend_from_slice(data);
        let whole = match std::str::from_utf8(&self.0) {
            Err(broken) if broken.error_len().is_none() => broken.valid_up_to(),
            _ => self.0.len(),
        };
        let rest = self.0.split_off(whole);
        let text = String::from_utf8_lossy(&self.0).into_owned();
        self.0 = rest;
        text
    }
}

/// How a command ended, from the Status on the error channel.
fn ended(status: &Value) -> Done {
    if text(status, "/status") != "Failure" {
        return Ok(());
    }
    if text(status, "/reason") != "NonZeroExitCode" {
        return Err(Fail::error(text(status, "/message")));
    }
    let causes = list(status, "/details/causes");
    let code = causes.iter().find(|cause| text(cause, "/reason") == "ExitCode");
    let code = code.and_then(|cause| text(cause, "/message").parse::<u8>().ok());
    let code = code.ok_or_else(|| Fail::error("error stream protocol error: no ExitCode cause given"))?;
    Err(Fail::Exit(code.into(), format!("command terminated with exit code {code}")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn characters_stay_whole() {
        let bytes = "가나".as_bytes();
        let mut decoder = Decoder::default();
        let pieces = [&bytes[..2], &bytes[2..4], &bytes[4..], b"\xff!"].map(|data| decoder.text(data));
        assert_eq!(pieces, ["", "가", "나", "\u{fffd}!"]);
    }

    #[test]
    fn ends() {
        let exit = |code: &str| {
            json!({
                "status": "Failure", "reason": "NonZeroExitCode",
                "details": {"causes": [{"reason": "ExitCode", "message": code}]},
            })
        };
        for (status, code, words) in [
            (json!({"status": "Success"}), 0, ""),
            (exit("3"), 3, "command terminated with exit code 3"),
            (exit("x"), 1, "error: error stream protocol error: no ExitCode cause given"),
            (json!({"status": "Failure", "reason": "InternalError", "message": "m"}), 1, "error: m"),
        ] {
            let is =
                ended(&status).map_or_else(|fail| (fail.code(), fail.to_string()), |()| (0, String::new()));
            assert_eq!(is, (code, words.to_owned()), "{status}");
        }
    }
}
