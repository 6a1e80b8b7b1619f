//! What every response goes through: ETag, 304, compression.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, VARY};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};

use crate::http::compress::Coding;
use crate::http::etag;
use crate::http::respond::{Body, Reply};

/// The response that is sent: not at all what the client has, and small if it takes that.
pub async fn finish(reply: Reply, head: &Parts, headers: Vec<(HeaderName, HeaderValue)>) -> Response<Body> {
    let tag = reply.tagged.then(|| etag::of(&reply.body));
    let json = reply.tagged;
    let mut response = reply.into_response();
    for (name, value) in headers {
        response.headers_mut().insert(name, value);
    }
    if let Some(tag) = tag {
        let reads = head.method == Method::GET || head.method == Method::HEAD;
        if reads && response.status().is_success() && etag::is_fresh(&head.headers, &tag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            *response.body_mut() = Full::new(Bytes::new());
            response.headers_mut().remove(CONTENT_TYPE);
            response.headers_mut().remove(CONTENT_LENGTH);
        }
        response.headers_mut().insert(ETAG, tag);
    }
    if json {
        compress(head, &mut response).await;
    }
    response
}

async fn compress(head: &Parts, response: &mut Response<Body>) {
    let length = hyper::body::Body::size_hint(response.body()).exact().unwrap_or(0) as usize;
    let Some(coding) = Coding::choose(&head.headers, length) else { return };
    let Some(whole) = whole(response.body_mut()).await else { return };
    response.headers_mut().insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(small) = coding.apply(whole.clone()).await {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(small.len()));
        *response.body_mut() = Full::new(small);
    } else {
        *response.body_mut() = Full::new(whole);
    }
}

async fn whole(body: &mut Body) -> Option<Bytes> {
    body.frame().await?.ok()?.into_data().ok()
}
