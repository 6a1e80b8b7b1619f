//! The groups of options that are set as one object, a file an area.

mod accounts;
mod auth;
mod database;
mod files;
mod live;
mod pages;
mod push;
mod requests;
mod server;

pub use accounts::*;
pub use auth::*;
pub use database::*;
pub use files::*;
pub use live::*;
pub use pages::*;
pub use push::*;
pub use requests::*;
pub use server::*;
