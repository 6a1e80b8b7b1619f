//! What stands at the door: until its apps are open, an answer that says to come again; then the edge.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use hyper::body::Incoming;
use hyper::header::{HeaderValue, RETRY_AFTER};
use hyper::{Method, Request, Response};

use super::{Edge, finish::finish, is_health, mount};
use crate::config::ServerConfig;
use crate::error::{Code, Error, Result};
use crate::http::Health;
use crate::http::body;
use crate::http::cors::Cors;
use crate::http::respond::{Body, Reply};

/// When to come again, seconds.
const LATER: HeaderValue = HeaderValue::from_static("1");

/// The door of a process.
pub struct Front {
    /// Paths of the apps, the longest first.
    paths: Vec<(String, Cors)>,
    health: Arc<Health>,
    edge: OnceLock<Edge>,
}

impl Front {
    /// The door of apps that are not open yet.
    ///
    /// # Errors
    /// 1 for a CORS option that cannot stand in a header.
    pub fn new(config: &ServerConfig, health: Arc<Health>) -> Result<Self> {
        let path = |app: &crate::config::AppConfig| Ok((app.mount_path.clone(), Cors::new(app)?));
        let mut paths = config.apps.iter().map(path).collect::<Result<Vec<_>>>()?;
        paths.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
        Ok(Self { paths, health, edge: OnceLock::new() })
    }

    /// Lets requests in.
    pub fn open(&self, edge: Edge) {
        // It is opened once; a second edge would be dropped.
        let _ = self.edge.set(edge);
    }

    /// Answers a request.
    pub async fn handle(&self, request: Request<Incoming>, peer: IpAddr) -> Response<Body> {
        match self.edge.get() {
            Some(edge) => edge.handle(request, peer).await,
            None => self.not_yet(request).await,
        }
    }

    async fn not_yet(&self, request: Request<Incoming>) -> Response<Body> {
        let (head, body) = request.into_parts();
        tokio::spawn(body::linger(body));
        let path = self.paths.iter().find_map(|(own, cors)| Some((mount::below(own, head.uri.path())?, cors)));
        let reply = match path {
            None => Reply::no_route(head.method.as_str(), head.uri.path()),
            Some(_) if head.method == Method::OPTIONS => Reply::ok(),
            Some((path, _)) => self.come_again(path),
        };
        let mut response = finish(reply, &head, Vec::new()).await;
        if let Some((_, cors)) = path {
            cors.apply(&head.headers, response.headers_mut());
        }
        response
    }

    fn come_again(&self, path: &str) -> Reply {
        let state = self.health.get().name();
        let mut reply = if is_health(path) {
            Reply::json(503, format!(r#"{{"status":"{state}"}}"#).into_bytes())
        } else {
            Reply::error(&Error::new(Code::InternalServerError, format!("Invalid server state: {state}")), false)
        };
        reply.status = 503;
        reply.headers.push((RETRY_AFTER, LATER));
        reply
    }
}
