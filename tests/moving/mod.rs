//! `import`, `export`, `copy` and `verify`, as their user sees them.

mod differs;
#[cfg(feature = "mongodb")]
mod dump;
mod generator;
mod hostile;
mod kit;
mod round;
mod table;
