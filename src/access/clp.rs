//! clp
