//! Parsimony: Parse Server's wire, database layout and configuration, in one Rust binary.

pub mod error;
pub mod matching;
pub mod model;
pub mod storage;
