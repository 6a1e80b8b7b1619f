//! From a route to its recipe; the one place, for HTTP and for batch.

use std::sync::Arc;

use super::router::{Handler, Params, Route, Verb, Who};
use super::{Site, admin, batch, server_info};
use crate::access::Subject;
use crate::error::{Code, Error, Result};
use crate::model::{Map, Value};
use crate::rest::{self, Answer, Call};
use crate::telemetry::Ring;

/// A request that has found its route.
pub struct Job {
    /// The route.
    pub route: &'static Route,
    /// What its path held.
    pub params: Params,
    /// The parameters of its query string, JSON where they were JSON.
    pub query: Map,
    /// Its body.
    pub body: Option<Value>,
    /// Who asks.
    pub call: Call,
    /// The app at the edge.
    pub site: Arc<Site>,
    /// The path that the API is mounted at.
    pub mount: Arc<str>,
    /// The last lines of the log.
    pub log: Ring,
}

impl Job {
    /// Query parameters over the keys of the body, as find and get take them.
    pub(super) fn parameters(&mut self) -> Map {
        let query = std::mem::take(&mut self.query);
        let Some(Value::Object(mut map)) = self.body.take() else { return query };
        for (key, value) in query {
            map.set(key, value);
        }
        map
    }

    /// The keys of the body: none if it is no object.
    pub(super) fn map(&mut self) -> Map {
        match self.body.take() {
            Some(Value::Object(map)) => map,
            _ => Map::new(),
        }
    }

    /// The body of a write: an empty object if there is none.
    fn object(&mut self) -> Value {
        self.body.take().unwrap_or_else(|| Value::Object(Map::new()))
    }
}

/// Runs a job.
///
/// # Errors
/// 403 for a route that the caller may not use, and those of the recipe.
pub async fn run(mut job: Job) -> Result<Answer> {
    admit(job.route.who, job.call.subject())?;
    let (first, second) = (job.params.class().to_owned(), job.params.id().to_owned());
    let class = first.clone();
    match job.route.handler {
        Handler::Find => on_class(job, Verb::Find, &first, &second).await,
        Handler::Get => on_class(job, Verb::Get, &first, &second).await,
        Handler::Create => on_class(job, Verb::Create, &first, &second).await,
        Handler::Update => on_class(job, Verb::Update, &first, &second).await,
        Handler::Delete => on_class(job, Verb::Delete, &first, &second).await,
        Handler::Of(class, verb) => on_class(job, verb, class, &first).await,
        Handler::Login => {
            let (body, texts) = (job.map(), std::mem::take(&mut job.query));
            Box::pin(rest::login::login(&job.call, body, texts)).await
        }
        Handler::LoginAs => {
            let (body, texts) = (job.map(), std::mem::take(&mut job.query));
            Box::pin(rest::login_as::login_as(&job.call, body, texts)).await
        }
        Handler::VerifyPassword => {
            let (body, texts) = (job.map(), std::mem::take(&mut job.query));
            Box::pin(rest::verify_password::verify_password(&job.call, body, texts)).await
        }
        Handler::Challenge => {
            let body = job.map();
            Box::pin(rest::challenge::challenge(&job.call, body)).await
        }
        Handler::RequestReset => {
            let body = job.map();
            Box::pin(rest::email::reset::request(&job.call, &body)).await
        }
        Handler::RequestVerification => {
            let body = job.map();
            Box::pin(rest::email::verification::request(&job.call, &body)).await
        }
        Handler::Logout => Box::pin(rest::logout::logout(&job.call)).await,
        Handler::UserMe => Box::pin(rest::sessions::user(&job.call)).await,
        Handler::SessionMe => Box::pin(rest::sessions::me(&job.call)).await,
        Handler::UpgradeSession => Box::pin(rest::sessions::upgrade(&job.call)).await,
        Handler::Batch => Box::pin(batch::run(job)).await,
        Handler::ServerInfo => Ok(server_info::answer(&job.call.engine.config)),
        Handler::Schemas => Box::pin(rest::schemas::list(&job.call)).await,
        Handler::SchemaGet => Box::pin(rest::schemas::get(&job.call, &class)).await,
        Handler::SchemaCreate => {
            let body = job.map();
            let class = Some(class.as_str()).filter(|class| !class.is_empty());
            Box::pin(rest::schemas::create(&job.call, class, body)).await
        }
        Handler::SchemaUpdate => {
            let body = job.map();
            Box::pin(rest::schemas::update(&job.call, &class, body)).await
        }
        Handler::SchemaDelete => Box::pin(rest::schemas::delete(&job.call, &class)).await,
        Handler::Purge => Box::pin(rest::schemas::purge(&job.call, &class)).await,
        Handler::Admin(what) => Box::pin(admin::run(job, what)).await,
        Handler::Function => {
            // The keys of a list are its indices.
            if let Some(Value::Array(list)) = job.body.take_if(|body| body.as_array().is_some()) {
                let indexed = list.into_iter().enumerate().map(|(i, value)| (i.to_string(), value));
                job.body = Some(Value::Object(indexed.collect()));
            }
            let params = job.parameters();
            Box::pin(rest::functions::run(&job.call, &first, params)).await
        }
        Handler::Push => {
            let body = job.map();
            Box::pin(rest::push::send(&job.call, body)).await
        }
        Handler::Aggregate => {
            let params = job.parameters();
            job.call.engine.schemas.know(&class).await?;
            Box::pin(rest::aggregate::aggregate(&job.call, &class, params)).await
        }
        Handler::Unbuilt => Err(unbuilt(&format!("{} {}", job.route.method, job.route.path))),
    }
}

/// What is done to objects of a class.
async fn on_class(mut job: Job, verb: Verb, class: &str, id: &str) -> Result<Answer> {
    job.call.engine.schemas.know(class).await?;
    match verb {
        Verb::Find => {
            let params = job.parameters();
            rest::find::find(&job.call, class, params).await
        }
        Verb::Get => {
            let params = job.parameters();
            rest::get::get(&job.call, class, id, params).await
        }
        Verb::Create => {
            let body = job.object();
            rest::create::create(&job.call, class, body).await
        }
        Verb::Update => {
            let body = job.object();
            rest::update::update(&job.call, class, id, body).await
        }
        Verb::Delete => rest::delete::delete(&job.call, class, id).await,
    }
}

/// May this caller use a route of this kind?
fn admit(who: Who, subject: &Subject) -> Result<()> {
    match who {
        Who::Master if !subject.is_master() => Err(Error::forbidden("unauthorized: master key is required")),
        Who::User if subject.user().is_none() => Err(Error::denied(Code::InvalidSessionToken, "Invalid session token")),
        _ => Ok(()),
    }
}

/// 108 for what Parse Server has and this server has not yet.
pub fn unbuilt(what: &str) -> Error {
    Error::new(Code::CommandUnavailable, format!("{what} is not built yet in Parsimony {}", env!("CARGO_PKG_VERSION")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may() {
        let user = Subject::Client { user: Some("u".into()), roles: Vec::new() };
        for (who, subject, may) in [
            (Who::Public, Subject::anonymous(), true),
            (Who::User, Subject::anonymous(), false),
            (Who::User, user.clone(), true),
            (Who::Master, user, false),
            (Who::Master, Subject::Maintenance, false),
            (Who::Master, Subject::ReadOnlyMaster, true),
            (Who::Master, Subject::Master, true),
        ] {
            assert_eq!(admit(who, &subject).is_ok(), may, "{who:?} {subject:?}");
        }
        assert_eq!(admit(Who::Master, &Subject::anonymous()).unwrap_err().status(), 403);
    }
}
