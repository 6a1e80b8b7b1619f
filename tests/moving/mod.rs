//! `import`, `export`, `copy` and `verify`, as their user sees them.

mod again;
mod differs;
#[cfg(feature = "mongodb")]
mod dump;
mod generator;
mod hops;
mod hostile;
mod kit;
mod round;
#[cfg(feature = "mongodb")]
mod stray;
mod table;
