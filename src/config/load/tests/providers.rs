//! `auth`: what is taken, and what is refused with which words.

use std::time::Duration;

use serde_json::{Value, json};

use super::support::Setup;
use crate::config::{OtpAlgorithm, ProviderConfig, ProvidersConfig, Role, WarningKind};

fn providers(auth: Value) -> ProvidersConfig {
    Setup::app(json!({"auth": auth})).one().accounts.providers
}

fn refused(auth: Value, says: &str) {
    let shown = auth.to_string();
    assert_eq!(Setup::app(json!({"auth": auth})).error(), says, "{shown}");
}

#[test]
fn one_time_passwords() {
    let of = |options: Value| match providers(json!({"mfa": options})).remove("mfa") {
        Some(ProviderConfig::Mfa(config)) => (config.digits, config.period, config.algorithm),
        other => panic!("{other:?}"),
    };
    assert_eq!(of(json!({"options": ["TOTP"]})), (6, Duration::from_secs(30), OtpAlgorithm::Sha1));
    let more = json!({"options": ["TOTP"], "digits": 8, "period": 60, "algorithm": "sha-256"});
    assert_eq!(of(more), (8, Duration::from_secs(60), OtpAlgorithm::Sha256));
    let with = |key: &str, value: Value| json!({"mfa": {"options": ["TOTP"], key: value}});
    refused(json!({"mfa": {}}), "mfa.options must be an array");
    refused(with("options", json!(["X"])), "mfa.options must include SMS or TOTP");
    refused(with("digits", json!("6")), "mfa.digits must be a number");
    refused(with("period", json!("30")), "mfa.period must be a number");
    for digits in [3, 11] {
        refused(with("digits", json!(digits)), "mfa.digits must be between 4 and 10");
    }
    refused(with("period", json!(9)), "mfa.period must be greater than 10");
    let sms = Setup::app(json!({"auth": with("options", json!(["SMS", "TOTP"]))})).error();
    assert!(sms.starts_with("mfa.sendSMS callback must be defined when using SMS OTPs"), "{sms}");
    let hashes = "mfa.algorithm must be one of SHA1, SHA224, SHA256, SHA384, SHA512";
    refused(with("algorithm", json!("MD5")), hashes);
    refused(with("algorithm", json!(1)), hashes);
}

#[test]
fn token_introspection() {
    let url = "https://idp.example/introspect";
    let given = json!({"oauth2": true, "tokenIntrospectionEndpointUrl": url, "authorizationHeader": "Basic hidden",
        "appidField": "aud", "appIds": ["mine"]});
    let all = providers(json!({"idp": given}));
    let Some(ProviderConfig::OAuth2(config)) = all.get("idp") else { panic!("{all:?}") };
    assert_eq!((config.url.as_str(), config.user_field.as_str()), (url, "sub"));
    assert_eq!(config.apps, Some(("aud".to_owned(), vec!["mine".to_owned()])));
    assert!(!format!("{config:?}").contains("hidden"), "{config:?}");
    let with = |key: &str, value: Value| {
        let mut options = json!({"oauth2": true, "tokenIntrospectionEndpointUrl": url});
        options[key] = value;
        json!({"idp": options})
    };
    let missing = "auth.idp: OAuth2 token introspection endpoint URL is missing.";
    refused(json!({"idp": {"oauth2": true}}), missing);
    let form = "auth.idp.tokenIntrospectionEndpointUrl must be a URL that starts with http:// or https://";
    for wrong in ["file:///etc/passwd", "idp.example", "https://", "https://a b"] {
        refused(with("tokenIntrospectionEndpointUrl", json!(wrong)), form);
    }
    refused(with("appidField", json!("aud")), "auth.idp: OAuth2 configuration is missing app IDs.");
    refused(with("appIds", json!([1])), "auth.idp.appIds must be a list of strings");
    refused(with("useridField", json!({"$ne": 1})), "auth.idp.useridField must be a string");
    let lines = "auth.idp.authorizationHeader has characters that no header may have";
    refused(with("authorizationHeader", json!("a\r\nb: c")), lines);
    let name = "auth.a.b: the name of a provider is letters, digits and underscores, a letter first";
    refused(json!({"a.b": with("oauth2", json!(true))["idp"]}), name);
    refused(json!({"mfa": {"oauth2": true}}), "auth.mfa cannot have oauth2: choose another name");
    let loaded = Setup::app(json!({"auth": with("appIds", json!(["mine"]))})).load().unwrap();
    let suspicious = loaded.warnings.iter().find(|warning| warning.kind == WarningKind::Suspicious).unwrap();
    assert!(suspicious.message.contains("auth.idp.appIds is not looked at"), "{}", suspicious.message);
}

#[test]
fn keycloak() {
    let config = json!({"auth-server-url": "https://id.example/auth", "realm": "r", "client-id": "c"});
    let all = providers(json!({"keycloak": {"config": config, "cacheMaxAge": 5000}}));
    let Some(ProviderConfig::Keycloak(config)) = all.get("keycloak") else { panic!("{all:?}") };
    assert_eq!((config.issuer.as_str(), config.client_id.as_str()), ("https://id.example/auth/realms/r", "c"));
    assert_eq!(config.key_life, Duration::from_secs(5));
    let with = |key: &str, value: Value| {
        let mut config = json!({"auth-server-url": "https://id.example", "realm": "r", "client-id": "c"});
        config[key] = value;
        json!({"keycloak": {"config": config}})
    };
    refused(json!({"keycloak": {}}), "Missing keycloak configuration");
    refused(with("client-id", json!("")), "Keycloak auth is not configured. Missing client-id.");
    refused(with("realm", json!(["r"])), "auth.keycloak.config.realm must be a string");
    let form = "auth.keycloak.config.auth-server-url must be a URL that starts with http:// or https://";
    refused(with("auth-server-url", json!("ftp://id.example")), form);
}

#[test]
fn adapters_behind_http() {
    let with = |bridge: Value| json!({"google": {"module": "http-auth-adapter", "bridge": bridge, "clientId": "x"}});
    let all = providers(with(json!({"url": "http://h:1/a/", "methods": ["validateAuthData"], "policy": "solo"})));
    let Some(ProviderConfig::Adapter(config)) = all.get("google") else { panic!("{all:?}") };
    assert_eq!((config.bridge.url.reveal(), config.role), ("http://h:1/a", Role::Solo));
    assert_eq!(
        (&config.bridge.methods[..], &config.options),
        (&["validateAuthData".into()][..], &json!({"clientId": "x"}))
    );
    assert!(!format!("{config:?}").contains("h:1"), "{config:?}");
    let refused = |bridge: Value, says: &str| {
        let error = Setup::app(json!({"auth": with(bridge.clone())})).error();
        assert!(error.contains(says), "{bridge}: {error}");
    };
    let methods = |methods: Value| json!({"url": "http://h", "methods": methods});
    refused(json!(null), "auth.google.bridge must be an object with url and methods");
    refused(json!({"methods": []}), "auth.google.bridge.url must be a string");
    refused(json!({"url": "file:///x", "methods": []}), "must be a URL that starts with http://");
    refused(methods(json!("validateAuthData")), "auth.google.bridge.methods must be a list of strings");
    refused(methods(json!(["validateAuthData", "beforeFind"])), "auth.google.bridge.methods: beforeFind is none of");
    refused(methods(json!(["validateLogin", "validateSetUp"])), "Adapter is not configured. Implement either");
    let policy = json!({"url": "http://h", "methods": ["validateAuthData"], "policy": "many"});
    refused(policy, "AuthAdapter policy is not configured correctly.");
    refused(
        json!({"url": "http://h", "methods": ["validateAuthData"], "timeout": 1}),
        "auth.google.bridge.timeout is none of",
    );
    let anonymous = Setup::app(json!({"auth": {"anonymous": with(json!({}))["google"]}})).error();
    assert_eq!(anonymous, "auth.anonymous cannot have a module: choose another name");
    let sms = json!({"module": "http-auth-adapter", "bridge": methods(json!(["sendSMS"])), "options": ["SMS"]});
    let all = providers(json!({"mfa": sms}));
    let Some(ProviderConfig::Mfa(config)) = all.get("mfa") else { panic!("{all:?}") };
    assert!(!config.totp && config.sms.as_ref().is_some_and(|sms| sms.url.reveal() == "http://h"));
}

#[test]
fn what_is_not_built_is_refused_by_name_and_can_be_left_out() {
    let auth = json!({"google": {"clientId": "x"}, "mine": {"module": "x.js"}, "mfa": {"options": ["TOTP"]}});
    let error = Setup::app(json!({"auth": auth})).error();
    assert!(error.starts_with("not built yet: auth.google (auth providers), auth.mine (auth providers of"), "{error}");
    let left = Setup::app(json!({"auth": auth})).flag("ignoreUnsupported", "auth.google,auth.mine").one();
    assert_eq!(left.accounts.providers.keys().collect::<Vec<_>>(), ["mfa"]);
    refused(json!({"mfa": 1}), "auth.mfa must be an object");
    refused(json!({"mfa": {"enabled": "no"}}), "auth.mfa.enabled must be a boolean");
    let off = json!({"mfa": {"enabled": false}, "mine": {"enabled": false}, "anonymous": {"enabled": false}});
    let app = Setup::app(json!({"auth": off})).one();
    assert!(app.accounts.providers.is_empty() && !app.accounts.enable_anonymous_users);
}
