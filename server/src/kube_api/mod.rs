//! The way in for the learner's own kubectl: TLS, one path a sandbox, a bearer token each.
//!
//! Models the API server's secure port. Omits: client certificates, HTTP/2; in the house, where many clusters stand behind one
//! port, nobody is let in without a token.

mod certs;
mod exec;
#[cfg(test)]
mod exec_tests;
mod forward;
mod inside;
mod kubeconfig;
mod listener;
#[cfg(test)]
mod tests;

pub use certs::Certs;
pub use forward::{alone, router};
pub use inside::client;
pub use kubeconfig::Kubeconfig;
pub use listener::TlsListener;
