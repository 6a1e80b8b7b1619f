//! The parts of a query: its parameters, its sub-queries and relation constraints, its includes.

pub mod include;
pub mod params;
pub mod relation;
pub mod subquery;
pub mod text;

pub use params::Params;
