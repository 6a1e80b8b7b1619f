//! Configuration: one table of options, the layers that set them (flags, environment, file, defaults), their
//! validation, and the typed values they come to.

mod ip;
mod proxy;
mod secret;
mod types;

pub use ip::{Cidr, IpSet};
pub use proxy::TrustProxy;
pub use secret::Secret;
pub use types::*;
