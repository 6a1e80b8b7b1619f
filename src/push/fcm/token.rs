//! Access tokens: one for all messages, asked for anew before it ends.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Response};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::account::Account;
use crate::model::Date;
use crate::outgoing;
use crate::push::retry::{Attempt, retried, wished};

/// So long before its end a token is no longer used; one that lives shorter than twice that is used for half its life.
const EARLY: Duration = Duration::from_secs(5 * 60);
/// So long no token is asked for again after Google has refused one, or after Firebase has refused a new one.
const PAUSE: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(15);
const LARGEST: usize = 64 * 1024;
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];

/// An access token.
#[derive(Clone)]
pub struct Token {
    /// What is sent. It is a secret.
    pub text: Arc<str>,
    until: Instant,
}

/// The access tokens of an account.
pub struct Tokens {
    account: Account,
    client: Client,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    /// Why there is none, until when.
    failure: Option<(String, Instant)>,
    /// Until when no further token is refused.
    renewed: Option<Instant>,
}

impl Tokens {
    /// The tokens of an account.
    pub fn new(account: Account, client: Client) -> Self {
        Self { account, client, state: Mutex::default() }
    }

    /// A token that is good. While it is asked for, all wait.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn get(&self, now: Date) -> Result<Token, String> {
        let mut state = self.state.lock().await;
        let moment = Instant::now();
        if let Some(token) = state.token.as_ref().filter(|token| token.until > moment) {
            return Ok(token.clone());
        }
        if let Some((why, _)) = state.failure.as_ref().filter(|(_, until)| *until > moment) {
            return Err(why.clone());
        }
        match retried(&PAUSES, || self.ask(now)).await {
            Ok(token) => {
                state.failure = None;
                Ok(state.token.insert(token).clone())
            }
            Err(why) => {
                tracing::error!("no access token for Firebase: {why}");
                state.failure = Some((why.clone(), Instant::now() + PAUSE));
                Err(why)
            }
        }
    }

    /// A token other than this one, which Firebase has refused; `None` if there is none, or a new one was refused just now.
    pub async fn other_than(&self, refused: &Token, now: Date) -> Option<Token> {
        {
            let mut state = self.state.lock().await;
            let moment = Instant::now();
            if state.token.as_ref().is_some_and(|token| token.text == refused.text) {
                if state.renewed.is_some_and(|until| until > moment) {
                    return None;
                }
                state.renewed = Some(moment + PAUSE);
                state.token = None;
            }
        }
        self.get(now).await.ok()
    }

    async fn ask(&self, now: Date) -> Attempt<Result<Token, String>> {
        let assertion = match self.account.assertion(now) {
            Ok(assertion) => assertion,
            Err(error) => return Attempt::Settled(Err(outgoing::reasons(&error))),
        };
        let form = [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", &assertion)];
        let from = Instant::now();
        match self.client.post(&self.account.token_uri).form(&form).timeout(LONGEST).send().await {
            Ok(answer) => read(answer, from).await,
            Err(error) => Attempt::Again(Err(outgoing::reasons(&error.without_url())), None),
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    expires_in: Option<f64>,
    error: Option<String>,
    error_description: Option<String>,
}

async fn read(answer: Response, from: Instant) -> Attempt<Result<Token, String>> {
    let (status, pause) = (answer.status(), wished(answer.headers()));
    let Ok(body) = outgoing::body(answer, LARGEST).await else {
        return Attempt::Again(Err("the answer broke off, or is too large".into()), None);
    };
    let answer = serde_json::from_slice::<Answer>(&body).ok();
    if status.is_server_error() {
        return Attempt::Again(Err(format!("the token server answered {status}")), pause);
    }
    Attempt::Settled(match answer {
        Some(Answer { access_token: Some(text), expires_in: Some(seconds), .. }) if status.is_success() => {
            let life = Duration::try_from_secs_f64(seconds).unwrap_or_default().min(Duration::from_secs(24 * 3600));
            Ok(Token { text: text.into(), until: from + life - EARLY.min(life / 2) })
        }
        Some(Answer { error: Some(error), error_description, .. }) => {
            let more = error_description.map(|more| format!(": {more}")).unwrap_or_default();
            Err(format!("the token server answered {status}: {error}{more}"))
        }
        _ => Err(format!("the token server answered {status} without an access token")),
    })
}
