//! Entries of the world's own: what commands in containers did that outlasts them.

use super::{Entry, Live, NotRecorded, run_on};
use crate::{
    cluster::{Answered, Interrupted},
    request::Request,
};

impl Live {
    /// A container has answered requests of a command. Recorded where somebody measures what containers use; else nothing comes
    /// of it.
    ///
    /// # Errors
    /// When the recorder could not keep it; nothing was changed then.
    pub(in crate::http) async fn answered(&self, answered: &Answered) -> Result<(), NotRecorded> {
        if !self.state().cluster.network().is_metered() {
            return Ok(());
        }
        self.enter(answered.entry(), false).await
    }

    /// A command has sent a signal to its container's main process, which heeds it.
    ///
    /// # Errors
    /// When the recorder could not keep it; nothing was changed then.
    pub(in crate::http) async fn interrupted(&self, interrupted: &Interrupted) -> Result<(), NotRecorded> {
        self.enter(interrupted.entry(), true).await
    }

    /// Records and applies an entry of the world's own, if the journal has room for it; `wakes`: something follows from it.
    async fn enter(&self, request: Request, wakes: bool) -> Result<(), NotRecorded> {
        let _writer = self.0.writer.lock().await;
        let entry = Entry { at: self.catch_up(None).await, request };
        if self.has_room_for(&entry).is_err() {
            return Ok(());
        }
        self.0.recorder.record(&entry).await?;
        let mut state = self.state();
        state.apply(entry);
        if wakes {
            run_on(&mut state);
            self.publish(&state);
        }
        if wakes && state.outruns_the_pacer() {
            self.0.turned.notify_one();
        }
        Ok(())
    }
}
