//! Requests for pages: which app is meant, and what its page is asked.

use std::net::IpAddr;

use hyper::Method;
use hyper::header::CONTENT_TYPE;
use hyper::http::request::Parts;

use super::{Edge, Mount, Stop, Trace};
use crate::access::Limits;
use crate::http::pages::{self, Reader, Route, Visit};
use crate::http::query;
use crate::http::respond::Reply;
use crate::model::Value;

/// The kind of body that a form has.
const FORM: &str = "application/x-www-form-urlencoded";

impl Edge {
    /// A page that a link in a mail leads to, or a file. What a page does runs to its end even if its reader goes away.
    pub(super) async fn page(
        &self,
        mount: &Mount,
        route: Route,
        head: &Parts,
        body: Option<Value>,
        (ip, limits): (IpAddr, Limits),
        trace: &mut Trace,
    ) -> Result<Reply, Stop> {
        trace.route = "/apps";
        self.check_state()?;
        let query = head.uri.query().map(query::parse).unwrap_or_default();
        let named = match &route {
            Route::App(id, _) | Route::Own(id, _) => mount.site(id),
            _ => query.get("appId").and_then(Value::as_str).and_then(|id| mount.site(id)),
        };
        trace.site = named.cloned();
        let known = named.is_some();
        // Files of no app are those of the first one.
        let first = mount.sites.first().filter(|_| matches!(route, Route::File(_)));
        let Some(site) = named.or(first) else { return Ok(pages::unauthorized()) };
        let form = match body.filter(|_| is_form(head)) {
            Some(Value::Object(map)) => Some(map),
            _ => None,
        };
        let reader = Reader {
            call: pages::visitor(site.engine.clone(), ip, limits),
            setup: site.pages.clone(),
            locale: pages::wanted_locale(&query, form.as_ref(), &route, &head.headers),
            posts: head.method == Method::POST,
        };
        let by_script = pages::is_script(head.headers.get("x-requested-with"));
        let action = match route {
            Route::Own(_, found) => {
                let request = pages::Request { head, mount: &mount.path, query, body: form, by_script };
                let question = pages::question(&reader, found, request);
                return Ok(self.to_the_end(limits.deadline, pages::ask(reader, question)).await?);
            }
            Route::File(path) => return Ok(pages::file(&reader, &path, known, &query).await?),
            Route::ChoosePassword => return Ok(pages::choose_password(&reader, &query).await?),
            Route::App(..) if head.method == Method::HEAD => return Ok(pages::glance()),
            Route::App(_, action) => action,
        };
        let visit = Visit { reader, action, query, body: form.unwrap_or_default(), by_script };
        Ok(self.to_the_end(limits.deadline, pages::answer(visit)).await?)
    }
}

fn is_form(head: &Parts) -> bool {
    let kind = head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with(FORM))
}
