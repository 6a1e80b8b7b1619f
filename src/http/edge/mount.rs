//! The apps behind one path, and which of them a request is for.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use hyper::{HeaderMap, Method};

use super::{Peer, Stop};
use crate::access::Subject;
use crate::auth::credential;
use crate::config::TrustProxy;
use crate::error::{Error, Result};
use crate::http::Site;
use crate::http::identify::{Claims, Refused};
use crate::http::pages::{self, Route};
use crate::http::respond::Reply;
use crate::model::Value;

/// The apps behind one path.
pub(super) struct Mount {
    /// The mount path.
    pub(super) path: Arc<str>,
    /// The first one's CORS and `trustProxy` are those of all.
    pub(super) sites: Vec<Arc<Site>>,
    /// Largest body of any of them, bytes.
    pub(super) size: u64,
}

impl Mount {
    /// Takes one more app.
    ///
    /// # Errors
    /// 1 if it differs from the others in what acts before the app is known.
    pub(super) fn add(&mut self, site: Arc<Site>) -> Result<()> {
        let (first, own) = (&self.sites[0].engine.config, &site.engine.config);
        let (a, b) = (&first.app_id, &own.app_id);
        let differs = |option: &str| {
            let text = format!("the apps {a} and {b} share the mount path {} and differ in {option}", self.path);
            Err(Error::internal(text))
        };
        if (&first.allow_headers, &first.allow_origin) != (&own.allow_headers, &own.allow_origin) {
            return differs("allowHeaders or allowOrigin");
        }
        if first.trust_proxy != own.trust_proxy {
            return differs("trustProxy");
        }
        if first.max_upload_size != own.max_upload_size {
            return differs("maxUploadSize");
        }
        if first.pages.endpoint != own.pages.endpoint {
            return differs("pages.pagesEndpoint");
        }
        if first.route_allow_list != own.route_allow_list {
            return differs("routeAllowList");
        }
        self.sites.push(site);
        Ok(())
    }

    /// What stands after the mount path, if the path is below it.
    pub(super) fn below<'p>(&self, path: &'p str) -> Option<&'p str> {
        below(&self.path, path)
    }

    /// The app with an id.
    pub(super) fn site(&self, app_id: &str) -> Option<&Arc<Site>> {
        self.sites.iter().find(|site| site.app_id() == app_id)
    }

    /// The page that a path below the mount path stands for. The method is the one that was sent: pages heed no other. An app
    /// that is none has the routes of the first one, and is refused there.
    ///
    /// # Errors
    /// 400 for a part of the path that cannot be decoded.
    pub(super) fn page(&self, method: &Method, path: &str) -> Result<Option<Route>> {
        let Some(first) = self.sites.first() else { return Ok(None) };
        let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
        let setup = |app: &str| Some(&*self.site(app).unwrap_or(first).pages);
        pages::find(method, path, &first.engine.config.pages.endpoint, setup)
    }

    /// The address of the client, as far as proxies are believed.
    pub(super) fn client_ip(&self, headers: &HeaderMap, peer: Peer) -> IpAddr {
        let trust = self.sites.first().map_or(&TrustProxy::Nobody, |site| &site.engine.config.trust_proxy);
        if *trust == TrustProxy::Nobody {
            return peer.to_canonical();
        }
        let mut values = headers.get_all("x-forwarded-for").iter().map(|v| String::from_utf8_lossy(v.as_bytes()));
        let first = values.next();
        let all = values.fold(first, |all, next| all.map(|all| Cow::Owned(format!("{all},{next}"))));
        trust.client_ip(peer, all.as_deref())
    }

    /// What the keys in headers come to, before the body is read.
    ///
    /// # Errors
    /// As [`credential::privileged`].
    pub(super) fn by_header(&self, claims: &Claims, ip: IpAddr) -> Result<Option<Subject>> {
        let only = if self.sites.len() == 1 { self.sites.first() } else { None };
        let site = only.or_else(|| self.site(claims.app_id.as_deref()?));
        if claims.master.is_none() && claims.maintenance.is_none() {
            return Ok(None);
        }
        site.map_or(Ok(None), |site| credential::privileged(&site.engine.config, &claims.sent(), ip))
    }

    /// The app that a request names in its headers, or else in its body.
    ///
    /// # Errors
    /// 403 if there is none such.
    pub(super) fn identify(
        &self,
        claims: &mut Claims,
        mut body: Option<&mut Value>,
        depth: usize,
    ) -> Result<Arc<Site>, Stop> {
        if let Some(Value::Object(map)) = body.as_deref_mut() {
            map.take("_noBody");
        }
        if let Some(site) = claims.app_id.as_deref().and_then(|id| self.site(id)) {
            return Ok(site.clone());
        }
        let belongs = |id: &str, master: Option<&str>| {
            self.site(id).is_some_and(|site| master.is_none_or(|sent| site.engine.config.keys.master.matches(sent)))
        };
        claims.take_body(body, belongs, depth).map_err(|refused| match refused {
            Refused::Unauthorized => Stop::Reply(Reply::unauthorized()),
            Refused::Error(error) => Stop::Error(error),
        })?;
        let site = claims.app_id.as_deref().and_then(|id| self.site(id));
        site.cloned().ok_or_else(|| Stop::Reply(Reply::unauthorized()))
    }
}

/// What stands after a mount path, if a path is below it; a double slash there counts as one.
pub(super) fn below<'p>(mount: &str, path: &'p str) -> Option<&'p str> {
    let (front, rest) = path.split_at_checked(mount.len())?;
    if !front.eq_ignore_ascii_case(mount) || !(rest.is_empty() || rest.starts_with('/')) {
        return None;
    }
    Some(match rest {
        "" => "/",
        rest if rest.starts_with("//") => &rest[1..],
        rest => rest,
    })
}
