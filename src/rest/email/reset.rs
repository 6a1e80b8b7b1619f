//! A new password by mail: `POST /requestPasswordReset`, and what the link in the mail does.

use std::sync::Arc;

use super::{Tokens, give, mail, no_address, outbox};
use crate::auth::Caller;
use crate::auth::lockout;
use crate::cloud::Trigger;
use crate::error::{Code, Error, Result};
use crate::mail::{Mail, Purpose};
use crate::model::{Constraint, Filter, Map, Op, ParseObject, Path, Value};
use crate::rest::classes::Extra;
use crate::rest::{Answer, Call, Engine, update};

/// May refuse a mail.
const HOOK: Trigger = Trigger::BeforePasswordResetRequest;
/// What is wrong with a link that was used, or never was one.
const INVALID: &str = "Failed to reset password: username / email / token is invalid";
/// What is wrong with one that is too old.
const EXPIRED: &str = "The password reset link has expired";

/// Sends the mail: to an address, or to the user with a token that is too old. Unless the app wants it told, the answer is the
/// same whether there is such a user or not, and so is the work before it: token and mail are made after the answer.
///
/// # Errors
/// 1 if the app cannot send mails; 204, 125 and 162 for what is missing or no text; 155 while too many mails wait; 101 for an
/// address that nobody has, where the app tells of users; what a hook says.
pub async fn request(call: &Call, body: &Map) -> Result<Answer> {
    let outbox = outbox(call)?;
    let given = |key: &str| body.get(key).filter(|value| value.truthy());
    let email = match given("token") {
        None if given("email").is_none() => return Err(no_address(None)),
        None => given("email").cloned(),
        Some(Value::String(token)) => owner(call, token).await?.or_else(|| given("email").cloned()),
        Some(_) => return Err(Error::new(Code::InvalidValue, "token must be a string")),
    };
    let Some(Value::String(email)) = email else { return Err(no_address(Some(&Value::Bool(true)))) };
    let place = outbox.place()?;
    let user = call.engine.auth.first("_User", of(&email)).await?;
    if let Some(user) = user.as_ref().filter(|_| call.engine.invoker.has("_User", HOOK)) {
        let object = call.engine.auth.shown(user.clone());
        call.clone().trigger("_User", HOOK, |request| request.object = Some(object)).await?;
    }
    match user {
        Some(user) => outbox.send(place, again(call.engine.clone(), user, email)),
        None if call.engine.config.security.reset_tells_of_users => {
            return Err(Error::new(Code::ObjectNotFound, "A user with that email does not exist."));
        }
        None => {}
    }
    Ok(Answer::empty())
}

/// The address of the user with a token that is too old.
async fn owner(call: &Call, token: &str) -> Result<Option<Value>> {
    let tokens = Tokens::reset(&call.engine);
    let old = Filter::Field(tokens.expires.into(), vec![Constraint::Lt(Value::Date(call.engine.clock.now()))]);
    let user = call.engine.auth.first("_User", Filter::eq(tokens.token, token).and(old)).await?;
    Ok(user.and_then(|user| user.fields.get("email").filter(|email| email.truthy()).cloned()))
}

/// The user with an address; a name counts as one where there is none.
fn of(email: &str) -> Filter {
    let none = Filter::Field("email".into(), vec![Constraint::Exists(false)]);
    Filter::Or(vec![Filter::eq("email", email), Filter::eq("username", email).and(none)])
}

/// The mail, with the token that the user has or a new one.
async fn again(engine: Arc<Engine>, user: ParseObject, email: String) -> Result<Option<Mail>> {
    let tokens = Tokens::reset(&engine);
    let token = match tokens.kept(&user, engine.clock.now()) {
        Some(token) => token,
        None => {
            let (token, ops) = tokens.fresh(&engine);
            // Whose address has changed meanwhile gets no mail.
            if !give(&engine, Filter::eq("objectId", user.id.as_str()).and(of(&email)), ops).await? {
                return Ok(None);
            }
            token
        }
    };
    mail(&engine, Purpose::PasswordReset, &user.id, &token).await
}

/// The user whose password a token lets be chosen.
///
/// # Errors
/// -1 with the reason for a token that nobody has or that is too old.
pub async fn holder(call: &Call, token: &str) -> Result<ParseObject> {
    let tokens = Tokens::reset(&call.engine);
    let user = call.engine.auth.first("_User", Filter::eq(tokens.token, token)).await?;
    let user = user.ok_or_else(|| refused(INVALID))?;
    let now = call.engine.clock.now();
    if tokens.config.life.is_some() && tokens.end(&user).is_some_and(|end| end < now) {
        return Err(refused(EXPIRED));
    }
    Ok(user)
}

/// Uses a token up: its user has this password from now on, and is not locked out any more if the app wants that. The token is
/// looked for again in the statement that sets the password, so of many who use it one does.
///
/// # Errors
/// -1 with the reason.
pub async fn choose(call: &Call, token: &str, password: &str) -> Result<()> {
    let user = holder(call, token).await?;
    let engine = &call.engine;
    let mut rules = Extra { guard: Some(Filter::eq(Tokens::reset(engine).token, token)), ..Extra::default() };
    if engine.config.accounts.lockout.is_some_and(|lockout| lockout.unlock_on_reset) {
        rules.ops.extend(lockout::COLUMNS.map(|column| (Path::from(column), Op::Delete)));
    }
    let call = Call { caller: Arc::new(Caller::server()), ..call.clone() };
    let body = Map::from([("password", Value::from(password))]);
    match update::by_server(&call, "_User", &user.id, body, rules).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_internal() => Err(error),
        Err(error) if error.code() == Some(Code::ObjectNotFound) => Err(refused(INVALID)),
        Err(error) => Err(refused(error.client_message(false).unwrap_or(INVALID).to_owned())),
    }
}

fn refused(text: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(Code::OtherCause, text)
}
