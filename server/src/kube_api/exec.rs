//! Commands in containers over a WebSocket. Models the subprotocols `v4.channel.k8s.io` and `v5.channel.k8s.io` of the
//! remotecommand API: the first byte of a message names its channel.
//! Omits: sizes of a terminal.

use axum::extract::{
    FromRequestParts, WebSocketUpgrade,
    ws::{CloseFrame, Message, WebSocket, close_code},
};
use axum::{http::request::Parts, response::Response};
use sandbox::http::{Attached, Course, Piece};
use serde_json::{Value, json};

const PROTOCOLS: [&str; 2] = ["v5.channel.k8s.io", "v4.channel.k8s.io"];
const STDIN: u8 = 0;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const ERROR: u8 = 3;
/// Version 5: the other side sends no more on a channel.
const CLOSE: u8 = 255;
/// The key that interrupts what runs at a terminal.
const INTERRUPT: char = '\u{3}';
/// Exit code of what SIGINT ended.
const INTERRUPTED: i32 = 130;
/// Longest line that is kept.
const LINE_BYTES_MAX: usize = 64 * 1024;

/// A request that may become a WebSocket.
pub struct Upgrade(Option<WebSocketUpgrade>);

impl Upgrade {
    /// Takes it out of a request, if it asks for one.
    pub async fn of(parts: &mut Parts) -> Self {
        Self(WebSocketUpgrade::from_request_parts(parts, &()).await.ok())
    }

    /// The answer that attaches the client to the command; `None` if it did not ask for a WebSocket.
    pub fn attach(self, attached: Attached) -> Option<Response> {
        let upgrade = self.0?.protocols(PROTOCOLS).max_message_size(LINE_BYTES_MAX);
        Some(upgrade.on_upgrade(move |socket| async move {
            // who goes away needs no answer
            let _ = serve(socket, attached).await;
        }))
    }
}

async fn serve(mut socket: WebSocket, mut attached: Attached) -> Result<(), axum::Error> {
    let _attending = attached.attend();
    let mut client = Client { open: attached.stdin, ..Client::default() };
    let status = match attached.is_shell() {
        true => lines(&mut socket, &mut attached, &mut client).await?,
        false => match attached.run() {
            Ok(course) => client.show(&mut socket, &attached, course).await.map(ended),
            Err(why) => Some(failed(&why)),
        },
    };
    let Some(status) = status else { return Ok(()) };
    send(&mut socket, ERROR, status.to_string().as_bytes()).await?;
    let normal = CloseFrame { code: close_code::NORMAL, reason: "".into() };
    socket.send(Message::Close(Some(normal))).await
}

/// A shell: runs line by line what the client sends, until it is left or nothing more comes. `None`: the client is gone.
async fn lines(
    socket: &mut WebSocket,
    attached: &mut Attached,
    client: &mut Client,
) -> Result<Option<Value>, axum::Error> {
    let (mut input, mut code) = (String::new(), 0);
    prompt(socket, attached).await?;
    while !attached.ended() {
        if client.fresh.is_empty() && client.open {
            let message = socket.recv().await;
            client.hear(message);
        }
        if client.left {
            return Ok(None);
        }
        let fresh = std::mem::take(&mut client.fresh);
        if attached.tty {
            let shown = typed(&mut input, &fresh);
            send(socket, STDOUT, shown.as_bytes()).await?;
        } else {
            input += &fresh;
        }
        while let Some((line, rest)) = next_line(&input, client.open || !client.fresh.is_empty()) {
            let course = attached.line(&line);
            let Some(ended_with) = client.show(socket, attached, course).await else { return Ok(None) };
            (code, input) = (ended_with, rest);
            if attached.ended() {
                break;
            }
            prompt(socket, attached).await?;
        }
        if !client.open && client.fresh.is_empty() {
            break;
        }
        input.truncate(floor(&input, LINE_BYTES_MAX));
    }
    Ok(Some(ended(code)))
}

/// The other end of a command.
#[derive(Default)]
struct Client {
    /// What it sent and nobody has taken yet.
    fresh: String,
    /// Will more come on its standard input?
    open: bool,
    /// Is it gone?
    left: bool,
}

impl Client {
    /// Shows what a command prints as its virtual time passes; its exit code, or `None` if the client leaves before its end.
    /// All the while the client is heard, so that its pings are answered.
    async fn show(&mut self, socket: &mut WebSocket, attached: &Attached, course: Course) -> Option<i32> {
        for piece in course.printed.pieces() {
            if self.stays(socket, attached, &course, piece.after_ms).await {
                self.left |= print(socket, &piece, attached.tty).await.is_err();
            }
        }
        let stays = self.stays(socket, attached, &course, course.printed.takes_ms).await;
        let code = if stays { course.printed.code } else { INTERRUPTED };
        attached.finish(course).await;
        (!self.left).then_some(code)
    }

    /// Waits until a command has run for so long; false if the client has left or interrupts it.
    async fn stays(
        &mut self,
        socket: &mut WebSocket,
        attached: &Attached,
        course: &Course,
        after_ms: i64,
    ) -> bool {
        let reached = attached.reach(course, after_ms);
        tokio::pin!(reached);
        loop {
            if self.left || attached.tty && self.fresh.contains(INTERRUPT) {
                return false;
            }
            tokio::select! {
                biased;
                () = &mut reached => return true,
                message = socket.recv() => self.hear(message),
            }
        }
    }

    /// A connection that breaks is a client that leaves: what its command has done stays done.
    fn hear(&mut self, message: Option<Result<Message, axum::Error>>) {
        match message {
            Some(Ok(message)) => self.receive(message),
            None | Some(Err(_)) => self.left = true,
        }
        self.fresh.truncate(floor(&self.fresh, LINE_BYTES_MAX));
    }

    fn receive(&mut self, message: Message) {
        let bytes = match message {
            Message::Binary(bytes) => bytes,
            Message::Text(text) => text.into(),
            Message::Close(_) => {
                self.left = true;
                return;
            }
            _ => return,
        };
        match bytes.split_first() {
            Some((&STDIN, data)) => self.fresh += &String::from_utf8_lossy(data),
            Some((&CLOSE, [STDIN, ..])) => self.open = false,
            _ => {}
        }
    }
}

/// Keys typed at a terminal change the line; gives what it shows of them. Models a tty's line discipline.
fn typed(line: &mut String, keys: &str) -> String {
    let mut shown = String::new();
    for key in keys.chars() {
        match key {
            '\r' | '\n' => {
                line.push('\n');
                shown += "\r\n";
            }
            '\u{3}' => {
                line.truncate(line.rfind('\n').map_or(0, |at| at + 1));
                line.push('\n');
                shown += "^C\r\n";
            }
            '\u{4}' if line.is_empty() || line.ends_with('\n') => *line += "exit\n",
            '\u{7f}' | '\u{8}' if !line.is_empty() && !line.ends_with('\n') => {
                line.pop();
                shown += "\u{8} \u{8}";
            }
            key if key.is_control() => {}
            key => {
                line.push(key);
                shown.push(key);
            }
        }
    }
    shown
}

/// The next line, and what follows; the last needs no end where nothing more comes.
fn next_line(input: &str, open: bool) -> Option<(String, String)> {
    match input.split_once('\n') {
        Some((line, rest)) => Some((line.to_owned(), rest.to_owned())),
        None if !open && !input.is_empty() => Some((input.to_owned(), String::new())),
        None => None,
    }
}

fn floor(text: &str, bytes_max: usize) -> usize {
    (0..=bytes_max.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0)
}

async fn prompt(socket: &mut WebSocket, attached: &Attached) -> Result<(), axum::Error> {
    if attached.tty {
        send(socket, STDOUT, attached.prompt().as_bytes()).await?;
    }
    Ok(())
}

/// A terminal has one stream for both, and its lines end with a carriage return.
async fn print(socket: &mut WebSocket, printed: &Piece, tty: bool) -> Result<(), axum::Error> {
    if tty {
        let both = format!("{}{}", printed.stdout, printed.stderr).replace('\n', "\r\n");
        return send(socket, STDOUT, both.as_bytes()).await;
    }
    send(socket, STDOUT, printed.stdout.as_bytes()).await?;
    send(socket, STDERR, printed.stderr.as_bytes()).await
}

async fn send(socket: &mut WebSocket, channel: u8, data: &[u8]) -> Result<(), axum::Error> {
    if data.is_empty() {
        return Ok(());
    }
    let mut message = Vec::with_capacity(data.len() + 1);
    message.push(channel);
    message.extend_from_slice(data);
    socket.send(Message::Binary(message.into())).await
}

/// The Status that tells how a command ended.
fn ended(code: i32) -> Value {
    if code == 0 {
        return json!({"metadata": {}, "status": "Success"});
    }
    json!({
        "metadata": {}, "status": "Failure", "reason": "NonZeroExitCode",
        "message": format!("command terminated with non-zero exit code: error executing command, exit code {code}"),
        "details": {"causes": [{"reason": "ExitCode", "message": code.to_string()}]},
    })
}

/// The Status of a command that could not be started.
fn failed(why: &str) -> Value {
    json!({
        "metadata": {}, "status": "Failure", "reason": "InternalError", "code": 500,
        "message": format!("Internal error occurred: {why}"), "details": {"causes": [{"message": why}]},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_in_pieces() {
        for (input, open, expect) in [
            ("a\nb", true, Some(("a", "b"))),
            ("b", true, None),
            ("b", false, Some(("b", ""))),
            ("", false, None),
        ] {
            let expect = expect.map(|(a, b): (&str, &str)| (a.to_owned(), b.to_owned()));
            assert_eq!(next_line(input, open), expect, "{input:?}");
        }
        assert_eq!(floor("한글", 4), 3);
    }

    #[test]
    fn a_terminal_edits_its_line() {
        for (keys, line, shown) in [
            ("ls\r", "ls\n", "ls\r\n"),
            ("lx\u{7f}s\r", "ls\n", "lx\u{8} \u{8}s\r\n"),
            ("a\u{3}b", "\nb", "a^C\r\nb"),
            ("\u{4}", "exit\n", ""),
            ("\u{1b}", "", ""),
        ] {
            let mut kept = String::new();
            assert_eq!(typed(&mut kept, keys), shown, "{keys:?}");
            assert_eq!(kept, line, "{keys:?}");
        }
    }

    #[test]
    fn channels_are_told_apart() {
        for (bytes, open, kept) in [
            (&b"\0ls\n"[..], true, "ls\n"),
            (b"\x04{\"Width\":80}", true, ""),
            (b"\xff\0", false, ""),
            (b"", true, ""),
        ] {
            let mut client = Client { open: true, ..Client::default() };
            client.receive(Message::Binary(bytes.to_vec().into()));
            assert_eq!((client.open, client.fresh.as_str(), client.left), (open, kept, false), "{bytes:?}");
        }
    }
}
