//! `anonymous`: a user whom nobody vouches for; its id is a secret of the client.

use super::{Checked, Provider, Verdict};
use crate::model::Map;

/// The provider.
#[derive(Debug, Clone, Copy)]
pub struct Anonymous;

impl Provider for Anonymous {
    fn check<'a>(&'a self, _: &'a Map, _: Option<&'a Map>) -> Checked<'a> {
        Box::pin(async { Ok(Verdict::default()) })
    }
}
