//! From a route of administration to its recipe.

use super::dispatch::Job;
use crate::error::Result;
use crate::rest::Answer;
use crate::rest::admin::{audiences, config, graphql_config, jobs, logs, purchase, security};
use crate::rest::webhooks::{self, Sort};

/// What an administrator may ask for besides schemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admin {
    /// The parameters of the app.
    Config,
    /// A change to them.
    ConfigUpdate,
    /// What GraphQL shows.
    GraphQlConfig,
    /// Another one of it.
    GraphQlConfigUpdate,
    /// Audiences of pushes, their queries opened.
    Audiences,
    /// One audience.
    Audience,
    /// When jobs run.
    Jobs,
    /// The names of jobs.
    JobNames,
    /// A new schedule of a job.
    JobCreate,
    /// A change to one.
    JobUpdate,
    /// Weak spots of the configuration.
    Security,
    /// The last lines of the log.
    Log,
    /// A receipt of the App Store.
    Purchase,
    /// All webhooks of a kind.
    Hooks(Sort),
    /// One webhook.
    Hook(Sort),
    /// A new webhook.
    HookCreate,
    /// A change to one.
    HookChange(Sort),
    /// An event for analytics, of which nothing is kept.
    Event,
}

/// Runs the recipe.
///
/// # Errors
/// Those of the recipe.
pub async fn run(mut job: Job, what: Admin) -> Result<Answer> {
    let id = job.params.0[0].clone();
    match what {
        Admin::Config => config::get(&job.call).await,
        Admin::ConfigUpdate => {
            let body = job.map();
            config::put(&job.call, body).await
        }
        Admin::GraphQlConfig => graphql_config::get(&job.call).await,
        Admin::GraphQlConfigUpdate => {
            let body = job.map();
            graphql_config::put(&job.call, body).await
        }
        Admin::Audiences => {
            let params = job.parameters();
            audiences::list(&job.call, params).await
        }
        Admin::Audience => {
            let params = job.parameters();
            audiences::one(&job.call, &id, params).await
        }
        Admin::Jobs => jobs::list(&job.call).await,
        Admin::JobNames => jobs::names(&job.call).await,
        Admin::JobCreate => {
            let body = job.map();
            jobs::add(&job.call, body).await
        }
        Admin::JobUpdate => {
            let body = job.map();
            jobs::change(&job.call, &id, body).await
        }
        Admin::Security => security::get(&job.call),
        Admin::Log => logs::get(&job.call, &job.log, &job.query),
        Admin::Purchase => {
            let body = job.map();
            purchase::validate(&job.call, &body).await
        }
        Admin::Hooks(sort) => webhooks::list(&job.call, sort).await,
        Admin::Hook(sort) => webhooks::get(&job.call, sort, &job.params.0).await,
        Admin::HookCreate => {
            let body = job.map();
            webhooks::create(&job.call, &body).await
        }
        Admin::HookChange(sort) => {
            let body = job.map();
            webhooks::change(&job.call, sort, &job.params.0, &body).await
        }
        Admin::Event => Ok(Answer::empty()),
    }
}
