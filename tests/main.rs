//! Black-box tests of the `parsimony` binary: one integration binary, a module per area.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test reports by panicking")]

mod access;
mod accounts;
mod admin;
mod advisories;
mod aggregate;
mod arrows;
mod bridge;
mod cli;
mod crash;
mod dashboard;
mod database_away;
mod defined;
mod disk;
mod doctor;
mod drain;
mod garbage;
mod golden;
mod hooks;
mod installations;
mod logs;
mod mail;
mod moving;
mod options;
mod outage;
mod pages;
mod pointers;
mod protected;
mod push;
mod sdk;
mod support;
mod text;
#[cfg(feature = "mongodb")]
mod trips;
mod two_processes;
