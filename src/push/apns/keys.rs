//! Keys and certificates of a provider, read where the options say.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use reqwest::Identity;

use super::signer::Signer;
use crate::config::{ApnsConfig, ApnsCredential, Secret};
use crate::push::client::{file, pem};

/// What a provider shows to the service.
pub enum Shown {
    /// A token with each request.
    Token(Box<Signer>),
    /// A certificate with each connection.
    Certificate(Identity),
}

/// Reads who the provider is.
///
/// # Errors
/// A text that names the option and what is wrong with it.
pub fn shown(config: &ApnsConfig) -> Result<Shown, String> {
    let path = &config.path;
    match &config.credential {
        ApnsCredential::Token { key, key_id, team_id } => {
            let option = format!("{path}.token.key");
            let signer = Signer::new(&pem(&option, key.reveal())?, key_id, team_id);
            signer.map(Box::new).map(Shown::Token).map_err(|why| format!("{option} cannot be used: {why}"))
        }
        ApnsCredential::Pem { cert, key } => {
            let mut both = pem(&format!("{path}.cert"), cert)?;
            let key = pem(&format!("{path}.key"), key.reveal())?;
            if key.windows(9).any(|word| word == b"ENCRYPTED") {
                return Err(format!(
                    "{path}.key is encrypted, which is not built yet: decrypt it (openssl pkey), or give certificate and key as pfx"
                ));
            }
            both.push(b'\n');
            both.extend_from_slice(&key);
            identity(&both).map_err(|why| format!("{path}.cert and {path}.key cannot be used: {why}"))
        }
        ApnsCredential::Pfx { pfx, passphrase } => {
            let option = format!("{path}.pfx");
            let unusable = |why: String| format!("{option} cannot be used: {why}");
            let bytes = file(&option, pfx)?;
            let passphrase = passphrase.as_ref().map(Secret::reveal).unwrap_or_default();
            identity(&unpacked(&bytes, passphrase).map_err(unusable)?).map_err(unusable)
        }
    }
}

fn identity(pem: &[u8]) -> Result<Shown, String> {
    Identity::from_pem(pem).map(Shown::Certificate).map_err(|e| crate::outgoing::reasons(&e))
}

/// Certificates and key of a PKCS #12 file, as PEM.
fn unpacked(bytes: &[u8], passphrase: &str) -> Result<Vec<u8>, String> {
    let store = KeyStore::from_pkcs12(bytes, passphrase, Pkcs12ImportPolicy::Strict);
    let store = store.map_err(|e| format!("{e} (is the passphrase right?)"))?;
    let (_, chain) = store.private_key_chain().ok_or("it holds no key with its certificate")?;
    let certificates = chain.certs().iter().map(|own| ("CERTIFICATE", own.as_der()));
    let parts = certificates.chain([("PRIVATE KEY", chain.key().as_der())]);
    let one = |(name, der): (&str, &[u8])| {
        format!("-----BEGIN {name}-----\n{}\n-----END {name}-----\n", BASE64_STANDARD.encode(der))
    };
    Ok(parts.map(one).collect::<String>().into_bytes())
}
