//! Parsimony: a drop-in replacement for Parse Server in one binary.
//!
//! The map of the house, in the order a start-up walks it: [`cli`] reads the command line, [`config`] turns flags,
//! environment and file into typed values.

pub mod config;
