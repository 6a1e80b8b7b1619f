//! The parts of a query: its parameters, its sub-queries and relation constraints, its includes.

mod columns;
pub mod include;
pub mod params;
pub mod relation;
pub mod subquery;
pub mod text;

pub use columns::columns;
pub use params::Params;
