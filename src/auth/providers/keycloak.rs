//! `keycloak`: an access token that a realm has signed, and who it says its bearer is (`accounts-auth.md` section 6).

use std::sync::Arc;

use jsonwebtoken::Algorithm;

use super::jwt::{Issuer, refused};
use super::keys::Keys;
use super::{Checked, Provider, Question, Verdict, text};
use crate::config::KeycloakConfig;
use crate::error::Result;
use crate::model::{Map, Value};
use crate::outgoing::ask::Http;

/// The provider.
pub struct Keycloak {
    issuer: Issuer,
    client_id: String,
}

impl Keycloak {
    /// As the configuration says.
    pub fn new(config: &KeycloakConfig, http: Arc<Http>) -> Self {
        let url = format!("{}/protocol/openid-connect/certs", config.issuer);
        let life = i64::try_from(config.key_life.as_millis()).unwrap_or(i64::MAX);
        let issuer = Issuer::new(config.issuer.clone(), Algorithm::RS256, Keys::new(http, url, life));
        Self { issuer, client_id: config.client_id.clone() }
    }

    async fn answer(&self, question: Question<'_>) -> Result<Verdict> {
        let sent = question.sent;
        let given = sent.get("access_token").filter(|token| token.truthy());
        let (Some(given), Some(id)) = (given, text(sent, "id")) else {
            return Err(refused("Missing access token and/or User id"));
        };
        let token = given.as_str().unwrap_or_default();
        let claims = self.issuer.claims(token, question.now).await?;
        let (issuer, client) = (self.issuer.name(), self.client_id.as_str());
        if !says(&claims, "iss", issuer) {
            let from = told(&claims, "iss");
            let text = "access token not issued by correct provider";
            return Err(refused(format!("{text} - expected: {issuer} | from: {from}")));
        }
        if !says(&claims, "azp", client) {
            let from = told(&claims, "azp");
            let text = "access token is not authorized for this client";
            return Err(refused(format!("{text} - expected: {client} | from: {from}")));
        }
        if !says(&claims, "sub", id) {
            return Err(refused("auth data is invalid for this user."));
        }
        if ["roles", "groups"].into_iter().any(|list| !alike(claims.get(list), sent.get(list))) {
            return Err(refused("Invalid authentication"));
        }
        Ok(Verdict::default())
    }
}

impl Provider for Keycloak {
    fn check<'a>(&'a self, question: Question<'a>) -> Checked<'a> {
        Box::pin(self.answer(question))
    }
}

fn says(claims: &Map, claim: &str, wanted: &str) -> bool {
    claims.get(claim).and_then(Value::as_str) == Some(wanted)
}

fn told<'a>(claims: &'a Map, claim: &str) -> &'a str {
    claims.get(claim).and_then(Value::as_str).unwrap_or("undefined")
}

/// The same texts in any order, or neither of them there.
fn alike(claimed: Option<&Value>, sent: Option<&Value>) -> bool {
    let texts = |list: &Value| list.as_array()?.iter().map(|one| one.as_str().map(str::to_owned)).collect();
    let sorted = |list: &Value| {
        let texts: Option<Vec<String>> = texts(list);
        texts.map(|mut texts| {
            texts.sort_unstable();
            texts
        })
    };
    match (claimed, sent) {
        (None, None) => true,
        (Some(claimed), Some(sent)) => match (sorted(claimed), sorted(sent)) {
            (Some(claimed), Some(sent)) => claimed == sent,
            _ => claimed.as_str().is_some_and(|text| sent.as_str() == Some(text)),
        },
        _ => false,
    }
}
