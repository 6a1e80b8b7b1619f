//! What happens, in order: the recipes of find, get, create, update, delete, aggregate, and those of the classes that Parse defines.
//!
//! The edge (`http/`, later `graphql/` and `live/`) hands in a [`Call`] and gets an [`Answer`].

pub mod admin;
pub mod aggregate;
pub mod answer;
pub mod batch;
mod body;
pub mod call;
pub mod challenge;
pub mod classes;
pub mod create;
pub mod delete;
mod denylist;
pub mod elsewhere;
pub mod email;
pub mod engine;
mod file_domains;
pub mod find;
pub mod functions;
pub mod get;
pub mod login;
pub mod login_as;
pub mod logout;
pub mod push;
pub mod query;
pub mod room;
mod save_hooks;
pub mod schemas;
pub mod sessions;
pub mod update;
pub mod verify_password;
pub mod webhooks;

pub use answer::Answer;
pub use call::Call;
pub use engine::Engine;
pub use room::{Pool, Room};

#[cfg(test)]
pub mod tests;
