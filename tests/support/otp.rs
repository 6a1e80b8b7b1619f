//! The app on a user's phone: one-time passwords by the time, worked out apart from the server's code.

use aws_lc_rs::hmac;
use std::time::{SystemTime, UNIX_EPOCH};

/// A secret as text, Base32 of `12345678901234567890`.
pub const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
/// Another one, Base32 of `abcdefghijabcdefghij`.
pub const OTHER: &str = "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK";

/// The token of a secret at present.
pub fn token(secret: &str) -> String {
    token_in(secret, 0)
}

/// The token of a secret so many periods of 30 s from now.
pub fn token_in(secret: &str, periods: i64) -> String {
    let bytes: &[u8] = if secret == SECRET { b"12345678901234567890" } else { b"abcdefghijabcdefghij" };
    let counter = i64::try_from(now()).expect("a time before the end") / 30 + periods;
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, bytes);
    let digest = hmac::sign(&key, &counter.to_be_bytes());
    let at = usize::from(digest.as_ref()[19] & 15);
    let four: [u8; 4] = digest.as_ref()[at..at + 4].try_into().expect("four bytes");
    format!("{:06}", (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000)
}

/// Seconds since 1970, by the clock that the server has too.
#[expect(
    clippy::disallowed_methods,
    reason = "server and phone are two processes, which share the machine's clock alone"
)]
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").as_secs()
}
