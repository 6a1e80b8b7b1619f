//! Parsimony.
