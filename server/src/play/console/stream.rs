//! A line's output as it comes. The command is polled only while somebody takes what it prints, so a slow reader slows it down,
//! and one who goes away drops it: that is Ctrl-C.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use futures::{FutureExt, Stream, StreamExt, future::BoxFuture, stream::BoxStream};
use kubectl::Sink;
use wire::{console::Piece, problem::Problem};

use super::{Attended, Seat, edit::PageEditor};
use crate::{
    console::{self, Printed, STOPPED, Screen},
    play::backend::ForLearner,
    sandboxes::Sandbox,
    storage::SandboxRow,
};

/// Longest piece, bytes: what is printed in one go is sent in one, up to here.
const PIECE_BYTES_MAX: usize = 32 * 1024;

/// What was printed and is not taken yet, and all of it.
#[derive(Default)]
pub(super) struct Printing {
    pieces: VecDeque<Piece>,
    printed: Printed,
}

/// The screen's end of it.
pub(super) struct Wire(Arc<Mutex<Printing>>);

impl Wire {
    fn with<R>(&self, f: impl FnOnce(&mut Printing) -> R) -> R {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Wire {
    /// Sends a piece that is no output.
    pub(super) fn send(&self, piece: Piece) {
        self.with(|p| p.pieces.push_back(piece));
    }
}

impl Sink for Wire {
    fn stdout(&mut self, text: &str) {
        self.with(|p| {
            p.printed.stdout(text);
            match p.pieces.back_mut() {
                Some(Piece::Out(last)) if last.len() + text.len() <= PIECE_BYTES_MAX => last.push_str(text),
                _ => p.pieces.push_back(Piece::Out(text.to_owned())),
            }
        });
    }

    fn stderr(&mut self, text: &str) {
        self.with(|p| {
            p.printed.stderr(text);
            match p.pieces.back_mut() {
                Some(Piece::Err(last)) if last.len() + text.len() <= PIECE_BYTES_MAX => last.push_str(text),
                _ => p.pieces.push_back(Piece::Err(text.to_owned())),
            }
        });
    }
}

impl Screen for Wire {
    fn clear(&mut self) {
        self.with(|p| {
            p.printed.clear();
            p.pieces.clear();
            p.pieces.push_back(Piece::Clear);
        });
    }
}

/// A line on its way.
struct Pieces {
    seat: Arc<Seat>,
    wire: Wire,
    run: Option<BoxFuture<'static, i32>>,
    end: Option<BoxFuture<'static, Piece>>,
}

/// Runs a line.
///
/// # Errors
/// As [`Seat::take`].
pub async fn pieces(
    me: &ForLearner,
    row: &SandboxRow,
    sandbox: &Arc<Sandbox>,
    line: String,
) -> Result<BoxStream<'static, Piece>, Problem> {
    me.play.limits.command(&me.learner).map_err(|_| Problem::Busy)?;
    let printing: Arc<Mutex<Printing>> = Arc::default();
    let editor = PageEditor { wire: Wire(Arc::clone(&printing)), sandbox: sandbox.clone() };
    let seat = Seat::take(me, row, sandbox, &line, Attended::Edits(Arc::new(editor))).await?;
    let seat = Arc::new(seat);
    let (at_desk, mut screen) = (seat.clone(), Wire(Arc::clone(&printing)));
    let run = async move { console::run(&*at_desk, &line, &mut screen).await }.boxed();
    Ok(Pieces { seat, wire: Wire(printing), run: Some(run), end: None }.boxed())
}

async fn leave(seat: Arc<Seat>, printed: Printed) -> Piece {
    let exit_code = printed.exit_code;
    match seat.leave(printed).await {
        Ok(entry) => Piece::End { exit_code, at_ms: entry.at_ms, problem: None },
        Err(problem) => Piece::End { exit_code: exit_code.max(1), at_ms: 0, problem: Some(problem) },
    }
}

impl Pieces {
    fn printed(&self, exit_code: i32) -> Printed {
        Printed { exit_code, ..self.wire.with(|p| p.printed.clone()) }
    }
}

impl Stream for Pieces {
    type Item = Piece;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Piece>> {
        loop {
            if let Some(piece) = self.wire.with(|p| p.pieces.pop_front()) {
                return Poll::Ready(Some(piece));
            }
            if let Some(run) = &mut self.run {
                if let Poll::Ready(code) = run.as_mut().poll(cx) {
                    self.run = None;
                    self.end = Some(leave(self.seat.clone(), self.printed(code)).boxed());
                } else if self.wire.with(|p| p.pieces.is_empty()) {
                    return Poll::Pending;
                }
                continue;
            }
            let Some(end) = &mut self.end else { return Poll::Ready(None) };
            let Poll::Ready(piece) = end.as_mut().poll(cx) else { return Poll::Pending };
            self.end = None;
            return Poll::Ready(Some(piece));
        }
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        if self.run.take().is_some() {
            self.wire.stderr("^C\n");
            let left = leave(self.seat.clone(), self.printed(STOPPED));
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                runtime.spawn(left);
            }
        }
    }
}
