//! Encryption that only the browser can undo: RFC 8291 over RFC 8188, one record.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};

use super::subscription::Subscription;

/// The most bytes that a push service has to take.
const RECORD: usize = 4096;
/// Salt, record size, length of the key, key (RFC 8188 section 2.1).
const HEADER: usize = 16 + 4 + 1 + 65;
/// The longest notification: what is left of a request besides the header, the end mark and the seal.
const LONGEST: usize = RECORD - HEADER - 1 - 16;

/// What must never be used twice.
pub struct Once {
    /// Random bytes.
    pub salt: [u8; 16],
    /// A key for this one message.
    pub key: PrivateKey,
}

impl Once {
    /// New ones.
    ///
    /// # Errors
    /// If the system has no randomness.
    pub fn new() -> Result<Self, Unspecified> {
        let mut salt = [0; 16];
        aws_lc_rs::rand::fill(&mut salt)?;
        Ok(Self { salt, key: PrivateKey::generate(&ECDH_P256)? })
    }
}

/// Encrypts a text for a browser.
///
/// # Errors
/// What is wrong with the text or the browser's key.
pub fn encrypt(text: &[u8], to: &Subscription, once: &Once) -> Result<Vec<u8>, String> {
    if text.len() > LONGEST {
        return Err(format!("The notification has {} bytes; a browser takes {LONGEST}", text.len()));
    }
    sealed(text, to, once).map_err(|_| "The subscription p256dh value is not a public key".to_owned())
}

fn sealed(text: &[u8], to: &Subscription, once: &Once) -> Result<Vec<u8>, Unspecified> {
    let own = once.key.compute_public_key()?;
    let peer = UnparsedPublicKey::new(&ECDH_P256, &to.key);
    let secret = agree(&once.key, peer, Unspecified, |secret| Ok(Salt::new(HKDF_SHA256, &to.auth).extract(secret)))?;
    let shared: [u8; 32] = expanded(&secret, &[b"WebPush: info\0", &to.key, own.as_ref()])?;
    let secret = Salt::new(HKDF_SHA256, &once.salt).extract(&shared);
    let key: [u8; 16] = expanded(&secret, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; 12] = expanded(&secret, &[b"Content-Encoding: nonce\0"])?;

    // 2 marks the end of the last record.
    let mut record = [text, &[2]].concat();
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key)?);
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)?;
    let mut body = Vec::with_capacity(HEADER + record.len());
    body.extend_from_slice(&once.salt);
    body.extend_from_slice(&(RECORD as u32).to_be_bytes());
    body.push(own.as_ref().len() as u8);
    body.extend_from_slice(own.as_ref());
    body.append(&mut record);
    Ok(body)
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn expanded<const N: usize>(secret: &Prk, info: &[&[u8]]) -> Result<[u8; N], Unspecified> {
    let mut out = [0; N];
    secret.expand(info, Length(N))?.fill(&mut out)?;
    Ok(out)
}

#[cfg(test)]
mod tests;
