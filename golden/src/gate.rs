//! What stands before a cluster in a replay: it has each request of kubectl served at the moment at which the reference's
//! came, however fast kubectl starts here. It also knows whether a request is being answered.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::Response,
};

use crate::timeline::Timeline;

/// The gate; open until a timeline is set.
#[derive(Clone, Default)]
pub struct Gate {
    timeline: Arc<OnceLock<Timeline>>,
    answering: Answering,
}

/// How many requests are being answered, and have ever been; a watch is answered as soon as it begins.
#[derive(Clone, Default)]
pub struct Answering {
    now: Arc<AtomicUsize>,
    ever: Arc<AtomicUsize>,
}

impl Answering {
    /// How many there have ever been, where none is being answered now.
    pub fn rests(&self) -> Option<usize> {
        (self.now.load(Ordering::SeqCst) == 0).then(|| self.ever.load(Ordering::SeqCst))
    }

    /// Counts one until it has its answer.
    pub async fn count<T>(&self, answer: impl Future<Output = T>) -> T {
        struct Ends<'a>(&'a AtomicUsize);
        impl Drop for Ends<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::SeqCst);
            }
        }
        self.now.fetch_add(1, Ordering::SeqCst);
        self.ever.fetch_add(1, Ordering::SeqCst);
        let _ends = Ends(&self.now);
        answer.await
    }
}

impl Gate {
    /// Puts it before a cluster.
    pub fn before(&self, router: Router) -> Router {
        router.layer(middleware::from_fn_with_state(self.clone(), pass))
    }

    /// From here on requests come at the moments of this timeline.
    pub fn set(&self, timeline: Timeline) {
        // There is one timeline a scenario.
        let _ = self.timeline.set(timeline);
    }

    /// What is being answered behind it.
    pub fn answering(&self) -> &Answering {
        &self.answering
    }
}

async fn pass(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    if let Some(timeline) = gate.timeline.get() {
        timeline.meet(&format!("{} {}", request.method(), request.uri().path())).await;
    }
    gate.answering.count(next.run(request)).await
}
