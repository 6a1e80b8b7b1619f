//! Responses: answers, errors and Express' own pages.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};

use crate::error::Error;
use crate::model::{html, wire};
use crate::rest::{Answer, Room};

/// The body of every response.
pub type Body = Full<Bytes>;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// What a response will be, before the headers that every response gets.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// What the body is; `None` sends no content type and no ETag.
    pub kind: Option<HeaderValue>,
    /// Does Express give it an ETag?
    pub tagged: bool,
    /// The body.
    pub body: Vec<u8>,
    /// Further headers.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// What the body takes of the memory for results.
    room: Option<Arc<Room>>,
}

/// A body with its place in memory.
struct Held(Vec<u8>, #[expect(dead_code, reason = "it is there to be dropped with the body")] Arc<Room>);

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Reply {
    fn new(status: u16, kind: Option<HeaderValue>, body: Vec<u8>) -> Self {
        Self { status, tagged: kind.is_some(), kind, body, headers: Vec::new(), room: None }
    }

    /// Keeps a place in memory until the body is sent.
    pub fn holding(self, room: Arc<Room>) -> Self {
        Self { room: Some(room), ..self }
    }

    /// JSON text with a status.
    pub fn json(status: u16, body: Vec<u8>) -> Self {
        Self::new(status, Some(JSON), body)
    }

    /// HTML with a status.
    pub fn html(status: u16, text: String) -> Self {
        Self::new(status, Some(HTML), text.into_bytes())
    }

    /// What a recipe answered; `base` is the server's URL.
    pub fn answer(answer: Answer, base: &str) -> Self {
        let mut reply = Self::json(answer.status, answer.body);
        if let Some(place) = answer.location
            && let Ok(value) = HeaderValue::try_from(format!("{base}{place}"))
        {
            reply.headers.push((LOCATION, value));
        }
        if let Some((name, value)) = answer.header
            && let Ok(value) = HeaderValue::try_from(value)
        {
            reply.headers.push((HeaderName::from_static(name), value));
        }
        reply
    }

    /// The end of every OPTIONS request.
    pub fn ok() -> Self {
        Self::new(200, Some(TEXT), b"OK".to_vec())
    }

    /// 403 for a request that no app answers for; Parse Server sends it without a content type.
    pub fn unauthorized() -> Self {
        Self::new(403, None, br#"{"error":"unauthorized"}"#.to_vec())
    }

    /// Express' page for a route that is none.
    pub fn no_route(method: &str, path: &str) -> Self {
        let what = html::escape(&format!("Cannot {method} {path}"));
        let body = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n\
             <body>\n<pre>{what}</pre>\n</body>\n</html>\n"
        );
        let mut reply = Self::new(404, Some(HTML), body.into_bytes());
        reply.tagged = false;
        reply.headers.push((CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'")));
        reply.headers.push((X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")));
        reply
    }

    /// An error in Parse's form (`http.md` section 6); `sanitise` as `enableSanitizedErrorResponse` says.
    pub fn error(error: &Error, sanitise: bool) -> Self {
        let mut body = Vec::with_capacity(96);
        match (error.client_message(sanitise), error.code()) {
            (Some(message), _) => object(error, message, &mut body),
            (None, _) => body.extend_from_slice(br#"{"code":1,"message":"Internal server error."}"#),
        }
        Self::json(error.status(), body)
    }

    /// The response.
    pub fn into_response(self) -> Response<Body> {
        let length = self.body.len();
        let body = match self.room {
            Some(room) => Bytes::from_owner(Held(self.body, room)),
            None => Bytes::from(self.body),
        };
        let mut response = Response::new(Full::new(body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.reserve(12);
        if let Some(kind) = self.kind {
            headers.insert(CONTENT_TYPE, kind);
        }
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        for (name, value) in self.headers {
            headers.insert(name, value);
        }
        response
    }
}

/// Appends `{"code":…,"error":…}`, without the code where there is none.
pub fn object(error: &Error, message: &str, out: &mut Vec<u8>) {
    out.push(b'{');
    if let Some(number) = error.number() {
        out.extend_from_slice(b"\"code\":");
        out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
        out.push(b',');
    }
    out.extend_from_slice(b"\"error\":");
    if error.is_json() {
        out.extend_from_slice(message.as_bytes());
    } else {
        wire::string(message, out);
    }
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    fn body(error: &Error, sanitise: bool) -> (u16, String) {
        let reply = Reply::error(error, sanitise);
        (reply.status, String::from_utf8(reply.body).unwrap())
    }

    #[test]
    fn errors_have_parses_forms() {
        let not_found = r#"{"code":101,"error":"Object not found."}"#;
        assert_eq!(body(&Error::not_found(), true), (404, not_found.into()));
        assert_eq!(body(&Error::http(413, "too \"large\""), true), (413, r#"{"error":"too \"large\""}"#.into()));
        let internal = r#"{"code":1,"message":"Internal server error."}"#;
        assert_eq!(body(&Error::internal("disk"), false), (500, internal.into()));
        let thrown = Error::thrown(Code::ScriptFailed, r#"{"a":1}"#.into());
        assert_eq!(body(&thrown, true), (400, r#"{"code":141,"error":{"a":1}}"#.into()));
        let one = Error::new(Code::InternalServerError, "Invalid server state: error");
        assert_eq!(body(&one, true), (500, r#"{"code":1,"error":"Invalid server state: error"}"#.into()));
    }

    #[test]
    fn details_are_hidden_as_the_option_says() {
        let denied = Error::denied(Code::OperationForbidden, "why");
        assert_eq!(body(&denied, true).1, r#"{"code":119,"error":"Permission denied"}"#);
        assert_eq!(body(&denied, false).1, r#"{"code":119,"error":"why"}"#);
        assert_eq!(body(&Error::forbidden("why"), true), (403, r#"{"error":"Permission denied"}"#.into()));
    }

    #[test]
    fn the_page_of_a_route_that_is_none() {
        let reply = Reply::no_route("GET", "/parse/nothing<\">");
        assert!(String::from_utf8(reply.body).unwrap().contains("<pre>Cannot GET /parse/nothing&lt;&quot;&gt;</pre>"));
    }
}
