//! ETags in Express' weak form, and what a client already has.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hyper::HeaderMap;
use hyper::header::{CACHE_CONTROL, HeaderValue, IF_NONE_MATCH};

/// `W/"<length in hex>-<27 characters>"`. Express takes SHA-1; a tag is opaque, so a quicker hash serves as well.
pub fn of(body: &[u8]) -> HeaderValue {
    let hash = xxhash_rust::xxh3::xxh3_128(body);
    let mut bytes = [0; 20];
    bytes[..16].copy_from_slice(&hash.to_be_bytes());
    // The form has 160 bits; the last 32 only fill it.
    bytes[16..].copy_from_slice(&(((hash >> 64) as u32) ^ hash as u32).to_be_bytes());
    let mut text = [0; 64];
    let mut at = put(&mut text, 0, b"W/\"");
    at = hex(&mut text, at, body.len());
    at = put(&mut text, at, b"-");
    at += STANDARD_NO_PAD.encode_slice(bytes, &mut text[at..]).unwrap_or(0);
    at = put(&mut text, at, b"\"");
    HeaderValue::from_bytes(&text[..at]).unwrap_or(HeaderValue::from_static("W/\"0\""))
}

fn put(text: &mut [u8], at: usize, what: &[u8]) -> usize {
    text[at..at + what.len()].copy_from_slice(what);
    at + what.len()
}

fn hex(text: &mut [u8], at: usize, n: usize) -> usize {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = (usize::BITS - n.leading_zeros()).div_ceil(4).max(1) as usize;
    for i in 0..digits {
        text[at + i] = DIGITS[n >> (4 * (digits - 1 - i)) & 15];
    }
    at + digits
}

/// Has the client this body already?
pub fn is_fresh(request: &HeaderMap, tag: &HeaderValue) -> bool {
    let Some(known) = request.get(IF_NONE_MATCH).and_then(|v| v.to_str().ok()) else { return false };
    let reload = request.get(CACHE_CONTROL).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("no-cache"));
    let own = tag.to_str().unwrap_or_default();
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    !reload && (known.trim() == "*" || known.split(',').any(|tag| bare(tag) == bare(own)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_the_form_of_express() {
        let tag = of(&[b'x'; 0x1f3]);
        let text = tag.to_str().unwrap();
        assert!(text.starts_with("W/\"1f3-") && text.ends_with('"'), "{text}");
        assert_eq!(text.len(), "W/\"1f3-\"".len() + 27);
        assert!(of(b"").to_str().unwrap().starts_with("W/\"0-"));
        assert_ne!(of(b"a"), of(b"b"));
    }

    #[test]
    fn knows_what_the_client_has() {
        let tag = of(b"body");
        let fresh = |known: &str, cache: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, HeaderValue::from_str(known).unwrap());
            headers.insert(CACHE_CONTROL, HeaderValue::from_str(cache).unwrap());
            is_fresh(&headers, &tag)
        };
        let own = tag.to_str().unwrap();
        assert!(fresh(own, "") && fresh("*", "") && fresh(&format!("\"x\", {own}"), ""));
        assert!(fresh(own.trim_start_matches("W/"), ""));
        assert!(!fresh("\"x\"", "") && !fresh(own, "no-cache"));
        assert!(!is_fresh(&HeaderMap::new(), &tag));
    }
}
