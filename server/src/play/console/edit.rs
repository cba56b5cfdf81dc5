//! The page as an editor: a piece brings the text, a request of its own brings it back.

use std::sync::Arc;

use futures::{FutureExt, future::BoxFuture};
use wire::console::Piece;

use super::stream::Wire;
use crate::{console::Editor, sandboxes::Sandbox};

/// The editor of the page that a line was typed in.
pub(super) struct PageEditor {
    pub wire: Wire,
    pub sandbox: Arc<Sandbox>,
}

impl Editor for PageEditor {
    fn edit(&self, name: &str, text: String) -> BoxFuture<'static, Option<String>> {
        let (id, saved) = self.sandbox.edits.add();
        self.wire.send(Piece::Edit { id, name: name.to_owned(), text });
        async move { saved.await.ok().flatten() }.boxed()
    }
}
