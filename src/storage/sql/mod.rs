//! What the SQL back ends share.

pub mod apply;
