//! `GET /security`: weak spots of the configuration (`admin.md` section 4). Titles and advice are Parse Server's, which
//! dashboards show.

use crate::config::{AppConfig, Database, RequestComplexity};
use crate::error::{Error, Result};
use crate::model::{Map, Value};
use crate::rest::{Answer, Call};

/// One thing that is looked at.
struct Check {
    title: &'static str,
    warning: &'static str,
    solution: &'static str,
    weak: bool,
}

/// The report.
///
/// # Errors
/// 409 unless `security.enableCheck` is on.
pub fn get(call: &Call) -> Result<Answer> {
    let config = &call.engine.config;
    if !config.security.enable_check {
        let text = "Enable Parse Server option `security.enableCheck` to run security check.";
        return Err(Error::http(409, text));
    }
    Ok(Answer::ok(&report(config)))
}

/// Tells the log of every weak spot, if the app wants that.
pub fn log(config: &AppConfig) {
    if !config.security.enable_check_log {
        return;
    }
    for check in groups(config).iter().flat_map(|(_, checks)| checks).filter(|check| check.weak) {
        tracing::warn!(app = config.app_id, check = check.title, "{} {}", check.warning, check.solution);
    }
}

fn report(config: &AppConfig) -> Value {
    let state = |weak: bool| Value::from(if weak { "fail" } else { "success" });
    let weak = |checks: &[Check]| checks.iter().any(|check| check.weak);
    let groups = groups(config);
    let all = groups.iter().any(|(_, checks)| weak(checks));
    let groups = groups.into_iter().map(|(name, checks)| {
        let state = state(weak(&checks));
        let checks = Value::Array(checks.into_iter().map(to_wire).collect());
        Value::Object(Map::from([("name", Value::from(name)), ("state", state), ("checks", checks)]))
    });
    let report = [("version", Value::from("1.0.0")), ("state", state(all)), ("groups", Value::Array(groups.collect()))];
    Value::Object(Map::from([("report", Value::Object(Map::from(report)))]))
}

fn to_wire(check: Check) -> Value {
    let state = if check.weak { "fail" } else { "success" };
    let mut wire = Map::from([("title", Value::from(check.title)), ("state", Value::from(state))]);
    if check.weak {
        wire.set("warning", Value::from(check.warning));
        wire.set("solution", Value::from(check.solution));
    }
    Value::Object(wire)
}

fn groups(config: &AppConfig) -> [(&'static str, Vec<Check>); 2] {
    let mut server = keys(config);
    server.extend(accounts(config));
    server.extend(limits(config));
    server.sort_by_key(|check| ORDER.iter().position(|title| *title == check.title));
    [("Database", vec![database(config)]), ("Parse Server Configuration", server)]
}

/// Parse Server's order of the checks.
const ORDER: [&str; 13] = [
    "Secure master key",
    "Security log disabled",
    "Client class creation disabled",
    "Users are created without public access",
    "Insecure auth adapters disabled",
    "GraphQL public introspection disabled",
    "GraphQL Playground disabled",
    "Public database explain disabled",
    "Read-only master key IP range restricted",
    "Request complexity limits enabled",
    "Password reset endpoint user enumeration mitigated",
    "Email verification endpoint user enumeration mitigated",
    "LiveQuery regex timeout enabled",
];

fn keys(config: &AppConfig) -> Vec<Check> {
    let read_only = config.keys.read_only_master.is_some() && config.read_only_master_key_ips.is_open();
    vec![
        Check {
            title: "Secure master key",
            warning: "The Parse Server master key is insecure and vulnerable to brute force attacks.",
            solution: "Choose a longer and/or more complex master key with a combination of upper- and lowercase characters, numbers and special characters.",
            weak: !is_strong(config.keys.master.reveal()),
        },
        Check {
            title: "Read-only master key IP range restricted",
            warning: "The read-only master key can be used from any IP address, which increases the attack surface if the key is compromised.",
            solution: "Change Parse Server configuration to 'readOnlyMasterKeyIps: [\"127.0.0.1\", \"::1\"]' to restrict access to localhost, or set it to a list of specific IP addresses.",
            weak: read_only,
        },
        Check {
            title: "Security log disabled",
            warning: "Security checks in logs may expose vulnerabilities to anyone with access to logs.",
            solution: "Change Parse Server configuration to 'security.enableCheckLog: false'.",
            weak: config.security.enable_check_log,
        },
        Check {
            title: "Client class creation disabled",
            warning: "Attackers are allowed to create new classes without restriction and flood the database.",
            solution: "Change Parse Server configuration to 'allowClientClassCreation: false'.",
            weak: config.allow_client_class_creation,
        },
    ]
}

fn accounts(config: &AppConfig) -> Vec<Check> {
    let security = &config.security;
    vec![
        Check {
            title: "Users are created without public access",
            warning: "Users with public read access are exposed to anyone who knows their object IDs, or to anyone who can query the Parse.User class.",
            solution: "Change Parse Server configuration to 'enforcePrivateUsers: true'.",
            weak: !config.accounts.enforce_private_users,
        },
        Check {
            title: "Insecure auth adapters disabled",
            warning: "Attackers may explore insecure auth adapters' vulnerabilities and log in on behalf of another user.",
            solution: "Change Parse Server configuration to 'enableInsecureAuthAdapters: false'.",
            weak: security.insecure_auth_adapters,
        },
        Check {
            title: "Password reset endpoint user enumeration mitigated",
            warning: "The password reset endpoint returns distinct error responses for invalid email addresses, which allows attackers to enumerate registered users.",
            solution: "Change Parse Server configuration to 'passwordPolicy.resetPasswordSuccessOnInvalidEmail: true'.",
            weak: security.reset_tells_of_users,
        },
        Check {
            title: "Email verification endpoint user enumeration mitigated",
            warning: "The email verification endpoint returns distinct error responses for invalid email addresses, which allows attackers to enumerate registered users.",
            solution: "Change Parse Server configuration to 'emailVerifySuccessOnInvalidEmail: true'.",
            weak: security.verification_tells_of_users,
        },
    ]
}

fn limits(config: &AppConfig) -> Vec<Check> {
    let security = &config.security;
    vec![
        Check {
            title: "GraphQL public introspection disabled",
            warning: "GraphQL public introspection is enabled, which allows anyone to access the GraphQL schema.",
            solution: "Change Parse Server configuration to 'graphQLPublicIntrospection: false'. You will need to use master key or maintenance key to access the GraphQL schema.",
            weak: security.graphql_public_introspection,
        },
        Check {
            title: "GraphQL Playground disabled",
            warning: "GraphQL Playground is enabled and exposes the master key in the browser page.",
            solution: "Change Parse Server configuration to 'mountPlayground: false'. Use Parse Dashboard for GraphQL exploration in production.",
            weak: security.playground,
        },
        Check {
            title: "Public database explain disabled",
            warning: "Database explain queries are publicly accessible, which may expose sensitive database performance information and schema details.",
            solution: "Change Parse Server configuration to 'databaseOptions.allowPublicExplain: false'. You will need to use master key to run explain queries.",
            weak: config.database_options.allow_public_explain,
        },
        Check {
            title: "Request complexity limits enabled",
            warning: "One or more request complexity limits are disabled, which may allow denial-of-service attacks through deeply nested or excessively broad queries.",
            solution: "Ensure all properties in 'requestComplexity' are set to positive integers. Set to '-1' only if you have other mitigations in place.",
            weak: !is_bounded(&config.request_complexity),
        },
        Check {
            title: "LiveQuery regex timeout enabled",
            warning: "LiveQuery regex timeout is disabled. A malicious client can subscribe with a crafted $regex pattern that causes catastrophic backtracking, blocking the Node.js event loop and making the server unresponsive.",
            solution: "Change Parse Server configuration to 'liveQuery.regexTimeout: 100' to set a 100ms timeout for regex evaluation in LiveQuery.",
            weak: security.live_regex_unbounded,
        },
    ]
}

/// A file has no password: who may read it decides the system.
fn database(config: &AppConfig) -> Check {
    Check {
        title: "Secure database password",
        warning: "The database password is insecure and vulnerable to brute force attacks.",
        solution: "Choose a longer and/or more complex password with a combination of upper- and lowercase characters, numbers and special characters.",
        weak: match &config.database {
            Database::Sqlite(_) => false,
            Database::Mongo(mongo) => !mongo.password.as_ref().is_some_and(|password| is_strong(password.reveal())),
        },
    }
}

/// Is every limit on?
fn is_bounded(limits: &RequestComplexity) -> bool {
    [
        limits.include_depth,
        limits.include_count,
        limits.subquery_depth,
        limits.query_depth,
        limits.graphql_depth,
        limits.graphql_fields,
        limits.batch_request_limit,
    ]
    .iter()
    .all(Option::is_some)
}

/// At least 14 characters, and three of: upper case, lower case, digits, others.
fn is_strong(secret: &str) -> bool {
    let any = |test: fn(u8) -> bool| usize::from(secret.bytes().any(test));
    let kinds = any(|b| b.is_ascii_uppercase())
        + any(|b| b.is_ascii_lowercase())
        + any(|b| b.is_ascii_digit())
        + any(|b| !b.is_ascii_alphanumeric() && b != b'_');
    secret.encode_utf16().count() >= 14 && kinds >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength() {
        for (secret, strong) in [
            ("abcDEF123456789", true),
            ("abcDEF1234567", false),
            ("abcdef123456789", false),
            ("abcdef12345678_", false),
            ("abcdef12345678-", true),
        ] {
            assert_eq!(is_strong(secret), strong, "{secret}");
        }
    }
}
