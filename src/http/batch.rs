//! `POST /batch`: several requests in one (`http.md` section 11).

use futures_util::StreamExt;
use futures_util::future::join;
use futures_util::stream;

use super::dispatch::{self, Job};
use super::rate::Seen;
use super::respond;
use super::router::{Found, Handler, Params, Route, Verb, Who};
use crate::error::{Code, Error, Result};
use crate::model::{Map, Value, wire};
use crate::rest::{self, Answer, Call};

/// Requests of one batch that run at the same time.
const AT_ONCE: usize = 64;

/// One request of a batch, checked.
struct Item {
    method: String,
    /// Below the mount path.
    path: String,
    route: &'static Route,
    params: Params,
    body: Option<Value>,
}

/// Runs a batch: all of its requests, or none if one of them cannot be routed.
///
/// # Errors
/// 107, 119 or 100 for a batch that is refused as a whole.
pub async fn run(mut job: Job) -> Result<Answer> {
    let Some(Value::Object(mut body)) = job.body.take() else {
        return Err(Error::json("requests must be an array"));
    };
    let Some(Value::Array(requests)) = body.take("requests") else {
        return Err(Error::json("requests must be an array"));
    };
    check_size(&job, requests.len())?;
    let requests = requests.into_iter().map(request).collect::<Result<Vec<_>>>()?;
    let items = requests.into_iter().map(|(path, map)| item(&job, &path, map)).collect::<Result<Vec<_>>>()?;
    items.iter().try_for_each(|item| admit(&job, item))?;
    let answers: Vec<_> = if body.get("transaction") == Some(&Value::Bool(true)) {
        transaction(&job.call, items).await?
    } else {
        each(&job, items).await?
    };
    Ok(Answer::raw(array(&answers, job.call.engine.config.enable_sanitized_error_response)))
}

fn check_size(job: &Job, n: usize) -> Result<()> {
    match job.call.engine.config.request_complexity.batch_request_limit {
        Some(limit) if n as u64 > limit && !job.call.subject().reads_all() => {
            Err(Error::json(format!("Batch request contains {n} sub-requests, which exceeds the limit of {limit}.")))
        }
        _ => Ok(()),
    }
}

/// The path and the rest of one entry.
fn request(value: Value) -> Result<(String, Map)> {
    let wrong = || Error::json("batch request path must be a string");
    let Value::Object(mut map) = value else { return Err(wrong()) };
    match map.take("path") {
        Some(Value::String(path)) => Ok((path, map)),
        _ => Err(wrong()),
    }
}

fn item(job: &Job, path: &str, mut request: Map) -> Result<Item> {
    let prefixes = job.site.prefixes.as_ref().map(|(own, public)| (own.as_str(), public.as_str()));
    let path =
        routable(path, &job.mount, prefixes).ok_or_else(|| Error::json(format!("cannot route batch path {path}")))?;
    let method = match request.take("method") {
        Some(Value::String(method)) => method,
        None => "undefined".to_owned(),
        Some(other) => wire::to_string(&other),
    };
    match job.site.find(&method, &path) {
        Found::Route(route, _) if route.handler == Handler::Batch => {
            Err(Error::json("nested batch requests are not allowed"))
        }
        Found::Route(route, params) if route.in_batch => {
            Ok(Item { params: checked(route, params), route, method, path, body: request.take("body") })
        }
        Found::BadEncoding(text) => Err(Error::http(400, format!("Failed to decode param '{text}'"))),
        _ => Err(Error::json(format!("cannot route {method} {path}"))),
    }
}

/// Is this request allowed and within its limits?
fn admit(job: &Job, item: &Item) -> Result<()> {
    let caller = &job.call.caller;
    if let Some(list) = &job.site.allow {
        list.check(&caller.subject, &item.method, &item.path)?;
    }
    let token = caller.session_token.as_deref().filter(|_| !is(&item.path, "/login"));
    let Some(ip) = job.call.ip else { return Ok(()) };
    let seen = Seen {
        path: &item.path,
        method: &item.method,
        in_batch: true,
        ip,
        token,
        subject: &caller.subject,
        user: caller.subject.user(),
    };
    job.site
        .rates
        .count(&seen, job.call.engine.clock.now(), &mut Vec::new())
        .map_err(|over| Error::new(Code::ConnectionFailed, over.0))
}

/// Is this the path of a route without parameters?
pub fn is(path: &str, route: &str) -> bool {
    path.strip_suffix('/').unwrap_or(path).eq_ignore_ascii_case(route)
}

/// Parameters that are no class and no id at all are emptied; the recipes then say what is wrong.
fn checked(route: &Route, mut params: Params) -> Params {
    let names = route.path.split('/').filter(|s| s.starts_with(':'));
    for (name, value) in names.zip(&mut params.0) {
        let fits = match name {
            ":className" => value.bytes().any(|b| b.is_ascii_alphabetic()),
            ":objectId" => value.bytes().any(|b| b.is_ascii_alphanumeric()),
            _ => true,
        };
        if !fits {
            value.clear();
        }
    }
    params
}

/// A batch path as the router takes it: the prefix of the API away, `.`, `..` and double slashes resolved.
fn routable(path: &str, mount: &str, prefixes: Option<(&str, &str)>) -> Option<String> {
    let rest = match prefixes {
        None => path.strip_prefix(mount)?,
        Some((own, public)) => {
            let (own, public) = (path.strip_prefix(own), path.strip_prefix(public));
            match (own, public) {
                (Some(a), Some(b)) => Some(if a.len() < b.len() { a } else { b }),
                (a, b) => a.or(b),
            }?
        }
    };
    let mut segments: Vec<&str> = Vec::new();
    for segment in rest.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    let end = if rest.ends_with('/') && !segments.is_empty() { "/" } else { "" };
    Some(format!("/{}{end}", segments.join("/")))
}

/// Each request with its own answer. Writes of objects go together, which costs less than each by itself.
async fn each(job: &Job, items: Vec<Item>) -> Result<Vec<Result<Answer>>> {
    let (mut written, mut single) = (Vec::new(), Vec::new());
    let order: Vec<bool> = items.iter().map(Item::is_write).collect();
    for item in items {
        if item.is_write() { written.push(item.in_transaction()?) } else { single.push(item) }
    }
    let single = stream::iter(single).map(|item| one(job, item)).buffered(AT_ONCE).collect::<Vec<_>>();
    let (written, single) = join(rest::batch::together(&job.call, written), single).await;
    let (mut written, mut single) = (written.into_iter(), single.into_iter());
    let next = order.into_iter().map(|is_write| if is_write { written.next() } else { single.next() });
    Ok(next.flatten().collect())
}

async fn one(job: &Job, item: Item) -> Result<Answer> {
    let sub = Job {
        route: item.route,
        params: item.params,
        query: Map::new(),
        body: item.body,
        call: job.call.clone(),
        site: job.site.clone(),
        mount: job.mount.clone(),
        log: job.log.clone(),
    };
    Box::pin(dispatch::run(sub)).await
}

/// All or nothing; the first failure is that of the whole.
async fn transaction(call: &Call, items: Vec<Item>) -> Result<Vec<Result<Answer>>> {
    let items = items.into_iter().map(Item::in_transaction).collect::<Result<Vec<_>>>()?;
    let answers = rest::batch::transaction(call, items).await?;
    Ok(answers.into_iter().map(Ok).collect())
}

impl Item {
    /// What it does to objects, if it does nothing else; and of which class, if no parameter says that.
    fn verb(&self) -> Option<(Verb, Option<&'static str>)> {
        Some(match self.route.handler {
            Handler::Of(class, verb) => (verb, Some(class)),
            Handler::Create => (Verb::Create, None),
            Handler::Update => (Verb::Update, None),
            Handler::Delete => (Verb::Delete, None),
            Handler::Get => (Verb::Get, None),
            _ => return None,
        })
    }

    /// Does it write one object, and do nothing else?
    fn is_write(&self) -> bool {
        let Some((verb, class)) = self.verb() else { return false };
        let is_write = matches!(verb, Verb::Create | Verb::Update | Verb::Delete);
        let class = class.unwrap_or(self.params.class());
        is_write && self.route.who == Who::Public && class != rest::classes::installation::CLASS
    }

    fn in_transaction(self) -> Result<rest::batch::Item> {
        let (verb, class) = self.verb().map_or((None, None), |(verb, class)| (Some(verb), class));
        let Params([first, second]) = self.params;
        let body = self.body.unwrap_or_else(|| Value::Object(Map::new()));
        let (class, id) = match class {
            Some(class) => (class.to_owned(), first),
            None => (first, second),
        };
        Ok(match verb {
            Some(Verb::Create) => rest::batch::Item::Create { class, body },
            Some(Verb::Update) => rest::batch::Item::Update { class, id, body },
            Some(Verb::Delete) => rest::batch::Item::Delete { class, id },
            Some(Verb::Get) => {
                let params = if let Value::Object(map) = body { map } else { Map::new() };
                rest::batch::Item::Get { class, id, params }
            }
            _ => return Err(dispatch::unbuilt(&format!("{} {} in a transaction", self.route.method, self.route.path))),
        })
    }
}

fn array(answers: &[Result<Answer>], sanitise: bool) -> Vec<u8> {
    let size: usize = answers.iter().map(|a| a.as_ref().map_or(80, |a| a.body.len() + 16)).sum();
    let mut out = Vec::with_capacity(size + 2);
    out.push(b'[');
    for (n, answer) in answers.iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        match answer {
            Ok(answer) => {
                out.extend_from_slice(b"{\"success\":");
                out.extend_from_slice(&answer.body);
            }
            Err(error) => {
                out.extend_from_slice(b"{\"error\":");
                if error.is_internal() {
                    tracing::error!(error = %error, "a request of a batch failed");
                }
                respond::object(error, error.client_message(sanitise).unwrap_or("Internal server error."), &mut out);
            }
        }
        out.push(b'}');
    }
    out.push(b']');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lose_the_prefix() {
        let at = |path: &str| routable(path, "/parse", None);
        assert_eq!(at("/parse/classes/Q").as_deref(), Some("/classes/Q"));
        assert_eq!(at("/parse//classes/./x/../Q/").as_deref(), Some("/classes/Q/"));
        assert_eq!(at("/parse/../../classes").as_deref(), Some("/classes"));
        assert_eq!(at("/classes/Q"), None);
        assert_eq!(at("/parse").as_deref(), Some("/"));
        assert_eq!(routable("/classes/Q", "", None).as_deref(), Some("/classes/Q"));
    }

    #[test]
    fn either_url_may_be_in_front() {
        let at = |path: &str| routable(path, "/parse", Some(("/parse", "/api/parse")));
        assert_eq!(at("/parse/classes/Q").as_deref(), Some("/classes/Q"));
        assert_eq!(at("/api/parse/classes/Q").as_deref(), Some("/classes/Q"));
        assert_eq!(at("/other/classes/Q"), None);
        let root = |path: &str| routable(path, "", Some(("/", "/v1")));
        assert_eq!(root("/v1/classes/Q").as_deref(), Some("/classes/Q"));
        assert_eq!(root("/classes/Q").as_deref(), Some("/classes/Q"));
    }

    #[test]
    fn parameters_that_can_be_none_are_emptied() {
        let Found::Route(route, params) = crate::http::router::find("GET", "/classes/123/---") else { panic!() };
        assert_eq!(checked(route, params), Params::default());
        let Found::Route(route, params) = crate::http::router::find("GET", "/classes/1a/-1") else { panic!() };
        assert_eq!(checked(route, params).0, ["1a", "-1"]);
        let Found::Route(route, params) = crate::http::router::find("GET", "/installations/--") else { panic!() };
        assert_eq!(checked(route, params).0, ["", ""]);
    }

    #[test]
    fn answers_stand_in_order() {
        let answers =
            [Ok(Answer::empty()), Err(Error::not_found()), Err(Error::internal("disk")), Err(Error::forbidden("x"))];
        assert_eq!(
            String::from_utf8(array(&answers, true)).unwrap(),
            concat!(
                r#"[{"success":{}},{"error":{"code":101,"error":"Object not found."}},"#,
                r#"{"error":{"code":1,"error":"Internal server error."}},{"error":{"error":"Permission denied"}}]"#
            )
        );
    }
}
