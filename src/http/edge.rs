//! The way of a request, from bytes to bytes, in Parse Server's order (`http.md` section 1).

mod end;
mod finish;
mod front;
mod mount;
mod page;
mod session;

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::Either;
use hyper::body::{Body as _, Incoming};
use hyper::header::{EXPECT, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request, Response};
use tokio::sync::mpsc;

use self::end::ToTheEnd;
use self::finish::finish;
pub use self::front::Front;
use self::mount::Mount;
use super::body::Bounds;
use super::catch::Caught;
use super::dispatch::{self, Job};
use super::health::State;
use super::identify::{self, Claims};
use super::memory::Memory;
use super::rate::Seen;
use super::respond::{Body, Reply};
use super::router::{Found, Route};
use super::{Health, Site, batch, body, query};
use crate::access::{Limits, Subject};
use crate::auth::{Caller, credential};
use crate::cloud::headers;
use crate::config::ServerConfig;
use crate::error::{Code, Error, Result};
use crate::model::{Map, Value};
use crate::rest::{Answer, Call, Room};
use crate::telemetry::{Entry, Log, RequestId, RequestIds};

/// The other end of a connection.
pub type Peer = IpAddr;

/// All apps of a process, as the wire sees them.
pub struct Edge {
    mounts: Vec<Mount>,
    health: Arc<Health>,
    bounds: Bounds,
    memory: Memory,
    deadline: Option<Duration>,
    log: Log,
    ids: RequestIds,
    running: mpsc::Sender<()>,
}

/// What is learnt of a request on its way, for the log and for the headers of its response.
struct Trace {
    id: RequestId,
    site: Option<Arc<Site>>,
    method: &'static str,
    route: &'static str,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// Why a request goes no farther.
enum Stop {
    Error(Error),
    Reply(Reply),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Edge {
    /// The edge of these apps. `running` is held by every request that must be finished before the process ends.
    ///
    /// # Errors
    /// 1 if apps behind one path differ in what acts before the app is known.
    pub fn new(
        config: &ServerConfig,
        sites: Vec<Arc<Site>>,
        health: Arc<Health>,
        log: Log,
        ids: RequestIds,
        running: mpsc::Sender<()>,
    ) -> Result<Self> {
        let mut mounts: Vec<Mount> = Vec::new();
        for site in sites {
            let own = &site.engine.config;
            match mounts.iter_mut().find(|mount| *mount.path == *own.mount_path) {
                Some(mount) => mount.add(site)?,
                None => mounts.push(Mount {
                    path: own.mount_path.as_str().into(),
                    size: own.max_upload_size,
                    sites: vec![site],
                }),
            }
        }
        // The longest path that fits is the one that is meant.
        mounts.sort_by_key(|mount| std::cmp::Reverse(mount.path.len()));
        let memory = Memory::new(mounts.iter().map(|mount| mount.size).max().unwrap_or(0));
        let bounds = Bounds { size: 0, time: config.timeouts.body, depth: config.max_json_depth };
        Ok(Self { mounts, health, bounds, memory, deadline: config.timeouts.request, log, ids, running })
    }

    /// Answers a request.
    pub async fn handle(&self, request: Request<Incoming>, peer: Peer) -> Response<Body> {
        let started = Instant::now();
        let (head, mut body) = request.into_parts();
        let mut trace = Trace {
            id: self.ids.of(head.headers.get("x-request-id").map(HeaderValue::as_bytes)),
            site: None,
            method: known_method(head.method.as_str()),
            route: "",
            headers: Vec::new(),
        };
        let mount = self.mounts.iter().find_map(|mount| Some((mount, mount.below(head.uri.path())?)));
        let reply = match mount {
            None => Reply::no_route(head.method.as_str(), head.uri.path()),
            Some((mount, path)) => {
                // Made where it stays: it is large, and is not to be moved.
                match Caught(Box::pin(self.way(mount, path, &head, &mut body, peer, started, &mut trace)))
                    .await
                    .unwrap_or_else(|panic| Err(Stop::Error(panic)))
                {
                    Ok(reply) | Err(Stop::Reply(reply)) => reply,
                    Err(Stop::Error(error)) => trace.error(&error),
                }
            }
        };
        // A client that waits to be told to go on is told otherwise by the answer.
        if !body.is_end_stream() && !head.headers.contains_key(EXPECT) {
            tokio::spawn(body::linger(body));
        }
        let mut response = finish(reply, &head, std::mem::take(&mut trace.headers)).await;
        if let Some((mount, _)) = mount
            && let Some(first) = mount.sites.first()
        {
            first.cors.apply(&head.headers, response.headers_mut());
        }
        self.log.request(&Entry {
            id: &trace.id,
            app: trace.site.as_ref().map_or("", |site| site.app_id()),
            method: trace.method,
            route: trace.route,
            status: response.status().as_u16(),
            elapsed: started.elapsed(),
            bytes: hyper::body::Body::size_hint(response.body()).exact().unwrap_or(0),
        });
        response
    }

    /// The steps, one after the other.
    #[expect(clippy::too_many_arguments, reason = "one call, and each of them is a different thing")]
    async fn way(
        &self,
        mount: &Mount,
        path: &str,
        head: &Parts,
        incoming: &mut Incoming,
        peer: Peer,
        started: Instant,
        trace: &mut Trace,
    ) -> Result<Reply, Stop> {
        if head.method == Method::OPTIONS {
            return Ok(Reply::ok());
        }
        let ip = mount.client_ip(&head.headers, peer);
        let depth = self.bounds.depth;
        let known = |id: &str| mount.site(id).is_some();
        let mut claims = Claims::from_headers(&head.headers, known, depth)?;
        let early = mount.by_header(&claims, ip)?;
        if is_health(path) {
            trace.route = "/health";
            return self.health(mount, &early, &head.method, path);
        }
        let bounds = Bounds { size: mount.size, ..self.bounds };
        let body::Received { value: mut body, place } =
            body::read(&head.headers, incoming, bounds, &self.memory).await?;
        let method = method(&head.method, body.as_mut());
        trace.method = known_method(&method);
        let limits = Limits { deadline: self.deadline.map(|time| started + time) };
        if let Some(route) = mount.page(&head.method, path)? {
            drop(place);
            return Box::pin(self.page(mount, route, head, body, (ip, limits), trace)).await;
        }
        let site = mount.identify(&mut claims, body.as_mut(), depth)?;
        trace.site = Some(site.clone());
        self.check_state()?;
        let subject = match early {
            Some(subject) => {
                claims.installation_id.get_or_insert_with(|| "cloud".to_owned());
                Some(subject)
            }
            None => credential::privileged(&site.engine.config, &claims.sent(), ip)?,
        };
        if subject.is_none() && !credential::client_allowed(&site.engine.config.keys, &claims.sent()) {
            return Err(Stop::Reply(Reply::unauthorized()));
        }
        let caller = Self::admit(&site, claims, subject, &method, path, ip, trace).await?;
        let (caller, context) = caller;
        let (route, params) = match site.find(&method, path) {
            Found::Route(route, params) => (route, params),
            Found::BadEncoding(text) => {
                return Err(Error::http(400, format!("Failed to decode param '{text}'")).into());
            }
            Found::Nothing => return Ok(Reply::no_route(&method, head.uri.path())),
        };
        trace.route = route.path;
        let plain = route.handler.takes_texts();
        let query = head.uri.query().filter(|_| plain || route.method == "GET");
        let (engine, caller) = (site.engine.clone(), Arc::new(caller));
        let room = Arc::new(Room::new(engine.pool.clone()));
        let told = engine.invoker.any() || engine.auth.providers.want_requests();
        let headers = if told { headers::shown(&head.headers) } else { Map::new() };
        let headers = Arc::new(headers);
        let call =
            Call { engine, caller, context, headers, ip: Some(ip), limits, room: room.clone(), in_transaction: false };
        let job = Job {
            route,
            params,
            query: query
                .map(|query| if plain { query::parse(query) } else { query::parameters(query, depth) })
                .unwrap_or_default(),
            body,
            call,
            site: site.clone(),
            mount: mount.path.clone(),
            log: self.log.recent().clone(),
        };
        let once = self.request_id(&site, route, path, &head.headers);
        let answer = self.run(job, once).await?;
        drop(place);
        Ok(Reply::answer(answer, &site.base).holding(room))
    }

    fn health(&self, mount: &Mount, early: &Option<Subject>, method: &Method, path: &str) -> Result<Reply, Stop> {
        let anonymous = Subject::anonymous();
        if let Some(list) = mount.sites.first().and_then(|site| site.allow.as_ref()) {
            list.check(early.as_ref().unwrap_or(&anonymous), method.as_str(), path)?;
        }
        let state = self.health.get();
        let status = if state == State::Ok { 200 } else { 503 };
        Ok(Reply::json(status, format!(r#"{{"status":"{}"}}"#, state.name()).into_bytes()))
    }

    fn check_state(&self) -> Result<()> {
        let state = self.health.get();
        if state.serves() {
            return Ok(());
        }
        Err(Error::new(Code::InternalServerError, format!("Invalid server state: {}", state.name())))
    }

    /// Rate limits, allow list, session: who asks, in the end.
    async fn admit(
        site: &Site,
        mut claims: Claims,
        subject: Option<Subject>,
        method: &str,
        path: &str,
        ip: IpAddr,
        trace: &mut Trace,
    ) -> Result<(Caller, Map), Stop> {
        let engine = &site.engine;
        let context = std::mem::take(&mut claims.context);
        let decided = subject.is_some() || (method == "GET" && batch::is(path, "/sessions/me"));
        let token = claims.session_token.take().filter(|_| !batch::is(path, "/login"));
        let installation = claims.installation_id.take();
        let subject = subject.unwrap_or(Subject::anonymous());
        let now = engine.clock.now();
        let resolve = async |token: &str| {
            session::resolve(&engine.auth, (method, path), token, installation.as_deref(), now).await
        };
        let mut resolved = None;
        if let Some(token) = token.as_deref().filter(|_| !decided && site.rates.wants_user(path)) {
            resolved = Some(resolve(token).await);
        }
        let user = resolved.as_ref().and_then(|caller| caller.as_ref().ok()?.subject.user());
        let seen = Seen { path, method, in_batch: false, ip, token: token.as_deref(), subject: &subject, user };
        if let Err(over) = site.rates.count(&seen, now, &mut trace.headers) {
            let mut reply = Reply::error(&Error::new(Code::ConnectionFailed, over.0), false);
            reply.status = 429;
            return Err(Stop::Reply(reply));
        }
        if let Some(list) = &site.allow {
            list.check(&subject, method, path)?;
        }
        let caller = match token.as_deref().filter(|_| !decided) {
            None => Caller { subject, installation_id: installation, session_token: token, user: None },
            Some(token) => match resolved {
                Some(resolved) => resolved,
                None => resolve(token).await,
            }?,
        };
        Ok((caller, context))
    }

    /// The request id that makes this request run once, if it is one.
    fn request_id(&self, site: &Site, route: &Route, path: &str, headers: &HeaderMap) -> Option<String> {
        let id = String::from_utf8_lossy(headers.get("x-parse-request-id").filter(|_| route.idempotent)?.as_bytes());
        site.idempotency.as_ref().filter(|own| !id.is_empty() && own.covers(path)).map(|_| id.into_owned())
    }

    /// Runs a job within its deadline. One that may change something runs to its end even if the client goes away.
    async fn run(&self, job: Job, once: Option<String>) -> Result<Answer> {
        let deadline = job.call.limits.deadline;
        let reads = job.route.method == "GET";
        let work = async move {
            if let Some(id) = once
                && let Some(own) = &job.site.idempotency
            {
                own.claim(&job.call.engine, &id).await?;
            }
            dispatch::run(job).await
        };
        if reads {
            return within(deadline, work).await;
        }
        self.to_the_end(deadline, work).await
    }

    /// Waits for work that goes on if nobody waits for it any more.
    fn to_the_end<T: Send + 'static>(
        &self,
        deadline: Option<Instant>,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> impl Future<Output = Result<T>> {
        let running = self.running.clone();
        within(deadline, ToTheEnd::of(work.inspect(move |_| drop(running))))
    }
}

impl Trace {
    /// The reply for an error; what the client is not told goes to the log.
    fn error(&self, error: &Error) -> Reply {
        let sanitise = self.site.as_ref().is_none_or(|s| s.engine.config.enable_sanitized_error_response);
        if error.is_internal() {
            let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            tracing::error!(id = %self.id, route = self.route, error = %error, source, "Uncaught internal server error.");
        } else if sanitise && error.client_message(true) != error.client_message(false) {
            tracing::info!(id = %self.id, route = self.route, error = %error, "Permission denied");
        }
        Reply::error(error, sanitise)
    }
}

/// `/health` and everything below it, as Express mounts it.
fn is_health(path: &str) -> bool {
    path.split_at_checked(7).is_some_and(|(front, rest)| {
        front.eq_ignore_ascii_case("/health") && (rest.is_empty() || rest.starts_with('/'))
    })
}

/// The method that is meant. HEAD is GET, its body left out by the connection.
fn method(sent: &Method, body: Option<&mut Value>) -> Cow<'static, str> {
    match identify::method_override(sent.as_str(), body) {
        // Longer names than any method has are not carried along.
        Some(mut text) => {
            text.truncate(text.char_indices().nth(32).map_or(text.len(), |(at, _)| at));
            Cow::Owned(text)
        }
        None if *sent == Method::HEAD => Cow::Borrowed("GET"),
        None => match known_method(sent.as_str()) {
            "OTHER" => Cow::Owned(sent.as_str().to_owned()),
            known => Cow::Borrowed(known),
        },
    }
}

/// A method for the log, which holds nothing that a client made up.
fn known_method(method: &str) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"];
    KNOWN.into_iter().find(|known| *known == method).unwrap_or("OTHER")
}

/// The work, or 124 when the deadline has passed. No `async fn`, which would hold the work twice.
fn within<T>(deadline: Option<Instant>, work: impl Future<Output = Result<T>>) -> impl Future<Output = Result<T>> {
    let Some(deadline) = deadline else { return Either::Left(work) };
    let late = |_| Err(Error::new(Code::Timeout, "Request timed out."));
    Either::Right(tokio::time::timeout_at(deadline.into(), work).map(move |done| done.unwrap_or_else(late)))
}
