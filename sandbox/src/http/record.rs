//! The journal's hook: who keeps the truth is told before a request is applied.

use std::{future::Future, pin::Pin};

use serde::{Deserialize, Serialize};

use crate::{clock::Time, request::Request};

/// A timed request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Virtual moment at which it is applied, after all work due until then.
    pub at: Time,
    /// The request.
    pub request: Request,
}

impl Entry {
    /// About as many bytes as it takes to keep it.
    pub(super) fn bytes(&self) -> usize {
        const AROUND: usize = 256;
        let r = &self.request;
        let texts = [&r.uri, &r.content_type, &r.accept, &r.user_agent, &r.body];
        texts.iter().map(|text| text.len()).sum::<usize>() + AROUND
    }
}

/// The entry could not be kept; the request is not applied. Why is for the log, not for the client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal could not be written, so nothing was changed")]
pub struct NotRecorded(pub String);

/// Keeps entries. Called one at a time for a cluster, in order.
pub trait Recorder: Send + Sync {
    /// Keeps an entry durably before it returns.
    fn record<'a>(
        &'a self,
        entry: &'a Entry,
    ) -> Pin<Box<dyn Future<Output = Result<(), NotRecorded>> + Send + 'a>>;
}

/// Keeps nothing: for clusters that live only in memory.
impl Recorder for () {
    fn record<'a>(
        &'a self,
        _: &'a Entry,
    ) -> Pin<Box<dyn Future<Output = Result<(), NotRecorded>> + Send + 'a>> {
        Box::pin(std::future::ready(Ok(())))
    }
}
