//! The way in for the learner's own kubectl: TLS, one path a sandbox, a bearer token each.
//!
//! Models the API server's secure port. Omits: client certificates, impersonation, HTTP/2.

mod certs;
mod forward;
mod kubeconfig;
mod listener;
#[cfg(test)]
mod tests;

pub use certs::Certs;
pub use forward::{alone, router};
pub use kubeconfig::Kubeconfig;
pub use listener::TlsListener;
