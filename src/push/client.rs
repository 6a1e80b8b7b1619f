//! How push services are asked: no redirects, no proxy of the environment, and one more authority trusted if the app says so.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder};

use crate::error::{Error, Result};

/// The longest that a connection takes to come about.
const LONGEST_CONNECT: Duration = Duration::from_secs(10);

/// What a client is made with. `ca` is the path of a file with certificates, or their PEM.
///
/// # Errors
/// 1 for certificates that cannot be read.
pub(super) fn builder(ca: Option<&str>) -> Result<ClientBuilder> {
    let builder = Client::builder().redirect(Policy::none()).no_proxy().connect_timeout(LONGEST_CONNECT);
    let Some(ca) = ca else { return Ok(builder) };
    let pem = match ca.contains("-----BEGIN") {
        true => ca.as_bytes().to_vec(),
        false => std::fs::read(ca).map_err(|e| Error::caused(format!("cannot read {ca}"), e))?,
    };
    let known =
        Certificate::from_pem_bundle(&pem).map_err(|e| Error::caused("the certificate of a push service", e))?;
    Ok(builder.tls_certs_merge(known))
}

/// The client itself.
///
/// # Errors
/// 1 if there is no TLS.
pub(super) fn built(builder: ClientBuilder) -> Result<Client> {
    builder.build().map_err(|e| Error::caused("no client for a push service", e))
}
