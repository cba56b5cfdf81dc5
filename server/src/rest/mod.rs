//! `/api/v1`: lessons, classes, attempts, checks, judgements and journals for other programs. JSON in and out, problems as
//! RFC 9457, pages by cursor, ETags.

mod answer;
pub(crate) mod attempts;
mod caller;
mod classes;
mod lessons;
mod model;
mod openapi;
pub(crate) mod problem;
#[cfg(test)]
mod tests;

pub use caller::{SCOPES, TOKEN_PREFIX};
pub use openapi::{document, router};
