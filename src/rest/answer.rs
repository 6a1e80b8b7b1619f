//! What a recipe gives back, in terms that the edge turns into a response.

use crate::model::{Map, Value, wire};

/// A successful answer: a status, a JSON body, and the place of what was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, encoded in full.
    pub body: Vec<u8>,
    /// The path below the server's URL of an object that was made: `/classes/GameScore/xyz`.
    pub location: Option<String>,
    /// One more header of the response; a batch leaves it out.
    pub header: Option<(&'static str, String)>,
}

impl Answer {
    /// 200 with a JSON value.
    pub fn ok(value: &Value) -> Self {
        let mut body = Vec::with_capacity(128);
        wire::write(value, &mut body);
        Self::raw(body)
    }

    /// 200 with bytes that are JSON already.
    pub fn raw(body: Vec<u8>) -> Self {
        Self { status: 200, body, location: None, header: None }
    }

    /// Puts a key behind the others of a body that is an object.
    pub fn append(&mut self, key: &str, value: &Value) {
        if self.body.pop().is_none() {
            return;
        }
        if self.body.len() > 1 {
            self.body.push(b',');
        }
        wire::string(key, &mut self.body);
        self.body.push(b':');
        wire::write(value, &mut self.body);
        self.body.push(b'}');
    }

    /// 200 with `{}`.
    pub fn empty() -> Self {
        Self::raw(b"{}".to_vec())
    }

    /// 201 with a JSON object and where it is.
    pub fn created(body: Map, location: String) -> Self {
        Self { status: 201, location: Some(location), ..Self::ok(&Value::Object(body)) }
    }
}
