//! What the areas share: a running server, an HTTP client that never hides a status, raw sockets for broken HTTP,
//! and the kinds of callers that Parse knows.

pub mod actors;
pub mod backend;
pub mod browser;
pub mod client;
pub mod http2;
pub mod identity;
pub mod mailbox;
#[cfg(feature = "mongodb")]
#[allow(dead_code, reason = "most faults are played by the unit tests of the back end")]
pub mod mongo_peer;
pub mod node;
pub mod otp;
pub mod peer;
pub mod raw;
pub mod relay;
pub mod run;
pub mod server;
pub mod smtp;
pub mod subject;

pub use actors::Actor;
pub use backend::Backend;
pub use browser::Browser;
pub use client::{Answer, Client};
pub use identity::Identity;
pub use mailbox::Mailbox;
pub use peer::{Asked, Peer, Said};
pub use server::Server;
pub use smtp::MailServer;
pub use subject::Subject;
