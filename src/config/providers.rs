//! `auth`: the providers of an app, and what each must know.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::Secret;
use super::settings::{Settings, texts};

/// The providers that an app has configured and not switched off, by name. `anonymous` is an option of its own.
pub type ProvidersConfig = BTreeMap<String, ProviderConfig>;

/// One provider.
#[derive(Clone, Debug, PartialEq)]
pub enum ProviderConfig {
    /// `mfa`
    Mfa(MfaConfig),
    /// Any with `oauth2: true`.
    OAuth2(OAuth2Config),
    /// `keycloak`
    Keycloak(KeycloakConfig),
    /// Any with `"module": "http-auth-adapter"`.
    Adapter(AdapterConfig),
}

/// What of a log-in a provider is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// One way in among others.
    Default,
    /// Enough by itself, whatever else the user has set up.
    Solo,
    /// Wanted besides another one, once it is set up.
    Additional,
}

impl Role {
    /// The one of a name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "default" => Some(Self::Default),
            "solo" => Some(Self::Solo),
            "additional" => Some(Self::Additional),
            _ => None,
        }
    }
}

/// An adapter of the app's own, asked over HTTP.
#[derive(Clone, Debug, PartialEq)]
pub struct AdapterConfig {
    /// Where it is.
    pub bridge: BridgeConfig,
    /// What of a log-in it is.
    pub role: Role,
    /// What it is told besides: all that stands beside `module` and `bridge`.
    pub options: Value,
}

/// Where an adapter is asked, and for what.
#[derive(Clone, Debug, PartialEq)]
pub struct BridgeConfig {
    /// No slash at its end. It may hold a password.
    pub url: Secret,
    /// The methods that it has.
    pub methods: Vec<String>,
}

/// One-time passwords.
#[derive(Clone, Debug, PartialEq)]
pub struct MfaConfig {
    /// Are there tokens of authenticator apps?
    pub totp: bool,
    /// What sends tokens to telephones; `None`: nothing does.
    pub sms: Option<BridgeConfig>,
    /// How many digits a token has.
    pub digits: u32,
    /// How long a token is the current one.
    pub period: Duration,
    /// What tokens are worked out with.
    pub algorithm: OtpAlgorithm,
}

/// The hash below a one-time password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtpAlgorithm {
    /// SHA-1, which every app for it knows.
    Sha1,
    /// SHA-224
    Sha224,
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
}

impl OtpAlgorithm {
    /// The one of a name, in the spellings that Parse Server takes.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_uppercase();
        let name =
            name.strip_prefix("SHA2-").map_or(name.clone(), |size| format!("SHA{size}")).replacen("SHA-", "SHA", 1);
        Some(match name.as_str() {
            "SHA1" => Self::Sha1,
            "SHA224" => Self::Sha224,
            "SHA256" => Self::Sha256,
            "SHA384" => Self::Sha384,
            "SHA512" => Self::Sha512,
            _ => return None,
        })
    }
}

/// A server that tells what an access token is worth (RFC 7662).
#[derive(Clone, Debug, PartialEq)]
pub struct OAuth2Config {
    /// Where it is asked.
    pub url: String,
    /// The field of its answer with the id of the user.
    pub user_field: String,
    /// The field of its answer with the app that the token is for, and the apps that are right; `None`: it is not looked at.
    pub apps: Option<(String, Vec<String>)>,
    /// The header `Authorization` of the question.
    pub authorization: Option<Secret>,
}

/// A realm of a Keycloak server.
#[derive(Clone, Debug, PartialEq)]
pub struct KeycloakConfig {
    /// The URL of the realm, which is the issuer of its tokens.
    pub issuer: String,
    /// The client that tokens must have been made for.
    pub client_id: String,
    /// How long its keys are remembered.
    pub key_life: Duration,
}

/// The providers of one app, their options checked.
pub(super) fn build(settings: &Settings) -> ProvidersConfig {
    let given = settings.given("auth").and_then(Value::as_object).into_iter().flatten();
    given.filter(|(_, options)| is_on(options)).filter_map(|(name, o)| Some((name.clone(), one(name, o)?))).collect()
}

/// Is a provider not switched off?
pub(super) fn is_on(options: &Value) -> bool {
    options.is_object() && options.get("enabled") != Some(&Value::Bool(false))
}

/// Is it one that asks a server about tokens?
pub(super) fn is_oauth2(options: &Value) -> bool {
    options.get("oauth2") == Some(&Value::Bool(true))
}

/// Is it an adapter that is asked over HTTP?
pub(super) fn is_adapter(options: &Value) -> bool {
    options.get("module").is_some_and(|module| module == ADAPTER)
}

/// What such a module is called.
pub(super) const ADAPTER: &str = "http-auth-adapter";

fn one(name: &str, options: &Value) -> Option<ProviderConfig> {
    match name {
        "mfa" => mfa(options).map(ProviderConfig::Mfa),
        _ if is_adapter(options) => adapter(options).map(ProviderConfig::Adapter),
        _ if is_oauth2(options) => oauth2(options).map(ProviderConfig::OAuth2),
        "keycloak" => keycloak(options).map(ProviderConfig::Keycloak),
        _ => None,
    }
}

fn text(options: &Value, name: &str) -> Option<String> {
    options.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn mfa(options: &Value) -> Option<MfaConfig> {
    let number = |name| options.get(name).and_then(Value::as_f64).filter(|number| *number != 0.0);
    let has =
        |kind: &str| options.get("options").and_then(Value::as_array).is_some_and(|all| all.contains(&kind.into()));
    Some(MfaConfig {
        totp: has("TOTP"),
        sms: bridge(options).filter(|_| has("SMS")),
        digits: number("digits").unwrap_or(6.0) as u32,
        period: Duration::try_from_secs_f64(number("period").unwrap_or(30.0)).ok()?,
        algorithm: text(options, "algorithm").map_or(Some(OtpAlgorithm::Sha1), |name| OtpAlgorithm::named(&name))?,
    })
}

fn adapter(options: &Value) -> Option<AdapterConfig> {
    let role = options.get("bridge")?.get("policy").and_then(Value::as_str).and_then(Role::named);
    let mut told = options.as_object()?.clone();
    told.retain(|key, _| key != "module" && key != "bridge");
    Some(AdapterConfig { bridge: bridge(options)?, role: role.unwrap_or(Role::Default), options: Value::Object(told) })
}

fn bridge(options: &Value) -> Option<BridgeConfig> {
    let bridge = options.get("bridge")?;
    Some(BridgeConfig {
        url: Secret::new(bridge.get("url")?.as_str()?.trim_end_matches('/')),
        methods: bridge.get("methods").and_then(texts).unwrap_or_default(),
    })
}

fn oauth2(options: &Value) -> Option<OAuth2Config> {
    let ids = options.get("appIds").and_then(texts).unwrap_or_default();
    Some(OAuth2Config {
        url: text(options, "tokenIntrospectionEndpointUrl")?,
        user_field: text(options, "useridField").unwrap_or_else(|| "sub".to_owned()),
        apps: text(options, "appidField").map(|field| (field, ids)),
        authorization: text(options, "authorizationHeader").map(Secret::new),
    })
}

/// Parse Server's default, an hour.
const KEY_LIFE: f64 = 3_600_000.0;

fn keycloak(options: &Value) -> Option<KeycloakConfig> {
    let config = options.get("config")?;
    let life = options.get("cacheMaxAge").and_then(Value::as_f64).filter(|life| *life > 0.0).unwrap_or(KEY_LIFE);
    Some(KeycloakConfig {
        issuer: format!("{}/realms/{}", text(config, "auth-server-url")?, text(config, "realm")?),
        client_id: text(config, "client-id")?,
        key_life: Duration::from_millis(life as u64),
    })
}
