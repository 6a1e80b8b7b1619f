//! Which row a save of an installation goes to, and which rows give way. Pure: rows in, decision out.

use crate::access::Subject;
use crate::config::InstallationConfig;
use crate::error::{Code, Error, Result};
use crate::model::schema::infer;
use crate::model::{Filter, Map, ParseObject, Value};
use crate::rest::Call;

/// Length of the tokens of Apple's devices in hex, which are kept in lower case.
const HEX_TOKEN: usize = 64;

/// What a request says of the device.
#[derive(Debug, Default)]
pub struct Sent {
    /// The row that it names.
    id: Option<String>,
    /// The id in the body.
    body_id: Option<String>,
    /// The installation id in the body.
    own: Option<String>,
    /// That, or the one of the request itself where it names no row: what is said of a row goes to no other.
    installation: Option<String>,
    token: Option<String>,
    device_type: Option<Value>,
    app: Option<Value>,
}

/// What becomes of the rows.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// The row that is saved; `None`: a new one.
    pub target: Option<String>,
    /// The rows that give way.
    pub losers: Vec<String>,
    /// What is taken from them, if they stay.
    pub cleared: &'static str,
}

impl Decision {
    /// Was the row's own token or id a reason for the decision?
    pub fn rests_on(&self, row: &ParseObject) -> bool {
        self.target.as_deref() == Some(&row.id) || self.losers.contains(&row.id)
    }
}

impl Sent {
    /// Reads the body, and brings its ids to lower case.
    ///
    /// # Errors
    /// 107 and 111 for an id that is no text, 135 for a new row without any.
    pub fn read(call: &Call, id: Option<&str>, body: &mut Map) -> Result<Self> {
        let own = lower(body, "installationId", |_| true)?;
        let token = lower(body, "deviceToken", |token| token.encode_utf16().count() == HEX_TOKEN)?;
        let of_request = call.caller.installation_id.as_deref().filter(|id| !id.is_empty());
        if id.is_none() && own.is_none() && token.is_none() && of_request.is_none() {
            let text = "at least one ID field (deviceToken, installationId) must be specified in this operation";
            return Err(Error::new(Code::MissingRequiredField, text));
        }
        let counts = id.is_none() && matches!(call.subject(), Subject::Client { .. });
        let installation = own.clone().or_else(|| of_request.filter(|_| counts).map(str::to_lowercase));
        let truthy = |name: &str| body.get(name).filter(|value| value.truthy()).cloned();
        Ok(Self {
            id: id.map(str::to_owned),
            body_id: body.get("objectId").and_then(Value::as_str).map(str::to_owned),
            own,
            installation,
            token,
            device_type: truthy("deviceType"),
            app: truthy("appIdentifier"),
        })
    }

    /// The rows that must be looked at, by any of these; `None` if the save touches nothing that tells devices apart.
    pub fn wanted(&self) -> Option<Vec<Filter>> {
        if self.id.is_some() && self.token.is_none() && self.installation.is_none() && self.device_type.is_none() {
            return None;
        }
        let by = |field: &str, value: &Option<String>| Some(Filter::eq(field, value.as_deref()?));
        let any = [("objectId", &self.id), ("installationId", &self.installation), ("deviceToken", &self.token)];
        let any: Vec<Filter> = any.into_iter().filter_map(|(field, value)| by(field, value)).collect();
        (!any.is_empty()).then_some(any)
    }
}

/// Takes a text of the body, and puts it back in lower case where `fold` says so. What is empty counts as not sent.
fn lower(body: &mut Map, field: &str, fold: fn(&str) -> bool) -> Result<Option<String>> {
    match body.get_mut(field) {
        Some(Value::String(text)) if !text.is_empty() => {
            if fold(text) {
                *text = text.to_lowercase();
            }
            Ok(Some(text.clone()))
        }
        Some(Value::Array(items)) => {
            let texts: Vec<&str> = items.iter().map(|item| item.as_str().unwrap_or_default()).collect();
            Err(Error::json(format!("You cannot use {} as a query parameter.", texts.join(","))))
        }
        Some(Value::Object(_)) => Err(Error::json("You cannot use [object Object] as a query parameter.")),
        Some(value) if value.truthy() => {
            let got = infer(value)?.map_or_else(String::new, |ty| ty.to_string());
            let text = format!("schema mismatch for _Installation.{field}; expected String but got {got}");
            Err(Error::new(Code::IncorrectType, text))
        }
        _ => Ok(None),
    }
}

/// The rows in their roles.
struct Found<'r> {
    /// The row that the request names.
    named: Option<&'r ParseObject>,
    /// The row with the installation id, else the named one.
    own: Option<&'r ParseObject>,
    /// The rows with the token.
    tokens: Vec<&'r ParseObject>,
}

/// Decides.
///
/// # Errors
/// 101 for a row that is not there, 132, 135 and 136 as `objects.md` has them.
pub fn decide(sent: &Sent, rows: &[ParseObject], config: &InstallationConfig) -> Result<Decision> {
    let with = |field: &str, value: &Option<String>| -> Vec<&ParseObject> {
        let Some(value) = value.as_deref() else { return Vec::new() };
        rows.iter().filter(|row| text(row, field) == Some(value)).collect()
    };
    let named = rows.iter().find(|row| sent.id.as_deref() == Some(&row.id));
    let own = with("installationId", &sent.installation).last().copied().or(named);
    let found = Found { named, own, tokens: with("deviceToken", &sent.token) };
    check(sent, &found)?;
    match found.own {
        None => without_row(sent, &found.tokens),
        Some(own) => Ok(with_row(sent, own, &found.tokens, config)),
    }
}

/// What a save may not change.
fn check(sent: &Sent, found: &Found<'_>) -> Result<()> {
    let fixed =
        |field: &str| Err(Error::new(Code::ImmutableField, format!("{field} may not be changed in this operation")));
    let differs = |row: &ParseObject, field: &str, value: &Option<String>| {
        value.is_some() && text(row, field).is_some_and(|own| Some(own) != value.as_deref())
    };
    if sent.id.is_none() {
        if sent.device_type.is_none() && found.own.is_none() {
            let text = "deviceType must be specified in this operation";
            return Err(Error::new(Code::MissingRequiredField, text));
        }
        return Ok(());
    }
    let Some(row) = found.named else {
        return Err(Error::new(Code::ObjectNotFound, "Object not found for update."));
    };
    if differs(row, "installationId", &sent.own) {
        return fixed("installationId");
    }
    if differs(row, "deviceToken", &sent.token) && sent.own.is_none() && text(row, "installationId").is_none() {
        return fixed("deviceToken");
    }
    if sent.device_type.is_some() && sent.device_type.as_ref() != row.fields.get("deviceType") {
        return fixed("deviceType");
    }
    Ok(())
}

/// No row has the installation id, and none is named.
fn without_row(sent: &Sent, tokens: &[&ParseObject]) -> Result<Decision> {
    match tokens {
        [] => Ok(Decision::default()),
        [one] if text(one, "installationId").is_none() || sent.installation.is_none() => {
            Ok(Decision { target: Some(one.id.clone()), ..Decision::default() })
        }
        _ if sent.own.is_none() => {
            let text = "Must specify installationId when deviceToken matches multiple Installation objects";
            Err(Error::new(Code::DuplicateDeviceToken, text))
        }
        others => Ok(taken_from(others, sent, |row| text(row, "installationId") != sent.installation.as_deref())),
    }
}

/// The save belongs to a row that is there.
fn with_row(sent: &Sent, own: &ParseObject, tokens: &[&ParseObject], config: &InstallationConfig) -> Decision {
    let target = Some(own.id.clone());
    match tokens {
        // Two halves of one installation.
        [half] if text(half, "installationId").is_none() => {
            if half.id == own.id {
                return Decision { target, ..Decision::default() };
            }
            let (loser, winner, cleared) = if config.prefer_installation_id {
                (&half.id, &own.id, "deviceToken")
            } else {
                (&own.id, &half.id, "installationId")
            };
            Decision { target: Some(winner.clone()), losers: vec![loser.clone()], cleared }
        }
        _ if sent.token.is_none() || text(own, "deviceToken") == sent.token.as_deref() => {
            Decision { target, ..Decision::default() }
        }
        others if sent.own.is_some() => {
            let decision = taken_from(others, sent, |row| text(row, "installationId") != sent.own.as_deref());
            Decision { target, ..decision }
        }
        others if sent.body_id.as_deref() == Some(&own.id) => {
            Decision { target, ..taken_from(others, sent, |row| row.id != own.id) }
        }
        _ => Decision { target, ..Decision::default() },
    }
}

/// The token is taken from these rows, as far as they are of the app that the request names.
fn taken_from(rows: &[&ParseObject], sent: &Sent, also: impl Fn(&ParseObject) -> bool) -> Decision {
    let of_app = |row: &ParseObject| sent.app.is_none() || sent.app.as_ref() == row.fields.get("appIdentifier");
    let losers = rows.iter().filter(|row| of_app(row) && also(row)).map(|row| row.id.clone()).collect();
    Decision { target: None, losers, cleared: "deviceToken" }
}

/// A text of a row; an empty one counts as none, as in JavaScript.
fn text<'r>(row: &'r ParseObject, field: &str) -> Option<&'r str> {
    row.fields.get(field).and_then(Value::as_str).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests;
