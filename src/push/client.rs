//! How push services are asked: no redirects, no proxy of the environment, and further authorities trusted if the app says so.

use std::error::Error as _;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder};

use crate::error::{Error, Result};
use crate::outgoing;

/// The longest that a connection takes to come about.
const LONGEST_CONNECT: Duration = Duration::from_secs(10);

/// What a client is made with; `ca` is what stands under `{path}.ca`.
///
/// # Errors
/// 1 for certificates that cannot be read.
pub(super) fn builder(path: &str, ca: Option<&str>) -> Result<ClientBuilder> {
    let known = authorities(&format!("{path}.ca"), ca).map_err(Error::internal)?;
    Ok(outgoing::builder(Policy::none()).connect_timeout(LONGEST_CONNECT).tls_certs_merge(known))
}

/// The client itself.
///
/// # Errors
/// 1 if there is no TLS.
pub(super) fn built(builder: ClientBuilder) -> Result<Client> {
    builder.build().map_err(|e| Error::caused("no client for a push service", e))
}

/// The certificates that vouch for a service besides those that everybody trusts: PEM, or paths of files with it.
///
/// # Errors
/// A text that names the option and what is wrong with it.
pub(super) fn authorities<'a>(
    option: &str,
    given: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<Certificate>, String> {
    let mut all = Vec::new();
    for ca in given {
        let read =
            Certificate::from_pem_bundle(&pem(option, ca)?).map_err(|e| format!("{option} cannot be used: {e}"))?;
        if read.is_empty() {
            return Err(format!("{option} cannot be used: it holds no certificate in PEM"));
        }
        all.extend(read);
    }
    Ok(all)
}

/// PEM that stands in the options, or that of a file.
///
/// # Errors
/// As [`authorities`].
pub(super) fn pem(option: &str, given: &str) -> Result<Vec<u8>, String> {
    if given.contains("-----BEGIN") { Ok(given.as_bytes().to_vec()) } else { file(option, given) }
}

/// What stands in PEM behind an opening (`BEGIN PRIVATE KEY-----`).
pub(super) fn der(pem: &str, opening: &str) -> Option<Vec<u8>> {
    let inside = pem.split_once(opening)?.1.split_once("-----END")?.0;
    BASE64_STANDARD.decode(inside.split_ascii_whitespace().collect::<String>()).ok()
}

/// What a file holds. Its path is not shown: it may be a key that was put there by mistake.
///
/// # Errors
/// As [`authorities`].
pub(super) fn file(option: &str, path: &str) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{option} cannot be read: {error}"))
}

/// Does an error say that the service did not begin with the request? Either it says so itself, and is to be asked by another
/// connection, or the request never left: it still waited to be let in when the connection went.
pub fn is_not_taken(error: &reqwest::Error) -> bool {
    if error.is_connect() {
        return true;
    }
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<h2::Error>() {
            let left = error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR);
            let refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
            return error.is_remote() && (left || refused);
        }
        if error.downcast_ref::<hyper::Error>().is_some_and(|error| error.is_user() || error.is_canceled()) {
            return true;
        }
        cause = error.source();
    }
    false
}
