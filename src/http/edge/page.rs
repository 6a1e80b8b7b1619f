//! Requests for pages: which app is meant, and what its page is asked.

use std::net::IpAddr;

use hyper::header::CONTENT_TYPE;
use hyper::http::request::Parts;

use super::{Edge, Mount, Stop, Trace};
use crate::access::Limits;
use crate::http::pages;
use crate::http::query;
use crate::http::respond::Reply;
use crate::model::{Map, Value};

/// The kind of body that a form has.
const FORM: &str = "application/x-www-form-urlencoded";

impl Edge {
    /// A page that a link in a mail leads to. What it does runs to its end even if its reader goes away.
    pub(super) async fn page(
        &self,
        mount: &Mount,
        route: pages::Route,
        head: &Parts,
        body: Option<Value>,
        (ip, limits): (IpAddr, Limits),
        trace: &mut Trace,
    ) -> Result<Reply, Stop> {
        trace.route = "/apps";
        self.check_state()?;
        let query = head.uri.query().map(query::parse).unwrap_or_default();
        let named = |key: &str| query.get(key).and_then(Value::as_str);
        let (site, action) = match &route {
            pages::Route::App(id, action) => (mount.site(id), Some(*action)),
            pages::Route::ChoosePassword | pages::Route::File(_) => {
                (named("appId").and_then(|id| mount.site(id)), None)
            }
        };
        trace.site = site.cloned();
        let call = site.map(|site| pages::visitor(site.engine.clone(), ip, limits));
        let (Some(call), Some(action)) = (call.as_ref(), action) else {
            return Ok(match (route, call) {
                (pages::Route::File(name), call) => pages::file(call.as_ref(), &name),
                (pages::Route::ChoosePassword, Some(call)) => pages::choose_password(&call, &query),
                _ => pages::unauthorized(),
            });
        };
        let form = head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let form = form.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with(FORM));
        let body = match body.filter(|_| form) {
            Some(Value::Object(map)) => map,
            _ => Map::new(),
        };
        let by_script = pages::is_script(head.headers.get("x-requested-with"));
        let visit = pages::Visit { call: call.clone(), action, query, body, by_script };
        Ok(self.to_the_end(limits.deadline, pages::answer(visit)).await?)
    }
}
