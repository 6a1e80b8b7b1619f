//! The loader from end to end: merge order, refusals, warnings, typed values.

mod apps;
mod layers;
mod providers;
mod support;
mod values;
mod wording;
