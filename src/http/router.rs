//! Every route on one page: method, path, who may, whether a request id makes it run once, and what runs.
//!
//! Parse Server's routes are `http.md` section 7. What is not in the table is refused; HTTP and batch both look here.

use std::borrow::Cow;

use super::admin::Admin;
use super::percent;

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
    /// Known to Parse, not built here yet: answered with 108.
    Unbuilt,
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
    /// The class that the route is for, where its path names none; else empty.
    pub class: &'static str,
}

const fn row(method: &'static str, path: &'static str, who: Who, handler: Handler) -> Route {
    Route { method, path, who, idempotent: false, in_batch: true, handler, class: "" }
}

/// A route on which a request id counts.
const fn once(method: &'static str, path: &'static str, who: Who, handler: Handler) -> Route {
    Route { idempotent: true, ..row(method, path, who, handler) }
}

/// A route outside Parse's API router, which batch does not reach.
const fn apart(method: &'static str, path: &'static str, who: Who, handler: Handler) -> Route {
    Route { in_batch: false, ..row(method, path, who, handler) }
}

/// A route to the objects of one class.
const fn of(class: &'static str, route: Route) -> Route {
    Route { class, ..route }
}

/// A route of administration, for the master key.
const fn admin(method: &'static str, path: &'static str, what: Admin) -> Route {
    row(method, path, Who::Master, Handler::Admin(what))
}

use Handler::{
    Aggregate, Batch, Create, Delete, Find, Get, Purge, SchemaCreate, SchemaDelete, SchemaGet, SchemaUpdate, Schemas,
    ServerInfo, Unbuilt, Update,
};
use Who::{Master, Public, User};

/// The table. The first row that fits wins.
pub static ROUTES: &[Route] = &[
    row("GET", "/classes/:className", Public, Find),
    row("GET", "/classes/:className/:objectId", Public, Get),
    once("POST", "/classes/:className", Public, Create),
    once("PUT", "/classes/:className/:objectId", Public, Update),
    row("DELETE", "/classes/:className/:objectId", Public, Delete),
    row("POST", "/batch", Public, Batch),
    row("GET", "/users", Public, Unbuilt),
    once("POST", "/users", Public, Unbuilt),
    row("GET", "/users/me", User, Unbuilt),
    row("GET", "/users/:objectId", Public, Unbuilt),
    once("PUT", "/users/:objectId", Public, Unbuilt),
    row("DELETE", "/users/:objectId", Public, Unbuilt),
    row("GET", "/login", Public, Unbuilt),
    row("POST", "/login", Public, Unbuilt),
    row("POST", "/loginAs", Master, Unbuilt),
    row("POST", "/logout", Public, Unbuilt),
    row("POST", "/requestPasswordReset", Public, Unbuilt),
    row("POST", "/verificationEmailRequest", Public, Unbuilt),
    row("GET", "/verifyPassword", Public, Unbuilt),
    row("POST", "/verifyPassword", Public, Unbuilt),
    row("POST", "/challenge", Public, Unbuilt),
    row("GET", "/sessions/me", Public, Unbuilt),
    row("GET", "/sessions", Public, Unbuilt),
    row("POST", "/sessions", Public, Unbuilt),
    row("GET", "/sessions/:objectId", Public, Unbuilt),
    row("PUT", "/sessions/:objectId", Public, Unbuilt),
    row("DELETE", "/sessions/:objectId", Public, Unbuilt),
    row("POST", "/upgradeToRevocableSession", Public, Unbuilt),
    row("GET", "/roles", Public, Unbuilt),
    row("POST", "/roles", Public, Unbuilt),
    row("GET", "/roles/:objectId", Public, Unbuilt),
    row("PUT", "/roles/:objectId", Public, Unbuilt),
    row("DELETE", "/roles/:objectId", Public, Unbuilt),
    of("_Installation", row("GET", "/installations", Public, Find)),
    of("_Installation", once("POST", "/installations", Public, Create)),
    of("_Installation", row("GET", "/installations/:objectId", Public, Get)),
    of("_Installation", once("PUT", "/installations/:objectId", Public, Update)),
    of("_Installation", row("DELETE", "/installations/:objectId", Public, Delete)),
    row("POST", "/events/AppOpened", Public, Handler::Admin(Admin::Event)),
    row("POST", "/events/:eventName", Public, Handler::Admin(Admin::Event)),
    once("POST", "/functions/:functionName", Public, Unbuilt),
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
    row("POST", "/push", Master, Unbuilt),
    admin("GET", "/scriptlog", Admin::Log),
    row("GET", "/config", Public, Handler::Admin(Admin::Config)),
    admin("PUT", "/config", Admin::ConfigUpdate),
    admin("GET", "/graphql-config", Admin::GraphQlConfig),
    admin("PUT", "/graphql-config", Admin::GraphQlConfigUpdate),
    row("GET", "/hooks/functions", Master, Unbuilt),
    row("GET", "/hooks/triggers", Master, Unbuilt),
    row("GET", "/hooks/functions/:functionName", Master, Unbuilt),
    row("GET", "/hooks/triggers/:className/:triggerName", Master, Unbuilt),
    row("POST", "/hooks/functions", Master, Unbuilt),
    row("POST", "/hooks/triggers", Master, Unbuilt),
    row("PUT", "/hooks/functions/:functionName", Master, Unbuilt),
    row("PUT", "/hooks/triggers/:className/:triggerName", Master, Unbuilt),
    row("DELETE", "/hooks/functions/:functionName", Master, Unbuilt),
    row("DELETE", "/hooks/triggers/:className/:triggerName", Master, Unbuilt),
    admin("GET", "/cloud_code/jobs", Admin::Jobs),
    admin("GET", "/cloud_code/jobs/data", Admin::JobNames),
    admin("POST", "/cloud_code/jobs", Admin::JobCreate),
    of("_JobSchedule", admin("PUT", "/cloud_code/jobs/:objectId", Admin::JobUpdate)),
    of("_JobSchedule", row("DELETE", "/cloud_code/jobs/:objectId", Master, Delete)),
    of("_Audience", admin("GET", "/push_audiences", Admin::Audiences)),
    of("_Audience", admin("GET", "/push_audiences/:objectId", Admin::Audience)),
    of("_Audience", row("POST", "/push_audiences", Master, Create)),
    of("_Audience", row("PUT", "/push_audiences/:objectId", Master, Update)),
    of("_Audience", row("DELETE", "/push_audiences/:objectId", Master, Delete)),
    admin("GET", "/security", Admin::Security),
    row("POST", "/validate_purchase", Public, Handler::Admin(Admin::Purchase)),
    apart("GET", "/files/:appId/*path", Public, Unbuilt),
    apart("POST", "/files", Public, Unbuilt),
    apart("POST", "/files/:filename", Public, Unbuilt),
    apart("DELETE", "/files/*path", Master, Unbuilt),
    apart("GET", "/apps/*path", Public, Unbuilt),
    apart("POST", "/apps/*path", Public, Unbuilt),
];

/// What the `:` segments of a path held, decoded, in their order, behind the class of a route that is for one; no route has
/// more than two that are used.
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
            return match params(route, path) {
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

fn params(route: &Route, path: &str) -> Result<Params, String> {
    let mut params = Params([route.class.to_owned(), String::new()]);
    let segments = route.path.split('/').zip(path.split('/')).filter(|(wanted, _)| wanted.starts_with(':'));
    let free = usize::from(!route.class.is_empty());
    for (slot, (_, segment)) in params.0.iter_mut().skip(free).zip(segments) {
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
        assert_eq!(found("PUT", "/installations/x"), Some(("/installations/:objectId", pair("_Installation", "x"))));
        assert_eq!(found("GET", "/installations"), Some(("/installations", pair("_Installation", ""))));
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
