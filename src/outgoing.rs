//! What all questions to other servers have in common: how they are made, how much of an answer is read, what went wrong.

pub mod adapter;
pub mod ask;

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Response};

use crate::error::{Error, Result};

/// What becomes a client that follows redirects as `policy` says, and heeds no proxy of the environment.
pub fn builder(policy: Policy) -> ClientBuilder {
    Client::builder().redirect(policy).no_proxy()
}

/// A client that follows redirects as `policy` says, and heeds no proxy of the environment.
///
/// # Errors
/// 1 if there is no TLS.
pub fn client(policy: Policy) -> Result<Client> {
    builder(policy).build().map_err(|e| Error::caused("no client for questions to other servers", e))
}

/// What is wrong with the body of an answer.
#[derive(Debug)]
pub enum Unread {
    /// It has more bytes than are read.
    TooLarge,
    /// The connection broke.
    Broken(reqwest::Error),
}

/// The body of an answer, if it has no more bytes than these.
///
/// # Errors
/// [`Unread`].
pub async fn body(mut answer: Response, largest: usize) -> Result<Vec<u8>, Unread> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(Unread::Broken)? {
        if body.len() + chunk.len() > largest {
            return Err(Unread::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// An error with all that caused it: the first one says little ("error sending request").
pub fn reasons(error: &dyn std::error::Error) -> String {
    let chain = std::iter::successors(Some(error), |error| error.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
