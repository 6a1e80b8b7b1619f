//! One app at the edge: its engine, and what its configuration comes to on the wire.

use std::sync::Arc;

use super::admin::Admin;
use super::allow::AllowList;
use super::cors::Cors;
use super::idempotency::Idempotency;
use super::pages::Setup;
use super::rate::RateLimits;
use super::router::{self, Found, Handler};
use crate::config::AppConfig;
use crate::error::Result;
use crate::rest::Engine;

/// One app as the wire sees it.
pub struct Site {
    /// The app itself.
    pub engine: Arc<Engine>,
    /// Its CORS headers.
    pub cors: Cors,
    /// Its rate limits.
    pub rates: RateLimits,
    /// The routes that clients may use, if that is limited.
    pub allow: Option<AllowList>,
    /// Where request ids count; `None`: nowhere.
    pub idempotency: Option<Idempotency>,
    /// Its pages.
    pub pages: Arc<Setup>,
    /// The URL in front of every `Location`.
    pub base: String,
    /// The paths of `serverURL` and `publicServerURL`, if they differ: batch takes either.
    pub prefixes: Option<(String, String)>,
}

impl Site {
    /// The route of a path below the mount path, if this app has it.
    pub fn find(&self, method: &str, path: &str) -> Found {
        match router::find(method, path) {
            Found::Route(route, _)
                if route.handler == Handler::Admin(Admin::Purchase) && !self.engine.config.product_purchases =>
            {
                Found::Nothing
            }
            found => found,
        }
    }

    /// Reads an app's configuration for the wire.
    ///
    /// # Errors
    /// 1 for a pattern or a header of the configuration that is none.
    pub fn new(engine: Arc<Engine>) -> Result<Self> {
        let config = &engine.config;
        let Wire { cors, rates, allow, idempotency, pages } = Wire::new(config)?;
        let public = config.public_server_url.as_deref();
        let paths = public.map(|public| (url_path(&config.server_url), url_path(public)));
        Ok(Self {
            cors,
            rates,
            allow,
            idempotency,
            pages: Arc::new(pages),
            base: public.unwrap_or(&config.server_url).to_owned(),
            prefixes: paths.filter(|(own, public)| own != public),
            engine,
        })
    }

    /// Sees whether [`Site::new`] would take a configuration.
    ///
    /// # Errors
    /// As there.
    pub fn check(config: &AppConfig) -> Result<()> {
        Wire::new(config).map(drop)
    }

    /// The app's id.
    pub fn app_id(&self) -> &str {
        &self.engine.config.app_id
    }
}

/// What the configuration alone comes to.
struct Wire {
    cors: Cors,
    rates: RateLimits,
    allow: Option<AllowList>,
    idempotency: Option<Idempotency>,
    pages: Setup,
}

impl Wire {
    fn new(config: &AppConfig) -> Result<Self> {
        let once = &config.idempotency;
        Ok(Self {
            cors: Cors::new(config)?,
            rates: RateLimits::new(&config.rate_limits)?,
            allow: config.route_allow_list.as_deref().map(AllowList::new).transpose()?,
            idempotency: (!once.paths.is_empty()).then(|| Idempotency::new(once)).transpose()?,
            pages: Setup::new(config)?,
        })
    }
}

/// The path of a URL, `/` if it has none.
fn url_path(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |at| &rest[at..]);
    path.split(['?', '#']).next().unwrap_or("/").to_owned()
}

#[cfg(test)]
mod tests {
    use super::url_path;

    #[test]
    fn paths_of_urls() {
        assert_eq!(url_path("http://localhost:1337/parse"), "/parse");
        assert_eq!(url_path("https://api.example.org"), "/");
        assert_eq!(url_path("https://api.example.org/a/b?x#y"), "/a/b");
    }
}
