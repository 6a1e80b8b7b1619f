//! `push.ios`, `tvos`, `osx`, `watchos` without Firebase: Apple's own service (`push-files-live.md` section 4).

use std::time::Duration;

use serde_json::{Map, Value};

use super::options::whole;
use super::text;
use crate::config::Secret;

/// Apple's production service.
const PRODUCTION: &str = "api.push.apple.com";
/// Apple's service for apps under development.
const SANDBOX: &str = "api.sandbox.push.apple.com";
/// The options of a provider.
const KNOWN: [&str; 15] = [
    "token",
    "cert",
    "key",
    "pfx",
    "passphrase",
    "production",
    "topic",
    "bundleId",
    "connectionRetryLimit",
    "requestTimeout",
    "address",
    "port",
    "ca",
    "useNativeAPNs",
    "heartBeat",
];

/// One provider of notifications.
#[derive(Clone, Debug, PartialEq)]
pub struct ApnsConfig {
    /// What it is called where something is wrong with it (`push.ios[1]`).
    pub path: String,
    /// Who the provider is.
    pub credential: ApnsCredential,
    /// The app (`topic`, `bundleId`) whose installations it serves; `None`: all that no other provider serves.
    pub topic: Option<String>,
    /// Is it for Apple's production service? Such a one is asked before those for the sandbox. `None`: the options do not say.
    pub production: Option<bool>,
    /// Are bodies put together as by `useNativeAPNs: true`?
    pub native: bool,
    /// Where the service is, if not where Apple's is (`address`).
    pub address: Option<String>,
    /// Its port (`port`).
    pub port: u16,
    /// Certificates that vouch for it besides those that everybody trusts (`ca`), each a path or PEM.
    pub ca: Vec<String>,
    /// So often a request is tried again (`connectionRetryLimit`).
    pub retries: u32,
    /// So long one request may take (`requestTimeout`).
    pub timeout: Duration,
    /// So often a connection is seen to (`heartBeat`).
    pub heart_beat: Duration,
}

impl ApnsConfig {
    /// The host that is asked.
    pub fn host(&self) -> &str {
        match (&self.address, self.production) {
            (Some(address), _) => address,
            (None, Some(true)) => PRODUCTION,
            (None, _) => SANDBOX,
        }
    }

    /// Makes it one for Apple's production service if the options do not say, as node-apn does where `NODE_ENV` is `production`.
    pub fn in_production(&mut self) {
        if !self.native && self.address.is_none() {
            self.production.get_or_insert(true);
        }
    }
}

/// Who a provider is. Keys and certificates are PEM, or the path of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum ApnsCredential {
    /// `token`: a signing key of a team.
    Token {
        /// The key, PKCS #8 (`.p8`).
        key: Secret,
        /// Its id.
        key_id: String,
        /// The team.
        team_id: String,
    },
    /// `cert` and `key`.
    Pem {
        /// The certificate.
        cert: String,
        /// Its key, not encrypted.
        key: Secret,
    },
    /// `pfx`: certificate and key in one file (PKCS #12).
    Pfx {
        /// The path of the file.
        pfx: String,
        /// What it is locked by.
        passphrase: Option<Secret>,
    },
}

/// What the options say: one provider or a list of them. Those for production come first.
pub(super) fn read(path: &str, value: &Value) -> Result<Vec<ApnsConfig>, String> {
    const INVALID: &str = "APNS Configuration is invalid";
    let mut providers = match value {
        Value::Object(options) => vec![provider(path.to_owned(), options, options.get("useNativeAPNs"))?],
        // In a list `useNativeAPNs` has no effect in Parse Server, which looks for it beside the list.
        Value::Array(list) => {
            let one = |(i, options): (usize, &Value)| {
                provider(format!("{path}[{i}]"), options.as_object().ok_or(INVALID)?, None)
            };
            list.iter().enumerate().map(one).collect::<Result<Vec<_>, String>>()?
        }
        _ => return Err(INVALID.into()),
    };
    providers.sort_by_key(|provider| provider.production != Some(true));
    Ok(providers)
}

fn provider(path: String, options: &Map<String, Value>, native: Option<&Value>) -> Result<ApnsConfig, String> {
    known(&path, options)?;
    let native = native == Some(&Value::Bool(true));
    let topic = topic(&path, options, native)?;
    if native && topic.is_none() {
        return Err("APNSNative requires a topic (bundle ID)".into());
    }
    if topic.is_none() && ["cert", "key", "pfx"].iter().any(|key| given(options, key).is_some()) {
        return Err(format!("topic is missing for {path}"));
    }
    let address = text(&path, options, "address")?.filter(|text| !text.is_empty()).map(str::to_owned);
    let production = match given(options, "production") {
        None if address.as_deref() == Some(PRODUCTION) => Some(true),
        None => None,
        Some(Value::Bool(production)) => Some(*production),
        Some(_) => return Err(format!("{path}.production must be true or false")),
    };
    Ok(ApnsConfig {
        credential: credential(&path, options, native)?,
        topic,
        production,
        native,
        address,
        port: whole(&path, options, "port", 1..=65_535)?.unwrap_or(443) as u16,
        ca: authorities(&path, options)?,
        retries: whole(&path, options, "connectionRetryLimit", 0..=100)?.unwrap_or(3) as u32,
        timeout: Duration::from_millis(whole(&path, options, "requestTimeout", 1..=600_000)?.unwrap_or(5_000)),
        heart_beat: Duration::from_millis(whole(&path, options, "heartBeat", 1_000..=3_600_000)?.unwrap_or(60_000)),
        path,
    })
}

/// Refuses options that have no meaning here.
fn known(path: &str, options: &Map<String, Value>) -> Result<(), String> {
    for (key, value) in options.iter().filter(|(key, value)| !value.is_null() && !KNOWN.contains(&key.as_str())) {
        match key.as_str() {
            "rejectUnauthorized" if value == &Value::Bool(true) => {}
            "rejectUnauthorized" => {
                return Err(format!(
                    "{path}.rejectUnauthorized must be true: name the certificate that vouches for the service in {path}.ca"
                ));
            }
            "proxy" => return Err(format!("{path}.proxy is not built yet: Apple's service is asked directly")),
            _ => return Err(format!("{path}.{key} is not known")),
        }
    }
    Ok(())
}

/// `bundleId` is the old name of `topic`, and comes before it, but not with `useNativeAPNs`.
fn topic(path: &str, options: &Map<String, Value>, native: bool) -> Result<Option<String>, String> {
    let mut names = ["bundleId", "topic"];
    if native {
        names.reverse();
    }
    for name in names {
        if let Some(topic) = text(path, options, name)?.filter(|topic| !topic.is_empty()) {
            return Ok(Some(topic.to_owned()));
        }
    }
    Ok(None)
}

fn credential(path: &str, options: &Map<String, Value>, native: bool) -> Result<ApnsCredential, String> {
    if let Some(token) = given(options, "token") {
        return signer(&format!("{path}.token"), token, native);
    }
    if native {
        return Err(NATIVE.into());
    }
    let passphrase = match given(options, "passphrase") {
        Some(Value::String(passphrase)) => Some(Secret::new(passphrase)),
        None => None,
        Some(_) => return Err("Passphrase must be a string".into()),
    };
    let one = |key| text(path, options, key).map(|text| text.filter(|text| !text.is_empty()).map(str::to_owned));
    match (one("pfx")?, one("cert")?, one("key")?) {
        (Some(pfx), ..) => Ok(ApnsCredential::Pfx { pfx, passphrase }),
        (None, Some(cert), Some(key)) => Ok(ApnsCredential::Pem { cert, key: Secret::new(key) }),
        (None, Some(_), None) => Err(format!("{path}.key is missing")),
        (None, None, Some(_)) => Err(format!("{path}.cert is missing")),
        (None, None, None) => Err(format!("{path} needs token, pfx, or cert and key")),
    }
}

/// What Parse Server says of a provider that signs nothing.
const NATIVE: &str = "APNSNative requires token auth config (token.key, token.keyId, token.teamId)";

fn signer(path: &str, token: &Value, native: bool) -> Result<ApnsCredential, String> {
    let options = token.as_object().ok_or_else(|| format!("{path} must be an object"))?;
    if let Some(key) = options.keys().find(|key| !["key", "keyId", "teamId"].contains(&key.as_str())) {
        return Err(format!("{path}.{key} is not known"));
    }
    let one = |key: &str| match given(options, key) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(format!("{path}.{key} must be a string")),
        None if native => Err(NATIVE.into()),
        None => Err(format!("{path}.{key} is missing")),
    };
    Ok(ApnsCredential::Token { key: Secret::new(one("key")?), key_id: one("keyId")?, team_id: one("teamId")? })
}

fn authorities(path: &str, options: &Map<String, Value>) -> Result<Vec<String>, String> {
    match given(options, "ca") {
        None => Ok(Vec::new()),
        Some(Value::String(ca)) => Ok(vec![ca.clone()]),
        Some(list) => crate::config::settings::texts(list)
            .ok_or_else(|| format!("{path}.ca must be a string or a list of strings")),
    }
}

/// The value of an option; `null` and a blank text are none.
fn given<'a>(options: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    options.get(key).filter(|value| !value.is_null() && value.as_str() != Some(""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TOKEN: &str = r#"{"key":"k.p8","keyId":"K","teamId":"T"}"#;

    /// Options with a key that signs, and these besides.
    fn signed(more: Value) -> Value {
        let mut options = json!({"token": serde_json::from_str::<Value>(TOKEN).unwrap()});
        options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        options
    }

    fn one(more: Value) -> ApnsConfig {
        read("push.ios", &signed(more)).unwrap().remove(0)
    }

    #[test]
    fn a_provider_is_read() {
        let own = one(json!({}));
        let token = ApnsCredential::Token { key: Secret::new("k.p8"), key_id: "K".into(), team_id: "T".into() };
        assert_eq!((own.credential, own.topic, own.native, own.retries), (token, None, false, 3));
        assert_eq!((own.timeout, own.heart_beat), (Duration::from_secs(5), Duration::from_secs(60)));
        let own = one(json!({"topic": "t", "bundleId": "b", "address": "localhost", "port": 7000, "ca": ["a", "b"]}));
        assert_eq!((own.topic.as_deref(), own.host(), own.port), (Some("b"), "localhost", 7000));
        assert_eq!((own.path.as_str(), own.ca.len()), ("push.ios", 2));
        let own = one(json!({"topic": "t", "bundleId": "b", "useNativeAPNs": true}));
        assert_eq!((own.topic.as_deref(), own.native), (Some("t"), true));
        let own = read("push.ios", &json!({"pfx": "a.p12", "cert": "c", "key": "k", "topic": "t"})).unwrap().remove(0);
        assert_eq!(own.credential, ApnsCredential::Pfx { pfx: "a.p12".into(), passphrase: None });
    }

    #[test]
    fn production_comes_first_and_has_a_host_of_its_own() {
        let list = json!([
            signed(json!({"topic": "unsaid"})),
            signed(json!({"topic": "sandbox", "production": false})),
            signed(json!({"topic": "production", "production": true, "useNativeAPNs": true})),
            signed(json!({"topic": "named", "address": PRODUCTION})),
        ]);
        let mut providers = read("push.ios", &list).unwrap();
        let shown: Vec<_> =
            providers.iter().map(|own| (own.topic.as_deref().unwrap(), own.path.as_str(), own.host())).collect();
        let expected = [
            ("production", "push.ios[2]", PRODUCTION),
            ("named", "push.ios[3]", PRODUCTION),
            ("unsaid", "push.ios[0]", SANDBOX),
            ("sandbox", "push.ios[1]", SANDBOX),
        ];
        assert_eq!(shown, expected);
        assert!(providers.iter().all(|own| !own.native));
        providers.iter_mut().for_each(ApnsConfig::in_production);
        let hosts: Vec<_> = providers.iter().map(ApnsConfig::host).collect();
        assert_eq!(hosts, [PRODUCTION, PRODUCTION, PRODUCTION, SANDBOX]);
        let mut native = one(json!({"topic": "t", "useNativeAPNs": true}));
        native.in_production();
        assert_eq!(native.host(), SANDBOX);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let cases = [
            (json!(true), "APNS Configuration is invalid"),
            (json!(["a"]), "APNS Configuration is invalid"),
            (json!({}), "push.ios needs token, pfx, or cert and key"),
            (json!({"cert": "c", "key": "k"}), "topic is missing for push.ios"),
            (json!([signed(json!({})), {"pfx": "k"}]), "topic is missing for push.ios[1]"),
            (json!({"cert": "c", "topic": "t"}), "push.ios.key is missing"),
            (json!({"key": "c", "topic": "t"}), "push.ios.cert is missing"),
            (json!({"pfx": "c", "topic": "t", "passphrase": 1}), "Passphrase must be a string"),
            (json!({"token": {"key": "k", "keyId": 1}}), "push.ios.token.keyId must be a string"),
            (json!({"token": {"key": "k", "keyId": "K"}}), "push.ios.token.teamId is missing"),
            (json!({"token": {"keyID": "k"}}), "push.ios.token.keyID is not known"),
            (json!({"useNativeAPNs": true}), "APNSNative requires a topic (bundle ID)"),
            (json!({"useNativeAPNs": true, "topic": "t", "token": {"key": "k"}}), NATIVE),
            (json!({"useNativeAPNs": true, "topic": "t", "pfx": "k"}), NATIVE),
            (signed(json!({"tocip": "t"})), "push.ios.tocip is not known"),
            (signed(json!({"topic": 1})), "push.ios.topic must be a string"),
            (signed(json!({"production": "yes"})), "push.ios.production must be true or false"),
            (signed(json!({"port": 0})), "push.ios.port must be a whole number from 1 to 65535"),
            (
                signed(json!({"proxy": {"host": "p"}})),
                "push.ios.proxy is not built yet: Apple's service is asked directly",
            ),
            (
                signed(json!({"rejectUnauthorized": false})),
                "push.ios.rejectUnauthorized must be true: name the certificate that vouches for the service in push.ios.ca",
            ),
        ];
        for (options, expected) in cases {
            assert_eq!(read("push.ios", &options).unwrap_err(), expected, "{options}");
        }
        assert!(read("push.ios", &signed(json!({"rejectUnauthorized": true, "proxy": null}))).is_ok());
    }
}
