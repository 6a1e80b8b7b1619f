//! Providers with `oauth2: true`: a server is asked what an access token is worth (RFC 7662; `accounts-auth.md` section 6).

use std::sync::Arc;

use reqwest::header::AUTHORIZATION;

use super::jwt::refused;
use super::{Checked, Provider, Question, Verdict, text};
use crate::config::OAuth2Config;
use crate::error::Result;
use crate::model::{Map, Value};
use crate::outgoing::ask::Http;

/// The longest token that is passed on, bytes.
const LONGEST: usize = 64 * 1024;

/// The provider.
pub struct OAuth2 {
    config: OAuth2Config,
    http: Arc<Http>,
}

impl OAuth2 {
    /// As the configuration says.
    pub fn new(config: OAuth2Config, http: Arc<Http>) -> Self {
        Self { config, http }
    }

    async fn answer(&self, question: Question<'_>) -> Result<Verdict> {
        let invalid = || refused("OAuth2 access token is invalid for this user.");
        let sent = question.sent;
        let (Some(id), Some(token)) = (text(sent, "id"), text(sent, "access_token")) else { return Err(invalid()) };
        if token.len() > LONGEST {
            return Err(invalid());
        }
        let said = self.introspect(token).await?;
        if let Some((field, ids)) = &self.config.apps
            && !is_for(said.get(field), ids)
        {
            return Err(refused("OAuth2: Invalid app ID."));
        }
        let known = said.get(&self.config.user_field).and_then(Value::as_str) == Some(id);
        if said.get("active") != Some(&Value::Bool(true)) || !known {
            return Err(invalid());
        }
        Ok(Verdict::default())
    }

    async fn introspect(&self, token: &str) -> Result<Map> {
        let mut asked = self.http.client.post(&self.config.url).form(&[("token", token)]);
        if let Some(authorization) = &self.config.authorization {
            asked = asked.header(AUTHORIZATION, authorization.reveal());
        }
        self.http.ask(asked).await.map_err(|error| {
            tracing::warn!(%error, "token introspection");
            refused("OAuth2 token introspection request failed.")
        })
    }
}

impl Provider for OAuth2 {
    fn check<'a>(&'a self, question: Question<'a>) -> Checked<'a> {
        Box::pin(self.answer(question))
    }
}

/// Is a token for one of these apps? It names one or several.
fn is_for(apps: Option<&Value>, ids: &[String]) -> bool {
    let is_one = |app: &Value| app.as_str().is_some_and(|app| ids.iter().any(|id| id == app));
    match apps {
        Some(Value::Array(apps)) => apps.iter().any(is_one),
        Some(app) => is_one(app),
        None => false,
    }
}
