//! A small HTTP client over `ureq`: follows no redirect, takes no status for an error, keeps bodies as bytes.

use super::Actor;
use serde_json::Value;
use std::time::Duration;
use ureq::Agent;
use ureq::http::{Request, Response};

/// Longest wait for one answer; a server that needs longer has hung.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);
/// Most bytes read of one answer.
const BODY_LIMIT: u64 = 256 << 20;

/// A caller of one server.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    base: String,
    actor: Actor,
}

/// A response as it came.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Header names in lower case, with their values, in the order received.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as text, with a mark for bytes that are no UTF-8.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; a body that is none fails the test.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("no JSON ({e}) in {} {}", self.status, self.text()))
    }
}

impl Client {
    /// A client of the server mounted at `base`, for example `http://127.0.0.1:1337/parse`.
    pub fn new(base: &str, actor: Actor) -> Client {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(ANSWER_LIMIT))
            .build();
        Client { agent: config.new_agent(), base: base.to_owned(), actor }
    }

    /// The same server, another caller.
    pub fn with(&self, actor: Actor) -> Client {
        Client { actor, ..self.clone() }
    }

    /// `GET`.
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None)
    }

    /// `POST` of a JSON body.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[], Some(body.to_string().as_bytes()))
    }

    /// Any request; a failed connection fails the test. A body is JSON unless `headers` names its type.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Answer {
        self.try_send(method, path, headers, body).unwrap_or_else(|e| panic!("{method} {path}: {e}"))
    }

    /// As `send`, for servers that may go away meanwhile.
    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder().method(method).uri(format!("{}{}", self.base, escape(path)));
        for (name, value) in self.actor.headers() {
            if !headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(&name)) {
                request = request.header(name, value);
            }
        }
        if body.is_some() && !headers.iter().any(|(own, _)| own.eq_ignore_ascii_case("content-type")) {
            request = request.header("Content-Type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = match body {
            Some(bytes) => self.agent.run(request.body(bytes)?)?,
            None => self.agent.run(request.body(())?)?,
        };
        read(response)
    }
}

fn read(response: Response<ureq::Body>) -> Result<Answer, ureq::Error> {
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let body = response.into_body().into_with_config().limit(BODY_LIMIT).read_to_vec()?;
    Ok(Answer { status, headers, body })
}

/// Percent-encodes what may not stand in a request target as it is; what is encoded already stays so.
pub fn escape(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}
