//! Black-box tests of the `parsimony` binary: one integration binary, a module per area.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test reports by panicking")]

mod arrows;
mod crash;
mod drain;
mod garbage;
mod golden;
mod support;
