//! Every route on one page: method, path, who may, whether a request id makes it run once, and what runs.
//!
//! Parse Server's routes are `http.md` section 7. What is not in the table is refused; HTTP and batch both look here. The pages
//! below `/apps`, which need no key, have a table of their own (`pages`).

use std::borrow::Cow;

use super::admin::Admin;
use super::percent;
use crate::rest::webhooks::Sort;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody who knows the app; ACL and class permissions decide the rest.
    Public,
    /// A user with a session.
    User,
    /// The master key, full or read-only.
    Master,
}

/// What runs for a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handler {
    /// Find objects of a class.
    Find,
    /// Get one object.
    Get,
    /// Store a new object.
    Create,
    /// Change an object.
    Update,
    /// Delete an object.
    Delete,
    /// Run several requests.
    Batch,
    /// What this server can do.
    ServerInfo,
    /// All schemas.
    Schemas,
    /// One schema.
    SchemaGet,
    /// A new class.
    SchemaCreate,
    /// A change to a class.
    SchemaUpdate,
    /// Away with a class.
    SchemaDelete,
    /// Away with all objects of a class.
    Purge,
    /// Run a pipeline.
    Aggregate,
    /// Administration of another kind.
    Admin(Admin),
    /// Find, get, store, change or delete objects of the class that the path stands for.
    Of(&'static str, Verb),
    /// Log in by password.
    Login,
    /// Log in as any user.
    LoginAs,
    /// Log out.
    Logout,
    /// The user of the session.
    UserMe,
    /// Is this the password?
    VerifyPassword,
    /// The session of the token.
    SessionMe,
    /// What a provider asks back.
    Challenge,
    /// A mail to choose a new password by.
    RequestReset,
    /// A mail to verify an address by, once more.
    RequestVerification,
    /// A session for an old token.
    UpgradeSession,
    /// Run a function.
    Function,
    /// Send a push.
    Push,
    /// Known to Parse, not built here yet: answered with 108.
    Unbuilt,
}

/// What is done to objects of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Find objects.
    Find,
    /// Get one.
    Get,
    /// Store a new one.
    Create,
    /// Change one.
    Update,
    /// Delete one.
    Delete,
}

impl Handler {
    /// Are the parameters of the query string texts, whatever they look like, and of any method?
    pub const fn takes_texts(self) -> bool {
        matches!(self, Self::Login | Self::LoginAs | Self::VerifyPassword | Self::Function)
    }
}

/// One row of the table.
#[derive(Debug)]
pub struct Route {
    /// Method, upper case.
    pub method: &'static str,
    /// Path below the mount path; `:name` is one segment, `*name` all that are left.
    pub path: &'static str,
    /// Who may.
    pub who: Who,
    /// Does `X-Parse-Request-Id` count here (`http.md` section 14)?
    pub idempotent: bool,
    /// May a batch hold it?
    pub in_batch: bool,
    /// What runs.
    pub handler: Handler,
}

const fn row(method: &'static str, path: &'static str, who: Who, handler: Handler) -> Route {
    Route { method, path, who, idempotent: false, in_batch: true, handler }
}

/// A route on which a request id counts.
const fn once(method: &'static str, path: &'static str, who: Who, handler: Handler) -> Route {
    Route { idempotent: true, ..row(method, path, who, handler) }
}

/// A route outside Parse's API router, which batch does not reach.
const fn apart(method: &'static str, path: &'static str, who: Who, handler: Handler) -> Route {
    Route { in_batch: false, ..row(method, path, who, handler) }
}

/// A route of administration, for the master key.
const fn admin(method: &'static str, path: &'static str, what: Admin) -> Route {
    row(method, path, Who::Master, Handler::Admin(what))
}

use Handler::{
    Aggregate, Batch, Challenge, Create, Delete, Find, Function, Get, Login, LoginAs, Logout, Of, Purge, RequestReset,
    RequestVerification, SchemaCreate, SchemaDelete, SchemaGet, SchemaUpdate, Schemas, ServerInfo, SessionMe, Unbuilt,
    Update, UpgradeSession, UserMe, VerifyPassword,
};
use Who::{Master, Public};

/// The table. The first row that fits wins.
pub static ROUTES: &[Route] = &[
    row("GET", "/classes/:className", Public, Find),
    row("GET", "/classes/:className/:objectId", Public, Get),
    once("POST", "/classes/:className", Public, Create),
    once("PUT", "/classes/:className/:objectId", Public, Update),
    row("DELETE", "/classes/:className/:objectId", Public, Delete),
    row("POST", "/batch", Public, Batch),
    row("GET", "/users", Public, Of("_User", Verb::Find)),
    once("POST", "/users", Public, Of("_User", Verb::Create)),
    row("GET", "/users/me", Public, UserMe),
    row("GET", "/users/:objectId", Public, Of("_User", Verb::Get)),
    once("PUT", "/users/:objectId", Public, Of("_User", Verb::Update)),
    row("DELETE", "/users/:objectId", Public, Of("_User", Verb::Delete)),
    row("GET", "/login", Public, Login),
    row("POST", "/login", Public, Login),
    row("POST", "/loginAs", Public, LoginAs),
    row("POST", "/logout", Public, Logout),
    row("POST", "/requestPasswordReset", Public, RequestReset),
    row("POST", "/verificationEmailRequest", Public, RequestVerification),
    row("GET", "/verifyPassword", Public, VerifyPassword),
    row("POST", "/verifyPassword", Public, VerifyPassword),
    row("POST", "/challenge", Public, Challenge),
    row("GET", "/sessions/me", Public, SessionMe),
    row("GET", "/sessions", Public, Of("_Session", Verb::Find)),
    row("POST", "/sessions", Public, Of("_Session", Verb::Create)),
    row("GET", "/sessions/:objectId", Public, Of("_Session", Verb::Get)),
    row("PUT", "/sessions/:objectId", Public, Of("_Session", Verb::Update)),
    row("DELETE", "/sessions/:objectId", Public, Of("_Session", Verb::Delete)),
    row("POST", "/upgradeToRevocableSession", Public, UpgradeSession),
    row("GET", "/roles", Public, Of("_Role", Verb::Find)),
    row("POST", "/roles", Public, Of("_Role", Verb::Create)),
    row("GET", "/roles/:objectId", Public, Of("_Role", Verb::Get)),
    row("PUT", "/roles/:objectId", Public, Of("_Role", Verb::Update)),
    row("DELETE", "/roles/:objectId", Public, Of("_Role", Verb::Delete)),
    row("GET", "/installations", Public, Of("_Installation", Verb::Find)),
    once("POST", "/installations", Public, Of("_Installation", Verb::Create)),
    row("GET", "/installations/:objectId", Public, Of("_Installation", Verb::Get)),
    once("PUT", "/installations/:objectId", Public, Of("_Installation", Verb::Update)),
    row("DELETE", "/installations/:objectId", Public, Of("_Installation", Verb::Delete)),
    row("POST", "/events/AppOpened", Public, Handler::Admin(Admin::Event)),
    row("POST", "/events/:eventName", Public, Handler::Admin(Admin::Event)),
    once("POST", "/functions/:functionName", Public, Function),
    once("POST", "/jobs/:jobName", Master, Unbuilt),
    row("POST", "/jobs", Master, Unbuilt),
    row("GET", "/schemas", Master, Schemas),
    row("GET", "/schemas/:className", Master, SchemaGet),
    row("POST", "/schemas", Master, SchemaCreate),
    row("POST", "/schemas/:className", Master, SchemaCreate),
    row("PUT", "/schemas/:className", Master, SchemaUpdate),
    row("DELETE", "/schemas/:className", Master, SchemaDelete),
    row("DELETE", "/purge/:className", Master, Purge),
    row("GET", "/aggregate/:className", Master, Aggregate),
    row("GET", "/serverInfo", Master, ServerInfo),
    row("POST", "/push", Master, Handler::Push),
    admin("GET", "/scriptlog", Admin::Log),
    row("GET", "/config", Public, Handler::Admin(Admin::Config)),
    admin("PUT", "/config", Admin::ConfigUpdate),
    admin("GET", "/graphql-config", Admin::GraphQlConfig),
    admin("PUT", "/graphql-config", Admin::GraphQlConfigUpdate),
    admin("GET", "/hooks/functions", Admin::Hooks(Sort::Function)),
    admin("GET", "/hooks/triggers", Admin::Hooks(Sort::Trigger)),
    admin("GET", "/hooks/functions/:functionName", Admin::Hook(Sort::Function)),
    admin("GET", "/hooks/triggers/:className/:triggerName", Admin::Hook(Sort::Trigger)),
    admin("POST", "/hooks/functions", Admin::HookCreate),
    admin("POST", "/hooks/triggers", Admin::HookCreate),
    admin("PUT", "/hooks/functions/:functionName", Admin::HookChange(Sort::Function)),
    admin("PUT", "/hooks/triggers/:className/:triggerName", Admin::HookChange(Sort::Trigger)),
    admin("GET", "/cloud_code/jobs", Admin::Jobs),
    admin("GET", "/cloud_code/jobs/data", Admin::JobNames),
    admin("POST", "/cloud_code/jobs", Admin::JobCreate),
    admin("PUT", "/cloud_code/jobs/:objectId", Admin::JobUpdate),
    row("DELETE", "/cloud_code/jobs/:objectId", Master, Of("_JobSchedule", Verb::Delete)),
    admin("GET", "/push_audiences", Admin::Audiences),
    admin("GET", "/push_audiences/:objectId", Admin::Audience),
    row("POST", "/push_audiences", Master, Of("_Audience", Verb::Create)),
    row("PUT", "/push_audiences/:objectId", Master, Of("_Audience", Verb::Update)),
    row("DELETE", "/push_audiences/:objectId", Master, Of("_Audience", Verb::Delete)),
    admin("GET", "/security", Admin::Security),
    row("POST", "/validate_purchase", Public, Handler::Admin(Admin::Purchase)),
    apart("GET", "/files/:appId/*path", Public, Unbuilt),
    apart("POST", "/files", Public, Unbuilt),
    apart("POST", "/files/:filename", Public, Unbuilt),
    apart("DELETE", "/files/*path", Master, Unbuilt),
];

/// What the `:` segments of a path held, decoded, in their order; no route has more than two that are used.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Params(pub [String; 2]);

impl Params {
    /// The first, which is the class where there is one.
    pub fn class(&self) -> &str {
        &self.0[0]
    }

    /// The second, which is the object's id below a class.
    pub fn id(&self) -> &str {
        &self.0[1]
    }
}

/// What a look-up in the table found.
#[derive(Debug)]
pub enum Found {
    /// A route and its parameters.
    Route(&'static Route, Params),
    /// A route, but a parameter with a percent-encoding that is none: the segment.
    BadEncoding(String),
    /// Nothing.
    Nothing,
}

/// Looks up a path below the mount path. Fixed segments count in any case of letters, one slash may stand at the end.
pub fn find(method: &str, path: &str) -> Found {
    for route in ROUTES {
        if route.method == method && fits(route.path, path) {
            return match params(route.path, path) {
                Ok(params) => Found::Route(route, params),
                Err(segment) => Found::BadEncoding(segment),
            };
        }
    }
    Found::Nothing
}

fn fits(pattern: &str, path: &str) -> bool {
    let path = path.strip_suffix('/').unwrap_or(path);
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wild), Some(rest)) if wild.starts_with('*') => return !rest.is_empty(),
            (Some(param), Some(segment)) if param.starts_with(':') && !segment.is_empty() => {}
            (Some(fixed), Some(segment)) if fixed.eq_ignore_ascii_case(segment) => {}
            _ => return false,
        }
    }
}

fn params(pattern: &str, path: &str) -> Result<Params, String> {
    let mut params = Params::default();
    let segments = pattern.split('/').zip(path.split('/')).filter(|(wanted, _)| wanted.starts_with(':'));
    for (slot, (_, segment)) in params.0.iter_mut().zip(segments) {
        *slot = percent::strict(segment).map(Cow::into_owned).ok_or_else(|| segment.to_owned())?;
    }
    Ok(params)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: &str, path: &str) -> Option<(&'static str, [String; 2])> {
        match find(method, path) {
            Found::Route(route, params) => Some((route.path, params.0)),
            _ => None,
        }
    }

    fn pair(a: &str, b: &str) -> [String; 2] {
        [a.to_owned(), b.to_owned()]
    }

    #[test]
    fn finds_classes_in_any_case_and_with_one_slash_more() {
        assert_eq!(found("GET", "/classes/GameScore"), Some(("/classes/:className", pair("GameScore", ""))));
        assert_eq!(found("GET", "/CLASSES/GameScore/"), Some(("/classes/:className", pair("GameScore", ""))));
        assert_eq!(found("PUT", "/classes/A/x%20y"), Some(("/classes/:className/:objectId", pair("A", "x y"))));
        assert_eq!(found("GET", "/classes/A//"), None);
        assert_eq!(found("GET", "/classes//x"), None);
        assert_eq!(found("GET", "/classes/A/b/c"), None);
        assert_eq!(found("PATCH", "/classes/A"), None);
    }

    #[test]
    fn fixed_names_come_before_parameters() {
        assert_eq!(found("GET", "/users/me"), Some(("/users/me", pair("", ""))));
        assert_eq!(found("GET", "/users/mee"), Some(("/users/:objectId", pair("mee", ""))));
        assert_eq!(found("GET", "/files/app/a/b.txt").map(|f| f.0), Some("/files/:appId/*path"));
        assert_eq!(found("GET", "/files/app"), None);
    }

    #[test]
    fn bad_encodings_are_told_apart() {
        assert!(matches!(find("GET", "/classes/%zz"), Found::BadEncoding(s) if s == "%zz"));
        assert!(matches!(find("GET", "/classes/%FF"), Found::BadEncoding(_)));
        assert!(matches!(find("GET", "/nothing/%zz"), Found::Nothing));
    }

    #[test]
    fn every_row_is_reachable() {
        for (i, route) in ROUTES.iter().enumerate() {
            let path = route.path.replace([':', '*'], "");
            let Found::Route(hit, _) = find(route.method, &path) else { panic!("{} {path}", route.method) };
            assert!(std::ptr::eq(hit, &ROUTES[i]), "{} {} is hidden by {}", route.method, route.path, hit.path);
        }
    }
}
