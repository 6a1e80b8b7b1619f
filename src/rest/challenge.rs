//! `POST /challenge`: providers that ask something back before a log-in are made to ask (`accounts-auth.md` section 4).

use super::classes::auth_data::{self, Whom};
use super::login::authenticate;
use super::{Answer, Call};
use crate::auth::providers::{Asker, Challenge};
use crate::error::{Code, Error, Result};
use crate::model::{Map, ParseObject, Value};

/// What each provider has to say: `{"challengeData":{…}}`.
///
/// # Errors
/// -1 for a body that is none, 101 for a user who is not found or not vouched for, and what the providers say.
pub async fn challenge(call: &Call, mut body: Map) -> Result<Answer> {
    let taken = |key: &str| body.get(key).filter(|value| value.truthy()).cloned();
    let (auth_data, challenges) = (taken("authData"), taken("challengeData"));
    let named = taken("username").or_else(|| taken("email")).is_some();
    let user = if named {
        taken("password")
            .ok_or_else(|| refused("You provided username or email, you need to also provide password."))?;
        body.take("authData");
        Some(authenticate(call, body, Map::new()).await?)
    } else {
        None
    };
    let challenges = object(challenges.ok_or_else(|| refused("Nothing to challenge."))?, "challengeData")?;
    let sent = auth_data.map(|sent| object(sent, "authData")).transpose()?;
    let user = match (sent.as_ref(), user) {
        (Some(_), Some(_)) => {
            let text = "You cannot provide username/email and authData, only use one identification method.";
            return Err(refused(text));
        }
        (Some(sent), None) => Some(vouched(call, sent).await?),
        (None, user) => user,
    };
    let mut challenges: Vec<_> = challenges.iter().collect();
    challenges.sort_unstable_by_key(|(name, _)| *name);
    let (mut said, nothing) = (Map::new(), Map::new());
    let whom = Whom { user: user.as_ref(), asker: Asker::Stranger, body: &nothing, challenged: true };
    for (name, challenge) in challenges {
        let Some(provider) = call.engine.auth.providers.get(name) else { continue };
        let request = if provider.wants_request() { auth_data::request(call, whom) } else { Map::new() };
        let sent = sent.as_ref().and_then(|sent| sent.get(name));
        if let Some(answer) = provider.challenge(Challenge { wish: challenge, sent, request }).await? {
            said.set(name.as_str(), answer);
        }
    }
    Ok(Answer::ok(&Value::Object(Map::from([("challengeData", Value::Object(said))]))))
}

fn refused(text: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(Code::OtherCause, text)
}

fn object(value: Value, name: &str) -> Result<Map> {
    match value {
        Value::Object(map) => Ok(map),
        _ => Err(refused(format!("{name} should be an object."))),
    }
}

/// The one user whose `authData` was sent, if its provider agrees. Whatever is wrong is told alike, so that no id is guessed.
async fn vouched(call: &Call, sent: &Map) -> Result<ParseObject> {
    for (name, data) in sent {
        if !data.is_null() && data.as_object().is_none() {
            return Err(refused(format!("authData.{name} should be an object.")));
        }
    }
    let has_id = |data: &Value| data.as_object().and_then(|data| data.get("id")).is_some_and(Value::truthy);
    let with_id: Map =
        sent.iter().filter(|(_, data)| has_id(data)).map(|(n, data)| (n.as_str(), data.clone())).collect();
    if with_id.len() > 1 {
        return Err(refused("You cannot provide more than one authData provider with an id."));
    }
    let unknown = || Error::new(Code::ObjectNotFound, "User not found.");
    let mut owners = auth_data::owners(call, sent).await?;
    let user = owners.pop().filter(|_| owners.is_empty()).ok_or_else(unknown)?;
    let nothing = Map::new();
    let whom = Whom { user: Some(&user), asker: Asker::Stranger, body: &nothing, challenged: true };
    auth_data::check(call, &with_id, whom).await.map_err(|error| {
        tracing::info!(%error, "a challenge was refused");
        unknown()
    })?;
    Ok(user)
}
