//! The wire: from an HTTP request to a call of `rest/`, and from its answer to a response (`http.md`).
//!
//! [`Edge`] carries a request through the steps, in the one order that Parse Server has them; [`router`] is the table of routes;
//! [`dispatch`] runs what a route names, for HTTP and batch alike.

pub mod admin;
pub mod allow;
pub mod batch;
pub mod body;
pub mod catch;
pub mod compress;
pub mod cors;
pub mod dispatch;
pub mod edge;
pub mod etag;
pub mod health;
pub mod idempotency;
pub mod identify;
pub mod memory;
pub mod pages;
pub mod pattern;
pub mod percent;
pub mod query;
pub mod rate;
pub mod respond;
pub mod router;
pub mod server_info;
pub mod site;

pub use edge::{Edge, Front, Peer};
pub use health::Health;
pub use site::Site;
