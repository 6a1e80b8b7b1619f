//! The line that every request leaves. Never a query string, a key, a token, a password or a body: only what stands in [`Entry`].

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::{Ring, Sink, now};
use crate::model::{Date, wire};

/// What a request leaves in the log.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The request.
    pub id: &'a RequestId,
    /// The app, if the request named one.
    pub app: &'a str,
    /// The method, after `_method`.
    pub method: &'a str,
    /// The pattern of the route, never the path itself: ids and names of users stand in paths.
    pub route: &'a str,
    /// The status of the response.
    pub status: u16,
    /// From the end of the headers to the response.
    pub elapsed: Duration,
    /// Bytes of the response's body.
    pub bytes: u64,
}

/// The log as the edge knows it.
#[derive(Clone)]
pub struct Log {
    sink: Sink,
    json: bool,
    requests: bool,
    recent: Ring,
}

impl Log {
    /// A log in JSON or for people to read, with a line a request or without, and where its last lines are kept.
    pub fn new(sink: Sink, json: bool, requests: bool, recent: Ring) -> Self {
        Self { sink, json, requests, recent }
    }

    /// The last lines of the process, those of requests left out.
    pub fn recent(&self) -> &Ring {
        &self.recent
    }

    /// Writes the line of a request.
    pub fn request(&self, entry: &Entry<'_>) {
        if !self.requests {
            return;
        }
        let mut line = Vec::with_capacity(256);
        entry.write(now(), self.json, &mut line);
        self.sink.line(&line);
    }

    /// Waits until everything is written.
    pub fn flush(&self) {
        self.sink.flush();
        self.recent.flush();
    }
}

impl Entry<'_> {
    fn write(&self, now: Date, json: bool, out: &mut Vec<u8>) {
        use std::io::Write;
        let ms = self.elapsed.as_secs_f64() * 1000.0;
        let Self { id, app, method, route, status, bytes, .. } = self;
        // Writing to a Vec cannot fail.
        let _ = if json {
            let _ = write!(out, r#"{{"timestamp":"{now}","level":"INFO","message":"request","id":"{id}","app":"#);
            wire::string(app, out);
            writeln!(out, r#","method":"{method}","route":"{route}","status":{status},"ms":{ms:.3},"bytes":{bytes}}}"#)
        } else {
            let app = app.escape_debug();
            writeln!(out, "{now}  {status} {method} {route}  {ms:.1} ms, {bytes} bytes  {app} {id}")
        };
    }
}

/// The longest id that is taken from a request, as Heroku limits it.
const LONGEST: usize = 200;

/// What a request is called in the log: its `X-Request-Id` if that is well-formed, else a name of our own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RequestId {
    /// From the header.
    Given(Box<str>),
    /// Made here: a part that the process chose, and a count.
    Made(u32, u64),
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(text) => f.write_str(text),
            Self::Made(process, count) => write!(f, "{process:08x}-{count:x}"),
        }
    }
}

/// Makes ids.
#[derive(Debug)]
pub struct RequestIds {
    process: u32,
    count: AtomicU64,
}

impl RequestIds {
    /// `process` tells the ids of one process from those of another.
    pub fn new(process: u32) -> Self {
        Self { process, count: AtomicU64::new(1) }
    }

    /// The id of a request with this `X-Request-Id`.
    pub fn of(&self, header: Option<&[u8]>) -> RequestId {
        let fits = |bytes: &&[u8]| {
            (1..=LONGEST).contains(&bytes.len())
                && bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'='))
        };
        match header.filter(fits).and_then(|bytes| std::str::from_utf8(bytes).ok()) {
            Some(text) => RequestId::Given(text.into()),
            None => RequestId::Made(self.process, self.count.fetch_add(1, Ordering::Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let id = RequestId::Made(0xabc, 255);
        let entry = Entry {
            id: &id,
            app: "a\"b\n",
            method: "GET",
            route: "/classes/:className",
            status: 200,
            elapsed: Duration::from_micros(1234),
            bytes: 56,
        };
        let text = |json: bool| {
            let mut out = Vec::new();
            entry.write(Date(0), json, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(
            text(true),
            concat!(
                r#"{"timestamp":"1970-01-01T00:00:00.000Z","level":"INFO","message":"request","id":"00000abc-ff","app":"a\"b\n","#,
                r#""method":"GET","route":"/classes/:className","status":200,"ms":1.234,"bytes":56}"#,
                "\n"
            )
        );
        assert_eq!(text(false).lines().count(), 1);
    }

    #[test]
    fn ids_are_taken_only_if_well_formed() {
        let ids = RequestIds::new(1);
        assert_eq!(ids.of(Some(b"01234567-89ab-cdef")), RequestId::Given("01234567-89ab-cdef".into()));
        for bad in ["", "a b", "a\"b", "a\nb", &"x".repeat(201)] {
            assert!(matches!(ids.of(Some(bad.as_bytes())), RequestId::Made(1, _)), "{bad}");
        }
        assert_ne!(ids.of(None), ids.of(None));
    }
}
