//! Which app, which keys: from headers, basic auth and the `_…` keys that SDKs put into bodies (`http.md` sections 3 and 4).

use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hyper::HeaderMap;

use crate::auth::credential::Sent;
use crate::error::{Code, Error, Result};
use crate::model::{Map, Value, wire};

/// What a request says about itself, before any of it is believed.
#[derive(Debug, Default)]
pub struct Claims {
    /// The app.
    pub app_id: Option<String>,
    /// The master key, or the read-only one.
    pub master: Option<String>,
    /// The maintenance key.
    pub maintenance: Option<String>,
    /// The installation.
    pub installation_id: Option<String>,
    /// The session token.
    pub session_token: Option<String>,
    /// Client keys: client, javascript, dotNet, restAPI.
    pub client_keys: [Option<String>; 4],
    /// The context for Cloud Code.
    pub context: Map,
    /// Does a proxy say that it passes the request on?
    pub forwarded: bool,
}

/// Why claims are refused.
#[derive(Debug)]
pub enum Refused {
    /// 403 `{"error":"unauthorized"}`, without a content type.
    Unauthorized,
    /// Anything else.
    Error(Error),
}

impl Claims {
    /// Reads headers and basic auth; `known` tells whether an app id is one of ours.
    ///
    /// # Errors
    /// 107 for a context that is no object.
    pub fn from_headers(headers: &HeaderMap, known: impl Fn(&str) -> bool, depth: usize) -> Result<Self> {
        let mut claims = Self::default();
        for (name, value) in headers {
            let Some(slot) = (match name.as_str() {
                "x-parse-application-id" => Some(&mut claims.app_id),
                "x-parse-session-token" => Some(&mut claims.session_token),
                "x-parse-master-key" => Some(&mut claims.master),
                "x-parse-maintenance-key" => Some(&mut claims.maintenance),
                "x-parse-installation-id" => Some(&mut claims.installation_id),
                "x-parse-client-key" => Some(&mut claims.client_keys[0]),
                "x-parse-javascript-key" => Some(&mut claims.client_keys[1]),
                "x-parse-windows-key" => Some(&mut claims.client_keys[2]),
                "x-parse-rest-api-key" => Some(&mut claims.client_keys[3]),
                "x-forwarded-for" => {
                    claims.forwarded = true;
                    None
                }
                "x-parse-cloud-context" => {
                    claims.context = context(value.as_bytes(), depth)?;
                    None
                }
                _ => None,
            }) else {
                continue;
            };
            match slot {
                // Node joins what comes twice, so that it is neither the one nor the other.
                Some(first) => first.extend([", ", &text(value.as_bytes())]),
                None if value.is_empty() => {}
                None => *slot = Some(text(value.as_bytes())),
            }
        }
        if let Some(basic) = headers.get(hyper::header::AUTHORIZATION).and_then(|v| Basic::read(v.as_bytes()))
            && known(&basic.app_id)
        {
            claims.app_id = Some(basic.app_id);
            claims.master = basic.master.or(claims.master);
            claims.client_keys[1] = basic.javascript.or(claims.client_keys[1].take());
        }
        Ok(claims)
    }

    /// Takes the `_…` keys out of a body whose request named no app that is ours. `belongs` tells whether a master key is
    /// that of an app.
    ///
    /// # Errors
    /// [`Refused::Unauthorized`] for an unknown app or keys that are no text.
    pub fn take_body(
        &mut self,
        body: Option<&mut Value>,
        belongs: impl Fn(&str, Option<&str>) -> bool,
        depth: usize,
    ) -> Result<(), Refused> {
        let Some(Value::Object(body)) = body else { return Err(Refused::Unauthorized) };
        body.take("_RevocableSession");
        match body.get("_ApplicationId") {
            Some(Value::String(id)) if belongs(id, self.master.as_deref()) => {}
            _ => return Err(Refused::Unauthorized),
        }
        self.app_id = taken(body, "_ApplicationId")?;
        self.client_keys[1] = match body.take("_JavaScriptKey") {
            Some(Value::String(key)) => Some(key),
            _ => None,
        };
        body.take("_ClientVersion");
        self.installation_id = taken(body, "_InstallationId")?.or(self.installation_id.take());
        self.session_token = taken(body, "_SessionToken")?.or(self.session_token.take());
        self.master = taken(body, "_MasterKey")?.or(self.master.take());
        match body.take("_context").filter(Value::truthy) {
            None => {}
            Some(Value::Object(map)) => self.context = map,
            // To JavaScript a list is an object too, one without names.
            Some(Value::Array(_)) => {}
            Some(Value::String(text)) => {
                self.context = context(text.as_bytes(), depth).map_err(Refused::Error)?;
            }
            Some(_) => return Err(Refused::Error(malformed_context())),
        }
        taken(body, "_ContentType")?;
        Ok(())
    }

    /// The keys, to be compared.
    pub fn sent(&self) -> Sent<'_> {
        let [client, javascript, dot_net, rest_api] = &self.client_keys;
        Sent {
            master: self.master.as_deref(),
            maintenance: self.maintenance.as_deref(),
            client: client.as_deref(),
            javascript: javascript.as_deref(),
            dot_net: dot_net.as_deref(),
            rest_api: rest_api.as_deref(),
            forwarded: self.forwarded,
        }
    }
}

/// `_method` of a POST's body, upper case; taken out of the body.
pub fn method_override(method: &str, body: Option<&mut Value>) -> Option<String> {
    let Some(Value::Object(body)) = body else { return None };
    if method != "POST" || !body.get("_method").is_some_and(Value::truthy) {
        return None;
    }
    match body.take("_method") {
        Some(Value::String(method)) => Some(method.to_uppercase()),
        _ => None,
    }
}

/// A body key that must be text if it is there and not empty.
fn taken(body: &mut Map, key: &str) -> Result<Option<String>, Refused> {
    match body.get(key) {
        Some(value) if value.truthy() => match body.take(key) {
            Some(Value::String(text)) => Ok(Some(text)),
            _ => Err(Refused::Unauthorized),
        },
        _ => {
            body.take(key);
            Ok(None)
        }
    }
}

fn malformed_context() -> Error {
    Error::new(Code::InvalidJson, "Invalid object for context.")
}

fn context(text: &[u8], depth: usize) -> Result<Map> {
    match wire::parse(text, depth) {
        Ok(Value::Object(map)) => Ok(map),
        _ => Err(malformed_context()),
    }
}

/// The text of a header: UTF-8, else Latin-1.
fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|b| char::from(*b)).collect(),
    }
}

/// What basic auth holds: `appId:masterKey` or `appId:javascript-key=<key>`.
struct Basic {
    app_id: String,
    master: Option<String>,
    javascript: Option<String>,
}

impl Basic {
    fn read(header: &[u8]) -> Option<Self> {
        const LENIENT: GeneralPurpose = GeneralPurpose::new(
            &ALPHABET,
            GeneralPurposeConfig::new()
                .with_decode_padding_mode(DecodePaddingMode::Indifferent)
                .with_decode_allow_trailing_bits(true),
        );
        let (scheme, encoded) = header.split_at_checked(6)?;
        if !scheme.eq_ignore_ascii_case(b"basic ") {
            return None;
        }
        let decoded = LENIENT.decode(encoded.trim_ascii()).ok()?;
        let decoded = String::from_utf8_lossy(&decoded);
        let (app_id, key) = decoded.split_once(':').filter(|(_, key)| !key.contains(':'))?;
        let javascript = key.strip_prefix("javascript-key=").map(str::to_owned);
        let master = (javascript.is_none() && !key.is_empty()).then(|| key.to_owned());
        Some(Self { app_id: app_id.to_owned(), master, javascript })
    }
}

#[cfg(test)]
mod tests {
    use hyper::header::{HeaderName, HeaderValue};

    use super::*;

    fn claims(headers: &[(&str, &str)]) -> Result<Claims> {
        let map = headers
            .iter()
            .map(|(k, v)| (HeaderName::try_from(*k).unwrap(), HeaderValue::from_str(v).unwrap()))
            .collect();
        Claims::from_headers(&map, |id| id == "app", 20)
    }

    fn body(text: &str) -> Value {
        wire::parse(text.as_bytes(), 20).unwrap()
    }

    fn of_app(id: &str, key: Option<&str>) -> bool {
        id == "app" && key.is_none_or(|key| key == "mk")
    }

    #[test]
    fn headers() {
        let c = claims(&[
            ("X-Parse-Application-Id", "app"),
            ("X-Parse-Master-Key", ""),
            ("X-Parse-REST-API-Key", "r"),
            ("X-Parse-Cloud-Context", r#"{"a":"é"}"#),
        ])
        .unwrap();
        assert_eq!(c.app_id.as_deref(), Some("app"));
        assert_eq!((c.master.as_deref(), c.sent().rest_api), (None, Some("r")));
        assert_eq!(c.context.get("a"), Some(&Value::from("é")));
        for bad in ["[1]x", "[1]", "1", ""] {
            assert_eq!(claims(&[("X-Parse-Cloud-Context", bad)]).unwrap_err().code(), Some(Code::InvalidJson), "{bad}");
        }
    }

    #[test]
    fn basic_auth_counts_for_known_apps_only() {
        let of = |text: &str| {
            let encoded = base64::engine::general_purpose::STANDARD.encode(text);
            let c = claims(&[
                ("authorization", &format!("Basic {encoded}")),
                ("x-parse-application-id", "header"),
                ("x-parse-master-key", "old"),
            ])
            .unwrap();
            (c.app_id.unwrap(), c.master, c.client_keys[1].clone())
        };
        let some = |s: &str| Some(s.to_owned());
        assert_eq!(of("app:mk"), ("app".into(), some("mk"), None));
        assert_eq!(of("app:javascript-key=js"), ("app".into(), some("old"), some("js")));
        assert_eq!(of("app:"), ("app".into(), some("old"), None));
        assert_eq!(of("other:mk"), ("header".into(), some("old"), None));
        assert_eq!(of("app:a:b"), ("header".into(), some("old"), None));
    }

    #[test]
    fn body_keys_are_taken_out() {
        let mut value = body(
            r#"{"_ApplicationId":"app","_JavaScriptKey":"js","_MasterKey":"mk","_InstallationId":"i","_SessionToken":"r:x",
            "_context":"{\"k\":1}","_ContentType":"x/y","_ClientVersion":"js8","_RevocableSession":"1","_MaintenanceKey":"mt","n":1}"#,
        );
        let mut c = Claims::default();
        c.take_body(Some(&mut value), of_app, 20).unwrap();
        assert_eq!(wire::to_string(&value), r#"{"_MaintenanceKey":"mt","n":1}"#);
        assert_eq!(c.master.as_deref(), Some("mk"));
        assert_eq!(c.session_token.as_deref(), Some("r:x"));
        assert_eq!(c.installation_id.as_deref(), Some("i"));
        assert_eq!(c.sent().javascript, Some("js"));
        assert_eq!(c.maintenance, None);
        assert_eq!(c.context.len(), 1);
    }

    #[test]
    fn body_keys_must_be_text_of_a_known_app() {
        let refused = |text: &str, master: Option<&str>| {
            let mut c = Claims { master: master.map(str::to_owned), ..Claims::default() };
            matches!(c.take_body(Some(&mut body(text)), of_app, 20), Err(Refused::Unauthorized))
        };
        assert!(refused(r#"{"_ApplicationId":"no"}"#, None));
        assert!(refused(r#"{"_ApplicationId":{"$ne":1}}"#, None));
        assert!(refused(r#"{"_ApplicationId":"app","_SessionToken":{"$ne":1}}"#, None));
        assert!(refused(r#"{"_ApplicationId":"app","_MasterKey":1}"#, None));
        assert!(refused(r#"{"_ApplicationId":"app"}"#, Some("not its key")));
        assert!(refused("[]", None));
        assert!(!refused(r#"{"_ApplicationId":"app","_SessionToken":null}"#, Some("mk")));
        let mut c = Claims::default();
        let bad = c.take_body(Some(&mut body(r#"{"_ApplicationId":"app","_context":5}"#)), of_app, 20);
        assert!(matches!(bad, Err(Refused::Error(e)) if e.code() == Some(Code::InvalidJson)));
    }

    #[test]
    fn the_method_of_a_post_can_be_another() {
        let mut value = body(r#"{"_method":"get","a":1}"#);
        assert_eq!(method_override("PUT", Some(&mut value)), None);
        assert_eq!(method_override("POST", Some(&mut value)).as_deref(), Some("GET"));
        assert_eq!(wire::to_string(&value), r#"{"a":1}"#);
        let mut odd = body(r#"{"_method":1}"#);
        assert_eq!(method_override("POST", Some(&mut odd)), None);
        assert_eq!(wire::to_string(&odd), "{}");
    }
}
