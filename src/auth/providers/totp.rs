//! One-time passwords by the time (RFC 6238): what an authenticator app and the server work out alike.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac::{self, Algorithm, Key};

use crate::config::{MfaConfig, OtpAlgorithm};
use crate::model::Date;

/// The letters of Base32 (RFC 4648).
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// How tokens are made.
#[derive(Debug, Clone)]
pub struct Totp {
    digits: usize,
    /// How long a token is the current one, ms.
    period: u64,
    algorithm: Algorithm,
}

impl Totp {
    /// As the configuration says.
    pub fn new(config: &MfaConfig) -> Self {
        let algorithm = match config.algorithm {
            OtpAlgorithm::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            OtpAlgorithm::Sha224 => hmac::HMAC_SHA224,
            OtpAlgorithm::Sha256 => hmac::HMAC_SHA256,
            OtpAlgorithm::Sha384 => hmac::HMAC_SHA384,
            OtpAlgorithm::Sha512 => hmac::HMAC_SHA512,
        };
        let period = u64::try_from(config.period.as_millis()).unwrap_or(u64::MAX).max(1);
        Self { digits: config.digits as usize, period, algorithm }
    }

    /// Is it the token of now, of the period before or of the one after? Clocks differ.
    pub fn accepts(&self, secret: &[u8], token: &str, now: Date) -> bool {
        let key = Key::new(self.algorithm, secret);
        let counter = u64::try_from(now.0).unwrap_or_default() / self.period;
        let around = [counter.checked_sub(1), Some(counter), counter.checked_add(1)];
        let is_right =
            |counter| verify_slices_are_equal(self.token(&key, counter).as_bytes(), token.as_bytes()).is_ok();
        // All three are compared, so that the time does not tell which one it was.
        around.into_iter().flatten().filter(|counter| is_right(*counter)).count() > 0
    }

    /// The token of a counter (RFC 4226).
    fn token(&self, key: &Key, counter: u64) -> String {
        let digest = hmac::sign(key, &counter.to_be_bytes());
        let digest = digest.as_ref();
        let offset = usize::from(digest.last().copied().unwrap_or_default() & 15);
        let bytes = digest.get(offset..offset + 4).unwrap_or_default();
        let number = bytes.iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte)) & 0x7fff_ffff;
        let width = self.digits;
        format!("{:0width$}", number % 10u64.saturating_pow(self.digits as u32))
    }
}

/// The bytes of a secret in Base32, blanks and the padding at its end passed over; else the letter that is none.
pub fn secret(text: &str) -> Result<Vec<u8>, char> {
    let text: String = text.chars().filter(|c| *c != ' ').collect();
    let (mut bytes, mut bits, mut value) = (Vec::with_capacity(text.len() * 5 / 8), 0, 0u32);
    for letter in text.trim_end_matches('=').to_uppercase().chars() {
        let index = ALPHABET.iter().position(|known| char::from(*known) == letter).ok_or(letter)?;
        value = value << 5 | index as u32;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((value >> bits) as u8);
            value &= (1 << bits) - 1;
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn totp(digits: u32, algorithm: OtpAlgorithm) -> Totp {
        Totp::new(&MfaConfig { totp: true, sms: None, digits, period: Duration::from_secs(30), algorithm })
    }

    #[test]
    fn the_vectors_of_the_rfc_hold() {
        let seed = |length: usize| "1234567890".bytes().cycle().take(length).collect::<Vec<u8>>();
        for (algorithm, length, seconds, token) in [
            (OtpAlgorithm::Sha1, 20, 59, "94287082"),
            (OtpAlgorithm::Sha256, 32, 59, "46119246"),
            (OtpAlgorithm::Sha512, 64, 59, "90693936"),
            (OtpAlgorithm::Sha1, 20, 1_111_111_109, "07081804"),
            (OtpAlgorithm::Sha1, 20, 20_000_000_000, "65353130"),
            (OtpAlgorithm::Sha512, 64, 20_000_000_000, "47863826"),
        ] {
            assert!(totp(8, algorithm).accepts(&seed(length), token, Date(seconds * 1000)), "{token}");
        }
    }

    #[test]
    fn a_token_is_good_one_period_around_its_own_and_no_longer() {
        let (totp, secret) = (totp(6, OtpAlgorithm::Sha1), b"12345678901234567890");
        // The token of the second period, 30 to 60 s.
        for (ms, right) in [(0, true), (30_000, true), (89_999, true), (90_000, false)] {
            assert_eq!(totp.accepts(secret, "287082", Date(ms)), right, "{ms}");
        }
        for wrong in ["287081", "87082", "0287082", "", " 287082", "２87082"] {
            assert!(!totp.accepts(secret, wrong, Date(30_000)), "{wrong}");
        }
    }

    #[test]
    fn secrets_are_read_as_people_write_them() {
        assert_eq!(secret("MZXW6YTBOI======"), Ok(b"foobar".to_vec()));
        assert_eq!(secret("mzxw 6ytb oi"), Ok(b"foobar".to_vec()));
        assert_eq!((secret("MZXW1"), secret("MZ=XW"), secret("")), (Err('1'), Err('='), Ok(Vec::new())));
    }
}
