//! Parsimony: Parse Server's wire, database layout and configuration, in one Rust binary.

pub mod access;
pub mod app;
pub mod auth;
pub mod cli;
pub mod cloud;
pub mod config;
pub mod error;
pub mod http;
pub mod mail;
pub mod matching;
pub mod model;
pub mod moving;
pub mod outgoing;
pub mod push;
pub mod rest;
pub mod schema;
pub mod server;
pub mod storage;
pub mod telemetry;

/// Stack of a thread that works on values as deep as a body may be nested, bytes; only what is used of it takes memory.
pub const STACK: usize = 8 << 20;
