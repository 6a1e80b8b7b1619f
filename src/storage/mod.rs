//! Where objects are kept.

pub mod pipeline;
