//! Request bodies: read with a limit on size and time, inflated with the same limit, then read as JSON or as a form.

use std::borrow::Cow;
use std::io::Read;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::HeaderMap;
use hyper::body::{Body as _, Incoming};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE};

use super::memory::{Memory, Place};
use super::query;
use crate::error::{Error, Result};
use crate::model::{Value, wire};

/// The greatest form body, as Express has it.
const FORM_LIMIT: u64 = 100 * 1024;
/// Bodies above this size, or inflated ones, are read away from the threads that serve connections, bytes.
const LARGE: usize = 256 * 1024;

/// How much of a body is thrown away after its answer, bytes.
const LINGER: u64 = 64 << 20;
/// How long that may take.
const LINGER_TIME: Duration = Duration::from_secs(10);

/// What bounds a body.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Bytes after inflation (`maxUploadSize`).
    pub size: u64,
    /// Until all of it must be here.
    pub time: Option<Duration>,
    /// How deep its JSON may nest.
    pub depth: usize,
}

/// A body and the place that it takes in memory.
#[derive(Debug, Default)]
pub struct Received {
    /// `None` if there is none or it is multipart.
    pub value: Option<Value>,
    /// To be held as long as the value is worked with.
    pub place: Place,
}

/// Reads a body: a form or JSON by its content type.
///
/// # Errors
/// 400, 408, 413 or 415 with a text.
pub async fn read(headers: &HeaderMap, body: &mut Incoming, bounds: Bounds, memory: &Memory) -> Result<Received> {
    if body.is_end_stream() && !headers.contains_key(hyper::header::CONTENT_LENGTH) {
        return Ok(Received::default());
    }
    let kind = Kind::of(headers)?;
    let size = match kind {
        Kind::Multipart => return Ok(Received::default()),
        Kind::Form => bounds.size.min(FORM_LIMIT),
        Kind::Json => bounds.size,
    };
    let coding = Coding::of(headers)?;
    let work = async {
        let (bytes, incoming) = collect(body, size, coding, memory).await?;
        if coding == Coding::Identity && bytes.len() <= LARGE {
            let place = memory.values(bytes.len(), Memory::count(&bytes)).await?;
            return parse(kind, &bytes, bounds.depth).map(|value| Received { value: Some(value), place });
        }
        let inflate = move || coding.inflate(bytes, size).map(|bytes| (Memory::count(&bytes), bytes));
        let (values, bytes) = blocking(inflate).await?;
        let place = memory.values(bytes.len(), values).await?;
        let value = blocking(move || parse(kind, &bytes, bounds.depth)).await?;
        drop(incoming);
        Ok(Received { value: Some(value), place })
    };
    match bounds.time {
        None => work.await,
        Some(time) => tokio::time::timeout(time, work)
            .await
            .map_err(|_| Error::http(408, "The request body did not arrive in time."))?,
    }
}

/// Runs what takes long away from the threads that serve connections.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::caused("reading a body", e))?
}

/// Takes what is left of a body that was answered before its end, and throws it away: a client that is still sending would
/// see its connection broken and never read the answer.
pub async fn linger(mut body: Incoming) {
    let rest = async {
        let mut left = LINGER;
        while let Some(Ok(frame)) = body.frame().await {
            let taken = frame.data_ref().map_or(0, |data| data.len() as u64);
            let Some(less) = left.checked_sub(taken) else { return };
            left = less;
        }
    };
    let _ = tokio::time::timeout(LINGER_TIME, rest).await;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    Form,
    Multipart,
}

impl Kind {
    fn of(headers: &HeaderMap) -> Result<Self> {
        let Some(text) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return Ok(Self::Json) };
        let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
        let essence = essence.trim();
        if essence.eq_ignore_ascii_case("multipart/form-data") {
            return Ok(Self::Multipart);
        }
        let charset = parameters.split(';').filter_map(|p| p.split_once('=')).find_map(|(name, value)| {
            name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
        });
        match charset {
            Some(name) if !name.eq_ignore_ascii_case("utf-8") && !name.eq_ignore_ascii_case("utf8") => {
                Err(Error::http(415, format!("unsupported charset \"{}\"", name.to_ascii_uppercase())))
            }
            _ if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") => Ok(Self::Form),
            _ => Ok(Self::Json),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Identity,
    Gzip,
    Deflate,
    Brotli,
}

impl Coding {
    fn of(headers: &HeaderMap) -> Result<Self> {
        let Some(value) = headers.get(CONTENT_ENCODING) else { return Ok(Self::Identity) };
        let name = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
        Ok(match name.as_str() {
            "identity" | "" => Self::Identity,
            "gzip" => Self::Gzip,
            "deflate" => Self::Deflate,
            "br" => Self::Brotli,
            _ => return Err(Error::http(415, format!("unsupported content encoding \"{name}\""))),
        })
    }

    fn inflate(self, bytes: Bytes, limit: u64) -> Result<Bytes> {
        let mut out = Vec::new();
        let bounded = limit.saturating_add(1);
        let read = match self {
            Self::Identity => return Ok(bytes),
            Self::Gzip => flate2::read::MultiGzDecoder::new(&*bytes).take(bounded).read_to_end(&mut out),
            Self::Deflate => flate2::read::ZlibDecoder::new(&*bytes).take(bounded).read_to_end(&mut out),
            Self::Brotli => brotli_decompressor::Decompressor::new(&*bytes, 4096).take(bounded).read_to_end(&mut out),
        };
        read.map_err(|e| Error::http(400, format!("The body cannot be decoded: {e}")))?;
        if out.len() as u64 > limit {
            return Err(too_large());
        }
        Ok(out.into())
    }
}

fn too_large() -> Error {
    Error::http(413, "request entity too large")
}

/// All bytes of a body, as they came, and their place in memory.
async fn collect(body: &mut Incoming, limit: u64, coding: Coding, memory: &Memory) -> Result<(Bytes, Place)> {
    let told = body.size_hint().exact();
    if coding == Coding::Identity && told.is_some_and(|told| told > limit) {
        return Err(too_large());
    }
    // What is compressed may become as large as is allowed.
    let most = if coding == Coding::Identity { told.unwrap_or(limit) } else { limit };
    let mut place = None;
    let mut first = Bytes::new();
    let mut all = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Error::http(400, "request aborted"))?;
        let Ok(data) = frame.into_data() else { continue };
        let length = first.len() + all.len() + data.len();
        if length as u64 > limit {
            return Err(too_large());
        }
        if place.is_none() && (length > LARGE || coding != Coding::Identity) {
            place = memory.incoming(most).await?;
        }
        if first.is_empty() && all.is_empty() {
            first = data;
            continue;
        }
        if all.is_empty() {
            // What a client says it will send is believed up to a point only.
            all.reserve(told.map_or(0, |told| told.min(LARGE as u64) as usize));
            all.extend_from_slice(&std::mem::take(&mut first));
        }
        all.extend_from_slice(&data);
    }
    Ok((if all.is_empty() { first } else { all.into() }, place))
}

fn parse(kind: Kind, bytes: &[u8], depth: usize) -> Result<Value> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed);
    match kind {
        Kind::Form => query::form(&text).map(Value::Object).ok_or_else(|| Error::http(413, "too many parameters")),
        _ => json(&text, depth),
    }
}

/// A JSON body; an empty one is an empty object, and anything but an object or a list is refused.
fn json(text: &str, depth: usize) -> Result<Value> {
    if text.is_empty() {
        return Ok(Value::Object(crate::model::Map::new()));
    }
    let bad = |message: String| Error::http(400, message);
    let value = wire::parse_text(text, depth).map_err(|syntax| bad(syntax.0))?;
    match value {
        Value::Object(_) | Value::Array(_) => Ok(value),
        _ => Err(bad("The body is no JSON object or list.".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use hyper::header::HeaderValue;

    use super::*;

    fn json_of(bytes: &[u8]) -> std::result::Result<String, String> {
        parse(Kind::Json, bytes, 20).map(|v| wire::to_string(&v)).map_err(|e| e.to_string())
    }

    #[test]
    fn json_is_strict_at_the_top() {
        assert_eq!(json_of(br#" {"a":[1]} "#).unwrap(), r#"{"a":[1]}"#);
        assert_eq!(json_of(b"[1]").unwrap(), "[1]");
        assert_eq!(json_of(b"").unwrap(), "{}");
        assert_eq!(json_of(b"\xef\xbb\xbf{}").unwrap(), "{}");
        for bad in ["\"x\"", "1", "null", "{bad", "{}x", " ", "hello"] {
            assert!(json_of(bad.as_bytes()).unwrap_err().starts_with("400: "), "{bad}");
        }
        assert!(json_of("[".repeat(30).as_bytes()).is_err());
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        assert_eq!(json_of(b"{\"a\":\"\xff\"}").unwrap(), "{\"a\":\"\u{fffd}\"}");
        assert_eq!(json_of(br#"{"a":"\u0000"}"#).unwrap(), r#"{"a":"\u0000"}"#);
    }

    #[test]
    fn inflates_up_to_the_limit() {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gz.write_all(&vec![b' '; 1_000_000]).unwrap();
        let bomb = Bytes::from(gz.finish().unwrap());
        assert_eq!(Coding::Gzip.inflate(bomb.clone(), 1_000_000).unwrap().len(), 1_000_000);
        assert_eq!(Coding::Gzip.inflate(bomb.clone(), 999_999).unwrap_err().status(), 413);
        assert_eq!(Coding::Deflate.inflate(bomb, 999_999).unwrap_err().status(), 400);
        let mut br = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 18);
        br.write_all(&vec![b' '; 1_000_000]).unwrap();
        let bomb = Bytes::from(br.into_inner());
        assert_eq!(Coding::Brotli.inflate(bomb.clone(), 1_000_000).unwrap().len(), 1_000_000);
        assert_eq!(Coding::Brotli.inflate(bomb, 999_999).unwrap_err().status(), 413);
    }

    #[test]
    fn content_types() {
        let kind = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(text));
            Kind::of(&headers).map_err(|e| e.status())
        };
        assert_eq!(kind("text/plain"), Ok(Kind::Json));
        assert_eq!(kind("Application/JSON; charset=UTF-8"), Ok(Kind::Json));
        assert_eq!(kind("application/x-www-form-urlencoded; a=b"), Ok(Kind::Form));
        assert_eq!(kind("multipart/form-data; boundary=x"), Ok(Kind::Multipart));
        assert_eq!(kind("application/json; charset=latin1"), Err(415));
        assert_eq!(Kind::of(&HeaderMap::new()).unwrap(), Kind::Json);
    }
}
