//! The web room: pages, server functions, frames, downloads. What is behind it is known as a [`House`] only.

mod console;
mod csp;
mod entry;
mod fault;
mod frames;
mod guard;
mod kubeconfig;
mod learner;
mod pictures;
mod reload;
mod routes;
#[cfg(test)]
pub(crate) mod tests;

use std::{net::SocketAddr, sync::Arc};

use axum::extract::FromRef;
use axum_extra::extract::cookie::Key;
pub use csp::declare as declare_policy;
pub use fault::{lang_of_page, unavailable};
pub use frames::closed;
pub use learner::{Learner, agent_of, forgotten_cookies, session_cookie};
use leptos::config::LeptosOptions;
pub use reload::reloading;
pub use routes::router;
use tokio::sync::watch;

use crate::{house::House, limits::Limits, storage::Storage};

/// What every route can reach.
#[derive(Clone)]
pub struct Web {
    /// Leptos' settings: where the site folder is.
    pub leptos: LeptosOptions,
    /// The game.
    pub house: Arc<dyn House>,
    /// For people and what graders say.
    pub storage: Storage,
    /// Signs cookies.
    pub cookie_key: Key,
    /// How often something may be asked.
    pub limits: Arc<Limits>,
    /// Becomes true when the server goes down.
    pub closing: watch::Receiver<bool>,
    /// Where kubectl finds the sandboxes.
    pub kube: KubeDoor,
}

/// The public side of the Kubernetes API's listener.
#[derive(Clone, Debug)]
pub struct KubeDoor {
    /// Address it listens on.
    pub addr: SocketAddr,
    /// The authority that clients have to trust, PEM.
    pub ca_pem: String,
}

impl FromRef<Web> for LeptosOptions {
    fn from_ref(web: &Web) -> Self {
        web.leptos.clone()
    }
}
