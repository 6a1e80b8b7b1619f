//! From checked settings to typed values.

use std::path::{Path, PathBuf};
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::Value;

use super::error::Warning;
use super::settings::{Settings, texts};
use super::size;
use super::types::*;
use super::{IpSet, Secret, TrustProxy, accounts, database, mail, pages, push};

/// One app.
pub(super) fn app(settings: &Settings, data_dir: &Path, warnings: &mut Vec<Warning>) -> Result<AppConfig, String> {
    let mount_path = mount_path(settings)?;
    let server_url = match settings.text("serverURL")? {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => format!("http://localhost:{}{mount_path}", settings.int("port").unwrap_or_default()),
    };
    Ok(AppConfig {
        app_id: settings.text("appId")?.unwrap_or_default(),
        app_name: settings.text("appName")?,
        keys: keys(settings)?,
        webhook_key: settings.text("webhookKey")?.map(Secret::new),
        master_key_ips: ips(settings, "masterKeyIps")?,
        maintenance_key_ips: ips(settings, "maintenanceKeyIps")?,
        read_only_master_key_ips: ips(settings, "readOnlyMasterKeyIps")?,
        allow_aggregation_for_read_only_master_key: settings.bool("allowAggregationForReadOnlyMasterKey"),
        server_url,
        public_server_url: settings.text("publicServerURL")?.map(|url| url.trim_end_matches('/').to_owned()),
        mount_path,
        trust_proxy: TrustProxy::parse(&settings.get("trustProxy").unwrap_or_default())?,
        database: database::build(settings, data_dir, warnings)?,
        database_options: database::options(settings),
        allow_client_class_creation: settings.bool("allowClientClassCreation"),
        allow_custom_object_id: settings.bool("allowCustomObjectId"),
        product_purchases: settings.bool("enableProductPurchaseLegacyApi"),
        object_id_size: settings.int("objectIdSize").and_then(|size| usize::try_from(size).ok()).unwrap_or(10),
        allow_headers: settings.texts("allowHeaders")?,
        allow_origin: settings.texts("allowOrigin")?,
        default_limit: count(settings.get("defaultLimit")).unwrap_or(100),
        max_limit: count(settings.get("maxLimit")),
        max_upload_size: upload_size(settings)?,
        idempotency: idempotency(settings),
        rate_limits: rate_limits(settings),
        request_complexity: request_complexity(settings),
        request_keyword_denylist: list(settings.get("requestKeywordDenylist")),
        route_allow_list: settings.given("routeAllowList").and_then(texts),
        schema: schema(settings),
        installation: installation(settings),
        security: security(settings),
        query: QueryConfig {
            aggregation_raw_field_names: settings.bool_in("query", "aggregationRawFieldNames"),
            aggregation_raw_values: settings.bool_in("query", "aggregationRawValues"),
        },
        enable_sanitized_error_response: settings.bool("enableSanitizedErrorResponse"),
        protected_fields: protected_fields(settings)?,
        cache_ttl: millis(settings.get("cacheTTL")).unwrap_or_default(),
        cache_max_size: count(settings.get("cacheMaxSize")).unwrap_or_default(),
        accounts: accounts::build(settings),
        mail: mail::build(settings),
        push: push::build(settings)?,
        pages: pages::build(settings),
        allowed_file_url_domains: settings
            .get_in("fileUpload", "allowedFileUrlDomains")
            .and_then(|domains| texts(&domains))
            .unwrap_or_default(),
    })
}

/// A number that is not negative, its fraction rounded up.
fn count(value: Option<Value>) -> Option<u64> {
    value?.as_f64().filter(|number| *number >= 0.0).map(|number| number.ceil() as u64)
}

fn millis(value: Option<Value>) -> Option<Duration> {
    count(value).map(Duration::from_millis)
}

fn list(value: Option<Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}

fn keys(settings: &Settings) -> Result<Keys, String> {
    let key = |name: &str| settings.text(name).map(|key| key.map(Secret::new));
    Ok(Keys {
        master: key("masterKey")?.unwrap_or_else(|| Secret::new("")),
        maintenance: key("maintenanceKey")?,
        read_only_master: key("readOnlyMasterKey")?,
        client: key("clientKey")?,
        javascript: key("javascriptKey")?,
        dot_net: key("dotNetKey")?,
        rest_api: key("restAPIKey")?,
    })
}

fn ips(settings: &Settings, name: &str) -> Result<IpSet, String> {
    let entries = settings.texts(name)?;
    IpSet::parse(entries.iter().map(String::as_str))
        .map_err(|entry| format!("The Parse Server option \"{name}\" contains an invalid IP address \"{entry}\"."))
}

fn mount_path(settings: &Settings) -> Result<String, String> {
    let path = settings.text("mountPath")?.unwrap_or_default();
    let inner = path.trim_matches('/');
    if inner.contains(['?', '#', '*', ':', '{', ' ']) {
        return Err(format!("mountPath must be a plain path, but is \"{path}\""));
    }
    Ok(if inner.is_empty() { String::new() } else { format!("/{inner}") })
}

fn upload_size(settings: &Settings) -> Result<u64, String> {
    let given = settings.get("maxUploadSize").unwrap_or_default();
    size::bytes(&given).ok_or_else(|| format!("Key maxUploadSize has invalid value {given}"))
}

fn idempotency(settings: &Settings) -> IdempotencyConfig {
    IdempotencyConfig {
        paths: settings.get_in("idempotencyOptions", "paths").and_then(|paths| texts(&paths)).unwrap_or_default(),
        ttl: Duration::from_secs(count(settings.get_in("idempotencyOptions", "ttl")).unwrap_or(300)),
    }
}

fn rate_limits(settings: &Settings) -> Vec<RateLimitRule> {
    match settings.get("rateLimit") {
        Some(Value::Array(rules)) => rules.iter().map(rate_limit).collect(),
        Some(one @ Value::Object(_)) => vec![rate_limit(&one)],
        _ => Vec::new(),
    }
}

fn rate_limit(rule: &Value) -> RateLimitRule {
    let text = |name: &str| rule.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let flag = |name: &str| rule.get(name).and_then(Value::as_bool).unwrap_or(false);
    RateLimitRule {
        request_path: text("requestPath").unwrap_or_default().to_owned(),
        window: millis(rule.get("requestTimeWindow").cloned()).unwrap_or_default(),
        count: count(rule.get("requestCount").cloned()).unwrap_or_default(),
        methods: match rule.get("requestMethods") {
            Some(Value::String(pattern)) if !pattern.is_empty() => RateLimitMethods::Pattern(pattern.clone()),
            Some(names @ Value::Array(_)) => {
                let names = texts(names).unwrap_or_default();
                RateLimitMethods::Named(names.iter().map(|name| name.to_uppercase()).collect())
            }
            _ => RateLimitMethods::All,
        },
        include_internal_requests: flag("includeInternalRequests"),
        include_master_key: flag("includeMasterKey"),
        error_message: text("errorResponseMessage").unwrap_or("Too many requests.").to_owned(),
        zone: match text("zone") {
            Some("global") => RateLimitZone::Global,
            Some("session") => RateLimitZone::Session,
            Some("user") => RateLimitZone::User,
            _ => RateLimitZone::Ip,
        },
    }
}

fn request_complexity(settings: &Settings) -> RequestComplexity {
    let limit = |name: &str| count(settings.get_in("requestComplexity", name));
    RequestComplexity {
        allow_regex: settings.bool_in("requestComplexity", "allowRegex"),
        batch_request_limit: limit("batchRequestLimit"),
        graphql_depth: limit("graphQLDepth"),
        graphql_fields: limit("graphQLFields"),
        include_count: limit("includeCount"),
        include_depth: limit("includeDepth"),
        query_depth: limit("queryDepth"),
        subquery_depth: limit("subqueryDepth"),
        subquery_limit: limit("subqueryLimit"),
    }
}

fn schema(settings: &Settings) -> Option<SchemaConfig> {
    settings.given("schema")?;
    let flag = |name: &str| settings.bool_in("schema", name);
    Some(SchemaConfig {
        definitions: list(settings.get_in("schema", "definitions")),
        strict: flag("strict"),
        delete_extra_fields: flag("deleteExtraFields"),
        recreate_modified_fields: flag("recreateModifiedFields"),
        lock_schemas: flag("lockSchemas"),
        keep_unknown_indexes: flag("keepUnknownIndexes"),
        must_succeed: false,
    })
}

fn installation(settings: &Settings) -> InstallationConfig {
    let is = |name: &str, choice: &str| {
        settings.get_in("installation", name).as_ref().and_then(Value::as_str) == Some(choice)
    };
    InstallationConfig {
        keep_duplicates: is("duplicateDeviceTokenAction", "update"),
        prefer_installation_id: is("duplicateDeviceTokenMergePriority", "installationId"),
        enforce_auth: settings.bool_in("installation", "duplicateDeviceTokenActionEnforceAuth"),
    }
}

fn security(settings: &Settings) -> SecurityConfig {
    let is_false = |value: Option<Value>| value == Some(Value::Bool(false));
    SecurityConfig {
        enable_check: settings.bool_in("security", "enableCheck"),
        enable_check_log: settings.bool_in("security", "enableCheckLog"),
        insecure_auth_adapters: settings.bool("enableInsecureAuthAdapters"),
        graphql_public_introspection: settings.bool("graphQLPublicIntrospection"),
        playground: settings.bool("mountPlayground"),
        reset_tells_of_users: is_false(settings.get_in("passwordPolicy", "resetPasswordSuccessOnInvalidEmail")),
        verification_tells_of_users: is_false(settings.get("emailVerifySuccessOnInvalidEmail")),
        live_regex_unbounded: settings.get_in("liveQuery", "regexTimeout").and_then(|ms| ms.as_i64()) == Some(0),
    }
}

/// Fields that are hidden although the option does not say so.
const ALWAYS_PROTECTED: (&str, &str, &str) = ("_User", "*", "email");

fn protected_fields(settings: &Settings) -> Result<ProtectedFields, String> {
    let wrong = "protectedFields must map classes to groups to lists of fields";
    let mut fields: IndexMap<String, IndexMap<String, Vec<String>>> = IndexMap::new();
    let given = settings.given("protectedFields").map(|given| given.as_object().ok_or(wrong)).transpose()?;
    let silent = given.is_none();
    for (class, groups) in given.into_iter().flatten() {
        for (group, names) in groups.as_object().ok_or(wrong)? {
            fields.entry(class.clone()).or_default().insert(group.clone(), texts(names).ok_or(wrong)?);
        }
    }
    let (class, group, field) = ALWAYS_PROTECTED;
    let owner_exempt = settings.bool("protectedFieldsOwnerExempt");
    let mut hidden = settings.texts("userSensitiveFields")?;
    let spoken = fields.get(class).is_some_and(|groups| groups.contains_key(group)) || !hidden.is_empty();
    if silent || owner_exempt || !spoken {
        hidden.push(field.to_owned());
    }
    let names = fields.entry(class.to_owned()).or_default().entry(group.to_owned()).or_default();
    for name in hidden {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(ProtectedFields {
        fields,
        owner_exempt,
        save_response_exempt: settings.bool("protectedFieldsSaveResponseExempt"),
        trigger_exempt: settings.bool("protectedFieldsTriggerExempt"),
    })
}

/// Time limits of the process.
pub(super) fn timeouts(settings: &Settings) -> Result<Timeouts, String> {
    let limit = |name: &str| match settings.int(name) {
        Some(-1) => Ok(None),
        Some(time) if time > 0 => Ok(Some(Duration::from_millis(time.unsigned_abs()))),
        _ => Err(format!("{name} must be a number of milliseconds greater than 0, or -1 to switch it off")),
    };
    Ok(Timeouts {
        request: limit("requestTimeout")?,
        header: limit("headerTimeout")?,
        body: limit("bodyTimeout")?,
        keep_alive: limit("keepAliveTimeout")?,
    })
}

/// What is logged.
pub(super) fn log(settings: &Settings) -> Result<LogConfig, String> {
    let event = |name: &str| {
        let level = settings.get_in("logLevels", name);
        level.as_ref().and_then(Value::as_str).and_then(LogLevel::named).unwrap_or(LogLevel::Info)
    };
    let named = settings.text("logLevel")?.and_then(|level| LogLevel::named(&level));
    let level = match (settings.bool("silent"), settings.bool("verbose")) {
        (true, _) => LogLevel::Silent,
        (_, true) => named.unwrap_or(LogLevel::Verbose).max(LogLevel::Verbose),
        _ => named.unwrap_or(LogLevel::Info),
    };
    let folder = settings.given("logsFolder").and_then(Value::as_str).filter(|name| !["", "null"].contains(name));
    Ok(LogConfig {
        level,
        folder: folder.map(PathBuf::from),
        json: settings.given("jsonLogs").and_then(Value::as_bool),
        events: LogEvents {
            cloud_function_error: event("cloudFunctionError"),
            cloud_function_success: event("cloudFunctionSuccess"),
            signup_username_taken: event("signupUsernameTaken"),
            trigger_after: event("triggerAfter"),
            trigger_before_error: event("triggerBeforeError"),
            trigger_before_success: event("triggerBeforeSuccess"),
        },
    })
}
