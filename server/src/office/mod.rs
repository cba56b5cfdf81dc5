//! The office: accounts, classes, graders. Forms in, pages out; what each route needs stands in one table ([`routes::TABLE`]).

mod access;
mod account;
mod api;
mod attempt;
mod board;
mod caller;
mod class;
mod classes;
mod export;
mod flags;
mod insight;
mod key;
mod live;
mod name;
pub mod password;
mod people;
mod routes;
mod sign_in;
#[cfg(test)]
pub(crate) mod tests;
mod tokens;

pub use key::{first_admin_key, new_key};
pub use name::name;
pub use routes::router;
