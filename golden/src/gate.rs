//! What stands before a cluster in a replay: it has each request of kubectl served at the moment at which the reference's
//! came, however fast kubectl starts here.

use std::sync::{Arc, OnceLock};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::Response,
};

use crate::timeline::Timeline;

/// The gate; open until a timeline is set.
#[derive(Clone, Default)]
pub struct Gate(Arc<OnceLock<Timeline>>);

impl Gate {
    /// Puts it before a cluster.
    pub fn before(&self, router: Router) -> Router {
        router.layer(middleware::from_fn_with_state(self.clone(), pass))
    }

    /// From here on requests come at the moments of this timeline.
    pub fn set(&self, timeline: Timeline) {
        // There is one timeline a scenario.
        let _ = self.0.set(timeline);
    }
}

async fn pass(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    if let Some(timeline) = gate.0.get() {
        timeline.meet(&format!("{} {}", request.method(), request.uri().path())).await;
    }
    next.run(request).await
}
