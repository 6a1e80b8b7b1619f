//! Compression of answers, where the client takes it and it pays.

use std::io::Write;

use bytes::Bytes;
use hyper::HeaderMap;
use hyper::header::ACCEPT_ENCODING;

/// Bodies up to this size go as they are, bytes.
const WORTH_IT: usize = 1024;
/// Bodies above this size are compressed away from the threads that serve connections, bytes.
const LARGE: usize = 256 * 1024;

/// A coding that clients may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// gzip.
    Gzip,
    /// Brotli.
    Brotli,
}

impl Coding {
    /// Its name in `Content-Encoding`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Brotli => "br",
        }
    }

    /// The coding for a body of this size, if any. Of two that the client likes equally gzip is the cheaper one.
    pub fn choose(request: &HeaderMap, length: usize) -> Option<Self> {
        if length <= WORTH_IT {
            return None;
        }
        let (mut gzip, mut brotli, mut any) = (None, None, None);
        for value in request.get_all(ACCEPT_ENCODING) {
            for part in value.to_str().ok()?.split(',') {
                let (name, weight) = part.split_once(';').unwrap_or((part, ""));
                let weight = weight.trim().strip_prefix("q=").map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
                match name.trim() {
                    name if name.eq_ignore_ascii_case("gzip") => gzip = Some(weight),
                    name if name.eq_ignore_ascii_case("br") => brotli = Some(weight),
                    "*" => any = Some(weight),
                    _ => {}
                }
            }
        }
        let weight = |own: Option<f32>| own.or(any).unwrap_or(0.0);
        match (weight(gzip), weight(brotli)) {
            (gzip, brotli) if gzip > 0.0 && gzip >= brotli => Some(Self::Gzip),
            (_, brotli) if brotli > 0.0 => Some(Self::Brotli),
            _ => None,
        }
    }

    /// The body, compressed; `None` if that failed, and then it goes as it is.
    pub async fn apply(self, body: Bytes) -> Option<Bytes> {
        if body.len() <= LARGE {
            return self.compress(&body);
        }
        tokio::task::spawn_blocking(move || self.compress(&body)).await.ok().flatten()
    }

    fn compress(self, body: &[u8]) -> Option<Bytes> {
        let out = Vec::with_capacity(body.len() / 4);
        match self {
            Self::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(out, flate2::Compression::fast());
                encoder.write_all(body).ok()?;
                encoder.finish().ok().map(Bytes::from)
            }
            Self::Brotli => {
                // Quality 1 and a window of 256 KB: quick, and small in memory.
                let mut encoder = brotli::CompressorWriter::new(out, 16 * 1024, 1, 18);
                encoder.write_all(body).ok()?;
                Some(Bytes::from(encoder.into_inner()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use hyper::header::HeaderValue;

    use super::*;

    fn choose(accept: &'static str, length: usize) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(accept));
        Coding::choose(&headers, length).map(Coding::name)
    }

    #[test]
    fn chooses_what_the_client_takes() {
        assert_eq!(choose("gzip, deflate, br", 2000), Some("gzip"));
        assert_eq!(choose("gzip;q=0.5, br", 2000), Some("br"));
        assert_eq!(choose("gzip;q=0, br;q=0", 2000), None);
        assert_eq!(choose("*", 2000), Some("gzip"));
        assert_eq!(choose("identity;q=0", 2000), None);
        assert_eq!(choose("gzip", 1000), None);
        assert_eq!(Coding::choose(&HeaderMap::new(), 2000), None);
    }

    #[tokio::test]
    async fn comes_back_whole() {
        for length in [2000, 300_000] {
            let body = Bytes::from((0..length).map(|i| (i % 251) as u8).collect::<Vec<_>>());
            let gz = Coding::Gzip.apply(body.clone()).await.unwrap();
            let mut back = Vec::new();
            flate2::read::GzDecoder::new(&*gz).read_to_end(&mut back).unwrap();
            assert_eq!(back, body);
            let br = Coding::Brotli.apply(body.clone()).await.unwrap();
            back.clear();
            brotli_decompressor::Decompressor::new(&*br, 4096).read_to_end(&mut back).unwrap();
            assert_eq!(back, body);
        }
    }
}
