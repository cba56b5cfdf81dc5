//! Frames for one viewer: a snapshot, then what changed since the last one it got. A slow viewer skips pictures;
//! nothing is queued for it.

use std::sync::Arc;

use futures::{StreamExt, stream, stream::BoxStream};
use tokio::{
    sync::watch::Receiver,
    time::{Duration, Instant, sleep_until},
};
use wire::{
    learner::Lang,
    lesson::Progress,
    stage::{Frame, StageDelta},
};

use super::Play;
use crate::{
    sandboxes::{Picture, Sandbox},
    storage::SandboxRow,
};

/// Pictures closer together than this are told as one: a browser draws no faster. The first after a pause goes at once.
const FRAME_GAP: Duration = Duration::from_millis(30);

struct Viewer {
    play: Play,
    row: SandboxRow,
    lang: Lang,
    pictures: Receiver<Arc<Picture>>,
    shown: Option<Arc<Picture>>,
    shown_at: Instant,
    sandbox: Arc<Sandbox>,
    _attendance: sandbox::http::Attendance,
}

/// The stream of a viewer; time flows while it is held.
pub(super) fn stream(
    play: Play,
    row: SandboxRow,
    sandbox: Arc<Sandbox>,
    lang: Lang,
    last_id: Option<u64>,
) -> BoxStream<'static, Frame> {
    let pictures = sandbox.pictures();
    let newest = pictures.borrow().clone();
    let shown = last_id.filter(|id| *id == newest.stage.seq).map(|_| newest);
    let (shown_at, _attendance) = (Instant::now(), sandbox.live.attend());
    let viewer = Viewer { play, row, lang, pictures, shown, shown_at, _attendance, sandbox };
    stream::unfold(viewer, |mut viewer| async move {
        let frame = viewer.next().await?;
        Some((frame, viewer))
    })
    .boxed()
}

impl Viewer {
    async fn next(&mut self) -> Option<Frame> {
        if self.shown.is_some() {
            self.pictures.changed().await.ok()?;
            sleep_until(self.shown_at + FRAME_GAP).await;
        }
        loop {
            let picture = self.pictures.borrow_and_update().clone();
            let frame = match &self.shown {
                _ if picture.stage.seq == 0 => None,
                None => Some(Frame::Snapshot {
                    stage: Box::new(picture.stage.clone()),
                    progress: Box::new(self.progress(&picture)),
                }),
                Some(shown) if shown.stage.seq == picture.stage.seq => None,
                Some(shown) => {
                    let changed =
                        shown.progress != picture.progress || shown.hints_opened != picture.hints_opened;
                    Some(Frame::Delta {
                        base: shown.stage.seq,
                        delta: Box::new(StageDelta::between(&shown.stage, &picture.stage)),
                        progress: changed.then(|| Box::new(self.progress(&picture))),
                    })
                }
            };
            if let Some(frame) = frame {
                (self.shown, self.shown_at) = (Some(picture), Instant::now());
                return Some(frame);
            }
            self.pictures.changed().await.ok()?;
        }
    }

    fn progress(&self, picture: &Picture) -> Progress {
        debug_assert_eq!(self.row.id, self.sandbox.id);
        Progress {
            seq: picture.stage.seq,
            hints: self.play.hints(&self.row, self.lang, picture.hints_opened),
            ..picture.progress.clone()
        }
    }
}
