//! `import`, `export`, `copy` and `verify`, as their user sees them.

mod differs;
mod generator;
mod hostile;
mod kit;
mod round;
