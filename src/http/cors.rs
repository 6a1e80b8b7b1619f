//! CORS, as Parse Server answers it on every response (`http.md` section 2).

use hyper::HeaderMap;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue, ORIGIN,
};

use crate::config::AppConfig;
use crate::error::{Error, Result};

const METHODS: HeaderValue = HeaderValue::from_static("GET,PUT,POST,DELETE,OPTIONS");
const EXPOSED: HeaderValue = HeaderValue::from_static("X-Parse-Job-Status-Id, X-Parse-Push-Status-Id");
const HEADERS: &str = "X-Parse-Master-Key, X-Parse-REST-API-Key, X-Parse-Javascript-Key, X-Parse-Application-Id, \
    X-Parse-Client-Version, X-Parse-Session-Token, X-Requested-With, X-Parse-Revocable-Session, X-Parse-Request-Id, \
    Content-Type, Pragma, Cache-Control";

/// The headers of one mount path.
#[derive(Debug, Clone)]
pub struct Cors {
    headers: HeaderValue,
    origins: Vec<HeaderValue>,
}

impl Cors {
    /// From `allowHeaders` and `allowOrigin`.
    ///
    /// # Errors
    /// 1 for a text that cannot stand in a header.
    pub fn new(config: &AppConfig) -> Result<Self> {
        let value = |text: &str| {
            HeaderValue::from_str(text).map_err(|e| Error::caused(format!("allowHeaders or allowOrigin: {text}"), e))
        };
        let mut headers = HEADERS.to_owned();
        for further in &config.allow_headers {
            headers.push_str(", ");
            headers.push_str(further);
        }
        let mut origins = config.allow_origin.iter().map(|o| value(o)).collect::<Result<Vec<_>>>()?;
        if origins.is_empty() {
            origins.push(HeaderValue::from_static("*"));
        }
        Ok(Self { headers: value(&headers)?, origins })
    }

    /// Puts the headers on a response to a request with these headers.
    pub fn apply(&self, request: &HeaderMap, response: &mut HeaderMap) {
        let listed = request.get(ORIGIN).and_then(|origin| self.origins.iter().find(|own| *own == origin));
        if let Some(origin) = listed.or(self.origins.first()) {
            response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        }
        response.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        response.insert(ACCESS_CONTROL_ALLOW_HEADERS, self.headers.clone());
        response.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
}
