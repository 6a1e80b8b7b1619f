//! Bytes on a socket, for requests that no HTTP client would send.

use super::Answer;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// One connection to a server.
pub struct Raw {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Raw {
    /// Connects to the server whose base URL this is.
    pub fn connect(base: &str) -> Raw {
        let authority = base.trim_start_matches("http://").split('/').next().unwrap();
        let stream = TcpStream::connect(authority).expect("connect");
        Raw { stream, unread: Vec::new() }
    }

    /// Sends these bytes; false when the server has closed the connection.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).and_then(|()| self.stream.flush()).is_ok()
    }

    /// Reads one answer with its body, as far as `Content-Length` or the end of the connection says.
    /// `None`: the server closed or stayed silent for `limit` before the headers were complete.
    pub fn answer(&mut self, limit: Duration) -> Option<Answer> {
        let until = Instant::now() + limit;
        let head_end = loop {
            if let Some(at) = find(&self.unread, b"\r\n\r\n") {
                break at;
            }
            self.fill(until)?;
        };
        let head = String::from_utf8_lossy(&self.unread[..head_end]).into_owned();
        let mut lines = head.split("\r\n");
        let status: u16 = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let told = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, v)| v.parse().ok());
        let length = if status < 200 { Some(0) } else { told };
        let body_at = head_end + 4;
        while length.is_none_or(|length: usize| self.unread.len() < body_at + length) {
            if self.fill(until).is_none() {
                break;
            }
        }
        let end = length.map_or(self.unread.len(), |length| (body_at + length).min(self.unread.len()));
        let body = self.unread[body_at..end].to_vec();
        self.unread.drain(..end);
        Some(Answer { status, headers, body })
    }

    /// True when the server ends the connection before `limit` is over.
    pub fn closed_within(&mut self, limit: Duration) -> bool {
        let until = Instant::now() + limit;
        while Instant::now() < until {
            if self.fill(until).is_none() {
                return Instant::now() < until;
            }
        }
        false
    }

    /// Waits for more bytes; `None` at the end of the connection or of the time.
    fn fill(&mut self, until: Instant) -> Option<()> {
        let mut chunk = [0; 16 * 1024];
        while let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            self.stream.set_read_timeout(Some(left)).ok()?;
            match self.stream.read(&mut chunk) {
                Ok(0) => return None,
                Ok(count) => {
                    self.unread.extend_from_slice(&chunk[..count]);
                    return Some(());
                }
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted) => {}
                Err(_) => return None,
            }
        }
        None
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
