//! The rules of Parse's own classes.

pub mod installation;
