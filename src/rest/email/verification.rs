//! Is the address the user's? `POST /verificationEmailRequest`, and what the link in the mail does.

use std::sync::Arc;

use super::{Tokens, give, mail, no_address, outbox};
use crate::auth::Caller;
use crate::error::{Code, Error, Result};
use crate::mail::{Mail, Purpose};
use crate::model::{Constraint, Filter, Map, Op, ParseObject, Path, Value};
use crate::rest::classes::Extra;
use crate::rest::{Answer, Call, Engine, update};

/// Sends the mail again. Unless the app wants it told, the answer is the same whether there is such a user or not, and so is
/// the work before it: token and mail are made after the answer.
///
/// # Errors
/// 1 if the app cannot send mails; 204 and 125 without an address; 155 while too many mails wait; 205 and -1 where the app
/// tells of users.
pub async fn request(call: &Call, body: &Map) -> Result<Answer> {
    let outbox = outbox(call)?;
    let Some(Value::String(email)) = body.get("email").filter(|email| email.truthy()) else {
        return Err(no_address(body.get("email")));
    };
    let place = outbox.place()?;
    let user = call.engine.auth.first("_User", Filter::eq("email", email.as_str())).await?;
    let refused = match &user {
        None => Some(Error::new(Code::EmailNotFound, format!("No user found with email {email}"))),
        Some(user) if is_verified(user) => {
            Some(Error::new(Code::OtherCause, format!("Email {email} is already verified.")))
        }
        Some(_) => None,
    };
    match (refused, user) {
        (Some(refused), _) if call.engine.config.security.verification_tells_of_users => return Err(refused),
        (None, Some(user)) => outbox.send(place, again(call.engine.clone(), user)),
        _ => {}
    }
    Ok(Answer::empty())
}

/// The mail once more, with the same token or a new one.
async fn again(engine: Arc<Engine>, user: ParseObject) -> Result<Option<Mail>> {
    if !engine.config.mail.verify {
        return Ok(None);
    }
    let tokens = Tokens::verification(&engine);
    let token = match tokens.kept(&user, engine.clock.now()) {
        Some(token) => token,
        None => {
            let (token, ops) = super::unverified(&engine);
            // An address that was verified meanwhile, or changed, stays so.
            let email = user.fields.get("email").cloned().unwrap_or_default();
            let filter = Filter::eq("objectId", user.id.as_str()).and(Filter::eq("email", email)).and(unverified());
            if !give(&engine, filter, ops).await? {
                return Ok(None);
            }
            token
        }
    };
    if !engine.config.mail.send_verification {
        return Ok(None);
    }
    mail(&engine, Purpose::Verification, &user.id, &token).await
}

/// Uses a token up: its user's address is verified. It is looked for in the same statement, so of many who use it one does.
///
/// # Errors
/// 101 for a token that nobody has or that is too old, and what hooks say.
pub async fn verify(call: &Call, token: &str) -> Result<()> {
    let (engine, tokens) = (&call.engine, Tokens::verification(&call.engine));
    if !engine.config.mail.verify {
        return Err(Error::not_found());
    }
    let mut guard = Filter::eq(tokens.token, token);
    if tokens.config.life.is_some() {
        let good = Constraint::Gt(Value::Date(engine.clock.now()));
        guard = guard
            .and(Filter::eq("emailVerified", Value::Bool(false)))
            .and(Filter::Field(tokens.expires.into(), vec![good]));
    }
    let user = engine.auth.first("_User", guard.clone()).await?.ok_or_else(Error::not_found)?;
    let mut rules = Extra { guard: Some(guard), ..Extra::default() };
    rules.ops.extend(tokens.away());
    rules.ops.push((Path::from("emailVerified"), Op::Set(Value::Bool(true))));
    let call = Call { caller: Arc::new(Caller::server()), ..call.clone() };
    update::by_server(&call, "_User", &user.id, Map::new(), rules).await.map(drop)
}

/// Sends the mail again to the user with a name, or with a token that may be too old, or with both.
///
/// # Errors
/// 101 for a user who is not there or whose address is verified.
pub async fn resend(call: &Call, username: Option<&str>, token: Option<&str>) -> Result<()> {
    let outbox = outbox(call)?;
    let named = username.map(|name| Filter::eq("username", name));
    let holds = token.map(|token| Filter::eq("_email_verify_token", token));
    let filter = named.into_iter().chain(holds).reduce(Filter::and).ok_or_else(Error::not_found)?;
    let place = outbox.place()?;
    let user = call.engine.auth.first("_User", filter).await?;
    let user = user.filter(|user| !is_verified(user)).ok_or_else(Error::not_found)?;
    outbox.send(place, again(call.engine.clone(), user));
    Ok(())
}

fn is_verified(user: &ParseObject) -> bool {
    user.fields.get("emailVerified").is_some_and(Value::truthy)
}

fn unverified() -> Filter {
    Filter::Field("emailVerified".into(), vec![Constraint::Ne(Value::Bool(true))])
}
